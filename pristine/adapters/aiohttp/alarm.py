"""One timer for one deadline after another, for those who move theirs often and seldom meet one.

A later deadline does not touch the timer: when it goes off it asks what the deadline is by now, and is set again.
"""

import asyncio
import math
import time
from typing import Protocol

_EARLY = 0.001
"""An event loop's timer may go off this many seconds before its time."""


class Sleeper(Protocol):
    """Who is rung for."""

    def due(self) -> float | None:
        """The moment to ring, on the monotonic clock, as it is by now; None is never."""

    def late(self) -> None:
        """That moment has come."""


class Alarm:
    """Rings for one sleeper."""

    _timer: asyncio.TimerHandle | None = None
    _set_to = math.inf

    def __init__(self, sleeper: Sleeper) -> None:
        self._sleeper = sleeper

    def by(self, moment: float) -> None:
        """Ask by this moment at the latest."""
        if moment < self._set_to:
            self.stop()
            self._set_to = moment
            self._timer = asyncio.get_running_loop().call_later(moment - time.monotonic(), self._off)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._set_to = None, math.inf

    def _off(self) -> None:
        self._timer, self._set_to = None, math.inf
        due = self._sleeper.due()
        if due is not None and due > time.monotonic() + _EARLY:
            self.by(due)
        elif due is not None:
            self._sleeper.late()
