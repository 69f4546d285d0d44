"""What an attempt came to, decided once: status and headers -> error, error -> Outcome. Pure.

Retry, telemetry and whatever else cares read the Outcome; nobody looks at a status again.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pristine.core.attempts.details import codes_of, json_of, retry_info
from pristine.ports.errors import (
    ConnectFailed,
    PristineError,
    RetrySafe,
    StatusError,
    TransportError,
)
from pristine.ports.headers import Headers
from pristine.ports.messages import Response, StreamHead
from pristine.ports.outcome import Fate, Kind, Outcome

_REFUSED: Final = frozenset({408, 425, 429})
"""The server says that it has not processed the request (RFC 9110 section 15.5.9, RFC 6585, RFC 8470)."""

_KINDS: Final[Mapping[int, Kind]] = {
    408: Kind.OVERLOADED,
    425: Kind.OVERLOADED,
    429: Kind.RATE_LIMITED,
    503: Kind.OVERLOADED,
    529: Kind.OVERLOADED,
}

_YEAR: Final = 365 * 86400.0
"""The longest wait that is told apart: a number of any length is a number."""

_TYPES: Final = 64
"""How many Content-Types are remembered: an API has a few, and a boundary makes each another one."""

_REQUEST_ID: Final = ("x-request-id", "request-id", "x-amzn-requestid", "x-goog-request-id", "cf-ray")


def is_success(status: int) -> bool:
    """2xx."""
    return 200 <= status < 300


def status_error(status: int, headers: Headers, body: bytes, now: float) -> StatusError:
    """The error that a status means. `now` is Unix time, which a Retry-After date is compared with."""
    said = message_of(body, f"{media_type_of(headers) or 'body'}: ")
    if 300 <= status < 400 and "location" in headers:
        said = "a redirect, which is not followed; use the final URL as base_url, or give the Context redirects="
    wish = hinted(status, headers, body, now)
    return StatusError.class_for(status)(
        f"{status}{f' {said}' if said else ''}",
        status=status,
        headers=headers,
        body=body,
        request_id=request_id(headers),
        retry_after=wish,
        retry_safe=_safe(status, wish),
    )


def _safe(status: int, wish: float | None) -> RetrySafe:
    """Whether the server has not acted on the request.

    A 503 alone may be a gateway's that lost the answer; one that says when to come again has refused the request
    (RFC 9110 section 15.6.4).
    """
    if status in _REFUSED or (status == 503 and wish is not None):
        return RetrySafe.YES
    return RetrySafe.UNKNOWN if status >= 500 else RetrySafe.NO


def classify(error: PristineError | None, status: int | None, *, repeatable: bool) -> Outcome:
    """The Outcome of an attempt by the tables of HTTP. `repeatable`: sending the same request twice does no harm."""
    if error is None:
        return _SUCCESSES.get(status) or Outcome(Kind.SUCCESS, status=status, fate=Fate.PROCESSED)
    fate = _fate(error)
    return Outcome(
        _kind(error),
        error,
        getattr(error, "status", status),
        error.retry_after,
        may_resend=repeatable or fate in _UNTOUCHED,
        fate=fate,
        should_retry=_should_retry(error),
        codes=codes_of(error) if isinstance(error, StatusError) else (),
    )


_SUCCESSES: Final[Mapping[int | None, Outcome]] = {
    status: Outcome(Kind.SUCCESS, status=status, fate=Fate.PROCESSED) for status in (200, 201, 202, 204)
}
_UNTOUCHED: Final = frozenset({Fate.NOT_SENT, Fate.REFUSED})


def _kind(error: PristineError) -> Kind:
    if isinstance(error, TransportError):
        return Kind.TRANSPORT_ERROR
    if isinstance(error, StatusError):
        return _KINDS.get(error.status, Kind.UPSTREAM_FAILURE if error.status >= 500 else Kind.CLIENT_ERROR)
    return Kind.CLIENT_ERROR


def _fate(error: PristineError) -> Fate:
    """What became of the request. A server that asks for it to be sent again has not acted on it."""
    if isinstance(error, TransportError):
        if error.retry_safe is not RetrySafe.YES:
            return Fate.UNKNOWN
        before = isinstance(error, ConnectFailed) or getattr(error, "phase", "") in {"pool", "connect"}
        return Fate.NOT_SENT if before else Fate.REFUSED
    if error.retry_safe is RetrySafe.YES or _should_retry(error):
        return Fate.REFUSED
    return Fate.UNKNOWN if error.retry_safe is RetrySafe.UNKNOWN else Fate.PROCESSED


def _should_retry(error: PristineError) -> bool | None:
    """The server's word: `x-should-retry`, as the APIs of Stainless's SDKs say it."""
    said = error.headers.get("x-should-retry") if isinstance(error, StatusError) else None
    return {"true": True, "false": False}.get(said.strip().lower()) if said else None


def media_type_of(headers: Headers) -> str:
    """The type of a Content-Type field, in lower case and without parameters; "" where there is none."""
    return _media_type(headers.get("content-type", ""))


@lru_cache(_TYPES)
def _media_type(field: str) -> str:
    return field.partition(";")[0].strip().lower()


def facts(head: StreamHead | Response, body: bytes) -> dict[str, Any]:
    """What every error about an answer carries."""
    return {"status": head.status, "headers": head.headers, "body": body, "request_id": request_id(head.headers)}


def request_id(headers: Headers) -> str | None:
    """The server's name for the request, under the first usual header that has one."""
    return next((headers[name] for name in _REQUEST_ID if name in headers), None)


def retry_after(headers: Headers, now: float) -> float | None:
    """Seconds the server asks to wait: `retry-after-ms`, or Retry-After in seconds or as a date (RFC 9110 10.2.3)."""
    for value, unit in ((headers.get("retry-after-ms"), 1000.0), (headers.get("retry-after"), 1.0)):
        if value is not None and (seconds := _number(value)) is not None:
            return min(max(0.0, seconds / unit), _YEAR)
    return _until(headers.get("retry-after"), now)


def hinted(status: int, headers: Headers, body: bytes, now: float) -> float | None:
    """Seconds to wait by whatever an error says: its Retry-After, a RetryInfo in its body, the reset of its limit."""
    told = retry_after(headers, now)
    if told is None and b"RetryInfo" in body:
        told = retry_info(body)
    if told is None and (status == 429 or headers.get("x-ratelimit-remaining") == "0"):
        told = _reset(headers, now)
    return told


def _reset(headers: Headers, now: float) -> float | None:
    """Seconds until a limit is renewed: Unix time, or seconds from now where it is too small for that."""
    for name in _RESETS:
        if name in headers and (number := _number(headers[name])) is not None:
            return min(max(0.0, number - now if number > _EPOCH else number), _YEAR)
    return None


_RESETS: Final = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")
_EPOCH: Final = 1e9
"""September 2001: numbers above are moments, those below are spans of time."""


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) or value.strip().isdigit() else None


def _until(date: str | None, now: float) -> float | None:
    if date is None:
        return None
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def message_of(body: bytes, prefix: str = "") -> str | None:
    """What an error body says, in at most 200 characters: a JSON error's message, or `prefix` and the beginning."""
    try:
        found = _spoken(json_of(body))
    except RecursionError:
        found = None
    if found is None and body:
        found = prefix + " ".join(body[:800].decode("utf-8", "replace").split())
    if found is None:
        return None
    found = found.encode("utf-8", "replace").decode()
    return found if len(found) <= 200 else f"{found[:199]}…"


def _spoken(value: Any) -> str | None:
    """The message in an error object, by the names in use: error.message, message, detail, title, error_description."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    keys = ("error", "message", "detail", "error_description", "title")
    return next((said for key in keys if key in value and (said := _spoken(value[key]))), None)
