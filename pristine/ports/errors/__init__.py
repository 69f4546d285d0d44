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
    │   ├── TokenRefused            of a future: not of this API, not whole, not known
    │   ├── BodyUsed                it was to be sent again, and cannot be
    │   └── BodyChanged             its source shrank, grew or failed while it was sent
    ├── AdmissionRefused            a limit of this side's: it would have to wait longer than it may; not sent
    │   └── CircuitOpen             what the breaker guards has failed too often
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
    ├── FutureError                 work that the server was to finish later has no result
    │   ├── FutureFailed            the server says so (also a ResponseError)
    │   ├── FutureExpired           the server does not know it any more
    │   ├── FutureCancelled
    │   └── FutureTimedOut          it took longer than poll_timeout (also a TimeoutExceeded)
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

from pristine.ports.errors.answers import (
    BadRequest,
    ClientError,
    Conflict,
    ContentTooLarge,
    DecodeError,
    Forbidden,
    Gone,
    IntegrityError,
    NotFound,
    RedirectRefused,
    RequestTimedOut,
    ResponseError,
    ResponseTooLarge,
    ServerError,
    ServiceUnavailable,
    StatusError,
    TooManyRequests,
    Unauthorized,
    UnexpectedContent,
    UnprocessableContent,
)
from pristine.ports.errors.base import Fault, PristineError, RetrySafe
from pristine.ports.errors.futures import (
    FutureCancelled,
    FutureError,
    FutureExpired,
    FutureFailed,
    FutureTimedOut,
    TokenRefused,
)
from pristine.ports.errors.network import (
    ConnectFailed,
    ConnectionLost,
    ProtocolViolation,
    TimeoutExceeded,
    TransportError,
)
from pristine.ports.errors.requests import (
    AdmissionRefused,
    BodyChanged,
    BodyUsed,
    CircuitOpen,
    InvalidHeader,
    InvalidParameter,
    InvalidPayload,
    RequestError,
    UnknownEndpoint,
)
from pristine.ports.errors.streams import (
    EventTooLarge,
    FileError,
    StreamCancelled,
    StreamClosed,
    StreamConsumed,
    StreamError,
    StreamFailed,
    StreamInterrupted,
    StreamTimedOut,
)
from pristine.ports.errors.wiring import CassetteMismatch, ConfigurationError, DocumentError, ManifestError, WrongFace

__all__ = [
    "AdmissionRefused",
    "BadRequest",
    "BodyChanged",
    "BodyUsed",
    "CassetteMismatch",
    "CircuitOpen",
    "ClientError",
    "ConfigurationError",
    "Conflict",
    "ConnectFailed",
    "ConnectionLost",
    "ContentTooLarge",
    "DecodeError",
    "DocumentError",
    "EventTooLarge",
    "Fault",
    "FileError",
    "Forbidden",
    "FutureCancelled",
    "FutureError",
    "FutureExpired",
    "FutureFailed",
    "FutureTimedOut",
    "Gone",
    "IntegrityError",
    "InvalidHeader",
    "InvalidParameter",
    "InvalidPayload",
    "ManifestError",
    "NotFound",
    "PristineError",
    "ProtocolViolation",
    "RedirectRefused",
    "RequestError",
    "RequestTimedOut",
    "ResponseError",
    "ResponseTooLarge",
    "RetrySafe",
    "ServerError",
    "ServiceUnavailable",
    "StatusError",
    "StreamCancelled",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
    "StreamFailed",
    "StreamInterrupted",
    "StreamTimedOut",
    "TimeoutExceeded",
    "TokenRefused",
    "TooManyRequests",
    "TransportError",
    "Unauthorized",
    "UnexpectedContent",
    "UnknownEndpoint",
    "UnprocessableContent",
    "WrongFace",
]
