"""What an attempt came to, decided once: status and headers -> error, error -> Outcome. Pure.

Retry, telemetry and whatever else cares read the Outcome; nobody looks at a status again.
"""

import json
import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from pristine.ports.errors import (
    PristineError,
    RetrySafe,
    StatusError,
    TransportError,
)
from pristine.ports.headers import Headers
from pristine.ports.messages import Response, StreamHead
from pristine.ports.retry import Kind, Outcome

_REFUSED: Final = frozenset({408, 425, 429, 503})
"""The server says that it has not processed the request (RFC 9110 sections 15.5.9 and 15.6.4, RFC 6585, RFC 8470)."""

_KINDS: Final[Mapping[int, Kind]] = {
    408: Kind.OVERLOADED,
    425: Kind.OVERLOADED,
    429: Kind.RATE_LIMITED,
    503: Kind.OVERLOADED,
    529: Kind.OVERLOADED,
}

_YEAR: Final = 365 * 86400.0
"""The longest wait that is told apart: a number of any length is a number."""

_REQUEST_ID: Final = ("x-request-id", "request-id", "x-amzn-requestid", "x-goog-request-id", "cf-ray")


def is_success(status: int) -> bool:
    """2xx."""
    return 200 <= status < 300


def status_error(status: int, headers: Headers, body: bytes, now: float) -> StatusError:
    """The error that a status means. `now` is Unix time, which a Retry-After date is compared with."""
    said = message_of(body, f"{media_type_of(headers) or 'body'}: ")
    if 300 <= status < 400 and "location" in headers:
        said = "a redirect, which is not followed; use the final URL as base_url, or give the Context redirects="
    return StatusError.class_for(status)(
        f"{status}{f' {said}' if said else ''}",
        status=status,
        headers=headers,
        body=body,
        request_id=request_id(headers),
        retry_after=retry_after(headers, now),
        retry_safe=RetrySafe.YES if status in _REFUSED else RetrySafe.UNKNOWN if status >= 500 else RetrySafe.NO,
    )


def classify(error: PristineError | None, status: int | None, *, repeatable: bool) -> Outcome:
    """The Outcome of an attempt. `repeatable`: sending the same request twice does no harm."""
    if error is None:
        return Outcome(Kind.SUCCESS, status=status)
    kind = Kind.CLIENT_ERROR
    if isinstance(error, TransportError):
        kind = Kind.TRANSPORT_ERROR
    elif isinstance(error, StatusError):
        kind = _KINDS.get(error.status, Kind.UPSTREAM_FAILURE if error.status >= 500 else Kind.CLIENT_ERROR)
    return Outcome(
        kind,
        error,
        getattr(error, "status", status),
        error.retry_after,
        may_resend=repeatable or error.retry_safe is RetrySafe.YES,
    )


def media_type_of(headers: Headers) -> str:
    """The type of a Content-Type field, in lower case and without parameters; "" where there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


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


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) or value.strip().isdigit() else None


def _until(date: str | None, now: float) -> float | None:
    if date is None:
        return None
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def message_of(body: bytes, prefix: str = "") -> str | None:
    """What an error body says, in at most 200 characters: a JSON error's message, or `prefix` and the beginning."""
    try:
        found = _spoken(json.loads(body))
    except (ValueError, RecursionError):
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
