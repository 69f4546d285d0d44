"""The values of a cassette, and how each is written: a request, the answer to it, how that ended. Pure.

Bytes are text where they are UTF-8, else base64. Nothing is written that is not redacted already.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from pristine.ports import errors
from pristine.ports.errors import Fault, PristineError, RetrySafe
from pristine.ports.headers import Headers
from pristine.ports.messages import Request, StreamHead
from pristine.ports.values import frozen


class How(StrEnum):
    """How an exchange ended."""

    COMPLETE = "complete"
    ERROR = "error"
    """With an error of the transport's."""
    CLOSED = "closed"
    """Its reader closed it before its end."""
    CANCELLED = "cancelled"
    OMITTED = "omitted"
    """It went on, but its content is not kept; `why` says why."""


@frozen(repr=False)
class Content:
    """The body of a request: `data` is None where it was too large to keep; `digest` "" where it was not all sent."""

    data: bytes | None
    size: int
    digest: str

    @classmethod
    def of(cls, data: bytes) -> "Content":
        """Of a whole body."""
        return cls(data, len(data), sha256(data).hexdigest())


@frozen(repr=False)
class Asked:
    """A request as it is recorded, or as it is to be found."""

    method: str
    url: str
    headers: Headers
    body: Content | None

    def __repr__(self) -> str:
        return f"{self.method} {Request(self.method, self.url).shown_url}"


@frozen
class End:
    """How an exchange ended, after how many seconds."""

    how: How
    at: float
    error: Mapping[str, Any] | None = None
    why: str = ""


@frozen(repr=False)
class Exchange:
    """A recorded exchange. `head_at` and the first of each of `chunks` are seconds since the request began."""

    number: int
    asked: Asked
    head: StreamHead | None
    head_at: float
    chunks: Sequence[tuple[float, bytes]]
    end: End
    line: int = 0

    @property
    def answers(self) -> bool:
        """Whether it can be played: a call that was cancelled before anything came has no answer."""
        return self.head is not None or self.end.how is not How.CANCELLED

    def __repr__(self) -> str:
        status = self.end.how.value if self.head is None else self.head.status
        return f"{self.asked!r} -> {status} (line {self.line})"


# -- values -> JSON ----------------------------------------------------------------------------------------------------


def packed(exchange: Exchange) -> dict[str, Any]:
    """An exchange as JSON has it."""
    return {
        "number": exchange.number,
        "request": _packed_request(exchange.asked),
        "response": _packed_response(exchange),
        "end": {
            "how": exchange.end.how.value,
            "at": _seconds(exchange.end.at),
            **({"error": exchange.end.error} if exchange.end.error else {}),
            **({"why": exchange.end.why} if exchange.end.why else {}),
        },
    }


def _packed_request(asked: Asked) -> dict[str, Any]:
    body = asked.body
    return {
        "method": asked.method,
        "url": asked.url,
        "headers": _fields(asked.headers),
        "body": None
        if body is None
        else {
            **({} if body.data is None else {"data": _written(body.data)}),
            "size": body.size,
            "sha256": body.digest,
        },
    }


def _packed_response(exchange: Exchange) -> dict[str, Any] | None:
    head = exchange.head
    if head is None:
        return None
    return {
        "at": _seconds(exchange.head_at),
        "status": head.status,
        "headers": _fields(head.headers),
        "chunks": [[_seconds(at), _written(chunk)] for at, chunk in exchange.chunks],
    }


def packed_error(error: PristineError, safe: Callable[[Any], Any]) -> dict[str, Any]:
    """An error as JSON has it: its class and what it carries, each value made `safe`."""
    data = {name: _packed_value(safe(value)) for name, value in vars(error).items() if isinstance(value, _PLAIN)}
    return {"class": type(error).__name__, **data}


_PLAIN: Final = (str, int, float, bytes, Headers, type(None))


def _packed_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": _written(value)}
    return {"fields": _fields(value)} if isinstance(value, Headers) else value


def _fields(headers: Headers) -> list[list[str]]:
    return [list(pair) for pair in headers.multi_items()]


def _seconds(value: float) -> float:
    return round(value, 6)


def _written(data: bytes) -> str | dict[str, str]:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


# -- JSON -> values ----------------------------------------------------------------------------------------------------


def unpacked(found: Any, line: int) -> Exchange:
    """The exchange of a line; raises ValueError, TypeError or LookupError for what is none."""
    response, end = found["response"], found["end"]
    head = None if response is None else StreamHead(int(response["status"]), _headers(response["headers"]))
    ended = End(How(end["how"]), float(end["at"]), end.get("error"), end.get("why", ""))
    if ended.how is How.ERROR:
        unpacked_error(ended.error)
    elif head is None and ended.how is How.COMPLETE:
        raise ValueError("a complete exchange has a response")
    return Exchange(
        int(found["number"]),
        _asked(found["request"]),
        head,
        0.0 if response is None else float(response["at"]),
        [] if response is None else [(float(at), _read(chunk)) for at, chunk in response["chunks"]],
        ended,
        line,
    )


def _asked(found: Any) -> Asked:
    body = found["body"]
    if body is not None:
        data = _read(body["data"]) if "data" in body else None
        body = Content(data, int(body["size"]), str(body["sha256"]))
    return Asked(str(found["method"]), str(found["url"]), _headers(found["headers"]), body)


def unpacked_error(found: Any) -> PristineError:
    """A new error like the one that was recorded."""
    kind = getattr(errors, found["class"], None)
    if not isinstance(kind, type) or not issubclass(kind, PristineError):
        raise ValueError(f"{found['class']!r} is no error")  # noqa: TRY004 it is the file that is wrong
    data = {name: _unpacked_value(name, value) for name, value in found.items() if name not in {"class", "message"}}
    return kind(found["message"], **data)


_ENUMS: Final[Mapping[str, type[StrEnum]]] = {"fault": Fault, "retry_safe": RetrySafe}


def _unpacked_value(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _read(value["bytes"]) if "bytes" in value else _headers(value["fields"])
    return _ENUMS[name](value) if name in _ENUMS else value


def _headers(found: Any) -> Headers:
    return Headers([(str(name), str(value)) for name, value in found])


def _read(found: Any) -> bytes:
    if isinstance(found, str):
        return found.encode()
    try:
        return b64decode(found["base64"], validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from None
