"""What all semaphores of this room share: both faces over one ledger, how they wait, and what fork and pickle do.

Whoever waits is in the line of a book and listens for its bell alone; however the wait ends, a permit that is not
handed on goes back.
"""

import os
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from weakref import WeakSet

from pristine.adapters.semaphores.books import HELD, Book, Load
from pristine.adapters.semaphores.ledger import Ledger, Permit
from pristine.adapters.waiting import Waits, waits_on
from pristine.ports.admission import Demand, Scope
from pristine.ports.blocking import finish
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.errors import ConfigurationError


class ScopedSemaphore:
    """A Semaphore and an AsyncSemaphore. A subclass says by `_enter` what a demand asks for, by `_book` how it counts.

    A child process begins with nothing under way, and so does a copy: both have the settings alone.
    """

    def __init__(self, clock: Clock | AsyncClock | None, **settings: Any) -> None:
        self._settings = settings if clock is None else {**settings, "clock": clock}
        self._blocking, self._on_loop = waits_on(clock)
        self._renew()
        _ALL.add(self)

    def acquire(self, demand: Demand, within: float | None) -> Permit | None:
        permit = self._enter(demand, within is None or within > 0)
        if permit is None or permit.state == HELD:
            return permit
        return finish(_held(permit, within, self._blocking))

    async def aacquire(self, demand: Demand, within: float | None) -> Permit | None:
        permit = self._enter(demand, within is None or within > 0)
        if permit is None or permit.state == HELD:
            return permit
        return await _held(permit, within, self._on_loop)

    def load(self, scope: Scope) -> Load:
        """How full a scope is; one that is not known, or is forgotten, has nothing used and no limit yet."""
        return self._ledger.load(scope)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._settings.items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **self._settings), ()

    def _renew(self) -> None:
        self._ledger = Ledger(self._book)

    def _book(self) -> Book:
        return Book()

    def _enter(self, demand: Demand, queue: bool) -> Permit | None:
        raise NotImplementedError


async def _held(permit: Permit, within: float | None, waits: Waits) -> Permit | None:
    """The permit, when it has been let in; None where the time passed before."""
    try:
        await waits.wait(permit.bell, within)
    except BaseException:
        permit.release()
        raise
    if permit.state == HELD:
        permit.bell.answered = True  # it may be rung only now, and its loop be closed by then
        return permit
    permit.release()
    return None


_ALL: Final[WeakSet[ScopedSemaphore]] = WeakSet()


def _renew_all() -> None:
    """In the child of a fork: those who held a lock or a permit have stayed behind."""
    for semaphore in list(_ALL):
        semaphore._renew()  # noqa: SLF001 of this file


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)


def whole(setting: str, value: Any, least: int = 1) -> int:
    """An option that is a whole number; raises ConfigurationError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(f"{setting}={value!r}: give a whole number, {least} or greater", setting=setting)
    return value


def wholes(setting: str, values: Any) -> dict[str, int]:
    """An option that has a whole number by group; raises ConfigurationError."""
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        told = f'{setting}={values!r}: give a mapping from group to limit, such as {{"chat": 4}}'
        raise ConfigurationError(told, setting=setting)
    return {name: whole(f"{setting}.{name}", value) for name, value in values.items()}
