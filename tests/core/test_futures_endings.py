"""How work ends when more than one thing happens at once, or when its answers cannot be had; on both faces."""

from typing import Any

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.ports.errors import DecodeError, FutureCancelled, NotFound, ResponseTooLarge, TimeoutExceeded
from pristine.ports.future import FutureState
from pristine.ports.messages import Request, Response
from tests.support.offline import answer
from tests.support.works import Stage, got

LOCATED = pristine.load_manifest(
    {
        "name": "located",
        "endpoints": {"start": {"method": "POST", "path": "/", "future": {"preset": "location"}}},
    }
)
THERE = {"location": "/there"}


@pytest.fixture(params=["sync", "async"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(request.param)


def located(*script: Any, **more: Any) -> tuple[Any, MemoryTransport]:
    """A handle of work that is at a URL, and its transport, which then answers by the script."""
    transport = MemoryTransport([Response(202, {"location": "/work"}), *script])
    context = pristine.context(base_url="http://api.test", transport=transport, clock=ManualClock(), **more)
    return pristine.Pipeline(LOCATED, context).execute_future("start"), transport


# -- time --------------------------------------------------------------------------------------------------------------


def test_a_deadline_around_a_result_ends_the_waiting(stage: Stage) -> None:
    async def scene() -> None:
        [handle] = await stage.start(100)
        with pristine.deadline(3.5, clock=stage.clock), pytest.raises(TimeoutExceeded) as caught:
            await got(handle.result())
        assert (stage.now(), caught.value.seconds, handle.state) == (3.5, 3.5, FutureState.PENDING)

    stage.play(scene)


def test_no_question_is_held_for_longer_than_somebody_waits(stage: Stage) -> None:
    totals: list[float | None] = []

    async def scene() -> None:
        [handle] = await stage.start(5)
        stage.works.before = lambda request: totals.append(request.timeout.total)
        with pytest.raises(TimeoutExceeded, match=r"there is no result after 2\.5 s; the work goes on"):
            await got(handle.result(timeout=2.5))
        await got(handle.result())

    stage.play(scene)
    assert totals == [1.5, 0.5, None, None, None]


# -- two ends ----------------------------------------------------------------------------------------------------------


def test_an_answer_that_comes_after_the_end_changes_nothing(stage: Stage) -> None:
    async def scene() -> None:
        [handle] = await stage.start(0)
        heard: list[Any] = []
        handle.observe(heard.append)

        def cancel(_: Request) -> None:
            with pytest.raises(StopIteration):
                handle._following.cancel(remotely=False).send(None)

        stage.works.before = cancel
        assert (await got(handle.poll())).state is FutureState.CANCELLED
        assert [progress.state for progress in heard] == [FutureState.CANCELLED]
        with pytest.raises(FutureCancelled):
            await got(handle.result())

    stage.play(scene)


def test_no_result_is_fetched_for_work_that_was_cancelled_meanwhile() -> None:
    def cancelled(_: Request) -> Response:
        handle.cancel()
        return Response(303, THERE)

    handle, transport = located(cancelled)
    assert handle.poll().state is FutureState.CANCELLED
    assert len(transport.requests) == 2


def test_what_is_known_at_the_end_stays() -> None:
    def cancelled(_: Request) -> Response:
        handle.cancel()
        raise TimeoutExceeded(phase="read", limit="read", seconds=1)

    handle, _ = located(cancelled)
    handle.poll()
    assert (handle.progress, handle.progress.polls, handle.state) == (handle.poll(), 1, FutureState.CANCELLED)


# -- answers that cannot be had ----------------------------------------------------------------------------------------


def test_work_that_points_elsewhere_has_failed() -> None:
    transport = MemoryTransport([Response(202, {"location": "http://elsewhere.test/work"})])
    context = pristine.context(base_url="http://api.test", transport=transport, clock=ManualClock())
    handle = pristine.Pipeline(LOCATED, context).execute_future("start")
    assert handle.poll().state is FutureState.FAILED
    with pytest.raises(DecodeError, match="the work is at another origin"):
        handle.result()
    assert len(transport.requests) == 1


def test_an_answer_that_is_too_large_is_an_end() -> None:
    handle, transport = located(Response(200, {}, b"x" * 100), max_response_bytes=10)
    with pytest.raises(ResponseTooLarge):
        handle.result()
    assert (handle.state, len(transport.requests)) == (FutureState.FAILED, 2)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_result_that_is_not_to_be_had_yet_is_fetched_again(status: int) -> None:
    at_work = Response(303, THERE)
    handle, transport = located(at_work, Response(status, {"retry-after": "7"}), at_work, answer({"x": 1}))
    assert handle.result() == {"x": 1}
    assert [request.url.rpartition("/")[2] for request in transport.requests] == ["", "work", "there", "work", "there"]
    assert handle.progress.elapsed >= 7


def test_a_result_that_is_not_there_is_an_end() -> None:
    handle, _ = located(Response(303, THERE), Response(404))
    with pytest.raises(NotFound):
        handle.result()
    assert handle.state is FutureState.FAILED
