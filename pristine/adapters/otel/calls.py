"""The spans of calls and streams, which hold those of their requests. Each ends when the caller has what it gets."""

from collections.abc import Mapping
from time import time_ns
from typing import Any

from opentelemetry.context import get_current
from opentelemetry.trace import SpanKind, StatusCode, Tracer, set_span_in_context

from pristine.adapters.otel import conventions as names
from pristine.adapters.otel.meters import Meters
from pristine.adapters.otel.open import Open, Work
from pristine.adapters.otel.requests import Requests
from pristine.ports.telemetry import Signal


class Calls:
    """What is told of calls and streams becomes spans and measurements."""

    def __init__(self, tracer: Tracer, meters: Meters, requests: Requests, open: Open) -> None:
        self._tracer = tracer
        self._meters = meters
        self._requests = requests
        self._open = open

    def begin(self, signal: Signal) -> None:
        """A call or a stream: a child of the future that it is for, or of what is current in the caller's context."""
        kind = "stream" if signal.name == "stream.start" else "call"
        said = {names.ENDPOINT: signal.endpoint, names.KIND: kind}
        said |= names.present(signal.attributes, names.URL_TEMPLATE, names.ADDRESS, names.PORT)
        future = self._open.get(signal.parent_id) if signal.parent_id else None
        parent = get_current() if future is None else future.context
        began = time_ns()
        span = self._tracer.start_span(signal.endpoint, parent, SpanKind.INTERNAL, said, None, began)
        context = set_span_in_context(span, parent)
        self._open.put(signal.call_id, Work(span, context, kind, signal.endpoint, began, began))

    def end(self, signal: Signal) -> None:
        """It ended, well or not, and with it what it had under way."""
        work, facts = self._open.take(signal.call_id), signal.attributes
        if work is None:
            return
        failed = facts.get(names.ERROR_TYPE)
        if work.attempt is not None:
            if failed is not None and work.attempt.flowing:
                self._requests.interrupted(work, facts)
            self._requests.end(work, failed, facts.get("duration"), _received(work, facts))
        span, said = work.span, {names.ATTEMPTS: work.sends}
        said |= names.prefixed("pristine.stream.", facts, "outcome", "events", "bytes")
        if failed is not None:
            said[names.ERROR_TYPE] = failed
            span.set_status(StatusCode.ERROR)
        span.set_attributes(said)
        span.end(work.at(facts.get("duration")))
        if signal.parent_id and failed is None and self._open.get(signal.parent_id) is None:
            self._open.started(signal.parent_id, work.context)

    def attempt_start(self, signal: Signal) -> None:
        if (work := self._open.get(signal.call_id)) is not None:
            self._requests.begin(work, signal.attributes)

    def attempt_redirect(self, signal: Signal) -> None:
        if (work := self._open.get(signal.call_id)) is not None:
            self._requests.redirected(work, signal.attributes)

    def attempt_stop(self, signal: Signal) -> None:
        if (work := self._open.get(signal.call_id)) is not None:
            self._requests.known(work, signal.attributes)

    def admission_wait(self, signal: Signal) -> None:
        work, facts = self._open.get(signal.call_id), signal.attributes
        said = names.prefixed("pristine.admission.", facts, "limit")
        context = None
        if work is not None:
            context = work.context
            work.span.add_event("pristine.admission.wait", said | names.prefixed("pristine.admission.", facts, "wait"))
        self._meters.waited(facts.get("wait"), {names.ENDPOINT: signal.endpoint, **said}, context)

    def refreshed(self, signal: Signal) -> None:
        work, facts = self._open.get(signal.call_id), signal.attributes
        said = names.present(facts, names.ERROR_TYPE)
        if work is not None:
            told = said | names.prefixed("pristine.auth.", facts, "duration", "expires_in")
            work.span.add_event("pristine.auth.refresh", told)
        self._meters.refreshed({names.ENDPOINT: signal.endpoint, **said}, None if work is None else work.context)

    def breaker(self, signal: Signal) -> None:
        work, said = self._open.get(signal.call_id), _breaker(signal.attributes)
        if work is not None:
            work.span.add_event("pristine.breaker.state_change", said)
        self._meters.breaker(said, None if work is None else work.context)

    def uploaded(self, signal: Signal) -> None:
        """A streamed body is as long as what was sent of it."""
        work = self._open.get(signal.call_id)
        if work is not None and work.attempt is not None:
            work.attempt.sent = signal.attributes.get("bytes")

    def first_event(self, signal: Signal) -> None:
        work, after = self._open.get(signal.call_id), signal.attributes.get("duration")
        if work is not None and work.attempt is not None:
            work.attempt.span.add_event("pristine.stream.first_content", None, work.at(after))
        context = None if work is None else work.context
        self._meters.first_content(after, {names.ENDPOINT: signal.endpoint}, context)

    def reconnect(self, signal: Signal) -> None:
        """A stream broke or was ended by its server, and the request will be sent again."""
        work, facts = self._open.get(signal.call_id), signal.attributes
        if work is None:
            return
        self._requests.interrupted(work, facts)
        self._requests.end(work, facts.get(names.ERROR_TYPE), facts.get("duration"), _received(work, facts))
        work.received = facts.get("bytes") or 0


def _received(work: Work, facts: Mapping[str, Any]) -> int | None:
    """What has come by the present connection of a stream."""
    bytes = facts.get("bytes")
    return max(0, bytes - work.received) if isinstance(bytes, int) else None


def _breaker(facts: Mapping[str, Any]) -> dict[str, Any]:
    return names.prefixed("pristine.breaker.", facts, "group", "before", "after")
