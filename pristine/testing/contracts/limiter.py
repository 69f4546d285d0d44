"""The contract of `pristine.ports.admission.RateLimiter`, in both faces. All time is given; nothing waits.

The quotas come with the demands, as a manifest's do: the limiter is made without any of its own.
"""

import asyncio
import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import product
from random import Random
from typing import Any, ClassVar, Final

import attrs
import pytest

from pristine.ports.admission import Demand, Quota, Report, Scope
from pristine.ports.outcome import Kind, Outcome
from pristine.testing.contracts.probing import TwoFaced, fail, in_threads, quickest
from pristine.testing.contracts.taking import Taking
from pristine.testing.promises import expect, promise

_PLACE: Final = ("RateLimiter", 1, "reserve takes a place for all costs, behind the earlier ones, and does not wait")
_DELAY: Final = ("RateLimiter", 2, "delay is kept to: who asks again goes, in the order in which they came")
_QUOTA: Final = ("RateLimiter", 3, "over any window of `per` seconds, no more than `limit` and the burst is let go")
_CANCEL: Final = ("RateLimiter", 4, "cancel gives back a place that was not used; those behind it move up")
_SETTLE: Final = ("RateLimiter", 5, "settle makes the costs what they were, and hears the server; it ends once")
_SCOPES: Final = ("RateLimiter", 6, "scopes do not feel each other, and all threads are served at once")

_AT_ONCE: Final = 0.005
_ASKS: Final = 20
"""How often one may have to ask where nothing new happens."""

_SLACK: Final = 1e-3
"""Seconds, and parts of a unit, that are no difference."""

_START: Final = 1000.0
_TIME: Final = 1.7e9
_ONE_A_SECOND: Final = Quota(limit=60, per=60, burst=1)
_SUCCESS: Final = Outcome(Kind.SUCCESS)
_REFUSED: Final = Outcome(Kind.RATE_LIMITED, status=429, retry_after=20.0)


class RateLimiterContract(Taking, TwoFaced):
    """Subclass it as `Test…`, and say how the limiter is made. Each face that it has is tested."""

    methods: ClassVar = {"blocking": "reserve", "async": "areserve"}

    def make(self) -> Any:
        """The limiter, without quotas of its own, with one face or both."""
        raise NotImplementedError("say how the RateLimiter is made: def make(self)")

    @contextmanager
    def _desk(self, face: str, seed: int = 0) -> Iterator["Desk"]:
        with asyncio.Runner() as runner:
            yield Desk(self.make(), face, runner, seed)

    # -- 1 -------------------------------------------------------------------------------------------------------------

    @promise(*_PLACE)
    def test_reserving_does_not_wait(self, face: str) -> None:
        with self._desk(face) as desk:
            desk.reserve_many(200)
            taken = quickest(desk.reserve)
            if taken > _AT_ONCE:
                fail("reserve, behind 200 who wait", "it returns at once", f"it returns after {taken:.3f} s")

    @promise(*_PLACE)
    def test_they_go_in_the_order_in_which_they_came(self, face: str) -> None:
        with self._desk(face) as desk:
            desk.play(desk.reserve_many(30))
            desk.expect_order("30 equal demands, asked in any order")

    @promise(*_PLACE)
    def test_all_costs_of_a_demand_are_reserved(self, face: str) -> None:
        quotas = {"requests": Quota(limit=1000), "tokens": Quota(limit=100), "bytes": Quota(limit=1000)}
        for scarce in quotas:
            with self._desk(face) as desk:
                costs = {unit: quotas[unit].limit if unit == scarce else 1 for unit in quotas}
                first, second = (desk.reserve(costs, quotas) for _ in range(2))
                desk.delay(first)
                if not desk.delay(second) > 1:
                    fail(f"delay, when all {scarce} are spent and the rest is not", "more than a second", "less")

    # -- 2 -------------------------------------------------------------------------------------------------------------

    @promise(*_DELAY)
    def test_who_waits_as_long_as_it_is_told_goes(self, face: str) -> None:
        with self._desk(face) as desk:
            waiting = desk.reserve_many(60)
            for one in waiting:
                told = desk.delay(one)
                if not (isinstance(told, (int, float)) and math.isfinite(told) and told >= 0):
                    fail("delay", "a finite number, 0 or greater", repr(told))
            desk.play(waiting)
            if len(desk.gone) < len(waiting):
                fail(f"60 demands, who ask {_ASKS} times as they are told", "all go", f"{len(desk.gone)} go")

    @promise(*_DELAY)
    def test_nobody_is_held_up_for_ever_by_one_who_does_not_ask(self, face: str) -> None:
        with self._desk(face) as desk:
            first, _, last = desk.reserve_many(3)
            desk.play([first])
            desk.play([last], asks=500)
            expect(len(desk.gone), 2, "how many go, the first and the third, when the second never asks")

    @promise(*_DELAY)
    def test_a_refusal_keeps_the_order(self, face: str) -> None:
        with self._desk(face) as desk:
            waiting = desk.reserve_many(12)
            desk.delay(waiting[0])
            desk.settle(waiting.pop(0), outcome=_REFUSED)
            desk.play(waiting)
            desk.expect_order("11 who waited when another was refused")

    # -- 3 -------------------------------------------------------------------------------------------------------------

    @promise(*_QUOTA)
    def test_no_window_has_more_than_the_quota(self, face: str) -> None:
        for seed in range(8):
            with self._desk(face, seed) as desk:
                random = desk.random
                quota = Quota(limit=random.choice([10, 60]), per=60, burst=random.choice([None, 1, 4]))
                for _ in range(8):
                    desk.now += random.choice([0, 0.5, 3, 200])
                    most = quota.limit if quota.burst is None else quota.burst
                    costs = [random.uniform(0.1, 1) * min(most, 5) for _ in range(8)]
                    waiting = [desk.reserve({"tokens": cost}, {"tokens": quota}) for cost in costs]
                    desk.play(waiting, late=random.choice([0, 0, 2]))
                desk.expect_within(quota, "tokens")

    @promise(*_QUOTA)
    def test_those_who_come_late_are_no_burst(self, face: str) -> None:
        with self._desk(face) as desk:
            waiting = desk.reserve_many(20)
            for one in waiting:
                desk.delay(one)
            desk.now += 500
            at_once = sum(desk.delay(one) <= 0 for one in waiting[1:])
            if at_once > 1:
                fail("let go at once, of 19 who come late, where the burst is 1", "1 at most", f"{at_once}")

    @promise(*_QUOTA)
    def test_what_is_given_back_is_not_spent_twice(self, face: str) -> None:
        quotas = {"tokens": Quota(limit=60, per=60, burst=10)}
        with self._desk(face) as desk:
            first = desk.reserve({"tokens": 10}, quotas)
            desk.delay(first)
            desk.now += 100
            desk.delay(desk.reserve({"tokens": 10}, quotas))
            desk.settle(first, {"tokens": 0})
            if not desk.delay(desk.reserve({"tokens": 10}, quotas)) > 1:
                what = (
                    "a demand for the burst, right after another, when one of 100 s ago turns out to have cost nothing"
                )
                fail(what, "it waits", "it goes at once: the burst is spent twice")

    @promise(*_QUOTA)
    def test_a_demand_above_the_burst_passes_and_those_behind_pay(self, face: str) -> None:
        quotas = {"tokens": Quota(limit=60, per=60, burst=5)}
        with self._desk(face) as desk:
            great, small = desk.reserve({"tokens": 15}, quotas), desk.reserve({"tokens": 5}, quotas)
            desk.play([great, small])
            expect(len(desk.gone), 2, "how many go, of a demand for three times the burst and one behind it")
            waited = desk.gone[1][0] - desk.gone[0][0]
            if waited < 15 - _SLACK:
                fail("behind a demand for 15, at one a second", "15 s or more", f"{waited} s")

    # -- 4 -------------------------------------------------------------------------------------------------------------

    @promise(*_CANCEL)
    def test_those_behind_a_cancelled_place_move_up(self, face: str) -> None:
        with self._desk(face) as desk:
            _, second, third, fourth = desk.reserve_many(4)
            before = [desk.delay(one) for one in (second, third, fourth)]
            desk.cancel(third)
            after = [desk.delay(one) for one in (second, fourth)]
            if abs(after[0] - before[0]) > _SLACK or abs(after[1] - before[1]) > _SLACK:
                what = "delays of the second and the fourth, when the third is cancelled"
                fail(what, f"those of the second and the third, {before[:2]}", f"{after}")

    @promise(*_CANCEL)
    def test_what_was_let_go_and_not_used_comes_back(self, face: str) -> None:
        with self._desk(face) as desk:
            first, second = desk.reserve_many(2)
            desk.delay(first)
            desk.cancel(first)
            expect(desk.delay(second), 0, "delay, when the only one who was let go is cancelled")

    # -- 5 -------------------------------------------------------------------------------------------------------------

    @promise(*_SETTLE)
    def test_what_was_not_spent_is_given_back(self, face: str) -> None:
        with self._desk(face) as desk:
            self._settled(desk, 1)
            again = desk.reserve({"tokens": 9}, _TOKENS)
            expect(desk.delay(again), 0, "delay for 9 of 10, when one that reserved 10 has cost 1")

    @promise(*_SETTLE)
    def test_what_was_spent_above_is_taken(self, face: str) -> None:
        with self._desk(face) as desk:
            self._settled(desk, 40)
            told = desk.delay(desk.reserve({"tokens": 10}, _TOKENS))
            if not told > 40 - _SLACK:
                fail("delay for 10 at one a second, when one that reserved 10 has cost 40", "40 s", f"{told} s")

    def _settled(self, desk: "Desk", tokens: float) -> None:
        first = desk.reserve({"tokens": 10}, _TOKENS)
        desk.delay(first)
        desk.settle(first, {"tokens": tokens})

    @promise(*_SETTLE)
    def test_a_refusal_holds_for_all(self, face: str) -> None:
        with self._desk(face) as desk:
            first, waiting = desk.reserve_many(2)
            desk.delay(first)
            desk.delay(waiting)
            desk.settle(first, outcome=_REFUSED)
            for who, one in (("one who waited", waiting), ("one who comes", desk.reserve())):
                told = desk.delay(one)
                if not told > 20 - _SLACK:
                    fail(f"delay of {who}, after a refusal with a Retry-After of 20 s", "20 s or more", f"{told} s")

    @promise(*_SETTLE)
    def test_a_reservation_ends_once(self, face: str) -> None:
        for (first, end), (second, end_again) in product(_ENDS.items(), repeat=2):
            with self._desk(face) as once, self._desk(face) as twice:
                ended = [_ended(desk, end) for desk in (once, twice)]
                end_again(twice, ended[1])
                told = [desk.delay(desk.reserve({"tokens": 10}, _TOKENS)) for desk in (once, twice)]
                expect(told[1], told[0], f"delay behind one that was {first}, when it is {second} afterwards")

    # -- 6 -------------------------------------------------------------------------------------------------------------

    @promise(*_SCOPES)
    def test_scopes_do_not_feel_each_other(self, face: str) -> None:
        here = Scope("tenant", "https://a.test", "group", "key")
        for name in ("tenant", "base_url", "group", "key"):
            with self._desk(face) as desk:
                first = desk.reserve(scope=here)
                desk.delay(first)
                desk.settle(first, outcome=_REFUSED)
                other = desk.reserve(scope=attrs.evolve(here, **{name: "another"}))
                expect(desk.delay(other), 0, f"delay in a scope of another {name}, when one here is refused")

    @promise(*_SCOPES)
    def test_all_threads_are_served(self, face: str) -> None:
        if face == "async":
            pytest.skip("an event loop is one thread")
        with self._desk(face) as desk:
            went: list[float] = []
            failures = in_threads([partial(_hammer, desk, went) for _ in range(8)])
            expect(failures, [], "what is raised in 8 threads that reserve, ask, cancel and settle")
            expect(sum(went), 40, "what is let go at one moment in 8 threads, where the burst is 40")


_TOKENS: Final = {"tokens": Quota(limit=60, per=60, burst=10)}


_ENDS: Final[Mapping[str, Callable[["Desk", Any], None]]] = {
    "cancelled": lambda desk, one: desk.cancel(one),
    "settled": lambda desk, one: desk.settle(one, {"tokens": 2}),
    "refused": lambda desk, one: desk.settle(one, outcome=_REFUSED),
}


def _ended(desk: "Desk", end: Callable[["Desk", Any], None]) -> Any:
    desk.delay(desk.reserve({"tokens": 8}, _TOKENS))
    one = desk.reserve({"tokens": 2}, _TOKENS)
    desk.delay(one)
    end(desk, one)
    return one


def _hammer(desk: "Desk", went: list[float]) -> None:
    """Take what there is at this moment, and end some of what was taken."""
    for turn in range(60):
        one = desk.reserve({}, {"requests": Quota(limit=60, per=60, burst=40)})
        if desk.delay(one) > 0:
            desk.cancel(one)
            continue
        went.append(1)
        if turn % 2:
            desk.settle(one)


def _demand(costs: dict[str, float] | None, quotas: dict[str, Quota] | None, scope: Scope) -> Demand:
    known = {"requests": _ONE_A_SECOND} if quotas is None else quotas
    return Demand(scope=scope, costs={"requests": 1.0, **(costs or {})}, quotas=known)


class Desk:
    """A limiter of either face, and the moment; `gone` has when each was let go, which, and what it cost."""

    def __init__(self, limiter: Any, face: str, runner: asyncio.Runner, seed: int) -> None:
        self.now = _START
        self.random = Random(seed)  # noqa: S311 an experiment that can be repeated
        self.gone: list[tuple[float, int, Demand]] = []
        self._limiter = limiter
        self._runner = runner
        self._prefix = "a" if face == "async" else ""

    def _call(self, name: str, *arguments: Any) -> Any:
        result = getattr(self._limiter, self._prefix + name)(*arguments)
        return self._runner.run(result) if self._prefix else result

    def reserve(
        self,
        costs: dict[str, float] | None = None,
        quotas: dict[str, Quota] | None = None,
        scope: Scope = Scope(base_url="https://a.test"),  # noqa: B008 it is frozen
    ) -> Any:
        """A reservation; without anything said, for one request of one a second."""
        return self._call("reserve", _demand(costs, quotas, scope), self.now)

    def take(self, costs: dict[str, float] | None = None, quotas: dict[str, Quota] | None = None) -> tuple[Any, Any]:
        """The same in one step, with what it is told."""
        taken, told = self._limiter.take(_demand(costs, quotas, Scope(base_url="https://a.test")), self.now)
        return taken, told

    def reserve_many(self, number: int) -> list[Any]:
        """Reservations for one request each."""
        return [self.reserve() for _ in range(number)]

    def delay(self, reservation: Any) -> Any:
        """What it is told."""
        return self._call("delay", reservation, self.now)

    def cancel(self, reservation: Any) -> None:
        """End it unused."""
        self._call("cancel", reservation, self.now)

    def settle(self, reservation: Any, costs: dict[str, float] | None = None, outcome: Outcome = _SUCCESS) -> None:
        """End it, with what came of it."""
        report = Report(outcome=outcome, now=self.now, time=_TIME + self.now, costs=costs or {})
        self._call("settle", reservation, report)

    def play(self, waiting: Iterable[Any], late: float = 0.0, asks: int = _ASKS) -> None:
        """Let all ask again when they were told, or up to `late` seconds later; who asks too often is left out."""
        random = self.random.random
        turns = [(self.now, random(), place, 0, one) for place, one in enumerate(waiting)]
        heapq.heapify(turns)
        while turns:
            moment, _, place, asked, one = heapq.heappop(turns)
            self.now = max(self.now, moment)
            told = self.delay(one)
            if told <= 0:
                self.gone.append((self.now, place, one.demand))
            elif asked < asks and told < math.inf:
                moment = self.now + told + random() * late
                heapq.heappush(turns, (moment, random(), place, asked + 1, one))

    def expect_order(self, what: str) -> None:
        """Whoever was let go was let go no later than those behind."""
        moments = [moment for moment, _, _ in sorted(self.gone, key=lambda gone: gone[1])]
        expect(moments, sorted(moments), f"when they went, {what}, in the order of their reservations")

    def expect_within(self, quota: Quota, unit: str) -> None:
        """No window was given more than the quota."""
        burst = quota.limit if quota.burst is None else quota.burst
        for moment, _, _ in self.gone:
            within = [demand.costs[unit] for at, _, demand in self.gone if 0 <= at - moment <= quota.per]
            if sum(within) > quota.limit + burst + _SLACK:
                fail(f"{unit} let go in {quota.per} s", f"{quota.limit + burst} or less", f"{sum(within)}")
