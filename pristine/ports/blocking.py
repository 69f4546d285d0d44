"""The only file that knows of a blocking face: blocking ports behind the async shape, and how to run over them.

The core is written once, as coroutines. Over lifted ports nothing in it suspends, so a single `send(None)` runs it to
its end: no event loop, no thread, no second copy.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

import attrs

from pristine.ports.auth import Auth
from pristine.ports.clock import Clock
from pristine.ports.errors import WrongFace
from pristine.ports.messages import Request, Response, StreamHead
from pristine.ports.transport import ByteStream, StreamTransport, Transport

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


@attrs.frozen
class LiftedTransport:
    """A blocking Transport as an AsyncTransport."""

    port: Transport

    async def asend(self, request: Request) -> Response:
        return self.port.send(request)

    async def aclose(self) -> None:
        self.port.close()


@attrs.frozen
class LiftedStreamTransport:
    """A blocking StreamTransport as an AsyncStreamTransport."""

    port: StreamTransport

    async def aopen(self, request: Request) -> "LiftedByteStream":
        return LiftedByteStream(self.port.open(request))

    async def aclose(self) -> None:
        self.port.close()


@attrs.frozen
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


@attrs.frozen
class LiftedClock:
    """A blocking Clock as an AsyncClock."""

    port: Clock

    def now(self) -> float:
        return self.port.now()

    def time(self) -> float:
        return self.port.time()

    async def asleep(self, seconds: float) -> None:
        self.port.sleep(seconds)


@attrs.frozen
class LiftedAuth:
    """An Auth that never suspends as an AsyncAuth."""

    port: Auth

    async def asign(self, request: Request) -> Request:
        return self.port.sign(request)
