"""The connections of one process or event loop: who has one, who waits for one, which are kept.

One is a client of the library's that serves one request at a time, from when it is taken until it is put back. Those
who wait are served in turn, and one that gives up leaves its place to the next.
"""

import threading
from asyncio import CancelledError
from collections import deque
from contextlib import suppress
from typing import Any, Final, Protocol

from pyreqwest.request import StreamRequest

from pristine.adapters.pyreqwest.clients import Clients, Line
from pristine.adapters.pyreqwest.driving import Call, End, Face, Waits
from pristine.adapters.pyreqwest.sockets import look
from pristine.ports.values import frozen

_LOOKS: Final = 20
_MOMENT: Final = 0.0025
"""How often a pool that closes looks whether what was given up has ended, and seconds between."""


class User(Protocol):
    """Who has a connection."""

    def drop(self) -> None:
        """Let go of it."""


class Waiter:
    """A request that waits for a place, in the form of the library's calls. `line` is one that can be used again."""

    def __init__(self, origin: str, face: Face) -> None:
        self.origin = origin
        self.face = face
        self.granted = False
        self.line: Line | None = None

    def send(self, _: None) -> Any:
        if self.granted:
            raise StopIteration(self.line)
        return self.face.pause()

    def close(self) -> None:
        """Nothing is to be closed."""


@frozen(eq=False)
class Orphan:
    """A request that was given up before its answer: the library goes on with it, and even connects again."""

    request: StreamRequest
    call: Call
    line: Line
    face: Face

    def has_ended(self) -> bool:
        """Ask; an answer that came is not read."""
        try:
            self.face.catch_up()
            self.face.ask(self.call)
        except StopIteration:
            return stops_reading(self.request)
        except (Exception, CancelledError):  # noqa: BLE001 however it ended
            return True
        return False


def stops_reading(request: StreamRequest) -> bool:
    """Have the library close the connection of an answer; False while somebody waits for it to read, or if it did."""
    try:
        request.__aexit__(None, None, None).send(None)
    except StopIteration:
        return True
    except RuntimeError:
        pass
    return False


class Pool:
    """At most `most` connections, in use or kept; None is no bound."""

    def __init__(self, clients: Clients, most: int | None, waits: Waits) -> None:
        self._clients = clients
        self._most = most
        self._waits = waits
        self._lock = threading.Lock()
        self._taken = 0
        self._idle: deque[Line] = deque()
        self._waiting: deque[Waiter] = deque()
        self._abandoned: deque[End] = deque()
        self._orphans: deque[Orphan] = deque()
        self._seeking = False
        self._users: set[User] = set()

    def face(self, *, uploads: bool) -> Face:
        """What a new request waits with."""
        if self._abandoned or self._orphans:
            self._tidy()
        return self._waits.face(self._abandoned.append, asks=uploads or self._clients.ask)

    def at_hand(self, origin: str, user: User) -> Line | None:
        """A connection that is at hand: then nobody waits for one."""
        with self._lock:
            line = self._reusable(origin)
            self._taken += line is not None
        if line is not None:
            self._users.add(user)
        return line

    def ask(self, origin: str, face: Face) -> Waiter:
        """Ask for a place. It is granted now, or when the face wakes; `leave` gives up, `line` makes use of it."""
        waiter = Waiter(origin, face)
        with self._lock:
            if not self._grant(waiter):  # as long as others wait there is nothing to grant
                self._waiting.append(waiter)
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Out of the queue, and what was granted goes to the next."""
        with self._lock:
            if not waiter.granted:
                self._waiting.remove(waiter)
                return
        self.put(waiter.line, reusable=True)

    def line(self, waiter: Waiter, connect: float | None, user: User) -> Line:
        """What a granted place is for; raises ConnectFailed, and then the place is free."""
        line = waiter.line
        if line is None:
            try:
                line = self._clients.line(waiter.origin, connect)
            except BaseException:
                self.put(None)
                raise
        self._users.add(user)
        return line

    def put(self, line: Line | None, *, reusable: bool = False, user: User | None = None) -> None:
        """Give a place back, with a connection that can serve again, or one that is to end: its client's last use."""
        with self._lock:
            if user is not None:
                self._users.discard(user)
            self._taken -= 1
            if line is not None and reusable:
                self._idle.append(line)
            kept = self._clients.kept
            over = 0 if kept is None else len(self._idle) - kept
            ended = [self._idle.popleft() for _ in range(over)] if over > 0 else None
            while self._waiting and self._grant(self._waiting[0]):
                waiter = self._waiting.popleft()
                waiter.face.wake()
        del ended  # outside the lock

    def orphan(self, orphan: Orphan) -> None:
        """End a request that was given up; it takes a moment, in which it may connect again."""
        orphan.line.shut()
        if not orphan.has_ended():
            self._orphans.append(orphan)
            if not self._seeking:
                self._seeking = True
                self._seeking = orphan.face.until(self._seek)

    def _seek(self) -> bool:
        """End what was given up and has not ended; False while there is more of it."""
        left = []
        for _ in range(len(self._orphans)):
            with suppress(IndexError):
                orphan = self._orphans.popleft()  # by one thread at a time
                if not orphan.has_ended():
                    left.append(orphan)
        if left:
            look()
        for orphan in left:
            orphan.line.shut(seen=True)
        self._orphans.extend(left)
        self._seeking = self._seeking and bool(self._orphans)
        return not self._orphans

    async def aclose(self) -> None:
        """Let go of everything."""
        self._tidy()
        for user in list(self._users):
            user.drop()
        with self._lock:
            self._idle.clear()
        for _ in range(_LOOKS):
            if self._seek():
                break
            await self._waits.rest(_MOMENT)
        self._waits.close()

    def _grant(self, waiter: Waiter) -> bool:
        waiter.line = self._reusable(waiter.origin)
        waiter.granted = waiter.line is not None or self._room()
        self._taken += waiter.granted
        return waiter.granted

    def _reusable(self, origin: str) -> Line | None:
        """The idle connection to an origin that was used last."""
        idle = self._idle
        if idle and idle[-1].origin == origin:
            return idle.pop()
        for index in range(len(idle) - 2, -1, -1):
            if idle[index].origin == origin:
                line = idle[index]
                del idle[index]
                return line
        return None

    def _room(self) -> bool:
        """Is there room for one more? Another origin's idle connection makes way."""
        if self._most is None or self._taken + len(self._idle) < self._most:
            return True
        if self._taken < self._most:
            self._idle.popleft()
            return True
        return False

    def _tidy(self) -> None:
        """Do what a finaliser could not, and what was left over."""
        while self._abandoned:
            self._abandoned.popleft()()
        if self._orphans:
            self._seek()
