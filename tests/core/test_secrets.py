"""What counts as a credential, and that none of it comes back."""

import attrs
import pytest

from pristine.adapters.auth import ApiKey, Basic, Bearer
from pristine.core.secrets import credentials, scrub
from pristine.ports.headers import Headers
from pristine.ports.messages import Request

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
