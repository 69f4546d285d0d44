"""Telemetry: signals become spans and measurements, and the trace goes along with the requests.

Where nothing records and there is nothing to propagate, it does not listen, so that it costs next to nothing.
"""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final
from weakref import WeakKeyDictionary

from opentelemetry import metrics as metrics_api
from opentelemetry import propagate as propagation
from opentelemetry import trace
from opentelemetry.context import get_current

from pristine.adapters.after_fork import renew_in_child
from pristine.adapters.otel.calls import Calls
from pristine.adapters.otel.conventions import ABANDONED, SCHEMA, known_methods
from pristine.adapters.otel.futures import Futures
from pristine.adapters.otel.meters import Meters
from pristine.adapters.otel.open import Open, Work
from pristine.adapters.otel.requests import Requests
from pristine.adapters.watched import Watched
from pristine.ports import signals
from pristine.ports.errors import ConfigurationError
from pristine.ports.telemetry import Signal

_SCOPE: Final = "pristine"
_BEGINNINGS: Final = frozenset({signals.REQUEST_START, signals.STREAM_START, signals.FUTURE_START})
_RECORDS_NOTHING: Final = ("opentelemetry.trace", "opentelemetry.metrics")


class OpenTelemetry:
    """Spans and metrics by the conventions for HTTP clients, and W3C trace context in the requests.

    `traces`, `metrics` and `propagate` turn each off. The providers are the global ones, or those that are given.
    `known_methods` are those that are told by name; without it those of OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS, or the
    usual ones. Of more than `max_open` calls, streams and futures the oldest is ended as abandoned.

    Raises ConfigurationError for an option that is none.
    """

    def __init__(
        self,
        *,
        traces: bool = True,
        metrics: bool = True,
        propagate: bool = True,
        known_methods: Collection[str] | None = None,
        max_open: int = 10_000,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics_api.MeterProvider | None = None,
    ) -> None:
        self._options = {name: value for name, value in locals().items() if name != "self"}
        _check(self._options)
        self._propagate = propagate
        self._providers: list[Callable[[], Any]] = []
        if traces:
            self._providers.append(_chosen(tracer_provider, trace.get_tracer_provider, "_TRACER_PROVIDER"))
        if metrics:
            self._providers.append(_chosen(meter_provider, metrics_api.get_meter_provider, "_METER_PROVIDER"))
        self._records = False
        self._found()
        self._open = Open(max_open, self._abandon)
        self._handlers = self._made(traces, metrics, tracer_provider, meter_provider, known_methods)
        renew_in_child(self)

    def _made(
        self, traces: bool, metrics: bool, tracers: Any, meters: Any, known: Collection[str] | None
    ) -> Mapping[str, Callable[[Signal], None]]:
        """What is done about each signal. Tracers and instruments of the API wait for the SDK, if one comes later."""
        tracers = tracers if traces else trace.NoOpTracerProvider()
        meters = meters if metrics else metrics_api.NoOpMeterProvider()
        self._watched = _watched_for(meters) if metrics else Watched()
        tracer = trace.get_tracer(_SCOPE, _version(), tracers, SCHEMA)
        instruments = Meters(metrics_api.get_meter(_SCOPE, _version(), meters, SCHEMA), self._watched)
        self._requests = Requests(tracer, instruments, known_methods(known))
        calls = Calls(tracer, instruments, self._requests, self._open)
        return _handlers(calls, Futures(tracer, instruments, self._open))

    @property
    def active(self) -> bool:
        """Whether anything records, or the caller's context has something that can be propagated."""
        if not self._records:
            for provider in self._providers:  # each call asks: while there is none, `_found` is not called for that
                if provider() is not None and self._found():
                    break
        return self._records or (self._propagate and bool(get_current()))

    def _found(self) -> bool:
        """Whether there is an SDK by now; once there is one, it stays."""
        for provider in self._providers:
            found = provider()
            if found is not None and not type(found).__module__.startswith(_RECORDS_NOTHING):  # but an SDK's
                self._records = True
        return self._records

    def emit(self, signal: Signal) -> None:
        if self._records or (signal.name in _BEGINNINGS and self._found()):
            handler = self._handlers.get(signal.name)
            if handler is not None:
                handler(signal)

    def inject(self, call_id: str) -> Mapping[str, str]:
        """The fields with which the global propagator makes a request, or a future, known; W3C's, unless it is said."""
        carrier: dict[str, str] = {}
        work = self._open.get(call_id)
        if self._propagate:  # where nothing records, what the caller is in is passed on
            propagation.inject(carrier, None if work is None else (work.attempt or work).context)
        return carrier

    def watch(self, transport: object) -> None:
        self._watched.add(transport)

    def _abandon(self, work: Work) -> None:
        self._requests.abandon(work)
        work.span.set_attribute(ABANDONED, value=True)
        work.span.end(work.last)

    def after_fork(self) -> None:
        """What is under way is told of by the parent."""
        self._open.clear()

    def __reduce__(self) -> Any:
        return _restored, (self._options,)


_WATCHED: Final = Watched()
_WATCHED_FOR: Final["WeakKeyDictionary[Any, Watched]"] = WeakKeyDictionary()


def _watched_for(provider: Any) -> Watched:
    """What all listeners of a provider watch together: an SDK asks the first of them, and forgets the others."""
    if provider is None or provider is metrics_api.get_meter_provider():
        return _WATCHED
    return _WATCHED_FOR.setdefault(provider, Watched())


def _restored(options: dict[str, Any]) -> OpenTelemetry:
    return OpenTelemetry(**options)


def _handlers(calls: Calls, futures: Futures) -> Mapping[str, Callable[[Signal], None]]:
    return {
        signals.REQUEST_START: calls.begin,
        signals.REQUEST_STOP: calls.end,
        signals.REQUEST_EXCEPTION: calls.end,
        signals.STREAM_START: calls.begin,
        signals.STREAM_FIRST_EVENT: calls.first_event,
        signals.STREAM_RECONNECT: calls.reconnect,
        signals.STREAM_STOP: calls.end,
        signals.STREAM_ERROR: calls.end,
        signals.ATTEMPT_START: calls.attempt_start,
        signals.ATTEMPT_REDIRECT: calls.attempt_redirect,
        signals.ATTEMPT_STOP: calls.attempt_stop,
        signals.ADMISSION_WAIT: calls.admission_wait,
        signals.AUTH_REFRESH: calls.refreshed,
        signals.BREAKER_STATE_CHANGE: calls.breaker,
        signals.UPLOAD_PROGRESS: calls.uploaded,
        signals.FUTURE_START: futures.start,
        signals.FUTURE_POLL: futures.poll,
        signals.FUTURE_STATE_CHANGE: futures.state_change,
        signals.FUTURE_STOP: futures.stop,
    }


def _chosen(given: Any, ask: Callable[[], Any], name: str) -> Callable[[], Any]:
    """Gives the provider that was given, else the global one, if one was set; `name` is what the API has it under.

    While there is none, the API looks for one in the environment each time, which takes longer than all else that a
    call asks of a listener. Here that is done once; under another name it would be done each time again.
    """
    if given is not None:
        return lambda: given
    ask()
    known: dict[str, Any] = getattr(ask, "__globals__", {})
    return partial(known.get, name) if name in known else ask


@lru_cache
def _version() -> str:
    try:
        return version("pristine-sdk")
    except PackageNotFoundError:  # it runs from a copy
        return ""


def _check(options: Mapping[str, Any]) -> None:
    for name in ("traces", "metrics", "propagate"):
        if not isinstance(options[name], bool):
            raise ConfigurationError(f"{name}={options[name]!r}: give true or false", setting=name)
    most, known = options["max_open"], options["known_methods"]
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise ConfigurationError(f"max_open={most!r}: give a whole number from 1", setting="max_open")
    listed = isinstance(known, (list, tuple, set, frozenset)) and all(isinstance(one, str) for one in known)
    if known is not None and not listed:
        raise ConfigurationError(f"known_methods={known!r}: give a list of methods", setting="known_methods")
    for name, port in (("tracer_provider", "get_tracer"), ("meter_provider", "get_meter")):
        if options[name] is not None and not hasattr(options[name], port):
            raise ConfigurationError(f"{name} is a provider of OpenTelemetry, with {port}()", setting=name)
