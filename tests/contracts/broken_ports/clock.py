"""Clocks that break one promise of Clock each, on one face or the other."""

import asyncio
import time

from pristine.adapters.clock import ManualClock, SystemClock
from tests.contracts.broken_ports.register import breaks


@breaks("Clock", 1)
class RunsBackwards(SystemClock):
    def __init__(self) -> None:
        self.asked = 0

    def now(self) -> float:
        self.asked += 1
        return time.monotonic() - (1 if self.asked % 1000 == 0 else 0)


@breaks("Clock", 1)
class CountsMilliseconds(SystemClock):
    def now(self) -> float:
        return time.monotonic() * 1000


@breaks("Clock", 2)
class KnowsUptimeOnly(SystemClock):
    time = staticmethod(time.monotonic)


@breaks("Clock", 2)
class TellsMilliseconds(SystemClock):
    def time(self) -> float:
        return time.time() * 1000


@breaks("Clock", 2)
class TellsLocalTime(SystemClock):
    def time(self) -> float:
        return time.time() + 3 * 3600


@breaks("Clock", 2, wound_by_hand=True)
class StandsStill(ManualClock):
    def time(self) -> float:
        return 1_700_000_000.0


@breaks("Clock", 3)
class SleepsLess(SystemClock):
    def sleep(self, seconds: float) -> None:  # type: ignore[override]  # the built-in's takes more
        time.sleep(seconds / 2)


@breaks("Clock", 3)
class SleepsLessLater(SystemClock):
    async def asleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 1000)


@breaks("Clock", 4)
class BlocksTheLoop(SystemClock):
    async def asleep(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251 the mistake that is tested


@breaks("Clock", 4)
class SleepsOn(SystemClock):
    async def asleep(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            await asyncio.sleep(seconds)


@breaks("Clock", 4)
class SwallowsCancellation(SystemClock):
    async def asleep(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            return
