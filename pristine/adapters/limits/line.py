"""Those who wait in one scope, first come, first served: how much stands before a place, in each unit, in O(log n).

The sums are Fenwick trees (Fenwick 1994) that grow at the end; what has left is cleared away by and by.
"""

from collections.abc import Iterator, Sequence
from typing import Generic, Protocol, TypeVar


class Waiter(Protocol):
    """One who waits; `place` is the line's, 0 where it does not stand in it."""

    costs: Sequence[float]
    place: int


W = TypeVar("W", bound=Waiter)


class _Sums:
    """Numbers at places from 1 on, and the sum of those before a place."""

    __slots__ = ("_tree",)

    def __init__(self) -> None:
        self._tree = [0.0]

    def append(self, number: float) -> None:
        tree = self._tree
        place = len(tree)
        below, reach = 1, place & -place
        while below < reach:
            number += tree[place - below]
            below <<= 1
        tree.append(number)

    def take(self, place: int, number: float) -> None:
        tree = self._tree
        while place < len(tree):
            tree[place] -= number
            place += place & -place

    def before(self, place: int) -> float:
        tree, place, total = self._tree, place - 1, 0.0
        while place:
            total += tree[place]
            place &= place - 1
        return total


class Line(Generic[W]):
    """A queue with as many units as the costs of its waiters have; `length` is how many wait."""

    __slots__ = ("_first", "_nothing", "_places", "_summed", "_sums", "length")

    def __init__(self, units: int) -> None:
        self._places: list[W | None] = [None]
        self._start(units)

    def __iter__(self) -> Iterator[W]:
        return (waiter for waiter in self._places if waiter is not None)

    def first(self) -> W | None:
        """Who is served next."""
        return self._places[self._first] if self.length else None

    def before(self, waiter: W) -> Sequence[float]:
        """What all before it cost, in each unit."""
        place = waiter.place
        if place == self._first:
            return self._nothing
        if place > self._summed:
            self._sum(place)
        return [sums.before(place) for sums in self._sums]

    def join(self, waiter: W) -> None:
        """Take the last place."""
        waiter.place = len(self._places)
        self._places.append(waiter)
        self.length += 1

    def leave(self, waiter: W) -> None:
        """Give the place up, wherever it is; those behind move up."""
        place, waiter.place = waiter.place, 0
        self._places[place] = None
        self.length -= 1
        if not self.length:
            self._empty()
            return
        if place < self._summed:
            for sums, cost in zip(self._sums, waiter.costs, strict=True):
                sums.take(place, cost)
        while self._places[self._first] is None:
            self._first += 1
        if len(self._places) > 2 * self.length + 32:
            self.form(len(self._sums))

    def form(self, units: int) -> None:
        """Form it anew, in the same order, by the costs that its waiters have now."""
        waiters = list(self)
        self._start(units)
        for waiter in waiters:
            self.join(waiter)

    def _start(self, units: int) -> None:
        self._sums = tuple(_Sums() for _ in range(units))
        self._nothing = (0.0,) * units
        self._summed = 1
        self._empty()

    def _empty(self) -> None:
        del self._places[1:]
        self._first = 1
        self.length = 0
        if self._summed > 1:
            self._start(len(self._sums))

    def _sum(self, place: int) -> None:
        """Have the sums of all places before this one; who is served without waiting needs none."""
        for waiter in self._places[self._summed : place]:
            for unit, sums in enumerate(self._sums):
                sums.append(0.0 if waiter is None else waiter.costs[unit])
        self._summed = place
