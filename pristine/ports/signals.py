"""The catalogue: every signal there is, when it is emitted and what it says. Nothing else is emitted.

The reference page is made from it. Durations are in seconds, sizes in bytes; what is not known is None.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pristine.ports.values import frozen

REQUEST_START: Final = "request.start"
REQUEST_STOP: Final = "request.stop"
REQUEST_EXCEPTION: Final = "request.exception"
ATTEMPT_START: Final = "attempt.start"
ATTEMPT_REDIRECT: Final = "attempt.redirect"
ATTEMPT_STOP: Final = "attempt.stop"
STREAM_START: Final = "stream.start"
STREAM_CONNECTED: Final = "stream.connected"
STREAM_FIRST_EVENT: Final = "stream.first_event"
STREAM_RECONNECT: Final = "stream.reconnect"
STREAM_STOP: Final = "stream.stop"
STREAM_ERROR: Final = "stream.error"
ADMISSION_WAIT: Final = "admission.wait"
AUTH_REFRESH: Final = "auth.refresh"
BREAKER_STATE_CHANGE: Final = "breaker.state_change"
FUTURE_START: Final = "future.start"
FUTURE_POLL: Final = "future.poll"
FUTURE_STATE_CHANGE: Final = "future.state_change"
FUTURE_STOP: Final = "future.stop"
UPLOAD_PROGRESS: Final = "upload.progress"
DOWNLOAD_PROGRESS: Final = "download.progress"
MESSAGE_SENT: Final = "message.sent"
MESSAGE_RECEIVED: Final = "message.received"
EXCEPTION_CAPTURED: Final = "exception.captured"


UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("duration", "attempt.duration", "delay", "wait", "expires_in"), "s"),
        **dict.fromkeys(("request.size", "response.size", "size", "bytes", "total"), "By"),
        "attempts": "{attempt}",
        "events": "{event}",
        "polls": "{poll}",
    }
)
"""Measurement -> its unit, in the case-sensitive form of UCUM, as OpenTelemetry has it; whatever signal it is of."""


@frozen
class Entry:
    """A signal: when it is emitted, and its attributes by name, each with what it is."""

    when: str
    attributes: Mapping[str, str]

    @property
    def measurements(self) -> Mapping[str, str]:
        """Those of its attributes that are measured: numbers in the unit that UNITS says, or None."""
        return {name: said for name, said in self.attributes.items() if name in UNITS}


_PLACE: Final = {
    "method": "the method of the request",
    "url.template": "the path of the endpoint, with its placeholders",
    "server.address": "the host that it goes to",
    "server.port": "and its port",
}
_END: Final = {"attempts": "how many attempts there were", "duration": "since the call began"}
_FAILED: Final = {"error.type": "the class of the error"}
_BODY: Final = {"events": "events that were decoded", "bytes": "bytes that came", "duration": "since the call began"}
_NEWS: Final = {
    "state": "pending, done, failed, expired, cancelled or timed_out",
    "queue_state": "where it waits, in the server's words",
}

SIGNALS: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        REQUEST_START: Entry("a call for a value begins", _PLACE),
        REQUEST_STOP: Entry("it has its value", {"status": "the status", **_END}),
        REQUEST_EXCEPTION: Entry("it failed", {**_FAILED, "status": "the status, where an answer came", **_END}),
        ATTEMPT_START: Entry(
            "a request is about to be sent",
            {
                "attempt": "its number, from 1",
                "method": "the method of the request",
                "url.full": "its URL, with the values of its query, and secrets in its path, masked",
                "url.template": "the path of the endpoint, with its placeholders",
                "server.address": "the host that it goes to",
                "server.port": "and its port",
                "request.size": "the size of its body",
                "duration": "since the call began",
            },
        ),
        ATTEMPT_REDIRECT: Entry(
            "a redirect is followed: another request is about to be sent",
            {
                "attempt": "the number of the attempt",
                "status": "the status of the answer that redirects",
                "method": "the method of the request that follows",
                "url.full": "its URL, with the values of its query, and secrets in its path, masked",
                "server.address": "the host that it goes to",
                "server.port": "and its port",
                "request.size": "the size of its body",
                "duration": "since the call began",
            },
        ),
        ATTEMPT_STOP: Entry(
            "its outcome is known",
            {
                "attempt": "its number",
                "outcome": "the kind of outcome: success, rate_limited, overloaded, upstream_failure, client_error, "
                "transport_error",
                "status": "the status, where an answer came",
                **_FAILED,
                "response.size": "the size of the body, where it was read whole",
                "delay": "until the next attempt; None: there is none",
                "why": "why there is another or not",
                "attempt.duration": "since it began, after its admission",
                "duration": "since the call began",
            },
        ),
        ADMISSION_WAIT: Entry(
            "an attempt waited until it was let out",
            {
                "attempt": "its number",
                "limit": "what it waited for last: concurrency or rate_limit",
                "wait": "how long",
            },
        ),
        AUTH_REFRESH: Entry(
            "a credential was fetched for an attempt, or could not be",
            {
                "attempt": "its number",
                "expires_in": "how long it is good; None: until it is refused",
                "error.type": "the class of the error; None: it was fetched",
                "duration": "how long that took",
            },
        ),
        BREAKER_STATE_CHANGE: Entry(
            "a circuit breaker opened or closed by an attempt",
            {
                "group": "the endpoints that share it",
                "before": "closed, open or half_open",
                "after": "the same",
            },
        ),
        STREAM_START: Entry("a call for a stream begins", _PLACE),
        STREAM_CONNECTED: Entry("its head has arrived and is good", {"status": "the status", **_END}),
        STREAM_FIRST_EVENT: Entry("its first event was decoded", {"duration": "since the call began"}),
        STREAM_RECONNECT: Entry(
            "it broke or its server ended it, and the request is to be sent again",
            {"error.type": "the class of the error; None: its server ended it", "delay": "until then", **_BODY},
        ),
        STREAM_STOP: Entry(
            "it ended or was closed; one that is dropped open is told of as the next is opened, or the pipeline closed",
            {"outcome": "completed, stopped, cancelled or dropped", **_BODY},
        ),
        STREAM_ERROR: Entry("it failed", {**_FAILED, "status": "the status, where an answer came", **_BODY}),
        FUTURE_START: Entry(
            "the server has work to finish later, or it is taken up by its token",
            {
                "state": _NEWS["state"],
                "resumed": "whether it is taken up",
                "traceparent": "of the one whose token it is taken up by (W3C Trace Context)",
            },
        ),
        FUTURE_POLL: Entry(
            "the server was asked for it",
            {
                "poll": "the number of the question, from 1",
                **_NEWS,
                "status": "the status, where an answer came",
                **_FAILED,
                "delay": "until the next question; None: there is none",
            },
        ),
        FUTURE_STATE_CHANGE: Entry(
            "what is known of it has changed",
            {**_NEWS, "queue_reason": "why it waits there", "progress": "how far it is, in the server's words"},
        ),
        FUTURE_STOP: Entry(
            "it has ended",
            {"state": _NEWS["state"], "polls": "how often the server was asked", "duration": "since it was started"},
        ),
        UPLOAD_PROGRESS: Entry(
            "another MiB of a streamed body was sent, or its end",
            {"bytes": "bytes so far", "total": "how many there will be"},
        ),
        DOWNLOAD_PROGRESS: Entry(
            "another MiB of a file has come, or its end",
            {"bytes": "bytes so far, decoded", "total": "how many there will be"},
        ),
        MESSAGE_SENT: Entry(
            "a request goes out, for a listener that `dumps`: credentials are masked",
            {
                "method": "the method",
                "url.full": "the URL, with the values of its query, and secrets in its path, masked",
                "headers": "the header fields as lines",
                "body": "its first bytes, where it is not streamed, without its content coding",
                "size": "the size of the body",
            },
        ),
        MESSAGE_RECEIVED: Entry(
            "an answer has come, for a listener that `dumps`: credentials are masked",
            {
                "status": "the status",
                "headers": "the header fields as lines",
                "body": "its first bytes, where it was read whole, without its content coding",
                "size": "the size of the body",
            },
        ),
        EXCEPTION_CAPTURED: Entry(
            "an exception has left a block of `capture_exceptions`",
            {
                **_FAILED,
                "where": "what the block is called",
                "code.function.name": "the function that raised it",
                "code.line.number": "and the line",
            },
        ),
    }
)
