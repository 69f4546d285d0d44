"""Proxies, over real sockets: who is told what, and what nobody is told."""

import socket
import ssl
from base64 import b64encode
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

import pristine
from pristine.ports.errors import ConnectFailed, RetrySafe, StreamClosed, TimeoutExceeded
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Handler, Wire, WireServer, each_request
from tests.adapters.httpx.conftest import VENDORS, Make, get, quick, shown
from tests.conftest import Serve
from tests.support.proxy import Proxy
from tests.support.socks import SocksProxy, join

CREDENTIAL = "Basic " + b64encode(b"us@er:se:cret").decode()
USER = "us%40er:se%3Acret"


def with_user(url: str) -> str:
    return url.replace("//", f"//{USER}@")


@pytest.fixture
def proxy(stack: ExitStack) -> Proxy:
    return stack.enter_context(Proxy())


@pytest.fixture
def guarded(stack: ExitStack) -> Proxy:
    return stack.enter_context(Proxy(CREDENTIAL))


@pytest.fixture
def secure(server_tls: ssl.SSLContext, stack: ExitStack) -> WireServer:
    return stack.enter_context(WireServer(each_request(quick), tls=server_tls))


def test_a_request_for_http_is_forwarded_with_its_whole_url(make: Make, serve: Serve, proxy: Proxy) -> None:
    server, subject = serve(each_request(quick)), make(proxy=proxy.url)
    for _ in range(2):
        answer = subject.send(Request("POST", f"{server.url}/a?b=c", body=b"hi"))
        assert answer.headers["via"] == "1.1 proxy"
    assert {(one.method, one.target) for one in proxy.requests} == {("POST", f"{server.url}/a?b=c")}
    assert proxy.requests[0].header("Host") == server.url.removeprefix("http://")
    assert proxy.requests[0].header("Proxy-Authorization") is None
    assert (server.requests[0].target, server.requests[0].body) == ("/a?b=c", b"hi")
    assert proxy.connections == 1


def test_a_request_for_https_goes_through_a_tunnel(make: Make, secure: WireServer, proxy: Proxy, ca: str) -> None:
    subject = make(proxy=proxy.url, tls={"ca": ca})
    for _ in range(2):
        assert subject.send(get(secure)).body == b'{"ok": true}'
    authority = secure.url.removeprefix("https://")
    assert [(one.method, one.target, one.header("Host")) for one in proxy.requests] == [
        ("CONNECT", authority, authority)
    ]
    assert (proxy.connections, secure.connections) == (1, 1)


def test_a_proxy_may_itself_be_asked_by_https(
    make: Make, serve: Serve, secure: WireServer, server_tls: ssl.SSLContext, ca: str, stack: ExitStack
) -> None:
    proxy = stack.enter_context(Proxy(CREDENTIAL, tls=server_tls))
    subject, plain = make(proxy=with_user(proxy.url), tls={"ca": ca}), serve(each_request(quick))
    large = b"x" * 1_000_000
    for server in (secure, plain):
        assert subject.send(Request("POST", server.url, body=large)).body == b'{"ok": true}'
        assert server.requests[0].body == large
    assert [one.method for one in proxy.requests] == ["CONNECT", "POST"]
    with pytest.raises(ConnectFailed, match=r"(?i)certificate"):
        make(proxy=proxy.url).send(get(plain))


def test_a_stream_that_is_cancelled_or_too_slow_behind_two_layers_of_tls_ends(
    make: Make, server_tls: ssl.SSLContext, ca: str, stack: ExitStack
) -> None:
    def waiting(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        wire.chunk(b"one")
        wire.pause()

    server = stack.enter_context(WireServer(waiting, tls=server_tls))
    proxy = stack.enter_context(Proxy(tls=server_tls))
    subject = make(proxy=proxy.url, tls={"ca": ca}, max_connections=1)
    stream = subject.open(get(server, timeout=Timeout(total=0.5)))
    assert stream.next() == b"one"
    with pytest.raises(TimeoutExceeded, match=r"total timeout of 0.5 s"):
        stream.next()
    stream.close()
    stream = subject.open(get(server, timeout=Timeout(pool=1)))
    assert stream.next() == b"one"
    pending = stream.begin("next", None)
    stream.cancel()
    assert isinstance(pending.outcome(), (pristine.TransportError, StreamClosed))  # it may not have begun to wait
    stream.close()
    assert subject.open(get(server, timeout=Timeout(pool=1))).next() == b"one"


def test_the_clients_certificate_is_not_shown_to_a_proxy(
    make: Make, authority: trustme.CA, server_tls: ssl.SSLContext, ca: str, stack: ExitStack, tmp_path: Path
) -> None:
    shown_to: list[bool] = []

    def look(wire: Wire) -> None:
        assert isinstance(wire.socket, ssl.SSLSocket)
        shown_to.append(bool(wire.socket.getpeercert()))
        wire.request()
        wire.respond(200)

    server_tls.verify_mode = ssl.CERT_OPTIONAL
    authority.configure_trust(server_tls)
    authority.issue_cert("me.test").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "mine.pem"))
    settings = {"ca": ca, "certificate": str(tmp_path / "mine.pem")}
    server, proxy = (stack.enter_context(WireServer(look, tls=server_tls)) for _ in range(2))
    make(tls=settings).send(get(server))
    make(tls=settings, proxy=proxy.url).send(Request("GET", "http://a.test/"))
    assert shown_to == [True, False]


# -- a credential ------------------------------------------------------------------------------------------------------


def test_the_proxys_credential_goes_to_the_proxy_alone(
    make: Make, serve: Serve, secure: WireServer, guarded: Proxy, ca: str
) -> None:
    plain = serve(each_request(quick))
    subject = make(proxy=with_user(guarded.url), tls={"ca": ca})
    for server in (plain, secure):
        assert subject.send(get(server)).status == 200
        assert server.requests[0].header("Proxy-Authorization") is None
    assert [one.header("Proxy-Authorization") for one in guarded.requests] == [CREDENTIAL] * 2


@pytest.mark.parametrize("user", ["", "someone:else@"])
def test_a_proxy_that_does_not_know_us_is_a_failure_that_shows_nothing(
    make: Make, secure: WireServer, guarded: Proxy, ca: str, user: str
) -> None:
    subject = make(proxy=guarded.url.replace("//", f"//{user}"), tls={"ca": ca}, max_connections=1)
    for _ in range(2):
        with pytest.raises(ConnectFailed, match="the proxy refused: 407") as caught:
            subject.send(get(secure, timeout=Timeout(pool=1)))
        assert caught.value.retry_safe is RetrySafe.NO
        assert "else" not in shown(caught.value)
        assert b64encode(b"someone:else").decode() not in shown(caught.value)
    assert secure.connections == 0


def test_a_407_of_a_proxy_that_forwards_is_an_answer(make: Make, serve: Serve, guarded: Proxy) -> None:
    server = serve(each_request(quick))
    assert make(proxy=guarded.url).send(get(server)).status == 407
    assert server.requests == []


def test_nothing_shows_the_proxys_credential(vendor: str, caplog: pytest.LogCaptureFixture, serve: Serve) -> None:
    caplog.set_level(0)
    transport = VENDORS[vendor](proxy=f"http://{USER}@127.0.0.1:1")
    context = pristine.context(transport=transport, base_url="http://a.test")
    with pytest.raises(ConnectFailed) as caught:
        transport.send(Request("GET", "http://a.test/"))
    for text in (repr(transport), repr(context), shown(caught.value), caplog.text):
        assert "cret" not in text
        assert CREDENTIAL[6:] not in text


# -- a proxy that fails ------------------------------------------------------------------------------------------------


def says(*answer: bytes) -> Handler:
    def handle(wire: Wire) -> None:
        wire.request()
        for data in answer:
            wire.send(data)

    return handle


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        pytest.param(says(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"), "the proxy refused: 502", id="502"),
        pytest.param(says(b"220 mail ESMTP\r\n\r\n"), "what the proxy answered is not HTTP", id="not-http"),
        pytest.param(says(b"HTTP/1.1 200 O"), "the proxy closed the connection", id="cut"),
        pytest.param(says(b"x" * 70_000), "what the proxy answered is not HTTP", id="endless"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n\r\n", b"no TLS\r\n"), ".", id="no-tls"),
    ],
)
def test_a_tunnel_that_is_not_opened_is_a_failure_to_connect(
    make: Make, serve: Serve, handler: Handler, told: str
) -> None:
    subject = make(proxy=serve(handler).url, max_connections=1)
    for _ in range(2):
        with pytest.raises(ConnectFailed, match=told) as caught:
            subject.send(Request("GET", "https://a.test/", timeout=Timeout(pool=1)))
        assert caught.value.retry_safe is RetrySafe.YES


def test_a_tunnel_may_be_announced_and_come_byte_by_byte(make: Make, secure: WireServer, serve: Serve, ca: str) -> None:
    def pass_on(wire: Wire) -> None:
        asked = wire.request()
        assert asked is not None
        for byte in b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200\r\nA: b\r\n\r\n":
            wire.send(bytes([byte]))
        host, _, port = asked.target.partition(":")
        join(wire.socket, socket.create_connection((host, int(port))))

    assert make(proxy=serve(pass_on).url, tls={"ca": ca}).send(get(secure)).status == 200


@pytest.mark.parametrize("limit", ["connect", "total"])
def test_a_proxy_that_does_not_answer_runs_into_the_limit_of_connecting(make: Make, serve: Serve, limit: str) -> None:
    def silent(wire: Wire) -> None:
        wire.request()
        wire.trickle(b"HTTP/1.1 200 OK" * 100, 0.01)

    subject = make(proxy=serve(silent).url, max_connections=1)
    for _ in range(2):
        with pytest.raises(TimeoutExceeded, match=f"{limit} timeout of 0.1 s passed \\(phase: connect\\)") as caught:
            subject.send(Request("GET", "https://a.test/", timeout=Timeout(**{"pool": 1.0, limit: 0.1})))
        assert caught.value.retry_safe is RetrySafe.YES


@pytest.mark.usefixtures("nothing_of_the_environment")
def test_the_environment_names_no_proxy(make: Make, serve: Serve) -> None:
    assert make().send(get(serve(each_request(quick)))).status == 200


# -- SOCKS -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", [None, "us@er:se:cret"])
def test_socks_carries_both_schemes(
    make: Make, serve: Serve, secure: WireServer, ca: str, user: str | None, stack: ExitStack
) -> None:
    proxy = stack.enter_context(SocksProxy(user=user))
    plain = serve(each_request(quick))
    subject = make(proxy=proxy.at(user and USER), tls={"ca": ca})
    for server in (plain, secure):
        assert subject.send(get(server)).body == b'{"ok": true}'
        assert server.requests[0].target == "/"
    assert [f"{host}:{port}" for host, port in proxy.asked] == [
        server.url.partition("//")[2] for server in (plain, secure)
    ]


def test_the_proxy_resolves_the_name(make: Make, serve: Serve, stack: ExitStack) -> None:
    proxy = stack.enter_context(SocksProxy())
    server = serve(each_request(quick))
    url = server.url.replace("127.0.0.1", "localhost")
    assert make(proxy=proxy.at()).send(Request("GET", url)).status == 200
    assert proxy.asked[0][0] == "localhost"


@pytest.mark.parametrize(
    ("wants", "reply", "user", "told", "safe"),
    [
        pytest.param("a:b", 0, None, "who comes in another way", RetrySafe.NO, id="wants-a-user"),
        pytest.param("a:b", 0, "some:cret", "does not take this user", RetrySafe.NO, id="unknown-user"),
        pytest.param(None, 5, None, "could not connect: connection refused", RetrySafe.YES, id="refused"),
        pytest.param(None, 99, None, "could not connect: it failed", RetrySafe.YES, id="fails"),
    ],
)
def test_a_way_that_socks_does_not_open_is_a_failure_to_connect(
    make: Make, stack: ExitStack, wants: str | None, reply: int, user: str | None, told: str, safe: RetrySafe
) -> None:
    proxy = stack.enter_context(SocksProxy(user=wants, reply=reply))
    with pytest.raises(ConnectFailed, match=told) as caught:
        make(proxy=proxy.at(user)).send(Request("GET", "http://a.test/"))
    assert caught.value.retry_safe is safe
    assert "cret" not in shown(caught.value)
