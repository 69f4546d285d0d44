"""Counters, gauges and histograms of calls, without anybody to send them to. Bounded, and safe between threads."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from pristine.adapters.after_fork import renew_in_child
from pristine.adapters.telemetry.metrics.histogram import Histogram, Summary
from pristine.adapters.telemetry.metrics.instruments import INSTRUMENTS, Count, Level, Measure, number
from pristine.adapters.watched import Watched
from pristine.ports.telemetry import Signal
from pristine.ports.values import frozen

T = TypeVar("T")

MOST_SERIES: Final = 2000
"""How many numbers are kept; what would make more of them is counted in `Snapshot.dropped`."""


class Series(NamedTuple):
    """Which number it is: `label` is an error's class, an outcome, a state or a server, where there is one for each.

    Connections belong to no endpoint.
    """

    name: str
    endpoint: str
    label: str = ""


@frozen
class Snapshot:
    """The numbers of a moment, which do not change any more."""

    counters: Mapping[Series, float]
    gauges: Mapping[Series, int]
    histograms: Mapping[Series, Summary]
    dropped: int = 0

    def count(self, name: str, endpoint: str | None = None, label: str | None = None) -> float:
        """A counter, or the sum of those of all endpoints, and of all labels."""
        return sum(
            value
            for series, value in self.counters.items()
            if series.name == name and endpoint in {None, series.endpoint} and label in {None, series.label}
        )

    @property
    def endpoints(self) -> list[str]:
        """The endpoints of which there is a number, in order of the alphabet."""
        return sorted({series.endpoint for kind in (self.counters, self.histograms) for series in kind})


class Metrics:
    """Counts what happens, and how long it takes, for each endpoint; `snapshot` gives the numbers.

    A number takes a few hundred bytes, a histogram some kB; one of values that are spread evenly from a microsecond to
    30 years would take 200 kB, and no more. A copy by pickle, and a forked child, begin at nothing.
    """

    active = True

    def __init__(self) -> None:
        self._watched = Watched()
        self.after_fork()
        renew_in_child(self)

    def after_fork(self) -> None:
        """Begin anew."""
        self._lock = threading.RLock()  # a finaliser may emit while its thread is in here
        self._gauges: dict[Series, int] = {}
        self._clear()

    def _clear(self) -> None:
        self._counters: dict[Series, float] = {}
        self._histograms: dict[Series, Histogram] = {}
        self._dropped = 0

    def emit(self, signal: Signal) -> None:
        instruments = INSTRUMENTS.get(signal.name)
        if instruments is not None:
            with self._lock:
                for instrument in instruments:
                    _CHANGES[type(instrument)](self, signal, instrument)

    def snapshot(self) -> Snapshot:
        """The numbers since the beginning, or since `reset`; gauges are of now."""
        with self._lock:
            histograms = {series: histogram.summary() for series, histogram in self._histograms.items()}
            counters, gauges, dropped = dict(self._counters), dict(self._gauges), self._dropped
        return Snapshot(counters, {**gauges, **self._open()}, histograms, dropped)

    def watch(self, transport: object) -> None:
        self._watched.add(transport)

    def _open(self) -> dict[Series, int]:
        """The connections of this moment, where a transport knows them."""
        found: dict[Series, int] = {}
        for one in self._watched.connections():
            found[Series("connections.active", "", f"{one.host}:{one.port}")] = one.active
            found[Series("connections.idle", "", f"{one.host}:{one.port}")] = one.idle
        return found

    def reset(self) -> None:
        """Begin to count anew; what is under way is still under way."""
        with self._lock:
            self._clear()

    def _count(self, signal: Signal, how: Count) -> None:
        amount = number(signal.attributes, how.amount) if how.amount else 1
        if amount:
            label = signal.attributes.get(how.by) if how.by else None
            series = Series(how.name, signal.endpoint, "" if label is None else str(label)[:100])
            if self._has_room(self._counters, series):
                self._counters[series] = self._counters.get(series, 0) + amount

    def _level(self, signal: Signal, how: Level) -> None:
        series = Series(how.name, signal.endpoint)
        if self._has_room(self._gauges, series):
            self._gauges[series] = max(0, self._gauges.get(series, 0) + how.step)

    def _measure(self, signal: Signal, how: Measure) -> None:
        value, series = number(signal.attributes, how.of), Series(how.name, signal.endpoint)
        if value is not None and self._has_room(self._histograms, series):
            self._histograms.setdefault(series, Histogram()).add(value)

    def _has_room(self, kind: Mapping[Series, Any], series: Series) -> bool:
        if series in kind or len(self._counters) + len(self._gauges) + len(self._histograms) < MOST_SERIES:
            return True
        self._dropped += 1
        return False

    def __reduce__(self) -> Any:
        return type(self), ()


_CHANGES: Final[Mapping[type, Callable[[Metrics, Signal, Any], None]]] = {
    Count: Metrics._count,  # noqa: SLF001 the table stands below its class
    Level: Metrics._level,  # noqa: SLF001
    Measure: Metrics._measure,  # noqa: SLF001
}
