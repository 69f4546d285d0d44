"""Limits that let everything through and note what they are asked and told; in both faces."""

from typing import Any

import attrs

from pristine.ports.admission import Demand, Report, Scope, State


@attrs.define
class Noted:
    """What came by, in order: `asked` has the demands, `told` the words and what was said with them."""

    asked: list[Demand] = attrs.field(factory=list)
    told: list[tuple[str, Any]] = attrs.field(factory=list)

    @property
    def words(self) -> list[str]:
        return [word for word, _ in self.told]

    def last(self, word: str) -> Any:
        return [said for known, said in self.told if known == word][-1]


@attrs.frozen
class Permitting:
    """A permit."""

    noted: Noted

    def release(self, report: Report | None = None) -> None:
        self.noted.told.append(("release", report))

    async def arelease(self, report: Report | None = None) -> None:
        self.release(report)


@attrs.frozen
class NotingSemaphore:
    noted: Noted = attrs.field(factory=Noted)

    def acquire(self, demand: Demand, within: float | None) -> Permitting | None:
        self.noted.asked.append(demand)
        self.noted.told.append(("acquire", within))
        return Permitting(self.noted)

    async def aacquire(self, demand: Demand, within: float | None) -> Permitting | None:
        return self.acquire(demand, within)


@attrs.frozen
class Reserved:
    demand: Demand


@attrs.frozen
class NotingLimiter:
    """Its `delays` are what it says to those who ask, one after the other; then 0."""

    noted: Noted = attrs.field(factory=Noted)
    delays: list[float] = attrs.field(factory=list)

    def reserve(self, demand: Demand, now: float) -> Reserved:
        self.noted.asked.append(demand)
        self.noted.told.append(("reserve", now))
        return Reserved(demand)

    def delay(self, reservation: Any, now: float) -> float:
        return self.delays.pop(0) if self.delays else 0.0

    def cancel(self, reservation: Any, now: float) -> None:
        self.noted.told.append(("cancel", now))

    def settle(self, reservation: Any, report: Report) -> None:
        self.noted.told.append(("settle", report))


@attrs.frozen
class TakingLimiter(NotingLimiter):
    """One that is asked once for a place and its first delay."""

    def take(self, demand: Demand, now: float) -> tuple[Reserved, float]:
        self.noted.asked.append(demand)
        self.noted.told.append(("take", now))
        return Reserved(demand), self.delay(None, now)


@attrs.define
class NotingBreaker:
    """It answers with `answer`, a token or an Open."""

    noted: Noted = attrs.field(factory=Noted)
    answer: Any = "token"

    def admit(self, demand: Demand, now: float) -> Any:
        self.noted.asked.append(demand)
        self.noted.told.append(("admit", now))
        return self.answer

    def settle(self, token: Any, report: Report | None) -> None:
        self.noted.told.append(("judge", report))

    def state(self, scope: Scope, now: float) -> State:
        return "closed"


@attrs.define
class TellingBreaker(NotingBreaker):
    """One that says what it has changed, which is nothing."""

    def settled(self, token: Any, report: Report | None) -> None:
        self.settle(token, report)
