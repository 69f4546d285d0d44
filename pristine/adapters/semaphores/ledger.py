"""The books of all scopes behind one lock, and the permits that are given out of them.

What comes back never waits for the lock, since it may be a finaliser that brings it, in the middle of a section of its
own thread that holds the lock. It is put into a box; who has the lock, or can have it, empties the box.
"""

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Lock
from typing import Final

from pristine.adapters.semaphores.books import HELD, OVER, Book, Claim, Load
from pristine.adapters.waiting import Bell
from pristine.ports.admission import Demand, Report, Scope

_KEPT: Final = 1024
"""Scopes that may be known before the idle ones are forgotten."""


class Call(Bell):
    """A bell that knows whether there is still somebody to hear it; `answered`, they have come without."""

    answered = False

    def reach(self) -> bool:
        """Ring; False where the event loop of the one who waits is closed."""
        self.rung = True
        self._calls.put(None)
        with suppress(RuntimeError):
            self._wake()
            return True
        return False


class Permit(Claim):
    """A permit of both faces. Dropped, it comes back; neither way does it wait for a lock."""

    __slots__ = ("_ledger", "bell")

    bell: Call

    def __init__(self, ledger: "Ledger", cost: int) -> None:
        self._ledger = ledger
        self.cost = cost
        self.state = 0

    def release(self, report: Report | None = None) -> None:
        """Give it back, or stop waiting for it."""
        if self.state != OVER:
            self._ledger.give_back(self, report)

    async def arelease(self, report: Report | None = None) -> None:
        if self.state != OVER:
            self._ledger.give_back(self, report)

    def __del__(self) -> None:
        if self.state == HELD:
            self._ledger.give_back(self, None)


class Free(Permit):
    """The permit of whoever need not ask: nothing of it comes back."""

    __slots__ = ()

    def __init__(self) -> None:
        self.state = HELD

    def release(self, report: Report | None = None) -> None: ...
    async def arelease(self, report: Report | None = None) -> None: ...
    def __del__(self) -> None: ...


FREE: Final = Free()


class Ledger:
    """The books, by scope; `make` makes one."""

    __slots__ = ("_books", "_lock", "_make", "_many", "_returned")

    def __init__(self, make: Callable[[], Book]) -> None:
        self._make = make
        self._lock = Lock()
        self._books: dict[Scope, Book] = {}
        self._many = _KEPT
        self._returned: deque[tuple[Permit, Report | None]] = deque()  # the box: its `append` may interrupt itself

    def enter(self, demand: Demand, said: float | None, cost: int, queue: bool) -> Permit | None:
        """A permit, held or (with `queue`) waiting for its bell; None where there is none.

        `said` is what the demand says of the limit of its scope.
        """
        permit, entered = Permit(self, cost), True
        served: Iterable[Claim] = ()
        with self._lock:
            book = self._books.get(demand.scope) or self._open(demand.scope, said)
            if book.said != said:
                book.heed(said)
                served = book.serve()
            if book.used < book.limit:
                permit.book = book  # as `take` does: on the hot path a call is a tenth of the whole
                book.used += cost
                permit.state = HELD
            elif queue:
                permit.bell = Call()
                book.join(permit, demand.priority)
            else:
                entered = False
        if served or self._returned:
            self._wake(served)
            self._settle()
        return permit if entered else None

    def give_back(self, permit: Permit, report: Report | None) -> None:
        """End a permit, held or waiting, and let in those who may come then."""
        self._returned.append((permit, report))
        self._settle()

    def load(self, scope: Scope) -> Load:
        with self._lock:
            book = self._books.get(scope)
            load = (book or self._make()).load()
        self._settle()
        return load

    def __len__(self) -> int:
        """How many scopes are known."""
        return len(self._books)

    def _settle(self) -> None:
        """Empty the box, unless somebody does who holds the lock: that one looks into it afterwards."""
        returned, lock = self._returned, self._lock
        while returned and lock.acquire(False):  # given by keyword, it costs twice as much
            served: list[Claim] = []
            try:
                while returned:
                    permit, report = returned.popleft()
                    book = permit.book
                    book.leave(permit, report)
                    if book.line:
                        served += book.serve()
            finally:
                lock.release()
            if served:
                self._wake(served)

    def _wake(self, served: Iterable[Claim]) -> None:
        """Tell those who were let in; what nobody can be told of goes back into the box."""
        for permit in served:
            if isinstance(permit, Permit) and not permit.bell.reach() and not permit.bell.answered:
                self._returned.append((permit, None))

    def _open(self, scope: Scope, said: float | None) -> Book:
        if len(self._books) >= self._many:
            self._books = {known: book for known, book in self._books.items() if not book.forgettable()}
            self._many = max(_KEPT, 2 * len(self._books))
        book = self._books[scope] = self._make()
        book.heed(said)
        return book
