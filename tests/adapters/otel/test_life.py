"""When it listens, what it is told at its making, and that it goes through a pickle and a fork, and leaks nothing."""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from opentelemetry.context import attach, detach
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import NoOpTracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.adapters.otel import OpenTelemetry
from pristine.ports.errors import ConfigurationError
from pristine.ports.messages import Response
from tests.adapters.otel.traced import GOOD, JSON, Traced
from tests.support.faces import FACES, Blocking

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def in_a_trace() -> Iterator[None]:
    """A trace that came from elsewhere is current, as a server's framework makes it."""
    token = attach(TraceContextTextMapPropagator().extract({"traceparent": TRACEPARENT}))
    yield
    detach(token)


# -- whether it listens ------------------------------------------------------------------------------------------------


def test_without_an_sdk_and_a_trace_it_does_not_listen() -> None:
    assert OpenTelemetry().active is False
    assert OpenTelemetry(tracer_provider=NoOpTracerProvider()).active is False


def test_no_call_looks_for_an_sdk_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    telemetry = OpenTelemetry()
    monkeypatch.setattr("opentelemetry.trace.os", None)
    monkeypatch.setattr("opentelemetry.metrics._internal.environ", None)
    assert telemetry.active is False


@pytest.mark.usefixtures("in_a_trace")
def test_without_an_sdk_a_trace_is_passed_on() -> None:
    assert OpenTelemetry(propagate=False).active is False
    transport = MemoryTransport([Response(503, JSON, b"{}"), GOOD])
    telemetry = OpenTelemetry()
    settings: dict[str, Any] = {"clock": "manual", "telemetry": telemetry}
    with Blocking(pristine.context(base_url="http://t", transport=transport, **settings)) as api:
        api.execute("get")
    assert [request.headers["traceparent"] for request in transport.requests] == [TRACEPARENT] * 2
    assert len(telemetry._open) == 0


@pytest.mark.parametrize("what", ["tracer", "meter"])
def test_it_listens_from_when_there_is_an_sdk(what: str) -> None:
    code = f"""
from opentelemetry import {"trace" if what == "tracer" else "metrics"} as api
from opentelemetry.sdk.{"trace" if what == "tracer" else "metrics"} import {what.capitalize()}Provider
from pristine.adapters.otel import OpenTelemetry
early, off = OpenTelemetry(), OpenTelemetry({"traces" if what == "tracer" else "metrics"}=False)
before = early.active
api.set_{what}_provider({what.capitalize()}Provider())
print(before, early.active, OpenTelemetry().active, off.active)
"""
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "True", "True", "False"]


def test_metrics_alone_and_traces_alone() -> None:
    for options, spans, metrics in (({"traces": False}, 0, True), ({"metrics": False}, 2, False)):
        traced = Traced(FACES["sync"], [GOOD], options=options)
        traced.api.execute("get")
        assert len(traced.spans) == spans
        assert bool(traced.metrics) is metrics
        traced.close()


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"traces": "yes"}, "traces"),
        ({"metrics": 1}, "metrics"),
        ({"propagate": None}, "propagate"),
        ({"max_open": 0}, "max_open"),
        ({"max_open": True}, "max_open"),
        ({"known_methods": "GET"}, "known_methods"),
        ({"known_methods": 3}, "known_methods"),
        ({"tracer_provider": object()}, "tracer_provider"),
        ({"meter_provider": object()}, "meter_provider"),
    ],
)
def test_a_wrong_option_says_what_would_be_right(options: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError, match=r"give|with get_") as caught:
        OpenTelemetry(**options)
    assert caught.value.setting == setting


def test_it_is_had_by_name() -> None:
    context = pristine.context(base_url="http://t", transport="memory", telemetry={"name": "otel", "max_open": 3})
    assert isinstance(context.telemetry, OpenTelemetry)


def test_it_goes_through_a_pickle() -> None:
    again = pickle.loads(pickle.dumps(OpenTelemetry(max_open=3, known_methods=["GET"], propagate=False)))
    assert again._options == OpenTelemetry(max_open=3, known_methods=["GET"], propagate=False)._options


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_does_not_end_what_is_its_parent_s() -> None:
    traced = Traced(FACES["sync"], [Scripted([b"data: 1\n\n"])])
    stream = traced.api.open("feed")
    traced.telemetry.after_fork()
    assert len(traced.telemetry._open) == 0
    stream.close()
    assert traced.spans == ()
    traced.close()


def test_many_threads() -> None:
    traced = Traced(FACES["sync"], [lambda _: GOOD])
    threads = [threading.Thread(target=lambda: [traced.api.execute("get") for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(traced.spans) == 800
    assert set(traced.metrics["http.client.active_requests"].values()) == {0}
    assert len(traced.telemetry._open) == 0
    traced.close()


# -- what comes out ----------------------------------------------------------------------------------------------------


@pytest.fixture
def collector() -> Iterator[tuple[str, dict[str, list[bytes]]]]:
    """A server shaped like an OTLP/HTTP collector: its URL, and the bodies that it was sent, by path."""
    bodies: dict[str, list[bytes]] = {}

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.setdefault(self.path, []).append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", bodies
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
def test_over_otlp(collector: tuple[str, dict[str, list[bytes]]], face: type[Any]) -> None:
    url, bodies = collector
    traced = Traced(face, [Response(503, JSON, b"{}"), GOOD])
    meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(f"{url}/v1/metrics"))])
    tracers = TracerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
    telemetry = OpenTelemetry(tracer_provider=tracers, meter_provider=meters)
    context = pristine.context(base_url="http://t", transport=traced.transport, telemetry=telemetry, clock="manual")
    with face(context) as api:
        api.execute("get")
    tracers.shutdown()
    meters.shutdown()
    traced.close()
    traces = [ExportTraceServiceRequest.FromString(body) for body in bodies["/v1/traces"]]
    spans = [span for one in traces for span in one.resource_spans[0].scope_spans[0].spans]
    assert [span.name for span in spans] == ["GET /get", "GET /get", "get"]
    assert {span.parent_span_id for span in spans[:2]} == {spans[2].span_id}
    assert {span.trace_id for span in spans} == {spans[2].trace_id}
    assert [span.status.code for span in spans] == [2, 0, 0]
    last = ExportMetricsServiceRequest.FromString(bodies["/v1/metrics"][-1])
    names = {metric.name for metric in last.resource_metrics[0].scope_metrics[0].metrics}
    assert {"http.client.request.duration", "pristine.retries"} <= names
