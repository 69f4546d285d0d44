"""Semaphore: as many requests under way as the server shows that it can take."""

import math
from typing import Final

from pristine.adapters.semaphores.books import Book
from pristine.adapters.semaphores.ledger import Permit
from pristine.adapters.semaphores.waiting import ScopedSemaphore, whole
from pristine.ports.admission import Demand, Report
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.errors import ConfigurationError, TimeoutExceeded
from pristine.ports.outcome import Kind, Outcome

_SERVED: Final = frozenset({Kind.SUCCESS, Kind.CLIENT_ERROR})
"""The server took the request and answered; whether the caller likes the answer says nothing of its load."""
_TOO_MUCH: Final = frozenset({Kind.RATE_LIMITED, Kind.OVERLOADED})

_LESS: Final = 0.7
"""What a refusal leaves of the limit. Of 0.9, a quota that counts refused requests too has no time to recover."""
_HALF: Final = 0.5
"""The same while it doubles: the last limit that held may be only half of it (RFC 5681, section 3.1)."""
_PLATEAU: Final = 10
"""Round trips after which the limit is again what it was when it was refused."""
_REMEMBERED: Final = 600.0
"""Seconds for which a limit that is lower than the first is kept for a scope that is idle."""


class Latest:
    """The moment of the latest report of any scope."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = -math.inf


class AdaptiveBook(Book):
    """A book whose limit is learned from reports."""

    __slots__ = ("_ceiling", "_depth", "_floor", "_height", "_initial", "_latest", "_peak", "_refused", "_rounds")

    def __init__(self, initial: int, floor: int, latest: Latest) -> None:
        super().__init__()
        self._initial, self._floor, self._latest = initial, floor, latest
        self._ceiling = math.inf
        self.limit = self._height = float(initial)
        self._peak: float | None = None
        """The height that was refused, the first of those refused in a row; None as long as none was."""
        self._depth = 0.0
        """How much below that the refusals have left it."""
        self._rounds = 0.0
        """Round trips of served requests since then: one of `height` requests is a part of 1 / height."""
        self._refused = -math.inf

    def heed(self, said: float | None) -> None:
        self.said = said
        self._ceiling = math.inf if said is None else said
        self._rise_to(self._height)

    def heard(self, report: Report, was_full: bool) -> None:
        self._latest.now = report.now
        kind = report.outcome.kind
        if kind in _SERVED:
            if was_full:
                self._grow()
        elif kind in _TOO_MUCH or _was_slow(report.outcome):
            self._shrink(report)

    def forgettable(self) -> bool:
        if self.used or self.line:
            return False
        return self._height >= min(self._initial, self._ceiling) or self._latest.now - self._refused > _REMEMBERED

    def _grow(self) -> None:
        if self._peak is None:
            self._rise_to(self._height + 1)
        else:
            self._rounds += 1 / self._height
            curve = self._peak + self._depth * (self._rounds / _PLATEAU - 1) ** 3
            self._rise_to(max(self._height, min(self._height + 1, curve)))

    def _shrink(self, report: Report) -> None:
        if report.now - report.duration <= self._refused or self.used > self.limit:
            return
        self._refused = report.now
        height, part = self._height, _HALF if self._peak is None else _LESS
        if self._peak is None or self._rounds:
            self._peak, self._rounds = height, 0.0
        self._rise_to(max(self._floor, height * part))
        self._depth = max(self._peak - self._height, self._peak * (1 - _LESS))  # more than 0 at the floor too

    def _rise_to(self, height: float) -> None:
        self._height = min(height, self._ceiling)
        self.limit = math.floor(self._height)


class AdaptiveSemaphore(ScopedSemaphore):
    """Finds for each scope how many requests may be under way: more while they are served, fewer when it is too much.

    - It begins with `initial` and doubles in each round trip until the first refusal, which halves it.
    - A refusal (rate limited, overloaded, or no answer in time) leaves 0.7 of it, and not less than `floor`. Those that
      were sent before the last decrease tell nothing new and change nothing: one decrease in a round trip. Nor does one
      while more than the limit is in use: those who have their place and wait for a rate limit are yet to be sent.
    - What is served makes it grow, but only where all of it was in use: along a cubic curve that comes back to the
      refused height in ten round trips, stays near it for as long, and then looks for more ever faster. In no round
      trip does it more than double. After refusals in a row the height is that of the first.
    - It is `ceiling` at most, or where that is None, what the manifest says (`Demand.concurrency`).

    A scope that is idle is forgotten when there are many, unless it has had to shrink below `initial` in the last ten
    minutes. `clock` is for tests: what waits within a time waits on it.

    Sources: increase while all is well and multiplicative decrease, as in TCP, RFC 5681, and for requests, AIMDLimit of
    Netflix' concurrency-limits, which grows only while the limit is in use, too; one decrease in a round trip, NewReno,
    RFC 6582; the curve and the 0.7, CUBIC, RFC 9438 sections 4.2 and 4.6, here over round trips rather than seconds,
    which the "adaptive" retry mode of the AWS SDKs uses against throttling.

    Raises ConfigurationError for numbers that are not whole, 1 or greater, and in the order floor, initial, ceiling.
    """

    def __init__(
        self,
        *,
        initial: int = 10,
        floor: int = 1,
        ceiling: int | None = None,
        clock: Clock | AsyncClock | None = None,
    ) -> None:
        self._initial, self._floor = whole("initial", initial), whole("floor", floor)
        self._ceiling = None if ceiling is None else whole("ceiling", ceiling)
        if not floor <= initial <= (initial if ceiling is None else ceiling):
            told = f"floor={floor}, initial={initial}, ceiling={ceiling}: give them in ascending order"
            raise ConfigurationError(told, setting="initial")
        self._latest = Latest()
        super().__init__(clock, initial=initial, floor=floor, ceiling=ceiling)

    def _book(self) -> Book:
        return AdaptiveBook(self._initial, self._floor, self._latest)

    def _enter(self, demand: Demand, queue: bool) -> Permit | None:
        return self._ledger.enter(demand, self._ceiling or demand.concurrency, 1, queue)


def _was_slow(outcome: Outcome) -> bool:
    """Whether the server did not answer in time; a wait for our own pool or for a connection says nothing of it."""
    error = outcome.error
    return isinstance(error, TimeoutExceeded) and error.phase in {"head", "body"} and error.limit in {"read", "head"}
