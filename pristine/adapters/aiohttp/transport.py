"""Transport: aiohttp, which has the async face alone, by its connector and its parser.

Its session is not used: it sends a request again of its own accord, and writes fields as UTF-8. A connection belongs
to one stream until its body is whole. What becomes of one is told to the other here, whether aiohttp tells it or not.
"""

import asyncio
import math
import time
from contextlib import suppress

import aiohttp
from aiohttp.http import HttpProcessingError

from pristine.adapters.aiohttp.errors import VENDORS, translated
from pristine.adapters.aiohttp.http1 import request_head, split_url
from pristine.adapters.aiohttp.pool import Line, Pool
from pristine.adapters.aiohttp.sending import Sending
from pristine.adapters.per_loop import PerLoop
from pristine.adapters.timing import Timing
from pristine.ports.collected import collected
from pristine.ports.errors import ConfigurationError, ConnectFailed, RetrySafe, StreamClosed
from pristine.ports.messages import Request, Response, StreamHead


class AiohttpTransport:
    """The async face of Transport and StreamTransport over HTTP/1.1.

    Pools are made at first use, one for each event loop. `max_connections` bounds the connections that each has in
    use; None is no bound.
    """

    def __init__(self, *, max_connections: int | None = 100) -> None:
        if max_connections is not None and max_connections < 1:
            raise ConfigurationError(f"max_connections={max_connections}: give at least 1, or None for no bound")
        self._pools = PerLoop(lambda: Pool(max_connections), Pool.aclose)

    async def asend(self, request: Request) -> Response:
        return await collected(request, await self.aopen(request))

    async def aopen(self, request: Request) -> "_Stream":
        stream = _Stream(await self._pools.get(), Timing(request.timeout))
        try:
            await stream.open(request)
        except BaseException as error:
            await stream.aclose()
            if isinstance(error, Exception) and (ours := stream.translated(error)) is not error:
                raise ours from error
            raise
        return stream

    async def aclose(self) -> None:
        await self._pools.aclose()


class _Stream:
    """One request and its response, on a connection that is its own until the body is whole."""

    head: StreamHead
    _line: Line | None = None
    _content: aiohttp.StreamReader | None = None
    _sending: Sending | None = None
    _alarm: asyncio.TimerHandle | None = None
    _ends: float | None = None
    _until_closed = _finished = False

    def __init__(self, pool: Pool, timing: Timing) -> None:
        self._pool = pool
        self._timing = timing
        self._limits = timing.timeout
        self._loop = asyncio.get_running_loop()
        self._phase = "pool"

    # -- opening -------------------------------------------------------------------------------------------------------

    async def open(self, request: Request) -> None:
        url, target = split_url(request)
        try:
            origin = self._pool.origin(url)
        except ValueError as error:
            told = f"not a URL that can be requested: {request.shown_url}"
            raise ConnectFailed(told, retry_safe=RetrySafe.NO) from error
        head = request_head(request, target, origin.headers["Host"])
        line = await self._connect(origin)
        line.expect(request.method)
        self._protocol = line.protocol
        self._arm()
        self._phase = "write"
        self._sending = Sending(self._protocol, self._limits.write, self._sent, self._unsent)
        self._sending.begin(head, request.body)
        await self._answer()

    async def _connect(self, origin: aiohttp.ClientRequest) -> Line:
        await self._pool.place(self._left(self._limits.pool))
        self._phase = "connect"
        try:
            self._line = await self._pool.connect(origin, self._left(self._limits.connect), self)
        except BaseException:
            self._pool.leave()
            raise
        return self._line

    def _sent(self) -> None:
        if self._phase == "write":
            self._phase = "head"
            self._listen(self._limits.read)

    def _unsent(self, error: Exception) -> None:
        """Sending has failed. A peer that stopped reading may yet answer, if it has begun to."""
        if self._phase == "write" or not isinstance(error, TimeoutError):
            self._fail(error)

    async def _answer(self) -> None:
        message, content = await self._protocol.read()
        while message.code < 200:
            if message.code == 101:
                raise HttpProcessingError(message="the server switched to another protocol unasked")
            message, content = await self._protocol.read()
        self._wait(None, None)
        self._phase = "body"
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.raw_headers]
        self.head = StreamHead(message.code, fields)
        self._until_closed = not message.chunked and "Content-Length" not in message.headers
        self._content = content
        content.on_eof(self._whole)

    # -- reading -------------------------------------------------------------------------------------------------------

    async def anext(self, within: float | None = None) -> bytes:
        content = self._content
        if self._finished or content is None:
            raise StreamClosed("the stream is closed")
        self._wait(self._limits.read, within)
        try:
            return await content.readany() or _ended(content)
        except Exception as error:
            if chunk := self._before(error):
                return chunk
            if (ours := self.translated(error)) is not error:
                raise ours from error
            raise
        finally:
            self._wait(None, None)

    def _wait(self, silence: float | None, within: float | None) -> None:
        """Begin to wait for the body, or end it: while nobody waits, no limit but the total may pass."""
        if self._line is not None:
            self._listen(silence)
            self._timing.reading(within)
            self._arm()

    def _listen(self, limit: float | None) -> None:
        """Bear silence for this long, counted anew with every byte that comes; None is for ever."""
        self._protocol.read_timeout = limit
        self._protocol.start_timeout()

    def _arm(self) -> None:
        """Set the alarm to the moment that ends what is being waited for."""
        if self._timing.ends != self._ends:
            self._ends = self._timing.ends
            self._disarm()
            if self._ends is not None:
                left = self._ends - time.monotonic()
                self._alarm = self._loop.call_later(left, self._fail, aiohttp.SocketTimeoutError())

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()

    def _before(self, error: Exception) -> bytes:
        """What came before the break, which aiohttp would not give any more."""
        content = self._content
        if self._finished or content is None or content.exception() is not error:
            return b""
        content.set_exception(None)  # type: ignore[arg-type]
        chunk = content.read_nowait()
        content.set_exception(error)
        return chunk

    # -- ending --------------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        with suppress(RuntimeError):  # the loop is closed, and its connections with it
            self._loop.call_soon_threadsafe(self.drop)

    async def aclose(self) -> None:
        self.drop()
        if self._sending is not None:
            await self._sending.stopped()

    def lost(self) -> None:
        """Tell the reader; aiohttp does not where it has closed the connection for a chunk that breaks the rules."""
        error, content = self._protocol.exception(), self._content
        if error is not None and content is not None and content.exception() is None:
            content.set_exception(error)
        self._let_go(reusable=False)

    def drop(self) -> None:
        """Let go of everything at once; who waits for it fails."""
        self._finished = True
        if self._line is not None:
            self._fail(aiohttp.ClientConnectionError("the stream was closed"))
            self._let_go(reusable=False)

    def _fail(self, error: BaseException) -> None:
        (self._protocol if self._content is None else self._content).set_exception(error)

    def _whole(self) -> None:
        if self._until_closed and self._line is not None and self._line.error is not None:
            self._fail(self._line.error)  # it was to be closed, and was reset
        self._let_go(reusable=self._sending is not None and self._sending.done)

    def _let_go(self, *, reusable: bool) -> None:
        line, self._line = self._line, None
        self._disarm()
        if self._sending is not None:
            self._sending.stop()
        if line is not None:
            self._pool.put(line, reusable=reusable)

    # -- limits and errors ---------------------------------------------------------------------------------------------

    def _left(self, limit: float | None) -> float | None:
        """What is left of a limit."""
        ends = self._timing.ends
        left = min(math.inf if limit is None else limit, math.inf if ends is None else ends - time.monotonic())
        return None if left == math.inf else max(left, 0.001)  # aiohttp takes 0 for no limit

    def translated(self, error: Exception) -> Exception:
        """The port's error for one of aiohttp's; what the source of the body raised stays what it is."""
        caused = self._sending is not None and error is self._sending.fault
        return translated(error, self._phase, self._timing) if isinstance(error, VENDORS) and not caused else error


def _ended(content: aiohttp.StreamReader) -> bytes:
    """b"", or the error that aiohttp passes over at the end."""
    if (error := content.exception()) is not None:
        raise error
    return b""
