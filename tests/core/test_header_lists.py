"""Lists in headers (RFC 9110 section 5.6.1): written with commas, checked item by item, the same on both faces."""

from datetime import date, timedelta
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.core.requests.styles import header_parts
from pristine.ports.errors import InvalidHeader
from tests.support.faces import FACES
from tests.support.offline import BASE, answer, manifest, refused, sent

TEXTS: Final = {"type": "array", "items": "string"}
NUMBERS: Final = {"type": "array", "items": "integer", "maxItems": 3}


def of(type_: dict[str, Any]) -> dict[str, Any]:
    return manifest({"headers": {"X-A": type_}})


def field(value: Any, type_: dict[str, Any]) -> list[str]:
    """The fields of the request that a client's method makes."""
    transport = MemoryTransport([answer(None)])
    with pristine.Client(
        pristine.load_manifest(of(type_)), pristine.context(transport=transport, base_url=BASE)
    ) as api:
        api.e(x_a=value)
    return transport.requests[0].headers.get_all("x-a")


@pytest.mark.parametrize(
    ("value", "type_", "text"),
    [
        (["a", "b c"], TEXTS, "a,b c"),
        (("a",), TEXTS, "a"),
        (['"x,y"', 'W/"z"'], TEXTS, '"x,y",W/"z"'),
        ([r'"a\",b"'], TEXTS, r'"a\",b"'),
        ([1, 2], NUMBERS, "1,2"),
        ([True, False], {"type": "array", "items": "boolean"}, "true,false"),
        ([date(2026, 1, 2)], {"type": "array", "items": {"type": "string", "format": "date"}}, "2026-01-02"),
        ([timedelta(minutes=5)], {"type": "array", "items": {"type": "string", "format": "duration"}}, "PT5M"),
        ("a,b", TEXTS, "a,b"),
    ],
)
def test_a_list_is_written_with_commas(value: Any, type_: dict[str, Any], text: str) -> None:
    assert field(value, type_) == [text]


@pytest.mark.parametrize("item", ["a,b", "", " a", "a ", ","])
def test_an_item_that_would_not_be_read_as_one_is_refused(item: str) -> None:
    with pytest.raises(InvalidHeader, match="an item of header 'X-A' would not be read as one") as caught:
        field(["x", item], TEXTS)
    assert caught.value.where == "X-A"


def test_items_are_of_their_type() -> None:
    for value in (["1"], [1, 2, 3, 4], 5):
        with pytest.raises(InvalidHeader, match="header parameter 'X-A' must be a list, each item a whole number"):
            field(value, NUMBERS)
    with pytest.raises(InvalidHeader, match="line breaks"):
        field(["a\r\nX-B: c"], TEXTS)


def test_a_list_of_nothing_is_left_out_unless_that_means_something() -> None:
    assert field([], TEXTS) == []
    assert field([], {**TEXTS, "default": ["a"]}) == [""]
    assert field([], {**TEXTS, "required": True}) == [""]
    assert field(None, {**TEXTS, "default": []}) == []
    assert field(None, {**TEXTS, "default": ["a", "b"]}) == ["a,b"]


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
def test_a_call_says_it_as_text(face: Any) -> None:
    transport = MemoryTransport([answer(None)] * 2)
    source = pristine.load_manifest(of({**NUMBERS, "default": [1, 2]}))
    with face(pristine.context(transport=transport, base_url=BASE), source) as api:
        api.execute("e")
        api.execute("e", headers={"x-a": "1, 2 ,,3"})
    assert [request.headers.get_all("x-a") for request in transport.requests] == [["1,2"], ["1, 2 ,,3"]]


def test_a_text_is_held_to_the_type_of_the_items() -> None:
    assert "each item a whole number" in str(refused(InvalidHeader, of(NUMBERS), headers={"X-A": "1, x"}))
    assert sent(of(NUMBERS), headers=[("X-A", "1"), ("X-A", "2")]).headers.get_all("x-a") == ["1", "2"]


def test_what_was_written_is_read_back() -> None:
    assert header_parts(' a , "b,c" ,, d"e,f"g ') == ["a", '"b,c"', 'd"e,f"g']
    assert header_parts('"never ended, a') == ['"never ended, a']
    assert header_parts("\t, ,") == []
    assert len(header_parts('"\\' * 100_000)) == 1
