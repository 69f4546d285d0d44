"""Proxies: whole URLs for http://, tunnels for https://, and a credential that nobody else sees."""

import ssl
from base64 import b64encode
from contextlib import ExitStack

import pytest

from pristine.ports.errors import ConnectFailed, TransportError
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import WireServer, each_request
from tests.adapters.aiohttp.conftest import Make, quick, says
from tests.conftest import Serve
from tests.support.proxy import Proxy

CREDENTIAL = "Basic " + b64encode(b"us@er:se:cret").decode()
USER = "us%40er:se%3Acret@"


def secrets_in(error: BaseException | None) -> list[str]:
    """The secrets that an error, or one that it comes from, would show."""
    shown = ""
    while error is not None:
        shown += str(error) + repr(error) + repr(error.args)
        error = error.__cause__ or error.__context__
    return [secret for secret in ("cret", CREDENTIAL[6:]) if secret in shown]


@pytest.fixture
def proxy(stack: ExitStack) -> Proxy:
    return stack.enter_context(Proxy())


@pytest.fixture
def guarded(stack: ExitStack) -> Proxy:
    return stack.enter_context(Proxy(CREDENTIAL))


def with_user(proxy: Proxy) -> str:
    return proxy.url.replace("//", f"//{USER}")


async def test_a_plain_request_goes_to_the_proxy_with_its_whole_url(serve: Serve, proxy: Proxy, make: Make) -> None:
    server = serve(each_request(quick))
    transport = make(proxy=proxy.url)
    url = server.url.replace("//", "//user:pw@")
    for target in ("/a?q=1", "?q=2"):
        assert (await transport.asend(Request("POST", url + target, body=b"hi"))).headers["via"] == "1.1 proxy"
    assert [received.target for received in proxy.requests] == [f"{server.url}/a?q=1", f"{server.url}/?q=2"]
    assert proxy.requests[0].header("host") == server.url[7:]
    assert proxy.requests[0].header("proxy-authorization") is None
    assert [(received.target, received.body) for received in server.requests] == [("/a?q=1", b"hi"), ("/?q=2", b"hi")]
    assert proxy.connections == 1


async def test_https_goes_through_a_tunnel(proxy: Proxy, tls_server: WireServer, make: Make, ca: str) -> None:
    transport = make(proxy=proxy.url, tls={"ca": ca})
    for _ in range(2):
        assert (await transport.asend(Request("GET", f"{tls_server.url}/a"))).status == 200
    assert [(received.method, received.target) for received in proxy.requests] == [("CONNECT", tls_server.url[8:])]
    assert [received.target for received in tls_server.requests] == ["/a", "/a"]
    assert tls_server.connections == 1


async def test_the_proxy_is_told_who_asks_and_the_server_is_not(
    serve: Serve, guarded: Proxy, tls_server: WireServer, make: Make, ca: str
) -> None:
    server = serve(each_request(quick))
    transport = make(proxy=with_user(guarded), tls={"ca": ca})
    for url in (server.url, tls_server.url):
        assert (await transport.asend(Request("GET", url))).status == 200
    assert [received.header("proxy-authorization") for received in guarded.requests] == [CREDENTIAL, CREDENTIAL]
    for received in (*server.requests, *tls_server.requests):
        assert received.header("proxy-authorization") is None
        assert received.header("authorization") is None


async def test_a_proxy_that_refuses_answers_a_plain_request(serve: Serve, guarded: Proxy, make: Make) -> None:
    answer = await make(proxy=guarded.url).asend(Request("GET", serve(each_request(quick)).url))
    assert (answer.status, answer.headers["proxy-authenticate"]) == (407, 'Basic realm="proxy"')


async def test_a_tunnel_that_is_refused_is_a_failed_connection(
    tls_server: WireServer, make: Make, stack: ExitStack
) -> None:
    other = stack.enter_context(Proxy("Basic other"))
    transport = make(proxy=with_user(other), max_connections=1)
    for _ in range(2):
        with pytest.raises(ConnectFailed, match=r"does not open a tunnel \(its answer is 407\)") as caught:
            await transport.asend(Request("GET", tls_server.url, timeout=Timeout(pool=1)))
        assert caught.value.retry_safe == "yes"
        assert type(caught.value.__cause__).__name__ == "ClientHttpProxyError"
        assert secrets_in(caught.value) == []
    assert tls_server.connections == 0


async def test_what_fails_behind_a_tunnel_shows_no_credential(
    guarded: Proxy, tls_server: WireServer, make: Make
) -> None:
    with pytest.raises(ConnectFailed, match="certificate") as caught:
        await make(proxy=with_user(guarded)).asend(Request("GET", tls_server.url))
    assert secrets_in(caught.value) == []


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n"], ids=["nothing", "nonsense"])
async def test_a_proxy_that_does_not_answer_is_a_failed_connection(
    serve: Serve, tls_server: WireServer, make: Make, said: bytes
) -> None:
    proxy = serve(says(said))
    with pytest.raises(ConnectFailed) as caught:
        await make(proxy=proxy.url.replace("//", f"//{USER}")).asend(Request("GET", tls_server.url))
    assert secrets_in(caught.value) == []


async def test_a_proxy_that_is_not_there_is_a_failed_connection(serve: Serve, make: Make) -> None:
    with Proxy() as gone:
        pass
    server = serve(each_request(quick))
    with pytest.raises(TransportError) as caught:
        await make(proxy=with_user(gone)).asend(Request("GET", server.url))
    assert type(caught.value) is ConnectFailed
    assert secrets_in(caught.value) == []
    assert server.connections == 0


async def test_the_proxy_may_be_behind_tls_itself(
    serve: Serve, tls_server: WireServer, server_context: ssl.SSLContext, make: Make, ca: str, stack: ExitStack
) -> None:
    proxy = stack.enter_context(Proxy(CREDENTIAL, tls=server_context))
    server = serve(each_request(quick))
    transport = make(proxy=with_user(proxy), tls={"ca": ca})
    for url in (server.url, tls_server.url, tls_server.url):
        assert (await transport.asend(Request("GET", url))).status == 200
    assert [received.method for received in proxy.requests] == ["GET", "CONNECT"]
