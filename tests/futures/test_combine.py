"""Several handles as one, on both faces."""

from typing import Any

import pytest

from pristine.futures import combine, gather, race
from pristine.ports.errors import (
    ConfigurationError,
    FutureCancelled,
    FutureFailed,
    StatusError,
    TimeoutExceeded,
    TokenRefused,
)
from pristine.ports.future import FutureState
from tests.support.works import Stage, got


@pytest.fixture(params=["sync", "async"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(request.param)


NUMBERS = [{"seconds": seconds, "output": seconds} for seconds in (4, 2, 3)]


def test_its_result_is_made_of_the_results_in_their_order_and_once(stage: Stage) -> None:
    made: list[Any] = []

    async def scene() -> None:
        def transform(results: list[Any]) -> int:
            made.append(results)
            return sum(results)

        both: Any = combine(await stage.start(*NUMBERS), transform)
        assert await got(both.result()) == await got(both.result()) == 9
        assert (made, stage.now()) == ([[4, 2, 3]], 4)
        if stage.face == "async":
            assert await both == 9

    stage.play(scene)


def test_what_is_known_of_it_is_made_of_what_is_known_of_each(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(*NUMBERS[:2], {"seconds": 3, "queue": "third in the line"})
        both = combine(handles, len)
        for handle in handles:
            await got(handle.poll())
        assert (both.done, both.state) == (False, FutureState.PENDING)
        assert (both.progress.queue_state, both.progress.polls) == ("third in the line", 3)
        assert both.progress.progress == [handle.progress for handle in handles]
        assert repr(both).endswith("Combined(0 of 3 have ended: pending)")
        await got(both.result())
        assert (both.done, both.state, both.progress.state) == (True, FutureState.DONE, FutureState.DONE)
        assert (both.progress.queue_state, both.progress.elapsed) == (None, 4)
        assert both.tokens() == [handle.token() for handle in handles]

    stage.play(scene)


def test_it_goes_on_from_its_tokens(stage: Stage) -> None:
    async def scene() -> None:
        tokens = combine(await stage.start(*NUMBERS), sum).tokens()
        again = combine([stage.api.resume_future(token) for token in tokens], sum)
        assert await got(again.result()) == 9

    stage.play(scene)


def test_it_ends_with_the_first_that_does_not_end_well(stage: Stage) -> None:
    async def scene() -> None:
        failing = {"seconds": 2, "error": {"code": "first"}}
        handles = await stage.start(5, {"seconds": 3, "error": {"code": "second"}}, failing)
        both = combine(handles, len)
        with pytest.raises(FutureFailed) as caught:
            await got(both.result())
        assert (caught.value.code, stage.now(), both.state) == ("first", 2, FutureState.FAILED)
        await got(gather(handles, return_exceptions=True))
        await got(handles[0].cancel())
        with pytest.raises(FutureFailed) as again:
            await got(both.result())
        assert again.value is caught.value

    stage.play(scene)


def test_a_timeout_leaves_it_pending(stage: Stage) -> None:
    async def scene() -> None:
        both = combine(await stage.start(*NUMBERS), sum)
        with pytest.raises(TimeoutExceeded):
            await got(both.result(timeout=2))
        assert both.state is FutureState.PENDING
        assert await got(both.result()) == 9

    stage.play(scene)


def test_whoever_waits_for_its_end_is_called_once(stage: Stage) -> None:
    async def scene() -> None:
        called: list[Any] = []
        both = combine(await stage.start(*NUMBERS), sum)
        both.add_done_callback(called.append)
        both.add_done_callback(lambda _: 1 // 0)
        await got(both.result())
        assert called == [both]
        both.add_done_callback(called.append)
        both.add_done_callback(lambda _: 1 // 0)
        assert called == [both, both]

    stage.play(scene)


@pytest.mark.parametrize("remotely", [True, False])
def test_cancel_ends_those_that_are_pending(stage: Stage, remotely: bool) -> None:
    async def scene() -> None:
        handles = await stage.start(1, 5, 5)
        both = combine(handles, len)
        await got(handles[0].result())
        assert await got(both.cancel(remotely=remotely)) is True
        assert [handle.state for handle in handles] == ["done", "cancelled", "cancelled"]
        assert sorted(stage.works.stopped) == (["1", "2"] if remotely else [])
        assert await got(both.cancel()) is False
        with pytest.raises(FutureCancelled):
            await got(both.result())

    stage.play(scene)


def test_what_cancelling_raises_is_raised_when_all_have_ended(stage: Stage) -> None:
    def refuse(_: object) -> None:
        raise StatusError("no", status=500)

    async def scene() -> None:
        handles = await stage.start(5, 5)
        stage.works.before = refuse
        with pytest.raises(StatusError):
            await got(combine(handles, len).cancel())
        assert [handle.state for handle in handles] == ["cancelled", "cancelled"]

    stage.play(scene)


def test_it_is_gathered_raced_and_combined_like_a_handle(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start(*NUMBERS)
        inner = combine(handles[:2], sum)
        outer = combine([inner, handles[2], handles[0]], list)
        assert await got(race([inner, handles[2], outer])) is handles[2]
        assert (stage.now(), inner.state) == (3, FutureState.CANCELLED)

        handles = await stage.start(*NUMBERS)
        inner = combine(handles[:2], sum)
        outer = combine([inner, handles[2], handles[0]], list)
        asked = len(stage.works.asked)
        assert await got(gather([outer, inner, handles[1]])) == [[6, 3, 4], 6, 2]
        assert len(stage.works.asked) - asked == 4 + 2 + 3

    stage.play(scene)


def test_a_race_spares_what_the_first_is_made_of(stage: Stage) -> None:
    async def scene() -> None:
        handles = await stage.start({"seconds": 1, "error": "no"}, 5, 5)
        both = combine(handles[:2], len)
        assert await got(race([handles[1], both, handles[2]])) is both
        assert [handle.state for handle in handles] == ["failed", "pending", "cancelled"]

    stage.play(scene)


def test_a_transform_that_fails_says_so(stage: Stage) -> None:
    async def scene() -> None:
        both = combine(await stage.start(1, 1), lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            await got(both.result())
        assert both.state is FutureState.DONE
        [error] = await got(gather([both], return_exceptions=True))
        assert isinstance(error, ZeroDivisionError)

    stage.play(scene)


def test_there_are_no_tokens_of_what_had_ended_at_once(stage: Stage) -> None:
    async def scene() -> None:
        stage.works.at_once = True
        both = combine(await stage.start(1, 1), list)
        assert (both.done, await got(both.result())) == (True, ["at once", "at once"])
        with pytest.raises(TokenRefused):
            both.tokens()

    stage.play(scene)


def test_nothing_is_not_combined() -> None:
    with pytest.raises(ConfigurationError, match="there is nothing to combine: give a handle, or more"):
        combine([], len)
