"""What need not be made plain before it is written: what may be something else is never among it."""

from enum import Enum
from typing import Annotated, Any, Literal

import attrs
import pytest

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.adapters.json.plainness import is_plain
from pristine.adapters.json.writing import SCALARS
from pristine.ports.constraints import Constraints
from pristine.ports.model import Model
from tests.support.offline import manifest

TYPES = pristine.load_manifest(
    manifest(
        types={
            "Ask": {"properties": {"of": {"type": "array", "items": "Ask"}, "by": "string", "x": "number"}},
            "Open": {"properties": {"a": "integer"}, "additionalProperties": True},
            "HasOpen": {"properties": {"a": {"type": "array", "items": "Open"}}},
            "HasAny": {"properties": {"a": "any", "b": "integer"}},
            "HasObject": {"properties": {"a": {"type": "object"}}},
            "HasDate": {"properties": {"at": {"type": "string", "format": "date-time"}}},
            "Default": {"properties": {"a": {"type": "integer", "default": 1}}},
            "List": {"properties": {"a": {"type": "array", "items": "integer", "default": [1]}}},
        }
    )
).types
ASK: Any = TYPES["Ask"]


class Colour(Enum):
    RED = "red"


@attrs.frozen(slots=True)
class Ruled(Model):
    a: int = attrs.field(converter=str)


class Own:
    """Nobody knows what is in it."""


PLAIN: list[Any] = [
    str,
    float,
    type(None),
    list[int],
    dict[str, list[bool]],
    Literal["a", 1] | None,
    int | None,
    ASK | None,
    Annotated[int, Constraints(minimum=1)],
    ASK,
    TYPES["Default"],
]
OTHERS: list[Any] = [
    Any,
    dict,
    object,
    Own,
    Colour,
    Ruled,
    Literal[Colour.RED],
    int | str,
    dict[int, str],
    tuple[int, ...],
    list[Any],
    *(TYPES[name] for name in ("Open", "HasOpen", "HasAny", "HasObject", "HasDate", "List")),
]


@pytest.mark.parametrize("schema", PLAIN, ids=str)
def test_what_is_checked_to_the_last_part_is_plain(schema: Any) -> None:
    assert is_plain(schema, SCALARS)


@pytest.mark.parametrize("schema", OTHERS, ids=str)
def test_what_may_be_something_else_is_not(schema: Any) -> None:
    assert not is_plain(schema, SCALARS)
    assert not is_plain(list[schema], SCALARS)


def test_floats_may_be_left_out() -> None:
    assert is_plain(list[int], SCALARS - {float})
    assert not is_plain(ASK, SCALARS - {float})


def test_types_may_lead_to_each_other_as_far_as_they_like() -> None:
    chain = {f"T{at}": {"properties": {"next": f"T{at + 1}"}} for at in range(1_500)}
    first = pristine.load_manifest(manifest(types={**chain, "T1500": {"properties": {"next": "T1400"}}})).types["T0"]
    assert JsonSerializer().encode({"next": {"next": {}}}, first) == b'{"next":{"next":{}}}'


def test_what_is_not_plain_is_made_so() -> None:
    write = JsonSerializer().encode
    assert write({"a": [Colour.RED, ASK(by="b")], "b": 1}, TYPES["HasAny"]) == b'{"a":["red",{"by":"b"}],"b":1}'
    assert write({"a": 1, "more": Colour.RED}, TYPES["Open"]) == b'{"a":1,"more":"red"}'
