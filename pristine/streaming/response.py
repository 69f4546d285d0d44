"""What a caller holds while a stream is open: iterate it, look at its head, cancel it, close it.

Both faces stand on one Session; here is only the colour. A response is used in a `with` block, which always gives the
connection back or closes it; one that is dropped open warns and is closed by its finaliser.
"""

import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from operator import length_hint
from types import TracebackType
from typing import Any, Protocol, Self

import attrs

from pristine.ports.blocking import finish
from pristine.ports.events import Event
from pristine.ports.headers import Headers
from pristine.ports.messages import StreamHead


@attrs.frozen
class StreamMetadata:
    """Facts about an open stream: `connected_after` is in seconds since the call began; `url` has its query masked."""

    endpoint: str
    method: str
    url: str
    attempts: int
    request_id: str | None
    connected_after: float


class Session(Protocol):
    """What a stream response stands on. `next` gives events that arrived together, or None at the end."""

    closed: bool
    events: int
    bytes: int

    @property
    def head(self) -> StreamHead: ...
    @property
    def metadata(self) -> StreamMetadata: ...
    @property
    def last_event_id(self) -> str: ...
    async def open(self) -> None: ...
    async def next(self) -> list[Event] | None: ...
    def cancel(self) -> None: ...
    async def aclose(self) -> None: ...


class _Response:
    """What both faces share."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ready: Iterator[Event] = iter(())
        self._last: Event | None = None
        self._left_unread = False

    @property
    def status(self) -> int:
        """The status code."""
        return self._session.head.status

    @property
    def headers(self) -> Headers:
        """The header fields."""
        return self._session.head.headers

    @property
    def metadata(self) -> StreamMetadata:
        """The endpoint, the attempts it took, the request id, the time to the head."""
        return self._session.metadata

    @property
    def last_event_id(self) -> str:
        """The id to resume after: that of the last event taken from this response, "" if it had none."""
        if self._last is not None and (self._left_unread or length_hint(self._ready)):
            return self._last.id
        return self._session.last_event_id

    @property
    def events_received(self) -> int:
        """How many events have been decoded."""
        return self._session.events

    @property
    def bytes_received(self) -> int:
        """How many bytes of the body have arrived, as they were on the wire."""
        return self._session.bytes

    @property
    def closed(self) -> bool:
        """Whether the connection has been given back or closed."""
        return self._session.closed

    def cancel(self) -> None:
        """End the stream, from any thread or task: a reader that waits gets StreamCancelled at once."""
        self._drop_ready()
        self._session.cancel()

    def _drop_ready(self) -> None:
        self._left_unread = self._left_unread or length_hint(self._ready) > 0
        self._ready = iter(())

    def __repr__(self) -> str:
        state = "closed" if self.closed else "open"
        return f"<{type(self).__name__} {self.status} {self.metadata.endpoint}, {state}, {self.events_received} events>"

    def __del__(self) -> None:
        session = getattr(self, "_session", None)
        if session is not None and not session.closed:
            session.cancel()
            message = f"{type(self).__name__} of {session.metadata.endpoint!r} was dropped open: use it in a with block"
            warnings.warn(message, ResourceWarning, stacklevel=1, source=self)


class StreamResponse(_Response):
    """An open stream, blocking: `for event in response`. The connection is read only as fast as that loop."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        for event in self._ready:
            self._last = event
            return event
        batch = finish(self._session.next())
        if batch is None:
            raise StopIteration
        self._ready = iter(batch)
        return self.__next__()

    @property
    def stream(self) -> Iterator[Event]:
        """The events; the same as iterating the response."""
        return self

    def close(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self._drop_ready()
        finish(self._session.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncStreamResponse(_Response):
    """An open stream, async: `async for event in response`."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        for event in self._ready:
            self._last = event
            return event
        batch = await self._session.next()
        if batch is None:
            raise StopAsyncIteration
        self._ready = iter(batch)
        return await self.__anext__()

    @property
    def stream(self) -> AsyncIterator[Event]:
        """The events; the same as iterating the response."""
        return self

    async def aclose(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self._drop_ready()
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


class Opening:
    """A stream about to be opened: `async with` it, or `await` it and close the response yourself."""

    def __init__(self, opening: Callable[[], Awaitable[Session]]) -> None:
        self._opening = opening
        self._response: AsyncStreamResponse | None = None

    def __await__(self) -> Generator[Any, Any, AsyncStreamResponse]:
        return self._open().__await__()

    async def _open(self) -> AsyncStreamResponse:
        self._response = AsyncStreamResponse(await self._opening())
        return self._response

    async def __aenter__(self) -> AsyncStreamResponse:
        return await self._open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._response is not None:
            await self._response.aclose()
