"""Types: strict in requests, open in answers, and called what Python allows whatever the wire calls them."""

import inspect
import json
import keyword
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any, Final, get_args
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pristine
from pristine import ManifestError
from pristine.adapters.memory import MemoryTransport
from pristine.manifest.classes import FIELD_KEYS, attribute_name, attribute_names
from pristine.manifest.types import PRIMITIVES, TYPE_KEYS
from pristine.ports.errors import DecodeError, InvalidPayload
from pristine.ports.model import DESCRIPTION
from tests.support.offline import call, manifest, received, refused, sent

OBJECT: Final = {"properties": {"a": "integer"}}


def accepts(type_: Any, value: Any, **types: Any) -> bytes | None:
    """What is sent where the request is of the type."""
    body = sent(manifest({"request": type_}, types=types), value).body
    assert body is None or isinstance(body, bytes)
    return body


def refuses(type_: Any, value: Any, **types: Any) -> InvalidPayload:
    return refused(InvalidPayload, manifest({"request": type_}, types=types), value)


def gives(type_: Any, value: Any, **types: Any) -> Any:
    """What an answer of the type becomes."""
    return received(manifest({"response": type_}, types=types), value)


def fault(**types: Any) -> tuple[str, str]:
    with pytest.raises(ManifestError) as caught:
        pristine.load_manifest(manifest(types=types))
    [found] = caught.value.faults
    return found.path, found.message


def loaded(**types: Any) -> Any:
    return pristine.load_manifest(manifest(types=types)).types


# -- primitives --------------------------------------------------------------------------------------------------------

VALUES: Final[dict[str, Any]] = {
    "string": "x",
    "integer": 5,
    "number": 1.5,
    "boolean": True,
    "null": None,
    "array": [1],
    "object": {"a": 1},
}
FITS: Final = {("number", "integer"), *((kind, kind) for kind in VALUES), *(("any", kind) for kind in VALUES)}
PAIRS: Final = [(kind, other) for kind in [*PRIMITIVES, "array", "object"] for other in VALUES]


@pytest.mark.parametrize(("kind", "other"), PAIRS)
def test_nothing_is_coerced(kind: str, other: str) -> None:
    value, type_ = VALUES[other], {"type": kind}
    if (kind, other) in FITS:
        assert gives(type_, value) == value
        wrapped = {"properties": {"a": type_}, "required": ["a"]}
        assert accepts(wrapped, {"a": value})
        return
    with pytest.raises(DecodeError):
        gives(type_, value)
    assert refuses({"properties": {"a": type_}, "required": ["a"]}, {"a": value}).where == "a"


def test_an_int_where_a_number_is_asked_for_keeps_its_digits() -> None:
    assert gives("number", 10**20) == 10**20
    assert type(gives("number", 5)) is int


# -- every key has an effect -------------------------------------------------------------------------------------------


def type_says_the_kind() -> None:
    assert refuses({"type": "array"}, {}).where == ""
    assert gives({"type": "T"}, 5, T="integer") == 5


def items_have_their_type() -> None:
    assert refuses({"type": "array", "items": "integer"}, [1, "2"]).where == "[1]"
    assert accepts({"type": "array"}, [1, "2"])
    assert gives({"type": "array", "items": "T"}, [{"a": 1}], T={"properties": {"a": "integer"}})[0].a == 1


def properties_make_a_class() -> None:
    assert gives({"properties": {"a": "integer"}}, {"a": 1}).a == 1
    assert refuses({"properties": {"a": "integer"}}, {"b": 1}).where == "b"
    assert gives({"type": "object"}, {"b": 1}) == {"b": 1}


def an_enum_is_strict_in_requests_and_open_in_answers() -> None:
    enum = {"enum": ["a", 1, None]}
    assert accepts({"properties": {"x": enum}}, {"x": "a"}) == b'{"x":"a"}'
    assert "must be one of 'a', 1, None" in str(refuses({"properties": {"x": enum}}, {"x": "b"}))
    refuses({"properties": {"x": enum}}, {"x": True})
    assert (gives(enum, "b"), gives(enum, 2), gives(enum, None)) == ("b", 2, None)
    with pytest.raises(DecodeError):
        gives(enum, 1.5)


def a_ref_names_a_type() -> None:
    for ref in ("#/types/T", "T"):
        assert gives({"$ref": ref}, {"a": 1}, T={"properties": {"a": "integer"}}).a == 1


def a_required_field_must_be_there() -> None:
    type_ = {"properties": {"a": "integer", "b": "integer"}, "required": ["a"]}
    assert str(refuses(type_, {"b": 1})) == "e: a: is missing"
    with pytest.raises(DecodeError, match="a: is missing"):
        gives(type_, {})
    assert gives(type_, {"a": 1}).b is None


def additional_properties_open_a_request() -> None:
    type_ = {"properties": {"a": "integer"}, "additionalProperties": True}
    assert accepts(type_, {"a": 1, "b": [2]}) == b'{"a":1,"b":[2]}'
    refuses(type_ | {"additionalProperties": False}, {"b": 2})


def a_map_has_values_of_one_type() -> None:
    type_ = {"type": "object", "additionalProperties": "T"}
    assert gives(type_, {"x": {"a": 1}}, T=OBJECT)["x"].a == 1
    assert refuses(type_, {"x": {"a": "1"}}, T=OBJECT).where == "x.a"


def kinds_may_be_several() -> None:
    type_ = {"properties": {"a": {"type": ["string", "null", "integer"]}}}
    assert [gives(type_, {"a": value}).a for value in ("x", None, 5)] == ["x", None, 5]
    assert refuses(type_, {"a": 1.5}).where == "a"


def test_a_map_and_several_kinds() -> None:
    a_map_has_values_of_one_type()
    kinds_may_be_several()


def test_null_can_be_sent_and_an_optional_field_left_out() -> None:
    cls = loaded(T={"properties": {"a": {"type": "string", "nullable": True}, "b": "string"}})["T"]
    source = {"T": {"properties": {"a": {"type": "string", "nullable": True}, "b": "string"}}}
    assert accepts("T", cls(a=pristine.NULL, b=None), **source) == b'{"a":null}'
    assert accepts("T", {"a": pristine.NULL}, **source) == b'{"a":null}'
    assert accepts("T", cls(), **source) == b"{}"
    assert (bool(pristine.NULL), repr(pristine.NULL), pickle.loads(pickle.dumps(pristine.NULL))) == (
        False,
        "NULL",
        pristine.NULL,
    )


def nullable_allows_null() -> None:
    type_ = {"type": "string", "nullable": True}
    assert gives(type_, None) is None
    assert accepts({"properties": {"a": type_}, "required": ["a"]}, {"a": None}) == b'{"a":null}'
    refuses({"properties": {"a": type_ | {"nullable": False}}, "required": ["a"]}, {"a": None})
    named = {"properties": {"a": "integer", "next": "T"}, "required": ["next"], "nullable": True}
    assert gives("T", None, T=named) is None
    assert gives("T", {"next": {"next": None}}, T=named).next.next is None


def a_description_is_the_documentation() -> None:
    types = loaded(
        T={
            "description": "What is asked.",
            "properties": {"max-words": {"type": "integer", "description": "A\nbound."}},
        }
    )
    assert inspect.getdoc(types["T"]) == "What is asked.\n\nAttributes:\n    max_words: A bound."


def a_default_stands_for_what_is_left_out() -> None:
    values: list[Any] = [False, 0, "", [], {}, "x", [1], None, 1.5]
    for value in values:
        type_ = {"properties": {"a": {"type": "any", "default": value}}}
        assert accepts(type_, {}) == accepts({"type": "object"}, {} if value is None else {"a": value})
        assert gives(type_, {}).a == value
        assert gives(type_, {})["a"] == value
        assert "a" not in gives(type_, {})
    assert accepts({"properties": {"a": {"type": "integer", "default": 5}}}, {"a": 6}) == b'{"a":6}'


def bound(key: str, value: Any, type_: str, good: Any, bad: Any, told: str) -> Callable[[], None]:
    """The effect of a bound: in requests, not in answers."""

    def effect() -> None:
        expression = {"properties": {"a": {"type": type_, key: value}}}
        assert accepts(expression, {"a": good})
        error = refuses(expression, {"a": bad})
        assert (error.where, str(error)) == ("a", f"e: a: {told}")
        assert gives(expression, {"a": bad}).a == bad
        wrong = "array" if type_ != "array" else "string"
        assert "has no effect unless 'type' is" in fault(T={"type": wrong, key: value})[1]

    return effect


def a_value_is_said() -> None:
    assert accepts({"properties": {"a": {"const": "x"}}}, {"a": "x"})
    assert "must be one of 'x'" in str(refuses({"properties": {"a": {"const": "x"}}}, {"a": "y"}))
    assert gives({"const": 5}, 6) == 6


NAIVE: Final = datetime(2025, 1, 1)  # noqa: DTZ001 that it has no time zone is the point
FORMATTED: Final[dict[str, tuple[Any, str, str, str]]] = {
    "date-time": (datetime(2025, 1, 31, 12, tzinfo=UTC), "2025-01-31T12:00:00Z", "2025-01-31", "a date and time"),
    "date": (date(2025, 1, 31), "2025-01-31", "2025-1-31", "a date, such as"),
    "time": (time(12, 30), "12:30:00", "25:00", "a time"),
    "duration": (timedelta(hours=1, seconds=1.5), "PT1H1.5S", "1 hour", "a duration"),
    "uuid": (UUID(int=5), "00000000-0000-0000-0000-000000000005", "5", "a UUID"),
    "byte": (b"\0\xff", "AP8=", "?", "base64"),
    "decimal": (Decimal("1.50"), "1.50", "one", "a decimal number"),
}


def a_text_has_a_format() -> None:
    for name, (value, text, wrong, told) in FORMATTED.items():
        type_ = {"properties": {"a": {"type": "string", "format": name}}}
        sent_text = json.dumps({"a": text}, separators=(",", ":")).encode()
        assert accepts(type_, {"a": value}) == accepts(type_, {"a": text}) == sent_text
        assert f"a: must be {told}" in str(refuses(type_, {"a": wrong}))
        assert gives(type_, {"a": text}).a == value
        with pytest.raises(DecodeError, match=f"a: must be {told}"):
            gives(type_, {"a": wrong})
    assert "needs its offset from UTC" in str(
        refuses({"properties": {"a": {"type": "string", "format": "date-time"}}}, {"a": NAIVE})
    )
    assert "at most 2.14748e+09" in str(
        refuses({"properties": {"a": {"type": "integer", "format": "int32"}}}, {"a": 2**31})
    )
    assert "has no effect unless 'type' is 'string'" in fault(T={"type": "integer", "format": "date"})[1]
    assert "multipart form alone" in fault(T={"type": "string", "format": "binary"})[1]


CAT, DOG = {"properties": {"kind": {"const": "cat"}, "lives": "integer"}}, {"properties": {"kind": {"const": "dog"}}}
PETS: Final = {"Cat": CAT, "Dog": DOG}


def a_union_is_one_of_several() -> None:
    for key in ("oneOf", "anyOf"):
        either = {key: ["integer", "string", {"type": "array", "items": "integer"}]}
        wrapped = {"properties": {"a": either}}
        for value in (5, "x", [1]):
            assert accepts(wrapped, {"a": value}) == json.dumps({"a": value}, separators=(",", ":")).encode()
            assert gives(either, value) == value
        assert "a: is of none of int, str, list[int]" in str(refuses(wrapped, {"a": 1.5}))
        with pytest.raises(DecodeError, match="is of none of"):
            gives(either, True)
    pets = {"oneOf": ["Cat", "Dog"]}
    assert type(gives(pets, {"kind": "dog", "lives": 1}, **PETS)).__name__ == "Dog"
    assert type(gives(pets, {"kind": "cow", "lives": 1}, **PETS)).__name__ == "Cat"
    assert refuses({"properties": {"a": pets}}, {"a": {"kind": "cow"}}, **PETS).where == "a"
    assert "must list two or more types" in fault(T={"oneOf": ["string"]})[1]


def a_field_tells_a_union_apart() -> None:
    pets = {"oneOf": ["Cat", "Dog"], "discriminator": {"propertyName": "is", "mapping": {"meow": "#/types/Cat"}}}
    types = {name: {"properties": {"is": "string", "a": "integer"}} for name in PETS}
    assert [type(gives(pets, {"is": kind}, **types)).__name__ for kind in ("meow", "Dog")] == ["Cat", "Dog"]
    assert gives(pets, {"is": "moo", "x": 1}, **types) == {"is": "moo", "x": 1}
    wrapped = {"properties": {"p": pets}}
    assert refuses(wrapped, {"p": {"is": "meow", "a": "x"}}, **types).where == "p.a"
    error = refuses(wrapped, {"p": {"is": "mow"}}, **types)
    assert (error.where, "must be one of 'meow', 'Dog'; did you mean 'meow'?" in str(error)) == ("p.is", True)
    assert refuses(wrapped, {"p": {}}, **types).where == "p.is"
    assert "without 'oneOf'" in fault(T={"type": "string", "discriminator": {"propertyName": "x"}})[1]
    assert "of objects alone" in fault(T={**pets, "oneOf": ["Cat", "Dog", "string"]}, **types)[1]
    named = {"propertyName": "is", "mapping": {"x": "Cow"}}
    assert "not a member" in fault(T={**pets, "discriminator": named}, **types, Cow=OBJECT)[1]


def test_unions_of_the_same_members_may_be_told_apart_by_other_values() -> None:
    types = {name: {"properties": {"is": "string"}} for name in PETS}
    one = {"oneOf": ["Cat", "Dog"], "discriminator": {"propertyName": "is", "mapping": {"a": "Cat", "b": "Dog"}}}
    other = {"oneOf": ["Cat", "Dog"], "discriminator": {"propertyName": "is", "mapping": {"a": "Dog", "b": "Cat"}}}
    both = {"properties": {"one": one, "other": other}}
    value = gives(both, {"one": {"is": "a"}, "other": {"is": "a"}}, **types)
    assert [type(value.one).__name__, type(value.other).__name__] == ["Cat", "Dog"]


def a_field_has_a_name_of_its_own() -> None:
    type_ = {"properties": {"max-tokens": {"type": "integer", "name": "limit"}, "limit": "string"}}
    reply = gives(type_, {"max-tokens": 5, "limit": "x"})
    assert (reply.limit, reply["max-tokens"], reply.limit_, reply["limit"]) == (5, 5, "x", "x")
    assert accepts(type_, {"max-tokens": 5}) == b'{"max-tokens":5}'
    assert "a name that Python allows" in fault(T={"properties": {"a": {"type": "any", "name": "a b"}}})[1]
    twice = {"a": {"type": "any", "name": "x"}, "b": {"type": "any", "name": "x"}}
    assert "another field's name" in fault(T={"properties": twice})[1]


def what_the_server_sets_is_not_sent() -> None:
    type_ = {"properties": {"id": {"type": "integer", "readOnly": True}, "a": "any"}, "required": ["id"]}
    assert accepts(type_, {"a": 1}) == b'{"a":1}'
    error = refuses(type_, {"id": 5})
    assert (error.where, str(error)) == ("id", "e: id: is read-only: the server sets it")
    assert gives(type_, {"id": 5}).id == 5
    with pytest.raises(DecodeError, match="id: is missing"):
        gives(type_, {})
    both = {"type": "any", "readOnly": True, "writeOnly": True}
    assert "has no effect: the field is read-only" in fault(T={"properties": {"a": both}})[1]


def what_the_client_sets_does_not_come_back() -> None:
    type_ = {"properties": {"password": {"type": "string", "writeOnly": True}}, "required": ["password"]}
    assert refuses(type_, {}).where == "password"
    assert accepts(type_, {"password": "x"})
    assert gives(type_, {}).password is None


def what_is_sensitive_is_not_shown() -> None:
    reply = gives(
        {"properties": {"token": {"type": "string", "sensitive": True}, "a": "integer"}}, {"token": "sekrit", "a": 1}
    )
    assert reply.token == "sekrit"
    assert ("sekrit" in repr(reply), "***" in repr(reply), "a=1" in repr(reply)) == (False, True, True)


EFFECTS: Final[dict[str, Callable[[], None]]] = {
    "const": a_value_is_said,
    "format": a_text_has_a_format,
    "oneOf": a_union_is_one_of_several,
    "anyOf": a_union_is_one_of_several,
    "discriminator": a_field_tells_a_union_apart,
    "name": a_field_has_a_name_of_its_own,
    "readOnly": what_the_server_sets_is_not_sent,
    "writeOnly": what_the_client_sets_does_not_come_back,
    "sensitive": what_is_sensitive_is_not_shown,
    "minimum": bound("minimum", 1, "integer", 1, 0, "must be at least 1"),
    "maximum": bound("maximum", 1, "number", 1, 1.5, "must be at most 1"),
    "exclusiveMinimum": bound("exclusiveMinimum", 0, "number", 0.1, 0, "must be greater than 0"),
    "exclusiveMaximum": bound("exclusiveMaximum", 1, "number", 0.9, 1.0, "must be less than 1"),
    "multipleOf": bound("multipleOf", 0.1, "number", 0.3, 0.35, "must be a multiple of 0.1"),
    "minLength": bound("minLength", 2, "string", "ab", "a", "must have at least 2 characters, not 1"),
    "maxLength": bound("maxLength", 2, "string", "ab", "abc", "must have at most 2 characters, not 3"),
    "pattern": bound("pattern", "^a.$", "string", "ab", "b", "must match ^a.$"),
    "minItems": bound("minItems", 1, "array", [1], [], "must have at least 1 items, not 0"),
    "maxItems": bound("maxItems", 1, "array", [1], [1, 2], "must have at most 1 items, not 2"),
    "uniqueItems": bound(
        "uniqueItems", True, "array", [1, True, "1"], [{"a": 1}, {"a": 1}], "must not have an item twice"
    ),
    "minProperties": bound("minProperties", 1, "object", {"a": 1}, {}, "must have at least 1 properties, not 0"),
    "maxProperties": bound("maxProperties", 0, "object", {}, {"a": 1}, "must have at most 0 properties, not 1"),
    "type": type_says_the_kind,
    "items": items_have_their_type,
    "properties": properties_make_a_class,
    "enum": an_enum_is_strict_in_requests_and_open_in_answers,
    "$ref": a_ref_names_a_type,
    "required": a_required_field_must_be_there,
    "additionalProperties": additional_properties_open_a_request,
    "nullable": nullable_allows_null,
    "description": a_description_is_the_documentation,
    "default": a_default_stands_for_what_is_left_out,
}


@pytest.mark.parametrize("key", EFFECTS)
def test_every_key_has_an_effect(key: str) -> None:
    EFFECTS[key]()


def test_no_key_is_without_a_test() -> None:
    assert EFFECTS.keys() == TYPE_KEYS.keys() | FIELD_KEYS.keys()


# -- objects -----------------------------------------------------------------------------------------------------------


def test_null_for_an_optional_field_is_kept_when_it_is_sent() -> None:
    type_ = {"properties": {"a": "string", "b": "string"}}
    assert accepts(type_, {"a": None}) == b'{"a":null}'
    assert "a" in gives(type_, {"a": None})
    assert "b" not in gives(type_, {"a": None})


def test_what_is_made_for_one_object_is_not_shared_with_the_next() -> None:
    cls = loaded(T={"properties": {"a": {"type": "array", "default": [1]}}})["T"]
    cls().a.append(2)
    assert cls().a == [1]


def test_unknown_fields_of_answers_are_kept_at_every_depth() -> None:
    reply = gives({"properties": {"a": {"properties": {"b": "any"}}}}, {"a": {"c": 1}, "x": {"y": 2}})
    assert (reply.a["c"], reply["x"]["y"]) == (1, 2)


def test_types_may_refer_to_themselves_and_to_each_other() -> None:
    types = {
        "Tree": {"properties": {"kids": {"type": "array", "items": "Tree"}, "owner": "Owner"}, "required": ["kids"]},
        "Owner": {"properties": {"tree": "Tree"}, "required": ["tree"]},
    }
    value = {"kids": [{"kids": [], "owner": {"tree": {"kids": []}}}]}
    assert gives("Tree", value, **types).kids[0].owner.tree.kids == []
    assert refuses("Tree", {"kids": [{"kids": [{"kids": 5}]}]}, **types).where == "kids[0].kids[0].kids"
    assert refuses("Tree", {"kids": [{"kids": [], "owner": {}}]}, **types).where == "kids[0].owner.tree"


def test_names_stand_for_any_type() -> None:
    types = {"Id": "string", "Ids": {"type": "array", "items": "Id"}, "Colour": {"enum": ["red"]}}
    assert gives("Ids", ["a"], **types) == ["a"]
    assert refuses("Ids", [5], **types).where == "[0]"
    assert gives("Colour", "blue", **types) == "blue"


def test_a_description_is_a_field_s_own_or_that_of_the_type_it_names_or_holds() -> None:
    types = loaded(
        Colour={"enum": ["red"], "description": "A colour."},
        Alias={"$ref": "#/types/Colour"},
        T={
            "properties": {
                "named": "Colour",
                "alias": "Alias",
                "held": {"type": "array", "items": "Alias"},
                "own": {"type": "Colour", "description": "Mine."},
                "none": "string",
            }
        },
    )
    told = {field.name: field.metadata[DESCRIPTION] for field in attrs.fields(types["T"])}
    assert told == {"named": "A colour.", "alias": "A colour.", "held": "A colour.", "own": "Mine.", "none": ""}


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("text", "text"),
        ("max-tokens", "max_tokens"),
        ("class", "class_"),
        ("None", "None_"),
        ("1st", "f_1st"),
        ("_x", "x"),
        ("__class__", "class__"),
        ("__init__", "init__"),
        ("", "f_"),
        ("___", "f_"),
        ("größe", "gr__e"),
        ("self", "self_"),
        ("NOTHING", "NOTHING_"),
        ("a.b c", "a_b_c"),
    ],
)
def test_a_field_gets_a_python_name_by_a_stated_rule(wire: str, name: str) -> None:
    assert attribute_name(wire) == name


def test_of_fields_that_want_one_name_the_one_that_has_it_wins() -> None:
    assert attribute_names(dict.fromkeys(["a-b", "a.b", "a_b"])) == {"a-b": "a_b_", "a.b": "a_b__", "a_b": "a_b"}
    type_ = {"properties": dict.fromkeys(["a-b", "a.b", "a_b"], "integer")}
    reply = gives(type_, {"a_b": 1, "a-b": 2, "a.b": 3})
    assert (reply.a_b, reply["a-b"], reply["a.b"], reply["a_b"]) == (1, 2, 3, 1)
    assert refuses(type_, {"a.b": "x"}).where == "a.b"


HOSTILE: Final = [
    "self", "cls", "NOTHING", "attr_dict", "_cached_setattr_get", "_setattr", "__attr_factory_a", "__attrs_attrs__",
    "__class__", "__dict__", "__slots__", "__init__", "__getitem__", "__reduce__", "_wire", "_names", "_open", "mro",
    "items", "keys", "get", "type", "id", "o", "res", "instance", "errors", "e", "lambda", "None", "print", "", " ",
    "'", '"', "\\", "\n", "{x}", "%s", "it's", "x'] or print('injected') or o['y", "\0", "é", "\N{SNOWMAN}", "a" * 3000,
]  # fmt: skip


def test_no_field_name_breaks_a_class_or_becomes_code(capsys: pytest.CaptureFixture[str]) -> None:
    listed: dict[str, Any] = {"type": "array", "default": []}
    type_ = {"properties": dict.fromkeys(HOSTILE, "integer") | {"a": listed}, "required": HOSTILE}
    value = {name: at for at, name in enumerate(HOSTILE)}
    reply = gives(type_, value)
    assert {name: reply[name] for name in HOSTILE} == value
    assert accepts(type_, value)
    for name in HOSTILE:
        assert refuses(type_, value | {name: "x"}).where == name.removeprefix(".")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["class", "__class__", "a b", "1", "Model", "'", "\n", "type", "é"])
def test_a_type_may_have_any_name(name: str) -> None:
    cls = loaded(**{name: {"properties": {"a": "integer"}}})[name]
    assert cls.__name__.isidentifier()
    assert cls(a=1).a == 1


@given(st.lists(st.text(max_size=4), unique=True, max_size=8))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_names_are_distinct_public_identifiers_whatever_the_wire_says(wires: list[str]) -> None:
    names = attribute_names(dict.fromkeys(wires))
    assert list(names) == wires
    assert len(set(names.values())) == len(wires)
    for name in names.values():
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not name.startswith("_")


# -- faults ------------------------------------------------------------------------------------------------------------

WRONG: Final[dict[str, tuple[Any, str, str]]] = {
    "nothing": ({}, "", "says no type"),
    "no expression": (5, "", "must be the name of a type or an object, not a number"),
    "a list of types": (["string", "null"], "", "must be the name of a type or an object, not an array"),
    "an unknown kind": ({"type": "strng"}, ".type", "'strng' is not one of"),
    "a kind that is no string": ({"type": {"a": 1}}, ".type", "must be a string, not an object"),
    "a list of one kind": ({"type": ["string"]}, ".type", "must list two or more kinds"),
    "a kind twice": ({"type": ["string", "string"]}, ".type", "each once"),
    "an unknown name": ("Trea", "", "unknown type 'Trea'"),
    "an unknown ref": ({"$ref": "#/types/Trea"}, ".$ref", "unknown type 'Trea'"),
    "a ref elsewhere": ({"$ref": "other.json#/X"}, ".$ref", "unknown type 'other.json#/X'"),
    "an empty ref": ({"$ref": ""}, ".$ref", "must not be empty"),
    "a ref that is no string": ({"$ref": {}}, ".$ref", "must be a string"),
    "an unknown key": ({"type": "string", "nullabel": True}, ".nullabel", "did you mean 'nullable'?"),
    "a default where none can be": ({"type": "string", "default": "x"}, ".default", "unknown key"),
    "two types": ({"type": "string", "enum": ["a"]}, "", "says its type twice"),
    "items of a string": ({"type": "string", "items": "string"}, ".items", "has no effect unless 'type' is 'array'"),
    "properties of an array": ({"type": "array", **OBJECT}, ".properties", "has no effect unless 'type' is 'object'"),
    "properties of a ref": ({"$ref": "U", **OBJECT}, ".properties", "has no effect unless 'type' is 'object'"),
    "properties of an enum": ({"enum": ["a"], **OBJECT}, ".properties", "has no effect unless 'type' is 'object'"),
    "required without properties": ({"type": "object", "required": ["a"]}, ".required", "without 'properties'"),
    "openness without properties": (
        {"type": "object", "additionalProperties": False},
        ".additionalProperties",
        "has no effect without 'properties'",
    ),
    "openness as a type": ({**OBJECT, "additionalProperties": "any"}, ".additionalProperties", "must be true or false"),
    "a required field that is none": ({**OBJECT, "required": ["b"]}, "", "field 'b' is not among the properties"),
    "properties of another kind": ({"properties": ["a"]}, ".properties", "must be an object, not an array"),
    "a field of no type": ({"properties": {"a": {}}}, ".properties.a", "says no type"),
    "items of no type": ({"type": "array", "items": {}}, ".items", "says no type"),
    "an empty enum": ({"enum": []}, ".enum", "must be a list of one or more"),
    "an enum of lists": ({"enum": [[1]]}, ".enum", "must be a list of one or more"),
    "an enum of fractions": ({"enum": [1.5]}, ".enum", "must be a list of one or more"),
    "a flag that is none": ({"type": "string", "nullable": "yes"}, ".nullable", "must be true or false, not a string"),
}  # fmt: skip
DEFAULTS: Final[dict[str, tuple[Any, Any]]] = {
    "a string for an int": ("integer", "5"),
    "a boolean for an int": ("integer", True),
    "an int for a boolean": ("boolean", 0),
    "an int for a string": ("string", 5),
    "null for a string": ("string", None),
    "no number": ("number", float("nan")),
    "no member": ({"enum": ["a"]}, "b"),
    "a look-alike of a member": ({"enum": [1]}, True),
    "a wrong item": ({"type": "array", "items": "integer"}, [1, "2"]),
    "no array": ({"type": "array"}, "abc"),
    "no object": ({"type": "object"}, []),
    "an object for a class": (OBJECT, {"a": 1}),
}


@pytest.mark.parametrize(("type_", "path", "told"), WRONG.values(), ids=WRONG)
def test_a_fault_of_a_type_says_where_and_what_to_do(type_: Any, path: str, told: str) -> None:
    found, message = fault(T=type_, U=OBJECT)
    assert found == f"types.T{path}"
    assert told in message


@pytest.mark.parametrize(("type_", "default"), DEFAULTS.values(), ids=DEFAULTS)
def test_a_default_is_of_its_type(type_: Any, default: Any) -> None:
    said = {"type": type_} if isinstance(type_, str) else type_
    found, message = fault(T={"properties": {"a": {**said, "default": default}}})
    assert found == "types.T.properties.a.default"
    assert "is not of the declared type" in message


@pytest.mark.parametrize(
    ("type_", "default"),
    [
        ("number", 5),
        ("any", {"a": [1]}),
        ({"type": "object"}, {"a": 1}),
        ({"enum": ["a", None]}, None),
        ({"type": "string", "nullable": True}, None),
        ({"type": "array", "items": "integer"}, [1]),
    ],
)
def test_a_default_that_is_of_its_type_is_taken(type_: Any, default: Any) -> None:
    said = {"type": type_} if isinstance(type_, str) else type_
    assert loaded(T={"properties": {"a": {**said, "default": default}}})["T"]().a == default


@pytest.mark.parametrize("name", [*PRIMITIVES, "array", "object", ""])
def test_a_type_may_not_take_the_name_of_another(name: str) -> None:
    assert f"a type may not be called {name!r}" in fault(**{name: OBJECT})[1]


@pytest.mark.parametrize(
    "types",
    [
        {"A": "A"},
        {"A": {"$ref": "A"}},
        {"A": "B", "B": "C", "C": "A"},
        {"A": {"type": "array", "items": "A"}},
        {"A": {"type": "array", "items": {"type": "B"}}, "B": "A"},
    ],
)
def test_a_name_that_stands_for_itself_is_a_fault(types: dict[str, Any]) -> None:
    assert "is defined as itself" in fault(**types)[1]


def test_a_fault_of_a_type_is_told_once_however_often_it_is_named() -> None:
    assert fault(T={"type": "nope"}, U={"properties": {"a": "T", "b": "T"}})[0] == "types.T.type"


def test_a_union_with_null_takes_part_in_everything() -> None:
    type_ = {"properties": {"a": {"type": "array", "nullable": True, "items": {"type": "T", "nullable": True}}}}
    types = {"T": {"properties": {"x": "integer"}, "required": ["x"]}}
    assert gives(type_, {"a": [None, {"x": 1}]}, **types).a[1].x == 1
    assert gives(type_, {"a": None}, **types).a is None
    assert refuses(type_, {"a": [None, {"x": "1"}]}, **types).where == "a[1].x"


def test_a_type_of_an_api_serves_requests_and_answers() -> None:
    types = {"T": {"properties": {"a": "integer"}}}
    source = manifest({"request": "T", "response": "T"}, types=types)

    def answer(request: pristine.Request) -> pristine.Response:
        assert isinstance(request.body, bytes)
        return pristine.Response(200, {"content-type": "application/json"}, request.body)

    echo = MemoryTransport([answer])
    reply = call(echo, source, {"a": 1})
    assert reply == {"a": 1}
    assert call(echo, source, reply) == {"a": 1}


@pytest.mark.parametrize("kinds", [("number", "integer"), ("integer", "number"), ("string", "boolean", "number")])
def test_a_union_that_need_not_be_there_keeps_its_order(kinds: tuple[str, ...]) -> None:
    """typing takes unions for equal whose members are in another order, and gives the one that was made first."""
    members = [{"type": kind} for kind in kinds]
    loaded = pristine.load_manifest(manifest({}, types={"T": {"properties": {"a": {"anyOf": members}}}}))
    field = attrs.fields(loaded.types["T"]).a
    names = {"number": float, "integer": int, "string": str, "boolean": bool}
    assert get_args(field.type) == (*(names[kind] for kind in kinds), NoneType)
