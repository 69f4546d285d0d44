"""A server-sent event: bytes that are decoded when they are asked for.

An event is a value: read it, compare it, hash it, pickle it; do not assign to it.
"""

import json
from typing import Any

_SHOWN = 80


class Event:
    """One event of a stream (WHATWG HTML section 9.2.6).

    `raw` is the data as UTF-8 bytes, ready for a JSON library; `data` is the same as text, with invalid
    sequences replaced; `event` is its type ("message" where none was given); `id` is the last event id in
    force when it was dispatched; `retry` is the reconnection time in milliseconds that its own block set.
    """

    __slots__ = ("event", "id", "raw", "retry")

    def __init__(self, raw: bytes, event: str = "message", id: str = "", retry: int | None = None) -> None:
        self.raw = raw
        self.event = event
        self.id = id
        self.retry = retry

    @property
    def data(self) -> str:
        """The data as text; U+FFFD stands where it is not UTF-8."""
        return self.raw.decode("utf-8", "replace")

    def json(self) -> Any:
        """The data as JSON; raises ValueError where it is not."""
        return json.loads(self.data)

    @property
    def is_message(self) -> bool:
        """Whether the type is "message", the one that an event has by default."""
        return self.event == "message"

    def _fields(self) -> tuple[bytes, str, str, int | None]:
        return self.raw, self.event, self.id, self.retry

    def __eq__(self, other: object) -> bool:
        return self._fields() == other._fields() if isinstance(other, Event) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._fields())

    def __reduce__(self) -> tuple[Any, ...]:
        return Event, self._fields()

    def __repr__(self) -> str:
        start = self.raw[: 4 * _SHOWN + 4].decode("utf-8", "replace")
        data = start if len(start) <= _SHOWN else start[:_SHOWN] + "…"
        return f"Event({self.event!r}, id={self.id!r}, data={data!r})"


class PlainEvent(Event):
    """An Event of type "message" without id or retry, as most are: a decoder has one slot to fill, not four.

    Its class attributes stand in front of the other three, which stay empty.
    """

    __slots__ = ()

    event = "message"
    id = ""
    retry = None

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
