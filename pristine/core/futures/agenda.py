"""Who of many handles is asked next, who has ended, and for how long there is nothing to do. It waits for nobody.

One heap of due times serves them all; a handle that only waits is an entry in it.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any, Final

from pristine.core.futures.following import passed
from pristine.ports.clock import Deadline

_NOW: Final = 1e-6
"""Seconds that are nothing: a moment that was computed twice need not be the same."""

_TICK: Final = 0.001
"""Moments that are closer together are one: thousands of handles must not wake anybody thousands of times."""


class Agenda:
    """What is to be done for `wanted`, each with the handles that it is made of, until a deadline.

    At most `room` are asked at once. Whoever has a handle from `next` brings it `back`, however it went.
    """

    def __init__(self, wanted: Iterable[tuple[Any, Sequence[Any]]], until: Deadline, room: int) -> None:
        self.until = until
        self._room = room
        self._number = count()
        self._heap: list[tuple[float, int, Any]] = []
        self._ended: deque[Any] = deque()
        self._open: set[Any] = set()
        self._owners: dict[Any, list[Any]] = {}
        for one, leaves in dict(wanted).items():
            self._enter(one, leaves)
        for leaf in self._owners:
            self._put(leaf)

    def _enter(self, one: Any, leaves: Sequence[Any]) -> None:
        if one.done:
            self._ended.append(one)
            return
        self._open.add(one)
        for leaf in leaves:
            self._owners.setdefault(leaf, []).append(one)

    @property
    def over(self) -> bool:
        """Whether all have been given."""
        return not self._open and not self._ended

    def ended(self) -> Any | None:
        """One that has ended, each once, in their order; None where none has since."""
        return self._ended.popleft() if self._ended else None

    def next(self) -> Any | None:
        """One that is to be asked now; None where there is none, or no room. Raises TimeoutExceeded when it is late."""
        if self._left() == 0:
            raise passed(self.until)
        while self._room > 0 and self._heap and self._heap[0][0] <= self.until.now() + _NOW:
            leaf = heapq.heappop(self._heap)[2]
            if leaf.done:
                self._note(leaf)
            elif leaf.due > _NOW:
                self._put(leaf)  # somebody else has asked meanwhile
            elif not self._open.isdisjoint(self._owners[leaf]):
                self._room -= 1
                return leaf
        return None

    def back(self, leaf: Any) -> None:
        """It has been asked."""
        self._room += 1
        if leaf.done:
            self._note(leaf)
        else:
            self._put(leaf)

    def pause(self) -> float | None:
        """Seconds until there is something to do; None: not before one comes back."""
        if self._ended:
            return 0.0
        due = max(_TICK, self._heap[0][0] - self.until.now()) if self._heap and self._room > 0 else None
        return min((wait for wait in (due, self._left()) if wait is not None), default=None)

    def _left(self) -> float | None:
        left = self.until.left()
        return None if left is None else max(0.0, left)

    def _put(self, leaf: Any) -> None:
        heapq.heappush(self._heap, (self.until.now() + leaf.due, next(self._number), leaf))

    def _note(self, leaf: Any) -> None:
        """Those that have ended with a handle."""
        for one in self._owners.pop(leaf):
            if one in self._open and one.done:
                self._open.discard(one)
                self._ended.append(one)
