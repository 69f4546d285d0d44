"""When work is asked for again: as the server wishes, or as the manifest's pace says; after trouble later. Pure."""

from collections.abc import Callable
from typing import Final

from pristine.manifest.model import Pace

_FIRST: Final = 1.0
_LONGEST: Final = 30.0
"""After trouble with the network or the server: the first wait, and the longest, in seconds."""


class Pacing:
    """The wait before the next question. `random` gives numbers from 0 to 1, 1 excluded."""

    def __init__(self, pace: Pace, random: Callable[[], float]) -> None:
        self._pace = pace
        self._random = random
        self._troubles = 0

    def settled(self, *, trouble: bool) -> None:
        """How the last question went: whether nobody answered it, or only that it could not be answered."""
        self._troubles = self._troubles + 1 if trouble else 0

    def delay(self, polls: int, wish: float | None) -> float:
        """Seconds after so many questions; `wish` is the server's own."""
        pace = self._pace
        full = min(pace.cap, pace.first * pace.factor ** min(polls, 1000)) if pace.first else 0.0
        if self._troubles:
            full = max(full, min(_LONGEST, _FIRST * 2 ** min(self._troubles - 1, 10)))
        delay = full * (1 - pace.jitter * self._random())
        if wish is None:
            return delay
        return max(wish, delay) if self._troubles else wish
