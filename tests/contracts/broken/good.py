"""A small transport that keeps every promise, over plain sockets and h11, for others to break one of them.

It is written once, as coroutines over a Face of I/O; each step that a promise is about is a method of its own.
"""

import asyncio
import contextlib
import math
import select
import socket
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

import h11

from pristine.adapters.per_loop import PerLoop, PerProcess
from pristine.adapters.timing import Timing
from pristine.ports.blocking import LiftedByteStream, finish
from pristine.ports.body import achunks_of, chunks_of
from pristine.ports.capabilities import PROMISED, Capability
from pristine.ports.collected import collected
from pristine.ports.errors import (
    ConnectFailed,
    ConnectionLost,
    ProtocolViolation,
    StreamClosed,
    TransportError,
)
from pristine.ports.messages import Request, Response, StreamHead

FAULTS = (OSError, h11.ProtocolError)
WITH_BODY = {"POST", "PUT", "PATCH"}


class BlockingIO:
    """I/O that waits in the thread."""

    def semaphore(self, count: int) -> Any:
        return threading.Semaphore(count)

    async def acquire(self, semaphore: threading.Semaphore, seconds: float | None) -> None:
        if not semaphore.acquire(timeout=seconds):
            raise TimeoutError

    async def connect(self, address: tuple[str, int], seconds: float | None) -> socket.socket:
        line = socket.create_connection(address, seconds)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    async def read(self, line: socket.socket, seconds: float | None) -> bytes:
        line.settimeout(seconds)
        return line.recv(65536)

    async def write(self, line: socket.socket, data: bytes, seconds: float | None) -> None:
        line.settimeout(seconds)
        line.sendall(data)

    async def chunks(self, body: Any) -> AsyncIterator[bytes]:
        chunks: Any = chunks_of(body)
        with contextlib.closing(chunks):
            for chunk in chunks:
                yield chunk


class AsyncIO:
    """I/O that waits in the event loop."""

    def semaphore(self, count: int) -> Any:
        return asyncio.Semaphore(count)

    async def acquire(self, semaphore: asyncio.Semaphore, seconds: float | None) -> None:
        async with asyncio.timeout(seconds):
            await semaphore.acquire()

    async def connect(self, address: tuple[str, int], seconds: float | None) -> socket.socket:
        line = socket.socket()
        try:
            line.setblocking(False)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(line, address)
        except BaseException:
            line.close()
            raise
        return line

    async def read(self, line: socket.socket, seconds: float | None) -> bytes:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().sock_recv(line, 65536)

    async def write(self, line: socket.socket, data: bytes, seconds: float | None) -> None:
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_sendall(line, data)

    async def chunks(self, body: Any) -> AsyncIterator[bytes]:
        chunks: Any = achunks_of(body)
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                yield chunk


class Books:
    """The connections of a process, or of an event loop."""

    def __init__(self, io: Any, count: int) -> None:
        self.io = io
        self.places = io.semaphore(count)
        self.idle: deque[tuple[tuple[str, int], socket.socket]] = deque()
        self.live: set[Stream] = set()
        self.abandoned: deque[Stream] = deque()

    def kept(self, address: tuple[str, int]) -> socket.socket | None:
        """An idle connection that is as it was left."""
        for entry in list(self.idle):
            with contextlib.suppress(ValueError):
                self.idle.remove(entry)
                if entry[0] == address and not is_readable(entry[1]):
                    return entry[1]
                entry[1].close()
        return None

    def sweep(self) -> None:
        while self.abandoned:
            self.abandoned.popleft().drop()

    def close(self) -> None:
        for stream in list(self.live):
            stream.shut()
        while self.idle:
            self.idle.pop()[1].close()

    async def aclose(self) -> None:
        for stream in list(self.live):
            stream.drop()
        self.close()


def is_readable(line: socket.socket) -> bool:
    return bool(select.select([line], [], [], 0)[0])


class Core:
    """A call, step by step."""

    capabilities: ClassVar[frozenset[Capability]] = PROMISED | {Capability.STREAMING}
    shareable = True
    Opened: "ClassVar[type[Stream]]"

    def __init__(self, *, max_connections: int = 100) -> None:
        self.max_connections = max_connections

    # -- what a promise is about ---------------------------------------------------------------------------------------

    def target(self, request: Request) -> str:
        _, _, rest = request.url.partition("://")
        slash = min(rest.find(mark) % (len(rest) + 1) for mark in "/?")
        target = rest[slash:]
        return target if target.startswith("/") else f"/{target}"

    def fields(self, request: Request, host: str) -> list[tuple[str, str]]:
        pairs = list(request.headers.multi_items())
        names = {name.lower() for name, _ in pairs}
        body = request.body
        length = 0 if body is None else len(body) if isinstance(body, bytes) else body.length
        if length is None:
            pairs.append(("Transfer-Encoding", "chunked"))
        elif "content-length" not in names and (body is not None or request.method in WITH_BODY):
            pairs.append(("Content-Length", str(length)))
        return pairs if "host" in names else [("Host", host), *pairs]

    def head(self, status: int, fields: list[tuple[str, str]]) -> StreamHead:
        return StreamHead(status, fields)

    def is_interim(self, status: int) -> bool:
        return status < 200

    def translated(self, error: Exception, phase: str, timing: Timing, *, ended: bool) -> TransportError:
        if isinstance(error, TimeoutError):
            return timing.timed_out("read" if phase in {"head", "body"} else phase, phase)
        if phase == "connect":
            return ConnectFailed(f"no connection ({type(error).__name__})")
        if isinstance(error, h11.ProtocolError) and not ended:
            return ProtocolViolation("what arrived is not HTTP")
        return ConnectionLost("the connection broke")

    def left(self, timing: Timing, limit: str, phase: str) -> float | None:
        """What is left of a limit in a phase."""
        seconds, ends = getattr(timing.timeout, limit), timing.ends
        if ends is not None:
            seconds = min(ends - time.monotonic(), math.inf if seconds is None else seconds)
        return None if seconds is None else max(seconds, 0.0001)

    def is_reusable(self, talk: h11.Connection) -> bool:
        return talk.our_state is h11.DONE and talk.their_state is h11.DONE and not talk.trailing_data[0]

    # -- steps ---------------------------------------------------------------------------------------------------------

    async def opened(self, books: Books, request: Request) -> "Stream":
        stream = self.Opened(self, books, request)
        await self.place(books, stream.timing)
        books.live.add(stream)
        try:
            await stream.connect()
            await stream.send()
            await stream.receive_head()
        except BaseException:
            stream.drop()
            raise
        return stream

    async def place(self, books: Books, timing: Timing) -> None:
        books.sweep()
        try:
            await books.io.acquire(books.places, self.left(timing, "pool", "pool"))
        except TimeoutError as error:
            raise timing.timed_out("pool", "pool") from error

    async def collect(self, request: Request, stream: Any) -> Response:
        return await collected(request, stream)


class Stream:
    """An open exchange."""

    head: StreamHead

    def __init__(self, core: Core, books: Books, request: Request) -> None:
        self.core, self.books, self.request = core, books, request
        self.timing = Timing(request.timeout)
        self.talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=200_000)
        self.line: socket.socket | None = None
        self.over = self.shutting = self.ended = self.closed = self.busy = self.leaving = False
        self.fault: TransportError | None = None

    @contextlib.contextmanager
    def border(self, phase: str) -> Iterator[None]:
        try:
            yield
        except FAULTS as error:
            if self.closed:
                raise StreamClosed("the stream is closed") from error
            self.fault = self.core.translated(error, phase, self.timing, ended=self.ended or isinstance(error, OSError))
            raise self.fault from error

    async def connect(self) -> None:
        parts = urlsplit(self.request.url)
        if parts.scheme != "http" or not parts.hostname:
            raise ConnectFailed("not a URL that can be requested here")
        self.address = parts.hostname, parts.port or 80
        self.line = self.books.kept(self.address)
        if self.line is None:
            with self.border("connect"):
                self.line = await self.books.io.connect(self.address, self.core.left(self.timing, "connect", "connect"))

    async def send(self) -> None:
        host = urlsplit(self.request.url).netloc.rpartition("@")[2]
        fields = [(name.encode(), value.encode("latin-1")) for name, value in self.core.fields(self.request, host)]
        start = h11.Request(method=self.request.method, target=self.core.target(self.request), headers=fields)
        await self.write(self.talk.send(start) or b"")
        body = self.request.body
        if isinstance(body, bytes):
            for at in range(0, len(body), 65536):
                if not await self.write(self.talk.send(h11.Data(body[at : at + 65536])) or b""):
                    return
        elif body is not None:
            async with contextlib.aclosing(self.books.io.chunks(body)) as chunks:
                async for chunk in chunks:
                    if not await self.write(self.talk.send(h11.Data(chunk)) or b""):
                        return
        await self.write(self.talk.send(h11.EndOfMessage()) or b"")

    async def write(self, data: bytes) -> bool:
        """Write; False where the peer has gone, whose answer may yet be there."""
        assert self.line is not None
        with self.border("write"):
            try:
                await self.books.io.write(self.line, data, self.core.left(self.timing, "write", "write"))
            except ConnectionError:
                return False
        return True

    async def receive_head(self) -> None:
        event = await self.event("head")
        while isinstance(event, h11.InformationalResponse) and self.core.is_interim(event.status_code):
            event = await self.event("head")
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items()]
        self.head = self.core.head(event.status_code, fields)

    async def event(self, phase: str) -> Any:
        """What h11 makes of the bytes that come next."""
        with self.border(phase):
            while (event := self.talk.next_event()) is h11.NEED_DATA:
                assert self.line is not None
                data = await self.read(self.line, self.core.left(self.timing, "read", phase))
                self.ended = not data
                if self.shutting:
                    raise ConnectionError("shut")
                self.talk.receive_data(data)
            if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                raise h11.RemoteProtocolError("a switch")
            return event

    async def read(self, line: socket.socket, seconds: float | None) -> bytes:
        """Read; who wants to drop the stream meanwhile wakes the reader, and is obeyed then."""
        self.busy = True
        try:
            data: bytes = await self.books.io.read(line, seconds)
        finally:
            self.busy = False
            if self.leaving:
                self.drop()
        return data

    async def anext(self, within: float | None = None) -> bytes:
        if self.closed:
            raise StreamClosed("the stream is closed")
        if self.fault is not None:
            raise self.fault
        if self.over:
            return b""
        if self.line is None:
            raise StreamClosed("the stream was cancelled")
        self.timing.reading(within)
        event = await self.event("body")
        while isinstance(event, h11.Data) and not event.data:
            event = await self.event("body")
        if isinstance(event, h11.Data):
            return bytes(event.data)
        self.over = True
        return b""

    def shut(self) -> None:
        """Wake whoever reads."""
        self.shutting = True
        if self.line is not None:
            with contextlib.suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        """Give the place back, and the connection where it can serve again."""
        if self not in self.books.live:
            return
        if self.busy:
            self.leaving = True
            self.shut()
            return
        self.books.live.discard(self)
        line, self.line = self.line, None
        if line is not None:
            if self.over and not self.shutting and self.core.is_reusable(self.talk):
                self.books.idle.append((self.address, line))
            else:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
                line.close()
        self.books.places.release()

    def cancel(self) -> None:
        if self.line is not None:
            self.shut()
            self.books.abandoned.append(self)

    async def aclose(self) -> None:
        self.closed = True
        self.drop()


class AsyncStream(Stream):
    """On the async face, cancel is a message to the event loop."""

    def __init__(self, core: Core, books: Books, request: Request) -> None:
        super().__init__(core, books, request)
        self.loop = asyncio.get_running_loop()

    def cancel(self) -> None:
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.shut)
            self.loop.call_soon_threadsafe(self.drop)


class BlockingStream(Stream):
    """On the blocking face, the coroutines never suspend."""

    def next(self, within: float | None = None) -> bytes:
        return finish(self.anext(within))

    def close(self) -> None:
        finish(self.aclose())


class Blocking(Core):
    """The blocking face: how it opens and closes."""

    Opened = BlockingStream

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.books = PerProcess(lambda: Books(BlockingIO(), self.max_connections))

    def begun(self, request: Request) -> Any:
        return finish(self.opened(self.books.get(), request))

    def close(self) -> None:
        if (books := self.books.pop()) is not None:
            books.close()


class Sends(Blocking):
    """A Transport, and no StreamTransport."""

    capabilities = PROMISED - {Capability.BACK_PRESSURE, Capability.CANCEL}

    def send(self, request: Request) -> Response:
        return finish(self.collect(request, LiftedByteStream(self.begun(request))))


class Opens(Blocking):
    """A StreamTransport, and no Transport."""

    def open(self, request: Request) -> Any:
        return self.begun(request)


class GoodBlocking(Opens, Sends):
    """Both."""

    capabilities = Core.capabilities


class Async(Core):
    """The async face: how it opens and closes."""

    Opened = AsyncStream

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.books = PerLoop(lambda: Books(AsyncIO(), self.max_connections), Books.aclose)

    async def begun(self, request: Request) -> Any:
        return await self.opened(await self.books.get(), request)

    async def aclose(self) -> None:
        await self.books.aclose()


class AsyncSends(Async):
    """An AsyncTransport, and no AsyncStreamTransport."""

    capabilities = PROMISED - {Capability.BACK_PRESSURE, Capability.CANCEL}

    async def asend(self, request: Request) -> Response:
        return await self.collect(request, await self.begun(request))


class AsyncOpens(Async):
    """An AsyncStreamTransport, and no AsyncTransport."""

    async def aopen(self, request: Request) -> Any:
        return await self.begun(request)


class GoodAsync(AsyncOpens, AsyncSends):
    """Both."""

    capabilities = Core.capabilities
