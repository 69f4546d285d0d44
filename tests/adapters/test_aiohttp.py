"""The aiohttp adapter where its vendor needs help: cancellation, event loops, the pool, and what it keeps quiet."""

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import pytest

import pristine
from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    ProtocolViolation,
    StreamClosed,
    TimeoutExceeded,
    TransportError,
    WrongFace,
)
from pristine.ports.headers import HeaderSource
from pristine.ports.messages import Request, Response, Timeout
from pristine.ports.transport import AsyncByteStream, AsyncStreamTransport, AsyncTransport, StreamTransport
from tests.conftest import Serve
from tests.support.faces import MANIFEST, run
from tests.support.ids import shown
from tests.support.wire import Received, Wire, WireServer, each_request, in_turn

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
Ask: TypeAlias = Callable[..., AbstractAsyncContextManager[AsyncByteStream]]


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport(max_connections=2)
    yield transport
    await transport.aclose()


@pytest.fixture
def ask(transport: AiohttpTransport) -> Ask:
    """Open a response that is closed with the block."""

    @asynccontextmanager
    async def opened(server: WireServer, **options: Any) -> AsyncIterator[AsyncByteStream]:
        stream = await transport.aopen(Request("GET", server.url, **options))
        try:
            yield stream
        finally:
            await stream.aclose()

    return opened


async def rest(stream: AsyncByteStream) -> bytes:
    return b"".join([chunk async for chunk in _chunks(stream)])


async def _chunks(stream: AsyncByteStream) -> AsyncIterator[bytes]:
    while chunk := await stream.anext():
        yield chunk


def slow(wire: Wire, received: Received) -> None:
    """Every phase takes a moment, so that a cancellation can hit any of them."""
    stopping = wire.server.stopping
    stopping.wait(0.002)
    wire.begin_stream()
    for _ in range(3):
        stopping.wait(0.001)
        wire.chunk(b"data: x\n\n")
    wire.end_stream()


def quick(wire: Wire, received: Received) -> None:
    wire.json(b'{"ok": true}')


def says(*sent: bytes) -> Callable[[Wire], None]:
    """A handler that answers a request with these bytes, and closes."""

    def handle(wire: Wire) -> None:
        wire.request()
        for data in sent:
            wire.send(data)

    return handle


def waiting(head: bytes) -> Callable[[Wire], None]:
    """A handler that answers with a head, and nothing more."""

    def handle(wire: Wire) -> None:
        wire.request()
        wire.send(head)
        wire.pause()

    return handle


def context(server: WireServer, **transport: Any) -> Any:
    return pristine.context(base_url=server.url, retry="off", transport={"name": "aiohttp", **transport})


# -- cancellation and places -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("use", ["unary", "stream"])
async def test_cancelled_tasks_leave_no_place_in_the_pool_taken(serve: Serve, use: str) -> None:
    """200 rounds, cancelled at every possible moment, against a pool of two connections."""
    chance = random.Random(7)
    async with pristine.AsyncPipeline(MANIFEST, context(serve(each_request(slow)), max_connections=2)) as api:

        async def call() -> None:
            if use == "unary":
                await api.execute("get")
                return
            async with api.execute_stream("feed") as response:
                async for _ in response:
                    pass

        for _ in range(200):
            tasks = [asyncio.create_task(call()) for _ in range(4)]
            await asyncio.sleep(chance.random() * 0.012)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait_for(asyncio.gather(call(), call()), 2)


@pytest.mark.parametrize("body", [None, b"x" * 2_000_000], ids=["no-body", "large-body"])
async def test_a_task_cancelled_at_any_step_leaves_its_place(serve: Serve, body: bytes | None) -> None:
    server = serve(each_request(quick))
    transport = AiohttpTransport(max_connections=1)
    request = Request("POST", server.url, body=body)
    for ticks in range(30):
        task = asyncio.create_task(transport.asend(request))
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert (await transport.asend(Request("GET", server.url, timeout=Timeout(pool=1)))).status == 200
    await transport.aclose()


async def test_a_task_that_is_cancelled_as_it_is_woken_wakes_the_next(serve: Serve) -> None:
    """aiohttp's own queue for a place forgets the others here."""
    transport = AiohttpTransport(max_connections=1)
    held = await transport.aopen(Request("GET", serve(waiting(CHUNKED)).url))
    request = Request("GET", serve(each_request(quick)).url, timeout=Timeout(pool=1))
    tasks = [asyncio.create_task(transport.asend(request)) for _ in range(3)]
    await asyncio.sleep(0)
    await held.aclose()
    tasks[0].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers[1:]] == [Response, Response]
    await transport.aclose()


async def test_a_cancelled_call_closes_its_connection_at_once(serve: Serve, transport: AiohttpTransport) -> None:
    connected, closed = threading.Event(), threading.Event()

    def silent(wire: Wire) -> None:
        connected.set()
        if wire.closed_by_peer():
            closed.set()

    task = asyncio.create_task(transport.asend(Request("GET", serve(silent).url)))
    assert await asyncio.to_thread(connected.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(closed.wait, 5)


# -- event loops and faces ---------------------------------------------------------------------------------------------


def test_one_client_serves_three_event_loops_in_a_row(serve: Serve) -> None:
    server = serve(each_request(quick))
    api = pristine.AsyncPipeline(MANIFEST, context(server))

    async def main() -> None:
        for _ in range(2):
            assert await api.execute("get") == {"ok": True}

    for _ in range(3):
        run(main())
    assert server.connections == 3


def test_two_event_loops_at_once_have_pools_of_their_own(serve: Serve) -> None:
    api = pristine.AsyncPipeline(MANIFEST, context(serve(each_request(quick)), max_connections=5))

    async def main() -> list[Any]:
        return await asyncio.gather(*(api.execute("get") for _ in range(20)))

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(asyncio.run, main()) for _ in range(2)]:
            assert future.result(10) == [{"ok": True}] * 20


async def test_many_tasks_share_the_connections_that_there_may_be(serve: Serve, transport: AiohttpTransport) -> None:
    server = serve(each_request(quick))
    request = Request("GET", server.url)
    answers = await asyncio.gather(*(transport.asend(request) for _ in range(100)))
    assert [answer.body for answer in answers] == [b'{"ok": true}'] * 100
    assert server.connections <= 2


async def test_no_bound_is_no_bound(serve: Serve) -> None:
    transport = AiohttpTransport(max_connections=None)
    server = serve(waiting(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"))
    streams = await asyncio.gather(*(transport.aopen(Request("GET", server.url)) for _ in range(150)))
    assert server.connections == 150
    await transport.aclose()
    for stream in streams:
        with pytest.raises(StreamClosed):
            await stream.anext()


def test_it_has_no_blocking_face(serve: Serve) -> None:
    transport = AiohttpTransport()
    assert isinstance(transport, AsyncTransport)
    assert isinstance(transport, AsyncStreamTransport)
    assert not isinstance(transport, StreamTransport)
    with pytest.raises(WrongFace, match=r"AiohttpTransport has no blocking face .*use AsyncPipeline"):
        pristine.Pipeline(MANIFEST, context(serve(each_request(quick))))


@pytest.mark.parametrize("bound", [0, -1])
def test_a_bound_that_admits_nothing_is_refused(bound: int) -> None:
    with pytest.raises(ConfigurationError, match="max_connections"):
        AiohttpTransport(max_connections=bound)


async def test_closing_lets_go_of_all_connections_and_may_be_repeated(
    serve: Serve, transport: AiohttpTransport
) -> None:
    gone = threading.Semaphore(0)

    def watch(wire: Wire) -> None:
        for _ in range(2):
            if wire.request() is None:
                break
            wire.json(b"{}")
        if wire.closed_by_peer():
            gone.release()

    server = serve(watch)
    for _ in range(2):
        await transport.asend(Request("GET", server.url))
        await transport.aclose()
        await transport.aclose()
        assert await asyncio.to_thread(gone.acquire, timeout=5)
    assert server.connections == 2


@pytest.mark.parametrize("length", ["Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n", ""])
async def test_closing_wakes_those_who_read(serve: Serve, transport: AiohttpTransport, length: str) -> None:
    """aiohttp lets them wait for ever, or takes it for the end of the body."""
    server = serve(waiting(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode()))
    stream = await transport.aopen(Request("GET", server.url))
    reading = asyncio.create_task(stream.anext())
    await asyncio.sleep(0)
    await transport.aclose()
    with pytest.raises(ConnectionLost):
        await asyncio.wait_for(reading, 1)


# -- what is sent ------------------------------------------------------------------------------------------------------


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


# -- what comes back ---------------------------------------------------------------------------------------------------


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


# -- which connection is used again ------------------------------------------------------------------------------------


async def test_an_answer_that_was_not_asked_for_is_never_another_requests(
    serve: Serve, transport: AiohttpTransport
) -> None:
    """aiohttp would take it for the answer to the next request."""

    def twice(wire: Wire) -> None:
        wire.request()
        wire.respond(200, b"mine")
        wire.server.stopping.wait(0.02)
        wire.respond(200, b"poison")
        wire.pause()

    server = serve(twice)
    for pause in (0.1, 0.0):
        assert (await transport.asend(Request("GET", server.url))).body == b"mine"
        await asyncio.sleep(pause)
        time.sleep(0.1)  # noqa: ASYNC251 the event loop does not see it come
    assert (await transport.asend(Request("GET", server.url))).body == b"mine"
    assert server.connections == 3


async def test_a_connection_that_died_while_the_loop_stood_still_is_not_used(
    serve: Serve, transport: AiohttpTransport
) -> None:
    server = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    for _ in range(3):
        assert (await transport.asend(Request("POST", server.url, body=b"x"))).body == b"ok"
        time.sleep(0.05)  # noqa: ASYNC251 that is the point
    assert server.connections == 3


# -- limits ------------------------------------------------------------------------------------------------------------


async def test_silence_counts_only_while_somebody_waits(serve: Serve, ask: Ask) -> None:
    """aiohttp's own limit passes while the reader is busy, and takes what came with it."""
    go_on = threading.Event()

    def late(wire: Wire) -> None:
        wire.request()
        wire.send(CHUNKED + b"1\r\na\r\n")
        go_on.wait(5)
        wire.send(b"1\r\nb\r\n0\r\n\r\n")

    async with ask(serve(late), timeout=Timeout(read=0.1)) as stream:
        assert await stream.anext() == b"a"
        await asyncio.sleep(0.3)
        go_on.set()
        assert await rest(stream) == b"b"


async def test_a_head_that_trickles_is_not_silence(serve: Serve, transport: AiohttpTransport) -> None:
    def trickling(wire: Wire) -> None:
        wire.request()
        wire.trickle(b"HTTP/1.1 204 No\r\n\r\n", every=0.03)

    limits = Timeout(read=0.2)
    assert (await transport.asend(Request("GET", serve(trickling).url, timeout=limits))).status == 204


@pytest.mark.parametrize("within", [0.1, None])
async def test_each_wait_may_have_a_limit_of_its_own(serve: Serve, ask: Ask, within: float | None) -> None:
    go_on = threading.Event()

    def pings(wire: Wire) -> None:
        wire.request()
        wire.send(CHUNKED)
        for _ in range(3):
            wire.send(b"1\r\na\r\n")
            go_on.wait(5)
            go_on.clear()
        wire.pause()

    async with ask(serve(pings), timeout=Timeout(head=1, read=0.2)) as stream:
        for _ in range(3):
            assert await stream.anext(within) == b"a"
            await asyncio.sleep(0.15)
            go_on.set()
        with pytest.raises(TimeoutExceeded) as caught:
            await stream.anext(within)
    assert (caught.value.limit, caught.value.phase) == ("within" if within else "read", "body")


async def test_a_body_that_has_arrived_is_in_time_whenever_it_is_read(serve: Serve, ask: Ask) -> None:
    async with ask(serve(in_turn(lambda wire: wire.respond(200, b"abc"))), timeout=Timeout(total=0.2)) as stream:
        await asyncio.sleep(0.3)
        assert await rest(stream) == b"abc"


@pytest.mark.parametrize(("limit", "seconds"), [("connect", 0.2), ("total", 0.2), ("total", 1e-6)])
async def test_a_connection_that_is_not_accepted_exceeds_a_limit(
    transport: AiohttpTransport, limit: str, seconds: float
) -> None:
    """A listener whose queue is full does not answer."""
    with contextlib.ExitStack() as stack:
        import socket

        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(TimeoutExceeded) as caught:
            await transport.asend(Request("GET", url, timeout=Timeout(**{"connect": 5, limit: seconds})))
        assert time.monotonic() - began < 0.5
    error = caught.value
    assert (error.limit, error.phase, error.seconds, error.retry_safe) == (limit, "connect", seconds, "yes")


async def test_a_host_that_cannot_exist_is_a_failed_connection(transport: AiohttpTransport) -> None:
    with pytest.raises(TransportError):
        await transport.asend(Request("GET", "http://no-such-host.invalid/", timeout=Timeout(total=5)))
