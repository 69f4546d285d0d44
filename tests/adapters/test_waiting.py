"""Waits of a transport's own making: which limit ends them, on any clock, and that a ring ends them at once."""

import asyncio
import gc
import math
import threading
import time
from typing import Any

import pytest

from pristine.adapters.clock import ManualClock, SystemClock
from pristine.adapters.waiting import Bell, Patience, Waits, waits_on
from pristine.ports.blocking import finish
from pristine.ports.errors import ConfigurationError, ConnectionLost, RetrySafe, TimeoutExceeded
from pristine.ports.messages import Timeout
from tests.support.faces import run

NONE: dict[str, Any] = dict.fromkeys(("connect", "read", "write", "pool"))
RUN = {"sync": finish, "async": run}


@pytest.fixture(params=[0, 1], ids=["sync", "async"])
def side(request: pytest.FixtureRequest) -> Any:
    """How a face runs a wait, and which of the two that `waits_on` gives is its."""
    return list(RUN.values())[request.param], request.param


@pytest.mark.parametrize(
    ("limits", "phase", "within", "limit", "after"),
    [
        ({"read": 2.0}, "head", None, "read", 2.0),
        ({"read": 2.0, "head": 1.0}, "head", None, "head", 1.0),
        ({"read": 2.0, "head": 1.0}, "body", None, "read", 2.0),
        ({"read": 2.0, "total": 1.5}, "body", None, "total", 1.5),
        ({"read": 2.0}, "body", 0.5, "within", 0.5),
    ],
)
def test_the_limit_that_passes_first_ends_a_wait(
    side: Any, limits: dict[str, float], phase: str, within: float | None, limit: str, after: float
) -> None:
    finishing, index = side
    clock = ManualClock()
    patience = Patience(Timeout(**{**NONE, **limits}), waits_on(clock)[index])
    with pytest.raises(TimeoutExceeded) as caught:
        finishing(patience.pause(math.inf, phase, within))
    assert clock.slept == [after]
    error = caught.value
    assert (error.phase, error.limit, error.seconds, error.retry_safe) == (phase, limit, after, RetrySafe.UNKNOWN)
    assert str(error) == f"{limit} timeout of {after:g} s passed (phase: {phase})"


def test_a_wait_within_the_limits_is_as_long_as_it_was_asked_to_be(side: Any) -> None:
    finishing, index = side
    clock = ManualClock()
    patience = Patience(Timeout(read=2, total=9), waits_on(clock)[index])
    for _ in range(3):
        finishing(patience.pause(2.0, "body"))
    assert clock.slept == [2.0, 2.0, 2.0]
    assert patience.elapsed() == 6.0


def test_a_total_that_passed_meanwhile_is_told_without_a_wait(side: Any) -> None:
    finishing, index = side
    clock = ManualClock()
    patience = Patience(Timeout(total=1), waits_on(clock)[index])
    clock.wind(5)
    with pytest.raises(TimeoutExceeded, match=r"total timeout of 1 s passed"):
        finishing(patience.until(0.5, "body"))
    assert clock.slept == []


@pytest.mark.parametrize("clock", [None, SystemClock()], ids=["machine", "given"])
def test_the_machine_s_clock_is_really_waited_on(side: Any, clock: SystemClock | None) -> None:
    finishing, index = side
    began = time.monotonic()
    finishing(Patience(Timeout(), waits_on(clock)[index]).pause(0.02, "body"))
    assert time.monotonic() - began >= 0.019


@pytest.mark.parametrize("clock", [None, ManualClock()], ids=["machine", "manual"])
def test_a_ring_from_another_thread_ends_a_wait_for_ever(side: Any, clock: Any) -> None:
    finishing, index = side
    waits = waits_on(clock)[index]
    patience = Patience(Timeout(**NONE), waits)
    ringer = threading.Timer(0.02, patience.bell.ring)
    ringer.start()
    with pytest.raises(ConnectionLost, match="cancelled"):
        finishing(patience.pause(math.inf, "body"))
    ringer.join()
    with pytest.raises(ConnectionLost):
        finishing(patience.pause(math.inf, "body"))


def test_a_ring_before_the_wait_is_heard(side: Any) -> None:
    finishing, index = side
    waits: Waits = waits_on(None)[index]
    bell = Bell()
    bell.ring()
    finishing(waits.wait(bell, None))
    assert bell.rung


def test_a_bell_may_be_rung_by_a_finaliser_and_when_the_loop_is_gone() -> None:
    bell = Bell()

    async def waited() -> None:
        await bell.await_(0.001)

    run(waited())

    class Ringer:
        def __del__(self) -> None:
            bell.ring()

    one = Ringer()
    del one
    gc.collect()
    assert bell.rung


async def test_a_cancelled_task_does_not_wait_on() -> None:
    task = asyncio.create_task(Patience(Timeout(**NONE), waits_on(None)[1]).pause(math.inf, "body"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("clock", ["system", 5, SystemClock.__mro__[1]])
def test_what_is_no_clock_is_refused(clock: Any) -> None:
    with pytest.raises(ConfigurationError, match="clock: give an instance") as caught:
        waits_on(clock)
    assert caught.value.setting == "clock"
