"""Header fields: any case, in order, repeats kept; what is unsafe is refused without being shown."""

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine import Headers
from pristine.ports.errors import InvalidHeader
from pristine.ports.fields import checked
from pristine.ports.headers import MASK, PRINTABLE

COOKIES = Headers([("Set-Cookie", "a=1"), ("Accept", "x"), ("set-cookie", "b=2")])
SECRET = "sekrit-value"


def test_names_are_found_in_any_case() -> None:
    headers = Headers({"Content-Type": "text/plain"})
    assert headers["content-type"] == headers["CONTENT-TYPE"] == headers.get("Content-type") == "text/plain"
    assert "CONTENT-type" in headers
    assert "accept" not in headers
    assert headers.get("accept") is None


def test_a_repeated_field_keeps_its_lines_in_order() -> None:
    assert COOKIES.get_all("SET-COOKIE") == ["a=1", "b=2"]
    assert COOKIES.get_all("x") == []
    assert COOKIES.multi_items() == (("Set-Cookie", "a=1"), ("Accept", "x"), ("set-cookie", "b=2"))


def test_as_a_mapping_a_repeated_field_is_joined() -> None:
    assert dict(COOKIES) == {"set-cookie": "a=1, b=2", "accept": "x"}
    assert list(COOKIES) == ["set-cookie", "accept"]
    assert len(COOKIES) == 2


def test_merged_replaces_fields_of_the_same_name_and_keeps_the_rest() -> None:
    merged = COOKIES.merged({"SET-COOKIE": "c=3", "X": "1"})
    assert merged.multi_items() == (("Accept", "x"), ("SET-COOKIE", "c=3"), ("X", "1"))
    assert COOKIES.get_all("set-cookie") == ["a=1", "b=2"]
    assert COOKIES.merged(()) is COOKIES


def test_headers_are_equal_to_the_same_fields_whatever_the_case() -> None:
    assert Headers({"A": "1", "B": "2"}) == Headers([("b", "2"), ("a", "1")]) == {"a": "1", "B": "2"}
    assert hash(Headers({"A": "1"})) == hash(Headers({"a": "1"}))
    assert Headers([("a", "1"), ("a", "2")]) != Headers([("a", "2"), ("a", "1")])
    assert Headers({"a": "1"}) != 1


@pytest.mark.parametrize("again", [lambda h: pickle.loads(pickle.dumps(h)), copy.copy, copy.deepcopy, Headers])
def test_a_copy_has_every_line(again: Any) -> None:
    assert again(COOKIES).multi_items() == COOKIES.multi_items()


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "Cookie", "X-Anything", "Proxy-Authorization"])
def test_repr_hides_every_value_that_is_not_known_to_be_harmless(name: str) -> None:
    shown = repr(Headers({name: SECRET, "Accept": "text/html"}))
    assert SECRET not in shown
    assert shown == f"Headers({name}: {MASK}, Accept: text/html)"


def test_no_printable_field_speaks_of_credentials() -> None:
    assert not [name for name in PRINTABLE if any(word in name for word in ("auth", "cookie", "token", "secret"))]


@pytest.mark.parametrize("break_", ["\r", "\n", "\r\n", "\0", "\x1b", "\x7f", "\u2028", "\N{SNOWMAN}", "\ud800"])
def test_a_value_that_cannot_be_sent_is_refused_and_not_shown(break_: str) -> None:
    with pytest.raises(InvalidHeader) as caught:
        checked({"X-Key": f"{SECRET}{break_}Evil: 1"})
    assert caught.value.where == "X-Key"
    assert SECRET not in f"{caught.value!r}{caught.value}{caught.value.__dict__}"


@pytest.mark.parametrize("value", [None, 5, b"x", ["a", "b"]])
def test_a_value_that_is_not_text_is_refused(value: Any) -> None:
    with pytest.raises(InvalidHeader, match=f"X-Key: the value must be a str, not {type(value).__name__}"):
        checked({"X-Key": value})


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ä", "a\0", "(a)", " a"])
def test_a_name_that_is_no_token_is_refused(name: str) -> None:
    with pytest.raises(InvalidHeader, match="is not a token"):
        checked({name: "x"})


@pytest.mark.parametrize("name", [f"Authorization: Bearer {SECRET}", f"X\r\nAuthorization: {SECRET}"])
def test_a_value_that_slipped_into_a_name_is_not_shown(name: str) -> None:
    with pytest.raises(InvalidHeader) as caught:
        checked({name: ""})
    assert SECRET not in f"{caught.value!r}{caught.value.__dict__}"


@pytest.mark.parametrize("source", [5, "Accept", ["Accept"], [("a", "b", "c")], [5], {5: "x"}, {b"a": "x"}])
def test_what_is_no_list_of_fields_is_refused(source: Any) -> None:
    with pytest.raises(InvalidHeader):
        checked(source)


@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z0-9\-]{1,8}", fullmatch=True), st.text("ab ,;=é\t", max_size=5))))
@settings(max_examples=50, derandomize=True, deadline=None)
def test_whatever_can_be_sent_survives_in_order(pairs: list[tuple[str, str]]) -> None:
    headers = checked(pairs)
    assert list(headers.multi_items()) == pairs
    for name, _ in pairs:
        assert headers.get_all(name.upper()) == [value for key, value in pairs if key.lower() == name.lower()]
