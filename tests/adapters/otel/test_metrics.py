"""The metrics, by name, unit and attributes, with exact values."""

from contextlib import suppress
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import Histogram, InMemoryMetricReader

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import Scripted
from pristine.ports.errors import ConnectionLost
from pristine.ports.messages import Response
from tests.adapters.otel.traced import GOOD, JSON, Traced
from tests.support.faces import FACES

GET = {"http.request.method": "GET", "url.template": "/get", "server.address": "t", "server.port": 80}
FEED = {**GET, "url.template": "/feed"}


def key(**attributes: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(attributes.items()))


def test_of_a_call_that_is_retried(made: Any) -> None:
    traced = made(Response(503, JSON, b"no"), GOOD)
    traced.api.execute("get")
    busy = key(**GET, **{"http.response.status_code": 503, "error.type": "503"})
    good = key(**GET, **{"http.response.status_code": 200})
    assert traced.metrics == {
        "http.client.request.duration": {busy: (1, 0), good: (1, 0)},
        "http.client.request.body.size": {busy: (1, 0), good: (1, 0)},
        "http.client.response.body.size": {busy: (1, 2), good: (1, 2)},
        "http.client.active_requests": {key(**GET): 0},
        "pristine.retries": {key(**{"pristine.endpoint": "get", "pristine.attempt.outcome": "overloaded"}): 1},
    }


def test_measurements_have_their_spans_for_exemplars(made: Any) -> None:
    traced = made(Response(503, JSON, b"no"), GOOD)
    traced.api.execute("get")
    first, second, call = traced.spans
    exemplars = traced.exemplars
    assert sorted(exemplars["http.client.request.duration"]) == sorted([first.context.span_id, second.context.span_id])
    assert exemplars["pristine.retries"] == [call.context.span_id]


def test_of_a_stream_that_is_connected_again(made: Any) -> None:
    broken = Scripted([b"retry: 1000\ndata: 1\n\n", ConnectionLost("reset")])
    traced = made(broken, Scripted([b"data: 2\n\n"]), Response(204))
    traced.api.events("feed", reconnect=True)
    lost = key(**FEED, **{"http.response.status_code": 200, "error.type": "ConnectionLost"})
    good, empty = (key(**FEED, **{"http.response.status_code": status}) for status in (200, 204))
    assert traced.metrics == {
        "http.client.request.duration": {lost: (1, 0), good: (1, 0), empty: (1, 0)},
        "http.client.request.body.size": {lost: (1, 0), good: (1, 0), empty: (1, 0)},
        "http.client.response.body.size": {lost: (1, 21), good: (1, 9), empty: (1, 0)},
        "http.client.active_requests": {key(**FEED): 0},
        "pristine.stream.time_to_first_content": {key(**{"pristine.endpoint": "feed"}): (1, 0)},
    }


def test_a_request_is_active_until_its_body_has_ended(made: Any) -> None:
    traced = made(Scripted([b"data: 1\n\n", b"data: 2\n\n"]))
    stream = traced.api.open("feed")
    stream.next()
    assert traced.metrics["http.client.active_requests"] == {key(**FEED): 1}
    stream.close()
    assert traced.metrics["http.client.active_requests"] == {key(**FEED): 0}


def test_a_streamed_body_is_as_long_as_what_was_sent(made: Any) -> None:
    traced = made(GOOD)
    traced.api.execute("post", pristine.body_of(lambda: iter([b"x" * 700_000] * 2)))
    [(_, size)] = traced.metrics["http.client.request.body.size"].items()
    assert size == (1, 1_400_000)


def test_of_waits_breakers_and_polls(made: Any) -> None:
    limits: dict[str, Any] = {"limiter": {"requests": 1, "per": 10}, "breaker": {"failures": 1}}
    going, done = (Response(200, JSON, b'{"id": "1", "status": "%s"}' % state) for state in (b"going", b"done"))
    traced = made(going, done, Response(500, JSON, b"{}"), retry="off", **limits)
    traced.api.finished("work")
    with pytest.raises(pristine.PristineError):
        traced.api.execute("get")
    metrics = traced.metrics
    assert metrics["pristine.future.polls"] == {
        key(**{"pristine.endpoint": "work", "pristine.future.state": "done"}): 1
    }
    [(wait, (count, _))] = metrics["pristine.admission.wait_time"].items()
    assert wait == key(**{"pristine.endpoint": "get", "pristine.admission.limit": "rate_limit"})
    assert count == 2
    [(change, one)] = metrics["pristine.breaker.state_changes"].items()
    assert (dict(change)["pristine.breaker.after"], one) == ("open", 1)


def test_a_breaker_is_open_until_it_has_closed(made: Any) -> None:
    bad, clock = Response(500, JSON, b"{}"), ManualClock()
    traced = made(bad, bad, GOOD, retry="off", breaker={"failures": 1, "cooldown": 1}, clock=clock)
    for opened in (1, 1, 0):
        with suppress(pristine.PristineError):
            traced.api.execute("get")
        assert list(traced.metrics["pristine.breaker.open"].values()) == [opened]
        clock.wind(2)
    assert sum(traced.metrics["pristine.breaker.state_changes"].values()) == 3


def test_units_and_buckets() -> None:
    traced = Traced(FACES["sync"], [GOOD])
    traced.api.execute("get")
    reader = traced._metrics
    assert isinstance(reader, InMemoryMetricReader)
    data = reader.get_metrics_data()
    assert data is not None
    found = {metric.name: metric for metric in data.resource_metrics[0].scope_metrics[0].metrics}
    traced.close()
    assert {name: metric.unit for name, metric in found.items()} == {
        "http.client.request.duration": "s",
        "http.client.request.body.size": "By",
        "http.client.response.body.size": "By",
        "http.client.active_requests": "{request}",
    }
    durations = found["http.client.request.duration"].data
    assert isinstance(durations, Histogram)
    bounds = durations.data_points[0].explicit_bounds
    assert bounds == (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
