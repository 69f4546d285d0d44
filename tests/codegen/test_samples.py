"""Made-up values: small, the same every time, and such that a request may hold them."""

from typing import Any, Final

import pytest

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.cli.docs import text_like
from pristine.codegen.docs.samples import NoSample, Sampler
from tests.codegen.generated import some_manifest

SERIALIZER: Final = JsonSerializer()


def of(expression: Any, hint: str = "text", **types: Any) -> Any:
    """A value of a type, which a request may hold."""
    source = {"name": "x", "endpoints": {}, "types": {**types, "Tested": expression}}
    schema = pristine.load_manifest(source).types["Tested"]
    value = Sampler(text_like).of(schema, hint)
    SERIALIZER.encode(value, schema)
    assert Sampler(text_like).of(schema, hint) == value
    return value


@pytest.mark.parametrize("seed", range(100))
def test_every_sample_is_of_its_type(seed: int) -> None:
    for schema in pristine.load_manifest(some_manifest(seed)).types.values():
        try:
            value = Sampler(text_like).of(schema)
        except NoSample:
            continue  # such as a type that needs another of its kind: see below
        SERIALIZER.encode(value, schema)


NUMBER: Final = {"type": "number"}
WHOLE: Final = {"type": "integer"}
SAMPLES: Final[list[tuple[dict[str, Any], Any]]] = [
    ({"type": "string"}, "text"),
    ({"type": "string", "minLength": 6}, "text--"),
    ({"type": "string", "maxLength": 2}, "te"),
    ({"type": "boolean"}, True),
    ({"type": "any"}, "text"),
    ({"type": "null"}, None),
    (WHOLE, 1),
    ({**WHOLE, "minimum": 2.5}, 3),
    ({**WHOLE, "exclusiveMinimum": 1}, 2),
    ({**WHOLE, "maximum": -3}, -3),
    ({**WHOLE, "multipleOf": 7, "minimum": 8}, 14),
    ({**NUMBER, "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}, 0.25),
    ({**NUMBER, "multipleOf": 0.3, "minimum": 1}, 1.2),
    ({"enum": ["b", "a"]}, "b"),
    ({"enum": [None]}, None),
    ({"type": "string", "format": "uuid"}, "6f1d1c1e-3c4b-4b7e-9a55-0d6c1f0a8b11"),
    ({"type": "array", "items": "integer"}, [1]),
    ({"type": "array", "items": "integer", "maxItems": 0}, []),
    ({"type": "array", "items": "integer", "minItems": 3, "uniqueItems": True}, [1, 2, 3]),
    ({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "uniqueItems": True}, ["a", "b"]),
    ({"type": "array", "items": "string", "minItems": 2, "uniqueItems": True}, ["text", "text1"]),
    ({"type": "object", "additionalProperties": "integer"}, {"key": 1}),
    ({"type": "object", "minProperties": 2}, {"key": "value", "key1": "value"}),
    ({"properties": {"a": "string", "b": "string"}, "required": ["b"]}, {"b": "b"}),
    ({"properties": {"a": "string", "b": "string"}, "minProperties": 1}, {"a": "a"}),
    ({"properties": {"a": {"type": "string", "default": "x"}}, "required": ["a"]}, {}),
    ({"properties": {"a": {"type": "string", "readOnly": True}}, "required": ["a"]}, {}),
    ({"oneOf": [{"type": "string", "minLength": 9, "maxLength": 2}, "integer"]}, 1),
    ({"oneOf": [{"type": "array", "items": "integer", "maxItems": 1}, "string"]}, [1]),
]


@pytest.mark.parametrize(("expression", "expected"), SAMPLES, ids=lambda value: str(value)[:60])
def test_a_sample_is_plain_and_near(expression: dict[str, Any], expected: Any) -> None:
    assert of(expression) == expected


def test_a_member_has_the_value_that_stands_for_it() -> None:
    cat = {"properties": {"sort": "string", "lives": "integer"}, "required": ["sort", "lives"]}
    union = {"oneOf": ["Cat", "Dog"], "discriminator": {"propertyName": "sort", "mapping": {"miau": "Cat"}}}
    assert of(union, Cat=cat, Dog=cat) == {"sort": "miau", "lives": 1}


def test_a_pattern_is_matched() -> None:
    assert len(of({"type": "string", "pattern": "^[A-Z]{3}-\\d{2}$"})) == 6


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ({"type": "integer", "minimum": 5, "maximum": 4}, "no number was found"),
        ({"type": "string", "minLength": 10**9}, "very long"),
        ({"type": "array", "minItems": 10**9}, "very long"),
        ({"type": "string", "pattern": "^a$", "minLength": 2}, "matches a pattern"),
        ({"type": "array", "items": "boolean", "minItems": 3, "uniqueItems": True}, "must all be different"),
        ({"properties": {"a": "Tested"}, "required": ["a"]}, "without end"),
        ({"oneOf": ["Tested2", "Tested2"]}, "without end"),
    ],
    ids=str,
)
def test_what_has_no_sample_says_why(expression: dict[str, Any], told: str) -> None:
    endless = {"properties": {"a": "Tested2"}, "required": ["a"]}
    with pytest.raises(NoSample, match=told):
        of(expression, Tested2=endless)


def test_samples_are_bounded_however_wide_or_deep_a_type_is() -> None:
    fields = [f"f{n}" for n in range(10)]
    wide: dict[str, Any] = {
        f"W{n}": {"properties": dict.fromkeys(fields, f"W{n + 1}"), "required": fields} for n in range(12)
    }
    deep: dict[str, Any] = {f"D{n}": {"properties": {"d": f"D{n + 1}"}, "required": ["d"]} for n in range(300)}
    with pytest.raises(NoSample, match="very many parts"):
        of("W0", **wide, W12="string")
    with pytest.raises(NoSample, match="very many parts"):
        of("D0", **deep, D300="string")
