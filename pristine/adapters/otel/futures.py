"""The span of a future: from when the server has the work until its end is known here; its polls are calls in it.

It is a child of the call that started it; one that is taken up by a token links to the span of who followed it before.
"""

from collections.abc import Mapping
from time import time_ns
from typing import Any, Final

from opentelemetry.context import Context, get_current
from opentelemetry.trace import Link, SpanKind, StatusCode, Tracer, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from pristine.adapters.otel import conventions as names
from pristine.adapters.otel.meters import Meters
from pristine.adapters.otel.open import Open, Work
from pristine.ports.telemetry import Signal

_PREFIX: Final = "pristine.future."
_GOOD: Final = frozenset({"pending", "done", "cancelled"})


class Futures:
    """What is told of futures becomes spans and measurements."""

    def __init__(self, tracer: Tracer, meters: Meters, open: Open) -> None:
        self._tracer = tracer
        self._meters = meters
        self._open = open

    def start(self, signal: Signal) -> None:
        if signal.attributes.get("state") == "pending":  # what had ended when it was answered has been told of
            self._work(signal)

    def poll(self, signal: Signal) -> None:
        work, facts = self._open.get(signal.call_id), signal.attributes
        status = {names.STATUS_CODE: facts.get("status"), names.ERROR_TYPE: facts.get("error.type")}
        if work is not None:
            said = names.prefixed(_PREFIX, facts, "poll", "state", "queue_state", "delay")
            work.span.add_event("pristine.future.poll", said | names.present(status, *status))
        said = {names.ENDPOINT: signal.endpoint, **names.prefixed(_PREFIX, facts, "state")}
        self._meters.polled(said, None if work is None else work.context)

    def state_change(self, signal: Signal) -> None:
        said = names.prefixed(_PREFIX, signal.attributes, "state", "queue_state", "queue_reason", "progress")
        self._work(signal).span.add_event("pristine.future.state_change", said)

    def stop(self, signal: Signal) -> None:
        work, facts = self._work(signal), signal.attributes
        self._open.take(signal.call_id)
        state = facts.get("state")
        work.span.set_attributes(names.prefixed(_PREFIX, facts, "state", "polls"))
        if state not in _GOOD:
            work.span.set_attribute(names.ERROR_TYPE, str(state or "_OTHER"))
            work.span.set_status(StatusCode.ERROR)
        work.span.end()

    def _work(self, signal: Signal) -> Work:
        """The span of a future, which begins with the first that is told of it."""
        work = self._open.get(signal.call_id)
        if work is None:
            parent = self._open.starter(signal.call_id) or get_current()
            said: dict[str, Any] = {names.ENDPOINT: signal.endpoint, names.KIND: "future"}
            began, links = time_ns(), _links(signal.attributes)
            if links:
                said["pristine.future.resumed"] = True
            name = f"{signal.endpoint} future"
            span = self._tracer.start_span(name, parent, SpanKind.INTERNAL, said, links, began)
            work = Work(span, set_span_in_context(span, parent), "future", signal.endpoint, began, began)
            self._open.put(signal.call_id, work)
        work.last = time_ns()
        return work


def _links(facts: Mapping[str, Any]) -> list[Link] | None:
    """To the span that a token names."""
    said = facts.get("traceparent")
    if not isinstance(said, str):
        return None
    found = TraceContextTextMapPropagator().extract({"traceparent": said}, Context())
    earlier = get_current_span(found).get_span_context()
    return [Link(earlier)] if earlier.is_valid else None
