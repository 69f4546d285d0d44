"""An open response of either face: read piece by piece, and its connection given back once, whatever happens.

One that is dropped open is cancelled.
"""

import asyncio
import contextlib

from pristine.adapters.httpcore.bodies import BlockingGiven, BlockingReading, LoopGiven, LoopReading, Plain
from pristine.adapters.httpcore.pool import Opened, Pool
from pristine.adapters.httpcore.wires import Wire
from pristine.ports.errors import ConnectionLost, StreamClosed


class BlockingStream:
    """`_held` has what was opened until it is given back: whichever thread takes it out has it alone."""

    _is_whole = _is_closed = False
    _cut: Wire | None = None

    def __init__(self, opened: Opened, pool: Pool) -> None:
        self.head = opened.head
        self._body = (
            BlockingReading(opened.source, opened.line.wire, opened.exchange)
            if opened.source
            else BlockingGiven(opened.body)
        )
        self._held = [opened]
        self._pool = pool

    def next(self, within: float | None = None) -> bytes:
        if self._is_whole and not self._is_closed:
            return b""
        if not (held := self._held[:]):
            raise StreamClosed("the stream is closed")
        exchange = held[0].exchange
        exchange.reading(within)
        try:
            chunk = self._body.next()
        except self._pool.errors.kinds as error:
            exchange.fail(error, "body")
        if not self._held:
            raise ConnectionLost("the stream was closed while it was read")
        if not chunk:
            self._is_whole = True
            self._give_back()
        return chunk

    def cancel(self) -> None:
        with contextlib.suppress(IndexError):
            opened = self._held.pop()
            self._cut = opened.line.wire
            opened.line.wire.shut()
            self._pool.abandon(opened.line)

    def __del__(self) -> None:
        if self._held:
            self.cancel()
        if self._cut is not None:
            self._cut.close()  # nobody reads it any more

    def close(self) -> None:
        self._is_closed = True
        self._is_whole = self._body.whole  # its end may have come with the last piece
        self._give_back()

    def _give_back(self) -> None:
        with contextlib.suppress(IndexError):
            opened = self._held.pop()
            if not self._is_whole:
                self._pool.put(opened.line)
                return
            try:
                if not isinstance(opened.source, Plain):
                    opened.body.close()
            finally:
                self._pool.put_whole(opened)


class LoopStream:
    """It belongs to the loop it was opened in; `cancel` alone may come from elsewhere."""

    _is_whole = _is_closed = False

    def __init__(self, opened: Opened, pool: Pool) -> None:
        self.head = opened.head
        self._body = (
            LoopReading(opened.source, opened.line.wire, opened.exchange) if opened.source else LoopGiven(opened.body)
        )
        self._opened: Opened | None = opened
        self._pool = pool
        self._loop = asyncio.get_running_loop()

    async def anext(self, within: float | None = None) -> bytes:
        if self._is_whole and not self._is_closed:
            return b""
        if self._opened is None:
            raise StreamClosed("the stream is closed")
        exchange = self._opened.exchange
        exchange.reading(within)
        try:
            chunk = await self._body.anext()
        except self._pool.errors.kinds as error:
            exchange.fail(error, "body")
        if self._opened is None:
            raise ConnectionLost("the stream was closed while it was read")
        if not chunk:
            self._is_whole = True
            await self._give_back()
        return chunk

    def cancel(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, and its pool with it
            self._loop.call_soon_threadsafe(self._drop)

    def _drop(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            self._pool.put(opened.line)

    def __del__(self) -> None:
        if self._opened is not None:
            self.cancel()

    async def aclose(self) -> None:
        self._is_closed = True
        self._is_whole = self._body.whole  # its end may have come with the last piece
        if self._is_whole:
            await self._give_back()
            return
        self._drop()
        if isinstance(self._body, LoopGiven):
            await self._body.aclose()

    async def _give_back(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            try:
                if not isinstance(opened.source, Plain):
                    await opened.body.aclose()
            finally:
                self._pool.put_whole(opened)
