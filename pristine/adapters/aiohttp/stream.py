"""One request and its response, on a connection that is its own until the body is whole.

What becomes of the connection is told to the reader, and what becomes of the reader to the connection, whether aiohttp
tells it or not. Silence counts only while somebody waits; the total counts always.
"""

import asyncio
import time
from contextlib import suppress

import aiohttp
from aiohttp.http import HttpProcessingError

from pristine.adapters.aiohttp.errors import VENDORS, translated
from pristine.adapters.aiohttp.http1 import request_head, split_url
from pristine.adapters.aiohttp.line import Line
from pristine.adapters.aiohttp.origin import Origin
from pristine.adapters.aiohttp.pool import Pool
from pristine.adapters.aiohttp.sending import Sending
from pristine.adapters.aiohttp.session import SessionPool
from pristine.adapters.timing import Timing
from pristine.ports.errors import ConnectFailed, RetrySafe, StreamClosed
from pristine.ports.messages import Request, StreamHead


class Stream:
    """An AsyncByteStream, once it is open; the User of its Line, and the Sender of its request."""

    head: StreamHead
    _line: Line | None = None
    _content: aiohttp.StreamReader | None = None
    _sending: Sending | None = None
    _silence: float | None = None
    _waiter: "asyncio.Future[None] | None" = None
    _taken = 0
    _until_closed = _finished = False

    def __init__(self, pool: Pool | SessionPool, timing: Timing) -> None:
        self._pool = pool
        self._timing = timing
        self._limits = timing.timeout
        self._loop = asyncio.get_running_loop()
        self._phase = "pool"

    # -- opening -------------------------------------------------------------------------------------------------------

    async def open(self, request: Request) -> None:
        url, target = split_url(request)
        origin = self._origin(url, request)
        head = request_head(request, origin.prefix + target, origin.fields)
        line = self._line = await self._pool.line(origin, self)
        line.expect(request.method)
        self._protocol = line.protocol
        self._phase = "write"
        self._sending = Sending(line.protocol, self._limits.write, self)
        self._sending.begin(head, request.body)
        if self._phase == "write":
            self._expect_within(None)
        await self._answer()

    def _origin(self, url: str, request: Request) -> Origin:
        try:
            return self._pool.origin(url)
        except ValueError as error:
            told = f"not a URL that can be requested: {request.shown_url}"
            raise ConnectFailed(told, retry_safe=RetrySafe.NO) from error

    def sent(self) -> None:
        if self._phase == "write":
            self._phase = "head"
            self._expect_within(self._limits.read)

    def unsent(self, error: Exception) -> None:
        """Sending has failed. A peer that stopped reading may yet answer, if it has begun to."""
        if self._phase == "write" or not isinstance(error, TimeoutError):
            self._fail(error)

    async def _answer(self) -> None:
        message, content = await self._protocol.read()
        while message.code < 200:
            if message.code == 101:
                raise HttpProcessingError(message="the server switched to another protocol unasked")
            message, content = await self._protocol.read()
        self._expect_nothing()
        self._phase = "body"
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.raw_headers]
        self.head = StreamHead(message.code, fields)
        length = "" if message.chunked else message.headers.get("Content-Length", "")
        self._until_closed = not message.chunked and not length
        self._content = content
        if self._line is not None and length.isdecimal() and not content.is_eof():
            self._line.pass_on(content, int(length) - content.total_bytes)
        content.on_eof(self._whole)

    # -- reading -------------------------------------------------------------------------------------------------------

    async def anext(self, within: float | None = None) -> bytes:
        content = self._content
        if self._finished or content is None:
            raise StreamClosed("the stream is closed")
        if self._waiter is not None:
            raise RuntimeError("the stream is being read already")
        try:
            if not self._has_come(content):
                await self._wait(within)
            chunk = content.read_nowait()
        except Exception as error:  # noqa: BLE001 the source of the request's body may have raised anything
            return self._broken(error)
        finally:
            self._waiter = self._silence = None
            if within is not None:
                self._timing.reading(None)
        self._taken += len(chunk)
        return chunk

    def _has_come(self, content: aiohttp.StreamReader) -> bool:
        """Whether a read has not to wait: there are bytes, or an end, or an error."""
        return content.total_bytes > self._taken or content.is_eof() or content.exception() is not None

    def _wait(self, within: float | None) -> "asyncio.Future[None]":
        """Done as soon as something has come. aiohttp's own wait takes twice as long, for it reads before it, too."""
        if self._line is None:
            raise aiohttp.ServerDisconnectedError
        if within is not None:
            self._timing.reading(within)
        self._expect_within(self._limits.read)
        waiter = self._waiter = self._loop.create_future()
        return waiter

    def heard(self) -> None:
        waiter, content = self._waiter, self._content
        if waiter is not None and content is not None and self._has_come(content) and not waiter.done():
            waiter.set_result(None)

    def _broken(self, error: Exception) -> bytes:
        """What came before the break, or the break."""
        if chunk := self._before(error):
            return chunk
        if (ours := self.translated(error)) is not error:
            raise ours from error
        raise error

    def _before(self, error: Exception) -> bytes:
        """What came before the break, which aiohttp would not give any more."""
        content = self._content
        if self._finished or content is None or content.exception() is not error:
            return b""
        content.set_exception(None)  # type: ignore[arg-type]
        chunk = content.read_nowait()
        content.set_exception(error)
        return chunk

    # -- limits --------------------------------------------------------------------------------------------------------

    def waits(self, phase: str) -> float | None:
        self._phase = phase
        limit: float | None = getattr(self._limits, phase)
        ends = self._timing.ends
        if ends is None:
            return limit
        left = ends - time.monotonic()
        return left if limit is None else min(limit, left)

    def _expect_within(self, silence: float | None) -> None:
        """Bear silence for so long from now on, counted anew with every byte that comes; None is for ever."""
        self._silence = silence
        if self._line is not None:
            self._line.heard = time.monotonic()
            if (due := self.due()) is not None:
                self._line.alarm.by(due)

    def _expect_nothing(self) -> None:
        self._silence = None
        self._timing.reading(None)

    def due(self) -> float | None:
        ends = self._timing.ends
        if self._silence is None or self._line is None:
            return ends
        silent = self._line.heard + self._silence
        return silent if ends is None else min(silent, ends)

    def late(self) -> None:
        self._fail(aiohttp.SocketTimeoutError())

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
        self.heard()
        self._let_go(reusable=False)

    def drop(self) -> None:
        """Let go of everything at once; who waits for it fails."""
        self._finished = True
        if self._line is not None:
            self._fail(aiohttp.ClientConnectionError("the stream was closed"))
            self._let_go(reusable=False)

    def _fail(self, error: BaseException) -> None:
        (self._protocol if self._content is None else self._content).set_exception(error)
        self.heard()

    def _whole(self) -> None:
        if self._until_closed and self._line is not None and self._line.error is not None:
            self._fail(self._line.error)  # it was to be closed, and was reset
        self.heard()
        self._let_go(reusable=self._sending is not None and self._sending.done)

    def _let_go(self, *, reusable: bool) -> None:
        line, self._line = self._line, None
        if self._sending is not None:
            self._sending.stop()
        if line is not None:
            self._pool.put(line, reusable=reusable)

    def translated(self, error: Exception) -> Exception:
        """The port's error for one of aiohttp's; what the source of the body raised stays what it is."""
        caused = self._sending is not None and error is self._sending.fault
        return translated(error, self._phase, self._timing) if isinstance(error, VENDORS) and not caused else error
