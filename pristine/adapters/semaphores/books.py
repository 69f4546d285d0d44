"""Who is in and who waits, for one scope. Pure: whoever calls sees to it that nobody else does at the same time.

While anybody waits, nothing is free; so who finds something free overtakes nobody. A claim is held once and over once:
what is given back twice comes back once.
"""

import math
from heapq import heapify, heappop, heappush
from typing import Final

from pristine.ports.admission import Report
from pristine.ports.values import frozen

NEW, WAITING, HELD, OVER = 0, 1, 2, 3
"""The states of a claim, in their order. Numbers, because they are compared on the hot path."""

_FEW: Final = 32
"""Claims that left the line and are kept in it; above, the line is made anew when they are the half of it."""


class Claim:
    """What somebody has of a book, or waits for: so much of what is counted."""

    __slots__ = ("book", "cost", "state")

    book: "Book"

    def __init__(self, cost: int) -> None:
        self.cost = cost
        self.state = NEW


@frozen
class Load:
    """How full a scope is: its limit, what is used of it, and how many wait."""

    limit: float
    used: int
    waiting: int


class Book:
    """Lets in while less is used than `limit`; what is let in may make it more.

    `said` is what the last demand said of the limit.
    """

    __slots__ = ("_joined", "_left", "limit", "line", "said", "used")

    def __init__(self) -> None:
        self.said: float | None = None
        self.limit: float = math.inf
        self.used = 0
        self.line: list[tuple[int, int, Claim]] = []
        """A heap: by priority, the higher first, and then by who came first."""
        self._joined = 0
        self._left = 0

    def heed(self, said: float | None) -> None:
        """Take to heart what a demand says of the limit; `serve` is to be called then."""
        self.said = said
        self.limit = math.inf if said is None else said

    def take(self, claim: Claim) -> None:
        """Let a claim in."""
        claim.book = self
        self.used += claim.cost
        claim.state = HELD  # no call between these two: what interrupts comes at calls, and finds both or none

    def join(self, claim: Claim, priority: int) -> None:
        """Have a claim wait, behind those of its priority."""
        claim.book = self
        claim.state = WAITING
        self._joined += 1
        heappush(self.line, (-priority, self._joined, claim))

    def leave(self, claim: Claim, report: Report | None) -> None:
        """End a claim, held or waiting; `serve` is to be called then. Again changes nothing."""
        state, claim.state = claim.state, OVER
        if state == HELD:
            was_full = self.used >= self.limit
            self.used -= claim.cost
            if report is not None:
                self.heard(report, was_full)
        elif state == WAITING:
            self._left += 1
            self._tidy()

    def serve(self) -> list[Claim]:
        """Let in of those who wait, in their order, as many as can be."""
        served: list[Claim] = []
        while self.line and self.used < self.limit:
            claim = heappop(self.line)[2]
            if claim.state == WAITING:
                self.take(claim)
                served.append(claim)
            else:
                self._left -= 1
        return served

    def heard(self, report: Report, was_full: bool) -> None:
        """Learn from what came of a request; `was_full` is how it was before it gave back what it had."""

    def forgettable(self) -> bool:
        """Whether a new book would do as well."""
        return not self.used and not self.line

    def load(self) -> Load:
        return Load(self.limit, self.used, len(self.line) - self._left)

    def _tidy(self) -> None:
        if self._left > _FEW and self._left * 2 > len(self.line):
            self.line = [place for place in self.line if place[2].state == WAITING]
            heapify(self.line)
            self._left = 0
