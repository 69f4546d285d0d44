"""Which numbers a signal changes. A table; the numbers themselves are kept in metrics.py."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from pristine.ports import signals
from pristine.ports.values import frozen


@frozen
class Count:
    """A counter: it grows by one, or by the attribute `amount`; there is one for each value of the attribute `by`."""

    name: str
    by: str = ""
    amount: str = ""


@frozen
class Level:
    """A gauge, which goes up and down."""

    name: str
    step: int


@frozen
class Measure:
    """A histogram of an attribute."""

    name: str
    of: str


Instrument: TypeAlias = Count | Level | Measure

_CALLS: Final = Level("calls.active", -1), Measure("call.duration", "duration")
_STREAMS: Final = (
    Level("streams.active", -1),
    Measure("stream.duration", "duration"),
    Count("stream.events", amount="events"),
    Count("stream.bytes", amount="bytes"),
)

INSTRUMENTS: Final[Mapping[str, tuple[Instrument, ...]]] = {
    signals.REQUEST_START: (Count("calls"), Level("calls.active", 1)),
    signals.REQUEST_STOP: _CALLS,
    signals.REQUEST_EXCEPTION: (Count("calls.failed", by="error.type"), *_CALLS),
    signals.ATTEMPT_START: (Count("bytes.sent", amount="request.size"),),
    signals.ATTEMPT_STOP: (
        Count("attempts", by="outcome"),
        Measure("attempt.duration", "attempt.duration"),
        Measure("retry.delay", "delay"),
        Count("bytes.received", amount="response.size"),
    ),
    signals.ADMISSION_WAIT: (Measure("admission.wait", "wait"),),
    signals.AUTH_REFRESH: (Measure("auth.refresh", "duration"),),
    signals.BREAKER_STATE_CHANGE: (Count("breaker.changes", by="after"),),
    signals.STREAM_START: (Count("streams"), Level("streams.active", 1)),
    signals.STREAM_FIRST_EVENT: (Measure("stream.first_event", "duration"),),
    signals.STREAM_STOP: _STREAMS,
    signals.STREAM_ERROR: (Count("streams.failed", by="error.type"), *_STREAMS),
    signals.FUTURE_START: (Count("futures"), Level("futures.active", 1)),
    signals.FUTURE_POLL: (Count("future.polls", by="state"),),
    signals.FUTURE_STOP: (
        Count("futures.ended", by="state"),
        Level("futures.active", -1),
        Measure("future.duration", "duration"),
    ),
    signals.EXCEPTION_CAPTURED: (Count("exceptions", by="error.type"),),
}


def number(attributes: Mapping[str, Any], name: str) -> float | None:
    """An attribute that is a number, or None."""
    value = attributes.get(name)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
