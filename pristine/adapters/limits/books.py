"""The books of one scope: who waits, what is owed of each unit, and what the server asks for.

A reservation goes when there is room for it and for all before it, so nobody takes what is an earlier one's. What is
spent is spent when it goes, not when it might have gone: those who come late do not add up to a burst.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from pristine.adapters.limits.gcra import Meter
from pristine.adapters.limits.headers import HINT, allowances
from pristine.adapters.limits.line import Line
from pristine.adapters.limits.window import Manners, Window
from pristine.ports.admission import REQUESTS, Demand, Quota, Report
from pristine.ports.errors import ConfigurationError
from pristine.ports.outcome import Kind

RESOLUTION: Final = 1e-6
"""Seconds; what is shorter is no wait. A clock that reads a billion seconds tells moments apart that far."""

ABSENT: Final = 10.0
"""Seconds after which one who is not there when it is served loses its place, where another waits for it."""

_PATIENCE: Final = 1 / 16
"""Of the time for which the head of the line is overdue: no less is told to those who wait for it alone."""

_MOST: Final = 1e15
_NOISE: Final = 1e-9
_TAKEN: Final = frozenset({Kind.SUCCESS, Kind.CLIENT_ERROR})


class Reservation:
    """A place in the line of a scope, then an attempt that was let go (`number` is above 0), then ended.

    It has no `__init__`: most are let go at once, of which little is to be written down.
    """

    demand: Demand
    books: "Books"
    costs: Sequence[float] = ()
    told = 0.0
    place = 0
    number = 0
    marks: Sequence[int] = ()
    ended = False


def _check(costs: Mapping[str, float]) -> None:
    """Raise ConfigurationError for what is not a number from 0, within reason."""
    for cost in costs.values():
        if not 0.0 <= cost <= _MOST:
            raise ConfigurationError(f"costs={dict(costs)!r}: give numbers from 0 to {_MOST:g}", setting="costs")


class Books:
    """Not thread-safe by itself: its limiter has the lock. `closed` is its key there, where it is kept no more."""

    __slots__ = (
        "__weakref__",
        "_index",
        "_learn",
        "_left",
        "_line",
        "_metered",
        "_meters",
        "_usual",
        "_window",
        "closed",
        "manifest",
    )

    def __init__(self, manners: Manners, *, learn: bool) -> None:
        self.closed: tuple[str, str, str, str] | None = None
        self.manifest: Mapping[str, Quota] | None = None
        self._learn = learn
        self._index = {REQUESTS: 0}
        self._usual = {REQUESTS: 1.0}
        self._meters: list[Meter | None] = [None]
        self._metered = False
        self._line: Line[Reservation] = Line(1)
        self._window = Window(manners)
        self._left: dict[str, tuple[float, float]] = {}

    def adopt(self, quotas: Mapping[str, Quota], now: float) -> None:
        """Keep these quotas from now on, by unit."""
        for unit, quota in quotas.items():
            place = self._index.setdefault(unit, len(self._meters))
            self._usual.setdefault(unit, 0.0)
            self._meters += [None] * (place + 1 - len(self._meters))
            if (meter := self._meters[place]) is None:
                self._meters[place] = Meter(quota)
            elif meter.quota != quota:
                meter.adopt(quota, now)
        self._metered = any(self._meters)
        for waiter in self._line:
            waiter.costs = self._costs(waiter.demand)
        self._line.form(len(self._meters))

    # -- a reservation's life ------------------------------------------------------------------------------------------

    def reserve(self, demand: Demand, now: float) -> Reservation:
        reservation = Reservation()
        reservation.demand, reservation.books = demand, self
        reservation.costs, reservation.told = self._costs(demand), now
        self._line.join(reservation)
        return reservation

    def take(self, demand: Demand, now: float) -> tuple[Reservation, float]:
        """Reserve, and ask for the first time: where nothing limits them, it does not stand in the line at all."""
        if self._line.length or self._metered or self._left or self._window.pace is not None:
            reservation = self.reserve(demand, now)
            return reservation, self.delay(reservation, now)
        reservation = Reservation()
        reservation.demand, reservation.books, reservation.ended = demand, self, False
        _check(demand.costs)
        reservation.number = self._window.go(demand.costs.get(REQUESTS, 1.0), now, last=True)
        return reservation, 0.0

    def delay(self, reservation: Reservation, now: float) -> float:
        if reservation.number or reservation.ended:
            return 0.0
        if not reservation.place:
            reservation.costs = self._costs(reservation.demand)
            self._line.join(reservation)
        opens = self._opens(reservation, now)
        while opens > now + RESOLUTION and self._call_the_absent(now, reservation):
            opens = self._opens(reservation, now)
        if opens <= now + RESOLUTION:
            self._go(reservation, now)
            return 0.0
        reservation.told = self._told(reservation, opens, now)
        return reservation.told - now

    def cancel(self, reservation: Reservation, now: float) -> None:
        if reservation.ended:
            return
        reservation.ended = True
        if reservation.place:
            self._line.leave(reservation)
        for meter, cost, mark in zip(self._meters, reservation.costs, reservation.marks, strict=False):
            if meter is not None and cost:
                meter.refund(cost, mark, now)

    def settle(self, reservation: Reservation, report: Report) -> None:
        if reservation.ended:
            return
        reservation.ended = True
        if not reservation.number:
            self._go(reservation, report.now)
        if report.costs:
            self._correct(reservation, report)
        if report.outcome.kind not in _TAKEN or (self._learn and report.headers.mention(HINT)):
            self._hear(reservation.number, report)
        elif self._window.refusals:
            self._window.accepted(reservation.number)

    def is_idle(self, now: float) -> bool:
        """Whether books that are begun anew would say the same."""
        while self._call_the_absent(now, None):
            pass
        owed = (meter.tat for meter in self._meters if meter is not None)
        return not self._line.length and self._window.ends() <= now and max(owed, default=now) <= now

    # -- the line ------------------------------------------------------------------------------------------------------

    def _costs(self, demand: Demand) -> list[float]:
        _check(demand.costs)
        asked, usual = demand.costs, self._usual
        return list(map(asked.get, usual, usual.values()))

    def _opens(self, reservation: Reservation, now: float) -> float:
        """When it may go, if those before it go as soon as they may.

        That is a lower bound where units take turns in holding the line up; of who is first, it is the moment.
        """
        window = self._window
        at = max(window.not_before, now)
        if not self._metered and window.pace is None:
            return at
        before = self._line.before(reservation)
        opens = window.opens(at, before[0])
        for meter, ahead, cost in zip(self._meters, before, reservation.costs, strict=True):
            if meter is not None and (cost or ahead > _NOISE):
                opens = max(opens, meter.opens(at, ahead, cost))
        return opens

    def _told(self, reservation: Reservation, opens: float, now: float) -> float:
        """When to ask again: where it needs those before it to be gone, not before the first of them asks.

        Who is first may sleep longer than it must by now, as it was told before things got better.
        """
        first = self._line.first()
        if first is None or first is reservation or not self._needs_others_gone(reservation):
            return opens
        return max(opens, first.told, now + (now - first.told) * _PATIENCE)

    def _needs_others_gone(self, reservation: Reservation) -> bool:
        """Whether it could not go with all before it even if nothing were owed."""
        before = self._line.before(reservation)
        return self._window.pace is not None or any(
            meter is not None and ahead > max(meter.burst - cost, 0.0)
            for meter, ahead, cost in zip(self._meters, before, reservation.costs, strict=True)
        )

    def _call_the_absent(self, now: float, caller: Reservation | None) -> bool:
        """Take the head of the line away if it is not the caller and does not answer; whether that was so."""
        first = self._line.first()
        if first is None or first is caller or first.told + ABSENT >= now:
            return False
        self._line.leave(first)
        return True

    def _go(self, reservation: Reservation, now: float) -> None:
        if reservation.place:
            self._line.leave(reservation)
        costs = reservation.costs
        reservation.number = self._window.go(costs[0], now, last=not self._line.length)
        if self._metered:
            reservation.marks = [
                meter.charge(cost, now) if meter is not None and cost else 0
                for meter, cost in zip(self._meters, costs, strict=False)
            ]
        if self._left:
            self._count_down(costs, now)

    # -- what the server says ------------------------------------------------------------------------------------------

    def _correct(self, reservation: Reservation, report: Report) -> None:
        """Take the costs for what they were; a hostile one is not believed, or holds nobody for ever."""
        for unit, cost in report.costs.items():
            place = self._index.get(unit)
            meter = None if place is None else self._meters[place]
            if place is None or meter is None or not isinstance(cost, (int, float)) or not 0.0 <= cost <= _MOST:
                continue
            known = place < len(reservation.marks)
            more = cost - (reservation.costs[place] if known else 0.0)
            if more > 0.0:
                meter.charge(min(more, self._window.manners.max_pause / meter.interval), report.now)
            elif more:
                meter.refund(-more, reservation.marks[place], report.now)

    def _hear(self, number: int, report: Report) -> None:
        outcome, window, now = report.outcome, self._window, report.now
        until_reset = self._read(report) if self._learn else 0.0
        wish = outcome.retry_after if outcome.retry_after is not None and outcome.retry_after >= 0.0 else None
        if outcome.kind is Kind.RATE_LIMITED or (outcome.kind is Kind.OVERLOADED and wish is not None):
            window.refused(number, wish if wish is not None else until_reset or None, now, self._rate())
        elif until_reset:
            window.hold(until_reset, now, self._rate())
        if outcome.kind in _TAKEN:
            window.accepted(number)

    def _read(self, report: Report) -> float:
        """Believe the server where less is left than the books have; the seconds until something is left, or 0."""
        longest, now = 0.0, report.now
        for unit, left in allowances(report.headers, report.time).items():
            meter = self._meters[self._index[unit]] if unit in self._index else None
            if meter is not None:
                meter.lower(left.remaining, now)
            if left.reset and not left.remaining:
                longest = max(longest, left.reset)
            elif left.reset and unit in self._index:
                self._allow(unit, left.remaining, now + min(left.reset, self._window.manners.max_pause))
        return longest

    def _allow(self, unit: str, remaining: float, until: float) -> None:
        """Spend no more than that until then. Of answers about the same time, the one that leaves less is newer."""
        known, ends = self._left.get(unit, (math.inf, -math.inf))
        same = abs(ends - until) <= 1.0
        self._left[unit] = (min(known, remaining) if same else remaining), until

    def _count_down(self, costs: Sequence[float], now: float) -> None:
        for unit, cost in zip(self._index, costs, strict=False):
            left, until = self._left.get(unit, (math.inf, 0.0))
            if until <= now:
                self._left.pop(unit, None)
            elif left > cost:
                self._left[unit] = left - cost, until
            else:
                del self._left[unit]
                self._window.hold(until - now, now, self._rate())

    def _rate(self) -> float | None:
        """Requests a second, by their quota."""
        meter = self._meters[0]
        return None if meter is None else 1.0 / meter.interval
