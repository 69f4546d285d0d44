"""Semaphores: what each counts, and that no permit is lost whatever becomes of those who hold one or wait for one."""

import asyncio
import copy
import gc
import os
import pickle
from typing import Any

import pytest

from pristine.adapters.clock import ManualClock
from pristine.adapters.semaphores import AdaptiveSemaphore, BytesSemaphore, CountingSemaphore
from pristine.adapters.semaphores.books import Book, Claim, Load
from pristine.ports.admission import AsyncSemaphore, Demand, Report, Scope, Semaphore
from pristine.ports.errors import ConfigurationError
from tests.support.virtual import run_virtual

CHAT, OTHER = Scope(group="chat"), Scope(group="files")
ONE = Demand(scope=CHAT)
MAKERS: dict[str, Any] = {
    "counting": lambda **options: CountingSemaphore(limit=1, **options),
    "bytes": lambda **options: BytesSemaphore(limit=1, **options),
    "adaptive": lambda **options: AdaptiveSemaphore(initial=1, **options),
}
BODY = Demand(scope=CHAT, costs={"bytes": 1})
"""One of each: a request, and a byte."""


@pytest.fixture(params=MAKERS.values(), ids=list(MAKERS))
def make(request: pytest.FixtureRequest) -> Any:
    """How one is made that lets one be under way."""
    return request.param


def granted(semaphore: Any, *demands: Demand) -> list[bool]:
    """Which of some demands are let in, one after the other, and stay."""
    permits = [semaphore.acquire(demand, 0) for demand in demands]
    came = [permit is not None for permit in permits]
    semaphore.kept = permits
    return came


# -- what they count ---------------------------------------------------------------------------------------------------


def test_they_have_both_faces(make: Any) -> None:
    semaphore: Any = make()
    assert isinstance(semaphore, Semaphore)
    assert isinstance(semaphore, AsyncSemaphore)


def test_a_limit_is_the_group_s_or_else_the_one_for_all() -> None:
    semaphore = CountingSemaphore(limit=1, groups={"chat": 2})
    assert granted(semaphore, ONE, ONE, ONE) == [True, True, False]
    assert granted(semaphore, *[Demand(scope=OTHER, concurrency=5)] * 2) == [True, False]


def test_where_the_options_say_nothing_the_manifest_does() -> None:
    semaphore = CountingSemaphore(groups={"chat": 1})
    assert granted(semaphore, *[Demand(scope=CHAT, concurrency=5)] * 2) == [True, False]
    assert granted(semaphore, *[Demand(scope=OTHER, concurrency=2)] * 3) == [True, True, False]
    assert granted(semaphore, *[Demand(scope=OTHER)] * 50) == [True] * 50


def test_the_last_word_on_a_limit_is_heeded_at_once() -> None:
    semaphore = CountingSemaphore()
    first = [semaphore.acquire(Demand(scope=OTHER, concurrency=2), 0) for _ in range(3)]
    assert [permit is not None for permit in first] == [True, True, False]
    second = [semaphore.acquire(Demand(scope=OTHER, concurrency=3), 0) for _ in range(2)]
    assert [permit is not None for permit in second] == [True, False]
    assert semaphore.load(OTHER) == Load(limit=3, used=3, waiting=0)


def test_each_tenant_has_its_limit_for_itself() -> None:
    semaphore = CountingSemaphore(limit=1)
    assert granted(semaphore, *[Demand(scope=Scope(tenant=name)) for name in "aabb"]) == [True, False, True, False]


def sized(size: float) -> Demand:
    return Demand(scope=CHAT, costs={"requests": 1, "bytes": size})


def test_bytes_go_out_while_fewer_are_under_way_and_may_then_be_more() -> None:
    semaphore = BytesSemaphore(limit=100)
    assert granted(semaphore, sized(60), sized(39), sized(5000), sized(1)) == [True, True, True, False]
    assert semaphore.load(CHAT) == Load(limit=100, used=5099, waiting=0)


def test_what_is_larger_than_the_limit_passes_and_its_debt_is_waited_for() -> None:
    semaphore = BytesSemaphore(limit=100)
    large, small = semaphore.acquire(sized(1000), 0), semaphore.acquire(sized(1), 0)
    assert large is not None
    assert small is None
    large.release()
    assert granted(semaphore, sized(99), sized(99), sized(99)) == [True, True, False]


@pytest.mark.parametrize("costs", [{}, {"bytes": 0}, {"bytes": -5}, {"bytes": float("nan")}, {"requests": 1}])
def test_what_has_no_body_does_not_wait_for_bytes(costs: dict[str, float]) -> None:
    semaphore = BytesSemaphore(limit=100)
    assert granted(semaphore, sized(200), Demand(scope=CHAT, costs=costs)) == [True, True]


def test_a_size_without_end_is_a_size() -> None:
    semaphore = BytesSemaphore(limit=100)
    endless = semaphore.acquire(sized(float("inf")), 0)
    assert endless is not None
    endless.release()
    assert semaphore.load(CHAT).used == 0


@pytest.mark.parametrize("value", [0, -1, 2.0, True, "4"])
def test_a_limit_is_a_whole_number_from_1(value: Any) -> None:
    wrong = "give a whole number, 1 or greater"
    calls: list[tuple[Any, str]] = [
        (lambda: CountingSemaphore(limit=value), "limit"),
        (lambda: CountingSemaphore(groups={"chat": value}), "groups.chat"),
        (lambda: BytesSemaphore(limit=value), "limit"),
        (lambda: AdaptiveSemaphore(initial=value), "initial"),
        (lambda: AdaptiveSemaphore(floor=value), "floor"),
        (lambda: AdaptiveSemaphore(ceiling=value), "ceiling"),
    ]
    for call, setting in calls:
        with pytest.raises(ConfigurationError, match=f"{setting}=.*: {wrong}") as caught:
            call()
        assert caught.value.setting == setting


@pytest.mark.parametrize("groups", [4, [("chat", 4)], {4: 4}])
def test_groups_are_a_mapping(groups: Any) -> None:
    with pytest.raises(ConfigurationError, match=r'give a mapping from group to limit, such as {"chat": 4}') as caught:
        CountingSemaphore(groups=groups)
    assert caught.value.setting == "groups"


@pytest.mark.parametrize("options", [{"initial": 5, "ceiling": 4}, {"initial": 5, "floor": 6}])
def test_floor_initial_and_ceiling_ascend(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="give them in ascending order"):
        AdaptiveSemaphore(**options)


def test_what_is_no_clock_is_refused(make: Any) -> None:
    with pytest.raises(ConfigurationError, match="give an instance of a Clock"):
        make(clock="system")


# -- within a time, on a clock that is wound by hand -------------------------------------------------------------------


class Errand(ManualClock):
    """A clock on which something happens while one sleeps."""

    def __init__(self, errand: Any = None) -> None:
        super().__init__()
        self.errand = errand

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.errand is not None:
            self.errand()


def acquire(semaphore: Any, face: str, within: float | None) -> Any:
    return semaphore.acquire(BODY, within) if face == "sync" else asyncio.run(semaphore.aacquire(BODY, within))


@pytest.mark.parametrize("face", ["sync", "async"])
def test_a_wait_is_as_long_as_it_may_be_and_then_there_is_none(make: Any, face: str) -> None:
    clock = Errand()
    semaphore = make(clock=clock)
    permit = acquire(semaphore, face, 5.0)
    assert (permit is not None, clock.slept) == (True, [])
    assert [acquire(semaphore, face, within) for within in (0, -1, 2.5)] == [None, None, None]
    assert clock.slept == [2.5]
    assert semaphore.load(CHAT).waiting == 0


@pytest.mark.parametrize("face", ["sync", "async"])
def test_what_comes_back_meanwhile_is_the_waiter_s(make: Any, face: str) -> None:
    clock = Errand()
    semaphore = make(clock=clock)
    clock.errand = semaphore.acquire(BODY, 0).release
    assert acquire(semaphore, face, 2.5) is not None
    assert clock.slept == [2.5]


@pytest.mark.parametrize("face", ["sync", "async"])
def test_a_wait_that_raises_takes_nothing_along(make: Any, face: str) -> None:
    def fall() -> None:
        raise KeyboardInterrupt if face == "sync" else ZeroDivisionError

    semaphore = make(clock=Errand(fall))
    permit = semaphore.acquire(BODY, 0)
    with pytest.raises((KeyboardInterrupt, ZeroDivisionError)):
        acquire(semaphore, face, 2.5)
    permit.release()
    assert semaphore.load(CHAT) == Load(1, used=0, waiting=0)


def test_a_schedule_in_virtual_time() -> None:
    """Each comes with a priority, waits so long at most, and stays for 10 s."""
    told: list[tuple[float, str]] = []

    async def guest(name: str, comes: float, priority: int, within: float | None) -> None:
        await asyncio.sleep(comes)
        permit = await semaphore.aacquire(Demand(scope=CHAT, priority=priority), within)
        told.append((asyncio.get_running_loop().time(), f"{name} {'in' if permit else 'none'}"))
        if permit is not None:
            await asyncio.sleep(10)
            await permit.arelease()

    async def run() -> None:
        guests = [("a", 0, 0, 0), ("b", 1, 0, 0), ("c", 2, 0, None), ("d", 3, 0, 30), ("e", 4, 1, 8), ("f", 5, 9, 4.5)]
        await asyncio.gather(*(guest(*one) for one in guests))

    semaphore = CountingSemaphore(limit=1)
    run_virtual(run())
    assert told == [(0, "a in"), (1, "b none"), (9.5, "f none"), (10, "e in"), (20, "c in"), (30, "d in")]


# -- nothing is lost ---------------------------------------------------------------------------------------------------


async def test_a_coroutine_that_is_dropped_while_it_waits_leaves_the_line(make: Any) -> None:
    semaphore = make()
    permit = semaphore.acquire(BODY, 0)
    waiting = semaphore.aacquire(BODY, None)
    waiting.send(None)
    assert semaphore.load(CHAT).waiting == 1
    waiting.close()
    assert semaphore.load(CHAT).waiting == 0
    permit.release()
    assert semaphore.load(CHAT).used == 0


@pytest.mark.parametrize("turns", range(5))
async def test_a_cancel_at_any_moment_loses_nothing(make: Any, turns: int) -> None:
    semaphore = make()
    permit = semaphore.acquire(BODY, 0)
    task = asyncio.create_task(semaphore.aacquire(BODY, None))
    await asyncio.sleep(0)
    permit.release()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    del task
    assert semaphore.load(CHAT) == Load(1, used=0, waiting=0)


def test_a_waiter_whose_loop_is_closed_is_passed_over(make: Any) -> None:
    semaphore = make()
    permit = semaphore.acquire(BODY, 0)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # it will be told that the task was destroyed
    task = loop.create_task(semaphore.aacquire(BODY, None))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    with asyncio.Runner() as runner:
        next_one = runner.get_loop().create_task(semaphore.aacquire(BODY, None))
        runner.run(asyncio.sleep(0))
        assert semaphore.load(CHAT).waiting == 2
        permit.release()
        assert runner.run(_of(next_one)) is not None
    assert semaphore.load(CHAT).waiting == 0
    del task
    gc.collect()


async def _of(task: "asyncio.Task[Any]") -> Any:
    return await task


def test_a_finaliser_may_bring_a_permit_back_while_its_thread_has_the_lock() -> None:
    """As the garbage collector does it, whenever something is allocated there."""
    semaphore = _Collecting()
    held = semaphore.acquire(ONE, 0)
    assert held is not None
    others: list[Any] = [semaphore.acquire(ONE, 0), semaphore.acquire(ONE, 0)]
    others.append(others)
    del others
    held.release()
    assert semaphore.load(CHAT) == Load(3, used=0, waiting=0)


class _Collecting(CountingSemaphore):
    def __init__(self) -> None:
        super().__init__(limit=3)

    def _book(self) -> Book:
        return _CollectingBook()


class _CollectingBook(Book):
    def leave(self, claim: Claim, report: Report | None) -> None:
        gc.collect()
        super().leave(claim, report)


def test_what_comes_back_while_another_has_the_lock_is_seen_to_by_that_one(make: Any) -> None:
    semaphore = make()
    permit = semaphore.acquire(BODY, 0)
    with semaphore._ledger._lock:
        permit.release()
        assert permit.book.used == 1
    assert semaphore.acquire(BODY, 0) is None  # of the moment in which it looked
    assert semaphore.acquire(BODY, 0) is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_begins_anew_whatever_was_locked_or_under_way(make: Any) -> None:
    semaphore = make()
    permit = semaphore.acquire(BODY, 0)
    with semaphore._ledger._lock:
        child = os.fork()
        if child == 0:
            try:
                permit.release()
                mine = semaphore.acquire(BODY, 0)
                os._exit(0 if mine is not None and semaphore.acquire(BODY, 0) is None else 1)
            finally:
                os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert semaphore.load(CHAT).used == 1


def _pickled(one: Any) -> Any:
    return pickle.loads(pickle.dumps(one))


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, _pickled])
def test_a_copy_has_the_settings_and_nothing_under_way(way: Any) -> None:
    for one in (
        CountingSemaphore(limit=3, groups={"chat": 1}),
        BytesSemaphore(limit=7),
        AdaptiveSemaphore(initial=3, floor=2, ceiling=9),
    ):
        kept: Any = [one.acquire(BODY, 0)]
        other = way(one)
        assert repr(other) == repr(one)
        assert (one.load(CHAT).used, other.load(CHAT).used) == (1, 0)
        assert other is not one
        del kept


def test_a_repr_shows_the_settings() -> None:
    assert repr(CountingSemaphore(limit=3)) == "CountingSemaphore(limit=3, groups=None)"
