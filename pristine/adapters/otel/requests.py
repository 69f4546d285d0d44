"""The span of each request that goes out, retries, reconnections and redirects too, with its measurements.

It ends when its outcome is known; that of a stream goes on until its body has ended.
"""

from collections.abc import Mapping
from typing import Any

from opentelemetry.trace import Link, SpanKind, StatusCode, Tracer, set_span_in_context

from pristine.adapters.otel import conventions as names
from pristine.adapters.otel.meters import Meters
from pristine.adapters.otel.open import Attempt, Work


class Requests:
    """Begins and ends the spans of requests."""

    def __init__(self, tracer: Tracer, meters: Meters, known: frozenset[str]) -> None:
        self._tracer = tracer
        self._meters = meters
        self._known = known

    def begin(self, work: Work, facts: Mapping[str, Any]) -> None:
        """A request is about to be sent."""
        if work.attempt is not None:
            self.end(work, None)
        shared, began = names.request(facts, self._known), work.at(facts.get("duration"))
        span = self._tracer.start_span(
            names.span_name(shared),
            work.context,
            SpanKind.CLIENT,
            self._described(work, facts, shared),
            [Link(work.earlier)] if work.earlier is not None else None,
            began,
        )
        context = set_span_in_context(span, work.context)
        since = (began - work.began) / 1e9
        work.attempt = Attempt(span, context, began, since, shared, facts.get("request.size"))
        work.sends += 1
        work.earlier = None
        self._meters.began(shared, context)

    def _described(self, work: Work, facts: Mapping[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
        said = dict(shared)
        if (url := facts.get("url.full")) is not None:
            said[names.URL_FULL] = names.redacted(url)
        if shared[names.METHOD] == "_OTHER" and facts.get("method"):
            said[names.METHOD_ORIGINAL] = facts["method"]
        if work.sends:
            said[names.RESEND_COUNT] = work.sends
        return said

    def known(self, work: Work, facts: Mapping[str, Any]) -> None:
        """The outcome of an attempt is known; where it is the good head of a stream, its body is still to come."""
        attempt, failed = work.attempt, names.failure(facts)
        if failed is not None and facts.get("delay") is not None:
            said = names.prefixed("pristine.attempt.", facts, "outcome")
            self._meters.retried({names.ENDPOINT: work.endpoint, **said}, work.context)
        if attempt is None:
            return
        attempt.facts |= names.present(facts, *facts)
        if work.kind == "stream" and failed is None:
            attempt.flowing = True
        else:
            if attempt.flowing:
                self.interrupted(work, facts)
            self.end(work, failed, facts.get("duration"), facts.get("response.size"))

    def interrupted(self, work: Work, facts: Mapping[str, Any]) -> None:
        """A body broke, or was cut off: what goes on with it will link to it."""
        if work.attempt is None:
            return
        said = names.prefixed("pristine.stream.", facts, "events", "bytes", "delay")
        said |= names.present(facts, names.ERROR_TYPE)
        work.attempt.span.add_event("pristine.stream.interrupted", said, work.at(facts.get("duration")))
        work.earlier = work.attempt.span.get_span_context()

    def redirected(self, work: Work, facts: Mapping[str, Any]) -> None:
        """The answer was a redirect: another request follows."""
        if work.attempt is not None:
            work.attempt.facts["status"] = facts.get("status")
            self.end(work, None, facts.get("duration"))
        self.begin(work, facts)

    def end(self, work: Work, failed: str | None, duration: Any = None, received: Any = None) -> None:
        """The span ends, `duration` seconds after its call began."""
        attempt, work.attempt = work.attempt, None
        if attempt is None:
            return
        ended = names.present({names.STATUS_CODE: attempt.facts.get("status"), names.ERROR_TYPE: failed}, *_ENDED)
        span, until = attempt.span, max(attempt.began, work.at(duration))
        span.set_attributes(ended | _why(attempt.facts, failed))
        if failed is not None:
            span.set_status(StatusCode.ERROR)
        span.end(until)
        self._meters.left(attempt.shared, attempt.context)
        seconds = (until - attempt.began) / 1e9
        self._meters.ended(attempt.shared | ended, seconds, (attempt.sent, received), attempt.context)

    def abandon(self, work: Work) -> None:
        """It will not be heard of again."""
        attempt, work.attempt = work.attempt, None
        if attempt is not None:
            attempt.span.set_attribute(names.ABANDONED, value=True)
            attempt.span.end(max(attempt.began, work.last))
            self._meters.left(attempt.shared, attempt.context)


_ENDED = (names.STATUS_CODE, names.ERROR_TYPE)


def _why(facts: Mapping[str, Any], failed: str | None) -> dict[str, Any]:
    """What became of an attempt, and of one that failed why there is another or not."""
    said = names.prefixed("pristine.attempt.", facts, "outcome")
    if failed is not None:
        why = {"reason": facts.get("why"), "delay": facts.get("delay")}
        said |= names.prefixed("pristine.retry.", why, *why)
    return said
