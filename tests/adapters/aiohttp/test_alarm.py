"""One timer for many deadlines: a later one leaves it alone, an earlier one moves it, and it rings in time."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from pristine.adapters.aiohttp.alarm import Alarm


@attrs.frozen
class Sleeper:
    due: Callable[[], float | None]
    late: Callable[[], None]


@pytest.fixture
async def timers(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The delays of all timers that are set."""
    loop, delays = asyncio.get_running_loop(), list[float]()
    call_later = loop.call_later

    def counted(delay: float, call: Callable[..., Any], *arguments: Any) -> asyncio.TimerHandle:
        delays.append(delay)
        return call_later(delay, call, *arguments)

    monkeypatch.setattr(loop, "call_later", counted)
    return delays


async def test_a_later_deadline_sets_no_timer_and_an_earlier_one_does(timers: list[float]) -> None:
    alarm, now = Alarm(Sleeper(lambda: None, lambda: None)), time.monotonic()
    for moment in (20, 21, 300, 20):
        alarm.by(now + moment)
    assert [round(delay) for delay in timers] == [20]
    alarm.by(now + 10)
    assert [round(delay) for delay in timers] == [20, 10]
    alarm.stop()
    alarm.by(now + 30)
    assert [round(delay) for delay in timers] == [20, 10, 30]
    alarm.stop()


async def test_it_rings_at_the_deadline_as_it_is_by_then(timers: list[float]) -> None:
    rung, began = asyncio.Event(), time.monotonic()
    alarm = Alarm(Sleeper(lambda: began + 0.2, rung.set))
    alarm.by(began + 0.05)
    await asyncio.wait_for(rung.wait(), 2)
    assert 0.19 < time.monotonic() - began < 1
    assert len([delay for delay in timers if delay < 1]) >= 2


async def test_without_a_deadline_it_does_not_ring() -> None:
    asked, rung = asyncio.Event(), asyncio.Event()

    def due() -> None:
        asked.set()

    Alarm(Sleeper(due, rung.set)).by(time.monotonic())
    await asyncio.wait_for(asked.wait(), 2)
    assert not rung.is_set()
