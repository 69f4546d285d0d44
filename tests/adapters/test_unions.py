"""Where a value fits several members of a union, the first counts: whatever else was loaded, and read, before.

To Python, unions of the same members are equal in any order, and what is kept by type could be the other's.
"""

from datetime import date
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.adapters.msgspec import MsgspecSerializer
from pristine.ports.serializer import Serializer
from tests.support.offline import manifest

SERIALIZERS: Final = [JsonSerializer(), MsgspecSerializer()]
FIRST: Final = {"P": ("P", "Q"), "Q": ("Q", "P")}
"""The member that counts -> a union in its order."""

AROUND: Final[dict[str, tuple[Any, bytes]]] = {
    "itself": ("{}", b"%s"),
    "a list": ({"type": "array", "items": "{}"}, b"[%s]"),
    "a map": ({"type": "object", "additionalProperties": "{}"}, b'{"k":%s}'),
    "a name": ({"$ref": "{}"}, b"%s"),
    "nullable": ({"$ref": "{}", "nullable": True}, b"%s"),
    "one of more": ({"anyOf": ["{}", "string"]}, b"%s"),
    "a field": ({"properties": {"f": "{}"}, "required": ["f"]}, b'{"f":%s}'),
    "an optional field": ({"properties": {"f": {"type": "array", "items": "{}"}}}, b'{"f":[%s]}'),
}


def loaded(around: Any) -> Any:
    """The types of an API in which both orders are, inside something."""
    unions = {f"U{name}": {"anyOf": [*order]} for name, order in FIRST.items()}
    whole = {f"In{name}": _with(around, f"U{name}") for name in FIRST}
    members = {name: {"properties": {"a": "string", "by": {"type": "string", "default": name}}} for name in FIRST}
    return pristine.load_manifest(manifest(types={**members, **unions, **whole})).types


def _with(around: Any, name: str) -> Any:
    if isinstance(around, dict):
        return {key: _with(part, name) for key, part in around.items()}
    if isinstance(around, list):
        return [_with(part, name) for part in around]
    return name if around == "{}" else around


def inside(value: Any) -> Any:
    """What is in all that is around it."""
    if isinstance(value, list):
        return inside(value[0])
    if isinstance(value, dict):
        return inside(value["k"])
    return inside(value.f) if hasattr(value, "f") else value


@pytest.mark.parametrize("serializer", SERIALIZERS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("sequence", ["PQ", "QP"])
@pytest.mark.parametrize(("around", "text"), AROUND.values(), ids=AROUND)
def test_the_first_that_fits_counts_in_each_order(
    serializer: Serializer, sequence: str, around: Any, text: bytes
) -> None:
    types = loaded(around)
    for name in sequence * 2:
        data = text % b'{"a":"x"}'
        read = inside(serializer.decode(data, types[f"In{name}"]))
        assert (type(read), read.by) == (types[name], name)
        assert serializer.encode(serializer.decode(data), types[f"In{name}"]) == text % (
            b'{"a":"x","by":"%s"}' % name.encode()
        )


DATE: Final = {"type": "string", "format": "date"}


@pytest.mark.parametrize("serializer", SERIALIZERS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("sequence", [("string", DATE), (DATE, "string")], ids=["text first", "date first"])
@pytest.mark.parametrize("null", [[], ["null"]], ids=["", "nullable"])
def test_that_holds_for_scalars_too(serializer: Serializer, sequence: tuple[Any, Any], null: list[str]) -> None:
    for first, second in (sequence, sequence[::-1]):
        union = pristine.load_manifest(manifest(types={"U": {"anyOf": [first, second, *null]}})).types["U"]
        expected: Any = "2026-01-02" if first == "string" else date(2026, 1, 2)
        assert serializer.decode(b'"2026-01-02"', union) == expected
        assert serializer.decode(b'["2026-01-02"]', list[union]) == [expected]  # type: ignore[valid-type]  # made at run time


@pytest.mark.parametrize("serializer", SERIALIZERS, ids=lambda one: type(one).__name__)
def test_an_enum_in_a_union_is_open_in_answers(serializer: Serializer) -> None:
    union = pristine.load_manifest(manifest(types={"U": {"anyOf": [{"enum": ["a"]}, "integer"]}})).types["U"]
    assert serializer.decode(b'"b"', union) == "b"
    assert serializer.decode(b'["b", 5]', list[union]) == ["b", 5]  # type: ignore[valid-type]  # as above
