"""A wire of the async face: asyncio's transport below a core, which else goes through anyio, and a third slower.

What has arrived waits here, a bounded piece; what nobody reads is left in the kernel. A cancelled task tears nothing:
to write is to hand over, and to close is to abort.
"""

import asyncio
import contextlib
import select
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any

from pristine.adapters.httpcore.errors import Passed
from pristine.adapters.httpcore.exchange import Exchange
from pristine.adapters.httpcore.wires import PIECE, READ


class LoopWire(asyncio.BufferedProtocol):
    """A transport of the running loop. `gone` is done when its socket is closed, and `ended` is told so."""

    corked = False
    _transport: Any = None

    def __init__(
        self, space: bytearray, failed_to_write: type[Exception], ended: Callable[["LoopWire"], object]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._space = memoryview(space)
        self._failed_to_write = failed_to_write
        self._ended = ended
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._wanted = READ  # as much as was asked for last: who takes that at once is not paused for it
        self._held = b""
        self._is_paused = self._is_over = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[bool] | None = None
        self._drained: asyncio.Future[bool] | None = None
        self.gone: asyncio.Future[bool] = self._loop.create_future()

    # -- what the transport says ---------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        if self._is_over:
            self._transport.abort()  # it was closed meanwhile

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._space

    def buffer_updated(self, nbytes: int) -> None:
        for start in range(0, nbytes, self._wanted):
            self._chunks.append(bytes(self._space[start : min(start + self._wanted, nbytes)]))
        self._size += nbytes
        if self._size > self._wanted and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        settle(self._reader)

    def eof_received(self) -> None:
        self._is_over = True
        settle(self._reader)

    def connection_lost(self, exc: Exception | None) -> None:
        self._error = self._error or exc
        self._is_over = True
        settle(self._reader)
        settle(self._drained)
        settle(self.gone)
        self._ended(self)

    def pause_writing(self) -> None:
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        settle(self._drained)
        self._drained = None

    # -- what a core asks ----------------------------------------------------------------------------------------------

    async def read(self, max_bytes: int, timeout: Exchange, limit: str = "read") -> bytes:
        self._wanted = max_bytes
        if self._held:
            with contextlib.suppress(OSError):
                held, self._held = self._held, b""
                await self._send(held, timeout, "write")
        seconds = timeout.left(limit)
        if not self._chunks and not self._is_over:
            self._reader = self._loop.create_future()
            await waited(self._reader, seconds)
        if self._chunks:
            return self._taken(max_bytes)
        if self._error is not None:
            raise ConnectionError(str(self._error) or "the connection was lost") from self._error
        if not self._is_over:
            raise Passed(limit)
        return b""

    def _taken(self, max_bytes: int) -> bytes:
        chunk = self._chunks.popleft()
        if len(chunk) > max_bytes:
            self._chunks.appendleft(chunk[max_bytes:])
            chunk = chunk[:max_bytes]
        self._size -= len(chunk)
        if self._is_paused and not self._chunks and not self._is_over:
            self._is_paused = False
            self._transport.resume_reading()
        return chunk

    async def write(self, buffer: bytes, timeout: Exchange, limit: str = "write") -> None:
        if self.corked and len(self._held) + len(buffer) < PIECE:
            self._held += buffer
            return
        parts, self._held = (self._held, buffer), b""
        try:
            for part in parts:
                await self._send(part, timeout, limit)
        except OSError as error:
            raise self._failed_to_write(str(error)) from error

    async def _send(self, data: bytes, timeout: Exchange, limit: str) -> None:
        view = memoryview(data)
        for start in range(0, len(view), PIECE):
            seconds = timeout.left(limit)
            if self._is_over:
                raise ConnectionError("the connection is closed") from self._error
            self._transport.write(view[start : start + PIECE])
            if self._drained is not None and not await waited(self._drained, seconds):
                raise Passed(limit)

    # -- what a pool asks ----------------------------------------------------------------------------------------------

    @property
    def protocol(self) -> str | None:
        tls: ssl.SSLObject | None = self._transport.get_extra_info("ssl_object")
        return None if tls is None else tls.selected_alpn_protocol()

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Put TLS on it, whether or not there is some; what came before must not be taken for what comes by it."""
        if self._chunks:
            raise ConnectionError("the proxy said more than it was asked")
        below = self._transport
        try:
            self._transport = await self._loop.start_tls(below, self, context, server_hostname=host)
        except BaseException:
            below.abort()
            self.connection_lost(None)  # nobody else says it now
            raise

    def is_silent(self) -> bool:
        """The loop alone may not know yet; on Windows it has to do."""
        if self._chunks or self._is_over or self._transport.is_closing():
            return False
        if not hasattr(select, "poll"):
            return True
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket"), select.POLLIN)
        return not poll.poll(0)

    def shut(self) -> None:
        self._error = self._error or ConnectionAbortedError("the connection was closed from this side")
        self._is_over = True
        self._chunks.clear()
        if self._transport is not None and not self.gone.done():
            self._transport.abort()
        settle(self._reader)
        settle(self._drained)

    close = shut

    async def aclose(self) -> None:
        self.close()


def settle(future: "asyncio.Future[bool] | None", is_in_time: bool = True) -> None:
    """Let who waits go on, if somebody does."""
    if future is not None and not future.done():
        future.set_result(is_in_time)


async def waited(future: "asyncio.Future[bool]", seconds: float | None) -> bool:
    """Wait for what `settle` settles; false when the time is over."""
    timer = None if seconds is None else future.get_loop().call_later(seconds, settle, future, False)
    try:
        return await future
    finally:
        if timer is not None:
            timer.cancel()
