"""How fast they go after a refusal: a little slower than they were refused, soon nearly as fast, later ever faster.

The rate is a cubic curve (CUBIC, RFC 9438, section 4.2; over seconds in the adaptive retry mode of the AWS SDKs), here
in parts of where it begins, and of the seconds after which it is back where it was refused: so it is the same for a
server that takes a thousand a second as for one that takes ten a minute.
"""

import math
from typing import Final

from pristine.ports.values import frozen

LESS: Final = 0.8
"""Of the rate at which they were refused, where they begin again. CUBIC has 0.7; here the window was a rest already."""

_OVER: Final = 10.0
"""The pace is over, if nobody waits for it, at so many times the rate with which it began …"""
_LASTS: Final = 1.0 + ((_OVER * LESS - 1.0) / (1.0 - LESS)) ** (1 / 3)
"""… which is after so many times the seconds that it took to come back."""

_OF_LATE: Final = 1.0
"""Seconds; what was longer ago hardly counts in the rate that is measured."""


@frozen
class Pace:
    """From `begin` requests a second, in `back` seconds to what is 1 / LESS of it, and on; `most` at most.

    `since` are always the seconds since it began; for the rate, what is less than 0 stands for 0.
    """

    begin: float
    back: float
    most: float = math.inf

    def rate(self, since: float) -> float:
        """Requests a second."""
        return min(self._curve(since), self.most)

    def takes(self, requests: float, since: float) -> float:
        """For how many seconds so many take turns from then on, or a little less: nobody oversleeps.

        That is the requests by the mean rate of a time that is too long for them, as the rate only grows: the mean of
        a cubic is Simpson's. Too long is what the rate of then takes, and what the curve does from its plateau on.
        """
        steep, passed = self.begin * self.back * (1.0 - LESS) / LESS / 4.0, max(0.0, since / self.back - 1.0)
        on_curve = self.back * (1.0 + (passed**4 + requests / steep) ** 0.25) - since
        long = min(requests / self.rate(since), on_curve)
        mean = (self._curve(since) + 4.0 * self._curve(since + long / 2.0) + self._curve(since + long)) / 6.0
        return requests / min(mean, self.most)

    def is_over(self, since: float) -> bool:
        """Whether it has found nothing that would refuse them."""
        return since >= self.ends

    @property
    def ends(self) -> float:
        """Seconds after which it is over."""
        return self.back * _LASTS

    def _curve(self, since: float) -> float:
        way = max(since, 0.0) / self.back - 1.0
        return self.begin / LESS * (1.0 + (1.0 - LESS) * way * way * way)


class Speed:
    """Requests a second that were let go of late and not refused. The time for which nobody may go does not count."""

    __slots__ = ("_count", "_until")

    def __init__(self) -> None:
        self._count = 0.0
        self._until = -1e300

    def rate(self, now: float) -> float:
        self._pass(now)
        return self._count / _OF_LATE

    def add(self, requests: float, now: float) -> None:
        if now > self._until:  # as `_pass` does, here for every attempt
            self._count *= math.exp((self._until - now) / _OF_LATE)
            self._until = now
        self._count += requests

    def take_back(self, requests: float, now: float) -> None:
        """They were refused."""
        self._pass(now)
        self._count = max(0.0, self._count - requests)

    def stand_still(self, now: float, until: float) -> None:
        """Let the time between be none."""
        self._pass(now)
        self._until = max(self._until, until)

    def _pass(self, now: float) -> None:
        if now > self._until:
            self._count *= math.exp((self._until - now) / _OF_LATE)
            self._until = now
