"""The spans of calls, streams and futures, with their exact attributes, events, links and times, on both faces."""

import asyncio
import gc
from typing import Any

import pytest
from opentelemetry import baggage, trace
from opentelemetry.context import attach, detach
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import ConnectFailed, ConnectionLost, NotFound, StreamInterrupted
from pristine.ports.messages import Response
from tests.adapters.otel.traced import GOOD, JSON, Traced, events, is_in, said, seconds
from tests.support.faces import FACES, MANIFEST
from tests.support.tokens import Tokens

PLACE = {"server.address": "t", "server.port": 80}
GET = {"http.request.method": "GET", "url.template": "/get", **PLACE}
FEED = {**GET, "url.template": "/feed", "url.full": "http://t/feed"}


def test_a_call_is_a_span_with_one_for_each_attempt(made: Any) -> None:
    traced = made(Response(503, JSON, b"{}"), GOOD)
    traced.api.execute("get", query={"a": "sekrit"})
    first, second, call = traced.spans
    assert [span.name for span in traced.spans] == ["GET /get", "GET /get", "get"]
    assert [span.kind for span in traced.spans] == [SpanKind.CLIENT, SpanKind.CLIENT, SpanKind.INTERNAL]
    assert said(call) == {
        "pristine.endpoint": "get",
        "pristine.kind": "call",
        "pristine.attempts": 2,
        "url.template": "/get",
        **PLACE,
    }
    assert said(first) == {
        **GET,
        "url.full": "http://t/get?a=REDACTED",
        "http.response.status_code": 503,
        "error.type": "503",
        "pristine.attempt.outcome": "overloaded",
        "pristine.retry.reason": "retried: overloaded, perhaps processed",
        "pristine.retry.delay": 1,
    }
    assert said(second) == {
        **GET,
        "url.full": "http://t/get?a=REDACTED",
        "http.request.resend_count": 1,
        "http.response.status_code": 200,
        "pristine.attempt.outcome": "success",
    }
    assert [span.status.status_code for span in traced.spans] == [StatusCode.ERROR, StatusCode.UNSET, StatusCode.UNSET]
    assert first.status.description is None
    assert is_in(first, call)
    assert is_in(second, call)
    assert call.parent is None
    assert (seconds(first), seconds(second), seconds(call)) == (0, 0, 1)
    assert (second.start_time or 0) - (call.start_time or 0) == 1_000_000_000


@pytest.mark.parametrize(
    ("step", "error", "kind"),
    [
        (Response(404, JSON, b"{}"), "404", "NotFound"),
        (Response(500, JSON, b"{}"), "500", "ServerError"),
        (ConnectFailed("refused"), "ConnectFailed", "ConnectFailed"),
    ],
    ids=["4xx", "5xx", "no answer"],
)
def test_what_fails_is_an_error_of_its_type(made: Any, step: Any, error: str, kind: str) -> None:
    traced = made(step, retry="off")
    with pytest.raises(pristine.PristineError):
        traced.api.execute("get")
    attempt, call = traced.spans
    assert (attempt.status.status_code, said(attempt)["error.type"]) == (StatusCode.ERROR, error)
    assert (call.status.status_code, said(call)["error.type"]) == (StatusCode.ERROR, kind)
    assert said(attempt).get("http.response.status_code") == getattr(step, "status", None)


def test_a_status_that_the_api_calls_an_answer_is_no_error(made: Any) -> None:
    endpoint = {"method": "GET", "path": "/get", "responses": {"304": "any"}}
    manifest = pristine.load_manifest({"name": "t", "endpoints": {"get": endpoint}})
    traced = made(Response(304, {}, b""), manifest=manifest)
    assert traced.api.execute("get") is None
    attempt, call = traced.spans
    assert said(attempt)["http.response.status_code"] == 304
    assert [span.status.status_code for span in (attempt, call)] == [StatusCode.UNSET] * 2
    assert "error.type" not in {**said(attempt), **said(call)}


@pytest.mark.parametrize("endpoint", ["get", "feed"])
async def test_a_call_that_is_cancelled_ends_its_spans(endpoint: str) -> None:
    begun = asyncio.Event()

    class Hanging(MemoryTransport):
        async def aopen(self, request: Any) -> Any:
            begun.set()
            await asyncio.Event().wait()

        async def asend(self, request: Any) -> Any:
            await self.aopen(request)

    traced = Traced(FACES["sync"], [])
    context = pristine.context(base_url="http://t", transport=Hanging(), telemetry=traced.telemetry)
    async with pristine.AsyncPipeline(MANIFEST, context) as api:
        call = api.execute(endpoint) if endpoint == "get" else api.execute_stream(endpoint).__aenter__()
        task = asyncio.ensure_future(call)
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [span.name for span in traced.spans] == [f"GET /{endpoint}", endpoint]
    for span in traced.spans:
        assert (span.status.status_code, said(span)["error.type"]) == (StatusCode.ERROR, "CancelledError")
    assert set(traced.metrics["http.client.active_requests"].values()) == {0}
    assert len(traced.telemetry._open) == 0
    traced.close()


def test_a_value_that_cannot_be_read_is_the_call_s_error_alone(made: Any) -> None:
    traced = made(Response(200, JSON, b'{"name": 1}'))
    with pytest.raises(pristine.PristineError):
        traced.api.execute("typed")
    attempt, call = traced.spans
    assert attempt.status.status_code is StatusCode.UNSET
    assert (call.status.status_code, said(call)["error.type"]) == (StatusCode.ERROR, "DecodeError")


def test_the_current_span_of_the_caller_is_the_parent(made: Any) -> None:
    traced = made(GOOD)
    with traced.tracers.get_tracer("mine").start_as_current_span("mine"):
        traced.execute_here("get")
    assert is_in(traced.span("get"), traced.span("mine"))


def test_each_attempt_carries_its_own_trace_context_and_baggage(made: Any) -> None:
    traced = made(Response(503, JSON, b"{}"), GOOD)
    token = attach(baggage.set_baggage("who", "me"))
    try:
        traced.execute_here("get")
    finally:
        detach(token)
    sent = [dict(request.headers.multi_items()) for request in traced.transport.requests]
    for attempt, fields in zip(traced.spans, sent, strict=False):
        ids = f"00-{attempt.context.trace_id:032x}-{attempt.context.span_id:016x}-"
        assert fields["traceparent"].startswith(ids)
        assert fields["traceparent"].endswith(("01", "03"))
        assert fields["baggage"] == "who=me"
    assert sent[0]["traceparent"] != sent[1]["traceparent"]


def test_the_state_of_the_caller_s_trace_goes_along(made: Any) -> None:
    traced = made(GOOD)
    caller = {
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": "vendor=t61rcWkgMzE",
    }
    token = attach(TraceContextTextMapPropagator().extract(caller))
    try:
        traced.execute_here("get")
    finally:
        detach(token)
    [request] = traced.transport.requests
    assert request.headers["tracestate"] == "vendor=t61rcWkgMzE"
    assert request.headers["traceparent"].split("-")[1] == "0af7651916cd43dd8448eb211c80319c"
    assert {span.context.trace_id for span in traced.spans} == {int("0af7651916cd43dd8448eb211c80319c", 16)}


def test_a_call_that_is_not_sampled_is_measured_and_says_so(made: Any) -> None:
    traced = made(GOOD, sampler=ALWAYS_OFF)
    traced.api.execute("get")
    [request] = traced.transport.requests
    assert int(request.headers["traceparent"][-2:], 16) & 1 == 0
    assert traced.spans == ()
    assert len(traced.metrics["http.client.request.duration"]) == 1


def test_a_sampler_knows_what_the_conventions_promise_it(made: Any) -> None:
    """http-spans: these are given when the span is made, so that a sampler can decide by them."""
    sampler = Asked()
    traced = made(GOOD, sampler=sampler)
    traced.api.execute("get")
    assert sampler.asked == [
        ("get", {"pristine.endpoint": "get", "pristine.kind": "call", "url.template": "/get", **PLACE}),
        ("GET /get", {**GET, "url.full": "http://t/get"}),
    ]


class Asked(Sampler):
    """Remembers what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def should_sample(
        self,
        parent_context: Any,
        trace_id: int,
        name: str,
        kind: Any = None,
        attributes: Any = None,
        links: Any = None,
        trace_state: Any = None,
    ) -> Any:
        self.asked.append((name, dict(attributes or {})))
        return ALWAYS_ON.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return "asked"


def test_nothing_is_propagated_where_that_is_off(made: Any) -> None:
    traced = made(GOOD, options={"propagate": False})
    traced.api.execute("get")
    assert "traceparent" not in traced.transport.requests[0].headers


def test_a_redirect_is_a_request_of_its_own(made: Any) -> None:
    traced = made(Response(302, {"location": "http://u:8080/there?k=sekrit"}), GOOD, redirects=1)
    traced.api.execute("get")
    first, second, call = traced.spans
    assert [span.name for span in traced.spans] == ["GET /get", "GET", "get"]
    assert said(first) == {**GET, "url.full": "http://t/get", "http.response.status_code": 302}
    assert said(second) == {
        "http.request.method": "GET",
        "server.address": "u",
        "server.port": 8080,
        "url.full": "http://u:8080/there?k=REDACTED",
        "http.request.resend_count": 1,
        "http.response.status_code": 200,
        "pristine.attempt.outcome": "success",
    }
    assert said(call)["pristine.attempts"] == 2
    assert "traceparent" not in traced.transport.requests[1].headers


@pytest.mark.parametrize(
    ("options", "variable", "name", "method"),
    [
        ({}, "", "GET /get", "GET"),
        ({"known_methods": ["POST"]}, "GET", "HTTP /get", "_OTHER"),
        ({}, "POST, PUT", "HTTP /get", "_OTHER"),
    ],
)
def test_a_method_that_is_not_known(
    made: Any, monkeypatch: pytest.MonkeyPatch, options: Any, variable: str, name: str, method: str
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", variable)
    traced = made(GOOD, options=options)
    traced.api.execute("get")
    found = said(traced.span(name))
    assert found["http.request.method"] == method
    assert found.get("http.request.method_original") == (None if method == "GET" else "GET")


# -- streams -----------------------------------------------------------------------------------------------------------


def test_the_spans_of_a_stream_end_with_its_body(made: Any) -> None:
    traced = made(Scripted([b"data: 1\n\n", b"data: 2\n\n"]))
    stream = traced.api.open("feed")
    stream.next()
    assert traced.spans == ()
    stream.next()
    assert stream.next() is None
    attempt, call = traced.spans
    stream.close()
    assert said(attempt) == {**FEED, "http.response.status_code": 200, "pristine.attempt.outcome": "success"}
    assert events(attempt) == [("pristine.stream.first_content", {})]
    assert said(call) == {
        "pristine.endpoint": "feed",
        "pristine.kind": "stream",
        "pristine.attempts": 1,
        "pristine.stream.outcome": "completed",
        "pristine.stream.events": 2,
        "pristine.stream.bytes": 18,
        "url.template": "/feed",
        **PLACE,
    }
    assert len(traced.spans) == 2


def test_a_stream_that_is_left_is_no_error(made: Any) -> None:
    traced = made(Scripted([b"data: 1\n\n", b"data: 2\n\n"]))
    stream = traced.api.open("feed")
    stream.next()
    stream.close()
    attempt, call = traced.spans
    assert [span.status.status_code for span in (attempt, call)] == [StatusCode.UNSET] * 2
    assert said(call)["pristine.stream.outcome"] == "stopped"


def test_a_stream_that_its_reader_has_dropped_ends_with_the_next(made: Any) -> None:
    traced = made(Scripted([b"data: 1\n\n", b"data: 2\n\n"]), Scripted([b"data: 1\n\n"]))
    stream = traced.api.open("feed")
    stream.next()
    with pytest.warns(ResourceWarning, match="dropped open"):  # noqa: PT031 both lines drop it
        del stream
        gc.collect()
    assert traced.spans == ()
    traced.api.events("feed")
    assert said(traced.span("feed"))["pristine.stream.outcome"] == "dropped"
    assert len(traced.spans) == 4
    assert set(traced.metrics["http.client.active_requests"].values()) == {0}


def test_a_stream_that_breaks_says_where(made: Any) -> None:
    traced = made(Scripted([b"data: 1\n\n", ConnectionLost("reset")]))
    with pytest.raises(StreamInterrupted):
        traced.api.events("feed")
    attempt, call = traced.spans
    assert events(attempt)[1] == (
        "pristine.stream.interrupted",
        {"pristine.stream.events": 1, "pristine.stream.bytes": 9, "error.type": "StreamInterrupted"},
    )
    for span in (attempt, call):
        assert (span.status.status_code, said(span)["error.type"]) == (StatusCode.ERROR, "StreamInterrupted")


def test_a_stream_that_is_connected_again_links_to_what_it_was(made: Any) -> None:
    broken = Scripted([b"retry: 1000\nid: 1\ndata: 1\n\n", ConnectionLost("reset")])
    traced = made(broken, Scripted([b"data: 2\n\n"]), Response(204))
    traced.api.events("feed", reconnect=True)
    first, second, third, call = traced.spans
    assert events(first)[1] == (
        "pristine.stream.interrupted",
        {
            "pristine.stream.events": 1,
            "pristine.stream.bytes": 27,
            "pristine.stream.delay": 1,
            "error.type": "ConnectionLost",
        },
    )
    assert (first.status.status_code, second.status.status_code) == (StatusCode.ERROR, StatusCode.UNSET)
    assert [link.context.span_id for link in second.links] == [first.context.span_id]
    assert [link.context.span_id for link in third.links] == [second.context.span_id]
    assert [said(span).get("http.request.resend_count") for span in (first, second, third)] == [None, 1, 2]
    assert said(call)["pristine.attempts"] == 3
    assert [seconds(span) for span in traced.spans] == [0, 0, 0, 2]


def test_a_stream_that_breaks_before_its_first_event_is_retried_and_linked(made: Any) -> None:
    traced = made(Scripted([ConnectionLost("reset")]), Scripted([b"data: 1\n\n"]))
    traced.api.events("feed")
    first, second, _ = traced.spans
    assert said(first)["error.type"] == "ConnectionLost"
    assert said(first)["http.response.status_code"] == 200
    assert [link.context.span_id for link in second.links] == [first.context.span_id]


def test_a_stream_that_does_not_open(made: Any) -> None:
    traced = made(Response(404, JSON, b"{}"))
    with pytest.raises(NotFound):
        traced.api.events("feed")
    attempt, call = traced.spans
    assert said(attempt)["error.type"] == "404"
    assert said(call)["error.type"] == "NotFound"


def test_of_too_much_that_is_never_ended_the_oldest_is_abandoned(made: Any) -> None:
    traced = made(*[Scripted([b"data: 1\n\n", b"data: 2\n\n"])] * 3, options={"max_open": 2})
    streams = [traced.api.open("feed") for _ in range(3)]
    attempt, call = traced.spans
    assert said(attempt)["pristine.abandoned"] is True
    assert said(call)["pristine.abandoned"] is True
    assert call.status.status_code is StatusCode.UNSET
    assert len(traced.telemetry._open) == 2
    for stream in streams:
        stream.close()
    assert len(traced.spans) == 6
    assert len(traced.telemetry._open) == 0
    assert set(traced.metrics["http.client.active_requests"].values()) == {0}


# -- futures -----------------------------------------------------------------------------------------------------------

GOING, DONE = (Response(200, JSON, b'{"id": "1", "status": "%s"}' % state) for state in (b"going", b"done"))


def test_a_future_is_a_span_in_the_call_that_started_it_and_holds_its_polls(made: Any) -> None:
    traced = made(GOING, DONE)
    traced.api.finished("work")
    started, poll, future = traced.span("work"), traced.span("get"), traced.span("work future")
    assert is_in(future, started)
    assert is_in(poll, future)
    assert is_in(traced.span("GET /get"), poll)
    assert said(future) == {
        "pristine.endpoint": "work",
        "pristine.kind": "future",
        "pristine.future.state": "done",
        "pristine.future.polls": 1,
    }
    assert events(future) == [("pristine.future.state_change", {"pristine.future.state": "done"})]
    assert len(traced.telemetry._open) == 0


def test_each_poll_is_an_event(made: Any) -> None:
    traced = made(GOING, GOING, Response(503, JSON, b"{}"), DONE)
    traced.api.finished("work")
    polls = [facts for name, facts in events(traced.span("work future")) if name == "pristine.future.poll"]
    assert [(one["pristine.future.poll"], one["http.response.status_code"]) for one in polls] == [(1, 200), (2, 503)]
    assert "error.type" not in polls[0]
    assert polls[1]["error.type"] == "ServiceUnavailable"


def test_work_that_fails_is_an_error(made: Any) -> None:
    traced = made(GOING, Response(200, JSON, b'{"id": "1", "status": "failed"}'))
    with pytest.raises(pristine.PristineError):
        traced.api.finished("work")
    future = traced.span("work future")
    assert (future.status.status_code, said(future)["error.type"]) == (StatusCode.ERROR, "failed")


def test_work_that_had_ended_when_it_was_answered_leaves_nothing_open(made: Any) -> None:
    traced = made(DONE)
    traced.api.started("work")
    assert said(traced.span("work future"))["pristine.future.state"] == "done"
    assert len(traced.telemetry._open) == 0


def test_a_future_that_is_taken_up_links_to_who_started_it(made: Any) -> None:
    first, second = made(GOING), made(DONE)
    token = first.api.started("work").token()
    second.run(second.api.resumed(token).result())
    [link] = second.span("work future").links
    assert f"-{link.context.trace_id:032x}-{link.context.span_id:016x}-" in token
    assert link.context.is_remote
    assert said(second.span("work future"))["pristine.future.resumed"] is True


# -- what happens on the way -------------------------------------------------------------------------------------------


def test_waits_and_breakers_are_events_of_the_call(made: Any) -> None:
    limits = {"limiter": {"requests": 1, "per": 10}, "breaker": {"failures": 1}}
    traced = made(GOOD, Response(500, JSON, b"{}"), retry="off", **limits)
    traced.api.execute("get")
    with pytest.raises(pristine.PristineError):
        traced.api.execute("get")
    found = events(traced.span("get", 1))
    assert found[0] == (
        "pristine.admission.wait",
        {"pristine.admission.limit": "rate_limit", "pristine.admission.wait": 10},
    )
    assert found[1][0] == "pristine.breaker.state_change"
    change = found[1][1]
    assert (change["pristine.breaker.before"], change["pristine.breaker.after"]) == ("closed", "open")


def test_a_credential_that_is_fetched_is_an_event_of_the_call(made: Any) -> None:
    def fail() -> None:
        raise ConnectionLost("no")

    source = Tokens(100, during=fail)
    traced = made(GOOD, auth=pristine.TokenAuth(source), retry="off")
    with pytest.raises(ConnectionLost):
        traced.api.execute("get")
    source.during = lambda: None
    traced.api.execute("get")
    (name, failed), (_, fetched) = (events(traced.span("get", number))[0] for number in (0, 1))
    assert name == "pristine.auth.refresh"
    assert (failed["error.type"], fetched["pristine.auth.expires_in"]) == ("ConnectionLost", 100)
    counts = traced.metrics["pristine.auth.refreshes"]
    assert {dict(one).get("error.type"): count for one, count in counts.items()} == {"ConnectionLost": 1, None: 1}


def test_spans_are_those_of_pristine(made: Any) -> None:
    traced = made(GOOD)
    traced.api.execute("get")
    scope = traced.spans[0].instrumentation_scope
    assert scope is not None
    assert (scope.name, scope.version) == ("pristine", pristine.__version__)
    assert trace.get_current_span().get_span_context().is_valid is False
