"""Transports that break one promise of StreamTransport or ByteStream, and keep every other."""

import asyncio
import contextlib
import select
import socket
import threading
from typing import Any

import h11

from pristine.ports.capabilities import Capability
from pristine.ports.errors import ConnectionLost, ProtocolViolation, StreamClosed, TransportError
from pristine.ports.messages import Request
from tests.contracts.broken import good
from tests.contracts.broken.calls import breaks
from tests.contracts.broken.good import AsyncOpens, Opens

# -- ByteStream 1: bytes as they arrive; the end is the end ------------------------------------------------------------


@breaks("ByteStream 1")
class HoldsAChunkBack(Opens):
    class Opened(good.BlockingStream):
        """A chunk is returned when the next one begins."""

        async def event(self, phase: str) -> Any:
            event = await super().event(phase)
            if isinstance(event, h11.Data) and event.chunk_end:
                with contextlib.suppress(TransportError):
                    while not self.talk.trailing_data[0] and self.line is not None:
                        self.talk.receive_data(await self.read(self.line, self.core.left(self.timing, "read", phase)))
            return event


@breaks("ByteStream 1")
class TakesABreakForTheEnd(AsyncOpens):
    class Opened(good.AsyncStream):
        seen = False

        async def anext(self, within: float | None = None) -> bytes:
            try:
                piece = await super().anext(within)
            except ConnectionLost:
                if self.shutting or not self.seen:
                    raise
                return b""
            self.seen = self.seen or bool(piece)
            return piece


@breaks("ByteStream 1")
class BreaksOnce(Opens):
    class Opened(good.BlockingStream):
        async def anext(self, within: float | None = None) -> bytes:
            if self.fault is not None and not self.closed:
                return b""
            return await super().anext(within)


@breaks("ByteStream 1")
class ReturnsWhatIsEmpty(AsyncOpens):
    class Opened(good.AsyncStream):
        """While it has an extension of a chunk, and no chunk yet."""

        async def read(self, line: socket.socket, seconds: float | None) -> bytes:
            if b";x=" in self.talk.trailing_data[0]:
                raise EOFError
            return await super().read(line, seconds)

        async def anext(self, within: float | None = None) -> bytes:
            try:
                return await super().anext(within)
            except EOFError:
                return b""


@breaks("ByteStream 1")
class KnowsNoWithin(Opens):
    class Opened(good.BlockingStream):
        async def anext(self, within: float | None = None) -> bytes:
            return await super().anext(None)


@breaks("ByteStream 1")
class CountsTheSilenceOfTheReader(AsyncOpens):
    class Opened(good.AsyncStream):
        last: float | None = None

        async def anext(self, within: float | None = None) -> bytes:
            limit, now = self.timing.timeout.read, self.loop.time()
            if self.last is not None and limit is not None and now - self.last > limit:
                raise self.timing.timed_out("read", "body") from TimeoutError()
            try:
                return await super().anext(within)
            finally:
                self.last = self.loop.time()


# -- ByteStream 2: not reading is back-pressure ------------------------------------------------------------------------


class _Greedy(good.BlockingStream):
    """Takes whatever there is."""

    held = b""

    async def anext(self, within: float | None = None) -> bytes:
        piece = self.held or await super().anext(within)
        self.held = b""
        pieces = [piece]
        with contextlib.suppress(ConnectionLost):
            while self.is_rich(pieces) and self.line is not None and select.select([self.line], [], [], 0.02)[0]:
                pieces.append(await super().anext(within))
        return self.given(pieces)

    def is_rich(self, pieces: list[bytes]) -> bool:
        return sum(map(len, pieces)) > 4096

    def given(self, pieces: list[bytes]) -> bytes:
        return b"".join(pieces)


@breaks("ByteStream 2")
class ReadsAhead(Opens):
    class Opened(_Greedy):
        def given(self, pieces: list[bytes]) -> bytes:
            self.held = b"".join(pieces[1:])
            return pieces[0]


@breaks("ByteStream 2")
class ReturnsAllThereIs(Opens):
    class Opened(_Greedy):
        asked = 0

        def is_rich(self, pieces: list[bytes]) -> bool:
            return sum(map(len, pieces)) < 2**21 and super().is_rich(pieces)


# -- ByteStream 3: cancel ----------------------------------------------------------------------------------------------


@breaks("ByteStream 3")
class IsDeaf(Opens):
    class Opened(good.BlockingStream):
        def cancel(self) -> None:
            """The reader is left alone."""


@breaks("ByteStream 3")
class LosesThePlaceOfACancelledStream(AsyncOpens):
    class Opened(good.AsyncStream):
        def cancel(self) -> None:
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self.shut)


@breaks("ByteStream 3")
class TakesCancelForTheEnd(Opens):
    class Opened(good.BlockingStream):
        async def anext(self, within: float | None = None) -> bytes:
            try:
                return await super().anext(within)
            except ConnectionLost:
                if not self.shutting:
                    raise
                return b""


@breaks("ByteStream 3")
class CancelsWhoeverHasTheConnection(Opens):
    class Opened(good.BlockingStream):
        had: socket.socket | None = None

        def drop(self) -> None:
            self.had = self.line or self.had
            super().drop()

        def cancel(self) -> None:
            super().cancel()
            if self.had is not None:
                with contextlib.suppress(OSError):
                    self.had.shutdown(socket.SHUT_RDWR)


# -- ByteStream 4: close -----------------------------------------------------------------------------------------------


@breaks("ByteStream 4")
class ClosesOnce(Opens):
    class Opened(good.BlockingStream):
        def close(self) -> None:
            if self.closed:
                raise StreamClosed("closed already")
            super().close()


@breaks("ByteStream 4")
class EndsWhenItIsClosed(AsyncOpens):
    class Opened(good.AsyncStream):
        async def anext(self, within: float | None = None) -> bytes:
            return b"" if self.closed else await super().anext(within)


@breaks("ByteStream 4")
class KeepsWhatWasLeftEarly(AsyncOpens):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.unclosed: list[socket.socket] = []

    async def aclose(self) -> None:
        while self.unclosed:
            self.unclosed.pop().close()
        await super().aclose()

    class Opened(good.AsyncStream):
        interrupted = False

        async def anext(self, within: float | None = None) -> bytes:
            try:
                return await super().anext(within)
            except BaseException:
                self.interrupted = True
                raise

        async def aclose(self) -> None:
            if self.line is not None and not self.over and not self.interrupted:
                assert isinstance(self.core, KeepsWhatWasLeftEarly)
                self.core.unclosed.append(self.line)
                self.line = None
            await super().aclose()


@breaks("ByteStream 4")
class ReturnsNoConnection(Opens):
    def is_reusable(self, talk: h11.Connection) -> bool:
        return False


# -- StreamTransport ---------------------------------------------------------------------------------------------------


@breaks("StreamTransport 1")
class WaitsForTheBody(Opens):
    class Opened(good.BlockingStream):
        first: bytes | None = None

        async def receive_head(self) -> None:
            await super().receive_head()
            if int(self.head.headers.get("content-length", "0")) and self.request.method != "HEAD":
                self.first = await super().anext()

        async def anext(self, within: float | None = None) -> bytes:
            first, self.first = self.first, None
            return await super().anext(within) if not first or self.closed else first


@breaks("StreamTransport 1")
class RaisesForStatus(AsyncOpens):
    async def aopen(self, request: Request) -> Any:
        stream = await super().aopen(request)
        if stream.head.status >= 400:
            await stream.aclose()
            raise ProtocolViolation("the server is at fault")
        return stream


@breaks("StreamTransport 1")
class ForgetsTheTotal(AsyncOpens):
    class Opened(good.AsyncStream):
        async def receive_head(self) -> None:
            await super().receive_head()
            self.timing._total = None


@breaks("StreamTransport 2")
class HasThreeAtATime(Opens):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.some = threading.Semaphore(3)

    def open(self, request: Request) -> Any:
        self.some.acquire()
        try:
            stream = super().open(request)
        except BaseException:
            self.some.release()
            raise
        stream.core = self
        drop = stream.drop

        def dropped() -> None:
            was_open = stream in stream.books.live and not stream.busy
            drop()
            if was_open:
                self.some.release()

        stream.drop = dropped
        return stream


@breaks("AsyncStreamTransport 3")
class LosesAPlaceOfACancelledOpen(AsyncOpens):
    async def aopen(self, request: Request) -> Any:
        opening = asyncio.ensure_future(super().aopen(request))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(lambda done: done.cancelled() or done.exception())
            asyncio.get_running_loop().call_later(3, opening.cancel)
            raise


@breaks("Capability trailers")
class HasNoTrailers(Opens):
    capabilities = Opens.capabilities | {Capability.TRAILERS}
