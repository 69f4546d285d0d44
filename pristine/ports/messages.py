"""What crosses the border: frozen values, the same for every transport.

A message never holds a live resource, and its repr never shows a credential.
"""

import math
from typing import Any, Final, Self

import attrs

from pristine.ports.body import AsyncBody
from pristine.ports.errors import ConfigurationError
from pristine.ports.headers import MASK, Headers, HeaderSource, as_headers
from pristine.ports.patterns import pattern
from pristine.ports.values import changed, frozen

_USER: Final = pattern(r"(?<=:)//[^/@]*@")


def _not_negative(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value != 0 or isinstance(value, bool):
        _positive(_, attribute, value)


def _positive(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if value is not None and not (is_number and 0 < value < math.inf):
        raise ConfigurationError(
            f"timeout {attribute.name}={value!r}: give seconds greater than 0, or None for no limit",
            setting=f"timeout.{attribute.name}",
        )


@frozen(kw_only=True, slots=False)
class Timeout:
    """Time limits in seconds; None is no limit.

    `connect`: until connected, TLS included. `read`: the longest silence while waiting for the head or
    between two chunks of the body. `write`: the longest stall while sending. `pool`: the wait for a free
    connection. `total`: the whole call: every attempt, every wait between them and the reading of the body.

    `head`: from sending until the head has arrived. For streams, `first_content`: from the beginning of the call until
    the first event; `content`: the longest wait for the next one, comments and pings not counting.

    `admission`: the wait until this side's own limits let an attempt out; 0: it does not wait, but is refused.
    """

    connect: float | None = attrs.field(default=5.0, validator=_positive)
    read: float | None = attrs.field(default=60.0, validator=_positive)
    write: float | None = attrs.field(default=60.0, validator=_positive)
    pool: float | None = attrs.field(default=60.0, validator=_positive)
    total: float | None = attrs.field(default=None, validator=_positive)
    head: float | None = attrs.field(default=None, validator=_positive)
    first_content: float | None = attrs.field(default=None, validator=_positive)
    content: float | None = attrs.field(default=None, validator=_positive)
    admission: float | None = attrs.field(default=None, validator=_not_negative)


@frozen(repr=False, slots=False)
class Request:
    """One HTTP request, ready to send.

    `url` is absolute and already percent-encoded; `headers` are checked; `body` is the whole content as bytes (b"" is
    a body of length 0, None is no body), or a Body that gives it piece by piece; `Content-Length` is among the headers
    where its length is known. `timeout.total` is what is left of the call when it is sent.
    `max_response_bytes` bounds the body of the answer, as it comes over the wire; None is no bound.
    """

    method: str
    url: str
    headers: Headers = attrs.field(factory=Headers, converter=as_headers)
    body: bytes | AsyncBody | None = None
    timeout: Timeout = attrs.field(factory=Timeout)
    max_response_bytes: int | None = None

    def with_fields(self, fields: HeaderSource) -> Self:
        """The same request, with these header fields in place of those of the same names. They are not checked."""
        return changed(self, headers=self.headers.merged(fields))

    @property
    def shown_url(self) -> str:
        """The URL without what may be secret: query values and user information are masked."""
        path, question, query = self.url.partition("?")
        path = _USER.sub(f"//{MASK}@", path)
        return path + question + "&".join(f"{pair.partition('=')[0]}={MASK}" for pair in query.split("&") if pair)

    def __repr__(self) -> str:
        length = len(self.body) if isinstance(self.body, bytes) else getattr(self.body, "length", None)
        size = "no body" if self.body is None else "a body" if length is None else f"{length} bytes"
        return f"Request({self.method} {self.shown_url}, {self.headers!r}, {size})"


@frozen(repr=False, slots=False)
class StreamHead:
    """The beginning of a response: its status and header fields."""

    status: int
    headers: Headers = attrs.field(factory=Headers, converter=as_headers)

    def may_have_body(self, method: str) -> bool:
        """Whether a body may follow it as the answer to a request of this method (RFC 9112 section 6.3)."""
        return method != "HEAD" and self.status not in {204, 304}

    def __repr__(self) -> str:
        return f"StreamHead({self.status}, {self.headers!r})"


@frozen(repr=False, slots=False)
class Response:
    """A whole response: `body` is the complete content, with any transfer coding removed."""

    status: int
    headers: Headers = attrs.field(factory=Headers, converter=as_headers)
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Response({self.status}, {self.headers!r}, {len(self.body)} bytes)"
