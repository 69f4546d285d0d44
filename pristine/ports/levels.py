"""How much a signal matters, as a level of the standard library's `logging`. Pure.

What goes as it should is DEBUG; what went wrong and is tried again, and what was cancelled, INFO; what is given up,
refused or shut off WARNING; what the caller gets as an error ERROR.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pristine.ports import signals
from pristine.ports.telemetry import Signal

DEBUG: Final = 10
INFO: Final = 20
WARNING: Final = 30
ERROR: Final = 40

NAMES: Final[Mapping[int, str]] = {DEBUG: "debug", INFO: "info", WARNING: "warning", ERROR: "error"}

_REFUSED: Final = frozenset({"AdmissionRefused", "CircuitOpen"})
_CANCELLED: Final = frozenset({"CancelledError", "Cancelled", "GeneratorExit", "KeyboardInterrupt"})
_OF_A_STOP: Final = {"cancelled": INFO, "dropped": WARNING}
_OF_AN_END: Final = {"done": DEBUG, "pending": DEBUG, "cancelled": INFO}


def level_of(signal: Signal) -> int:
    """DEBUG, INFO, WARNING or ERROR; a signal that is not in the table is DEBUG."""
    found = LEVELS.get(signal.name, DEBUG)
    return found if isinstance(found, int) else found(signal.attributes)


def is_failure(signal: Signal) -> bool:
    """Whether it is WARNING or ERROR."""
    return level_of(signal) >= WARNING


def _of_an_attempt(attributes: Mapping[str, Any]) -> int:
    if attributes.get("outcome", "success") == "success":
        return DEBUG
    return WARNING if attributes.get("delay") is None else INFO


def _of_an_error(attributes: Mapping[str, Any]) -> int:
    kind = attributes.get("error.type")
    return INFO if kind in _CANCELLED else WARNING if kind in _REFUSED else ERROR


def _of_a_stop(attributes: Mapping[str, Any]) -> int:
    return _OF_A_STOP.get(attributes.get("outcome", "completed"), DEBUG)


def _of_a_breaker(attributes: Mapping[str, Any]) -> int:
    return WARNING if attributes.get("after") == "open" else INFO


def _of_a_fetch(attributes: Mapping[str, Any]) -> int:
    return DEBUG if attributes.get("error.type") is None else WARNING


def _of_a_question(attributes: Mapping[str, Any]) -> int:
    return DEBUG if attributes.get("error.type") is None else INFO


def _of_work(attributes: Mapping[str, Any]) -> int:
    return _OF_AN_END.get(attributes.get("state", "done"), ERROR)


LEVELS: Final[Mapping[str, int | Callable[[Mapping[str, Any]], int]]] = {
    signals.REQUEST_EXCEPTION: _of_an_error,
    signals.ATTEMPT_STOP: _of_an_attempt,
    signals.STREAM_STOP: _of_a_stop,
    signals.STREAM_ERROR: _of_an_error,
    signals.BREAKER_STATE_CHANGE: _of_a_breaker,
    signals.AUTH_REFRESH: _of_a_fetch,
    signals.FUTURE_POLL: _of_a_question,
    signals.FUTURE_STOP: _of_work,
    signals.EXCEPTION_CAPTURED: ERROR,
}
"""Signal -> its level, or what tells it from the attributes; all others are DEBUG."""
