"""Counts of what was in the last so many seconds, in slices: small, however much there was."""

import math
from collections import deque
from typing import Final

_SLICES: Final = 10


class Window:
    """`counted` and `failed` are of the last `seconds`, to a tenth of them."""

    def __init__(self, seconds: float) -> None:
        self._width = seconds / _SLICES
        self._slices: deque[tuple[float, int, int]] = (
            deque()
        )  # number, what was counted and failed before; oldest first
        self._gone = self._gone_failed = self.counted = self.failed = 0
        self._ends = -math.inf  # where the latest slice does: until then what comes belongs to it

    def add(self, failed: bool, now: float) -> None:
        """Count an outcome; one whose moment is earlier than the latest counts as at the latest."""
        if now >= self._ends:
            self._turn(now)
        self.counted += 1
        if failed:
            self.failed += 1

    def _turn(self, now: float) -> None:
        """Begin a slice."""
        number = now // self._width
        self._ends = (number + 1.0) * self._width
        self.slide(now)
        self._slices.append((number, self._gone + self.counted, self._gone_failed + self.failed))

    def slide(self, now: float) -> None:
        """Forget what has passed."""
        slices, first = self._slices, now // self._width - _SLICES
        all_counted, all_failed = self._gone + self.counted, self._gone_failed + self.failed
        while slices and slices[0][0] <= first:
            slices.popleft()
            _, self._gone, self._gone_failed = slices[0] if slices else (first, all_counted, all_failed)
        self.counted, self.failed = all_counted - self._gone, all_failed - self._gone_failed
        if not slices:
            self._ends = -math.inf

    def clear(self) -> None:
        """Begin anew."""
        self._slices.clear()
        self._gone = self._gone_failed = self.counted = self.failed = 0
        self._ends = -math.inf
