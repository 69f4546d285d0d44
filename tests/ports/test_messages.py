"""Messages are frozen values, and what they print holds no credential."""

import math
from typing import Any

import attrs
import pytest

from pristine import ConfigurationError, Headers, Request, Response, Timeout
from pristine.ports.messages import StreamHead

SECRET = "sekrit-value"


def test_a_request_shows_neither_query_values_nor_unknown_headers_nor_its_body() -> None:
    request = Request(
        "POST", f"http://a.test/p?api_key={SECRET}&q={SECRET}", {"Authorization": SECRET}, SECRET.encode()
    )
    assert SECRET not in repr(request)
    assert repr(request) == "Request(POST http://a.test/p?api_key=***&q=***, Headers(Authorization: ***), 12 bytes)"
    assert request.shown_url == "http://a.test/p?api_key=***&q=***"
    assert Request("GET", f"http://me:{SECRET}@a.test/x@y").shown_url == "http://***@a.test/x@y"
    assert "no body" in repr(Request("GET", "http://a.test/"))


def test_a_response_shows_neither_its_body_nor_unknown_headers() -> None:
    response = Response(200, {"Set-Cookie": SECRET, "Server": "x"}, SECRET.encode())
    assert repr(response) == "Response(200, Headers(Set-Cookie: ***, Server: x), 12 bytes)"
    assert repr(StreamHead(200, {"Set-Cookie": SECRET})) == "StreamHead(200, Headers(Set-Cookie: ***))"


@pytest.mark.parametrize("message", [Request("GET", "http://a.test"), Response(200), StreamHead(200), Timeout()])
def test_a_message_is_frozen_and_moves_by_copying(message: Any) -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        message.status = 500
    assert attrs.evolve(message) == message


def test_headers_are_taken_in_every_form() -> None:
    for given in ({"a": "1"}, [("a", "1")], Headers({"a": "1"})):
        assert Request("GET", "http://a.test", given).headers == {"a": "1"}


@pytest.mark.parametrize("limit", ["connect", "read", "write", "pool", "total"])
@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf, "5", True, [5]])
def test_a_limit_is_more_than_no_time_or_none(limit: str, seconds: Any) -> None:
    assert getattr(Timeout(**{limit: None}), limit) is None
    assert getattr(Timeout(**{limit: 0.5}), limit) == 0.5
    with pytest.raises(ConfigurationError, match=rf"timeout {limit}=.*: give seconds greater than 0"):
        Timeout(**{limit: seconds})


def test_without_a_word_about_it_a_call_may_take_long_but_not_be_silent() -> None:
    limited = {name for name, seconds in attrs.asdict(Timeout()).items() if seconds is not None}
    assert limited == {"connect", "read", "write", "pool"}
