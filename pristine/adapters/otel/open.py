"""What is under way, by the id of its signals: boundedly many, so that a stream that is dropped does not leak for ever.

No lock is held: each step on the mapping is whole, whichever thread takes it, and a child of a fork starts with none.
"""

from collections.abc import Callable
from time import time_ns
from typing import Any, Final

import attrs
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext

_STARTED: Final = 256
_SECOND: Final = 1_000_000_000


@attrs.define(eq=False)
class Attempt:
    """A request that was sent. `since` is its offset in its call, `shared` what its measurements have in common."""

    span: Span
    context: Context
    began: int
    since: float
    shared: dict[str, Any]
    sent: Any = None
    facts: dict[str, Any] = attrs.field(factory=dict)
    flowing: bool = False


@attrs.define(eq=False)
class Work:
    """A call, a stream or a future. Times are in ns since the epoch; those of its clock are counted from `began`."""

    span: Span
    context: Context
    kind: str
    endpoint: str
    began: int
    last: int
    sends: int = 0
    received: int = 0
    attempt: Attempt | None = None
    earlier: SpanContext | None = None

    def at(self, seconds: Any) -> int:
        """When it is that many seconds old; now, where that is not known."""
        known = isinstance(seconds, (int, float))
        self.last = self.began + int(seconds * _SECOND) if known else time_ns()
        return self.last


class Open:
    """At most `most` at once; the oldest is handed to `abandoned` when there are more."""

    def __init__(self, most: int, abandoned: Callable[[Work], None]) -> None:
        self._most = most
        self._abandoned = abandoned
        self._works: dict[str, Work] = {}
        self._started: dict[str, Context] = {}

    def __len__(self) -> int:
        return len(self._works)

    def get(self, id: str) -> Work | None:
        return self._works.get(id)

    def put(self, id: str, work: Work) -> None:
        """Keep it; what had its id, or is one too many, is abandoned."""
        before, self._works[id] = self._works.pop(id, None), work
        while len(self._works) > self._most and before is None:
            before = self.take(_first(self._works))
        if before is not None:
            self._abandoned(before)

    def take(self, id: str) -> Work | None:
        return self._works.pop(id, None)

    def started(self, future: str, by: Context) -> None:
        """A call for a future has ended: its trace is where the future belongs, if the call has started it."""
        self._started[future] = by
        if len(self._started) > _STARTED:
            self._started.pop(_first(self._started), None)

    def starter(self, future: str) -> Context | None:
        return self._started.pop(future, None)

    def clear(self) -> None:
        """Forget everything, as a child of a fork does: what is under way is its parent's."""
        self._works.clear()
        self._started.clear()


def _first(mapping: dict[str, Any]) -> str:
    """The oldest key; "" where another thread was at it."""
    try:
        return next(iter(mapping), "")
    except RuntimeError:
        return ""
