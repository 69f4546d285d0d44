"""An endpoint is compiled once, and its declared parameters are held to their types."""

import gc
import weakref
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest

import pristine
from pristine.core.operation import find
from pristine.ports.errors import InvalidHeader, InvalidParameter, UnknownEndpoint
from tests.support.offline import manifest, refused, sent


class Colour(Enum):
    RED = "red"


def test_an_operation_is_compiled_once_for_a_manifest() -> None:
    one, other = (pristine.load_manifest(manifest()) for _ in range(2))
    assert find(one, "e") is find(one, "e")
    assert find(one, "e") is not find(other, "e")


def test_what_is_compiled_lives_no_longer_than_its_manifest() -> None:
    loaded = pristine.load_manifest(manifest())
    gone = weakref.ref(find(loaded, "e").path)
    del loaded
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(("id", "hint"), [("ee", "did you mean 'e'?"), ("", "known: e"), (None, ""), (["e"], "")])
def test_an_unknown_endpoint_is_an_error_with_the_nearest(id: Any, hint: str) -> None:
    with pytest.raises(UnknownEndpoint, match="test has no endpoint") as caught:
        find(pristine.load_manifest(manifest()), id)
    assert hint in str(caught.value)


def test_the_user_agent_names_the_api_whatever_it_is_called() -> None:
    assert sent({**manifest(), "name": "my API é\n", "version": "2.1"}).headers["user-agent"] == (
        "pristine-sdk my-API---/2.1"
    )


FITTING: dict[str, list[Any]] = {
    "string": ["", "x", Colour.RED, date(2024, 5, 1), UUID(int=1)],
    "integer": [0, -3, 10**30],
    "number": [0, 1.5, Decimal("1.5")],
    "boolean": [True, False],
    "any": ["x", 1, [1], {"a": 1}],
}
UNFITTING: dict[str, list[Any]] = {
    "string": [1, True, b"x", ["x"]],
    "integer": ["1", 1.0, True],
    "number": ["1", True],
    "boolean": ["true", 1, 0],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in FITTING.items() for value in values])
def test_a_value_of_the_declared_type_is_sent(kind: str, value: Any) -> None:
    assert "?q" in sent(manifest({"query": {"q": kind}}), query={"q": value}).url


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in UNFITTING.items() for value in values])
def test_a_value_of_another_type_is_refused_and_not_coerced(kind: str, value: Any) -> None:
    assert refused(InvalidParameter, manifest({"query": {"q": kind}}), query={"q": value}).where == "q"


def test_an_enum_takes_its_members_and_no_look_alikes() -> None:
    source = manifest({"query": {"q": {"enum": ["red", 1, True]}}})
    for value, text in (("red", "red"), (Colour.RED, "red"), (1, "1"), (True, "true")):
        assert sent(source, query={"q": value}).url.endswith(f"?q={text}")
    assert "one of red, 1, True" in str(refused(InvalidParameter, source, query={"q": "blue"}))
    refused(InvalidParameter, manifest({"query": {"q": {"enum": [1]}}}), query={"q": True})


def test_an_array_holds_items_of_its_type() -> None:
    source = manifest({"query": {"q": {"type": "array", "items": "integer"}}})
    assert sent(source, query={"q": (1, 2)}).url.endswith("?q=1&q=2")
    assert "a list, each item a whole number" in str(refused(InvalidParameter, source, query={"q": [1, "2"]}))
    refused(InvalidParameter, source, query={"q": "12"})


def test_an_object_in_a_query_has_the_fields_of_its_type() -> None:
    types = {"Filter": {"properties": {"kind": "string", "min-size": "integer"}, "required": ["kind"]}}
    source = manifest({"query": {"f": "Filter", "free": {"type": "object"}}}, types=types)
    assert sent(source, query={"f": {"kind": "x", "min-size": 3}}).url.endswith("?f%5Bkind%5D=x&f%5Bmin-size%5D=3")
    assert sent(source, query={"free": {"z": 1}}).url.endswith("?free%5Bz%5D=1")
    for wrong in ({"min-size": 3}, {"kind": 1}, {"kind": "x", "other": 1}, "x", [1]):
        refused(InvalidParameter, source, query={"f": wrong})
    refused(InvalidParameter, source, query={"free": "x"})


def test_none_leaves_a_parameter_out_even_one_that_has_a_default() -> None:
    source = manifest({"query": {"q": {"type": "integer", "nullable": True}, "d": {"type": "integer", "default": 0}}})
    assert sent(source).url.endswith("/?d=0")
    assert sent(source, query={"q": None, "d": None}).url.endswith("test/")


@pytest.mark.parametrize(
    ("schema", "fitting", "unfitting"),
    [
        ("integer", ["5", "-3", "+1"], ["", "x", "1.5", "5 "]),
        ("number", ["5", "1.5", "-1e3", ".5"], ["x", "nan", "1,5"]),
        ("boolean", ["true", "false"], ["True", "1"]),
        ("string", ["", "x"], []),
    ],
)
def test_a_header_s_text_spells_a_value_of_its_type(schema: str, fitting: list[str], unfitting: list[str]) -> None:
    source = manifest({"headers": {"X-P": {"type": schema}}})
    for text in fitting:
        assert sent(source, headers={"x-p": text}).headers["x-p"] == text
    for text in unfitting:
        error = refused(InvalidHeader, source, headers={"x-p": text})
        assert error.where == "X-P"
        assert "must be" in str(error)


def test_a_header_enum_is_held_to_its_members() -> None:
    source = manifest({"headers": {"X-P": {"enum": ["a", 1, True]}}})
    for text in ("a", "1", "true"):
        assert sent(source, headers={"X-P": text}).headers["x-p"] == text
    assert "one of a, 1, True" in str(refused(InvalidHeader, source, headers={"X-P": "b"}))
