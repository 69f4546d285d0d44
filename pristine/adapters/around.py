"""What transports around others share: each is written once, in the async shape, and has both faces of it.

One that is around another has those faces and methods that the inner one has, and its capabilities: where `aopen` is
missing inside, it is missing outside.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar, cast

from pristine.adapters.waiting import Waits, waits_on
from pristine.ports.blocking import LiftedStreamTransport, LiftedTransport, finish, lifted_chunks
from pristine.ports.body import AsyncBody, blocking_chunks
from pristine.ports.capabilities import Capability, capabilities_of, faces_of
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.collected import collected
from pristine.ports.errors import ConfigurationError, StreamClosed
from pristine.ports.messages import Request, Response, StreamHead
from pristine.ports.transport import AsyncTransport
from pristine.ports.values import frozen

M = TypeVar("M", bound=Callable[..., Any])


@frozen
class Side:
    """One face, in the async shape: how it waits, how it reads the body of a request, what is under it, if anything."""

    waits: Waits
    chunks: Callable[[AsyncBody], AsyncIterator[bytes]]
    streams: Any = None


class OpenStream(ABC):
    """An open body with both faces, out of the async one."""

    head: StreamHead

    @abstractmethod
    async def anext(self, within: float | None = None) -> bytes: ...
    @abstractmethod
    def cancel(self) -> None: ...
    @abstractmethod
    async def aclose(self) -> None: ...

    def next(self, within: float | None = None) -> bytes:
        return finish(self.anext(within))

    def close(self) -> None:
        finish(self.aclose())


class TwoFaced(ABC):
    """Both faces of Transport and StreamTransport, out of one way to open a stream."""

    def __init__(self, clock: Clock | AsyncClock | None, inner: Any = None) -> None:
        blocking, asynchronous = waits_on(clock)
        self._blocking = Side(blocking, lambda body: lifted_chunks(blocking_chunks(body)), _lifted(inner))
        self._async = Side(asynchronous, lambda body: body.achunks(), _streams(inner))

    @abstractmethod
    async def _open(self, side: Side, request: Request) -> OpenStream:
        """Open a response on one side."""

    def send(self, request: Request) -> Response:
        return finish(self._whole(self._blocking, request))

    def open(self, request: Request) -> OpenStream:
        return finish(self._open(self._blocking, request))

    async def asend(self, request: Request) -> Response:
        return await self._whole(self._async, request)

    async def aopen(self, request: Request) -> OpenStream:
        return await self._open(self._async, request)

    async def _whole(self, side: Side, request: Request) -> Response:
        return await collected(request, await self._open(side, request))


class _OfInner:
    """A method that is there only where `inner` has one of that name."""

    def __init__(self, method: Any) -> None:
        self._method = method

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is not None:
            getattr(instance.inner, self._name)  # raises the AttributeError of a method that is not there
        return self._method.__get__(instance, owner)


def of_inner(method: M) -> M:
    """Make a method be there only where the inner transport has it."""
    return cast("M", _OfInner(method))


class Around(TwoFaced):
    """A transport around `inner`, an instance, which is closed with it. Whole responses are read from inner streams."""

    def __init__(self, inner: Any, clock: Clock | AsyncClock | None) -> None:
        if isinstance(inner, type) or not faces_of(inner):
            told = "inner: give a transport; in a configuration, its name or its options"
            raise ConfigurationError(told, setting="inner")
        self.inner = inner
        super().__init__(clock, inner)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return capabilities_of(self.inner)

    send = of_inner(TwoFaced.send)
    open = of_inner(TwoFaced.open)
    asend = of_inner(TwoFaced.asend)
    aopen = of_inner(TwoFaced.aopen)

    @of_inner
    def close(self) -> None:
        self.inner.close()

    @of_inner
    async def aclose(self) -> None:
        await self.inner.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({type(self.inner).__name__})"


class Whole(OpenStream):
    """A whole response as a stream of one chunk."""

    def __init__(self, response: Response) -> None:
        self.head = StreamHead(response.status, response.headers)
        self._left = response.body
        self._open = True

    async def anext(self, within: float | None = None) -> bytes:
        if not self._open:
            raise StreamClosed("the stream is closed")
        chunk, self._left = self._left, b""
        return chunk

    def cancel(self) -> None:
        self._open = False

    async def aclose(self) -> None:
        self._open = False


@frozen
class _Unary:
    """A transport that cannot stream, as one that gives its responses in one chunk."""

    port: AsyncTransport

    async def aopen(self, request: Request) -> "Whole":
        return Whole(await self.port.asend(request))


def _lifted(inner: Any) -> Any:
    return LiftedStreamTransport(inner) if hasattr(inner, "open") else _Unary(LiftedTransport(inner))


def _streams(inner: Any) -> Any:
    return inner if hasattr(inner, "aopen") else _Unary(inner)
