"""The limiter: the books of all scopes, under one lock; options as they stand in a file.

A finaliser may end a reservation while this very thread has the lock: what is to be ended is noted first, and whoever
has the lock does it. A child after fork begins with new books; a copy has the options alone.
"""

import os
from collections import OrderedDict, deque
from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from weakref import WeakSet, WeakValueDictionary

from pristine.adapters.limits.books import Books, Reservation
from pristine.adapters.limits.options import QuotaOption, checked, positive, quotas_by_group, quotas_of
from pristine.adapters.limits.window import Manners
from pristine.ports.admission import Demand, Quota, Report
from pristine.ports.errors import ConfigurationError

Key: TypeAlias = tuple[str, str, str, str]
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class GcraLimiter:
    """Keeps quotas of requests and of any other unit, scope by scope, by the generic cell rate algorithm.

    `requests` in `per` seconds, of which `burst` at once (None: all of them). `quotas` are those of other units: the
    limit in `per` seconds, or a table with `limit`, `per` and `burst`, or a Quota. `groups` has the same options for
    some groups of endpoints. A unit without a quota here has that of the manifest, or none.

        GcraLimiter(requests=60, burst=10, quotas={"tokens": 90000}, groups={"search": {"requests": 10}})

    A refusal (a rate limit, or an overload that says when to come back) holds the scope for the seconds of its
    Retry-After, or for `pause` seconds, doubled for each refusal in a row; then those who wait go one by one, somewhat
    slower than they were refused, and faster by and by: see `window.py`. `pace` is how many a second go then where it
    was not measured, or was less; the quota of requests is the most. With `learn`, what answers say of what is left is
    believed where it is less: see `headers.py`. No wait that a server asks for is longer than `max_pause` seconds.

    One who does not ask for 10 s when it is served, while others wait for it, takes a new place when it asks again.
    Raises ConfigurationError for a wrong option, and for a cost that is not a number from 0.
    """

    def __init__(
        self,
        *,
        requests: float | None = None,
        per: float = 60.0,
        burst: float | None = None,
        quotas: Mapping[str, QuotaOption] = _NONE,
        groups: Mapping[str, Mapping[str, Any]] = _NONE,
        learn: bool = True,
        pause: float = 1.0,
        max_pause: float = 3600.0,
        pace: float = 10.0,
    ) -> None:
        self._quotas = quotas_of(requests, per, burst, quotas)
        self._groups = quotas_by_group(groups, per)
        for name, value in (("pause", pause), ("max_pause", max_pause), ("pace", pace)):
            positive(value, name)
        if not isinstance(learn, bool):
            raise ConfigurationError(f"learn={learn!r}: give true or false", setting="learn")
        self._learn = learn
        self._manners = Manners(pause=pause, max_pause=max_pause, pace=pace)
        self._begin()
        _LIMITERS.add(self)

    def _begin(self) -> None:
        self._lock = Lock()
        self._ended: deque[tuple[Reservation, float, Report | None]] = deque()
        self._books: OrderedDict[Key, Books] = OrderedDict()
        self._idle: WeakValueDictionary[Key, Books] = WeakValueDictionary()

    def __reduce__(self) -> Any:
        return _made, (type(self), self._quotas, self._groups, self._learn, self._manners)

    def __repr__(self) -> str:
        said = {"quotas": self._quotas, "groups": self._groups}
        shown = [f"{name}={table!r}" for name, table in said.items() if table]
        return f"{type(self).__name__}({', '.join([*shown, f'learn={self._learn}'])})"

    # -- the port ------------------------------------------------------------------------------------------------------

    def reserve(self, demand: Demand, now: float) -> Reservation:
        with self._lock:
            if self._ended:
                self._end_all()
            reservation = self._books_of(demand, now).reserve(demand, now)
        if self._ended:
            self._end()
        return reservation

    def delay(self, reservation: Reservation, now: float) -> float:
        with self._lock:
            if self._ended:
                self._end_all()
            seconds = reservation.books.delay(reservation, now)
        if self._ended:
            self._end()
        return seconds

    def take(self, demand: Demand, now: float) -> tuple[Reservation, float]:
        with self._lock:
            if self._ended:
                self._end_all()
            scope = demand.scope
            books = self._books.get((scope.tenant, scope.base_url, scope.group, scope.key))
            if books is None or demand.quotas is not books.manifest:
                books = self._books_of(demand, now)
            taken = books.take(demand, now)
        if self._ended:
            self._end()
        return taken

    def cancel(self, reservation: Reservation, now: float) -> None:
        self._ended.append((reservation, now, None))
        self._end()

    def settle(self, reservation: Reservation, report: Report) -> None:
        if self._ended or not self._lock.acquire(False):  # an argument by name would take as long as all of this
            self._ended.append((reservation, report.now, report))
            self._end()
            return
        try:  # as mostly nobody is before it, it need not be noted first
            reservation.books.settle(reservation, report)
            if reservation.books.closed is not None:
                self._open_again(reservation.books, report.now)
        finally:
            self._lock.release()
        if self._ended:
            self._end()

    # -- ending --------------------------------------------------------------------------------------------------------

    def _end(self) -> None:
        """End what is to be ended, unless somebody has the lock: who has it does so before, or after it is given up."""
        while self._ended and self._lock.acquire(blocking=False):
            try:
                self._end_all()
            finally:
                self._lock.release()

    def _end_all(self) -> None:
        while self._ended:
            reservation, now, report = self._ended.popleft()
            if report is None:
                reservation.books.cancel(reservation, now)
            else:
                reservation.books.settle(reservation, report)
            if reservation.books.closed is not None:
                self._open_again(reservation.books, now)

    # -- scopes --------------------------------------------------------------------------------------------------------

    def _books_of(self, demand: Demand, now: float) -> Books:
        scope = demand.scope
        key = scope.tenant, scope.base_url, scope.group, scope.key  # sooner hashed than the scope
        books = self._books.get(key) or self._open(key, now)
        if demand.quotas is not books.manifest:
            self._adopt(books, demand, now)
        return books

    def _open(self, key: Key, now: float) -> Books:
        """The books of a scope that has none here. Each time, two others are looked at whether they can be closed."""
        for _ in range(min(2, len(self._books))):
            oldest, books = self._books.popitem(last=False)
            books.closed = oldest if books.is_idle(now) else None
            (self._books if books.closed is None else self._idle)[oldest] = books
        idle = self._idle.get(key)
        books = self._books[key] = Books(self._manners, learn=self._learn) if idle is None else idle
        books.closed = None
        return books

    def _open_again(self, books: Books, now: float) -> None:
        """Keep books that were closed and have heard of something meanwhile: only their reservations knew of them."""
        if books.closed is not None and not books.is_idle(now):
            self._books[books.closed] = books
            books.closed = None

    def _adopt(self, books: Books, demand: Demand, now: float) -> None:
        if demand.quotas != books.manifest:
            theirs = {unit: checked(quota, unit) for unit, quota in demand.quotas.items()}
            books.adopt({**theirs, **self._quotas, **self._groups.get(demand.scope.group, {})}, now)
        books.manifest = demand.quotas


def _made(
    cls: type[GcraLimiter], quotas: dict[str, Quota], groups: dict[str, dict[str, Quota]], learn: bool, manners: Manners
) -> GcraLimiter:
    tables = {name: {"quotas": of_group} for name, of_group in groups.items()}
    return cls(
        quotas=quotas, groups=tables, learn=learn,
        pause=manners.pause, max_pause=manners.max_pause, pace=manners.pace,
    )  # fmt: skip


_LIMITERS: Final[WeakSet[GcraLimiter]] = WeakSet()


def _begin_in_child() -> None:
    for limiter in _LIMITERS:
        limiter._begin()  # noqa: SLF001 its own module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_in_child)
