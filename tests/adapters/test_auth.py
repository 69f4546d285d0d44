"""Credentials: where each goes on the request, what is refused, and that none is ever shown."""

import base64
import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from pristine import ApiKey, Basic, Bearer, ConfigurationError, Request, StaticHeaders
from pristine.ports.errors import InvalidHeader

SECRET = "sekrit-value"
BARE = Request("GET", "http://a.test/", [("Accept", "x"), ("authorization", "old"), ("x-api-key", "old")])
ALL: list[Any] = [Bearer(SECRET), ApiKey(SECRET), Basic(SECRET, SECRET), StaticHeaders({"X-Token": SECRET})]


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        (Bearer(SECRET), "authorization", f"Bearer {SECRET}"),
        (ApiKey(SECRET), "x-api-key", SECRET),
        (ApiKey(SECRET, header="X-Other"), "x-other", SECRET),
        (Basic("me", "grüße:"), "authorization", f"Basic {base64.b64encode('me:grüße:'.encode()).decode()}"),
        (Basic("key", ""), "authorization", f"Basic {base64.b64encode(b'key:').decode()}"),
        (StaticHeaders({"Authorization": "x"}), "authorization", "x"),
    ],
)
def test_the_credential_takes_the_place_of_whatever_was_there(auth: Any, name: str, value: str) -> None:
    signed = auth.sign(BARE)
    assert signed.headers.get_all(name) == [value]
    assert signed.headers["accept"] == "x"
    assert BARE.headers["authorization"] == "old"


def test_static_headers_may_repeat() -> None:
    assert StaticHeaders([("X", "1"), ("X", "2")]).sign(BARE).headers.get_all("x") == ["1", "2"]


@pytest.mark.parametrize("auth", ALL, ids=lambda auth: type(auth).__name__)
def test_no_credential_is_shown_and_all_can_be_copied(auth: Any) -> None:
    assert SECRET not in f"{auth!r} {auth} {auth.sign(BARE)!r}"
    for again in (copy.deepcopy(auth), pickle.loads(pickle.dumps(auth))):
        assert again == auth
        assert again.sign(BARE) == auth.sign(BARE)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Bearer(""),
        lambda: Bearer(f"{SECRET}\r\nEvil: 1"),
        lambda: Bearer(SECRET.encode()),  # type: ignore[arg-type]  # the mistake that is tested
        lambda: Bearer(None),  # type: ignore[arg-type]  # the mistake that is tested
        lambda: ApiKey(f"{SECRET}\0"),
        lambda: ApiKey(SECRET, header="X Key"),
        lambda: ApiKey(SECRET, header=""),
        lambda: Basic(f"{SECRET}:", SECRET),
        lambda: Basic(SECRET, None),  # type: ignore[arg-type]  # the mistake that is tested
        lambda: Basic(5, SECRET),  # type: ignore[arg-type]  # the mistake that is tested
        lambda: Basic(SECRET, f"{SECRET}\n"),
        lambda: Basic(SECRET, "\ud800"),
        lambda: StaticHeaders({"X": f"{SECRET}\n"}),
        lambda: StaticHeaders({f"X: {SECRET}": ""}),
    ],
)
def test_a_credential_that_cannot_be_sent_is_refused_when_it_is_given(make: Callable[[], Any]) -> None:
    with pytest.raises((ConfigurationError, InvalidHeader)) as caught:
        make()
    assert SECRET not in f"{caught.value!r}{vars(caught.value)}"
