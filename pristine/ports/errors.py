"""Every error that leaves Pristine, in one tree; each carries the data that policies read.

    PristineError
    ├── ConfigurationError          the wiring is wrong; nothing ran
    │   ├── WrongFace               a port of the other colour
    │   ├── CassetteMismatch        a recording has no answer to what was asked
    │   └── DocumentError           a file that cannot be parsed
    ├── ManifestError               a manifest's faults, all of them
    ├── RequestError                the call is wrong; not a byte was sent, BodyUsed and BodyChanged excepted
    │   ├── UnknownEndpoint
    │   ├── InvalidParameter        path, query
    │   ├── InvalidHeader
    │   ├── InvalidPayload
    │   ├── BodyUsed                it was to be sent again, and cannot be
    │   └── BodyChanged             its source shrank, grew or failed while it was sent
    ├── TransportError              the network
    │   ├── ConnectFailed           nothing was sent
    │   ├── ConnectionLost          reset, closed, or truncated
    │   ├── ProtocolViolation       the peer does not speak HTTP
    │   └── TimeoutExceeded         connect, read, write, pool or total
    ├── ResponseError               an answer came; it has status, headers and body
    │   ├── StatusError             the status says no: BadRequest … ServerError
    │   │   └── RedirectRefused     a redirect that the policy may not follow
    │   ├── UnexpectedContent       a stream was declared; something else came
    │   ├── ResponseTooLarge        the body is above a bound of ours
    │   ├── IntegrityError          length, range or digest is not what was announced
    │   ├── StreamFailed            an event of the stream is an error (also a StreamError)
    │   └── DecodeError             the body is not what was declared
    ├── FileError                   the file system refuses: full, forbidden, no such folder
    └── StreamError
        ├── StreamInterrupted       the stream broke (also a TransportError)
        │   └── StreamTimedOut      … by a time limit (also a TimeoutExceeded)
        ├── EventTooLarge
        ├── StreamCancelled
        ├── StreamConsumed          it is being read, or was read, in another way
        └── StreamClosed

All of them pickle with their data, and none shows a credential.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from pristine.ports.headers import Headers
from pristine.ports.text import text_of


class Fault(StrEnum):
    """Whose doing it was."""

    CALLER = "caller"
    SERVER = "server"
    NETWORK = "network"


class RetrySafe(StrEnum):
    """May the request be sent again: YES, it was provably not processed; NO; or UNKNOWN."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class PristineError(Exception):
    """The root. `str(error)` is one line for a person; the attributes are for programs.

    Attributes: `endpoint` (the endpoint's id, or None), `fault`, `retry_safe`, `retry_after` (seconds, or
    None), `attempts` (how many were made), `gave_up` (why there was not another, or None).
    """

    fault: Fault = Fault.CALLER
    retry_safe: RetrySafe = RetrySafe.NO
    retry_after: float | None = None
    endpoint: str | None = None
    attempts: int = 0
    gave_up: str | None = None

    def __init__(self, message: str = "", **data: Any) -> None:
        super().__init__(message)
        self.message = message
        for name, value in data.items():
            setattr(self, name, value)

    def __str__(self) -> str:
        where = f"{self.endpoint}: " if self.endpoint else ""
        end = f" ({self.gave_up})" if self.gave_up else ""
        return f"{where}{self.message}{end}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.message, dict(vars(self)))


def _restore(cls: type[PristineError], message: str, data: dict[str, Any]) -> PristineError:
    error = cls.__new__(cls, message)
    Exception.__init__(error, message)
    vars(error).update(data)
    return error


class ConfigurationError(PristineError):
    """The wiring is wrong: an unknown name or option, a missing package, a port that lacks a method.

    `setting` is the setting at fault, such as `retry.max_retries`, where it is one.
    """

    setting: str = ""


class WrongFace(ConfigurationError):
    """A port given to the blocking face suspended, or has only the other face's methods."""


class CassetteMismatch(ConfigurationError):
    """A recording has no answer to a request, or only a part of it, or more answers than were asked for.

    `path` and `line` name the recorded exchange that comes nearest; `differences` say what is not as it was there.
    """

    path: str = ""
    line: int | None = None
    differences: Sequence[str] = ()


class DocumentError(ConfigurationError):
    """A manifest or configuration file that cannot be parsed; `source` and `line` say where."""

    source: str = ""
    line: int | None = None


class ManifestError(PristineError):
    """A manifest that cannot be used; `faults` lists every reason, each with its path and line."""

    faults: Sequence[Any] = ()


class RequestError(PristineError):
    """The call cannot be sent as it stands. `where` names the part that is wrong."""

    where: str = ""


class UnknownEndpoint(RequestError):
    """The manifest has no endpoint of that id."""


class InvalidParameter(RequestError):
    """A path or query parameter is missing, unknown, or cannot be sent."""


class InvalidHeader(RequestError):
    """A header cannot be sent: a bad name, a line break, a control character (RFC 9110 section 5)."""


class InvalidPayload(RequestError):
    """The payload breaks its schema or cannot be serialised; `where` is its path, such as `items[3].name`."""


class BodyUsed(RequestError):
    """The body can be sent only once, and its sending had begun: the message says what to give instead."""


class BodyChanged(RequestError):
    """The body's source shrank, grew, failed or gave what is not bytes, while it was sent; it was not sent whole."""


class TransportError(PristineError):
    """The network failed before a whole answer arrived. `retry_safe` says whether the request may have run."""

    fault = Fault.NETWORK
    retry_safe = RetrySafe.UNKNOWN


class ConnectFailed(TransportError):
    """No connection could be made (refused, no route, DNS, TLS): the request was not sent."""

    retry_safe = RetrySafe.YES


class ConnectionLost(TransportError):
    """The connection was reset or closed before the message was whole."""


class ProtocolViolation(TransportError):
    """What arrived is not HTTP, or breaks its rules."""


class TimeoutExceeded(TransportError, TimeoutError):
    """A limit of the Timeout passed.

    `phase` is what was going on: "pool", "connect", "write", "head", "body", "wait". `limit` is the limit that
    passed: "pool", "connect", "write", "read" or "total"; `seconds` is its value.
    """

    phase: str = ""
    limit: str = ""
    seconds: float | None = None


class ResponseError(PristineError):
    """The server answered, but not with what was asked for.

    Attributes: `status` (int), `headers` (Headers), `body` (bytes, as received; credentials of the request
    are masked), `request_id` (str or None).
    """

    fault = Fault.SERVER
    status: int = 0
    headers: Headers = Headers()
    body: bytes = b""
    request_id: str | None = None

    @property
    def text(self) -> str:
        """The body as text, in its declared charset or UTF-8."""
        return text_of(self.body, self.headers.get("content-type", ""))

    def json(self) -> Any:
        """The body as JSON; raises ValueError where it is not."""
        import json

        return json.loads(self.body)


class StatusError(ResponseError):
    """The status says that the request failed (RFC 9110 section 15).

    What the API says of it, where the manifest says how it does: `code`, `documentation` (a link), and `value`, the
    body in the type declared for the status.
    """

    code: str | None = None
    documentation: str | None = None
    value: Any = None

    @classmethod
    def class_for(cls, status: int) -> type["StatusError"]:
        """The class that names a status: `class_for(404)` is NotFound."""
        named = _NAMED.get(status)
        return named or (ServerError if status >= 500 else ClientError if status >= 400 else StatusError)


class RedirectRefused(StatusError):
    """3xx: a redirect in a circle, to another scheme, with a body that cannot be sent again …; the message says why."""


class ClientError(StatusError):
    """4xx: the request is at fault."""

    fault = Fault.CALLER


class BadRequest(ClientError):
    """400."""


class Unauthorized(ClientError):
    """401: no credential, or not a valid one."""


class Forbidden(ClientError):
    """403."""


class NotFound(ClientError):
    """404."""


class RequestTimedOut(ClientError):
    """408: the server waited too long for the request."""

    fault = Fault.NETWORK


class Conflict(ClientError):
    """409."""


class Gone(ClientError):
    """410."""


class ContentTooLarge(ClientError):
    """413."""


class UnprocessableContent(ClientError):
    """422."""


class TooManyRequests(ClientError):
    """429: a rate limit; `retry_after` says when to come back, where the server did."""


class ServerError(StatusError):
    """5xx: the server is at fault."""


class ServiceUnavailable(ServerError):
    """503."""


_NAMED: Final[Mapping[int, type[StatusError]]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    408: RequestTimedOut,
    409: Conflict,
    410: Gone,
    413: ContentTooLarge,
    422: UnprocessableContent,
    429: TooManyRequests,
    503: ServiceUnavailable,
}


class UnexpectedContent(ResponseError):
    """The media type is not the declared one; `body` holds its start."""

    content_type: str = ""


class DecodeError(ResponseError):
    """The body is not valid, or not of the declared type; `where` is the path, such as `items[3].name`."""

    where: str = ""


class ResponseTooLarge(ResponseError):
    """The body is larger than `max_response_bytes`, or grows more than `max_expansion` when it is decoded."""


class IntegrityError(ResponseError):
    """The body is longer or shorter than announced, of another range, or has not the digest that it was to have.

    `expected` and `found` are the digests in hexadecimal, where it is one that is wrong.
    """

    expected: str = ""
    found: str = ""


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
