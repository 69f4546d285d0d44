"""Ports: time and waiting. The inside never looks at a clock of its own."""

from collections.abc import Callable
from typing import Protocol, Self, runtime_checkable

import attrs

from pristine.ports.values import frozen


@runtime_checkable
class Clock(Protocol):
    """Tells the time and waits, blocking the thread.

    1. `now` is in seconds, never runs backwards, and only its differences mean anything.
    2. `time` is in seconds since 1970-01-01 UTC; servers' dates are compared with it.
    3. `sleep` returns when at least `seconds` have passed on `now`.
    """

    def now(self) -> float: ...
    def time(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


@runtime_checkable
class AsyncClock(Protocol):
    """The async face of Clock: `asleep` keeps the promises of `sleep`.

    4. A cancelled `asleep` ends at once; until then it does not block the event loop.
    """

    def now(self) -> float: ...
    def time(self) -> float: ...
    async def asleep(self, seconds: float) -> None: ...


@frozen(slots=False)
class Deadline:
    """The moment on a clock when a call must have ended; `at` None is never."""

    now: Callable[[], float] = attrs.field(repr=False)
    seconds: float | None = None
    at: float | None = None

    @classmethod
    def after(cls, now: Callable[[], float], seconds: float | None) -> Self:
        """The deadline `seconds` from now."""
        return cls(now, seconds, None if seconds is None else now() + seconds)

    def left(self) -> float | None:
        """Seconds until it passes (0 or less: it has passed), or None."""
        return None if self.at is None else self.at - self.now()
