"""One unit of one scope: the generic cell rate algorithm, as virtual scheduling (ITU-T I.371, annex A; ATM Forum UNI).

`tat`, the theoretical arrival time, is the moment when nothing is owed any more. A cost moves it on by what the quota
takes to bring that much; it may run ahead of the clock by the burst. What is given back was still owed all the time.
"""

from bisect import bisect_right

from pristine.ports.admission import Quota

_KEPT = 128


class Meter:
    """What is owed of a unit. Moments and `tat` are in seconds on one clock, costs in the unit."""

    __slots__ = ("_charges", "_given", "_lows", "_marks", "burst", "interval", "quota", "tat")

    def __init__(self, quota: Quota) -> None:
        self.tat = -1e300
        self._charges = 0
        self._given = 0.0
        self._marks: list[int] = []
        self._lows: list[float] = []
        self.adopt(quota, 0.0)

    def adopt(self, quota: Quota, now: float) -> None:
        """Go on with another quota; what is owed stays, in the unit, and no earlier charge is given back."""
        owed = self.owed(now) if self._charges else 0.0
        self.quota = quota
        self.interval = quota.per / quota.limit
        self.burst = quota.limit if quota.burst is None else quota.burst
        if owed:
            self.tat = now + owed * self.interval
            self._note(0.0)

    def owed(self, now: float) -> float:
        """How much has been spent and not come back yet."""
        return max(0.0, self.tat - now) / self.interval

    def opens(self, at: float, ahead: float, cost: float) -> float:
        """The earliest moment for a cost, from `at` on, when those before it cost `ahead`.

        A cost that is greater than the burst goes when nothing is owed; those behind it wait for what it borrows.
        """
        room = self.burst - cost
        return max(at, self.tat) + (ahead - room if room > 0.0 else ahead) * self.interval

    def charge(self, cost: float, now: float) -> int:
        """Spend; what is returned marks the charge for `refund`."""
        start = max(now, self.tat)
        self._note(start - now)
        self.tat = start + cost * self.interval
        return self._charges

    def refund(self, cost: float, mark: int, now: float) -> None:
        """Make a charge smaller, as if it had been so from the start.

        What has meanwhile come back is not given again: the server's bucket does not fill above its brim either. So no
        more is given than was owed at each moment since; the low marks of that are at later charges, and now.
        """
        seconds = min(cost * self.interval, self.tat - now)
        later = bisect_right(self._marks, mark)
        if later < len(self._marks):
            seconds = min(seconds, self._lows[later] - self._given)
        if seconds > 0.0:
            self.tat -= seconds
            self._given += seconds

    def lower(self, remaining: float, now: float) -> None:
        """Believe that no more than `remaining` is left."""
        tat = now + (self.burst - remaining) * self.interval
        if tat > self.tat:
            self._note(max(0.0, self.tat - now))
            self.tat = tat

    def _note(self, owed: float) -> None:
        """Remember how many seconds are owed before a charge: lows that rise with time, so that the first is the least.

        `_given` makes up for what is refunded later, which lowers them all.
        """
        marks, lows, low = self._marks, self._lows, owed + self._given
        while lows and lows[-1] >= low:
            lows.pop()
            marks.pop()
        self._charges += 1
        marks.append(self._charges)
        lows.append(low)
        if len(lows) > _KEPT:  # two become one, with the lower low: never too much is given back
            self._marks, self._lows = marks[1::2] + marks[len(marks) & ~1 :], lows[::2]
