"""Counts of what was in the last so many seconds, in slices: small, however much there was."""

from collections import deque
from typing import Final

_SLICES: Final = 10


class Window:
    """`counted` and `failed` are of the last `seconds`, to a tenth of them."""

    def __init__(self, seconds: float) -> None:
        self.counted = 0
        self.failed = 0
        self._width = seconds / _SLICES
        self._slices: deque[list[int]] = deque()  # [number of the slice, counted, failed], the oldest first

    def add(self, failed: bool, now: float) -> None:
        """Count an outcome; one whose moment is earlier than the latest counts as at the latest."""
        number = int(now // self._width)
        if not self._slices or self._slices[-1][0] < number:  # else nothing has passed since the latest began
            self.slide(now)
            self._slices.append([number, 0, 0])
        latest = self._slices[-1]
        latest[1] += 1
        latest[2] += failed
        self.counted += 1
        self.failed += failed

    def slide(self, now: float) -> None:
        """Forget what has passed."""
        first = now // self._width - _SLICES
        while self._slices and self._slices[0][0] <= first:
            _, counted, failed = self._slices.popleft()
            self.counted -= counted
            self.failed -= failed

    def clear(self) -> None:
        self._slices.clear()
        self.counted = self.failed = 0
