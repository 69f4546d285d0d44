"""An answer came, and it is not what was asked for."""

from collections.abc import Mapping
from typing import Any, Final

from pristine.ports.errors.base import Fault, PristineError
from pristine.ports.headers import Headers
from pristine.ports.text import text_of


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
