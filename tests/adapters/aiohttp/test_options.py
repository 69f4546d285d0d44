"""Each connection option has an effect, and what aiohttp cannot do is refused when the transport is made."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.capabilities import Capability, capabilities_of
from pristine.ports.errors import ConfigurationError, ConnectFailed, ConnectionLost, TimeoutExceeded
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Received, Wire, WireServer, each_request
from tests.adapters.aiohttp.conftest import CHUNKED, Make, quick, waiting
from tests.conftest import Serve

# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told", "setting"),
    [
        ({"max_connections": 0}, "max_connections=0: give at least 1", "max_connections"),
        ({"keepalive": 1}, "there is no option 'keepalive'", "keepalive"),
        ({"http2": True}, "aiohttp cannot do this: http2", "http2"),
        ({"proxy": "socks5://127.0.0.1:1"}, "aiohttp has http:// and https:// proxies", "proxy"),
        ({"proxy": "http://user:secret@127.0.0.1:x"}, "aiohttp has http:// and https:// proxies", "proxy"),
    ],
)
def test_what_cannot_be_done_is_refused_when_the_transport_is_made(
    options: dict[str, Any], told: str, setting: str
) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        AiohttpTransport(**options)
    assert caught.value.setting == setting
    assert "secret" not in str(caught.value)


def test_it_says_what_it_can_do() -> None:
    assert capabilities_of(AiohttpTransport()) == frozenset(Capability) - {Capability.HTTP2, Capability.TRAILERS}
    assert AiohttpTransport.shareable


# -- how many, and how long --------------------------------------------------------------------------------------------


def watched(closed: threading.Semaphore, answer: Callable[[Wire, Received], None] = quick) -> Callable[[Wire], None]:
    """A handler that answers until its peer closes, and tells of it."""

    def handle(wire: Wire) -> None:
        each_request(answer)(wire)
        closed.release()

    return handle


async def test_max_connections_bounds_those_in_use(serve: Serve, make: Make) -> None:
    transport = make(max_connections=1)
    held = await transport.aopen(Request("GET", serve(waiting(CHUNKED)).url))
    request = Request("GET", serve(each_request(quick)).url, timeout=Timeout(pool=0.05))
    with pytest.raises(TimeoutExceeded, match=r"pool timeout of 0.05 s passed \(phase: pool\)"):
        await transport.asend(request)
    await held.aclose()
    assert (await transport.asend(request)).status == 200


async def test_max_connections_bounds_idle_ones_with_those_in_use(serve: Serve, make: Make) -> None:
    transport, closed = make(max_connections=1, keep_alive=60), threading.Semaphore(0)
    await transport.asend(Request("GET", serve(watched(closed)).url))
    await transport.asend(Request("GET", serve(each_request(quick)).url))
    assert await asyncio.to_thread(closed.acquire, timeout=5)


@pytest.mark.parametrize(("most", "closed"), [(None, 0), (20, 0), (1, 2), (0, 3)])
async def test_max_idle_bounds_those_that_are_kept(serve: Serve, make: Make, most: int | None, closed: int) -> None:
    together, gone = threading.Barrier(3), threading.Semaphore(0)

    def answer(wire: Wire, received: Received) -> None:
        together.wait(5)
        quick(wire, received)

    server, transport = serve(watched(gone, answer)), make(max_idle=most, keep_alive=60)
    for connections in (3, 3 + closed):
        await asyncio.gather(*(transport.asend(Request("GET", server.url)) for _ in range(3)))
        assert server.connections == connections
        for _ in range(closed):
            assert await asyncio.to_thread(gone.acquire, timeout=5)
        assert not await asyncio.to_thread(gone.acquire, timeout=0.1)


async def test_more_than_max_idle_may_be_in_use_all_the_time(serve: Serve, make: Make) -> None:
    """What is put in one turn of the event loop and taken in the next is not closed in between."""
    chunk = b"x" * 300_000
    server = serve(each_request(lambda wire, _: wire.respond(200, chunk)))
    transport = make(max_connections=8, max_idle=2)

    async def work() -> None:
        for _ in range(10):
            assert (await transport.asend(Request("GET", server.url))).body == chunk

    await asyncio.gather(*(work() for _ in range(24)))
    assert server.connections == 8


async def test_a_connection_that_somebody_was_woken_for_does_not_make_room(serve: Serve, make: Make) -> None:
    go_on = threading.Event()

    def halves(wire: Wire, received: Received) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
        go_on.wait(5)
        wire.send(b"k")

    server, other, transport = serve(each_request(halves)), serve(each_request(quick)), make(max_connections=2)
    held = [await transport.aopen(Request("GET", server.url)) for _ in range(2)]
    woken = [asyncio.create_task(transport.asend(Request("GET", each.url))) for each in (other, server)]
    await asyncio.sleep(0)
    go_on.set()
    time.sleep(0.1)  # noqa: ASYNC251 both are put in the same turn of the event loop
    assert [answer.status for answer in await asyncio.gather(*woken)] == [200, 200]
    assert [await stream.anext() for stream in held] == [b"ok", b"ok"]
    assert (server.connections, other.connections) == (2, 1)


@pytest.mark.parametrize("options", [{"keep_alive": 0}, {"max_idle": 0}], ids=["keep_alive", "max_idle"])
async def test_0_makes_a_connection_for_each_request(serve: Serve, make: Make, options: dict[str, Any]) -> None:
    transport, server = make(**options), serve(each_request(quick))
    for _ in range(3):
        await transport.asend(Request("GET", server.url))
    assert server.connections == 3


async def test_an_idle_connection_is_closed_after_keep_alive_seconds(serve: Serve, make: Make) -> None:
    transport, closed = make(keep_alive=0.1), threading.Semaphore(0)
    server = serve(watched(closed))
    for _ in range(2):
        await transport.asend(Request("GET", server.url))
    assert server.connections == 1
    assert await asyncio.to_thread(closed.acquire, timeout=5)


async def test_an_idle_connection_is_not_used_after_keep_alive_seconds(serve: Serve, make: Make) -> None:
    transport, server = make(keep_alive=0.05), serve(each_request(quick))
    for _ in range(2):
        await transport.asend(Request("GET", server.url))
        time.sleep(0.06)  # noqa: ASYNC251 the event loop has no time to close it
    assert server.connections == 2


async def test_the_connection_used_last_is_used_next(serve: Serve, make: Make) -> None:
    transport, ports = make(), list[int]()
    both = threading.Barrier(2)

    def answer(wire: Wire, received: Received) -> None:
        if received.target == "/both":
            both.wait(5)
        ports.append(wire.socket.getpeername()[1])
        wire.json(b"{}")

    url = serve(each_request(answer)).url
    await asyncio.gather(*(transport.asend(Request("GET", f"{url}/both")) for _ in range(2)))
    for _ in range(3):
        await transport.asend(Request("GET", url))
    assert len(set(ports[:2])) == 2
    assert len(set(ports[2:])) == 1


# -- where from, and whom ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [None, "127.0.0.2"])
async def test_local_address_is_the_address_to_connect_from(serve: Serve, make: Make, address: str | None) -> None:
    server = serve(each_request(lambda wire, _: wire.respond(200, wire.socket.getpeername()[0].encode())))
    answer = await make(local_address=address).asend(Request("GET", server.url))
    assert answer.body.decode() == (address or "127.0.0.1")


async def test_an_address_that_is_not_here_is_a_failed_connection(serve: Serve, make: Make) -> None:
    with pytest.raises(ConnectFailed):
        await make(local_address="192.0.2.1").asend(Request("GET", serve(each_request(quick)).url))


@pytest.fixture
def whoami(tls_server: WireServer, server_context: ssl.SSLContext, authority: trustme.CA) -> WireServer:
    """It wants a certificate of the client's, and answers with its name."""
    authority.configure_trust(server_context)
    server_context.verify_mode = ssl.CERT_REQUIRED
    return tls_server


@pytest.fixture
def client(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """The files of a client's certificate."""
    issued = authority.issue_cert("client.test", common_name="client.test")
    paths = {"certificate": tmp_path / "client.pem", "key": tmp_path / "client.key"}
    issued.cert_chain_pems[0].write_to_path(str(paths["certificate"]))
    issued.private_key_pem.write_to_path(str(paths["key"]))
    return {name: str(path) for name, path in paths.items()}


async def test_a_ca_of_ones_own_is_trusted(tls_server: WireServer, make: Make, ca: str) -> None:
    transport = make(tls={"ca": ca})
    for _ in range(2):
        assert (await transport.asend(Request("GET", tls_server.url))).status == 200
    assert tls_server.connections == 1


async def test_without_it_nobody_is(tls_server: WireServer, make: Make) -> None:
    with pytest.raises(ConnectFailed, match="certificate"):
        await make().asend(Request("GET", tls_server.url))
    assert tls_server.requests == []


async def test_verify_off_trusts_anybody(tls_server: WireServer, make: Make) -> None:
    assert (await make(tls={"verify": False}).asend(Request("GET", tls_server.url))).status == 200


async def test_a_clients_certificate_is_shown(whoami: WireServer, make: Make, ca: str, client: dict[str, str]) -> None:
    answer = await make(tls={"ca": ca, **client}).asend(Request("GET", whoami.url))
    assert answer.body == b"client.test"
    with pytest.raises((ConnectionLost, ConnectFailed)):
        await make(tls={"ca": ca}).asend(Request("GET", whoami.url))


async def test_files_are_read_when_https_is_asked_for(
    serve: Serve, tls_server: WireServer, make: Make, tmp_path: Path
) -> None:
    transport = make(tls={"ca": str(tmp_path / "missing.pem")})
    assert (await transport.asend(Request("GET", serve(each_request(quick)).url))).status == 200
    with pytest.raises(ConfigurationError, match=r"missing\.pem"):
        await transport.asend(Request("GET", tls_server.url))
