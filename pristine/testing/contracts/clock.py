"""The contract of `pristine.ports.clock`, for clocks that go by themselves and for those that are wound by hand.

Whatever sleeps here sleeps for milliseconds, or is cancelled at once.
"""

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

import pytest

from pristine.testing.contracts.probing import TwoFaced, bounded, fail
from pristine.testing.promises import expect, promise

_NOW: Final = ("Clock", 1, "now is in seconds and never runs backwards")
_TIME: Final = ("Clock", 2, "time is in seconds since 1970-01-01 UTC")
_SLEEP: Final = ("Clock", 3, "sleep returns when at least its seconds have passed on now")
_CANCEL: Final = ("Clock", 4, "a cancelled asleep ends at once, and until then does not block the loop")

_SLEEPS: Final = (0, 0.0, 0.001, 0.004, 0.02)
_LONG: Final = 1.0
"""A sleep that is to be cancelled: short enough that a clock which cannot be does not hold up the suite."""

_PATIENCE: Final = 20.0
_SLACK: Final = 0.5
"""Seconds by which a busy machine may be late."""

_RESOLUTION: Final = 2 * time.get_clock_info("monotonic").resolution
_EARLIEST, _LATEST = 1e9, 4e9
"""2001 and 2096."""


def _blocking(clock: Any, seconds: float) -> None:
    clock.sleep(seconds)


def _async(clock: Any, seconds: float) -> None:
    with asyncio.Runner() as runner:
        runner.run(clock.asleep(seconds))


_SLEEPERS: Final[Mapping[str, Callable[[Any, float], None]]] = {"blocking": _blocking, "async": _async}


class ClockContract(TwoFaced):
    """Subclass it as `Test…`, and say how the clock is made. Each face that it has is tested."""

    methods: ClassVar = {"blocking": "sleep", "async": "asleep"}
    wound_by_hand: ClassVar[bool] = False
    """Whether the clock's time is its own: then it is not compared with the machine's."""

    def make(self) -> Any:
        """The clock, with one face or both."""
        raise NotImplementedError("say how the Clock is made: def make(self)")

    @promise(*_NOW)
    def test_now_never_runs_backwards(self, face: str) -> None:
        clock = self.make()
        last = clock.now()
        for turn in range(5000):
            if turn % 1000 == 0:
                _SLEEPERS[face](clock, 0)
            now = clock.now()
            if not (isinstance(now, (int, float)) and math.isfinite(now) and now >= last):
                fail("now, read again", f"{last!r} or more", repr(now))
            last = now

    @promise(*_NOW)
    def test_now_is_in_seconds(self, face: str) -> None:
        slept, passed = _sleep(self.make(), face, 0.02)
        if slept > (most := max(0.02, passed) + _SLACK):
            fail(f"a sleep of 0.02 s, which took {passed:.3f} s", f"{most:.3f} s or less on now", repr(slept))

    @promise(*_TIME)
    def test_time_is_unix_time(self) -> None:
        came, expected = self.make().time(), time.time()
        if not isinstance(came, (int, float)) or not _EARLIEST < came < _LATEST:
            fail("time", f"seconds since 1970, such as {expected:.0f}", repr(came))
        if not self.wound_by_hand and abs(came - expected) > 60:
            fail("time", f"{expected:.0f}, as the machine's", repr(came))

    @promise(*_TIME)
    def test_time_goes_on_with_now(self, face: str) -> None:
        clock = self.make()
        before, begun = clock.time(), time.monotonic()
        _SLEEPERS[face](clock, 5.0 if self.wound_by_hand else 0.02)
        passed = clock.time() - before
        expected = 5.0 if self.wound_by_hand else time.monotonic() - begun
        if abs(passed - expected) > 2:  # the machine's may be set while it goes
            fail("what has passed on time during a sleep", f"about {expected} s", f"{passed} s")

    @promise(*_SLEEP)
    def test_sleep_is_long_enough(self, face: str) -> None:
        clock = self.make()
        for seconds in _SLEEPS:
            slept, _ = _sleep(clock, face, seconds)
            if slept < seconds - _RESOLUTION:
                fail(f"a sleep of {seconds} s", f"{seconds} s or more on now", repr(slept))

    @promise(*_CANCEL)
    def test_a_cancelled_sleep_ends_at_once(self) -> None:
        if "async" not in self.faces():
            pytest.skip("it has no async face")
        taken = bounded(lambda: asyncio.run(_cancelled(self.make())), _PATIENCE, f"a cancelled sleep of {_LONG} s")
        if taken > _LONG / 2:
            fail(
                f"a sleep of {_LONG} s, cancelled when it has begun", "it ends at once", f"it ends after {taken:.3f} s"
            )


async def _cancelled(clock: Any) -> float:
    """Seconds from the beginning of a long sleep, which is cancelled, to its end."""
    begun = time.monotonic()
    sleep = asyncio.ensure_future(clock.asleep(_LONG))
    for _ in range(3):
        await asyncio.sleep(0)
    if not sleep.done():  # on a clock that is wound by hand it is
        sleep.cancel()
        await asyncio.wait([sleep])
        expect(sleep.cancelled(), True, "whether a cancelled sleep ends as one that is cancelled")
    return time.monotonic() - begun


def _sleep(clock: Any, face: str, seconds: float) -> tuple[float, float]:
    """What a sleep takes: seconds on the clock, and on the machine's."""
    now, begun = clock.now(), time.monotonic()
    _SLEEPERS[face](clock, seconds)
    return clock.now() - now, time.monotonic() - begun
