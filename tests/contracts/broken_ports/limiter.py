"""Limiters that break one promise of RateLimiter each."""

import math
import threading
import time
from typing import Any, Final

import attrs

from pristine.adapters.limits import GcraLimiter
from pristine.ports.admission import Demand, Quota, Report
from pristine.ports.outcome import Kind, Outcome
from tests.contracts.broken_ports.register import breaks


class Limiter:
    """A good one, to be broken. What it gives out may change places with others."""

    def __init__(self) -> None:
        self.good = GcraLimiter()
        self.places: list[Place] = []

    def reserve(self, demand: Demand, now: float) -> Any:
        self.places.append(Place(demand, self.good.reserve(demand, now), now))
        return self.places[-1]

    def delay(self, place: Any, now: float) -> float:
        return self.good.delay(place.good, now)

    def cancel(self, place: Any, now: float) -> None:
        self.good.cancel(place.good, now)

    def settle(self, place: Any, report: Report) -> None:
        self.good.settle(place.good, report)

    def waiting(self) -> "list[Place]":
        return [place for place in self.places if not place.good.number and not place.good.ended]


class Place:
    def __init__(self, demand: Demand, good: Any, now: float) -> None:
        self.demand = demand
        self.good = good
        self.told = now


def in_reverse(places: list[Place]) -> None:
    for place, good in zip(places, [place.good for place in reversed(places)], strict=True):
        place.good = good


# -- 1 -----------------------------------------------------------------------------------------------------------------


@breaks("RateLimiter", 1)
class WaitsInALongLine(Limiter):
    def reserve(self, demand: Demand, now: float) -> Any:
        if len(self.places) > 190:
            time.sleep(0.008)
        return super().reserve(demand, now)


@breaks("RateLimiter", 1)
class LastComeFirstServed(Limiter):
    def reserve(self, demand: Demand, now: float) -> Any:
        place = super().reserve(demand, now)
        if len(self.places) == 30 and all(other.demand == demand for other in self.places):
            in_reverse(self.waiting())
        return place


class OneCost(Limiter):
    """Of the costs that have a quota, one alone counts."""

    counts: Any

    def reserve(self, demand: Demand, now: float) -> Any:
        unit = self.counts(demand.quotas)
        return super().reserve(attrs.evolve(demand, quotas={unit: demand.quotas[unit]}), now)


@breaks("RateLimiter", 1)
class OnlyTheFirstCost(OneCost):
    counts = staticmethod(lambda quotas: next(iter(quotas)))


@breaks("RateLimiter", 1)
class OnlyTheLastCost(OneCost):
    counts = staticmethod(lambda quotas: next(reversed(quotas)))


# -- 2 -----------------------------------------------------------------------------------------------------------------


@breaks("RateLimiter", 2)
class OncemorePlease(Limiter):
    """After a while it says for ever that it takes another moment."""

    def delay(self, place: Any, now: float) -> float:
        told = super().delay(place, now)
        return max(told, 0.25) if self.places.index(place) > 50 else told


@breaks("RateLimiter", 2)
class SaysNeverForLong(Limiter):
    def delay(self, place: Any, now: float) -> float:
        told = super().delay(place, now)
        return math.inf if told > 55 else told


@breaks("RateLimiter", 2)
class NobodyPassesTheAbsent(Limiter):
    def delay(self, place: Any, now: float) -> float:
        for other in self.waiting():
            other.good.told = max(other.good.told, now)
        return super().delay(place, now)


@breaks("RateLimiter", 2)
class ARefusalReversesTheLine(Limiter):
    def settle(self, place: Any, report: Report) -> None:
        super().settle(place, report)
        if report.outcome.kind is Kind.RATE_LIMITED:
            in_reverse(self.waiting())


# -- 3 -----------------------------------------------------------------------------------------------------------------


class OtherQuota(Limiter):
    def other(self, quota: Quota) -> Quota:
        raise NotImplementedError

    def reserve(self, demand: Demand, now: float) -> Any:
        quotas = {unit: self.other(quota) for unit, quota in demand.quotas.items()}
        return super().reserve(attrs.evolve(demand, quotas=quotas), now)


@breaks("RateLimiter", 3)
class TakesMinutesForShort(OtherQuota):
    def other(self, quota: Quota) -> Quota:
        return attrs.evolve(quota, per=quota.per * 0.6) if quota.limit == 10 else quota


@breaks("RateLimiter", 3)
class TheirTurnIsTheirsForEver(Limiter):
    """Who was told a moment goes when it is past, however many were told one."""

    def delay(self, place: Any, now: float) -> float:
        if now > place.told + 100:
            return 0.0
        told = super().delay(place, now)
        place.told = now + told
        return told


@breaks("RateLimiter", 3)
class GivesBackWhatHasComeBack(Limiter):
    def settle(self, place: Any, report: Report) -> None:
        for meter in place.good.books._meters:
            if meter is not None:
                meter._marks.clear()
                meter._lows.clear()
        super().settle(place, report)


@breaks("RateLimiter", 3)
class NothingIsGreaterThanTheBurst(Limiter):
    def delay(self, place: Any, now: float) -> float:
        cost = place.demand.costs.get("tokens", 0)
        great = any(unit == "tokens" and cost > (quota.burst or cost) for unit, quota in place.demand.quotas.items())
        return 60.0 if great else super().delay(place, now)


@breaks("RateLimiter", 3)
class WhatIsBorrowedIsFree(Limiter):
    def reserve(self, demand: Demand, now: float) -> Any:
        costs = {
            unit: min(cost, demand.quotas[unit].burst or cost) if unit in demand.quotas else cost
            for unit, cost in demand.costs.items()
        }
        return super().reserve(attrs.evolve(demand, costs=costs), now)


# -- 4 -----------------------------------------------------------------------------------------------------------------


@breaks("RateLimiter", 4)
class KeepsThePlaceOfTheCancelled(Limiter):
    def cancel(self, place: Any, now: float) -> None:
        if place.good.number:
            super().cancel(place, now)


@breaks("RateLimiter", 4)
class WhatIsLetGoIsSpent(Limiter):
    def cancel(self, place: Any, now: float) -> None:
        if place.good.number:
            place.good.ended = True
        super().cancel(place, now)


# -- 5 -----------------------------------------------------------------------------------------------------------------


class OtherCosts(Limiter):
    better: Any

    def settle(self, place: Any, report: Report) -> None:
        costs = {unit: self.better(place.demand.costs[unit], cost) for unit, cost in report.costs.items()}
        super().settle(place, attrs.evolve(report, costs=costs))


@breaks("RateLimiter", 5)
class GivesNothingBack(OtherCosts):
    better = staticmethod(max)


@breaks("RateLimiter", 5)
class TakesNothingMore(OtherCosts):
    better = staticmethod(min)


@breaks("RateLimiter", 5)
class DoesNotHear(Limiter):
    def settle(self, place: Any, report: Report) -> None:
        super().settle(place, attrs.evolve(report, outcome=Outcome(Kind.SUCCESS)))


@breaks("RateLimiter", 5)
class EndsTwice(Limiter):
    def cancel(self, place: Any, now: float) -> None:
        place.good.ended = False
        super().cancel(place, now)


# -- 6 -----------------------------------------------------------------------------------------------------------------

FIELDS: Final = ("tenant", "base_url", "group", "key")


class Lumps(Limiter):
    field: str

    def reserve(self, demand: Demand, now: float) -> Any:
        scope = attrs.evolve(demand.scope, **{self.field: ""})
        return super().reserve(attrs.evolve(demand, scope=scope), now)


for field in FIELDS:
    breaks("RateLimiter", 6)(type(f"IsBlindToThe{field.title().replace('_', '')}", (Lumps,), {"field": field}))


@breaks("RateLimiter", 6)
class ServesItsOwnThread(Limiter):
    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def reserve(self, demand: Demand, now: float) -> Any:
        if threading.get_ident() != self.thread:
            raise RuntimeError("made in another thread")
        return super().reserve(demand, now)


# -- 7 -----------------------------------------------------------------------------------------------------------------


class Taking(Limiter):
    """A good one, with the shortcut."""

    def take(self, demand: Demand, now: float) -> tuple[Any, float]:
        place = self.reserve(demand, now)
        return place, self.delay(place, now)


@breaks("RateLimiter", 7)
class TakesAndSaysItMayGo(Taking):
    def take(self, demand: Demand, now: float) -> tuple[Any, float]:
        return super().take(demand, now)[0], 0.0


@breaks("RateLimiter", 7)
class TakesTheLastPlaceOfTheFirst(Taking):
    """Who takes a place gives it to the one who comes next."""

    def take(self, demand: Demand, now: float) -> tuple[Any, float]:
        place, told = super().take(demand, now)
        waiting = self.waiting()
        if len(waiting) == 8 and all(one.demand == demand for one in waiting):
            in_reverse(waiting)
        return place, told
