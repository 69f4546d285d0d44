"""Results of many handles, in their order, on both faces."""

import asyncio
from typing import Any

import pytest

import pristine
from pristine.futures import gather
from pristine.ports.errors import FutureFailed, TimeoutExceeded
from tests.support.works import Stage, got


@pytest.fixture(params=["sync", "async"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(request.param)


def test_results_come_in_the_order_of_the_handles(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(*({"seconds": seconds, "output": seconds} for seconds in (7, 2, 5, 0)))
        assert await got(gather(handles)) == [7, 2, 5, 0]
        assert stage.now() == 7

    stage.play(scene)


def test_each_is_asked_at_its_own_pace_until_it_has_ended(stage: Stage) -> None:
    async def scene() -> None:
        await got(gather(await stage.start(1.5, 3)))
        assert sorted(stage.works.asked) == [*((float(at), id) for at in (1, 2) for id in "01"), (3.0, "1")]

    stage.play(scene)


def test_the_same_handle_may_be_there_twice(stage: Stage) -> None:
    async def scene() -> None:
        [handle] = await stage.start({"seconds": 1, "output": "once"})
        assert await got(gather([handle, handle])) == ["once", "once"]
        assert len(stage.works.asked) == 1

    stage.play(scene)


def test_those_that_have_ended_are_not_asked(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(1, 1)
        first = await got(gather(handles))
        asked = list(stage.works.asked)
        assert await got(gather(handles)) == first
        assert stage.works.asked == asked

    stage.play(scene)


def test_an_error_is_raised_at_once_and_the_others_can_be_asked_again(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(5, {"seconds": 2, "error": {"code": "bad"}}, 9)
        with pytest.raises(FutureFailed) as caught:
            await got(gather(handles))
        assert (caught.value.code, stage.now()) == ("bad", 2)
        assert [handle.done for handle in handles] == [False, True, False]
        assert await got(gather([handles[0], handles[2]])) == ["0", "2"]

    stage.play(scene)


def test_errors_stand_in_the_places_of_results(stage: Stage) -> None:
    async def scene() -> Any:
        handles = await stage.start(5, {"seconds": 2, "error": {"code": "bad"}}, 1)
        await got(handles[2].cancel())
        return await got(gather(handles, return_exceptions=True))

    first, *errors = stage.play(scene)
    assert first == "0"
    assert [type(error).__name__ for error in errors] == ["FutureFailed", "FutureCancelled"]


def test_a_timeout_leaves_all_as_they_are(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(1, 100)
        with pytest.raises(TimeoutExceeded) as caught:
            await got(gather(handles, timeout=10.5))
        assert (stage.now(), caught.value.seconds, caught.value.limit) == (10.5, 10.5, "result")
        assert [handle.done for handle in handles] == [True, False]
        assert await got(gather(handles)) == ["0", "1"]
        assert stage.now() == 100

    stage.play(scene)


def test_a_deadline_around_it_ends_the_waiting(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(100)
        with pristine.deadline(3, clock=stage.clock), pytest.raises(TimeoutExceeded):
            await got(gather(handles))
        assert stage.now() == 3

    stage.play(scene)


def test_what_is_wrong_with_the_asking_is_raised(stage: Stage) -> None:
    def wrong(_: object) -> None:
        raise ZeroDivisionError

    async def scene() -> None:
        handles = await stage.start(5, 5)
        stage.works.before = wrong
        with pytest.raises(ZeroDivisionError):
            await got(gather(handles))

    stage.play(scene)


def test_no_handles_have_no_results(stage: Stage) -> None:
    assert gather([]) == []

    async def scene() -> None:
        assert await gather([]) == []  # type: ignore[misc]  # it is of either face

    stage.play(scene)


# -- the async face ----------------------------------------------------------------------------------------------------


def test_thousands_wait_with_one_task_and_few_ask_at_once() -> None:
    stage, most = Stage("async", hold=10), 0

    async def scene() -> None:
        nonlocal most
        handles = await stage.start(*[50] * 2000)

        def count(_: object) -> None:
            nonlocal most
            most = max(most, len(asyncio.all_tasks()))

        stage.works.before = count
        assert len(await gather(handles, concurrency=300)) == 2000
        assert len(asyncio.all_tasks()) == 1

    stage.play(scene)
    assert stage.works.most == 300
    assert most <= 300 + 2  # this one, and the alarm


def test_while_questions_are_held_the_others_are_asked() -> None:
    stage = Stage("async", hold=45)

    async def scene() -> None:
        handles = await stage.start(*range(1, 80))
        assert len(await gather(handles)) == 79
        assert stage.now() == 79

    stage.play(scene)


def test_who_is_cancelled_leaves_no_task_and_the_work_as_it_is() -> None:
    stage = Stage("async", hold=30)

    async def scene() -> None:
        handles = await stage.start(60, 61, 62)
        waiting = asyncio.ensure_future(gather(handles, concurrency=2))
        await asyncio.sleep(10)
        assert stage.works.under_way == 2
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert stage.works.under_way == 0
        assert len(asyncio.all_tasks()) == 1
        assert await gather(handles) == ["0", "1", "2"]

    stage.play(scene)


def test_an_error_ends_the_questions_that_are_under_way() -> None:
    stage = Stage("async", hold=30)

    async def scene() -> None:
        handles = await stage.start({"seconds": 5, "error": "no"}, 60)
        with pytest.raises(FutureFailed):
            await gather(handles)
        assert (stage.now(), stage.works.under_way, len(asyncio.all_tasks())) == (5, 0, 1)

    stage.play(scene)


def test_what_somebody_else_ends_is_seen_when_it_is_due() -> None:
    stage = Stage("async")

    async def scene() -> None:
        handles = await stage.start(60)
        waiting = asyncio.ensure_future(gather(handles, return_exceptions=True))
        await asyncio.sleep(10.5)
        await handles[0].cancel()
        [error] = await waiting
        assert (type(error).__name__, stage.now(), len(stage.works.asked)) == ("FutureCancelled", 11, 10)

    stage.play(scene)


def test_what_somebody_else_asks_meanwhile_is_not_asked_twice() -> None:
    stage = Stage("async")

    async def scene() -> None:
        handles = await stage.start(3)
        waiting = asyncio.ensure_future(gather(handles))
        await asyncio.sleep(0.5)
        await handles[0].poll()
        await waiting
        assert [at for at, _ in stage.works.asked] == [0.5, 1.5, 2.5, 3.5]

    stage.play(scene)
