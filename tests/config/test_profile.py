"""What a service wants, in a word: its telemetry is silent, until the application logs or has an SDK."""

import pickle
import subprocess
import sys
from typing import Any

import pytest

import pristine
from pristine.adapters.otel import OpenTelemetry
from pristine.adapters.telemetry import FanOut, Filtered, LoggingTelemetry, NoTelemetry

SERVICE = """
import logging, sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
import pristine
from pristine.adapters.memory import MemoryTransport

transport = MemoryTransport([lambda _: pristine.Response(404)])
context = pristine.context(base_url="http://t", transport=transport, profile="production")
manifest = pristine.load_manifest({"name": "t", "endpoints": {"get": {"method": "GET", "path": "/get"}}})
api = pristine.Pipeline(manifest, context)

def fail():
    try:
        api.execute("get")
    except pristine.StatusError:
        print("failed", file=sys.stderr)

fail()
logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(message)s")
fail()
spans, tracers = InMemorySpanExporter(), TracerProvider()
tracers.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(tracers)
logging.disable()
fail()
print([span.name for span in spans.get_finished_spans()], file=sys.stderr)
print(["traceparent" in request.headers for request in transport.requests], file=sys.stderr)
"""


def test_it_is_silent_until_the_application_logs_or_has_an_sdk() -> None:
    ended = subprocess.run([sys.executable, "-W", "error", "-c", SERVICE], capture_output=True, text=True, check=True)
    first, stop, failed, second, third, spans, traced = ended.stderr.splitlines()
    assert first == second == third == "failed"
    assert stop.startswith("WARNING attempt.stop get ")
    assert failed.startswith("ERROR request.exception get ")
    assert spans == "['GET /get', 'get']"
    assert traced == "[False, False, True]"
    assert ended.stdout == ""


def context(**settings: Any) -> Any:
    return pristine.context(transport="memory", profile="production", **settings)


def test_it_tells_of_what_goes_wrong_alone_and_can_be_pickled() -> None:
    told = pickle.loads(pickle.dumps(context())).telemetry
    assert isinstance(told, FanOut)
    failures, traces = told.listeners
    assert isinstance(failures, Filtered)
    assert isinstance(failures.inner, LoggingTelemetry)
    assert isinstance(traces, OpenTelemetry)
    assert (told.active, told.failures_only) == (True, True)


def test_what_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pristine.adapters.otel", None)
    assert [type(one) for one in context().telemetry.listeners] == [Filtered]


def test_another_choice_is_stronger() -> None:
    assert isinstance(context(telemetry="off").telemetry, NoTelemetry)
    assert isinstance(context(telemetry="logging").telemetry, LoggingTelemetry)
