"""Views: one way of iterating an open response, in both colours. A body can be read once, so it has one view.

A view reads from the connection only when what has arrived is used up: the loop is the back-pressure.
"""

import builtins
from collections.abc import Callable, Iterator, Mapping
from operator import length_hint
from typing import Any, Generic, Protocol, Self, TypeVar

from pristine.ports.blocking import finish
from pristine.ports.errors import ResponseError, TransportError
from pristine.ports.events import Event
from pristine.ports.messages import StreamHead
from pristine.streaming.readers import Reader

T = TypeVar("T")


class Session(Protocol):
    """What a response and its views stand on: one streaming call."""

    closed: bool
    events: int
    outcome: str | None

    @property
    def bytes(self) -> int: ...
    @property
    def head(self) -> StreamHead: ...
    @property
    def metadata(self) -> Any: ...
    @property
    def last_event_id(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    def begin(self, make: Callable[[], Reader[Any]]) -> None: ...
    def events_reader(self) -> Reader[Event]: ...
    def items_reader(self, *, errors: bool = True) -> Reader[Event]: ...
    def converter(self, schema: Any = None) -> Callable[[Event], Any]: ...
    def described(self, error: ResponseError, event: Event | None = None) -> ResponseError: ...
    async def next(self) -> list[Any] | None: ...
    async def piece(self) -> builtins.bytes: ...
    async def take_up(
        self, headers: Mapping[str, str], error: TransportError | None = None, *, progress: bool = False
    ) -> None: ...
    async def complete(self) -> None: ...
    async def fail(self, error: BaseException) -> None: ...
    def cancel(self) -> None: ...
    def drop(self) -> None: ...
    async def aclose(self) -> None: ...


class Cursor:
    """Where the reading of a response stands: what has arrived and not been taken, and the last event taken."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ready: Iterator[Any] = iter(())
        self.last: Any = None
        self._left_unread = False

    @property
    def last_event_id(self) -> str:
        if isinstance(self.last, Event) and (self._left_unread or length_hint(self.ready)):
            return self.last.id
        return self.session.last_event_id

    def drop(self) -> None:
        """Forget what has not been taken; `last_event_id` stays with what has."""
        self._left_unread = self._left_unread or length_hint(self.ready) > 0
        self.ready = iter(())


class View(Generic[T]):
    """A blocking view; `owner` is the response, which lives as long as its view does."""

    def __init__(self, owner: object, cursor: Cursor, convert: Callable[[Any], T] | None = None) -> None:
        self._owner = owner
        self._cursor = cursor
        self._convert = convert

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        cursor = self._cursor
        while True:
            for found in cursor.ready:
                cursor.last = found
                return found if self._convert is None else self._convert(found)
            batch = finish(cursor.session.next())
            if batch is None:
                raise StopIteration
            cursor.ready = iter(batch)


class AsyncView(Generic[T]):
    """The async face of View."""

    def __init__(self, owner: object, cursor: Cursor, convert: Callable[[Any], T] | None = None) -> None:
        self._owner = owner
        self._cursor = cursor
        self._convert = convert

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        cursor = self._cursor
        while True:
            for found in cursor.ready:
                cursor.last = found
                return found if self._convert is None else self._convert(found)
            batch = await cursor.session.next()
            if batch is None:
                raise StopAsyncIteration
            cursor.ready = iter(batch)
