"""What goes through the mock: a request as it came, what is wrong with one, and an answer as it will go."""

import json
from collections.abc import Sequence
from typing import Any, Final

import attrs

from pristine.ports.headers import Headers, as_headers


@attrs.frozen
class Incoming:
    """A request as it came over the wire. `keep`: the connection may serve another one; `old`: it is of HTTP/1.0."""

    method: str
    target: str
    headers: Headers = attrs.field(converter=as_headers)
    body: bytes = b""
    keep: bool = True
    old: bool = False

    @property
    def path(self) -> str:
        """The path, as it was encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query, as it was encoded, without the question mark."""
        return self.target.partition("?")[2]


@attrs.frozen(kw_only=True)
class Answer:
    """A response. `pieces` are those of a stream, each sent by itself; None: the body is `body`."""

    status: int = 200
    headers: Headers = attrs.field(factory=Headers, converter=as_headers)
    body: bytes = b""
    pieces: Sequence[bytes] | None = None


def as_json(value: Any) -> bytes:
    """A plain value as JSON; a lone surrogate becomes the escape that JSON has for it."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


@attrs.frozen
class Wrong:
    """One thing that is wrong with a request: where, such as `body.items[3].name` or `query.limit`, and what."""

    where: str
    told: str

    def __str__(self) -> str:
        return f"{self.where}: {self.told}" if self.where else self.told


class Refusal(Exception):
    """A request that is not what the manifest says, or that nobody answers; it becomes a 4xx."""

    def __init__(self, status: int, *wrong: Wrong, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__("; ".join(map(str, wrong)))
        self.status = status
        self.wrong = wrong
        self.headers = tuple(headers)


WITHOUT_BODY: Final = frozenset({204, 205, 304})
"""Statuses of responses that have no body (RFC 9110 section 15)."""

CODES: Final = {
    400: "invalid_request",
    401: "unauthorized",
    402: "payment_required",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "unprocessable",
    429: "rate_limited",
    500: "server_error",
    501: "not_implemented",
    503: "unavailable",
}
"""What an error's code is where nobody says another."""
