"""Two hundred callers press on a server with a quota and a noisy capacity, through whole pipelines, in virtual time."""

from random import Random
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.retry import ExponentialRetry
from pristine.ports.outcome import Kind, Outcome
from tests.support.simulated import Result, Run, Shape, SimulatedServer
from tests.support.virtual import VirtualClock, run_virtual

MANIFEST: Final = pristine.load_manifest({"name": "s", "endpoints": {"get": {"method": "GET", "path": "/"}}})
SHAPES: Final = {"quota": Shape(), "capacity": Shape(quota=1000, burst=200), "both": Shape(toll=0.5)}
DEAR: Final = Shape(toll=1)
SILENT: Final = Shape(toll=1, retry_after=None)
TOGETHER: Final = {"semaphores": "adaptive", "limiter": "on"}


def pressed(shape: Shape, **settings: Any) -> Result:
    """What comes of pressing by calls of a pipeline."""

    async def press() -> Result:
        clock = VirtualClock()
        server = SimulatedServer(clock, shape)
        retry = ExponentialRetry(max_retries=50, base=0.1, max_retry_after=60, random=Random(5).random)
        context = pristine.context(base_url="http://s.test", transport=server, clock=clock, retry=retry, **settings)
        async with pristine.AsyncPipeline(MANIFEST, context) as api:

            async def send() -> Outcome:
                try:
                    await api.execute("get")
                except pristine.PristineError as error:
                    return Outcome(Kind.OVERLOADED, retry_after=error.retry_after)
                return Outcome(Kind.SUCCESS)

            return await Run(server, clock).result(send)

    return run_virtual(press())


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_admission_keeps_the_server_busy_and_hardly_ever_refused(shape: Shape) -> None:
    found = pressed(shape, semaphores="adaptive")
    assert found.goodput > 0.9, found
    assert found.limited < 0.05, found
    assert found.refused < 0.1, found


@pytest.mark.parametrize("shape", [Shape(), DEAR, SILENT], ids=["quota", "dear", "silent"])
def test_a_limiter_that_knows_no_limit_finds_the_pace_of_the_server(shape: Shape) -> None:
    found = pressed(shape, limiter="on")
    assert found.goodput > 0.9, found
    assert found.limited < 0.005, found
    assert found.refused < 0.3, found  # by the capacity, which is a semaphore's to find


@pytest.mark.parametrize("shape", [SHAPES["capacity"], SHAPES["both"], DEAR], ids=["capacity", "both", "dear"])
def test_a_semaphore_and_a_limiter_do_not_get_in_each_others_way(shape: Shape) -> None:
    found = pressed(shape, **TOGETHER)
    assert found.goodput > 0.9, found
    assert found.limited < 0.005, found
    assert found.refused < 0.03, found


def test_the_profile_production_does_as_well() -> None:
    found = pressed(Shape(), semaphores="adaptive", profile="production")
    assert found.goodput > 0.9, found
    assert found.limited < 0.005, found


def test_a_limit_that_is_known_is_never_run_into() -> None:
    shape = Shape(worst=1.0, places=100)
    found = pressed(shape, limiter={"requests": 100, "per": 1, "burst": 10})
    assert found.goodput > 0.98, found
    assert found.limited == 0, found


def test_calls_that_only_try_again_are_refused_most_of_the_time() -> None:
    found = pressed(SHAPES["both"])
    assert found.refused > 0.3, found
    assert found.goodput < 0.9, found
