"""What counts as a credential, and that none of it comes back."""

import time

import attrs
import pytest

from pristine.adapters.auth import ApiKey, Basic, Bearer
from pristine.ports.headers import Headers
from pristine.ports.messages import Request
from pristine.ports.redaction import basic_pair, credentials, is_secret, scrub, shown_body, speaks

PLAIN = Request("GET", "http://h/x?limit=1000&api_key=in%20query", Headers({"X-Tenant": "acme", "Cookie": "id=c00kie"}))


@pytest.mark.parametrize(
    ("auth", "secrets"),
    [
        (Bearer("t0ken-value"), {"t0ken-value", "Bearer t0ken-value"}),
        (ApiKey("k3y-value", header="X-Odd"), {"k3y-value"}),
        (Basic("ann", "hunter2"), {"Basic YW5uOmh1bnRlcjI=", "YW5uOmh1bnRlcjI=", "hunter2"}),
    ],
)
def test_what_auth_adds_is_secret_whatever_its_name(auth: Bearer, secrets: set[str]) -> None:
    found = set(credentials(PLAIN, auth.sign(PLAIN)))
    assert found == secrets | {"id=c00kie", "c00kie", "in%20query", "in query"}


def test_ordinary_fields_and_short_values_are_left_alone() -> None:
    request = attrs.evolve(PLAIN, url="http://h/x?token=ab&limit=1000", headers=Headers({"X-Tenant": "acme"}))
    assert credentials(request, request) == []


def test_the_longest_is_masked_first() -> None:
    secrets = credentials(PLAIN, Bearer("abcdef").sign(PLAIN))
    assert scrub(b"got 'Bearer abcdef' and 'abcdef'", secrets) == b"got '***' and '***'"


@pytest.mark.parametrize(
    "echo", ['{"key": "a\\"b/\\u00fc?"}', '{"key": "a\\"b/ü?"}', "?key=a%22b/%C3%BC%3F", "?key=a%22b%2F%C3%BC%3F"]
)
def test_a_secret_is_found_as_json_and_urls_spell_it(echo: str) -> None:
    assert scrub(echo.encode(), ['a"b/ü?']) in {b'{"key": "***"}', b"?key=***"}


@pytest.mark.parametrize(("name", "spoken"), [("X-Api-Key", True), ("page_token", True), ("X-Tenant", False)])
def test_a_name_may_speak_of_a_secret(name: str, spoken: bool) -> None:
    assert speaks(name) is spoken


@pytest.mark.parametrize(
    "echo",
    [
        b"s%c3%bc%2fss+es+%2b",
        b"s%C3%BC%2Fss%20es%20%2B",
        b"s\\u00fc\\/ss es +",
        b"c8O8L3NzIGVzICs",
        b"c8O8L3NzIGVzICs=",
    ],
)
def test_a_secret_is_found_in_base64_too_and_however_it_is_escaped(echo: bytes) -> None:
    assert scrub(echo, ["sü/ss es +"]).rstrip(b"=") == b"***"


def test_base64_has_two_alphabets() -> None:
    assert scrub(b"Pz8_Pj4- and Pz8/Pj4+", ["???>>>"]) == b"*** and ***"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *(
            (name, True)
            for name in ("token", "reset_token", "clientSecret", "API-Key", "password", "Set-Cookie", "passwd")
        ),
        *((name, False) for name in ("next_page_token", "token_id", "max_tokens", "author", "key", "design")),
    ],
)
def test_a_name_says_whether_its_value_is_a_secret(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"user": "ann", "password": "hunter2", "n": 1}', b'{"user": "ann", "password": "***", "n": 1}'),
        (b'{"a": [{"client_secret" : "x\\"y"}]}', b'{"a": [{"client_secret" : "***"}]}'),
        (b'{"api_key": 1234, "secret": null, "token": true}', b'{"api_key": "***", "secret": null, "token": true}'),
        (b'{"credentials": {"token": "x"}}', b'{"credentials": {"token": "***"}}'),
        (b'{"access_token":"cut off', b'{"access_token":"***"'),
        (b"user=ann&password=hunter2&n=1", b"user=ann&password=***&n=1"),
        (b"see /x?access%5Ftoken=hunter2 there", b"see /x?access%5Ftoken=*** there"),
        (b'[{"token_count": 3}]', b'[{"token_count": 3}]'),
        (b"\xff\x00", b"\xff\x00"),
    ],
)
def test_a_body_is_shown_without_what_is_named_as_a_secret(body: bytes, shown: bytes) -> None:
    assert shown_body(body, [], 1000) == shown


@pytest.mark.parametrize("most", [1, 20, 4096, 10_000])
def test_a_secret_is_masked_before_the_body_is_cut(most: int) -> None:
    secret = "s3kr1t" * 10
    body = (b"x" * 9 + secret.encode()) * 20_000
    shown = shown_body(body, [secret], most)
    assert len(shown) <= most
    assert b"s3k" not in shown
    assert shown[:12] == b"xxxxxxxxx***"[:most]


@pytest.mark.parametrize("part", [b'"', b'"a":', b"\\", b'{"', b"a=", b'"token":"', b"&", b"%"])
def test_no_body_is_slow(part: bytes) -> None:
    began = time.process_time()
    shown_body(part * 200_000, ["s3kr1t"], 200_000)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("value", ["Basic !", "Basic /w==", "Basic", "Bearer YW5uOmh1bnRlcjI="])
def test_what_is_no_pair_of_user_and_password_has_neither(value: str) -> None:
    assert basic_pair(value) == ("", "")
