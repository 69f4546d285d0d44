"""What msgspec makes of types that are no Models: its own way, and told as every fault of an answer is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict

import attrs
import msgspec
import pytest

from pristine.adapters.msgspec import MsgspecSerializer, serializer
from pristine.ports.errors import DecodeError
from pristine.ports.model import Model

MSGSPEC = MsgspecSerializer()


def by_msgspec(schema: Any) -> bool:
    read, *_ = serializer._PLANS.get(schema) or serializer._plan(schema)
    return isinstance(getattr(read, "__self__", None), msgspec.json.Decoder)


def absolute(value: int) -> int:
    return abs(value)


def undecodable(data: bytes, schema: Any) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        MSGSPEC.decode(data, schema)
    return caught.value


@attrs.frozen(kw_only=True, eq=False)
class Written(Model):
    """A Model that somebody wrote by hand."""

    name: str


class Struct(msgspec.Struct, rename="camel"):
    """A Struct, with names of its own on the wire."""

    full_name: str
    ratio: float = 0.5
    parts: "list[Struct]" = []


@dataclass
class Data:
    """A dataclass."""

    name: str
    at: datetime | None = None


class Typed(TypedDict):
    """A TypedDict."""

    name: str


@attrs.frozen
class Point:
    """An attrs class that is no Model."""

    x: int
    y: int = attrs.field(default=0, validator=attrs.validators.ge(0))


@attrs.frozen
class Magnitude:
    """An attrs class that converts."""

    x: int = attrs.field(converter=absolute)


@dataclass
class Holder:
    """A dataclass that holds a Model."""

    item: Written


@pytest.mark.parametrize(
    ("data", "schema", "value"),
    [
        (b'{"fullName": "a", "ratio": 1}', Struct, Struct("a", 1.0)),
        (b'[{"fullName": "a"}]', list[Struct], [Struct("a")]),
        (b'{"name": "a", "at": "2026-01-02T03:04:05Z"}', Data, Data("a", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))),
        (b'{"name": "a", "more": 1}', Typed, {"name": "a"}),
        (b'{"x": 1}', Point, Point(1)),
        (b"[1, 2]", tuple[int, ...], (1, 2)),
        (b'{"1": 2}', dict[int, int], {1: 2}),
        (b"5", int | str, 5),
    ],
)  # fmt: skip
def test_types_of_the_user_s_own_are_msgspec_s(data: bytes, schema: Any, value: Any) -> None:
    assert by_msgspec(schema)
    for text in (data, b"\xef\xbb\xbf" + data, data.decode().encode("utf-16")):
        found = MSGSPEC.decode(text, schema)
        assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("data", "schema", "where", "told"),
    [
        (b'{"fullName": 5}', Struct, "fullName", "fullName: Expected `str`, got `int`"),
        (b'[{"fullName": "a", "parts": [{}]}]', list[Struct], "[0].parts[0].fullName", "is missing"),
        (b'{"name": "a", "at": "soon"}', Data, "at", "Invalid RFC3339"),
        (b'{"x": 1, "y": -1}', Point, "", "the whole: 'y' must be >= 0: -1"),
        (b"[]", Struct, "", "the whole: Expected `object`, got `array`"),
        (b'{"a": 1}', dict[int, int], "", "the whole: Expected `int`, got `str`"),
        (b'{"fullName": "a"', Struct, "", "the body is not JSON: Expecting ',' delimiter"),
        (b'{"fullName": "a", "x": "\xff"}', Struct, "", "the body is not JSON: 'utf-8' codec"),
        (b'{"fullName": "a", "x": NaN}', Struct, "", "the body is not JSON: NaN is not JSON"),
        (b'{"parts":[' * 100_000, Struct, "", "the body is nested too deeply"),
    ],
)
def test_what_is_not_of_the_user_s_type_is_told_where_it_is(data: bytes, schema: Any, where: str, told: str) -> None:
    error = undecodable(data, schema)
    assert error.where == where
    assert told in str(error)


@pytest.mark.parametrize("schema", [Magnitude, Holder, list[Holder]])
def test_types_that_msgspec_would_make_otherwise_are_cattrs_s(schema: Any) -> None:
    assert not by_msgspec(schema)
    assert MSGSPEC.decode(b'{"x": -8}', Magnitude) == Magnitude(-8)
    assert MSGSPEC.decode(b'[{"item": {"name": "a", "x": 1}}]', list[Holder])[0].item["x"] == 1
