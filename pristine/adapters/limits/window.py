"""What a server asks of everybody in a scope: nothing before a moment, and not all at once then.

After a refusal they go one by one, at a pace: first 0.8 of the rate that was measured (at least `pace`, or half of a
pace that is refused again; at most the quota of requests), and again all of it after as long as the window was shut,
twice as long for each refusal of the pace, a minute at most: where much is known, little is risked. See `pace.py`.
"""

import math
from typing import Final

from pristine.adapters.limits.pace import LESS, Pace, Speed
from pristine.ports.values import frozen

_DOUBLINGS: Final = 6
_HALF: Final = 0.5
"""Of a pace, what a refusal leaves of it at least: a rate that was measured where calls are rare says little."""
_LEAST: Final = 1 / 256
"""The slowest pace, in parts of `pace`."""
_LONGEST: Final = 60.0
"""Seconds after which a pace is back at the latest."""


@frozen(kw_only=True)
class Manners:
    """How a limiter takes what servers say: seconds, and requests a second."""

    pause: float = 1.0
    max_pause: float = 3600.0
    pace: float = 10.0


class Window:
    """When the scope opens. An attempt has a number, in the order in which they were let go.

    Whatever was under way when the window was shut belongs to that: its own refusal is not another one, it only tells
    more about the rate; and its success does not say that the server has recovered. `pace` is None where they do not go
    one by one.
    """

    __slots__ = (
        "_least",
        "_next",
        "_recover",
        "_speed",
        "_tried",
        "let_go",
        "manners",
        "not_before",
        "pace",
        "refusals"
    )  # fmt: skip

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.pace: Pace | None = None
        self._speed = Speed()
        self._least = 0.0
        self.not_before = self._next = -1e300
        self._recover = self.refusals = self._tried = self.let_go = 0

    def opens(self, at: float, ahead: float) -> float:
        """When there is a turn from `at` on, or a little before, when `ahead` requests stand before.

        With none before, it is the moment. `at` is not before the window.
        """
        if self.pace is None:
            return at
        at = max(at, self._next)
        return at + self.pace.takes(ahead, at - self.not_before) if ahead else at

    def go(self, requests: float, now: float, *, last: bool) -> int:
        """Let an attempt go; its number. `last`: nobody waits any more."""
        self._speed.add(requests, now)
        if self.pace is not None:
            since = now - self.not_before
            if last and self.pace.is_over(since):
                self.pace, self._tried = None, 0
            else:
                self._next = max(self._next, now) + requests / self.pace.rate(since)
        self.let_go += 1
        return self.let_go

    def hold(self, seconds: float, now: float, most: float | None) -> None:
        """Let nobody go for so long, then at a pace: that which there is, or the rate measured; `most` at most."""
        if self.pace is None:
            self._recover = self.let_go
            self._least = max(self._speed.rate(now), self.manners.pace)
            self._shut(seconds, now, self._least, most)
        else:
            self._shut(seconds, now, self.pace.rate(now - self.not_before), most)

    def refused(self, number: int, wish: float | None, now: float, most: float | None) -> None:
        """The server has refused an attempt, and asks to wait so many seconds.

        Where it does not say how long: `pause` seconds, twice as many for each refusal in a row, at most 64 times that.
        """
        self._speed.take_back(1.0, now)
        pace, rate, pause = self.pace, self._speed.rate(now) * LESS, 0.0
        if pace is None or number > self._recover:
            self._recover = self.let_go
            pause = self.manners.pause * 2 ** min(self.refusals, _DOUBLINGS)
            self.refusals += 1
            self._tried += 1
            rate = min(rate, self._fall(now))
        else:
            rate = min(rate, pace.begin)
        self._shut(pause if wish is None else wish, now, max(rate, self._least), most)

    def accepted(self, number: int) -> None:
        """The server has taken an attempt."""
        if number > self._recover:
            self.refusals = 0

    def ends(self) -> float:
        """The moment from which it may be forgotten. What was measured may be so at any time: `pace` stands for it."""
        if self.pace is None:
            return self.not_before
        return max(self.not_before + self.pace.ends, self._next)

    def _fall(self, now: float) -> float:
        """What a refusal makes of the pace, and notes the least that it leaves."""
        if self.pace is None:
            self._least = self.manners.pace
            return math.inf
        refused = self.pace.rate(now - self.not_before)
        self._least = max(refused * _HALF, self.manners.pace * _LEAST)
        return refused * LESS

    def _shut(self, seconds: float, now: float, begin: float, most: float | None) -> None:
        self.not_before = max(self.not_before, now + min(seconds, self.manners.max_pause))
        self._speed.stand_still(now, self.not_before)
        shut = max(self.not_before - now, self.manners.pause)
        back = min(shut * 2 ** min(max(self._tried - 1, 0), _DOUBLINGS), _LONGEST)
        most = math.inf if most is None else most
        self.pace = Pace(min(begin, most), back, most)
