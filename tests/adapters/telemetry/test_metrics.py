"""Numbers: what is counted of calls, quantiles within their error, bounds, threads and forks."""

import math
import os
import pickle
import random
import threading
from typing import Any

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.adapters.telemetry import Metrics
from pristine.adapters.telemetry.metrics import Histogram, Series
from pristine.adapters.telemetry.metrics.histogram import ERROR
from pristine.adapters.telemetry.metrics.instruments import INSTRUMENTS
from pristine.adapters.telemetry.metrics.metrics import MOST_SERIES
from pristine.ports.messages import Response
from pristine.ports.signals import SIGNALS
from pristine.ports.telemetry import Signal

JSON = {"content-type": "application/json"}


def test_the_table_speaks_of_signals_and_attributes_that_there_are() -> None:
    assert INSTRUMENTS.keys() <= SIGNALS.keys()
    for name, instruments in INSTRUMENTS.items():
        for one in instruments:
            used = {getattr(one, field, "") for field in ("by", "amount", "of")} - {""}
            assert used <= SIGNALS[name].attributes.keys(), name


def test_calls_are_counted_and_measured(face: type[Any]) -> None:
    metrics = Metrics()
    script: list[Any] = [
        Response(503, JSON, b"{}"),
        Response(200, JSON, b"{}"),
        Response(404, JSON, b"{}"),
        Scripted([b"data: 1\n\n", b"data: 2\n\n"]),
    ]
    settings: dict[str, Any] = {"telemetry": metrics, "clock": ManualClock(), "retry": {"base": 1, "jitter": 0}}
    with face(pristine.context(base_url="http://t", transport=MemoryTransport(script), **settings)) as api:
        api.execute("get")
        with pytest.raises(pristine.StatusError):
            api.execute("get")
        stream = api.open("feed")
        assert metrics.snapshot().gauges[Series("streams.active", "feed")] == 1
        while stream.next() is not None:
            pass
        stream.close()
    numbers = metrics.snapshot()
    assert numbers.counters == {
        ("calls", "get", ""): 2,
        ("attempts", "get", "overloaded"): 1,
        ("attempts", "get", "success"): 1,
        ("attempts", "get", "client_error"): 1,
        ("bytes.received", "get", ""): 6,
        ("calls.failed", "get", "NotFound"): 1,
        ("streams", "feed", ""): 1,
        ("attempts", "feed", "success"): 1,
        ("stream.bytes", "feed", ""): 18,
        ("stream.events", "feed", ""): 2,
    }
    assert set(numbers.gauges.values()) == {0}
    took = numbers.histograms[Series("call.duration", "get")]
    assert (took.count, took.total, took.smallest, took.largest, took.p50, took.mean) == (2, 1.0, 0, 1, 0, 0.5)
    assert numbers.histograms[Series("retry.delay", "get")].p99 == pytest.approx(1, rel=ERROR)
    assert (numbers.count("attempts"), numbers.count("attempts", "get"), numbers.endpoints) == (4, 3, ["feed", "get"])


def test_reset_begins_anew_but_what_is_under_way_is(face: type[Any]) -> None:
    metrics = Metrics()
    metrics.emit(Signal("request.start", "1", "get"))
    metrics.reset()
    numbers = metrics.snapshot()
    assert (numbers.counters, numbers.gauges) == ({}, {Series("calls.active", "get"): 1})
    metrics.emit(Signal("request.stop", "1", "get", {"duration": 1.0}))
    assert metrics.snapshot().gauges == {Series("calls.active", "get"): 0}


@pytest.mark.parametrize("spread", ["uniform", "lognormal", "same", "wide"])
def test_quantiles_are_within_their_error(spread: str) -> None:
    chance = random.Random(7)
    draws = {
        "uniform": lambda: chance.uniform(0.001, 10),
        "lognormal": lambda: chance.lognormvariate(0, 2),
        "same": lambda: 0.25,
        "wide": lambda: 10 ** chance.uniform(-6, 9),
    }
    histogram, values = Histogram(), [draws[spread]() for _ in range(5000)]
    for value in values:
        histogram.add(value)
    values.sort()
    for part in (0, 0.5, 0.95, 0.99, 1):
        assert histogram.quantile(part) == pytest.approx(values[int(part * 4999)], rel=ERROR * 1.0001)
    assert histogram.summary().total == pytest.approx(math.fsum(values))
    assert len(histogram._buckets) < 1800


def test_a_histogram_takes_any_number() -> None:
    histogram = Histogram()
    assert (histogram.summary().p50, histogram.summary().mean) == (None, None)
    for value in (0.0, -1.0, 1e300, 1e-300, float("nan"), float("inf")):
        histogram.add(value)
    assert (histogram.count, histogram.quantile(0)) == (4, 0.0)
    assert histogram.quantile(1) == pytest.approx(1e9, rel=ERROR)


def test_numbers_are_bounded() -> None:
    metrics = Metrics()
    for number in range(MOST_SERIES + 500):
        metrics.emit(Signal("breaker.state_change", "1", f"e{number}", {"after": "open" * 1000}))
    numbers = metrics.snapshot()
    assert (len(numbers.counters), numbers.dropped) == (MOST_SERIES, 500)
    assert {len(series.label) for series in numbers.counters} == {100}


def test_threads_do_not_lose_a_number() -> None:
    metrics = Metrics()

    def count() -> None:
        for _ in range(2000):
            metrics.emit(Signal("request.start", "1", "get"))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert metrics.snapshot().count("calls") == 8000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it does not fork")
def test_a_child_begins_anew_though_the_lock_was_held() -> None:
    metrics = Metrics()
    metrics.emit(Signal("request.start", "1", "get"))
    with metrics._lock:
        child = os.fork()
        if not child:
            worker = threading.Thread(target=lambda: metrics.emit(Signal("request.start", "1", "get")), daemon=True)
            worker.start()
            worker.join(10)
            os._exit(0 if metrics.snapshot().count("calls") == 1 else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_a_copy_begins_anew() -> None:
    metrics = Metrics()
    metrics.emit(Signal("request.start", "1", "get"))
    assert pickle.loads(pickle.dumps(metrics)).snapshot().counters == {}
