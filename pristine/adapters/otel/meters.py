"""The metrics: those of the conventions for HTTP clients, and `pristine.`'s own.

Open connections are asked for when a reader collects: no signal tells of them.
"""

from collections.abc import Iterator
from typing import Any, Final

from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, Meter, Observation

from pristine.adapters.otel import conventions as names
from pristine.adapters.watched import Watched

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The advice of http-metrics for `http.client.request.duration`."""

_WAITS: Final = (*_SECONDS, 30, 60, 120, 300)
_FIRST: Final = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The advice of gen-ai-metrics for the time to the first token."""

_BYTES: Final = (0, *(4**power for power in range(4, 16)))
"""256 bytes to 1 GiB: the conventions advise nothing, and what an SDK takes then ends at 10 000."""


class Meters:
    """The instruments, made once. Measurements are taken in the context of their span, for exemplars."""

    def __init__(self, meter: Meter, watched: Watched) -> None:
        counter, up_down = meter.create_counter, meter.create_up_down_counter

        def histogram(name: str, unit: str, told: str, bounds: tuple[float, ...]) -> Any:
            return meter.create_histogram(name, unit, told, explicit_bucket_boundaries_advisory=bounds)

        self._duration = histogram("http.client.request.duration", "s", "Duration of HTTP client requests.", _SECONDS)
        self._sent = histogram("http.client.request.body.size", "By", "Size of HTTP client request bodies.", _BYTES)
        self._received = histogram(
            "http.client.response.body.size", "By", "Size of HTTP client response bodies.", _BYTES
        )
        self._active = up_down("http.client.active_requests", "{request}", "Number of active HTTP requests.")
        meter.create_observable_up_down_counter(
            "http.client.open_connections", [_asking(watched)], "{connection}", "Number of open HTTP connections."
        )
        self._retries = counter("pristine.retries", "{retry}", "Requests that are sent again after a failure.")
        self._wait = histogram("pristine.admission.wait_time", "s", "How long requests wait for limits.", _WAITS)
        self._breaker = counter("pristine.breaker.state_changes", "{change}", "Changes of circuit breakers.")
        self._open = up_down("pristine.breaker.open", "{breaker}", "Circuit breakers that are open or half-open.")
        self._refreshes = counter("pristine.auth.refreshes", "{fetch}", "Fetches of credentials.")
        self._first = histogram(
            "pristine.stream.time_to_first_content", "s", "From a stream's call to its first content.", _FIRST
        )
        self._polls = counter("pristine.future.polls", "{poll}", "Questions about futures.")

    def began(self, shared: dict[str, Any], context: Context) -> None:
        self._active.add(1, shared, context)

    def left(self, shared: dict[str, Any], context: Context) -> None:
        """A request is no longer active."""
        self._active.add(-1, shared, context)

    def ended(self, attributes: dict[str, Any], seconds: float, sizes: tuple[Any, Any], context: Context) -> None:
        """How long a request took, and the sizes of its bodies, where they are known."""
        self._duration.record(seconds, attributes, context)
        for histogram, size in zip((self._sent, self._received), sizes, strict=True):
            if isinstance(size, int):
                histogram.record(size, attributes, context)

    def retried(self, attributes: dict[str, Any], context: Context) -> None:
        self._retries.add(1, attributes, context)

    def waited(self, seconds: Any, attributes: dict[str, Any], context: Context | None) -> None:
        if isinstance(seconds, (int, float)):
            self._wait.record(seconds, attributes, context)

    def breaker(self, attributes: dict[str, Any], context: Context | None) -> None:
        """A change of state; a breaker that is half-open has not been found closed yet."""
        self._breaker.add(1, attributes, context)
        was_closed, is_closed = (attributes.get(f"pristine.breaker.{when}") == "closed" for when in ("before", "after"))
        if was_closed is not is_closed:
            group = {name: value for name, value in attributes.items() if name == "pristine.breaker.group"}
            self._open.add(1 if was_closed else -1, group, context)

    def refreshed(self, attributes: dict[str, Any], context: Context | None) -> None:
        self._refreshes.add(1, attributes, context)

    def first_content(self, seconds: Any, attributes: dict[str, Any], context: Context | None) -> None:
        if isinstance(seconds, (int, float)):
            self._first.record(seconds, attributes, context)

    def polled(self, attributes: dict[str, Any], context: Context | None) -> None:
        self._polls.add(1, attributes, context)


def _asking(watched: Watched) -> Any:
    """What a reader calls, in a thread of its own."""

    def asked(_: CallbackOptions) -> Iterator[Observation]:
        for one in watched.connections():
            for state, count in (("active", one.active), ("idle", one.idle)):
                server: dict[str, Any] = {names.ADDRESS: one.host, names.PORT: one.port}
                yield Observation(count, server | {names.CONNECTION_STATE: state})

    return asked
