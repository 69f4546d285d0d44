"""Secrets wherever a caller or a server can put them, every signal, every listener at once: none of them tells one."""

import io
import json
import logging
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import structlog
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.adapters.otel import OpenTelemetry
from pristine.adapters.telemetry import FanOut, Filtered, LoggingTelemetry, Metrics, NoTelemetry, RecordingTelemetry
from pristine.adapters.telemetry.structlog import StructlogTelemetry
from pristine.cli.stats import drawn
from pristine.core.hooks import Hooked, hook
from pristine.ports.messages import Request, Response
from pristine.ports.signals import SIGNALS
from tests.support.everything import OWN, SECRET, everything, leaks

MUCH = 100_000
MESSAGES = {"message.sent", "message.received"}


EVENTS = (
    "admission.wait",
    "auth.refresh",
    "breaker.state_change",
    "future.poll",
    "future.state_change",
    "stream.first_content",
    "stream.interrupted",
)
"""What otel tells within a span."""


class Dumping(RecordingTelemetry):
    def __init__(self, dumps: int) -> None:
        super().__init__()
        self.dumps = dumps


class All:
    """Every listener that there is, and what comes out of each."""

    def __init__(self) -> None:
        self.recording, self.dumping, self.short = RecordingTelemetry(), Dumping(MUCH), Dumping(7)
        self.filtered, self.metrics = Dumping(MUCH), Metrics()
        self.hooked: list[Any] = []
        self._log, self._structured = io.StringIO(), io.StringIO()
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers, self.meters = TracerProvider(shutdown_on_exit=False), MeterProvider([self._reader])
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self._transport = MemoryTransport([lambda _: Response(204)])
        context = pristine.context(base_url="http://reports", transport=self._transport, auth=pristine.Bearer(SECRET))
        self.reporter = pristine.Reporter(context, interval=3600.0, secrets=[SECRET], max_characters=MUCH)
        several = FanOut(
            NoTelemetry(),
            self.recording,
            Filtered(inner=FanOut(self.short, Filtered(inner=self.filtered))),
            self.dumping,
            self.metrics,
            self._logging(),
            self._structlog(),
            OpenTelemetry(tracer_provider=self.tracers, meter_provider=self.meters),
            self.reporter,
        )
        self.telemetry = Hooked(several, tuple(hook(name, self.hooked.append) for name in SIGNALS))

    def _logging(self) -> LoggingTelemetry:
        logger = logging.getLogger(f"leaks.{id(self)}")
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        handler = logging.StreamHandler(self._log)
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s %(pristine)s"))
        logger.addHandler(handler)
        return LoggingTelemetry(logger=logger, dump=MUCH)

    def _structlog(self) -> StructlogTelemetry:
        processors: list[Any] = [structlog.processors.JSONRenderer()]
        logger = structlog.wrap_logger(structlog.PrintLogger(self._structured), processors=processors)
        return StructlogTelemetry(logger=logger, dump=MUCH)

    @property
    def spans(self) -> Any:
        return self._spans.get_finished_spans()

    def outputs(self) -> dict[str, str]:
        """Adapter -> all that has come out of it."""
        spans, metrics = self.spans, self._reader.get_metrics_data()
        assert metrics is not None
        self.reporter.log_exception(RuntimeError(f"at http://t/?q={SECRET}"), body={"a": [SECRET], "password": OWN})
        assert self.reporter.stop()
        otlp = encode_spans(spans).SerializeToString() + encode_metrics(metrics).SerializeToString()
        listeners = (self.recording, self.dumping, self.short, self.filtered)
        return {
            "listeners": "".join(repr(one.signals) for one in listeners),
            "hooks": repr(self.hooked),
            "logging": self._log.getvalue(),
            "structlog": self._structured.getvalue(),
            "spans": "".join(span.to_json() for span in spans),
            "metrics of otel": metrics.to_json(),
            "otlp": otlp.decode("latin-1"),
            "metrics": repr(self.metrics.snapshot()),
            "stats": drawn(self.metrics.snapshot()),
            "reporter": b"".join(request.body for request in self._transport.requests).decode(),  # type: ignore[misc]  # bytes
        }


def test_nothing_that_comes_out_of_any_listener_holds_a_secret(face: type[Any], tmp_path: Path) -> None:
    every = All()
    everything(face, every.telemetry, tmp_path)
    every.tracers.shutdown()
    assert {event.name for span in every.spans for event in span.events} == {f"pristine.{one}" for one in EVENTS}
    numbers = every.metrics.snapshot()
    assert (numbers.count("futures.ended", "work", "done"), set(numbers.gauges.values())) == (1, {0})
    outputs = every.outputs()
    every.meters.shutdown()
    for told in (every.dumping, every.short, every.filtered):
        assert set(told.names) == set(SIGNALS)
    assert set(every.recording.names) == set(SIGNALS) - MESSAGES
    assert {signal.name for signal in every.hooked} == set(SIGNALS)
    for name in SIGNALS:
        assert name in outputs["logging"]
        assert f'"event": "{name}"' in outputs["structlog"]
        assert (f'"message":"{name}"' in outputs["reporter"]) is (name not in MESSAGES)
    assert {name: leaks(text) for name, text in outputs.items()} == {name: [] for name in outputs}
    assert {name for name, text in outputs.items() if len(text) < 200} == set()


def test_what_is_masked_is_the_secret_alone(face: type[Any], tmp_path: Path) -> None:
    """The values are gone and what is around them is not: whoever debugs a call has something to read."""
    told = Dumping(MUCH)
    everything(face, told, tmp_path)
    shown = [dict(signal.attributes) for signal in told.signals if signal.name in MESSAGES]
    sent, received = shown[-2:]
    assert sent["url.full"] == "http://t/reset/***?q=***"
    assert json.loads(sent["body"]) == {"user": "ann", "password": "***"}
    assert json.loads(received["body"]) == {
        "access_token": "***",
        "user": {"password": "***"},
        "reset": "*** is used up",
    }
    [first] = [one for one in shown if b"small" in (one.get("body") or b"")][:1]
    assert json.loads(first["body"]) == dict.fromkeys(("authorization", "small", "coded"), "***") | {
        "url": "http://t/get?q=s3kr1t%2Fplanted%2Bvalue".replace("s3kr1t%2Fplanted%2Bvalue", "***")
    }
    redirects = [signal.attributes["url.full"] for signal in told.signals if signal.name == "attempt.redirect"]
    assert redirects == ["http://t/there/***?key=***", "http://other/***?key=***"]


def test_what_is_shown_of_a_call_hides_the_secret_in_its_path(face: type[Any]) -> None:
    endpoint = {"method": "GET", "path": "/reset/{reset_token}", "streaming": True}
    manifest = pristine.load_manifest({"name": "t", "endpoints": {"reset": endpoint}})
    transport = MemoryTransport([Scripted([b"data: 1\n\n"])])
    with face(pristine.context(base_url="http://t", transport=transport), manifest) as api:
        stream = api.open("reset", path_params={"reset_token": OWN})
        shown = repr(stream.response.metadata)
        stream.close()
        plan = api.pipeline.explain("reset", path_params={"reset_token": OWN})
        template = api.pipeline.explain("reset")
    assert "http://t/reset/***" in shown
    assert not leaks(f"{shown} {plan} {plan!r}")
    assert "/reset/{reset_token}" in str(template)


def test_another_origin_that_is_told_a_credential_does_not_make_it_known(face: type[Any]) -> None:
    def onward(request: Request) -> Response:
        return Response(302, {"location": f"http://other/{request.headers['authorization'].partition(' ')[2]}"})

    def echo(request: Request) -> Response:
        return Response(404, {"content-type": "text/plain"}, request.url.encode())

    told = Dumping(MUCH)
    for telemetry in (told, NoTelemetry()):
        transport, auth = MemoryTransport([onward, echo]), pristine.Bearer(SECRET)
        context = pristine.context(
            base_url="http://t", transport=transport, auth=auth, redirects=1, telemetry=telemetry
        )
        with face(context) as api, pytest.raises(pristine.StatusError) as caught:
            api.execute("get")
        assert transport.requests[1].url == f"http://other/{SECRET}"
        assert caught.value.body == b"http://other/***"
    assert told.names.count("message.sent") == 2
    assert not leaks(repr(told.signals))


@pytest.mark.parametrize("spelling", [SECRET, SECRET.upper(), f"x{OWN}", b64encode(f"ab{SECRET}".encode()).decode()])
def test_the_search_finds_what_it_searches(spelling: str) -> None:
    assert leaks(f"nothing {spelling} more")
    assert not leaks("nothing more")
