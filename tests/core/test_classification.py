"""Statuses, hints and messages, read once and rightly."""

from typing import Any

import pytest

from pristine.core.attempts.classification import classify, message_of, retry_after, status_error
from pristine.ports.errors import ConnectFailed, ConnectionLost, DecodeError, RetrySafe, StatusError, TimeoutExceeded
from pristine.ports.headers import Headers
from pristine.ports.outcome import Kind

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"Retry-After": "3"}, 3),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-4"}, 0),
        ({"Retry-After-Ms": "250", "Retry-After": "9"}, 0.25),
        ({"Retry-After-Ms": "soon", "Retry-After": "9"}, 9),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30),
        ({"Retry-After": "Tuesday, 14-Nov-23 22:13:50 GMT"}, 30),
        ({"Retry-After": "Tue Nov 14 22:13:50 2023"}, 30),
        ({"Retry-After": "Tue, 14 Nov 2023 22:00:00 GMT"}, 0),
        ({"Retry-After": "9" * 400}, 365 * 86400),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "tomorrow"}, None),
        ({"Retry-After": ""}, None),
        ({}, None),
    ],
)
def test_a_hint_is_seconds_milliseconds_or_a_date(fields: dict[str, str], seconds: float | None) -> None:
    assert retry_after(Headers(fields), NOW) == seconds


@pytest.mark.parametrize(
    ("status", "kind", "safe"),
    [
        (400, Kind.CLIENT_ERROR, RetrySafe.NO),
        (404, Kind.CLIENT_ERROR, RetrySafe.NO),
        (408, Kind.OVERLOADED, RetrySafe.YES),
        (425, Kind.OVERLOADED, RetrySafe.YES),
        (429, Kind.RATE_LIMITED, RetrySafe.YES),
        (500, Kind.UPSTREAM_FAILURE, RetrySafe.UNKNOWN),
        (503, Kind.OVERLOADED, RetrySafe.UNKNOWN),
        (504, Kind.UPSTREAM_FAILURE, RetrySafe.UNKNOWN),
        (529, Kind.OVERLOADED, RetrySafe.UNKNOWN),
    ],
)
def test_a_status_has_a_kind_and_says_whether_the_request_was_processed(
    status: int, kind: Kind, safe: RetrySafe
) -> None:
    error = status_error(status, Headers({"X-Request-Id": "r1"}), b"", NOW)
    assert (error.retry_safe, error.request_id, error.status) == (safe, "r1", status)
    unsafe = classify(error, None, repeatable=False)
    assert (unsafe.kind, unsafe.status, unsafe.may_resend) == (kind, status, safe is RetrySafe.YES)
    assert classify(error, None, repeatable=True).may_resend


@pytest.mark.parametrize(
    ("error", "kind", "may_resend"),
    [
        (ConnectFailed("refused"), Kind.TRANSPORT_ERROR, True),
        (ConnectionLost("reset"), Kind.TRANSPORT_ERROR, False),
        (TimeoutExceeded("", phase="pool", retry_safe=RetrySafe.YES), Kind.TRANSPORT_ERROR, True),
        (DecodeError("bad"), Kind.CLIENT_ERROR, False),
    ],
)
def test_a_failure_without_a_status(error: Any, kind: Kind, may_resend: bool) -> None:
    outcome = classify(error, None, repeatable=False)
    assert (outcome.kind, outcome.may_resend, outcome.error) == (kind, may_resend, error)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error": {"message": "a", "code": 1}}', "a"),
        (b'{"error": "b"}', "b"),
        (b'{"message": "c"}', "c"),
        (b'{"detail": {"message": "d"}}', "d"),
        (b'{"title": "e"}', "e"),
        (b'"f"', "f"),
        (b'{"error": {"code": 7}}', '> {"error": {"code": 7}}'),
        (b"<h1>Bad\n  Gateway</h1>", "> <h1>Bad Gateway</h1>"),
        (b"\xff\xfe", "> \ufffd\ufffd"),
        (b"[" * 100_000, "> " + "[" * 197 + "…"),
        (b"", None),
    ],
)
def test_what_an_error_body_says(body: bytes, message: str | None) -> None:
    assert message_of(body, "> ") == message


def test_a_redirect_says_that_it_was_not_followed() -> None:
    error = status_error(301, Headers({"Location": "/new"}), b"", NOW)
    assert type(error) is StatusError
    assert "redirect, which is not followed" in str(error)
