"""The rate limiter against a model that is slow and plain: a list of those who wait, and a history of what was spent.

The model works everything out anew at each question. It knows no virtual time, no sums and no refunds: what is given
back is struck from its history.
"""

import math
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from pristine.adapters.limits import GcraLimiter
from pristine.adapters.limits.books import ABSENT
from pristine.ports.admission import Demand, Quota, Report, Scope
from pristine.ports.outcome import Kind, Outcome

QUOTAS: Final = {"requests": Quota(limit=60, per=60, burst=3), "tokens": Quota(limit=120, per=60, burst=20)}
SCOPE: Final = Scope("t", "https://a.test")
EPS: Final = 1e-5


class Waiter:
    def __init__(self, costs: dict[str, float], now: float, good: Any) -> None:
        self.costs = costs
        self.told = now
        self.good = good
        self.gone = False


class Model:
    """One scope, as the port's promises have it."""

    def __init__(self) -> None:
        self.line: list[Waiter] = []
        self.history: list[tuple[float, Waiter | None, dict[str, float]]] = []

    def owed(self, unit: str, now: float) -> float:
        """A bucket with a hole, through all that was spent."""
        rate = QUOTAS[unit].limit / QUOTAS[unit].per
        level, last = 0.0, -math.inf
        for at, _, costs in self.history:
            level, last = max(0.0, level - (at - last) * rate) + costs[unit], at
        return max(0.0, level - (now - last) * rate) if self.history else 0.0

    def delay(self, waiter: Waiter, now: float) -> float:
        ahead = self.line[: self.line.index(waiter)]
        waits = [0.0]
        for unit, quota in QUOTAS.items():
            burst, claims = quota.burst or quota.limit, sum(one.costs[unit] for one in ahead)
            room = max(0.0, burst - waiter.costs[unit])
            if claims or waiter.costs[unit]:
                waits.append((self.owed(unit, now) + claims - room) * quota.per / quota.limit)
        return max(waits)

    def needs_others_gone(self, waiter: Waiter) -> bool:
        ahead = self.line[: self.line.index(waiter)]
        return any(
            sum(one.costs[unit] for one in ahead) > max(0.0, (quota.burst or 0) - waiter.costs[unit])
            for unit, quota in QUOTAS.items()
        )

    def ask(self, waiter: Waiter, now: float) -> float:
        """What it is told; 0: it is let go."""
        if waiter not in self.line:
            self.line.append(waiter)
        while self.delay(waiter, now) > EPS and self.line[0] is not waiter and self.line[0].told + ABSENT < now:
            self.line.pop(0)
        told = self.delay(waiter, now)
        if told > EPS:
            if self.needs_others_gone(waiter):
                told = max(told, self.line[0].told - now, (now - self.line[0].told) / 16)
            waiter.told = now + told
            return told
        self.line.remove(waiter)
        self.history.append((now, waiter, dict(waiter.costs)))
        waiter.gone = True
        return 0.0

    def take_back(self, waiter: Waiter, unit: str, cost: float) -> None:
        for _, one, costs in self.history:
            if one is waiter:
                costs[unit] -= cost

    def spend(self, unit: str, cost: float, now: float) -> None:
        self.history.append((now, None, {**dict.fromkeys(QUOTAS, 0.0), unit: cost}))


class AgainstTheModel(RuleBasedStateMachine):
    waiting: Bundle[Waiter] = Bundle("waiting")
    under_way: Bundle[Waiter] = Bundle("under_way")

    def __init__(self) -> None:
        super().__init__()
        self.limiter = GcraLimiter(quotas=QUOTAS)
        self.model = Model()
        self.now = 100.0
        self.exact = True
        self.alive: list[Waiter] = []
        self.greatest = 0.0

    @rule(target=waiting, tokens=st.integers(0, 20) | st.integers(0, 60))
    def come(self, tokens: int) -> Waiter:
        costs = {"requests": 1.0, "tokens": float(tokens)}
        self.greatest = max(self.greatest, tokens - 20.0)
        waiter = Waiter(costs, self.now, self.limiter.reserve(Demand(scope=SCOPE, costs=costs), self.now))
        self.model.line.append(waiter)
        self.alive.append(waiter)
        return waiter

    @rule(seconds=st.sampled_from([0.25, 0.5, 1.0, 3.0]) | st.sampled_from([12.0, 100.0]))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=under_way, waiter=consumes(waiting))
    def ask_until_it_goes(self, waiter: Waiter) -> Any:
        """In any order; who is not let go asks again as it is told, while the others are away."""
        for _ in range(40):
            told = self.ask(waiter)
            if not told:
                return waiter
            self.now += told
        raise AssertionError("it never goes")

    @rule(waiter=waiting)
    def ask_once(self, waiter: Waiter) -> None:
        if not waiter.gone:
            self.ask(waiter)

    def ask(self, waiter: Waiter) -> float:
        if waiter.gone:
            assert self.limiter.delay(waiter.good, self.now) == 0
            return 0.0
        told = self.limiter.delay(waiter.good, self.now)
        if self.exact:
            expected = self.model.ask(waiter, self.now)
            assert abs(told - expected) < EPS
        else:
            self.follow(waiter, told)
        return told

    def follow(self, waiter: Waiter, told: float) -> None:
        """Once something was given back it may hold back more than the model: rather less than too much comes back."""
        if waiter not in self.model.line:
            self.model.line.append(waiter)
        self.model.line = [one for one in self.model.line if one.good.place or one is waiter]
        assert told >= self.model.delay(waiter, self.now) - EPS
        if told:
            waiter.told = self.now + told
            return
        self.model.line.remove(waiter)
        self.model.history.append((self.now, waiter, dict(waiter.costs)))
        waiter.gone = True

    @rule(waiter=consumes(waiting))
    def leave(self, waiter: Waiter) -> None:
        self.limiter.cancel(waiter.good, self.now)
        self.alive.remove(waiter)
        if waiter in self.model.line:
            self.model.line.remove(waiter)
        if waiter.gone:
            self.give_back(waiter)

    @rule(waiter=consumes(under_way))
    def not_used(self, waiter: Waiter) -> None:
        self.limiter.cancel(waiter.good, self.now)
        self.alive.remove(waiter)
        self.give_back(waiter)

    def give_back(self, waiter: Waiter) -> None:
        self.exact = False
        for unit, cost in waiter.costs.items():
            self.model.take_back(waiter, unit, cost)

    @rule(waiter=consumes(under_way), part=st.sampled_from([0, 0.5, 1, 1, 1, 2]))
    def used(self, waiter: Waiter, part: float) -> None:
        estimate = waiter.costs["tokens"]
        self.settle(waiter, estimate * part)
        if part < 1:
            self.exact = False
            self.model.take_back(waiter, "tokens", estimate * (1 - part))
        elif part > 1:
            self.model.spend("tokens", estimate * (part - 1), self.now)
            self.greatest = math.inf

    @rule(waiter=under_way)
    def ended_twice(self, waiter: Waiter) -> None:
        if waiter not in self.alive:
            self.limiter.cancel(waiter.good, self.now)
            self.settle(waiter, 1000)

    def settle(self, waiter: Waiter, tokens: float) -> None:
        report = Report(outcome=Outcome(Kind.SUCCESS), now=self.now, time=self.now, costs={"tokens": tokens})
        self.limiter.settle(waiter.good, report)
        if waiter in self.alive:
            self.alive.remove(waiter)

    @invariant()
    def no_window_has_more_than_the_quota(self) -> None:
        for unit, quota in QUOTAS.items():
            more = 0.0 if unit == "requests" else self.greatest
            spent = [(at, costs[unit]) for at, _, costs in self.model.history]
            for begin, _ in spent:
                within = sum(cost for at, cost in spent if 0 <= at - begin <= quota.per)
                assert within <= quota.limit + (quota.burst or 0) + more + EPS

    def teardown(self) -> None:
        """Nobody starves, and nothing leaks: all go, and after a time there is the whole burst again."""
        for waiter in [one for one in self.alive if not one.gone]:
            for _ in range(60):
                told = self.limiter.delay(waiter.good, self.now)
                if not told:
                    break
                self.now += told
            else:
                raise AssertionError("it starves")
        self.now += 10_000
        costs = {"requests": 3.0, "tokens": 20.0}
        one = self.limiter.reserve(Demand(scope=SCOPE, costs=costs), self.now)
        assert self.limiter.delay(one, self.now) == 0
        assert one.books.is_idle(self.now + 60)


AgainstTheModel.TestCase.settings = settings(max_examples=120, stateful_step_count=40, derandomize=True, deadline=None)
TestAgainstTheModel = AgainstTheModel.TestCase
