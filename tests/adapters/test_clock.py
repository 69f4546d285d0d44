"""Clocks: one that only a test moves, and the machine's."""

import asyncio
import time

import pytest

from pristine.adapters.clock import ManualClock, SystemClock
from pristine.ports.clock import AsyncClock, Clock, Deadline
from tests.support.faces import run


@pytest.mark.parametrize("clock", [ManualClock(), SystemClock()])
def test_a_clock_has_both_faces(clock: object) -> None:
    assert isinstance(clock, Clock)
    assert isinstance(clock, AsyncClock)


def test_a_manual_clock_moves_only_when_it_is_wound_or_slept_on() -> None:
    clock = ManualClock(start=5, epoch=1000)
    assert (clock.now(), clock.time(), clock.now()) == (5, 1000, 5)
    clock.wind(2.5)
    clock.sleep(3)
    run(clock.asleep(1))
    assert (clock.now(), clock.time()) == (11.5, 1006.5)
    assert clock.slept == [3, 1]


def test_a_manual_clock_does_not_run_backwards() -> None:
    clock = ManualClock()
    for move in (clock.wind, clock.sleep):
        with pytest.raises(ValueError, match="does not run backwards"):
            move(-1)
    assert (clock.now(), clock.slept) == (0, [])


def test_a_deadline_is_a_moment_on_its_clock() -> None:
    clock = ManualClock(start=100)
    deadline = Deadline.after(clock.now, 5)
    clock.wind(3)
    assert (deadline.seconds, deadline.left()) == (5, 2)
    clock.wind(3)
    assert deadline.left() == -1
    assert Deadline.after(clock.now, None).left() is None


def test_the_system_clock_is_the_machine_s() -> None:
    clock = SystemClock()
    assert 0 <= clock.now() - time.monotonic() + 1 <= 2
    assert abs(clock.time() - time.time()) < 60
    clock.sleep(0)


def test_the_system_clock_lets_the_loop_run_while_it_sleeps() -> None:
    async def both() -> list[str]:
        done: list[str] = []

        async def other() -> None:
            done.append("other")

        task = asyncio.ensure_future(other())
        await SystemClock().asleep(0)
        done.append("slept")
        await task
        return done

    assert run(both()) == ["other", "slept"]
