"""Port: what happens is told to whoever listens. The names of all signals stand here and nowhere else."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import attrs

REQUEST_START: Final = "request.start"
REQUEST_STOP: Final = "request.stop"
REQUEST_EXCEPTION: Final = "request.exception"
ATTEMPT_START: Final = "attempt.start"
ATTEMPT_STOP: Final = "attempt.stop"
STREAM_START: Final = "stream.start"
STREAM_CONNECTED: Final = "stream.connected"
STREAM_FIRST_EVENT: Final = "stream.first_event"
STREAM_STOP: Final = "stream.stop"
STREAM_ERROR: Final = "stream.error"

SIGNALS: Final[Mapping[str, str]] = {
    REQUEST_START: "a unary call begins: method, url.template",
    REQUEST_STOP: "it has its value: status, attempts, duration",
    REQUEST_EXCEPTION: "it failed: error.type, status, attempts, duration",
    ATTEMPT_START: "a request is about to be sent: attempt",
    ATTEMPT_STOP: "its outcome is known: attempt, outcome, status, duration, and delay until the next, if any",
    STREAM_START: "a streaming call begins: method, url.template",
    STREAM_CONNECTED: "the head has arrived and is good: status, attempts, duration",
    STREAM_FIRST_EVENT: "the first event was decoded: duration",
    STREAM_STOP: "the stream ended or was closed: outcome, events, bytes, duration",
    STREAM_ERROR: "the stream failed: error.type, events, bytes, duration",
}
"""Every signal, when it is emitted, and its attributes (durations in seconds since the call began)."""


@attrs.frozen
class Signal:
    """One thing that happened: its name, the call it belongs to, the endpoint, and attributes."""

    name: str
    call_id: str
    endpoint: str
    attributes: Mapping[str, Any] = attrs.field(factory=dict)


class Telemetry(Protocol):
    """Listens.

    1. `emit` returns at once and does not wait for anything, however large a signal is and however many there are.
    2. What it raises is swallowed: a listener cannot hurt a call. Only an Exception is: it raises nothing else.
    3. `active` False means that no signal needs to be made; it is asked before each, and answers at once with a bool.
    4. `emit` takes every signal of SIGNALS, and those to come, from several threads at once and where an event loop
       runs. It is no coroutine function, and changes nothing of the signal.
    """

    @property
    def active(self) -> bool: ...
    def emit(self, signal: Signal) -> None: ...
