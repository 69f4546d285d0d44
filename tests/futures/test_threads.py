"""The blocking face with a few threads, for servers that hold questions; and with none, where nobody asks for them."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.futures import as_completed, gather, race
from pristine.ports.errors import FutureFailed
from pristine.ports.messages import Request
from tests.support.works import MANIFEST, Works

PATIENCE = 20.0


def ours() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("pristine")]


@pytest.fixture
def works() -> Works:
    return Works(ManualClock())


@pytest.fixture
def api(works: Works) -> Iterator[pristine.Pipeline]:
    context = pristine.context(base_url="http://api.test", transport=works, clock=works.clock)
    with pristine.Pipeline(MANIFEST, context) as made:
        yield made
    assert ours() == []


def started(api: pristine.Pipeline, works: Works, *said: Any, before: Callable[[Request], object]) -> list[Any]:
    handles = [api.execute_future("start", one if isinstance(one, dict) else {"seconds": one}) for one in said]
    works.before = before
    return handles


def test_so_many_ask_at_once(api: pristine.Pipeline, works: Works) -> None:
    together = threading.Barrier(3, timeout=PATIENCE)
    handles = started(api, works, *[0] * 9, before=lambda _: together.wait())
    assert gather(handles, concurrency=3) == [str(number) for number in range(9)]


def test_and_no_more(api: pristine.Pipeline, works: Works) -> None:
    seen: set[int] = set()
    handles = started(api, works, *[3] * 20, before=lambda _: seen.add(threading.get_ident()))
    gather(handles, concurrency=4)
    assert len(seen) <= 4
    assert threading.get_ident() not in seen


def test_by_itself_the_calling_thread_asks(api: pristine.Pipeline, works: Works) -> None:
    seen: set[int] = set()
    gather(started(api, works, 3, 4, before=lambda _: seen.add(threading.get_ident())))
    assert seen == {threading.get_ident()}


def test_waits_are_those_of_the_clock(api: pristine.Pipeline, works: Works) -> None:
    handles = started(api, works, 1000, 2000, before=lambda _: None)
    assert gather(handles, concurrency=2) == ["0", "1"]
    assert works.clock.now() == 2000


def test_who_has_ended_comes_while_others_are_held(api: pristine.Pipeline, works: Works) -> None:
    released = threading.Event()

    def hold(request: Request) -> None:
        assert request.url.endswith("/1") or released.wait(PATIENCE)

    handles = started(api, works, 0, 0, before=hold)
    with as_completed(handles, concurrency=2) as ended:
        assert next(ended) is handles[1]
        assert not handles[0].done
        released.set()
        assert next(ended) is handles[0]


def test_who_leaves_takes_the_answers_that_are_under_way(api: pristine.Pipeline, works: Works) -> None:
    released, asked = threading.Event(), threading.Event()

    def hold(request: Request) -> None:
        if request.url.endswith("/0"):
            asked.set()
            assert released.wait(PATIENCE)
        else:
            assert asked.wait(PATIENCE)

    handles = started(api, works, 0, {"seconds": 0, "error": "no"}, before=hold)
    handles[1].add_done_callback(lambda _: released.set())
    with pytest.raises(FutureFailed):
        gather(handles, concurrency=2)
    assert handles[0].done
    assert ours() == []


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_leaves_no_thread(api: pristine.Pipeline, works: Works) -> None:
    main = threading.get_ident()

    def interrupt(request: Request) -> None:
        if request.url.endswith("/1"):
            while sys._current_frames()[main].f_code.co_name != "_take":  # Python leaves a thread that is being started
                os.sched_yield()
            signal.pthread_kill(main, signal.SIGINT)

    handles = started(api, works, 5, 5, 5, before=interrupt)
    with pytest.raises(KeyboardInterrupt):
        gather(handles, concurrency=2)
    assert ours() == []
    works.before = lambda _: None
    assert gather(handles, concurrency=2) == ["0", "1", "2"]


def test_an_interrupt_of_the_calling_thread_leaves_the_work_as_it_is(api: pristine.Pipeline, works: Works) -> None:
    def interrupt(_: Request) -> None:
        works.before = lambda _: None
        raise KeyboardInterrupt

    handles = started(api, works, 5, 5, before=interrupt)
    with pytest.raises(KeyboardInterrupt):
        gather(handles)
    assert gather(handles) == ["0", "1"]


def test_what_is_wrong_in_a_thread_is_raised(api: pristine.Pipeline, works: Works) -> None:
    def wrong(_: Request) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        gather(started(api, works, 5, 5, before=wrong), concurrency=2)
    assert ours() == []


@pytest.mark.parametrize("concurrency", [1, 2])
def test_no_question_is_held_for_longer_than_the_timeout(
    api: pristine.Pipeline, works: Works, concurrency: int
) -> None:
    totals: list[float | None] = []
    handles = started(api, works, 0, 0, before=lambda request: totals.append(request.timeout.total))
    with pristine.deadline(50, clock=works.clock):
        gather(handles[:1], timeout=20, concurrency=concurrency)
        gather(handles[1:], timeout=70, concurrency=concurrency)
    assert totals == [19, 49]


def test_races_are_run_in_threads_too(api: pristine.Pipeline, works: Works) -> None:
    handles = started(api, works, 9, 2, 5, before=lambda _: None)
    assert race(handles, concurrency=3) is handles[1]
    assert [handle.state for handle in handles] == ["cancelled", "done", "cancelled"]
