"""The rate limiter in threads, after fork, in finalisers, and with scopes by the million."""

import gc
import os
import threading
import tracemalloc
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from random import Random
from typing import Any

import attrs
import pytest

from pristine.adapters.limits import GcraLimiter
from pristine.adapters.limits.books import Books, Reservation
from pristine.adapters.limits.gcra import Meter
from pristine.adapters.limits.line import Line
from pristine.ports.admission import Demand, Quota, Report, Scope
from pristine.ports.outcome import Kind, Outcome

HERE = Demand(scope=Scope("t", "https://a.test"))
SUCCESS = Outcome(Kind.SUCCESS)


def report(now: float, outcome: Outcome = SUCCESS, **costs: float) -> Report:
    return Report(outcome=outcome, now=now, time=now, costs=costs)


def in_threads(count: int, call: Callable[[int], None]) -> None:
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            call(number)
        except BaseException as error:  # noqa: BLE001 told below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)


# -- threads -----------------------------------------------------------------------------------------------------------


def test_threads_let_go_what_there_is_and_lose_nothing() -> None:
    limiter = GcraLimiter(requests=1000, burst=500, quotas={"tokens": Quota(limit=10_000, burst=5_000)})
    gone: list[Reservation] = []

    def work(number: int) -> None:
        random = Random(number)
        for _ in range(300):
            one = limiter.reserve(Demand(scope=HERE.scope, costs={"tokens": 10}), 0.0)
            if limiter.delay(one, 0.0) or random.random() < 0.3:
                limiter.cancel(one, 0.0)
            elif random.random() < 0.5:
                limiter.settle(one, report(0.0, tokens=10))
                gone.append(one)
            else:
                gone.append(one)

    in_threads(8, work)
    assert len(gone) == 500
    books = gone[0].books
    assert [round(meter.owed(0.0), 6) for meter in books._meters if meter] == [500, 5000]
    assert not books._line.length
    assert not limiter._ended


def test_threads_that_wait_go_in_their_order_each_once() -> None:
    limiter = GcraLimiter(requests=60, burst=1)
    waiting = [limiter.reserve(HERE, 0.0) for _ in range(200)]
    for second in range(200):
        gone: list[Reservation] = []

        def work(number: int, now: float = second, gone: list[Reservation] = gone) -> None:
            mine = waiting[number::4]
            gone.extend(one for one in mine if not one.number and limiter.delay(one, now) == 0)

        if second % 20 == 0:
            in_threads(4, work)
            limiter.delay(waiting[second], float(second))
        else:
            limiter.delay(waiting[second], float(second))
        assert [one.number for one in waiting[: second + 1]] == list(range(1, second + 2))
        assert not waiting[-1].number or second == 199


class Meddling(Mapping[str, float]):
    """Costs whose reading runs something else, as garbage collection runs a finaliser: here, with the lock held."""

    def __init__(self, meddle: Callable[[], None]) -> None:
        self.meddle = meddle

    def __getitem__(self, unit: str) -> float:
        self.meddle()
        return 1.0

    def __iter__(self) -> Iterator[str]:
        return iter(["requests"])

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize("way", ["cancel", "settle"])
def test_a_finaliser_may_end_a_reservation_while_its_thread_has_the_lock(way: str) -> None:
    limiter = GcraLimiter(requests=60, burst=1)
    first, second = (limiter.reserve(HERE, 0.0) for _ in range(2))
    limiter.delay(first, 0.0)

    def end() -> None:
        assert limiter._lock.locked()
        if way == "cancel":
            limiter.cancel(first, 0.0)
        else:
            limiter.settle(first, report(0.0, requests=0))

    limiter.reserve(Demand(scope=HERE.scope, costs=Meddling(end)), 0.0)
    assert not limiter._lock.locked()
    assert first.ended
    assert limiter.delay(second, 0.0) == 0


def test_what_is_ended_while_another_has_the_lock_is_ended_when_it_is_given_up() -> None:
    limiter = GcraLimiter(requests=60, burst=1)
    first, second = (limiter.reserve(HERE, 0.0) for _ in range(2))
    limiter.delay(first, 0.0)
    with limiter._lock:
        limiter.cancel(first, 0.0)
        assert not first.ended
    assert limiter.delay(second, 0.0) == 0


# -- processes ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_does_not_hang_on_a_lock_that_was_held() -> None:
    limiter = GcraLimiter(requests=60, burst=1)
    first = limiter.reserve(HERE, 0.0)
    limiter.delay(first, 0.0)
    with limiter._lock:
        child = os.fork()
        if not child:
            new = limiter.reserve(HERE, 0.0)
            limiter.settle(first, report(0.0))
            os._exit(0 if limiter.delay(new, 0.0) == 0 and first.ended else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert limiter.delay(limiter.reserve(HERE, 0.0), 0.0) == 1


# -- memory ------------------------------------------------------------------------------------------------------------


def scope(number: int) -> Scope:
    return Scope("t", "https://a.test", "g", f"{number}")


def test_idle_scopes_are_forgotten() -> None:
    limiter = GcraLimiter(requests=60, burst=1)
    for number in range(5000):
        one = limiter.reserve(Demand(scope=scope(number)), float(number))
        limiter.delay(one, float(number))
        limiter.settle(one, report(float(number)))
        assert len(limiter._books) < 8
    assert len(limiter._idle) < 8


def test_scopes_with_a_debt_are_not_forgotten() -> None:
    limiter = GcraLimiter(requests=60, burst=1, pause=100)
    ends: list[Callable[[Reservation], None]] = [
        lambda one: None,
        lambda one: limiter.settle(one, report(0.0, Outcome(Kind.RATE_LIMITED))),
        lambda one: limiter.settle(one, report(0.0, requests=5)),
    ]
    for number, end in enumerate(ends):
        one = limiter.reserve(Demand(scope=scope(number)), 0.0)
        limiter.delay(one, 0.0)
        end(one)
    for number in range(1000):
        limiter.reserve(Demand(scope=scope(100 + number)), 0.0)
    assert [limiter.delay(limiter.reserve(Demand(scope=scope(n)), 0.5), 0.5) for n in range(3)] == [0.5, 99.5, 4.5]


def test_what_comes_of_an_attempt_is_heard_though_its_scope_was_forgotten() -> None:
    limiter = GcraLimiter()
    one = limiter.reserve(Demand(scope=scope(-1)), 0.0)
    limiter.delay(one, 0.0)
    for number in range(100):
        limiter.cancel(limiter.reserve(Demand(scope=scope(number)), 1.0), 1.0)
    assert attrs.astuple(scope(-1)) not in limiter._books
    limiter.settle(one, report(1.0, Outcome(Kind.RATE_LIMITED, retry_after=9)))
    assert limiter.delay(limiter.reserve(Demand(scope=scope(-1)), 1.0), 1.0) == 9


@pytest.mark.parametrize("held", [True, False], ids=["the lock is held", "the lock is free"])
def test_what_is_heard_of_a_forgotten_scope_stays_when_its_last_reservation_goes(held: bool) -> None:
    limiter = GcraLimiter()
    one = limiter.reserve(Demand(scope=scope(-1)), 0.0)
    limiter.delay(one, 0.0)
    limiter.delay(limiter.reserve(Demand(scope=scope(1)), 0.0), 0.0)
    assert attrs.astuple(scope(-1)) not in limiter._books
    with limiter._lock if held else nullcontext():
        limiter.settle(one, report(1.0, Outcome(Kind.RATE_LIMITED, retry_after=9)))
    del one
    limiter.cancel(limiter.reserve(Demand(scope=scope(1)), 1.0), 1.0)
    gc.collect()
    assert limiter.delay(limiter.reserve(Demand(scope=scope(-1)), 1.0), 1.0) == 9


def test_reservations_that_nobody_ends_are_forgotten_too() -> None:
    limiter = GcraLimiter(requests=60, burst=1)
    kept: list[weakref.ref[Books]] = []
    for number in range(2000):
        three = [limiter.reserve(Demand(scope=scope(number)), float(number)) for _ in range(3)]
        assert [limiter.delay(one, float(number)) for one in three] == [0, 1, 2]
        kept.append(weakref.ref(three[0].books))
        del three
    gc.collect()
    assert sum(ref() is not None for ref in kept) < 100


def test_a_line_that_never_ends_does_not_grow() -> None:
    limiter = GcraLimiter(requests=60, burst=10, quotas={"tokens": 6000})
    waiting = [limiter.reserve(HERE, 0.0) for _ in range(20)]
    now = 0.0
    for turn in range(20_000):
        one = waiting.pop(0)
        now += limiter.delay(one, now)
        assert limiter.delay(one, now) == 0
        limiter.settle(one, report(now, requests=turn % 3 / 2))
        waiting.append(limiter.reserve(HERE, now))
    books = waiting[0].books
    assert len(books._line._places) < 100
    for meter in books._meters:
        assert meter is not None
        assert len(meter._lows) == len(meter._marks) <= 129


def test_memory_is_bounded() -> None:
    limiter = GcraLimiter(requests=60, burst=1)

    def come_and_go(count: int, start: int) -> None:
        for number in range(start, start + count):
            one = limiter.reserve(Demand(scope=scope(number)), float(number))
            limiter.delay(one, float(number))
            limiter.settle(one, report(float(number)))

    come_and_go(500, 0)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    come_and_go(5000, 500)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 50_000


# -- the parts, against what they stand for ----------------------------------------------------------------------------


class One:
    def __init__(self, costs: list[float]) -> None:
        self.costs = costs
        self.place = 0


def test_a_line_says_what_stands_before() -> None:
    random = Random(1)
    line: Line[One] = Line(2)
    there: list[One] = []
    for _ in range(4000):
        if random.random() < 0.52:
            there.append(One([random.randrange(9), random.randrange(9)]))
            line.join(there[-1])
        elif there:
            line.leave(there.pop(random.choice([0, 0, 0, random.randrange(len(there))])))
        if there:
            place = random.randrange(len(there))
            before = [sum(one.costs[unit] for one in there[:place]) for unit in range(2)]
            assert list(line.before(there[place])) == before
        assert line.first() is (there[0] if there else None)
        assert line.length == len(there)
    assert list(line) == there


def test_operations_do_not_grow_with_the_line() -> None:
    """Steps, not seconds: what is read and written in the sums is logarithmic."""

    class Counted(list[Any]):
        touched = 0

        def __getitem__(self, at: Any) -> Any:
            Counted.touched += 1
            return super().__getitem__(at)

    line: Line[One] = Line(1)
    there = [One([1.0]) for _ in range(10_000)]
    for one in there:
        line.join(one)
    line.before(there[-1])
    for sums in line._sums:
        sums._tree = Counted(sums._tree)
    Random(2).shuffle(there)
    for one in there[:1000]:
        Counted.touched = 0
        line.before(one)
        line.leave(one)
        assert Counted.touched < 40


def test_what_is_given_back_is_never_more_than_history_without_it_owes() -> None:
    for seed in range(200):
        random = Random(seed)
        meter = Meter(Quota(limit=1, per=1, burst=20))
        charges: list[tuple[float, float, int]] = []
        now = 0.0
        for _ in range(random.choice([10, 400])):
            now += random.choice([0.0, 0.5, 1.0, 2.0, 30.0])
            if charges and random.random() < 0.4:
                place = random.randrange(len(charges))
                at, cost, mark = charges[place]
                back = cost * random.choice([0.5, 1])
                before = meter.tat
                meter.refund(back, mark, now)
                assert meter.tat <= before
                charges[place] = at, cost - back, mark
            else:
                cost = float(random.randrange(1, 6))
                charges.append((now, cost, meter.charge(cost, now)))
            owed, last = 0.0, 0.0
            for at, cost, _ in charges:
                owed, last = max(0.0, owed - (at - last)) + cost, at
            assert meter.owed(now) >= owed - (now - last) - 1e-6


def test_the_first_refund_is_exact() -> None:
    for seed in range(200):
        random = Random(seed)
        meter = Meter(Quota(limit=1, per=1, burst=20))
        charges: list[tuple[float, float, int]] = []
        now = 0.0
        for _ in range(60):
            now += random.choice([0.0, 0.5, 1.0, 4.0])
            cost = float(random.randrange(1, 4))
            charges.append((now, cost, meter.charge(cost, now)))
        place = random.randrange(len(charges))
        _, cost, mark = charges[place]
        meter.refund(cost, mark, now)
        owed, last = 0.0, 0.0
        for when, cost, other in charges:
            owed, last = max(0.0, owed - (when - last)) + (0.0 if other == mark else cost), when
        assert abs(meter.owed(now) - owed) < 1e-6
