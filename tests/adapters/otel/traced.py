"""Calls over a scripted transport and a clock that is wound, with the SDK's exporters in memory."""

from collections.abc import Mapping
from contextvars import copy_context
from inspect import iscoroutine
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.otel import OpenTelemetry
from pristine.ports.messages import Response

JSON = {"content-type": "application/json"}
GOOD = Response(200, JSON, b"{}")
SECOND = 1_000_000_000


class Traced:
    """An API under telemetry, and what comes out of it."""

    def __init__(self, face: type[Any], script: list[Any], **settings: Any) -> None:
        self._spans, self._metrics = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider(sampler=settings.pop("sampler", None), shutdown_on_exit=False)
        self.meters = MeterProvider([self._metrics])
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        options = settings.pop("options", {})
        self.telemetry = OpenTelemetry(tracer_provider=self.tracers, meter_provider=self.meters, **options)
        self.transport = MemoryTransport(script)
        usual = {"transport": self.transport, "telemetry": self.telemetry, "clock": ManualClock()}
        manifest = {"manifest": settings.pop("manifest")} if "manifest" in settings else {}
        settings = {"base_url": "http://t", "retry": {"base": 1, "jitter": 0}, **usual, **settings}
        self.api = face(pristine.context(**settings), **manifest)

    def close(self) -> None:
        self.api.close()
        self.tracers.shutdown()
        self.meters.shutdown()

    def run(self, made: Any) -> Any:
        """What it comes to, in the present context: a loop of a test has one of its own."""
        return self.api.runner.run(made, context=copy_context()) if iscoroutine(made) else made

    def execute_here(self, endpoint: str) -> Any:
        return self.run(self.api.pipeline.execute(endpoint))

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """Those that have ended, in that order."""
        return self._spans.get_finished_spans()

    def span(self, name: str, which: int = 0) -> ReadableSpan:
        return [span for span in self.spans if span.name == name][which]

    @property
    def exemplars(self) -> dict[str, list[int]]:
        """Name -> the spans of its exemplars."""
        data = self._metrics.get_metrics_data()
        metrics = data.resource_metrics[0].scope_metrics[0].metrics if data else ()
        found = {metric.name: [point.exemplars for point in metric.data.data_points] for metric in metrics}
        return {name: [one.span_id or 0 for some in points for one in some] for name, points in found.items()}

    @property
    def metrics(self) -> dict[str, dict[tuple[tuple[str, Any], ...], Any]]:
        """Name -> attributes -> the sum, or of a histogram the count with the sum."""
        found: dict[str, dict[tuple[tuple[str, Any], ...], Any]] = {}
        data = self._metrics.get_metrics_data()
        for metric in data.resource_metrics[0].scope_metrics[0].metrics if data else ():
            points = found.setdefault(metric.name, {})
            for point in metric.data.data_points:
                key = tuple(sorted((point.attributes or {}).items()))
                points[key] = point.value if hasattr(point, "value") else (point.count, point.sum)
        return found


def seconds(span: ReadableSpan) -> float:
    assert span.start_time is not None
    assert span.end_time is not None
    return (span.end_time - span.start_time) / SECOND


def events(span: ReadableSpan) -> list[tuple[str, dict[str, Any]]]:
    return [(event.name, dict(event.attributes or {})) for event in span.events]


def said(span: ReadableSpan) -> Mapping[str, Any]:
    return dict(span.attributes or {})


def is_in(span: ReadableSpan, parent: ReadableSpan) -> bool:
    return span.parent is not None and span.parent.span_id == parent.context.span_id
