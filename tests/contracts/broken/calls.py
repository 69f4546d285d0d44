"""Transports that break one promise of Transport or AsyncTransport, and keep every other."""

import asyncio
import contextlib
import gzip
import posixpath
import socket
import time
from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeVar

import attrs
import h11

from pristine.adapters.per_loop import PerProcess
from pristine.adapters.timing import Timing
from pristine.ports.blocking import LiftedByteStream, finish
from pristine.ports.errors import (
    ConnectFailed,
    ConnectionLost,
    ProtocolViolation,
    ResponseTooLarge,
    StreamClosed,
    TransportError,
)
from pristine.ports.messages import Request, Response, StreamHead
from tests.contracts.broken import good
from tests.contracts.broken.good import AsyncSends, Books, Sends

T = TypeVar("T", bound=type)

BROKEN: Final[dict[str, str]] = {}
"""`module:Name` of each -> the promise that it breaks."""


def breaks(promise: str) -> Callable[[T], T]:
    """Register a transport that breaks a promise."""

    def mark(adapter: T) -> T:
        BROKEN[f"{adapter.__module__}:{adapter.__name__}"] = promise
        return adapter

    return mark


# -- 1: every status is a Response -------------------------------------------------------------------------------------


@breaks("Transport 1")
class TakesAnInterimAnswerForTheAnswer(Sends):
    def is_interim(self, status: int) -> bool:
        return status == 100


@breaks("Transport 1")
class FollowsRedirects(Sends):
    async def collect(self, request: Request, stream: Any) -> Response:
        answer = await super().collect(request, stream)
        if 301 <= answer.status <= 308 and "location" in answer.headers:
            origin = "/".join(request.url.split("/")[:3])
            return self.send(attrs.evolve(request, url=origin + answer.headers["location"]))
        return answer


@breaks("Transport 1")
class KeepsCookies(Sends):
    cookie = ""

    def head(self, status: int, fields: list[tuple[str, str]]) -> StreamHead:
        self.cookie = dict(fields).get("Set-Cookie", "").partition(";")[0]
        return super().head(status, fields)

    def fields(self, request: Request, host: str) -> list[tuple[str, str]]:
        return super().fields(request, host) + ([("Cookie", self.cookie)] if self.cookie else [])


@breaks("Transport 1")
class WantsToSendAllFirst(Sends):
    class Opened(good.BlockingStream):
        async def receive_head(self) -> None:
            await super().receive_head()
            if (
                self.head.status == 413
                and "connection" in self.head.headers
                and self.head.headers["connection"] == "close"
            ):
                raise ConnectionLost("the server did not read it all") from ConnectionError()


# -- 2: the request is sent as given, and once -------------------------------------------------------------------------


@breaks("Transport 2")
class SaysWhoItIs(Sends):
    def fields(self, request: Request, host: str) -> list[tuple[str, str]]:
        return [*super().fields(request, host), ("User-Agent", "broken/1")]


@breaks("Transport 2")
class ForgetsRepeatedFields(Sends):
    def fields(self, request: Request, host: str) -> list[tuple[str, str]]:
        return list({name.lower(): (name, value) for name, value in super().fields(request, host)}.values())


@breaks("Transport 2")
class TidiesThePath(Sends):
    def target(self, request: Request) -> str:
        path, question, query = super().target(request).partition("?")
        return posixpath.normpath(path) + question + query


@breaks("Transport 2")
class SendsAgain(Sends):
    def send(self, request: Request) -> Response:
        try:
            return super().send(request)
        except ConnectionLost as error:
            if "shut" in str(error.__cause__):
                raise
            return super().send(request)


class _All:
    """Reads the whole of a body before it is sent."""

    async def chunks(self, body: Any) -> Any:
        for chunk in list(body.chunks()):
            yield chunk


@breaks("Transport 2")
class CollectsBodies(Sends):
    class Opened(good.BlockingStream):
        async def send(self) -> None:
            io, self.books.io.chunks = self.books.io.chunks, _All().chunks
            try:
                await super().send()
            finally:
                self.books.io.chunks = io


@breaks("Transport 2")
class TakesTheSourcesFaultForItsOwn(AsyncSends):
    class Opened(good.AsyncStream):
        async def send(self) -> None:
            try:
                await super().send()
            except LookupError as error:
                raise ConnectionLost("the body failed") from error


# -- 3: the response is whole, and as it was sent ----------------------------------------------------------------------


@breaks("Transport 3")
class JoinsFields(Sends):
    def head(self, status: int, fields: list[tuple[str, str]]) -> StreamHead:
        joined: dict[str, str] = {}
        for name, value in fields:
            joined[name.lower()] = f"{joined[name.lower()]}, {value}" if name.lower() in joined else value
        return super().head(status, list(joined.items()))


@breaks("Transport 3")
class TakesABreakForTheEnd(Sends):
    class Opened(good.BlockingStream):
        async def anext(self, within: float | None = None) -> bytes:
            try:
                return await super().anext(within)
            except ConnectionLost:
                if self.shutting:
                    raise
                return b""


@breaks("Transport 3")
class Decompresses(Sends):
    async def collect(self, request: Request, stream: Any) -> Response:
        answer = await super().collect(request, stream)
        if answer.headers.get("content-encoding") == "gzip":
            return attrs.evolve(answer, body=gzip.decompress(answer.body))
        return answer


# -- 4: every failure is a TransportError ------------------------------------------------------------------------------


@breaks("Transport 4")
class LetsExceptionsThrough(Sends):
    class Opened(good.BlockingStream):
        async def receive_head(self) -> None:
            try:
                await super().receive_head()
            except (ConnectionLost, ProtocolViolation) as error:
                if not self.shutting:
                    raise error.__cause__ or error from None
                raise


@breaks("Transport 4")
class HidesTheCause(Sends):
    def send(self, request: Request) -> Response:
        try:
            return super().send(request)
        except TransportError as error:
            raise error from None


@breaks("Transport 4")
class SaysThatNothingWasSent(Sends):
    def translated(self, error: Exception, phase: str, timing: Timing, *, ended: bool) -> TransportError:
        ours = super().translated(error, phase, timing, ended=ended)
        return ConnectFailed(str(ours)) if phase == "head" and type(ours) is ConnectionLost else ours


@breaks("Transport 4")
class KnowsNoProtocolViolation(Sends):
    def translated(self, error: Exception, phase: str, timing: Timing, *, ended: bool) -> TransportError:
        ours = super().translated(error, phase, timing, ended=ended)
        is_one = type(ours) is ProtocolViolation
        return ConnectionLost(str(ours)) if is_one else ours


@breaks("Transport 4")
class LosesThePlaceOfAFailure(Sends):
    class Opened(good.BlockingStream):
        def drop(self) -> None:
            if type(self.fault) is ConnectFailed and self in self.books.live:
                self.books.live.discard(self)
            super().drop()


@breaks("Transport 4")
class TellsSecrets(Sends):
    class Opened(good.BlockingStream):
        async def receive_head(self) -> None:
            try:
                await super().receive_head()
            except ConnectionLost as error:
                error.message += f" ({self.request.url})"
                raise


# -- 5: each limit holds, and is named ---------------------------------------------------------------------------------


class _Unlimited(Sends):
    without: ClassVar[str]

    def left(self, timing: Timing, limit: str, phase: str) -> float | None:
        if limit != self.without:
            return super().left(timing, limit, phase)
        return None if timing.ends is None else timing.ends - time.monotonic()


@breaks("Transport 5")
class HasNoConnectLimit(_Unlimited):
    without = "connect"


@breaks("Transport 5")
class HasNoReadLimit(_Unlimited):
    without = "read"


@breaks("Transport 5")
class HasNoWriteLimit(_Unlimited):
    without = "write"


@breaks("Transport 5")
class HasNoPoolLimit(_Unlimited):
    without = "pool"


@breaks("Transport 5")
class HasNoTotal(AsyncSends):
    def left(self, timing: Timing, limit: str, phase: str) -> float | None:
        seconds: float | None = getattr(timing.timeout, limit)
        return seconds


@breaks("Transport 5")
class NamesTheWrongPhase(Sends):
    def translated(self, error: Exception, phase: str, timing: Timing, *, ended: bool) -> TransportError:
        return super().translated(error, "head" if phase == "body" else phase, timing, ended=ended)


@breaks("Transport 5")
class IsImpatient(Sends):
    def left(self, timing: Timing, limit: str, phase: str) -> float | None:
        seconds = super().left(timing, limit, phase)
        return seconds / 4 if seconds is not None and limit == "read" and seconds < 1 else seconds


# -- 6: threads, fork, event loops -------------------------------------------------------------------------------------


@breaks("Transport 6")
class ConfusesThreads(Sends):
    """With more than four calls at once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.under_way: list[Request] = []

    def send(self, request: Request) -> Response:
        self.under_way.append(request)
        try:
            crowded = len(self.under_way) > 4
            return super().send(self.under_way[0] if crowded else request)
        finally:
            self.under_way.remove(request)


class _Shared:
    """One of a thing, whatever process asks."""

    def __init__(self, make: Callable[[], Books]) -> None:
        self._made: Books | None = None
        self._make = make

    def get(self) -> Books:
        self._made = self._made or self._make()
        return self._made

    def pop(self) -> Books | None:
        made, self._made = self._made, None
        return made


@breaks("Transport 6")
class SharesConnectionsWithItsChild(Sends):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.books: Any = _Shared(lambda: Books(good.BlockingIO(), self.max_connections))


@breaks("Transport 6")
class RunsAnEventLoop(Sends):
    def send(self, request: Request) -> Response:
        async def main() -> Response:
            return await self.collect(request, LiftedByteStream(self.begun(request)))

        return asyncio.run(main())


@breaks("AsyncTransport 6a")
class BelongsToOneEventLoop(AsyncSends):
    shareable = False
    loop: Any = None

    async def asend(self, request: Request) -> Response:
        self.loop = self.loop or asyncio.get_running_loop()
        if self.loop is not asyncio.get_running_loop():
            raise RuntimeError("attached to a different loop")
        return await super().asend(request)


@breaks("BothFaces shareable")
class IsNotShareable(AsyncSends):
    busy: ClassVar[dict[Any, int]] = {}

    async def asend(self, request: Request) -> Response:
        loop = asyncio.get_running_loop()
        self.busy[loop] = self.busy.get(loop, 0) + 1
        try:
            if len(self.busy) > 1:
                raise RuntimeError("attached to a different loop")
            await asyncio.sleep(0.001)
            return await super().asend(request)
        finally:
            self.busy[loop] -= 1
            if not self.busy[loop]:
                del self.busy[loop]


# -- 7: max_response_bytes ---------------------------------------------------------------------------------------------


async def _whole(stream: Any) -> Response:
    pieces = []
    while piece := await stream.anext():
        pieces.append(piece)
    await stream.aclose()
    return Response(stream.head.status, stream.head.headers, b"".join(pieces))


@breaks("Transport 7")
class MeasuresInTheEnd(Sends):
    async def collect(self, request: Request, stream: Any) -> Response:
        with contextlib.ExitStack() as stack:
            stack.callback(lambda: finish(stream.aclose()))
            answer = await _whole(stream)
        if request.max_response_bytes is not None and len(answer.body) > request.max_response_bytes:
            raise ResponseTooLarge("too large", status=answer.status, headers=answer.headers)
        return answer


@breaks("Transport 7")
class RefusesTheBoundItself(Sends):
    async def collect(self, request: Request, stream: Any) -> Response:
        if request.max_response_bytes is not None:
            request = attrs.evolve(request, max_response_bytes=request.max_response_bytes - 1)
        return await super().collect(request, stream)


# -- 8: close ----------------------------------------------------------------------------------------------------------


@breaks("Transport 8")
class ClosesOnce(Sends):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True
        super().close()

    def begun(self, request: Request) -> Any:
        self.closed = False
        return super().begun(request)


@breaks("Transport 8")
class IsOfNoUseAfterClose(AsyncSends):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.closed: set[Any] = set()

    async def aclose(self) -> None:
        self.closed.add(asyncio.get_running_loop())
        await super().aclose()

    async def asend(self, request: Request) -> Response:
        if asyncio.get_running_loop() in self.closed:
            raise StreamClosed("the transport is closed")
        return await super().asend(request)


@breaks("Transport 8")
class LeavesIdleConnections(Sends):
    kept: ClassVar[list[Any]] = []

    def close(self) -> None:
        if (books := self.books.pop()) is not None:
            self.kept.extend(books.idle)
            books.idle.clear()
            books.close()


@breaks("Transport 8")
class LeavesWhatIsInUse(Sends):
    def close(self) -> None:
        if (books := self.books.pop()) is not None:
            books.live.clear()
            books.close()


@breaks("Transport 8")
class LeavesATask(AsyncSends):
    tasks: ClassVar[list[Any]] = []

    async def asend(self, request: Request) -> Response:
        self.tasks.append(asyncio.create_task(asyncio.sleep(3600)))
        return await super().asend(request)


@breaks("Transport 8")
class LeavesItToTheCollector(Sends):
    """A connection that is closed by its finaliser alone, which warns."""

    def close(self) -> None:
        if (books := self.books.pop()) is not None:
            books.idle.clear()
            books.close()


# -- 9: cancelled calls ------------------------------------------------------------------------------------------------


@breaks("AsyncTransport 9")
class LosesAPlace(AsyncSends):
    class Opened(good.AsyncStream):
        async def receive_head(self) -> None:
            try:
                await super().receive_head()
            except asyncio.CancelledError:
                self.books.live.discard(self)
                assert self.line is not None
                self.line.close()
                raise


@breaks("AsyncTransport 9")
class LosesAPlaceInTheQueue(AsyncSends):
    async def place(self, books: Books, timing: Timing) -> None:
        if not books.places.locked():
            await super().place(books, timing)
            return
        taking = asyncio.ensure_future(super().place(books, timing))
        try:
            await asyncio.shield(taking)
        except asyncio.CancelledError:
            taking.add_done_callback(lambda done: done.exception())
            raise


@breaks("AsyncTransport 9")
class LeavesTheConnection(AsyncSends):
    left_open: ClassVar[list[socket.socket]] = []

    class Opened(good.AsyncStream):
        async def receive_head(self) -> None:
            try:
                await super().receive_head()
            except asyncio.CancelledError:
                assert self.line is not None
                line = self.line
                self.loop.call_later(3, line.close)
                self.line = None
                LeavesTheConnection.left_open.append(line)
                raise

    async def aclose(self) -> None:
        while self.left_open:
            self.left_open.pop().close()
        await super().aclose()


@breaks("AsyncTransport 9")
class SwallowsTheCancellation(AsyncSends):
    async def asend(self, request: Request) -> Response:
        try:
            return await super().asend(request)
        except asyncio.CancelledError:
            raise ConnectionLost("cancelled") from None


# -- 10: which connection is used again --------------------------------------------------------------------------------


class _Trusting(Books):
    def kept(self, address: tuple[str, int]) -> socket.socket | None:
        for entry in list(self.idle):
            with contextlib.suppress(ValueError):
                self.idle.remove(entry)
                if entry[0] == address:
                    return entry[1]
                entry[1].close()
        return None


@breaks("Transport 10")
class TrustsIdleConnections(Sends):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.books = PerProcess(lambda: _Trusting(good.BlockingIO(), self.max_connections))


@breaks("Transport 10")
class TakesWhatIsLeftForAnAnswer(Sends):
    left_over: ClassVar[dict[socket.socket, bytes]] = {}

    def is_reusable(self, talk: h11.Connection) -> bool:
        return talk.our_state is h11.DONE and talk.their_state is h11.DONE

    class Opened(good.BlockingStream):
        async def connect(self) -> None:
            await super().connect()
            assert self.line is not None
            if left := TakesWhatIsLeftForAnAnswer.left_over.pop(self.line, b""):
                self.talk.receive_data(left)

        def drop(self) -> None:
            if self.line is not None:
                TakesWhatIsLeftForAnAnswer.left_over[self.line] = self.talk.trailing_data[0]
            super().drop()


@breaks("Transport 10")
class DoesNotBelieveInClose(Sends):
    def is_reusable(self, talk: h11.Connection) -> bool:
        return not talk.trailing_data[0] and self.status == 200

    def head(self, status: int, fields: list[tuple[str, str]]) -> StreamHead:
        self.status = status
        return super().head(status, fields)
