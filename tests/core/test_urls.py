"""A value in a path or a query never changes which resource is meant."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine.core.requests.urls import PathTemplate, encode_query
from pristine.ports.errors import InvalidParameter
from tests.support.ids import shown


class Colour(StrEnum):
    RED = "red"


class Size(Enum):
    LARGE = "l"
    DAY = date(2024, 5, 1)


class Level(IntEnum):
    HIGH = 3


SCALARS: list[tuple[Any, str]] = [
    (True, "true"),
    (False, "false"),
    (0, "0"),
    (10**20, "100000000000000000000"),
    (-1.5, "-1.5"),
    ("", ""),
    (Colour.RED, "red"),
    (Size.LARGE, "l"),
    (Size.DAY, "2024-05-01"),
    (Level.HIGH, "3"),
    (date(2024, 5, 1), "2024-05-01"),
    (datetime(2024, 5, 1, 12, tzinfo=UTC), "2024-05-01T12:00:00Z"),
    (time(12, 30), "12:30:00"),
    (Decimal("1.10"), "1.10"),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ("grüße & = + % / ? # \r\n", "grüße & = + % / ? # \r\n"),
]
NO_TEXT: list[Any] = [
    b"x",
    object(),
    {1, 2},
    float("nan"),
    float("inf"),
    Decimal("NaN"),
    timedelta(1),
    datetime,
    "\ud800",
]

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def fill(template: str, **values: Any) -> str:
    return PathTemplate.parse(template).fill(values)


def wrong(template: str, **values: Any) -> InvalidParameter:
    with pytest.raises(InvalidParameter) as caught:
        fill(template, **values)
    return caught.value


# -- paths -------------------------------------------------------------------------------------------------------------


def test_placeholders_stand_anywhere_in_a_segment() -> None:
    assert fill("/a/{x}/b/{y}.{z}:go", x=1, y="n", z="txt") == "/a/1/b/n.txt:go"
    assert fill("/plain") == "/plain"


@pytest.mark.parametrize("value", ["v1..2", "...", "..a", "a..", "-", "~", ".hidden"])
def test_dots_inside_a_value_are_fine(value: str) -> None:
    assert fill("/a/{x}", x=value) == f"/a/{value}"


@pytest.mark.parametrize(
    ("value", "encoded"),
    {
        "a/b": "a%2Fb",
        "?": "%3F",
        "#": "%23",
        "%2e%2e": "%252e%252e",
        "a b": "a%20b",
        "é": "%C3%A9",
        "\r\n": "%0D%0A",
        ";": "%3B",
        "\\..": "%5C..",
        "../x": "..%2Fx",
    }.items(),
)
def test_what_has_a_meaning_in_urls_is_percent_encoded(value: str, encoded: str) -> None:
    assert fill("/a/{x}/b", x=value) == f"/a/{encoded}/b"


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("/a/{x}", {"x": "."}),
        ("/a/{x}/b", {"x": ".."}),
        ("/a/{x}.", {"x": "."}),
        ("/a/.{x}", {"x": "."}),
        ("/a/{x}{y}", {"x": ".", "y": "."}),
        ("/a/%2e{x}", {"x": "."}),
        ("/a/{x}%2E", {"x": "."}),
    ],
)
def test_a_dot_segment_is_refused_however_it_comes_about(template: str, values: dict[str, str]) -> None:
    error = wrong(template, **values)
    assert error.where == "x"
    assert "would lead to another resource" in str(error)


def test_a_missing_or_empty_parameter_is_refused_by_name() -> None:
    cases: list[tuple[dict[str, Any], str]] = [({}, "missing"), ({"x": None}, "missing"), ({"x": ""}, "empty")]
    for values, said in cases:
        error = wrong("/a/{x}", **values)
        assert error.where == "x"
        assert said in str(error)


def test_an_unknown_parameter_is_refused_with_the_nearest() -> None:
    assert "no parameter 'user_idd'; did you mean 'user_id'?" in str(wrong("/a/{user_id}", user_id=1, user_idd=2))
    assert "no parameter 'zzz'; known: user_id" in str(wrong("/a/{user_id}", user_id=1, zzz=2))
    assert "it has none" in str(wrong("/a", x=1))


@pytest.mark.parametrize("value", [*NO_TEXT, [1], {"a": 1}], ids=shown)
def test_a_path_parameter_without_an_obvious_text_is_refused(value: Any) -> None:
    assert wrong("/a/{x}", x=value).where == "x"


@given(text)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_a_path_reads_back_as_the_value_and_stays_one_segment(value: str) -> None:
    if value in {"", ".", ".."}:
        wrong("/a/{x}/b", x=value)
        return
    path = fill("/a/{x}/b", x=value)
    assert urlsplit(f"http://a.test{path}").path == path
    assert [unquote(segment) for segment in path.split("/")] == ["", "a", value, "b"]


# -- queries -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "expected"), SCALARS)
def test_a_scalar_has_one_text_in_queries_and_paths(value: Any, expected: str) -> None:
    assert parse_qsl(encode_query({"q": value}), keep_blank_values=True) == [("q", expected)]
    if expected:
        assert unquote(fill("/{x}", x=value)) == f"/{expected}"


@pytest.mark.parametrize(
    ("query", "encoded"),
    [
        ({}, ""),
        ({"a": None}, ""),
        ({"a": []}, ""),
        ({"a": ["x", "y"]}, "a=x&a=y"),
        ({"a": ("x", None, True)}, "a=x&a=true"),
        ({"a": {"b": 1, "c": None}}, "a%5Bb%5D=1"),
        ({"a": {"b": {"c": [1, 2]}}}, "a%5Bb%5D%5Bc%5D=1&a%5Bb%5D%5Bc%5D=2"),
        ({"a": [{"b": 1}, {"b": 2}]}, "a%5B0%5D%5Bb%5D=1&a%5B1%5D%5Bb%5D=2"),
        ({"a": [[1], [2, 3]]}, "a%5B0%5D=1&a%5B1%5D=2&a%5B1%5D=3"),
        ({"a&b": "=", "ü": "+"}, "a%26b=%3D&%C3%BC=%2B"),
    ],
)
def test_arrays_repeat_and_objects_nest(query: Mapping[str, Any], encoded: str) -> None:
    assert encode_query(query) == encoded


@pytest.mark.parametrize("value", NO_TEXT, ids=shown)
def test_a_query_value_without_an_obvious_text_is_refused_where_it_is(value: Any) -> None:
    with pytest.raises(InvalidParameter) as caught:
        encode_query({"a": {"b": ["fine", value]}})
    assert caught.value.where == "a.b[1]"


@pytest.mark.parametrize("query", [{5: "x"}, {"a": {5: "x"}}, {None: "x"}, {"\ud800": "x"}])
def test_a_query_name_is_text(query: Any) -> None:
    with pytest.raises(InvalidParameter, match="the name of a query parameter"):
        encode_query(query)


def test_a_query_that_holds_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(InvalidParameter, match="nested too deeply"):
        encode_query({"a": endless})


@given(st.dictionaries(text, st.one_of(text, st.lists(text, min_size=1, max_size=3)), max_size=4))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_a_flat_query_reads_back_as_it_was(query: dict[str, str | list[str]]) -> None:
    expected = [(key, one) for key, value in query.items() for one in (value if isinstance(value, list) else [value])]
    encoded = encode_query(query)
    assert parse_qsl(encoded, keep_blank_values=True) == expected
    assert encoded.isascii()
    assert not set(encoded) & set(" \r\n#?/")


@pytest.mark.parametrize(
    ("template", "url", "secrets"),
    [
        ("/reset/{reset_token}", "http://h/v1/reset/abc%2Fdef", ["abc%2Fdef", "abc/def"]),
        ("/reset/{reset_token}", "http://h/reset/abcdef?reset=uvwxyz", ["abcdef"]),
        ("/u/{id}/keys/{apiKey}/use", "http://h/u/1234/keys/abcdef/use", ["abcdef"]),
        ("/reset/{reset_token}", "http://h/reset/{reset_token}", []),
        ("/reset/{reset_token}", "http://h/reset/ab", []),
        ("/lists/{page_token}", "http://h/lists/abcdef", []),
        ("/a/b/c/d/e/f/{token}", "http://h/next", []),
    ],
)
def test_a_path_knows_which_of_its_values_are_secrets(template: str, url: str, secrets: list[str]) -> None:
    assert PathTemplate.parse(template).secrets(url) == secrets
