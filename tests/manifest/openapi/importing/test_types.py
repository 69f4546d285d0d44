"""Schemas become types: each keyword that a type has a word for, in the dialects of 3.0 and of 3.1."""

from typing import Any

import pytest

from pristine.ports.documents import Document
from tests.manifest.openapi.importing.documents import imported, lost_in, types_of, with_schemas

THING: dict[str, Any] = {"properties": {"a": {"type": "string"}}}

EXPRESSIONS: dict[str, tuple[Any, Any]] = {
    "a text": ({"type": "string"}, "string"),
    "a whole number": ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int32"}),
    "a double": ({"type": "number", "format": "double"}, "number"),
    "anything": ({}, "any"),
    "anything, in short": (True, "any"),
    "null": ({"type": "null"}, "null"),
    "a date": ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
    "base64 of 3.1": ({"type": "string", "contentEncoding": "base64"}, {"type": "string", "format": "byte"}),
    "null beside a kind": ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
    "null in 3.0": ({"type": "string", "nullable": True}, {"type": "string", "nullable": True}),
    "null in Swagger's way": ({"type": "string", "x-nullable": True}, {"type": "string", "nullable": True}),
    "null as an alternative": (
        {"oneOf": [{"type": "string"}, {"type": "null"}]},
        {"type": "string", "nullable": True},
    ),
    "null in an enum": ({"type": ["string", "null"], "enum": ["a", None]}, {"enum": ["a"], "nullable": True}),
    "only null in an enum": ({"enum": [None]}, "null"),
    "two kinds": (
        {"type": ["string", "integer"], "minLength": 2, "minimum": 3},
        {"oneOf": [{"type": "string", "minLength": 2}, {"type": "integer", "minimum": 3}]},
    ),
    "an enum": ({"type": "string", "enum": ["a", "b"]}, {"enum": ["a", "b"]}),
    "an enum without a kind": ({"enum": ["a", 1, True]}, {"enum": ["a", 1, True]}),
    "a value": ({"const": "a"}, {"const": "a"}),
    "an array": ({"type": "array", "items": {"type": "string"}}, {"type": "array", "items": "string"}),
    "an array by its items": ({"items": {"type": "integer"}}, {"type": "array", "items": "integer"}),
    "an array of anything": ({"type": "array"}, {"type": "array"}),
    "a map": (
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object", "additionalProperties": "integer"},
    ),
    "an object of anything": ({"type": "object"}, {"type": "object"}),
    "an object that is open": ({"type": "object", "additionalProperties": True}, {"type": "object"}),
    "an object of nothing": ({"type": "object", "additionalProperties": False}, {"properties": {}}),
    "an object": (
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False},
        {"properties": {"a": "string"}, "required": ["a"]},
    ),
    "an open object": (
        {"properties": {"a": {"type": "string"}}, "additionalProperties": {}},
        {"properties": {"a": "string"}, "additionalProperties": True},
    ),
    "a field that is only required": ({"required": ["b"]}, {"properties": {"b": "any"}, "required": ["b"]}),
    "bounds of a number": (
        {"type": "number", "minimum": 1, "exclusiveMaximum": 9, "multipleOf": 0.5},
        {"type": "number", "minimum": 1, "exclusiveMaximum": 9, "multipleOf": 0.5},
    ),
    "a bound of 3.0": (
        {"type": "number", "minimum": 1, "exclusiveMinimum": True, "maximum": 5, "exclusiveMaximum": False},
        {"type": "number", "exclusiveMinimum": 1, "maximum": 5},
    ),
    "bounds of a text": (
        {"type": "string", "minLength": 1, "maxLength": 5, "pattern": "^a"},
        {"type": "string", "minLength": 1, "maxLength": 5, "pattern": "^a"},
    ),
    "bounds of an array": (
        {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": True},
        {"type": "array", "minItems": 1, "maxItems": 2, "uniqueItems": True},
    ),
    "bounds of an object": (
        {"type": "object", "minProperties": 1, "maxProperties": 2},
        {"type": "object", "minProperties": 1, "maxProperties": 2},
    ),
    "a description": ({"type": "string", "description": " Hello "}, {"type": "string", "description": "Hello"}),
    "a title": ({"type": "string", "title": "Hello"}, {"type": "string", "description": "Hello"}),
    "what is deprecated": (
        {"type": "string", "description": "Old.", "deprecated": True},
        {"type": "string", "description": "Deprecated. Old."},
    ),
    "a field": (
        {"properties": {"id": {"type": "string", "readOnly": True}, "key": {"type": "string", "writeOnly": True}}},
        {"properties": {"id": {"type": "string", "readOnly": True}, "key": {"type": "string", "writeOnly": True}}},
    ),
    "a secret": (
        {"properties": {"pin": {"type": "string", "format": "password"}}},
        {"properties": {"pin": {"type": "string", "sensitive": True}}},
    ),
    "a field of another name": (
        {"properties": {"maxTokens": {"type": "integer"}, "max-tokens": {"type": "integer"}, "_links": True}},
        {
            "properties": {
                "maxTokens": "integer",
                "max-tokens": "integer",
                "_links": "any",
            }
        },
    ),
    "a field that gets a name": (
        {"properties": {"maxTokens": {"type": "integer"}}},
        {"properties": {"maxTokens": {"type": "integer", "name": "max_tokens"}}},
    ),
    "a default": (
        {"properties": {"n": {"type": "integer", "description": "How many", "default": 3}}},
        {"properties": {"n": {"type": "integer", "description": "How many. Default: 3."}}},
    ),
    "a default of an alternative": (
        {"properties": {"n": {"anyOf": [{"type": "integer", "default": 3}, {"type": "null"}]}}},
        {"properties": {"n": {"type": "integer", "nullable": True, "description": "Default: 3."}}},
    ),
    "an int or a text, as Kubernetes says it": (
        {"x-kubernetes-int-or-string": True},
        {"oneOf": ["integer", "string"]},
    ),
    "unknown fields, as Kubernetes says it": (
        {"properties": {"a": True}, "x-kubernetes-preserve-unknown-fields": True},
        {"properties": {"a": "any"}, "additionalProperties": True},
    ),
    "an extension of our own": (
        {"properties": {"n": {"type": "integer", "x-pristine-name": "number", "x-pristine-default": 7}}},
        {"properties": {"n": {"type": "integer", "name": "number", "default": 7}}},
    ),
    "a reference": ({"$ref": "#/components/schemas/Thing"}, "Thing"),
    "a reference with a description": (
        {"$ref": "#/components/schemas/Thing", "description": "This one"},
        {"type": "Thing", "description": "This one"},
    ),
    "a reference that may be null": (
        {"allOf": [{"$ref": "#/components/schemas/Thing"}], "nullable": True},
        {"type": "Thing", "nullable": True},
    ),
    "a reference with a sibling": (
        {"$ref": "#/components/schemas/Thing", "required": ["a"]},
        {"properties": {"a": "string"}, "required": ["a"]},
    ),
    "all of two": (
        {"allOf": [{"$ref": "#/components/schemas/Thing"}, {"required": ["a"], "properties": {"b": True}}]},
        {"properties": {"b": "any", "a": "string"}, "required": ["a"]},
    ),
    "a field that two parts say": (
        {
            "allOf": [
                {"properties": {"k": {"type": "string", "maxLength": 9}}},
                {"properties": {"k": {"type": "string", "minLength": 2, "maxLength": 5}}},
            ]
        },
        {"properties": {"k": {"type": "string", "minLength": 2, "maxLength": 5}}},
    ),
    "an enum that a part narrows": (
        {"allOf": [{"enum": ["a", "b", "c"]}, {"enum": ["b", "c", "d"]}]},
        {"enum": ["b", "c"]},
    ),
}


@pytest.mark.parametrize("case", EXPRESSIONS)
def test_a_schema_is_a_type(case: str) -> None:
    schema, expected = EXPRESSIONS[case]
    document = with_schemas(It=schema, Thing=THING)
    assert types_of(document)["It"] == expected
    assert lost_in(document) == {}


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.1"])
def test_both_versions_are_read_alike(version: str) -> None:
    document = {**with_schemas(**{name: schema for name, (schema, _) in EXPRESSIONS.items()}, Thing=THING)}
    assert types_of({**document, "openapi": version}) == types_of(document)


LOST: dict[str, tuple[Any, Any, dict[str, str]]] = {
    "nothing": (False, "any", {"": "never"}),
    "a format that is not known": ({"type": "string", "format": "uri"}, "string", {"/format": "format"}),
    "a format of another kind": ({"type": "integer", "format": "date"}, "integer", {"/format": "format"}),
    "a bound of another kind": ({"type": "integer", "maxLength": 3}, "integer", {"/maxLength": "bounds"}),
    "a bound of any kind": ({"maxLength": 3}, "any", {"/maxLength": "bounds"}),
    "a bound of an enum": (
        {"type": "string", "enum": ["a"], "maxLength": 3},
        {"enum": ["a"]},
        {"/maxLength": "bounds"},
    ),
    "a bound that is none": ({"type": "string", "minLength": -1}, "string", {"/minLength": "bounds"}),
    "a pattern of ECMAScript": ({"type": "string", "pattern": r"\p{L}+"}, "string", {"/pattern": "pattern"}),
    "a member of another kind": ({"type": "string", "enum": ["a", 1]}, {"enum": ["a"]}, {"/enum": "enum-value"}),
    "a fraction": ({"enum": [0.5]}, "any", {"/enum": "enum-value"}),
    "names of members": ({"enum": [1], "x-enum-varnames": ["A"]}, {"enum": [1]}, {"/x-enum-varnames": "enum-names"}),
    "what it is not": ({"type": "string", "not": {"const": "a"}}, "string", {"/not": "schema"}),
    "a tuple": ({"type": "array", "prefixItems": [{}]}, {"type": "array"}, {"/prefixItems": "schema"}),
    "the type of other fields": (
        {"properties": {"a": True}, "additionalProperties": {"type": "integer"}},
        {"properties": {"a": "any"}, "additionalProperties": True},
        {"/additionalProperties": "fields-type"},
    ),
    "patterns of names": (
        {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}},
        {"type": "object", "additionalProperties": "integer"},
        {"/patternProperties/^x-": "schema"},
    ),
    "a choice of fields": (
        {"properties": {"a": True, "b": True}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"properties": {"a": "any", "b": "any"}},
        {"/anyOf": "choice"},
    ),
    "an example": ({"type": "string", "example": "x"}, "string", {"/example": "example"}),
    "notes": (
        {"type": "string", "xml": {"name": "a"}, "externalDocs": {"url": "u"}},
        "string",
        {"/xml": "annotation", "/externalDocs": "annotation"},
    ),
    "an extension": ({"type": "string", "x-mine": 1}, "string", {"/x-mine": "extension"}),
    "a word that is none": ({"type": "string", "maxLenght": 1}, "string", {"/maxLenght": "unknown"}),
    "a kind that is none": ({"type": "text"}, "any", {"/type": "malformed"}),
    "parts that contradict": (
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        "string",
        {"/allOf/1/type": "another-part"},
    ),
    "a long default": (
        {"properties": {"a": {"type": "string", "default": "x" * 300}}},
        {"properties": {"a": "string"}},
        {"/properties/a/default": "default"},
    ),
    "a type that is itself": (
        {"type": "array", "items": {"$ref": "#/components/schemas/It"}},
        {"type": "array", "items": "any"},
        {"": "cycle"},
    ),
}


@pytest.mark.parametrize("case", LOST)
def test_what_a_type_has_no_word_for_is_told(case: str) -> None:
    schema, expected, lost = LOST[case]
    document = with_schemas(It=schema)
    assert types_of(document)["It"] == expected
    assert lost_in(document) == {f"#/components/schemas/It{pointer}": code for pointer, code in lost.items()}


def test_types_may_be_recursive_by_their_fields() -> None:
    node = {"properties": {"next": {"$ref": "#/components/schemas/B"}}}
    document = with_schemas(A=node, B={"properties": {"back": {"$ref": "#/components/schemas/A"}}})
    assert types_of(document) == {"A": {"properties": {"next": "B"}}, "B": {"properties": {"back": "A"}}}
    assert lost_in(document) == {}


def test_a_part_may_be_of_itself() -> None:
    document = with_schemas(A={"properties": {"a": True}, "allOf": [{"$ref": "#/components/schemas/A"}]})
    assert types_of(document) == {"A": {"properties": {"a": "any"}}}


def test_names_of_types_are_those_of_classes_and_each_its_own() -> None:
    made = types_of(with_schemas(**{"chat.completion-chunk": {}, "ChatCompletionChunk": {}, "1st": {}, "None": {}}))
    assert list(made) == ["ChatCompletionChunk", "ChatCompletionChunk2", "T1st", "None_"]


def test_a_field_gets_no_name_that_another_has() -> None:
    made = types_of(with_schemas(It={"properties": {"aB": True, "a_b": True, "cD": True}}))["It"]
    assert made == {"properties": {"aB": "any", "a_b": "any", "cD": {"type": "any", "name": "c_d"}}}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "default": "3"},
        {"type": "string", "enum": ["a"], "default": "b"},
        {"const": 1, "default": 2},
        {"properties": {"a": True}, "default": {"a": 1}},
        {"type": "array", "default": [[1]]},
        {"type": "string", "default": None},
    ],
)
def test_a_default_that_is_not_of_its_type_is_not_sent(schema: Any) -> None:
    document = with_schemas(It={"properties": {"n": schema}})
    send = Document({"defaults": "send"})
    assert "default" not in str(types_of(document, overriding=send)["It"])
    assert lost_in(document, overriding=send) == {"#/components/schemas/It/properties/n/default": "default"}


def test_defaults_are_sent_where_that_is_asked_for() -> None:
    document = with_schemas(It={"properties": {"n": {"type": "integer", "default": 3}}})
    document["x-pristine-errors"] = {"message": "error"}
    found = imported(document).manifest
    assert found["types"]["It"] == {"properties": {"n": {"type": "integer", "default": 3}}}
    assert found["errors"] == {"message": "error"}
