"""What counts as a credential, and that none of it comes back."""

import attrs
import pytest

from pristine.adapters.auth import ApiKey, Basic, Bearer
from pristine.ports.headers import Headers
from pristine.ports.messages import Request
from pristine.ports.redaction import basic_pair, credentials, scrub, speaks

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
    assert found == secrets | {"id=c00kie", "in%20query", "in query"}


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


@pytest.mark.parametrize("value", ["Basic !", "Basic /w==", "Basic", "Bearer YW5uOmh1bnRlcjI="])
def test_what_is_no_pair_of_user_and_password_has_neither(value: str) -> None:
    assert basic_pair(value) == ("", "")
