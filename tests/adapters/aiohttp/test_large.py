"""Large bodies of known length, which go past aiohttp's parser: they are as good, and their connections, as others."""

import asyncio
import threading

import pytest

from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.errors import ConnectionLost, TimeoutExceeded
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Handler, Received, Wire, each_request
from tests.adapters.aiohttp.conftest import CHUNKED, POISON, Ask, rest
from tests.conftest import Serve

LARGE = bytes(range(256)) * 16 * 1024
"""4 MiB, which no read brings at once."""


def large(*fields: str, behind: bytes = b"") -> Handler:
    """Answers with LARGE, and what comes behind it."""

    def answer(wire: Wire, received: Received) -> None:
        lines = [f"Content-Length: {len(LARGE)}", *fields]
        wire.send(b"HTTP/1.1 200 OK\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + LARGE + behind)

    return each_request(answer)


@pytest.mark.parametrize(
    ("handler", "connections"),
    [(large(), 1), (large(behind=b"x"), 3), (large(behind=POISON), 3), (large("Connection: close"), 3)],
    ids=["kept", "more behind it", "an answer behind it", "to be closed"],
)
async def test_it_is_whole_and_its_connection_serves_again_if_it_may(
    serve: Serve, transport: AiohttpTransport, handler: Handler, connections: int
) -> None:
    server = serve(handler)
    for _ in range(3):
        assert (await transport.asend(Request("GET", server.url))).body == LARGE
    assert server.connections == connections


async def test_after_it_comes_any_other(serve: Serve, transport: AiohttpTransport) -> None:
    def either(wire: Wire, received: Received) -> None:
        if received.target == "/chunked":
            wire.send(CHUNKED + b"5\r\nsmall\r\n0\r\n\r\n")
        else:
            wire.respond(200, LARGE if received.target == "/large" else b"small")

    server = serve(each_request(either))
    targets = ["/large", "/", "/large", "/chunked", "/large"]
    bodies = [(await transport.asend(Request("GET", server.url + target))).body for target in targets]
    assert bodies == [LARGE, b"small", LARGE, b"small", LARGE]
    assert server.connections == 1


async def test_to_ask_for_its_head_alone_brings_no_body(serve: Serve, transport: AiohttpTransport) -> None:
    def head(wire: Wire, received: Received) -> None:
        wire.respond(200, b"" if received.method == "HEAD" else b"small", length=len(LARGE))

    server = serve(each_request(head))
    for _ in range(2):
        assert (await transport.asend(Request("HEAD", server.url))).body == b""
    assert server.connections == 1


async def test_it_is_an_error_where_it_is_cut_short(serve: Serve, ask: Ask) -> None:
    def short(wire: Wire) -> None:
        wire.request()
        wire.respond(200, LARGE, length=len(LARGE) + 1)

    async with ask(serve(short)) as stream:
        came = 0
        while came < len(LARGE):
            came += len(await stream.anext())
        with pytest.raises(ConnectionLost, match="in the middle of the body"):
            await stream.anext()


async def test_it_is_whole_though_the_connection_is_lost_before_it_is_read(serve: Serve, ask: Ask) -> None:
    """The parser has not seen its end, and would say so."""
    go_on = threading.Event()

    def leaves(wire: Wire) -> None:
        wire.request()
        wire.respond(200, LARGE[:-5], length=len(LARGE))
        go_on.wait(5)
        wire.send(LARGE[-5:])

    async with ask(serve(leaves)) as stream:
        body = b""
        while len(body) < len(LARGE) - 5:
            body += await stream.anext()
        go_on.set()
        await asyncio.sleep(0.1)
        assert body + await rest(stream) == LARGE


async def test_what_is_left_of_it_is_waited_for_within_the_limit(serve: Serve) -> None:
    def stalls(wire: Wire) -> None:
        wire.request()
        wire.respond(200, LARGE, length=len(LARGE) + 1)
        wire.pause()

    server, transport = serve(stalls), AiohttpTransport(max_connections=1)
    for _ in range(2):
        with pytest.raises(TimeoutExceeded, match=r"read timeout of 0.1 s passed \(phase: body\)"):
            await transport.asend(Request("GET", server.url, timeout=Timeout(read=0.1, pool=1)))
    await transport.aclose()
