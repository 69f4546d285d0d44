"""Assertions about requests: what passes, and that what fails says what differs, and shows no secret."""

import gzip
from typing import Any
from unittest.mock import ANY

import pytest

from pristine import Request, Response
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.testing.assertions import (
    assert_all_closed,
    assert_all_used,
    assert_not_requested,
    assert_requested,
    assert_requests,
    requests_to,
)

URL = "https://api.test/v1"
CHAT = Request("POST", f"{URL}/chat?stream=true&tag=a&tag=b", {"X-Team": "blue"}, b'{"prompt": "Hi", "n": [1, 2]}')


def asked(*requests: Request) -> MemoryTransport:
    transport = MemoryTransport([lambda _: Response(200)])
    for request in requests:
        transport.send(request)
    return transport


def told(check: Any, *arguments: Any, **wanted: Any) -> str:
    """The message of an assertion that fails."""
    with pytest.raises(AssertionError) as caught:
        check(*arguments, **wanted)
    return str(caught.value)


# -- targets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "GET /v1/users/a%20b/x",
        "GET /v1/users/a b/x",
        "GET /v1/users/{id}/x",
        "GET /v1/users/*/x",
        "GET /v1/us*/*/x",
        "* /**",
        "GET **/x",
        "GET https://api.test/v1/users/a%20b/x",
        "GET https://*/v1/users/**",
    ],
)
def test_a_target_leads_to_a_request(target: str) -> None:
    request = Request("GET", f"{URL}/users/a%20b/x?q=1")
    assert requests_to(asked(CHAT, request, CHAT), target)[-1:] in ([request], [CHAT])
    assert_requested(asked(request), target)


@pytest.mark.parametrize(
    "target",
    ["POST /v1/users/7", "GET /v1/users", "GET /v1/*", "GET /users/7", "GET /v1/users/7/", "GET http://api.test/v1/users/7"],
)  # fmt: skip
def test_a_target_does_not_lead_elsewhere(target: str) -> None:
    transport = asked(Request("GET", f"{URL}/users/7"))
    assert requests_to(transport, target) == []
    assert_not_requested(transport, target)


def test_the_root_is_a_path() -> None:
    assert len(requests_to(asked(Request("GET", "http://a.test"), Request("GET", "http://a.test/?q")), "GET /")) == 2


@pytest.mark.parametrize("target", ["/chat", "POST chat", "post /chat", "POST /chat?stream=true", "", "POST  /chat"])
def test_what_is_not_a_target_is_told(target: str) -> None:
    with pytest.raises(ValueError, match='is not a target, such as "POST /v1/chat"') as caught:
        assert_requested(asked(CHAT), target)
    assert ("say the query by query=" in str(caught.value)) is ("?" in target)


# -- what passes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        {"json": {"n": [1, 2], "prompt": "Hi"}},
        {"json": {"n": (1, ANY), "prompt": ANY}},
        {"query": {"tag": ["a", "b"], "stream": True}},
        {"headers": {"x-team": "blue", "Authorization": None}},
        {"body": CHAT.body},
        {"body": CHAT.body, "times": 1},
    ],
    ids=str,
)
def test_a_request_is_as_described(wanted: Any) -> None:
    other = Request("POST", f"{URL}/chat", {"Authorization": "Bearer abcdef"}, b"[]")
    assert assert_requested(asked(other, CHAT), "POST /v1/chat", **wanted) is CHAT


def test_the_first_of_several_is_returned() -> None:
    other = Request("POST", f"{URL}/chat", body=b"[]")
    assert assert_requested(asked(other, CHAT), "POST /v1/chat") is other
    assert assert_requested(asked(CHAT, other), "POST /v1/chat", json=ANY, times=2) is CHAT


def test_json_null_is_something() -> None:
    transport = asked(Request("POST", URL, body=b"null"), Request("POST", URL, body=b""))
    assert assert_requested(transport, "* /**", json=None, times=1).body == b"null"


def test_a_form_and_a_compressed_body_are_read() -> None:
    form = Request("POST", f"{URL}/form", body=b"a=1&b=%20&b=&c=true")
    assert_requested(asked(form), "POST /v1/form", form={"a": 1, "b": [" ", ""], "c": True})
    packed = Request("POST", URL, {"Content-Encoding": "gzip"}, gzip.compress(b'{"a": 1}'))
    assert_requested(asked(packed), "POST /v1", json={"a": 1}, body=b'{"a": 1}')


def test_requests_in_order() -> None:
    transport = asked(CHAT, Request("GET", f"{URL}/models"))
    assert_requests(transport, "POST /v1/chat", "GET /v1/models")
    assert_requests(MemoryTransport())


def test_a_script_that_is_used_and_streams_that_are_closed() -> None:
    transport = MemoryTransport([Response(200), Scripted([b"x"])])
    transport.send(CHAT)
    stream = transport.open(CHAT)
    assert_all_used(transport)
    assert "1 stream left open" in told(assert_all_closed, transport)
    stream.close()
    assert_all_closed(transport)


# -- what is told ------------------------------------------------------------------------------------------------------


def test_what_differs_is_told_with_what_was_sent() -> None:
    far = Request("POST", f"{URL}/chat", body=b"{}")
    message = told(
        assert_requested,
        asked(Request("GET", f"{URL}/models?page=2"), far, CHAT),
        "POST /v1/chat",
        json={"prompt": "Hello", "n": [1], "model": "m"},
        query={"stream": "false", "tag": ["a", "b"]},
        headers={"X-Team": "red", "X-Other": "1", "accept": None},
    )
    assert message == (
        """POST /v1/chat was requested, but not like this
  nearest: POST https://api.test/v1/chat?stream=***&tag=***&tag=*** (29 bytes)
    query.stream
      expected: 'false'
      came:     'true'
    header X-Team
      expected: 'red'
      came:     'blue'
    header X-Other
      expected: '1'
      came:     nothing
    json.prompt
      expected: 'Hello'
      came:     'Hi'
    json.n[1]
      expected: nothing
      came:     2
    json.model
      expected: 'm'
      came:     nothing
  sent:
    1. GET https://api.test/v1/models?page=***
    2. POST https://api.test/v1/chat (2 bytes)
    3. POST https://api.test/v1/chat?stream=***&tag=***&tag=*** (29 bytes)"""
    )


@pytest.mark.parametrize(
    ("came", "wanted", "differs"),
    [
        (b"[1]", {"json": [True]}, "json[0]\n      expected: True\n      came:     1"),
        (b"[]", {"json": {}}, "json\n      expected: {}\n      came:     []"),
        (b"{", {"json": {}}, "json\n      expected: a body that is JSON\n      came:     b'{'"),
        (b"", {"json": 1}, "came:     nothing"),
        (b"a", {"body": b"b"}, "body\n      expected: b'b'\n      came:     b'a'"),
        (b"a=1", {"form": {"a": 1, "b": 2}}, "form.b\n      expected: '2'\n      came:     nothing"),
        (b"a=1&b=", {"form": {"a": 1}}, "form.b\n      expected: nothing\n      came:     ''"),
        (b"", {"query": {"a": 1}}, "query.a\n      expected: '1'\n      came:     nothing"),
        (b"x" * 5000, {"body": b""}, "expected: b''\n      came:     b'xxx"),
    ],
)
def test_each_kind_of_difference_is_told(came: bytes, wanted: Any, differs: str) -> None:
    message = told(assert_requested, asked(Request("POST", URL, body=came)), "POST /v1", **wanted)
    assert differs in message
    assert len(message) < 1000


def test_nothing_sent_and_very_much() -> None:
    assert told(assert_requested, MemoryTransport(), "GET /x") == "GET /x was not requested\n  sent: nothing"
    message = told(assert_requested, asked(*[CHAT] * 50), "GET /x")
    assert message.endswith("  … and 30 more")
    assert len(message.splitlines()) == 23


def test_another_number_of_requests_is_told() -> None:
    other = Request("POST", f"{URL}/chat", body=b"[]")
    message = told(assert_requested, asked(CHAT, other), "POST /v1/chat", json=[], times=2)
    assert message.startswith("POST /v1/chat: 1 such request, not 2\n  nearest: POST ")
    with pytest.raises(ValueError, match="that there was none is told by assert_not_requested"):
        assert_requested(asked(CHAT), "GET /x", times=0)
    assert_requested(asked(CHAT), "POST /v1/chat", times=1)


def test_a_request_too_many_is_told() -> None:
    assert told(assert_not_requested, asked(CHAT, CHAT), "POST /v1/*").startswith("POST /v1/* was requested 2 times\n")
    message = told(assert_requests, asked(CHAT, CHAT), "POST /v1/chat")
    assert message.startswith("other requests were made\n  number 2 was to be: no more requests\n  sent:\n")
    assert "number 2 was to be: GET /x" in told(assert_requests, asked(CHAT), "POST /v1/chat", "GET /x")
    assert "number 1 was to be: GET /x" in told(assert_requests, asked(CHAT), "GET /x", "POST /v1/chat")


def test_a_script_that_goes_on_is_told() -> None:
    transport = MemoryTransport([Response(200), Response(201), Scripted([])])
    transport.send(CHAT)
    assert "the script goes on: 2 steps left\n    Response(201, Headers(), 0 bytes)" in told(assert_all_used, transport)


# -- secrets -----------------------------------------------------------------------------------------------------------

SECRET = "s3kr1t-value"


@pytest.mark.parametrize(
    "wanted",
    [
        {"headers": {"Authorization": f"Bearer {SECRET}!"}},
        {"headers": {"authorization": None}},
        {"query": {"api_key": f"{SECRET}!"}},
        {"query": {}},
        {"json": {"password": f"{SECRET}!", "note": "x"}},
        {"json": {"accessToken": [f"{SECRET}!"]}},
        {"json": f"a {SECRET}"},
        {"body": b""},
        {"form": {}},
    ],
    ids=str,
)
def test_no_message_shows_a_secret(wanted: Any) -> None:
    content = f'{{"password": "{SECRET}", "accessToken": {{"a": "{SECRET}"}}, "note": "{SECRET}", "maxTokens": 5}}'
    headers = {"Authorization": f"Bearer {SECRET}", "X-Echo": SECRET}
    request = Request("POST", f"https://me:pw@api.test/v1?api_key={SECRET}&q={SECRET}", headers, content.encode())
    message = told(assert_requested, asked(request), "POST /v1", **wanted)
    assert SECRET not in message
    assert "***" in message


@pytest.mark.parametrize(
    "content",
    [f'{{"user": {{"apiKey": ["{SECRET}"]}}}}', f'[{{"password": "{SECRET}"}}]', f"name=a&password={SECRET}"],
)
@pytest.mark.parametrize("wanted", [{"json": 1}, {"body": b""}, {"form": {"a": 1}}], ids=str)
def test_no_message_shows_a_secret_that_is_in_a_body_alone(content: str, wanted: Any) -> None:
    message = told(assert_requested, asked(Request("POST", URL, body=content.encode())), "POST /v1", **wanted)
    assert SECRET not in message


@pytest.mark.parametrize("name", ["json", "form"])
def test_a_secret_of_an_expected_body_is_not_shown(name: str) -> None:
    message = told(assert_requested, asked(CHAT), "POST /v1/chat", **{name: {"password": SECRET, "note": SECRET}})
    assert SECRET not in message


def test_a_secret_that_was_only_expected_is_not_shown() -> None:
    message = told(assert_requested, asked(CHAT), "POST /v1/chat", headers={"X-API-Key": SECRET, "X-Team": SECRET})
    assert SECRET not in message


def test_what_only_sounds_like_a_secret_is_shown() -> None:
    transport = asked(Request("POST", URL, body=b'{"max_tokens": 5, "author": "Ada", "assigned_to": "Bob"}'))
    message = told(assert_requested, transport, "POST /v1", json={"max_tokens": 6, "author": "Eve", "assigned_to": "x"})
    assert all(shown in message for shown in ("came:     5", "came:     'Ada'", "came:     'Bob'"))
