"""Handles as they end, and the first of them, on both faces."""

import asyncio

import pytest

from pristine.futures import as_completed, race
from pristine.ports.errors import ConfigurationError, StatusError, TimeoutExceeded, TransportError
from pristine.ports.future import FutureState
from pristine.ports.messages import Request
from tests.support.works import Stage, each, got, left


@pytest.fixture(params=["sync", "async"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(request.param)


# -- as_completed ------------------------------------------------------------------------------------------------------


def test_handles_come_as_they_end_well_or_not(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(7, {"seconds": 2, "error": "no"}, 5)
        ended = [(stage.now(), handle.id, handle.state) async for handle in each(as_completed(handles))]
        assert ended == [(2, "1", FutureState.FAILED), (5, "2", FutureState.DONE), (7, "0", FutureState.DONE)]

    stage.play(scene)


def test_those_that_have_ended_come_first_and_each_comes_once(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(7, 1)
        await got(handles[1].result())
        ended = [handle.id async for handle in each(as_completed([*handles, *handles]))]
        assert ended == ["1", "0"]

    stage.play(scene)


def test_who_leaves_early_can_ask_for_the_rest_later(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(7, 1, 3)
        ended = as_completed(handles)
        async for handle in each(ended):
            assert handle.id == "1"
            break
        await left(ended)
        await left(ended)
        assert stage.now() == 1
        assert [handle.id async for handle in each(ended)] == ["2", "0"]

    stage.play(scene)


def test_a_timeout_comes_after_those_that_have_ended_in_time(stage: Stage) -> None:
    async def scene() -> None:
        ended = each(as_completed(await stage.start(1, 4, 2), timeout=2.5))
        assert [(await anext(ended)).id, (await anext(ended)).id] == ["0", "2"]
        with pytest.raises(TimeoutExceeded):
            await anext(ended)
        assert stage.now() == 2.5

    stage.play(scene)


def test_no_handles_never_come(stage: Stage) -> None:
    async def scene() -> None:
        with as_completed([]) as ended:
            assert [handle async for handle in each(ended)] == []
        async with as_completed([]) as ended:  # type: ignore[attr-defined]  # it is of either face
            assert [handle async for handle in ended] == []

    stage.play(scene)


def test_an_async_block_leaves_no_task() -> None:
    stage = Stage("async", hold=30)

    async def scene() -> None:
        async with as_completed(await stage.start(1, 50, 50)) as ended:
            assert (await anext(ended)).id == "0"
            assert stage.works.under_way == 2
        assert stage.works.under_way == 0
        assert len(asyncio.all_tasks()) == 1

    stage.play(scene)


# -- race --------------------------------------------------------------------------------------------------------------


def test_the_first_is_given_and_the_others_are_cancelled_here(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(7, 2, 5)
        assert await got(race(handles)) is handles[1]
        assert [handle.state for handle in handles] == ["cancelled", "done", "cancelled"]
        assert (stage.now(), stage.works.stopped) == (2, [])

    stage.play(scene)


def test_the_others_can_be_cancelled_on_the_server(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(7, {"seconds": 2, "error": "no"}, 5)
        assert await got(race(handles, remotely=True)) is handles[1]
        assert stage.works.stopped == ["0", "2"]

    stage.play(scene)


def test_a_server_that_cannot_cancel_does_not_spoil_the_race(stage: Stage) -> None:
    def refuse(request: Request) -> None:
        if request.url.endswith("/0/stop"):
            raise StatusError("no", status=500)

    async def scene() -> None:
        handles = await stage.start(7, 2, 5)
        stage.works.before = refuse
        assert await got(race(handles, remotely=True)) is handles[1]
        assert (stage.works.stopped, handles[0].state) == (["2"], "cancelled")

    stage.play(scene)


def test_after_a_timeout_nobody_is_cancelled(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(7, 5)
        with pytest.raises(TimeoutExceeded):
            await got(race(handles, timeout=3))
        assert [handle.done for handle in handles] == [False, False]

    stage.play(scene)


def test_trouble_ends_nobody(stage: Stage) -> None:
    def fail(request: Request) -> None:
        if stage.now() < 20:
            raise TransportError("down")

    async def scene() -> None:
        handles = await stage.start(7, 5)
        stage.works.before = fail
        assert (await got(race(handles))).state is FutureState.DONE
        assert stage.now() >= 20

    stage.play(scene)


# -- what is no list of handles ----------------------------------------------------------------------------------------


def test_what_is_no_list_of_handles_is_told(stage: Stage) -> None:
    async def scene() -> None:
        [handle] = await stage.start(1)
        with pytest.raises(ConfigurationError, match=r"give a list of handles, not (Async)?FutureHandle"):
            as_completed(handle)
        with pytest.raises(ConfigurationError, match=r"handles\[1\] is no handle, but str"):
            as_completed([handle, "token"])  # type: ignore[list-item]  # the mistake that is tested
        with pytest.raises(ConfigurationError, match="there is nothing to race: give a handle, or more"):
            race([])
        with pytest.raises(ConfigurationError, match="timeout=-1: give seconds, 0 or more, or None"):
            as_completed([handle], timeout=-1)
        for wrong in (0, True, 1.5):
            with pytest.raises(ConfigurationError, match=r"concurrency=.*: give a whole number, 1 or more") as caught:
                as_completed([handle], concurrency=wrong)  # type: ignore[arg-type]  # the same
            assert caught.value.setting == "concurrency"

    stage.play(scene)


def test_handles_of_both_faces_do_not_go_together() -> None:
    one, two = Stage("sync"), Stage("async")

    async def other() -> None:
        [here], [there] = await one.start(1), await two.start(1)
        with pytest.raises(ConfigurationError, match=r"handles\[1\] is async, and handles\[0\] is blocking: all must"):
            as_completed([here, there])

    async def open_first() -> None: ...

    one.play(open_first)
    two.play(other)


def test_work_that_has_not_been_started_is_told() -> None:
    stage = Stage("async")

    async def scene() -> None:
        with pytest.raises(ConfigurationError, match=r"handles\[0\] has not been started: await it for its handle"):
            as_completed([stage.api.execute_future("start", {"seconds": 1})])

    stage.play(scene)
