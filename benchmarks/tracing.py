"""What OpenTelemetry costs: CPU time of this process for one call on the memory transport, beside `off`, in one run.

    python benchmarks/tracing.py [--rounds N] [--calls N]

A row is a listener, made in CONTESTANTS. They take turns in every round, in another order each; the figures are medians
over the rounds, in microseconds. "otel, in a trace" is without an SDK, in a trace that came from elsewhere; "otel, SDK"
has the SDK with exporters that drop everything.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Final

from opentelemetry.context import attach
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.otel import OpenTelemetry
from pristine.adapters.telemetry import NoTelemetry, RecordingTelemetry
from pristine.ports.messages import Response
from pristine.ports.telemetry import Signal

MANIFEST: Final = {"name": "bench", "endpoints": {"get": {"method": "GET", "path": "/get"}}}
ANSWER: Final = Response(200, {"content-type": "application/json"}, b"{}")
TRACEPARENT: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Deaf:
    """Takes every signal and does nothing: what it costs to tell."""

    active = True

    def emit(self, signal: Signal) -> None:
        """Do nothing."""


class Forgetful(RecordingTelemetry):
    """Keeps the signals of one call."""

    def emit(self, signal: Signal) -> None:
        if signal.name == "request.start":
            self.signals.clear()
        super().emit(signal)


class Dropping(SpanExporter):
    """Exports nothing."""

    def export(self, spans: Any) -> SpanExportResult:
        del spans
        return SpanExportResult.SUCCESS


def with_sdk() -> OpenTelemetry:
    tracers = TracerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(Dropping()))
    return OpenTelemetry(tracer_provider=tracers, meter_provider=MeterProvider([InMemoryMetricReader()]))


def with_spans() -> OpenTelemetry:
    tracers = TracerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(Dropping()))
    return OpenTelemetry(tracer_provider=tracers, metrics=False)


CONTESTANTS: Final[dict[str, Callable[[], Any]]] = {
    "off": NoTelemetry,
    "a listener that does nothing": Deaf,
    "recording": Forgetful,
    "otel, no SDK": OpenTelemetry,
    "otel, in a trace": OpenTelemetry,
    "otel, SDK, spans alone": with_spans,
    "otel, SDK": with_sdk,
}


def caller(name: str, calls: int) -> Callable[[], None]:
    """So many calls with a listener, in a context of their own."""
    transport = MemoryTransport([lambda _: transport.requests.clear() or ANSWER])  # type: ignore[func-returns-value]
    context = pristine.context(base_url="http://memory", transport=transport, telemetry=CONTESTANTS[name]())
    api = pristine.Pipeline(pristine.load_manifest(MANIFEST), context)
    here = copy_context()
    if name == "otel, in a trace":
        here.run(lambda: attach(TraceContextTextMapPropagator().extract({"traceparent": TRACEPARENT})))

    def run() -> None:
        for _ in range(calls):
            api.execute("get")

    return lambda: here.run(run)


def measured(rounds: int, calls: int) -> dict[str, list[float]]:
    """CPU µs a call, by contestant, in each round but the first."""
    runs = {name: caller(name, calls) for name in CONTESTANTS}
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name in random.sample(list(runs), len(runs)):
            began = time.process_time()
            runs[name]()
            taken[name].append((time.process_time() - began) / calls * 1e6)
    return {name: times[1:] for name, times in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="what telemetry costs")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=2000)
    options = parser.parse_args()
    rows = {name: statistics.median(times) for name, times in measured(options.rounds, options.calls).items()}
    print("| listener | CPU µs a call | beside off |\n|---|--:|--:|")
    for name, cost in rows.items():
        print(f"| {name} | {cost:.1f} | {cost - rows['off']:+.1f} |")


if __name__ == "__main__":
    main()
