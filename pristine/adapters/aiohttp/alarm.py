"""One timer for one deadline after another, for those who move theirs often and seldom meet one.

A later deadline does not touch the timer: when it goes off it asks what the deadline is by now, and is set again.
"""

import asyncio
import math
import time
from collections.abc import Callable

_EARLY = 0.001
"""An event loop's timer may go off this many seconds before its time."""


class Alarm:
    """`due` says when it is to `ring`, on the monotonic clock; None is never."""

    _timer: asyncio.TimerHandle | None = None
    _set_to = math.inf

    def __init__(self, due: Callable[[], float | None], ring: Callable[[], None]) -> None:
        self._due = due
        self._ring = ring

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
        due = self._due()
        if due is not None and due > time.monotonic() + _EARLY:
            self.by(due)
        elif due is not None:
            self._ring()
