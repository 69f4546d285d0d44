"""JSON: requests are read strictly and answers openly, and every fault says where it is; by both serializers."""

import copy
import json
import math
from collections import OrderedDict
from collections.abc import Iterator
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.adapters.msgspec import MsgspecSerializer
from pristine.ports.errors import DecodeError, InvalidPayload
from tests.support.offline import manifest

JSON = JsonSerializer()  # or the other: see `serializer`
TYPES = pristine.load_manifest(
    manifest(
        types={
            "Order": {
                "properties": {
                    "items": {"type": "array", "items": "Item"},
                    "note": {"type": "string", "nullable": True},
                    "state": {"enum": ["new", "done", 1]},
                    "meta": {"type": "object"},
                    "total": "number",
                    "parent": "Order",
                },
                "required": ["items"],
            },
            "Item": {
                "properties": {"name": "string", "count": {"type": "integer", "default": 1}},
                "required": ["name"],
            },
            "Open": {"properties": {"a": "integer"}, "additionalProperties": True},
            "Kebab": {"properties": {"big-number": "number"}},
        }
    )
).types
ORDER: Any = TYPES["Order"]
ITEM: Any = TYPES["Item"]


@pytest.fixture(autouse=True, scope="module", params=[JsonSerializer, MsgspecSerializer], ids=["json", "msgspec"])
def serializer(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test is of both."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "JSON", request.param())
        yield


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Plain(Enum):
    A = "a"


@attrs.frozen
class Point:
    """A class of the user's."""

    x: int
    y: float = 0.5


def encoded(value: Any, schema: Any = None) -> Any:
    return json.loads(JSON.encode(value, schema))


def invalid(value: Any, schema: Any = ORDER) -> InvalidPayload:
    before = repr(value)
    with pytest.raises(InvalidPayload) as caught:
        JSON.encode(value, schema)
    assert repr(value) == before
    return caught.value


def undecodable(data: bytes, schema: Any = None) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        JSON.decode(data, schema)
    return caught.value


# -- requests ----------------------------------------------------------------------------------------------------------


def test_json_is_compact_utf8() -> None:
    assert JSON.encode({"a": [1, None, True], "ü": "\N{SNOWMAN}"}) == '{"a":[1,null,true],"ü":"\N{SNOWMAN}"}'.encode()
    assert JSON.media_type == "application/json"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (Plain.A, "a"),
        ((1, (2,)), [1, [2]]),
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({"a": Plain.A}), {"a": "a"}),
        ({Colour.RED: 1}, {"red": 1}),
        (Point(1), {"x": 1, "y": 0.5}),
        (10**30, 10**30),
        (None, None),
    ],
)
def test_what_has_an_obvious_json_form_is_written(value: Any, expected: Any) -> None:
    assert encoded({"a": [value]}) == {"a": [expected]}


@pytest.mark.parametrize(
    ("value", "where", "told"),
    [
        ({}, "items", "items: is missing"),
        ({"itms": []}, "itms", "did you mean 'items'?"),
        ({"items": [{"name": "a"}, {"nam": "b"}]}, "items[1].nam", "items[1].nam: unknown field; did you mean 'name'?"),
        ({"items": [{"name": "a"}] * 3 + [{"name": 5}]}, "items[3].name", "must be a string, not a whole number"),
        ({"items": [{"name": None}]}, "items[0].name", "must be a string, not null"),
        ({"items": "abc"}, "items", "must be an array, not a string"),
        ({"items": {"0": {}}}, "items", "must be an array, not an object"),
        ({"items": [[]]}, "items[0]", "must be an object, not an array"),
        ({"items": [], "state": "don"}, "state", "must be one of 'new', 'done', 1; did you mean 'done'?"),
        ({"items": [], "state": True}, "state", "must be one of"),
        ({"items": [], "state": ["new"]}, "state", "must be one of"),
        ({"items": [], "meta": []}, "meta", "must be an object, not an array"),
        ({"items": [], "total": "5"}, "total", "must be a number, not a string"),
        ({"items": [], "total": True}, "total", "must be a number, not a boolean"),
        ({"items": [], "total": math.nan}, "total", "nan cannot be written as JSON"),
        ({"items": [], "totl": 5}, "totl", "did you mean 'total'?"),
        ({"items": [{"name": "a", "count": 1.0}]}, "items[0].count", "must be a whole number, not a number"),
        ({"items": [{"name": "a", "count": True}]}, "items[0].count", "must be a whole number, not a boolean"),
        ({"items": [], "meta": {"a": [b"x"]}}, "meta.a[0]", "a value of type bytes cannot be written as JSON"),
        ({"items": [], "meta": {"a": {5: 1}}}, "meta.a", "the key 5 is not a string"),
        ({"items": [], 5: 1}, "", "the key 5 is not a string"),
        ({"items": [], "note": "\ud800"}, "note", "a lone surrogate"),
        ({"items": [], "parent": {"items": [], "parent": {"items": 5}}}, "parent.parent.items", "must be an array"),
        ([], "", "must be an object, not an array"),
        (None, "", "must be an object, not null"),
    ],
)  # fmt: skip
def test_a_payload_that_breaks_its_schema_is_refused_where_it_does(value: Any, where: str, told: str) -> None:
    error = invalid(value)
    assert error.where == where
    assert told in str(error)


def test_a_fault_is_told_by_the_name_on_the_wire() -> None:
    kebab = TYPES["Kebab"]
    assert invalid({"big-number": "5"}, kebab).where == undecodable(b'{"big-number": "5"}', kebab).where == "big-number"
    assert str(invalid({"big_number": 5}, kebab)) == "big_number: unknown field; did you mean 'big-number'?"


def test_a_payload_is_not_changed_by_being_read() -> None:
    payload = {"items": [{"name": "a"}], "meta": {"deep": [1]}}
    before = copy.deepcopy(payload)
    assert encoded(payload, ORDER)["items"] == [{"name": "a", "count": 1}]
    assert payload == before


def test_null_for_an_optional_field_is_sent_and_silence_stays_silence() -> None:
    assert encoded({"items": [], "note": None}, ORDER) == {"items": [], "note": None}
    assert encoded({"items": []}, ORDER) == {"items": []}


def test_an_int_stays_one_where_a_number_is_asked_for() -> None:
    assert JSON.encode({"items": [], "total": 10**20}, ORDER) == b'{"items":[],"total":100000000000000000000}'


def test_typed_objects_are_payloads_too() -> None:
    order = ORDER(items=[ITEM(name="a"), {"name": "b", "count": 2}])
    assert encoded(order, ORDER) == encoded(order) | {"items": [{"name": "a", "count": 1}, {"name": "b", "count": 2}]}
    assert invalid(ORDER(items=[ITEM(name=5)])).where == "items[0].name"


def test_what_was_received_is_sent_back_whole() -> None:
    wire = {"a": None, "extra": {"deep": [1]}}
    reply = JSON.decode(json.dumps(wire).encode(), TYPES["Open"])
    assert encoded(reply) == encoded(reply, TYPES["Open"]) == wire


@pytest.mark.parametrize("depth", [3_000, 100_000])
@pytest.mark.parametrize("schema", [None, ORDER, dict[str, Any]], ids=["any", "typed", "free"])
def test_a_payload_that_is_nested_too_deeply_is_refused(depth: int, schema: Any) -> None:
    value: dict[str, Any] = {"items": []}
    for _ in range(depth):
        value = {"items": [], "parent": value}
    with pytest.raises(InvalidPayload, match="nested too deeply"):
        JSON.encode(value, schema)
    while value:  # or its deallocation would be as deep
        value = value.pop("parent", {})


# -- answers -----------------------------------------------------------------------------------------------------------


def test_unknown_fields_and_members_of_enums_are_kept() -> None:
    reply = JSON.decode(b'{"items": [{"name": "a", "x": 1}], "state": "shipped", "more": [1]}', ORDER)
    assert (reply.state, reply["more"], reply.items[0]["x"]) == ("shipped", [1], 1)
    assert "more" in reply
    assert "note" not in reply


@pytest.mark.parametrize(
    ("data", "where", "told"),
    [
        (b'{"items": [{"name": 5}]}', "items[0].name", "must be a string, not a whole number"),
        (b'{"items": [{}]}', "items[0].name", "is missing"),
        (b'{"items": [], "state": 1.5}', "state", "must be one of"),
        (b'{"items": [], "total": "1"}', "total", "must be a number, not a string"),
        (b"[]", "", "the whole: must be an object, not an array"),
        (b"null", "", "the whole: must be an object, not null"),
    ],
)
def test_a_type_still_has_to_hold(data: bytes, where: str, told: str) -> None:
    error = undecodable(data, ORDER)
    assert error.where == where
    assert told in str(error)


@pytest.mark.parametrize("data", [b"", b"{", b"nan", b"NaN", b"[Infinity]", b"\xff\xfe\xfd", b"[1,]", b"1" * 5000])
def test_what_is_not_json_is_an_error(data: bytes) -> None:
    assert str(undecodable(data)).startswith("the body is not JSON: ")


@pytest.mark.parametrize("schema", [None, ORDER], ids=["any", "typed"])
def test_an_answer_that_is_nested_too_deeply_is_an_error(schema: Any) -> None:
    assert "nested too deeply" in str(undecodable(b"[" * 100_000, schema))
    levels = 100_000  # newer Pythons read 5,000
    undecodable(b'{"items":[],"parent":' * levels + b"1" + b"}" * levels, schema)


# -- schemas that no manifest makes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (list[int], [1, 2]),
        (dict[str, float], {"a": 1.5, "b": 2}),
        (dict[str, list[int]], {"a": [1]}),
        (Literal["a", 1] | None, None),
        (int | None, None),
        (int | None, 5),
        (Any, {"a": [None]}),
        (type(None), None),
    ],
)
def test_a_schema_is_any_python_type(schema: Any, value: Any) -> None:
    assert JSON.decode(JSON.encode(value, schema), schema) == value


def test_the_path_leads_through_maps_and_classes_of_the_user_s() -> None:
    assert invalid({"a": [1, "2"]}, dict[str, list[int]]).where == "a[1]"
    assert invalid([{"x": 1, "y": "z"}], list[Point]).where == "[0].y"
    assert JSON.decode(b'[{"x": 1}]', list[Point]) == [Point(1)]


@attrs.frozen(kw_only=True, eq=False)
class Written(pristine.Model):
    """A Model that somebody wrote by hand."""

    name: str
    size: int = 3


def test_a_model_may_be_written_by_hand() -> None:
    assert encoded({"name": "a"}, Written) == {"name": "a", "size": 3}
    assert invalid({"nam": "a"}, Written).where == "nam"
    reply = JSON.decode(b'{"name": "a", "x": 1}', Written)
    assert (reply.name, reply["name"], reply["size"], reply["x"]) == ("a", "a", 3, 1)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text('aé\\"\n\0'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(plain)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    assert JSON.decode(JSON.encode(value)) == value


names = st.text(max_size=6).filter(lambda name: name.isprintable() or "\n" in name)


@given(st.dictionaries(names, st.integers(), min_size=1, max_size=5))
@settings(max_examples=50, derandomize=True, deadline=None)
def test_objects_come_back_by_wire_name_whatever_their_fields_are_called(value: dict[str, int]) -> None:
    source = manifest(types={"T": {"properties": dict.fromkeys(value, "integer"), "required": list(value)}})
    schema = pristine.load_manifest(source).types["T"]
    typed = JSON.decode(JSON.encode(value, schema), schema)
    assert typed == value
    assert {name: typed[name] for name in typed} == value


UNION: Any = pristine.load_manifest(
    manifest(
        types={
            "Waiting": {
                "properties": {"type": {"const": "wait"}, "id": "string", "why": {"enum": ["busy", "full"]}},
                "required": ["type", "id", "why"],
            },
            "Loaded": {"properties": {"type": {"const": "load"}, "path": "string"}},
            "Done": {"properties": {"metrics": {"type": "object"}}},
            "Any": {"oneOf": ["Done", "Loaded", "Waiting"]},
        }
    )
).types["Any"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"type": "wait", "id": "1", "why": "lunch"}, "Waiting"),  # its enum has grown, its constant is there
        ({"type": "wait", "id": "1", "why": "busy", "more": 1, "most": 2}, "Waiting"),
        ({"type": "load", "metrics": {}}, "Loaded"),  # the constant outweighs a field of another member
        ({"type": None, "path": "x"}, "Loaded"),  # null is no other constant
        ({"metrics": {}}, "Done"),
    ],
)
def test_a_member_of_a_union_is_known_by_its_constants(value: Any, name: str) -> None:
    assert type(JSON.decode(json.dumps(value).encode(), UNION)).__name__ == name


def test_an_object_that_no_member_knows_anything_of_is_left_as_it_is() -> None:
    assert JSON.decode(b'{"state": "preempted"}', UNION) == {"state": "preempted"}
    assert type(JSON.decode(b"{}", UNION)).__name__ == "Done"
