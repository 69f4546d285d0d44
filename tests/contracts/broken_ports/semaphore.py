"""Semaphores that break one promise each, most of them in one place of one that keeps them all."""

import asyncio
import threading
from typing import Any

import attrs

from pristine.adapters.semaphores import CountingSemaphore
from pristine.adapters.semaphores.books import HELD, OVER, Book, Claim
from pristine.adapters.semaphores.ledger import FREE, Permit
from pristine.ports.admission import Demand, Report, Scope
from tests.contracts.broken_ports.register import breaks

SOON = {"patience": 0.3}


class Good(CountingSemaphore):
    """Keeps all promises; `book` is the class of its books."""

    book: Any = Book

    def __init__(self) -> None:
        self.kept: list[Any] = []
        super().__init__(limit=2)

    def _book(self) -> Book:
        made: Book = self.book()
        return made


# -- 1 -----------------------------------------------------------------------------------------------------------------


@breaks("Semaphore", 1)
class HasNothingAtOnce(Good):
    def acquire(self, demand: Demand, within: float | None) -> Permit | None:
        return None if within == 0 else super().acquire(demand, within)


@breaks("Semaphore", 1)
class GivesUpEarly(Good):
    async def aacquire(self, demand: Demand, within: float | None) -> Permit | None:
        return await super().aacquire(demand, None if within is None else within / 4)


@breaks("Semaphore", 1)
class RaisesWhenItIsLate(Good):
    def acquire(self, demand: Demand, within: float | None) -> Permit | None:
        permit = super().acquire(demand, within)
        if permit is None and within:
            raise TimeoutError(f"{within} s have passed")
        return permit


@breaks("Semaphore", 1)
class DoesNotWaitForEver(Good):
    def acquire(self, demand: Demand, within: float | None) -> Permit | None:
        return super().acquire(demand, 0.001 if within is None else within)


# -- 2 -----------------------------------------------------------------------------------------------------------------


class LastFirst(Book):
    def join(self, claim: Claim, priority: int) -> None:
        super().join(claim, priority)
        self._joined -= 2


class OneForAll(Book):
    def join(self, claim: Claim, priority: int) -> None:
        super().join(claim, 0)


@breaks("Semaphore", 2)
class ServesTheLastFirst(Good):
    book = LastFirst


@breaks("Semaphore", 2)
class KnowsNoPriority(Good):
    book = OneForAll


class Remembering(Book):
    """Remembers who was served first, where nobody else waited."""

    __slots__ = ("first",)

    def serve(self) -> list[Claim]:
        served = super().serve()
        if served and not hasattr(self, "first"):
            self.first = Claim(0) if self.line else served[0]
        return served


@breaks("Semaphore", 2)
class LetsNewcomersIn(Good):
    book = Remembering

    async def aacquire(self, demand: Demand, within: float | None) -> Permit | None:
        book: Any = self._ledger._books.get(demand.scope)
        if within == 0 and getattr(getattr(book, "first", None), "state", OVER) == HELD:
            return FREE  # as if the one who was served had not come for it yet
        return await super().aacquire(demand, within)


# -- 3 -----------------------------------------------------------------------------------------------------------------


@breaks("Semaphore", 3)
class GrowsWhenItIsPressed(Good):
    def acquire(self, demand: Demand, within: float | None) -> Permit | None:
        self.kept.append(within)
        if len(self.kept) == 100:
            self._limit = 5
        return super().acquire(demand, within)


class OneAtATime(Book):
    """Serves nobody while the last one who was served has not given back."""

    last = Claim(0)
    last.state = OVER

    def serve(self) -> list[Claim]:
        if self.last.state == HELD:
            return []
        room, self.limit = self.limit, min(self.limit, self.used + 1)
        served = super().serve()
        self.limit = room
        self.last = served[0] if served else self.last
        return served


@breaks("Semaphore", 3, **SOON)
class WakesOneOfTwo(Good):
    book = OneAtATime


class Wrapped(Good):
    """Gives permits of another class, around its own."""

    permit: Any

    def acquire(self, demand: Demand, within: float | None) -> Any:
        inner = super().acquire(demand, within)
        return inner and self.permit(self, inner)

    async def aacquire(self, demand: Demand, within: float | None) -> Any:
        inner = await super().aacquire(demand, within)
        return inner and self.permit(self, inner)


class Wrapper:
    def __init__(self, semaphore: Wrapped, inner: Permit) -> None:
        self.semaphore, self.inner = semaphore, inner
        self.thread = threading.get_ident()

    def release(self, report: Report | None = None) -> None:
        self.inner.release(report)

    async def arelease(self, report: Report | None = None) -> None:
        self.release(report)


class ReleasedTwice(Wrapper):
    def release(self, report: Report | None = None) -> None:
        if self.inner.state == OVER:
            self.inner.book.used -= 1
        self.inner.release(report)


@breaks("Semaphore", 3)
class CountsEachRelease(Wrapped):
    permit = ReleasedTwice


class Held(Wrapper):
    def __init__(self, semaphore: Wrapped, inner: Permit) -> None:
        super().__init__(semaphore, inner)
        semaphore.kept.append(inner)


@breaks("Semaphore", 3)
class LosesWhatIsDropped(Wrapped):
    permit = Held


class OfItsThread(Wrapper):
    def release(self, report: Report | None = None) -> None:
        if threading.get_ident() != self.thread:
            raise RuntimeError("cannot release what another thread has acquired")
        super().release(report)


@breaks("Semaphore", 3)
class StaysInItsThread:
    def __init__(self) -> None:
        self.wrapped = Wrapped()
        self.wrapped.permit = OfItsThread

    async def aacquire(self, demand: Demand, within: float | None) -> Any:
        return await self.wrapped.aacquire(demand, within)


# -- 4 -----------------------------------------------------------------------------------------------------------------


@breaks("Semaphore", 4, **SOON)
class StaysInTheLine(Good):
    def acquire(self, demand: Demand, within: float | None) -> Permit | None:
        permit = self._enter(demand, within != 0)
        if permit is not None and permit.state != HELD:
            permit.bell.wait(within)
            self.kept.append(permit)
        return permit if permit is not None and permit.state == HELD else None


@breaks("Semaphore", 4, **SOON)
class StaysInTheLineWhenCancelled(Good):
    async def aacquire(self, demand: Demand, within: float | None) -> Permit | None:
        permit = self._enter(demand, within != 0)
        if permit is None or permit.state == HELD:
            return permit
        try:
            await permit.bell.await_(within)
        except asyncio.CancelledError:
            self.cancelled(permit)
            raise
        if permit.state != HELD:
            permit.release()
            return None
        return permit

    def cancelled(self, permit: Permit) -> None:
        self.kept.append(permit)


@breaks("Semaphore", 4, **SOON)
class LosesWhatIsCancelledWhenServed(StaysInTheLineWhenCancelled):
    def cancelled(self, permit: Permit) -> None:
        if permit.state == HELD:
            self.kept.append(permit)
        else:
            permit.release()


@breaks("Semaphore", 4, **SOON)
class HoldsUpTheNext(StaysInTheLineWhenCancelled):
    def cancelled(self, permit: Permit) -> None:
        permit.book.leave(permit, None)  # and nobody is served


# -- 5 -----------------------------------------------------------------------------------------------------------------


@breaks("Semaphore", 5)
class IsOneForAllScopes(Good):
    def _enter(self, demand: Demand, queue: bool) -> Permit | None:
        return super()._enter(attrs.evolve(demand, scope=Scope()), queue)


@breaks("Semaphore", 5)
class IsOneForAllTenants(Good):
    def _enter(self, demand: Demand, queue: bool) -> Permit | None:
        return super()._enter(attrs.evolve(demand, scope=attrs.evolve(demand.scope, tenant="")), queue)


# -- 6 -----------------------------------------------------------------------------------------------------------------


@breaks("Semaphore", 6)
class HasALimitForEachLoop:
    def __init__(self) -> None:
        self.semaphores: dict[Any, Good] = {}

    async def aacquire(self, demand: Demand, within: float | None) -> Permit | None:
        loop = asyncio.get_running_loop()
        return await self.semaphores.setdefault(loop, Good()).aacquire(demand, within)


@breaks("Semaphore", 6)
class HasALimitForEachFace(Good):
    def __init__(self) -> None:
        super().__init__()
        self.other = Good()

    def acquire(self, demand: Demand, within: float | None) -> Permit | None:
        return self.other.acquire(demand, within)


@breaks("Semaphore", 6)
class StaysOnItsLoop:
    def __init__(self) -> None:
        self.semaphore = Good()
        self.loop: Any = None

    async def aacquire(self, demand: Demand, within: float | None) -> Permit | None:
        loop = asyncio.get_running_loop()
        self.loop = self.loop or loop
        if self.loop is not loop:
            raise RuntimeError("it is bound to a different event loop")
        return await self.semaphore.aacquire(demand, within)
