"""A stream, or a file that it is written to, could not go on."""

from typing import Any

from pristine.ports.errors.answers import ResponseError
from pristine.ports.errors.base import Fault, PristineError
from pristine.ports.errors.network import TimeoutExceeded, TransportError


class FileError(PristineError):
    """The file system refuses to write, and `__cause__` is its OSError: `path` says where, `errno` why."""

    path: str = ""
    errno: int | None = None


class StreamError(PristineError):
    """A stream could not go on."""


class StreamFailed(ResponseError, StreamError):
    """The API ended its stream with an error: `event` is the Event that says so, `body` its data.

    `code` is the API's, where the manifest says how it does.
    """

    event: Any = None
    code: str | None = None


class StreamInterrupted(StreamError, TransportError):
    """The stream broke after it had begun.

    `last_event_id`, `events` and `bytes` say how far it came, which is what going on needs.
    """

    last_event_id: str = ""
    events: int = 0
    bytes: int = 0


class StreamTimedOut(StreamInterrupted, TimeoutExceeded):
    """The stream broke because a time limit passed."""


class EventTooLarge(StreamError):
    """One event is larger than `max_event_bytes`."""

    fault = Fault.SERVER
    limit: int = 0


class StreamCancelled(StreamError):
    """`cancel()` was called while the stream was being read."""


class StreamConsumed(StreamError):
    """The stream is being read, or was read, by another view of it."""


class StreamClosed(StreamError):
    """The stream was read after it was closed."""
