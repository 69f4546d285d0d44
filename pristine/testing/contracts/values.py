"""Values and schemas for the contract of serializers: those that come back as they were, and those that are refused.

All of them can be said in any notation; what is special about JSON stands in the contract.
"""

import math
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any, Literal

from pristine.manifest.load import load_manifest
from pristine.testing.contracts.probing import fail


def order() -> Any:
    """The Model of most values."""
    return _types()["Order"]


@cache
def _types() -> Any:
    item = {"properties": {"name": "string"}, "required": ["name"]}
    order = {
        "properties": {
            "items": {"type": "array", "items": "Item"},
            "note": {"type": "string", "nullable": True},
            "state": {"enum": ["new", "done", 1]},
            "meta": {"type": "object"},
            "count": "integer",
            "weight": "number",
            "big-size": "integer",
            "parent": "Order",
        },
        "required": ["items"],
    }
    return load_manifest({"name": "contract", "endpoints": {}, "types": {"Order": order, "Item": item}}).types


def misfits() -> Iterator[tuple[Any, Any, str]]:
    """(value, schema, where): of the wrong type, or with a field missing."""
    order, item = _types()["Order"], _types()["Item"]
    items: Any = list[item]  # type: ignore[valid-type]  # a class that a manifest makes
    yield {}, order, "items"
    yield [], order, ""
    yield None, order, ""
    yield {"items": "abc"}, order, "items"
    yield {"items": {"0": {}}}, order, "items"
    yield {"items": [{"name": "a"}, {}]}, order, "items[1].name"
    yield {"items": [{"name": "a"}] * 3 + [{"name": 5}]}, order, "items[3].name"
    yield {"items": [{"name": None}]}, order, "items[0].name"
    yield {"items": [[]]}, order, "items[0]"
    yield {"items": [], "state": 1.5}, order, "state"
    yield {"items": [], "meta": []}, order, "meta"
    yield {"items": [], "note": 5}, order, "note"
    yield {"items": [], "count": "5"}, order, "count"
    yield {"items": [], "count": True}, order, "count"
    yield {"items": [], "count": 1.5}, order, "count"
    yield {"items": [], "weight": "5"}, order, "weight"
    yield {"items": [], "weight": False}, order, "weight"
    yield {"items": [], "big-size": "5"}, order, "big-size"
    yield {"items": [], "parent": {"items": [], "parent": {"items": 5}}}, order, "parent.parent.items"
    yield [{"name": "a"}, {"name": 1}], items, "[1].name"
    yield [1, "2"], list[int], "[1]"
    yield "12", list[int], ""
    yield {"a": [1, "2"]}, dict[str, list[int]], "a[1]"
    yield {"a": 1.5, "b": "2"}, dict[str, float], "b"
    yield "5", int | None, ""
    yield 5, Literal["a", "b"], ""
    yield 0, bool, ""
    yield 1, str, ""


def breaking() -> Iterator[tuple[Any, Any, str]]:
    """(value, schema, where) that only an answer may be, and those that not even an answer may be."""
    yield from misfits()
    order = _types()["Order"]
    yield {"items": [], "itms": 1}, order, "itms"
    yield {"items": [{"name": "a"}, {"name": "b", "nam": "c"}]}, order, "items[1].nam"
    yield {"items": [], "big_size": 5}, order, "big_size"
    yield {"items": [], "state": "shipped"}, order, "state"
    yield {"items": [], "state": True}, order, "state"
    yield {"items": [], "weight": math.nan}, order, "weight"
    yield "c", Literal["a", "b"], ""


def faithful() -> Iterator[tuple[Any, Any]]:
    """(value, schema) that come back as they were."""
    order, item = _types()["Order"], _types()["Item"]
    items: Any = list[item]  # type: ignore[valid-type]  # a class that a manifest makes
    yield {"items": []}, order
    yield {"items": [{"name": "a"}, {"name": '☃\0"\\\n'}], "note": None, "state": 1, "meta": {"a": [None]}}, order
    yield {"items": [], "count": 2**63 - 1, "weight": 1e300, "big-size": -(2**63), "parent": {"items": []}}, order
    yield [{"name": "a"}, {"name": ""}], items
    yield {"x": {"name": "a"}}, dict[str, item]  # type: ignore[valid-type]  # the same
    yield [1, -2, 0], list[int]
    yield [[], [True, False]], list[list[bool]]
    yield {"a": 1.5, "": 0.1}, dict[str, float]
    yield {"a": [1], "b": []}, dict[str, list[int]]
    yield from (("a", Literal["a", 1]), (1, Literal["a", 1]), (None, Literal["a"] | None))
    yield from ((None, int | None), (5, int | None), ("five", str), (None, type(None)), (0.5, float), (True, bool))
    yield {"a": [None, {"b": 1}]}, Any
    yield [None, True, 1, 1.5, "a", [], {}], None
    yield [0.1, 5e-324, 1.7976931348623157e308, -1e-7, 2**53 + 1], None


def plain(random: Random, depth: int) -> Any:
    """A value of the types that every notation has."""
    kind = random.randrange(8 if depth else 6)
    if kind == 6:
        return [plain(random, depth - 1) for _ in range(random.randrange(5))]
    if kind == 7:
        return {_text(random): plain(random, depth - 1) for _ in range(random.randrange(5))}
    real = random.uniform(-1, 1) * 10 ** random.randint(-300, 300)
    numbers = (random.randint(-(2**63), 2**63 - 1), random.randint(-9, 9), real)
    return (None, random.random() < 0.5, *numbers, _text(random))[kind]


def _text(random: Random) -> str:
    return "".join(random.choices('ab \0\x1f"\\/\n\r\t\x7fé\u2028\ufeff\ufffd☃😀', k=random.randrange(8)))


def deep(depth: int) -> Any:
    """A list in a list in a list."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def expect_alike(came: Any, expected: Any, what: str) -> None:
    """Compare; True is not 1."""
    if not _alike(came, expected):
        fail(what, f"{expected!r:.500}", repr(came))


def _alike(one: Any, other: Any) -> bool:
    """Equal as the rest of the world has it: Python takes True for 1."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    return one is other or (bool(one == other) and isinstance(one, bool) is isinstance(other, bool))


def named(schema: Any) -> str:
    """A schema, for a message."""
    return schema.__name__ if isinstance(schema, type) else f"{schema}"
