"""What a caller holds while a stream is open: look at its head, choose a view of its body, cancel it, close it.

Both faces stand on one Session; here is only the colour. A response is used in a `with` block, which always gives the
connection back or closes it; one that is dropped open warns and is closed by its finaliser.
"""

import builtins
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from inspect import isawaitable, iscoroutine
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, overload

from pristine.ports.blocking import finish
from pristine.ports.errors import StreamFailed, WrongFace
from pristine.ports.events import Event
from pristine.ports.generic import Of_co
from pristine.ports.headers import Headers
from pristine.ports.ledger import Attempt
from pristine.ports.values import frozen
from pristine.streaming.copying import CHUNK, Progress, Wishes, Writable, write_to
from pristine.streaming.dispatch import STOP, handle
from pristine.streaming.files import Downloaded, download
from pristine.streaming.lines import LineDecoder, Rechunker, TextDecoder
from pristine.streaming.partial import StrPath
from pristine.streaming.readers import ChunkDecoder, Reader
from pristine.streaming.view import AsyncView, Cursor, Session, View

EventsT = TypeVar("EventsT")
T = TypeVar("T")


@frozen
class StreamMetadata:
    """Facts about an open stream: `connected_after` is in seconds since the call began; `url` has its query masked.

    `attempts` is the ledger: those that were made until it was open.
    """

    endpoint: str
    method: str
    url: str
    attempts: tuple[Attempt, ...]
    request_id: str | None
    connected_after: float


class _Response(Generic[EventsT]):
    """What both faces share."""

    _view: Callable[..., Any]

    def __init__(self, session: Session) -> None:
        self._session = session
        self._cursor = Cursor(session)
        self._events_begun = False

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
        return self._session.metadata  # type: ignore[no-any-return]

    @property
    def last_event_id(self) -> str:
        """The id to resume after: that of the last event taken from this response, "" if it had none."""
        return self._cursor.last_event_id

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

    @property
    def outcome(self) -> str | None:
        """How it ended: "completed", "stopped" (left early), "cancelled", "interrupted", "failed"; None while open."""
        return self._session.outcome

    def events(self) -> EventsT:
        """The events, as they are: what iterating the response gives. May be asked for again, to go on."""
        if not self._events_begun:
            self._session.begin(self._session.events_reader)
            self._events_begun = True
        return self._view(self, self._cursor)  # type: ignore[no-any-return]

    @property
    def stream(self) -> EventsT:
        """The events; the same as iterating the response."""
        return self.events()

    def cancel(self) -> None:
        """End the stream, from any thread or task: a reader that waits gets StreamCancelled at once."""
        self._cursor.drop()
        self._session.cancel()

    def _reading(self, make: Callable[[], Reader[Any]], convert: Callable[[Any], Any] | None = None) -> Any:
        self._session.begin(make)
        return self._view(self, self._cursor, convert)

    def _items(self, schema: Any) -> Any:
        return self._reading(self._session.items_reader, self._session.converter(schema))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Give an error of the stream the facts of its response."""
        try:
            yield
        except StreamFailed as error:
            raise self._session.described(error) from None

    def __repr__(self) -> str:
        state = self.outcome or "open"
        return f"<{type(self).__name__} {self.status} {self.metadata.endpoint}, {state}, {self.events_received} events>"

    def __del__(self) -> None:
        session = getattr(self, "_session", None)
        if session is not None and not session.closed:
            session.drop()
            message = f"{type(self).__name__} of {session.metadata.endpoint!r} was dropped open: use it in a with block"
            warnings.warn(message, ResourceWarning, stacklevel=1, source=self)


class StreamResponse(_Response[View[Event]], Generic[Of_co]):
    """An open stream, blocking: `for event in response`. The connection is read only as fast as that loop.

    The body is read once, by one view: the events, or `items`, `lines`, `text`, `bytes`, `read`. Asking for another
    raises StreamConsumed.
    """

    _view = View

    def __iter__(self) -> View[Event]:
        return self.events()

    def __next__(self) -> Event:
        return next(self.events())

    @overload
    def items(self, /) -> View[Of_co]: ...
    @overload
    def items(self, schema: type[T], /) -> View[T]: ...
    @overload
    def items(self, schema: Any, /) -> View[Any]: ...
    def items(self, schema: Any = None, /) -> View[Any]:
        """The events' data in the manifest's item type, or in a type that is given, up to the `done` sentinel.

        The type is one that the serializer can read: a Model, a dataclass, `list[int]`, with "msgspec" also a Struct.
        Raises StreamFailed for an event that is an error, and DecodeError for one that is not of its type.
        """
        return self._items(schema)  # type: ignore[no-any-return]

    def lines(self) -> View[str]:
        """The body's lines, without their ends."""
        return self._reading(LineDecoder, _data)  # type: ignore[no-any-return]

    def text(self) -> View[str]:
        """The body as text, piece by piece; no character is cut."""
        return self._reading(TextDecoder)  # type: ignore[no-any-return]

    def bytes(self, chunk_size: int | None = None) -> View[builtins.bytes]:
        """The body in pieces of `chunk_size` bytes, the last one shorter; None is as they arrive."""
        return self._reading(lambda: Rechunker(chunk_size))  # type: ignore[no-any-return]

    def read(self) -> builtins.bytes:
        """The rest of the body, whole."""
        return b"".join(self.bytes())

    def to_file(
        self,
        path: StrPath,
        *,
        chunk_size: int = CHUNK,
        progress: Progress | None = None,
        resume: bool = True,
        checksum: str | None = None,
    ) -> Downloaded:
        """Bring the body into a file, which is not there, or stays as it was, until all of it has come and is right.

        Until then it grows in `PATH.part`. After a break, here as the retry policy says, or in a later call, the rest
        is asked for, if the server can give it and has the same version; `resume=False` always starts anew.
        `progress` is called with the bytes so far and the total, or None; `chunk_size` bounds the bytes of one write.
        The length, the digests that are announced, and `checksum` ("sha256:<hexadecimal>") are compared.

        Raises IntegrityError, FileError, StreamInterrupted, and whatever sending the request again may raise.
        """
        wishes = Wishes(chunk_size, progress, resume, checksum)
        self._session.begin(ChunkDecoder)
        return finish(download(self._session, path, wishes))

    def write_to(self, file: Writable, *, chunk_size: int = CHUNK, progress: Progress | None = None) -> int:
        """Write the body to an open binary file, or what is like one; returns how many bytes there were.

        Nothing is gone on with: a break is a StreamInterrupted. What the file refuses is a FileError.
        """
        wishes = Wishes(chunk_size, progress)
        self._session.begin(ChunkDecoder)
        return finish(write_to(self._session, file, wishes))

    def dispatch(self, handler: object) -> None:
        """Give each event to a method of the handler (see `pristine.streaming.dispatch`) until one returns STOP."""
        for event in self._reading(lambda: self._session.items_reader(errors=False)):
            if self.dispatch_event(event, handler) is STOP:
                return self.close()
        return None

    def dispatch_event(self, event: Event, handler: object) -> Any:
        """Give one event to the method of the handler that is for it, and return what that returns."""
        with self._telling():
            result = handle(event, handler, self._session.converter())
        if isawaitable(result):
            if iscoroutine(result):
                result.close()
            raise WrongFace("a handler on the blocking face returned an awaitable: use AsyncPipeline")
        return result

    def close(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self._cursor.drop()
        finish(self._session.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncStreamResponse(_Response[AsyncView[Event]], Generic[Of_co]):
    """An open stream, async: `async for event in response`; the views are those of StreamResponse."""

    _view = AsyncView

    def __aiter__(self) -> AsyncView[Event]:
        return self.events()

    async def __anext__(self) -> Event:
        return await anext(self.events())

    @overload
    def items(self, /) -> AsyncView[Of_co]: ...
    @overload
    def items(self, schema: type[T], /) -> AsyncView[T]: ...
    @overload
    def items(self, schema: Any, /) -> AsyncView[Any]: ...
    def items(self, schema: Any = None, /) -> AsyncView[Any]:
        """The events' data in the manifest's item type, or in a type that is given; see `StreamResponse.items`."""
        return self._items(schema)  # type: ignore[no-any-return]

    def lines(self) -> AsyncView[str]:
        """The body's lines, without their ends."""
        return self._reading(LineDecoder, _data)  # type: ignore[no-any-return]

    def text(self) -> AsyncView[str]:
        """The body as text, piece by piece; no character is cut."""
        return self._reading(TextDecoder)  # type: ignore[no-any-return]

    def bytes(self, chunk_size: int | None = None) -> AsyncView[builtins.bytes]:
        """The body in pieces of `chunk_size` bytes, the last one shorter; None is as they arrive."""
        return self._reading(lambda: Rechunker(chunk_size))  # type: ignore[no-any-return]

    async def read(self) -> builtins.bytes:
        """The rest of the body, whole."""
        return b"".join([piece async for piece in self.bytes()])

    async def to_file(
        self,
        path: StrPath,
        *,
        chunk_size: int = CHUNK,
        progress: Progress | None = None,
        resume: bool = True,
        checksum: str | None = None,
    ) -> Downloaded:
        """Bring the body into a file; see `StreamResponse.to_file`."""
        wishes = Wishes(chunk_size, progress, resume, checksum)
        self._session.begin(ChunkDecoder)
        return await download(self._session, path, wishes)

    async def write_to(self, file: Writable, *, chunk_size: int = CHUNK, progress: Progress | None = None) -> int:
        """Write the body to an open binary file; see `StreamResponse.write_to`."""
        wishes = Wishes(chunk_size, progress)
        self._session.begin(ChunkDecoder)
        return await write_to(self._session, file, wishes)

    async def dispatch(self, handler: object) -> None:
        """Give each event to a method of the handler, which may be async; see `StreamResponse.dispatch`."""
        async for event in self._reading(lambda: self._session.items_reader(errors=False)):
            if await self.dispatch_event(event, handler) is STOP:
                return await self.aclose()
        return None

    async def dispatch_event(self, event: Event, handler: object) -> Any:
        """Give one event to the method of the handler that is for it, and return what that returns."""
        with self._telling():
            result = handle(event, handler, self._session.converter())
        return await result if isawaitable(result) else result

    async def aclose(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self._cursor.drop()
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


def _data(event: Event) -> str:
    return event.data


class Opening(Generic[Of_co]):
    """A stream about to be opened: `async with` it, or `await` it and close the response yourself."""

    def __init__(self, opening: Callable[[], Awaitable[Session]]) -> None:
        self._opening = opening
        self._response: AsyncStreamResponse[Of_co] | None = None

    def __await__(self) -> Generator[Any, Any, AsyncStreamResponse[Of_co]]:
        return self._open().__await__()

    async def _open(self) -> AsyncStreamResponse[Of_co]:
        self._response = AsyncStreamResponse(await self._opening())
        return self._response

    def __aenter__(self) -> Coroutine[Any, Any, AsyncStreamResponse[Of_co]]:
        return self._open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._response is not None:
            await self._response.aclose()
