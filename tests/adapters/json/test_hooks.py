"""The hooks that need no cattrs do what those of its converter do."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine.adapters.json import JsonSerializer
from pristine.adapters.json.structuring import QUICK, converter
from pristine.adapters.json.writing import plain
from tests.support.author import Author
from tests.support.told import told


def outcome(structure: Callable[[Any, Any], Any], value: Any, schema: Any) -> Any:
    try:
        return told(structure(value, schema))
    except Exception as error:  # noqa: BLE001 whatever it is, both must raise it
        return type(error)  # what is wrong, and where, is told by another converter


@given(st.integers(0, 2**32))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_they_make_the_same_of_whatever_there_is(seed: int) -> None:
    author = Author(seed)
    schema = author.schema()
    for _ in range(8):
        document = author.document(schema)
        for data in (document, author.damaged(document)):
            try:
                value = JsonSerializer().decode(data)
            except Exception:  # noqa: BLE001 damaged so much that it is not JSON
                continue
            for strict in (True, False):
                theirs = converter(strict=strict, detailed=False).structure
                assert outcome(QUICK[strict].structure, value, schema) == outcome(theirs, value, schema)


class Colour(StrEnum):
    RED = "red"


@attrs.frozen
class Point:
    x: int


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (Point, {"x": 1}),
        (list[Point], [{"x": 1}]),
        (list[list[int | None]], [[1, None], []]),
        (dict[str, list[date]], {"a": ["2024-02-29"]}),
        (dict[str, int], {1: 1}),
        (dict[int, int], {"1": 1}),
        (Colour, "red"),
        (Colour | None, None),
        (tuple[int, ...], [1, 2]),
        (list[Any], [{"a": 1}, None]),
        (Literal["a", 1], True),
        (dict[str, Colour], {"a": "blue"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("strict", [True, False], ids=["request", "answer"])
def test_types_of_the_user_s_are_read_as_ever(schema: Any, value: Any, strict: bool) -> None:
    theirs = converter(strict=strict, detailed=False).structure
    assert outcome(QUICK[strict].structure, value, schema) == outcome(theirs, value, schema)


def test_plain_values_are_copied_to_the_last_list() -> None:
    value = {"a": [1, {"b": [None, Point(1), Colour.RED]}], "c": (1, Point(2))}
    made = plain(value)
    assert made == {"a": [1, {"b": [None, {"x": 1}, "red"]}], "c": [1, {"x": 2}]}
    assert made["a"] is not value["a"]
    assert plain("a") == "a"


def test_a_call_with_the_usual_types_does_not_load_cattrs() -> None:
    code = """
import sys, pristine
from pristine.adapters.json import JsonSerializer
types = {"Page": {"properties": {"items": {"type": "array", "items": "Item"},
                                 "by": {"type": "object", "additionalProperties": "Item"}}},
         "Item": {"properties": {"id": "integer", "at": {"type": ["string", "null"]}, "kind": {"enum": ["a", "b"]}},
                  "required": ["id"]}}
found = pristine.load_manifest({"name": "a", "endpoints": {}, "types": types}).types["Page"]
json = JsonSerializer()
value = json.decode(b'{"items":[{"id":1,"at":null,"kind":"a"}],"by":{"x":{"id":2}}}', found)
assert value.items[0].id + value.by["x"].id == 3
assert json.encode({"items": [{"id": 1}], "by": {}}, found) == b'{"items":[{"id":1}],"by":{}}'
print("cattrs" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.stderr, ended.stdout) == ("", "False\n")
