"""What is sent: byte for byte, once, whole, and never what could be taken for another request."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.errors import ConnectFailed, ConnectionLost, ProtocolViolation, TimeoutExceeded
from pristine.ports.headers import HeaderSource
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Wire, each_request, in_turn
from tests.adapters.aiohttp.conftest import quick
from tests.conftest import Serve
from tests.support.ids import shown


async def sent(serve: Serve, method: str, target: str, headers: HeaderSource = (), body: Any = None) -> bytes:
    """The bytes of a request as they arrive."""
    seen: list[bytes] = []

    def read(wire: Wire) -> None:
        wire.socket.settimeout(0.1)
        with contextlib.suppress(TimeoutError):
            while True:
                seen.append(wire.socket.recv(65536))
        wire.respond()

    server = serve(read)
    transport = AiohttpTransport()
    fields = [(name, value.replace("HOST", server.url[7:])) for name, value in headers]  # type: ignore[str-unpack]
    await transport.asend(Request(method, server.url + target, fields, body))
    await transport.aclose()
    return b"".join(seen).replace(server.url[7:].encode(), b"HOST")


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "expected"),
    [
        ("GET", "", [], None, b"GET / HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        ("GET", "?", [], None, b"GET /? HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        (
            "GET",
            "/a/../%2e%2F;x?q=a%20b+%C3%BC#x",
            [],
            None,
            b"GET /a/../%2e%2F;x?q=a%20b+%C3%BC HTTP/1.1\r\nHost: HOST\r\n\r\n",
        ),
        ("POST", "/", [], b"", b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\n"),
        ("POST", "/", [], None, b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\n"),
        ("DELETE", "/", [], None, b"DELETE / HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        (
            "PUT",
            "/",
            [("x-b", "1"), ("X-A", "caf\xe9"), ("X-B", "2"), ("host", "other")],
            b"\xff",
            b"PUT / HTTP/1.1\r\nx-b: 1\r\nX-A: caf\xe9\r\nX-B: 2\r\nhost: other\r\nContent-Length: 1\r\n\r\n\xff",
        ),
        (
            "POST",
            "/",
            [("content-length", "2")],
            b"hi",
            b"POST / HTTP/1.1\r\nHost: HOST\r\ncontent-length: 2\r\n\r\nhi",
        ),
    ],
)
async def test_the_request_arrives_byte_for_byte(
    serve: Serve, method: str, target: str, headers: HeaderSource, body: bytes | None, expected: bytes
) -> None:
    assert await sent(serve, method, target, headers, body) == expected


@pytest.mark.parametrize(
    ("method", "target", "headers", "body"),
    [
        pytest.param("GET / HTTP/1.1\r\nX:", "/", [], None, id="method"),
        pytest.param("GET", "/", [("X-A", "1\r\nX-B: 2")], None, id="line-break"),
        pytest.param("GET", "/", [("X-A", "\u20ac")], None, id="not-latin-1"),
        pytest.param("POST", "/", [("Content-Length", "3")], b"four", id="shorter"),
        pytest.param("POST", "/", [("Content-Length", "5")], b"four", id="longer"),
        pytest.param("POST", "/", [("Content-Length", "4"), ("content-length", "4")], b"four", id="repeated"),
        pytest.param("POST", "/", [("Content-Length ", "5")], b"four", id="name"),
        pytest.param("GET", "/", [("Content-Length", "5")], None, id="no-body"),
        pytest.param("POST", "/", [("Transfer-Encoding", "chunked")], b"four", id="chunked"),
    ],
)
async def test_what_is_not_one_request_is_not_sent(
    serve: Serve, transport: AiohttpTransport, method: str, target: str, headers: HeaderSource, body: bytes | None
) -> None:
    server = serve(each_request(quick))
    with pytest.raises(ProtocolViolation, match="cannot be written as HTTP") as caught:
        await transport.asend(Request(method, server.url + target, headers, body))
    assert caught.value.retry_safe == "no"
    assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.test/",
        "/relative",
        "http://",
        "http://a.test:x/",
        "http://a.test/a b",
        "http://a.test/\r\n",
        "http://[::1",
    ],
)
async def test_what_is_not_a_url_is_not_requested(transport: AiohttpTransport, url: str) -> None:
    with pytest.raises(ConnectFailed, match="not a URL") as caught:
        await transport.asend(Request("GET", url + "?key=secret"))
    assert "secret" not in str(caught.value)
    assert caught.value.retry_safe == "no"


async def test_nothing_is_sent_twice_unasked(serve: Serve, transport: AiohttpTransport) -> None:
    """aiohttp's session sends a safe request again when a kept connection is reset."""
    server = serve(in_turn(lambda wire: wire.json(b"{}"), Wire.reset, lambda wire: wire.json(b"{}")))
    await transport.asend(Request("GET", server.url))
    with pytest.raises(ConnectionLost):
        await transport.asend(Request("GET", server.url))
    assert len(server.requests) == 2


async def test_a_large_body_arrives_whole_however_slowly_it_is_read(serve: Serve, transport: AiohttpTransport) -> None:
    body = random.Random(1).randbytes(3_000_000)

    def answer(wire: Wire) -> None:
        wire.server.stopping.wait(0.15)
        received = wire.request()
        wire.json(b"true" if received is not None and received.body == body else b"false")

    limits = Timeout(write=0.3, read=0.3)
    assert (await transport.asend(Request("PUT", serve(answer).url, body=body, timeout=limits))).body == b"true"


async def test_an_answer_before_the_body_is_read_is_the_answer(serve: Serve, transport: AiohttpTransport) -> None:
    def refuse(wire: Wire) -> None:
        wire.socket.recv(1000)
        wire.respond(413, b"too much")
        wire.pause()

    server = serve(refuse)
    for _ in range(2):
        answer = await transport.asend(Request("POST", server.url, body=b"x" * 30_000_000))
        assert (answer.status, answer.body) == (413, b"too much")
    assert server.connections == 2, "a request that was cut short is not followed by another"


class Source:
    """A body that says one length and has another, or fails."""

    content_type = content_encoding = None
    replayable = True

    def __init__(self, length: int | None, *chunks: bytes | Exception) -> None:
        self.length = length
        self.chunks = chunks
        self.closed = 0

    async def achunks(self) -> AsyncIterator[bytes]:
        try:
            for chunk in self.chunks:
                if isinstance(chunk, Exception):
                    raise chunk
                yield chunk
        finally:
            self.closed += 1


async def test_a_body_of_unknown_length_is_chunked(serve: Serve) -> None:
    assert await sent(serve, "POST", "/", body=Source(4, b"ab", b"cd")) == (
        b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\n\r\nabcd"
    )
    assert await sent(serve, "POST", "/", body=Source(None, b"ab", b"c" * 10)) == (
        b"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\na\r\ncccccccccc\r\n0\r\n\r\n"
    )


@pytest.mark.parametrize("source", [Source(4, b"ab"), Source(4, b"ab", b"cde")], ids=["short", "long"])
async def test_a_body_is_never_longer_or_shorter_than_it_said(
    serve: Serve, transport: AiohttpTransport, source: Source
) -> None:
    server = serve(each_request(quick))
    with pytest.raises(ProtocolViolation, match="not the 4 bytes"):
        await transport.asend(Request("POST", server.url, body=source))
    assert all(len(received.body) < 4 for received in server.requests)
    assert source.closed == 1


@pytest.mark.parametrize("error", [LookupError("mine"), OSError("mine"), TimeoutError("mine")], ids=shown)
async def test_what_the_source_of_a_body_raises_stays_what_it_is(
    serve: Serve, transport: AiohttpTransport, error: Exception
) -> None:
    server = serve(each_request(quick))
    with pytest.raises(type(error), match=r"^mine$") as caught:
        await transport.asend(Request("POST", server.url, body=Source(None, b"ab", error)))
    assert caught.value is error


async def test_a_body_that_cannot_be_opened_is_the_callers_error(serve: Serve, transport: AiohttpTransport) -> None:
    class Unreadable(Source):
        def achunks(self) -> AsyncIterator[bytes]:
            raise PermissionError("mine")

    server = serve(each_request(quick))
    with pytest.raises(PermissionError):
        await transport.asend(Request("POST", server.url, body=Unreadable(None)))
    assert server.requests == []


async def test_a_source_that_is_waited_for_is_closed_with_the_call(serve: Serve, transport: AiohttpTransport) -> None:
    closed: list[bool] = []

    class Endless(Source):
        async def achunks(self) -> AsyncIterator[bytes]:
            try:
                yield b"x"
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                closed.append(True)

    request = Request("POST", serve(each_request(quick)).url, body=Endless(None), timeout=Timeout(total=0.1))
    with pytest.raises(TimeoutExceeded, match=r"total timeout of 0.1 s passed \(phase: write\)"):
        await transport.asend(request)
    assert closed == [True]


async def test_an_answer_may_go_on_while_the_body_is_not_read(serve: Serve, transport: AiohttpTransport) -> None:
    def talk(wire: Wire) -> None:
        wire.socket.recv(1000)
        wire.begin_stream()
        wire.chunk(b"a")
        wire.server.stopping.wait(0.3)
        wire.chunk(b"b")
        wire.end_stream()
        wire.pause()

    request = Request("POST", serve(talk).url, body=b"x" * 30_000_000, timeout=Timeout(write=0.1))
    assert (await transport.asend(request)).body == b"ab"


async def test_a_source_is_closed_with_the_call(serve: Serve, transport: AiohttpTransport) -> None:
    source = Source(None, *[b"x" * 1_000_000] * 30)

    def refuse(wire: Wire) -> None:
        wire.socket.recv(1000)
        wire.pause()

    url = serve(refuse).url
    with pytest.raises(TimeoutExceeded, match="write timeout"):
        await transport.asend(Request("POST", url, body=source, timeout=Timeout(write=0.1)))
    assert source.closed == 1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await transport.asend(Request("POST", url, body=source))
    assert source.closed == 2
