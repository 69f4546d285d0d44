"""The adaptive limit: its way for given reports, and what it makes of a server whose capacity nobody knows."""

import asyncio
from functools import cache
from typing import Any

import pytest

from pristine.adapters.semaphores import AdaptiveSemaphore
from pristine.ports.admission import Demand, Permit, Report, Scope
from pristine.ports.errors import ConnectionLost, PristineError, TimeoutExceeded
from pristine.ports.outcome import Kind, Outcome
from tests.support.simulated import Result, Run, Shape, SimulatedServer, admitted, naive
from tests.support.virtual import StandsStill, VirtualClock, run_virtual

SCOPE = Scope(tenant="t")
TOO_MUCH = Kind.RATE_LIMITED


class Driver:
    """Drives one scope with reports; each moment is given."""

    def __init__(self, concurrency: int | None = None, **options: Any) -> None:
        self.semaphore = AdaptiveSemaphore(**options)
        self.demand = Demand(scope=SCOPE, concurrency=concurrency)
        self.now = 100.0

    @property
    def limit(self) -> float:
        return self.semaphore.load(SCOPE).limit

    def fill(self) -> list[Permit]:
        permits: list[Permit] = []
        while (permit := self.semaphore.acquire(self.demand, 0)) is not None:
            permits.append(permit)
        return permits

    def report(self, kind: Kind, duration: float = 1.0, error: PristineError | None = None) -> Report:
        return Report(outcome=Outcome(kind, error), now=self.now, time=0, duration=duration)

    def round_trip(self, kind: Kind = Kind.SUCCESS) -> float:
        """As many as may be go out, and come back a second later, each while all places are taken."""
        permits = self.fill()
        self.now += 1
        for permit in permits:
            permit.release(self.report(kind))
            permits += self.fill()
            if len(permits) > 5000:
                break
        return self.limit

    def serve(self, number: int, kind: Kind = Kind.SUCCESS) -> float:
        """So many are served one after the other, each while all places are taken; the limit then."""
        permits = self.fill()
        for _ in range(number):
            self.now += 1
            permits.pop(0).release(self.report(kind))
            permits += self.fill()
        for permit in permits:
            permit.release()
        return self.limit

    def refuse(self, kind: Kind = TOO_MUCH, **more: Any) -> float:
        self.now += 1
        permit = self.semaphore.acquire(self.demand, 0)
        assert permit is not None
        permit.release(self.report(kind, **more))
        return self.limit


def test_it_doubles_in_each_round_trip_until_the_first_refusal_which_halves_it() -> None:
    driver = Driver(initial=5)
    assert [driver.serve(number) for number in (5, 10, 20)] == [10, 20, 40]
    assert driver.refuse(duration=0.1) == 20


def test_later_refusals_leave_seven_tenths() -> None:
    driver = Driver(initial=200)
    assert [driver.refuse(duration=0.1) for _ in range(4)] == [100, 70, 49, 34]  # 34.3


@pytest.mark.parametrize("kind", [Kind.RATE_LIMITED, Kind.OVERLOADED])
def test_what_was_sent_before_the_last_decrease_tells_nothing_new(kind: Kind) -> None:
    driver = Driver(initial=100)
    permits = driver.fill()
    driver.now += 1
    limits = []
    for permit in permits:  # all were sent at 100 and come back from 101 on
        permit.release(driver.report(kind, duration=driver.now - 100))
        driver.now += 0.01
        limits.append(driver.limit)
    assert set(limits) == {50}
    assert driver.refuse(kind, duration=0.5) == 35  # sent at 102.5


def test_until_no_more_than_the_limit_is_in_use_a_decrease_is_not_felt_and_there_is_no_other() -> None:
    driver = Driver(initial=20)
    limits: list[float] = []
    for permit in driver.fill():  # each waited elsewhere, and was sent after the last decrease
        driver.now += 1
        permit.release(driver.report(TOO_MUCH, duration=0.1))
        limits.append(driver.limit)
    assert limits == [10] * 9 + [7, 7, 7, 4, 4, 4, 3, 2, 1, 1, 1]


def test_it_comes_back_to_where_it_was_refused_stays_there_and_looks_for_more_ever_faster() -> None:
    driver = Driver(initial=100)
    assert [driver.refuse(duration=0.1), *(driver.serve(round(driver.limit)) for _ in range(5))] == [
        50, 62, 72, 80, 87, 92,
    ]  # fmt: skip
    driver.serve(600)
    assert driver.limit == 100
    way = [driver.refuse(duration=0.1)] + [driver.serve(round(driver.limit)) for _ in range(40)]
    assert way[:6] == [70, 77, 84, 89, 93, 95]
    assert set(way[7:15]) == {99, 100, 101}
    assert [way[20], way[30], way[40]] == [126, 311, 808]
    assert way == sorted(way)


def test_it_grows_only_where_all_of_it_is_in_use() -> None:
    driver = Driver(initial=10)
    for _ in range(100):
        permits = [driver.semaphore.acquire(driver.demand, 0) for _ in range(9)]
        for permit in permits:
            assert permit is not None
            permit.release(driver.report(Kind.SUCCESS))
    assert driver.limit == 10


@pytest.mark.parametrize(
    ("kind", "error", "limit"),
    [
        (Kind.SUCCESS, None, 2),
        (Kind.CLIENT_ERROR, None, 2),
        (Kind.UPSTREAM_FAILURE, None, 1),
        (Kind.TRANSPORT_ERROR, ConnectionLost("reset"), 1),
    ],
)
def test_what_the_server_answers_makes_it_grow_and_its_own_faults_change_nothing(
    kind: Kind, error: PristineError | None, limit: int
) -> None:
    driver = Driver(initial=1)
    assert driver.refuse(kind, error=error) == limit


@pytest.mark.parametrize(
    ("phase", "passed", "limit"),
    [("head", "read", 5), ("head", "head", 5), ("body", "read", 5), ("head", "total", 10), ("connect", "connect", 10)],
)
def test_no_answer_in_time_is_a_refusal_but_an_impatient_caller_is_not(phase: str, passed: str, limit: int) -> None:
    driver = Driver(initial=10)
    error = TimeoutExceeded("late", phase=phase, limit=passed, seconds=1.0)
    assert driver.refuse(Kind.TRANSPORT_ERROR, error=error) == limit


def test_what_was_cancelled_or_dropped_says_nothing() -> None:
    driver = Driver(initial=3)
    for permit in driver.fill():
        permit.release(None)
    driver.fill()
    assert driver.limit == 3
    assert driver.semaphore.load(SCOPE).used == 0


def test_it_stays_between_floor_and_ceiling() -> None:
    driver = Driver(initial=5, floor=3, ceiling=8)
    assert driver.serve(50) == 8
    assert [driver.refuse(duration=0.1) for _ in range(4)] == [4, 3, 3, 3]


def test_the_manifest_s_bound_is_the_ceiling_where_there_is_no_other() -> None:
    assert len(Driver(concurrency=4).fill()) == 4
    assert len(Driver(concurrency=4, initial=6, ceiling=7).fill()) == 6
    assert Driver(concurrency=4, initial=2).serve(50) == 4


def test_it_comes_back_from_an_outage() -> None:
    driver = Driver(initial=64)
    for _ in range(60):
        driver.refuse(Kind.OVERLOADED, duration=0.1)
    assert driver.limit == 1
    assert [driver.serve(round(driver.limit)) for _ in range(7)] == [2, 4, 8, 16, 32, 54, 58]


def test_a_refusal_on_the_way_back_is_where_it_goes_on_from() -> None:
    driver = Driver(initial=64)
    for _ in range(60):
        driver.refuse(Kind.OVERLOADED, duration=0.1)
    assert [driver.serve(1), driver.serve(7), driver.refuse(duration=0.1)] == [2, 9, 6]
    assert [driver.serve(round(driver.limit)) for _ in range(12)][-1] == 9


def test_it_leaves_the_floor_again() -> None:
    driver = Driver(initial=1)
    for _ in range(20):
        driver.refuse(duration=0.1)
        driver.serve(1)
    assert driver.limit == 1
    assert driver.serve(40) > 1


def test_an_idle_scope_is_forgotten_unless_it_had_to_shrink_of_late() -> None:
    driver = Driver(initial=10)
    semaphore = driver.semaphore
    driver.refuse(duration=0.1)
    others = [Demand(scope=Scope(key=f"{number}")) for number in range(5000)]
    for demand in others:
        permit = semaphore.acquire(demand, 0)
        assert permit is not None
        permit.release(driver.report(Kind.SUCCESS))
    assert driver.limit == 5
    assert len(semaphore._ledger) <= 1025
    driver.now += 601
    for demand in others:
        permit = semaphore.acquire(demand, 0)
        assert permit is not None
        permit.release(driver.report(Kind.SUCCESS))
    assert driver.limit == 10


# -- in virtual time ---------------------------------------------------------------------------------------------------


@cache
def pressed(shape: Shape, how: str, seed: int = 0) -> Result:
    """What 200 callers get out of a server."""

    async def run() -> Result:
        clock = VirtualClock()
        server = SimulatedServer(clock, shape, seed)
        send = naive(server) if how == "naive" else admitted(server, clock, AdaptiveSemaphore())
        return await Run(server, clock, seconds=60, seed=seed).result(send)

    return run_virtual(run())


SHAPES = {
    "a quota and a capacity that changes": Shape(),
    "without a word on when to come again": Shape(retry_after=None),
    "a quota that counts what is refused": Shape(toll=0.5),
    "a quota alone": Shape(places=10_000, worst=1.0),
    "a capacity alone": Shape(quota=1e6),
    "few and long": Shape(quota=10, burst=10, service=3, places=60),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_200_callers_get_what_there_is_and_are_hardly_ever_refused(shape: Shape) -> None:
    result = pressed(shape, "adaptive")
    assert result.goodput > 0.9, result
    assert result.refused < 0.05, result


def test_callers_who_only_try_again_are_refused_most_of_the_time_and_some_of_them_starve() -> None:
    alone, admitted = pressed(Shape(), "naive"), pressed(Shape(), "adaptive")
    assert alone.refused > 10 * admitted.refused
    assert alone.p99 > 3 * admitted.p99


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_is_the_same_every_time_and_another_with_another_seed(seed: int) -> None:
    result = pressed(Shape(), "adaptive", seed)
    assert result.goodput > 0.9
    assert result.limited < 0.05
    assert result == pressed.__wrapped__(Shape(), "adaptive", seed)
    assert result != pressed(Shape(), "adaptive")


def test_virtual_time_jumps_to_the_next_timer_and_not_over_what_can_run() -> None:
    async def run() -> list[float]:
        clock, told = VirtualClock(), []

        async def tell(seconds: float) -> None:
            await clock.asleep(seconds)
            told.append(clock.now())

        await asyncio.gather(tell(3600), tell(0), tell(7.5), tell(86400.0 * 7))
        return told

    assert run_virtual(run()) == [0, 7.5, 3600, 86400.0 * 7]


def test_virtual_time_has_an_end_where_all_wait_for_what_cannot_come() -> None:
    async def run() -> None:
        await asyncio.sleep(5)
        await asyncio.get_running_loop().create_future()

    with pytest.raises(StandsStill, match="after 5 s"):
        run_virtual(run())
