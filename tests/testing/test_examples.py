"""Examples: every value passes the strict serializer as a request and the open one as an answer, whatever the type."""

import json
import re
import subprocess
import sys
from random import Random
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.ports.errors import ConfigurationError
from pristine.testing.examples import examples_for
from pristine.testing.patterns import text_like
from tests.testing.schemas import Schemas

SERIALIZER: Final = JsonSerializer()


@pytest.mark.parametrize("seed", range(200))
def test_every_example_is_of_its_type_in_both_directions(seed: int) -> None:
    manifest = pristine.load_manifest({"name": "x", "endpoints": {}, "types": Schemas(seed).types()})
    for schema in manifest.types.values():
        for value in examples_for(schema, 5, seed=seed, request=True):
            assert json.loads(SERIALIZER.encode(value, schema)) == value
        for value in examples_for(schema, 5, seed=seed):
            SERIALIZER.decode(json.dumps(value).encode(), schema)


def of(expression: dict[str, Any], count: int = 50, **said: Any) -> list[Any]:
    found: list[Any] = examples_for(expression, count, **said)
    return found


def test_the_same_seed_gives_the_same_examples_in_every_process() -> None:
    expression = {"properties": {"id": {"type": "string", "format": "uuid"}, "n": "number"}, "required": ["id"]}
    made = f"json.dumps(examples_for({expression}, 5, seed=7))"
    code = f"import json\nfrom pristine.testing.examples import examples_for\nprint({made})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(ended.stdout) == of(expression, 5, seed=7)
    assert of(expression, 5, seed=7) != of(expression, 5, seed=8)
    assert of(expression, 3, seed=7) == of(expression, 5, seed=7)[:3]


def test_fields_go_in_their_direction() -> None:
    expression = {
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "secret": {"type": "string", "writeOnly": True},
            "name": "string",
        },
        "required": ["id", "secret", "name"],
    }
    assert [set(one) for one in of(expression, 2)] == [{"id", "name"}] * 2
    assert [set(one) for one in of(expression, 2, request=True)] == [{"secret", "name"}] * 2


def test_what_need_not_be_there_sometimes_is_not_and_what_may_be_null_sometimes_is() -> None:
    expression = {
        "properties": {
            "a": "string",
            "b": {"type": "string", "nullable": True},
            "c": {"type": "string", "default": "x"},
        },
        "required": ["b"],
    }
    found = of(expression)
    assert {"a" in one for one in found} == {True, False}
    assert all("b" in one for one in found)
    assert {one["b"] is None for one in found} == {True, False}
    assert all(one.get("a", "") is not None and one.get("c", "") is not None for one in found)


def test_every_member_of_a_union_and_of_an_enum_comes() -> None:
    assert {type(one) for one in of({"anyOf": ["string", "integer", "boolean"]})} == {str, int, bool}
    assert set(of({"enum": ["a", "b", 3]})) == {"a", "b", 3}


def test_a_discriminator_has_the_value_of_its_member() -> None:
    cat = {"properties": {"kind": "string", "meow": "integer"}, "required": ["kind", "meow"]}
    dog = {"properties": {"kind": {"const": "wuff"}, "bark": "integer"}, "required": ["kind", "bark"]}
    mapping = {"miau": "Cat", "wuff": "Dog", "never": "Dog"}
    pet = {"oneOf": ["Cat", "Dog"], "discriminator": {"propertyName": "kind", "mapping": mapping}}
    manifest = pristine.load_manifest({"name": "x", "endpoints": {}, "types": {"Cat": cat, "Dog": dog, "Pet": pet}})
    found = examples_for(manifest.types["Pet"], 30)
    assert {(one["kind"], "meow" in one) for one in found} == {("miau", True), ("wuff", False)}


def test_a_discriminator_that_its_member_does_not_have_is_for_answers_alone() -> None:
    cat, dog = {"properties": {"meow": "integer"}}, {"properties": {"kind": "integer"}, "required": ["kind"]}
    pet = {"oneOf": ["Cat", "Dog"], "discriminator": {"propertyName": "kind"}}
    manifest = pristine.load_manifest({"name": "x", "endpoints": {}, "types": {"Cat": cat, "Dog": dog, "Pet": pet}})
    assert {one["kind"] for one in examples_for(manifest.types["Pet"])} == {"Cat"}
    with pytest.raises(ConfigurationError, match=r"no example of .* was found"):
        examples_for(manifest.types["Pet"], request=True)


def test_all_bounds_of_a_value_hold() -> None:
    assert set(of({"type": "integer", "format": "int32", "minimum": 2**31 - 2})) == {2**31 - 2, 2**31 - 1}
    edge = 0.1234567890123456
    assert of({"type": "number", "minimum": edge, "maximum": edge}, 1) == [edge]
    limited = {"properties": dict.fromkeys("abcdef", "integer"), "maxProperties": 2, "minProperties": 2}
    assert {len(one) for one in of(limited)} == {2}


def test_recursion_ends_and_a_wide_type_stays_small() -> None:
    tree = {"properties": {name: {"type": "array", "items": "T", "maxItems": 3} for name in "abcdefgh"}}
    chain = {"properties": {"next": {"type": "C", "nullable": True}}, "required": ["next"]}
    choice = {"properties": {"it": {"oneOf": ["U", "C", "string"]}}, "required": ["it"]}
    manifest = pristine.load_manifest({"name": "x", "endpoints": {}, "types": {"T": tree, "C": chain, "U": choice}})
    for name in manifest.types:
        assert max(len(json.dumps(one)) for one in examples_for(manifest.types[name], 20)) < 20_000
    assert any(one["next"] for one in examples_for(manifest.types["C"], 20))


ENDLESS: Final = {"properties": {"next": "E"}, "required": ["next"]}


def test_a_type_that_never_ends_is_left_out_where_it_can_be() -> None:
    holder = {"properties": {"e": "E", "list": {"type": "array", "items": "E"}, "or": {"anyOf": ["E", "integer"]}}}
    manifest = pristine.load_manifest(
        {"name": "x", "endpoints": {}, "types": {"E": ENDLESS, "H": {**holder, "required": ["list", "or"]}}}
    )
    with pytest.raises(ConfigurationError, match="no example of E was found: E never ends"):
        examples_for(manifest.types["E"])
    assert all(one["list"] == [] and "e" not in one for one in examples_for(manifest.types["H"]))
    assert {type(one["or"]) for one in examples_for(manifest.types["H"])} == {int}


@pytest.mark.parametrize(
    "expression",
    [
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "integer", "multipleOf": 10, "minimum": 11, "maximum": 19},
        {"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 1},
        {"type": "string", "minLength": 5, "maxLength": 4},
        {"type": "string", "minLength": 10**9},
        {"type": "string", "pattern": "^a$", "minLength": 2},
        {"type": "string", "pattern": "^((a{1000}){1000}){1000}$"},
        {"type": "string", "format": "date", "maxLength": 3},
        {"type": "array", "minItems": 3, "maxItems": 2},
        {"type": "array", "items": "boolean", "minItems": 3, "uniqueItems": True},
        {"type": "array", "minItems": 10**6},
        {"properties": {"a": "string"}, "minProperties": 2},
    ],
)
def test_a_type_without_a_value_is_said_to_have_none(expression: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"no example of .* was found"):
        of(expression, 1)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[a-z]+-\d{4}$",
        r"(?i)abc|d[ef]g",
        r"^(a|b)\1$",
        r"^(?P<x>a)?(?(x)b|c)$",
        r"^(?=.*\d)(?=.*[a-z]).{8,}$",
        r"^[^a-z\s]{3}\S\s\w\W\d\D$",
        r"[β-ω]{2}",
        r"^(?>ab|c)x*+y{2,3}?[^q].$",
        r"^\bword\b$",
    ],
)
def test_a_pattern_is_matched(pattern: str) -> None:
    assert all(re.search(pattern, one) for one in of({"type": "string", "pattern": pattern}, 20))


def test_a_repeat_stretches() -> None:
    assert {len(text_like("a*", Random(index), 5)) for index in range(50)} == {0, 1, 2, 3, 4, 5}


def test_an_expression_that_is_wrong_is_told_as_in_a_manifest() -> None:
    with pytest.raises(pristine.ManifestError, match="unknown key"):
        examples_for({"type": "string", "minLenght": 3})
