"""What comes back, where aiohttp loses it, keeps it quiet or waits for ever."""

import asyncio
import threading

import pytest

from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.errors import ConnectionLost, ProtocolViolation, TransportError
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Received, Wire, each_request
from tests.adapters.aiohttp.conftest import CHUNKED, Ask, rest, says, says_and_stays
from tests.conftest import Serve


async def test_a_chunk_that_breaks_the_rules_is_an_error_at_once(serve: Serve, ask: Ask) -> None:
    """aiohttp closes the connection then, and lets the reader wait for ever."""
    go_on = threading.Event()

    def broken(wire: Wire) -> None:
        wire.request()
        wire.send(CHUNKED + b"3\r\nabc\r\n")
        go_on.wait(5)
        wire.send(b"zz\r\nabc\r\n")
        wire.pause()

    async with ask(serve(broken)) as stream:
        assert await stream.anext() == b"abc"
        go_on.set()
        with pytest.raises(ProtocolViolation, match=r"^Invalid character in chunk size:$"):
            await asyncio.wait_for(stream.anext(), 2)


async def test_what_came_together_with_a_bad_chunk_is_delivered(serve: Serve, ask: Ask) -> None:
    """aiohttp loses the head, too, where one read brings all of it."""
    async with ask(serve(says(CHUNKED + b"3\r\nabc\r\nzz\r\n"))) as stream:
        assert await stream.anext() == b"abc"
        with pytest.raises(ProtocolViolation):
            await stream.anext()


async def test_a_lost_connection_leaves_its_place_at_once(serve: Serve) -> None:
    transport = AiohttpTransport(max_connections=1)
    request = Request("GET", serve(says(CHUNKED)).url, timeout=Timeout(pool=1))
    streams = [await transport.aopen(request) for _ in range(3)]
    for stream in streams:
        with pytest.raises(ConnectionLost):
            await stream.anext()
        await stream.aclose()
    await transport.aclose()


@pytest.mark.parametrize("head", [CHUNKED + b"9\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"])
async def test_what_came_before_a_break_is_delivered(serve: Serve, ask: Ask, head: bytes) -> None:
    """aiohttp drops what has not been read when the connection is lost."""
    async with ask(serve(says(head + b"abc"))) as stream:
        await asyncio.sleep(0.1)
        assert await stream.anext() == b"abc"
        with pytest.raises(ConnectionLost, match="in the middle of the body") as caught:
            await stream.anext()
        assert type(caught.value.__cause__).__module__ == "aiohttp.client_exceptions"
        with pytest.raises(ConnectionLost):
            await stream.anext()


async def test_a_body_that_ends_with_its_connection(serve: Serve, ask: Ask) -> None:
    async with ask(serve(says(b"HTTP/1.1 200 OK\r\n\r\nabc"))) as stream:
        assert await rest(stream) == b"abc"


async def test_a_body_that_ends_with_a_reset_has_not_ended(serve: Serve, ask: Ask) -> None:
    """aiohttp takes it for the end."""

    def broken(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 200 OK\r\n\r\nabc")
        wire.server.stopping.wait(0.05)
        wire.reset()

    async with ask(serve(broken)) as stream:
        assert await stream.anext() == b"abc"
        with pytest.raises(ConnectionLost):
            await stream.anext()


async def test_interim_answers_are_skipped_and_a_switch_is_refused(serve: Serve, transport: AiohttpTransport) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    final = b"HTTP/1.1 204 No Content\r\nX-A: caf\xe9\r\nx-a: 2\r\n\r\n"
    answer = await transport.asend(Request("GET", serve(says(hints, hints + final)).url))
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers.multi_items() == (("X-A", "caf\xe9"), ("x-a", "2"))
    with pytest.raises(ProtocolViolation, match="another protocol"):
        await transport.asend(Request("GET", serve(says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n")).url))


@pytest.mark.parametrize("cut", [0, 30, 60], ids=str)
async def test_an_answer_stands_whatever_comes_behind_it(serve: Serve, transport: AiohttpTransport, cut: int) -> None:
    """aiohttp loses it, if one read brings both."""
    said = b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and garbage"
    server = serve(says_and_stays(*filter(None, (said[:cut], said[cut:]))))
    for _ in range(2):
        assert (await transport.asend(Request("GET", server.url))).body == b"ok"
    assert server.connections == 2


async def test_large_heads_are_taken_and_larger_ones_refused(serve: Serve, transport: AiohttpTransport) -> None:
    def answer(size: int, count: int) -> str:
        fields = (b"X-%d: " % number + b"a" * size + b"\r\n" for number in range(count))
        return serve(says(b"HTTP/1.1 204 X\r\n", *fields, b"\r\n")).url

    assert len((await transport.asend(Request("GET", answer(60_000, 3)))).headers) == 3
    assert len((await transport.asend(Request("GET", answer(10, 900)))).headers) == 900
    for size, count in [(70_000, 1), (1, 1100)]:
        with pytest.raises(ProtocolViolation):
            await transport.asend(Request("GET", answer(size, count)))


async def test_what_a_broken_answer_held_is_not_shown(serve: Serve, transport: AiohttpTransport) -> None:
    for said in (b"HTTP/1.1 200 OK\r\nSet-Cookie: secret\r\nX-", b"HTTP/1.1 200 OK\r\nsecret\x00: secret\r\n\r\n"):
        with pytest.raises(TransportError) as caught:
            await transport.asend(Request("GET", serve(says(said)).url))
        assert "secret" not in str(caught.value)
        assert "\n" not in str(caught.value)


async def test_head_and_empty_answers_return_their_connection(serve: Serve, transport: AiohttpTransport) -> None:
    def answer(wire: Wire, received: Received) -> None:
        wire.respond(200, b"", length=5) if received.method == "HEAD" else wire.respond(304)

    server = serve(each_request(answer))
    for method in ("HEAD", "GET", "HEAD"):
        assert (await transport.asend(Request(method, server.url))).body == b""
    assert server.connections == 1
