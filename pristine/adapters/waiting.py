"""Waits of a transport's own making, in both faces: within the limits of their request, and ended by a cancel.

The machine's clock is waited on so that `Bell.ring` ends the wait at once. On a clock that is given, such as one that
is wound by hand, the wait is that clock's, and a ring is seen when it is over.
"""

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from pristine.ports.blocking import LiftedClock
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.errors import ConfigurationError, ConnectionLost, TimeoutExceeded
from pristine.ports.messages import Timeout


class Bell:
    """Wakes the one who waits, now or later. It may be rung from any thread and from a finaliser."""

    rung = False
    _wake: Callable[[], object] = bool

    def __init__(self) -> None:
        self._calls: SimpleQueue[None] = SimpleQueue()  # its `put` may interrupt itself, as a finaliser does

    def ring(self) -> None:
        """Wake whoever waits; it stays rung."""
        self.rung = True
        self._calls.put(None)
        with suppress(RuntimeError):  # the loop of the one who waited is closed
            self._wake()

    def wait(self, seconds: float | None) -> None:
        """Block the thread until it rings or the seconds have passed; None is for ever."""
        with suppress(Empty):
            if not self.rung:
                self._calls.get(timeout=seconds)

    async def await_(self, seconds: float | None) -> None:
        """The same on a running event loop."""
        loop, rings = asyncio.get_running_loop(), asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(rings.set)
        if not self.rung:  # asked after it was said whom to wake
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await rings.wait()


class Waits(Protocol):
    """A clock in the async shape, on which one waits for a time or for a bell."""

    def now(self) -> float: ...
    async def wait(self, bell: Bell, seconds: float | None) -> None: ...


class Blocking:
    """The machine's clock on the blocking face."""

    now = staticmethod(time.monotonic)

    async def wait(self, bell: Bell, seconds: float | None) -> None:
        bell.wait(seconds)


class OnLoop:
    """The machine's clock on the async face."""

    now = staticmethod(time.monotonic)

    async def wait(self, bell: Bell, seconds: float | None) -> None:
        await bell.await_(seconds)


class OnClock:
    """A clock that was given; what waits for ever waits for the bell alone."""

    def __init__(self, clock: AsyncClock, machine: Waits) -> None:
        self.now = clock.now
        self._clock = clock
        self._machine = machine

    async def wait(self, bell: Bell, seconds: float | None) -> None:
        await (self._machine.wait(bell, None) if seconds is None else self._clock.asleep(seconds))


def waits_on(clock: Clock | AsyncClock | None) -> tuple[Waits, Waits]:
    """How the blocking face and the async one wait: on a clock, or on the machine's where there is none."""
    if clock is None:
        return Blocking(), OnLoop()
    if not callable(getattr(clock, "now", None)):
        raise ConfigurationError("clock: give an instance of a Clock", setting="clock")
    given: Any = clock
    return OnClock(LiftedClock(given), Blocking()), OnClock(given, OnLoop())


class Patience:
    """How long one request may wait, from when this is made; `bell` ends every wait."""

    def __init__(self, timeout: Timeout, waits: Waits) -> None:
        self.bell = Bell()
        self.began = waits.now()
        self._timeout = timeout
        self._waits = waits

    def elapsed(self) -> float:
        """Seconds since it was made."""
        return self._waits.now() - self.began

    async def pause(self, seconds: float, phase: str, within: float | None = None) -> None:
        """Wait so many seconds, which may be infinite; raises as `until` does."""
        await self.until(self._waits.now() + seconds, phase, within)

    async def until(self, moment: float, phase: str, within: float | None = None) -> None:
        """Wait until a moment on the clock, in phase "head" or "body".

        Raises TimeoutExceeded, when it passes, for the limit that passes first; ConnectionLost after a ring.
        """
        now = self._waits.now()
        ends, limit, seconds = self._first_limit(now, phase, within)
        until = max(now, min(moment, ends))
        if until > now:
            await self._waits.wait(self.bell, None if until == math.inf else until - now)
        if self.bell.rung:
            raise ConnectionLost("the stream was cancelled")
        if ends < max(now, moment):
            told = f"{limit} timeout of {seconds:g} s passed (phase: {phase})"
            raise TimeoutExceeded(told, phase=phase, limit=limit, seconds=seconds)

    def _first_limit(self, now: float, phase: str, within: float | None) -> tuple[float, str, float]:
        """The limit that passes first in a phase: when, its name, and its value in seconds."""
        limits = self._timeout
        extra = (self.began, "head", limits.head) if phase == "head" else (now, "within", within)
        known = ((self.began, "total", limits.total), (now, "read", limits.read), extra)
        passing = [(since + seconds, name, seconds) for since, name, seconds in known if seconds is not None]
        return min(passing, default=(math.inf, "", math.inf))
