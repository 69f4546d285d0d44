"""The books of a pool: at most so many connections, taken and put back, and the idle ones kept for a while.

A connection belongs to one request from when it is taken until it is put back, whatever happens. Nothing here waits
or does I/O, and nothing takes longer the more there are: what is to be closed is `doomed`.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Any, Protocol

import attrs

from pristine.ports.connection import ConnectionOptions


class Kept(Protocol):
    """What the books ask of a connection."""

    @property
    def origin(self) -> Hashable: ...
    def is_stale(self) -> bool: ...


class Signal(Protocol):
    """What a request waits for."""

    def set(self) -> None: ...


@attrs.define(eq=False)
class Waiter:
    """A request that wants a place. `granted` when it may go on: with `line`, or with a place to make one.

    `signal` is made where it has to wait, and set when it is granted.
    """

    origin: Hashable
    make_signal: Callable[[], Signal]
    granted: bool = False
    line: Any = None
    signal: Any = None


class Places:
    """All of one pool. The clock is monotonic, in seconds."""

    def __init__(self, options: ConnectionOptions, clock: Callable[[], float] = time.monotonic) -> None:
        self._maximum = options.max_connections
        self._most_idle = options.max_idle
        self._keep_alive = options.keep_alive
        self._clock = clock
        self._taken = 0
        self._idle: OrderedDict[Kept, float] = OrderedDict()  # since when; the longest idle first
        self._of: dict[Hashable, deque[Kept]] = {}  # the idle ones of each origin, in the same order
        self._waiting: OrderedDict[Waiter, None] = OrderedDict()
        self.doomed: list[Any] = []
        self.closed = False

    def take(self, waiter: Waiter) -> bool:
        """Grant a place, with an idle connection if there is one, or put the waiter in the queue."""
        self._expire()
        if self._waiting or not self._grant(waiter):
            waiter.signal = waiter.make_signal()
            self._waiting[waiter] = None
        return waiter.granted

    @property
    def idle(self) -> tuple[Any, ...]:
        """The connections that are kept."""
        return tuple(self._idle)

    def put(self, line: Kept | None, *, reusable: bool = False) -> None:
        """Give a place back, with its connection, which is kept if it may serve again."""
        self._taken -= 1
        if line is not None and reusable and self._keep_alive and not self.closed:
            self._idle[line] = self._clock()
            self._of.setdefault(line.origin, deque()).append(line)
        elif line is not None:
            self.doomed.append(line)
        self._serve()
        while self._most_idle is not None and len(self._idle) > self._most_idle:
            self._evict()
        self._expire()

    def leave(self, waiter: Waiter) -> None:
        """A waiter that gives up: out of the queue, and what it was granted goes to the next."""
        if waiter.granted:
            self.put(waiter.line, reusable=True)
        else:
            del self._waiting[waiter]

    def close(self) -> None:
        """Doom what is idle, now and later."""
        self.closed = True
        while self._idle:
            self._evict()

    def _grant(self, waiter: Waiter) -> bool:
        waiter.line = self._reusable(waiter.origin)
        waiter.granted = waiter.line is not None or self._room()
        self._taken += waiter.granted
        return waiter.granted

    def _serve(self) -> None:
        """Grant what has come free to those who wait, first come first."""
        while self._waiting:
            waiter = next(iter(self._waiting))
            if not self._grant(waiter):
                return
            del self._waiting[waiter]
            waiter.signal.set()

    def _reusable(self, origin: Hashable) -> Kept | None:
        """The idle connection to an origin that was used last; those that are no good any more are doomed."""
        while lines := self._of.get(origin):
            line = lines[-1]
            self._remove(line, lines.pop)
            if not line.is_stale():
                return line
            self.doomed.append(line)
        return None

    def _room(self) -> bool:
        """Is there room for one more? The connection that was idle longest makes way."""
        if self._maximum is not None and self._taken + len(self._idle) >= self._maximum:
            if not self._idle:
                return False
            self._evict()
        return True

    def _expire(self) -> None:
        while self._idle and self._clock() - next(iter(self._idle.values())) >= self._keep_alive:
            self._evict()

    def _evict(self) -> None:
        """Doom the connection that was idle longest, which is the first of its origin's."""
        line = next(iter(self._idle))
        self._remove(line, self._of[line.origin].popleft)
        self.doomed.append(line)

    def _remove(self, line: Kept, pop: Callable[[], Kept]) -> None:
        pop()
        del self._idle[line]
        if not self._of[line.origin]:
            del self._of[line.origin]
