"""Readers: push objects that turn the bytes of a body into what a view iterates. Sans-IO.

A reader that finds a fault behind good ones returns the good ones, and sets `error` for whoever asks for more.
"""

import json
from typing import Final, Protocol, TypeVar

from pristine.ports.errors import PristineError, StreamFailed
from pristine.ports.events import Event

T = TypeVar("T")


class Reader(Protocol[T]):
    """Takes bytes; gives what they complete, as soon as they do. `ended`: it wants no more."""

    @property
    def error(self) -> PristineError | None: ...
    @property
    def ended(self) -> bool: ...
    @property
    def last_event_id(self) -> str: ...
    def feed(self, chunk: bytes) -> list[T]: ...
    def close(self) -> list[T]: ...


class ChunkDecoder:
    """Every piece as it arrives, as an Event."""

    error: PristineError | None = None
    ended = False
    last_event_id = ""

    def feed(self, chunk: bytes) -> list[Event]:
        return [Event(chunk)] if chunk else []

    def close(self) -> list[Event]:
        return []


_KEY: Final = b'"error"'
_START: Final = 64
"""In so many bytes an error's object names it."""


class ItemReader:
    """The events that are items: up to the `done` sentinel, and up to one that is an error of the API's.

    `errors` off leaves the errors among them.
    """

    def __init__(self, events: Reader[Event], done: str | None, *, errors: bool = True) -> None:
        self._events = events
        self._errors = errors
        self._done = None if done is None else done.encode()
        self.error: PristineError | None = None
        self.ended = False

    @property
    def last_event_id(self) -> str:
        return self._events.last_event_id

    def feed(self, chunk: bytes) -> list[Event]:
        return self._items(self._events.feed(chunk))

    def close(self) -> list[Event]:
        return self._items(self._events.close())

    def _items(self, events: list[Event]) -> list[Event]:
        self.error = self._events.error
        done, errors = self._done, self._errors
        for event in events:
            raw = event.raw
            if raw == done:
                self.ended = True
                return events[: events.index(event)]
            if errors and (raw.find(_KEY, 0, _START) >= 0 or event.event == "error") and is_error(event):
                self.error = StreamFailed(event=event)
                return events[: events.index(event)]
        return events


def is_error(event: Event) -> bool:
    """Whether it is an error of the API's: of type "error", or a JSON object that begins with a telling `error`."""
    if event.event == "error":
        return True
    if _KEY not in event.raw[:_START]:
        return False
    try:
        value = json.loads(event.raw)
    except ValueError:
        return False
    return isinstance(value, dict) and bool(value.get("error"))
