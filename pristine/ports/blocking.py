"""The only file that knows of a blocking face: blocking ports behind the async shape, and how to run over them.

The core is written once, as coroutines. Over lifted ports nothing in it suspends, so a single `send(None)` runs it to
its end: no event loop, no thread, no second copy.
"""

from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, TypeVar

from pristine.ports.admission import Demand, Permit, RateLimiter, Report, Reservation, Semaphore
from pristine.ports.auth import Auth, refused_by
from pristine.ports.clock import Clock
from pristine.ports.errors import WrongFace
from pristine.ports.messages import Request, Response, StreamHead
from pristine.ports.transport import ByteStream, StreamTransport, Transport
from pristine.ports.values import frozen

T = TypeVar("T")


def finish(call: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine none of whose ports suspends; raises WrongFace where one does."""
    try:
        call.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    finally:
        call.close()
    raise WrongFace("a port given to the blocking face suspended: give Pipeline blocking ports, or use AsyncPipeline")


async def lifted_chunks(chunks: Iterator[bytes]) -> AsyncGenerator[bytes]:
    """A body's blocking chunks as async ones, which close them."""
    try:
        for chunk in chunks:
            yield chunk
    finally:
        if close := getattr(chunks, "close", None):
            close()


@frozen
class LiftedTransport:
    """A blocking Transport as an AsyncTransport."""

    port: Transport

    async def asend(self, request: Request) -> Response:
        return self.port.send(request)

    async def aclose(self) -> None:
        self.port.close()


@frozen
class LiftedStreamTransport:
    """A blocking StreamTransport as an AsyncStreamTransport."""

    port: StreamTransport

    async def aopen(self, request: Request) -> "LiftedByteStream":
        return LiftedByteStream(self.port.open(request))

    async def aclose(self) -> None:
        self.port.close()


@frozen
class LiftedByteStream:
    """A blocking ByteStream as an AsyncByteStream."""

    port: ByteStream

    @property
    def head(self) -> StreamHead:
        return self.port.head

    async def anext(self, within: float | None = None) -> bytes:
        return self.port.next(within)

    def cancel(self) -> None:
        self.port.cancel()

    async def aclose(self) -> None:
        self.port.close()


class LiftedClock:
    """A blocking Clock as an AsyncClock. Its moments are the port's own method: each call asks for several."""

    def __init__(self, port: Clock) -> None:
        self.port = port
        self.now, self.time = port.now, port.time

    async def asleep(self, seconds: float) -> None:
        self.port.sleep(seconds)


@frozen
class LiftedPermit:
    """A blocking Permit as an AsyncPermit."""

    port: Permit

    def release(self, report: Report | None = None) -> None:
        self.port.release(report)

    async def arelease(self, report: Report | None = None) -> None:
        self.port.release(report)


@frozen
class LiftedSemaphore:
    """A blocking Semaphore as an AsyncSemaphore."""

    port: Semaphore

    async def aacquire(self, demand: Demand, within: float | None) -> LiftedPermit | None:
        permit = self.port.acquire(demand, within)
        return None if permit is None else LiftedPermit(permit)


@frozen
class LiftedRateLimiter:
    """A RateLimiter that does no I/O, or blocks for it, as an AsyncRateLimiter."""

    port: RateLimiter

    async def areserve(self, demand: Demand, now: float) -> Reservation:
        return self.port.reserve(demand, now)

    async def adelay(self, reservation: Any, now: float) -> float:
        return self.port.delay(reservation, now)

    async def acancel(self, reservation: Any, now: float) -> None:
        self.port.cancel(reservation, now)

    async def asettle(self, reservation: Any, report: Report) -> None:
        self.port.settle(reservation, report)


@frozen
class LiftedAuth:
    """An Auth that never suspends as an AsyncAuth."""

    port: Auth

    async def asign(self, request: Request) -> Request:
        return self.port.sign(request)

    def refused(self, request: Request) -> bool:
        return refused_by(self.port, request)
