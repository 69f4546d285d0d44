"""Semaphore: a fixed number of bytes under way."""

import sys

from pristine.adapters.semaphores.ledger import FREE, Permit
from pristine.adapters.semaphores.waiting import ScopedSemaphore, whole
from pristine.ports.admission import BYTES, Demand
from pristine.ports.clock import AsyncClock, Clock


class BytesSemaphore(ScopedSemaphore):
    """The bodies of a scope's requests that are under way have about `limit` bytes together (`costs["bytes"]`).

    A request goes out while they have less than that, and then counts whole: so one that is larger than the limit
    passes, and those after it wait until its debt is paid. One without a body does not ask. `clock` is for tests: what
    waits within a time waits on it.

    Raises ConfigurationError for a limit that is not a whole number, 1 or greater.
    """

    def __init__(self, *, limit: int = 5 * 1024 * 1024, clock: Clock | AsyncClock | None = None) -> None:
        self._limit = whole("limit", limit)
        super().__init__(clock, limit=limit)

    def _enter(self, demand: Demand, queue: bool) -> Permit | None:
        size = demand.costs.get(BYTES, 0)
        if not size >= 1:
            return FREE
        return self._ledger.enter(demand, self._limit, int(min(size, sys.maxsize)), queue)
