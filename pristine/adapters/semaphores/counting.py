"""Semaphore: a fixed number of requests under way."""

from collections.abc import Mapping

from pristine.adapters.semaphores.ledger import FREE, Permit
from pristine.adapters.semaphores.waiting import ScopedSemaphore, whole, wholes
from pristine.ports.admission import Demand
from pristine.ports.clock import AsyncClock, Clock


class CountingSemaphore(ScopedSemaphore):
    """At most so many requests of a scope are under way: `groups` has the limit of a group, `limit` that of the others.

    Where neither says one, it is the manifest's (`Demand.concurrency`); without that there is no bound. A limit is per
    scope: each tenant, base URL and key has it for itself. `clock` is for tests: what waits within a time waits on it.

    Raises ConfigurationError for a limit that is not a whole number, 1 or greater.
    """

    def __init__(
        self,
        *,
        limit: int | None = None,
        groups: Mapping[str, int] | None = None,
        clock: Clock | AsyncClock | None = None,
    ) -> None:
        self._limit = None if limit is None else whole("limit", limit)
        self._groups = wholes("groups", {} if groups is None else groups)
        super().__init__(clock, limit=limit, groups=groups)

    def _enter(self, demand: Demand, queue: bool) -> Permit | None:
        limit = self._groups.get(demand.scope.group, self._limit)
        if limit is None:
            limit = demand.concurrency
            if limit is None:
                return FREE
        return self._ledger.enter(demand, limit, 1, queue)
