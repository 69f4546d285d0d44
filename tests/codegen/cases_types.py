"""Types of payloads, of answers, and those that nobody uses: what each change is, there and back."""

from typing import Final

from tests.codegen.cases import (
    BOTH,
    BREAKS,
    KEEPS,
    NULLABLE,
    TYPES,
    Case,
    answered,
    fields,
    of_endpoint,
    requested,
    told_apart,
    whole,
)
from tests.codegen.keys import NUMBER, STRING, UNION

CASES: Final[dict[str, Case]] = {
    # -- payloads
    "a payload's type": requested(STRING, NUMBER, {"type-changed": BREAKS}, {"type-changed": BREAKS}),
    "an undeclared payload": requested(..., STRING, {"type-narrowed": BREAKS}, {"type-widened": KEEPS}),
    "another field": requested(
        fields(a="string"), fields(a="string", b="string"), {"field-added": KEEPS}, {"field-removed": BREAKS}
    ),
    "a field that is needed": requested(
        fields(a="string"),
        fields(["b"], a="string", b="string"),
        {"field-added-required": BREAKS},
        {"field-removed": BREAKS},
    ),
    "a field that is needed and has a default": requested(
        fields(a="string"),
        fields(["b"], a="string", b={**STRING, "default": "x"}),
        {"field-added": KEEPS},
        {"field-removed": BREAKS},
    ),
    "a required field": requested(
        fields(a="string"), fields(["a"], a="string"), {"field-required": BREAKS}, {"field-optional": KEEPS}
    ),
    "a required field that may be null": requested(
        fields(["a"], a="string"), fields(["a"], a=NULLABLE), {"null-added": KEEPS}, {"null-removed": BREAKS}
    ),
    "a field's bound": requested(
        fields(a={**STRING, "maxLength": 5}),
        fields(a={**STRING, "maxLength": 6}),
        {"bound-widened": KEEPS},
        {"bound-narrowed": BREAKS},
    ),
    "no bound": requested(
        fields(a={**STRING, "pattern": "a"}), fields(a=STRING), {"bound-widened": KEEPS}, {"bound-narrowed": BREAKS}
    ),
    "another pattern": requested(
        fields(a={**STRING, "pattern": "a"}),
        fields(a={**STRING, "pattern": "b"}),
        {"bound-widened": KEEPS, "bound-narrowed": BREAKS},
        {"bound-widened": KEEPS, "bound-narrowed": BREAKS},
    ),
    "a divisor": requested(
        fields(a={**NUMBER, "multipleOf": 6}),
        fields(a={**NUMBER, "multipleOf": 3}),
        {"bound-widened": KEEPS},
        {"bound-narrowed": BREAKS},
    ),
    "a divisor of neither": requested(
        fields(a={**NUMBER, "multipleOf": 6}),
        fields(a={**NUMBER, "multipleOf": 4}),
        {"bound-narrowed": BREAKS},
        {"bound-narrowed": BREAKS},
    ),
    "an edge that is outside": requested(
        fields(a={**NUMBER, "exclusiveMinimum": 1}),
        fields(a={**NUMBER, "minimum": 1}),
        {"bound-widened": KEEPS},
        {"bound-narrowed": BREAKS},
    ),
    "an edge of whole numbers": requested(
        fields(a={"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10}),
        fields(a={"type": "integer", "minimum": 1, "maximum": 9.5}),
        {},
        {},
    ),
    "an enum": requested(
        fields(a={"enum": ["a", "b"]}),
        fields(a={"enum": ["a", "b", "c"]}),
        {"enum-member-added": KEEPS},
        {"enum-member-removed": BREAKS},
    ),
    "an enum of others": requested(
        fields(a={"enum": ["a"]}), fields(a={"enum": ["b"]}), {"type-changed": BREAKS}, {"type-changed": BREAKS}
    ),
    "an enum or any text": requested(
        fields(a={"enum": ["a"]}), fields(a=STRING), {"enum-opened": KEEPS}, {"enum-closed": BREAKS}
    ),
    "a format": requested(
        fields(a=STRING),
        fields(a={**STRING, "format": "date"}),
        {"type-changed": BREAKS},
        {"type-changed": BREAKS},
    ),
    "a size of integers": requested(
        fields(a={"type": "integer", "format": "int64"}),
        fields(a={"type": "integer", "format": "int32"}),
        {"bound-narrowed": BREAKS},
        {"bound-widened": KEEPS},
    ),
    "items": requested(
        fields(a={"type": "array", "items": "integer"}),
        fields(a={"type": "array", "items": "number"}),
        {"type-widened": KEEPS},
        {"type-narrowed": BREAKS},
    ),
    "values of a map": requested(
        fields(a={"type": "object", "additionalProperties": "integer"}),
        fields(a={"type": "object", "additionalProperties": "number"}),
        {"type-widened": KEEPS},
        {"type-narrowed": BREAKS},
    ),
    "a member": requested(
        fields(a={"oneOf": ["A", "string"]}),
        fields(a={"oneOf": ["A", "string", "boolean"]}),
        {"member-added": KEEPS},
        {"member-removed": BREAKS},
    ),
    "a member that another one accepts": requested(
        fields(a={"oneOf": ["string", "number"]}),
        fields(a={"oneOf": ["string", "number", "integer"]}),
        {"member-merged": KEEPS},
        {"member-merged": KEEPS},
    ),
    "a member by another name": requested(fields(a={"oneOf": ["A", "B"]}), fields(a={"oneOf": ["A", "C"]}), {}, {}),
    "members in another order": requested(fields(a={"oneOf": ["A", "B"]}), fields(a={"oneOf": ["B", "A"]}), {}, {}),
    "a discriminator": requested(
        fields(a=UNION), fields(a=BOTH), {"discriminator-changed": BREAKS}, {"discriminator-changed": BREAKS}
    ),
    "a value of a discriminator": requested(
        fields(a=told_apart(a="A", b="B")),
        fields(a=told_apart(a="A", b="B", c="B")),
        {"discriminator-value-added": KEEPS},
        {"discriminator-value-removed": BREAKS},
    ),
    "what a value stands for": requested(
        fields(a=told_apart(a="A", b="B")),
        fields(a=told_apart(a="B", b="A")),
        {"discriminator-value-moved": BREAKS},
        {"discriminator-value-moved": BREAKS},
    ),
    "an open object": requested(
        {**fields(a="string"), "additionalProperties": True},
        fields(a="string"),
        {"object-closed": BREAKS},
        {"object-opened": KEEPS},
    ),
    "a field of the server's": requested(
        fields(a=STRING), fields(a={**STRING, "readOnly": True}), {"read-only": BREAKS}, {"read-only-ended": KEEPS}
    ),
    "a required field of the server's": requested(
        fields(["a"], a=STRING),
        fields(["a"], a={**STRING, "readOnly": True}),
        {"read-only": BREAKS},
        {"read-only-ended": KEEPS, "field-required": BREAKS},
    ),
    "a new field of the server's": requested(
        fields(), fields(["a"], a={**STRING, "readOnly": True}), {"field-added": KEEPS}, {}
    ),
    "a field's name": requested(
        fields(a=STRING), fields(a={**STRING, "name": "b"}), {"field-renamed": BREAKS}, {"field-renamed": BREAKS}
    ),
    "a field's description": requested(
        fields(a=STRING),
        fields(a={**STRING, "description": "x"}),
        {"description-changed": KEEPS},
        {"description-changed": KEEPS},
    ),
    "what is shown": requested(
        fields(a=STRING),
        fields(a={**STRING, "sensitive": True}),
        {"sensitive-changed": KEEPS},
        {"sensitive-changed": KEEPS},
    ),
    "a field's default": requested(
        fields(a={**STRING, "default": "x"}),
        fields(a={**STRING, "default": "y"}),
        {"default-changed": BREAKS},
        {"default-changed": BREAKS},
    ),
    # -- answers
    "an answer's type": answered(STRING, NUMBER, {"type-changed": BREAKS}, {"type-changed": BREAKS}),
    "an undeclared answer": answered(..., STRING, {"type-narrowed": KEEPS}, {"type-widened": BREAKS}),
    "an undeclared object": answered(..., "A", {"type-changed": BREAKS}, {"type-widened": BREAKS}),
    "another answered field": answered(
        fields(a="string"), fields(a="string", b="string"), {"field-added": KEEPS}, {"field-removed": BREAKS}
    ),
    "another required answered field": answered(
        fields(a="string"), fields(["b"], a="string", b="string"), {"field-added": KEEPS}, {"field-removed": BREAKS}
    ),
    "a field that is always answered": answered(
        fields(["a"], a="string"), fields(a="string"), {"field-optional": BREAKS}, {"field-required": KEEPS}
    ),
    "a field that is null": answered(
        fields(["a"], a="string"), fields(["a"], a=NULLABLE), {"null-added": BREAKS}, {"null-removed": KEEPS}
    ),
    "a field that is optional, or null": answered(
        fields(["a"], a=NULLABLE), fields(a=NULLABLE), {"field-optional": BREAKS}, {"field-required": KEEPS}
    ),
    "an answered bound": answered(
        fields(a={**STRING, "maxLength": 5}),
        fields(a={**STRING, "maxLength": 6}),
        {"bound-widened": KEEPS},
        {"bound-narrowed": KEEPS},
    ),
    "an answered enum": answered(
        fields(a={"enum": ["a", "b"]}),
        fields(a={"enum": ["a", "c"]}),
        {"enum-member-added": KEEPS, "enum-member-removed": KEEPS},
        {"enum-member-added": KEEPS, "enum-member-removed": KEEPS},
    ),
    "an answered enum or any text": answered(
        fields(a={"enum": ["a"]}), fields(a=STRING), {"enum-opened": KEEPS}, {"enum-closed": KEEPS}
    ),
    "an answered member": answered(
        fields(a={"oneOf": ["A", "string"]}),
        fields(a={"oneOf": ["A", "string", "boolean"]}),
        {"member-added": BREAKS},
        {"member-removed": KEEPS},
    ),
    "an answered number": answered(
        fields(a="integer"), fields(a="number"), {"type-widened": BREAKS}, {"type-narrowed": KEEPS}
    ),
    "an answered member by another name": answered(
        fields(a={"oneOf": ["string", "number"]}),
        fields(a={"oneOf": ["string", "number", "integer"]}),
        {"member-merged": KEEPS},
        {"member-merged": KEEPS},
    ),
    "an answered discriminator": answered(
        fields(a=UNION), fields(a=BOTH), {"discriminator-changed": BREAKS}, {"discriminator-changed": BREAKS}
    ),
    "an answered value of a discriminator": answered(
        fields(a=told_apart(a="A", b="B")),
        fields(a=told_apart(a="A", b="B", c="B")),
        {"discriminator-value-added": KEEPS},
        {"discriminator-value-removed": KEEPS},
    ),
    "what an answered value stands for": answered(
        fields(a=told_apart(a="A", b="B")),
        fields(a=told_apart(a="B", b="A")),
        {"discriminator-value-moved": BREAKS},
        {"discriminator-value-moved": BREAKS},
    ),
    "an open answer": answered(
        {**fields(a="string"), "additionalProperties": True},
        fields(a="string"),
        {"object-closed": KEEPS},
        {"object-opened": KEEPS},
    ),
    "a field of the caller's": answered(
        fields(a=STRING), fields(a={**STRING, "writeOnly": True}), {"write-only": BREAKS}, {"write-only-ended": KEEPS}
    ),
    "a field of the server's in an answer": answered(fields(a=STRING), fields(a={**STRING, "readOnly": True}), {}, {}),
    "an answered default": answered(
        fields(a=STRING),
        fields(a={**STRING, "default": "x"}),
        {"field-required": KEEPS},
        {"field-optional": BREAKS},
    ),
    "a status": of_endpoint(
        "responses",
        {},
        {"201": "B"},
        {"status-added": KEEPS, "type-changed": BREAKS},
        {"status-removed": KEEPS, "type-widened": BREAKS},
        types=TYPES,
    ),
    "a status like others": of_endpoint(
        "responses", {}, {"201": "B"}, {"status-added": KEEPS}, {"status-removed": KEEPS}, types=TYPES, response="B"
    ),
    "a redirect that is an answer": of_endpoint(
        "responses",
        {"default": "A"},
        {"304": "null", "default": "A"},
        {"redirect-answer-added": BREAKS},
        {"redirect-answer-removed": BREAKS},
        types=TYPES,
    ),
    "the value of a redirect": of_endpoint(
        "responses", {"303": "string"}, {"303": "integer"}, {"type-changed": BREAKS}, {"type-changed": BREAKS}
    ),
    "an error's type": of_endpoint(
        "responses",
        {},
        {"4XX": "B"},
        {"status-added": KEEPS, "error-type-added": KEEPS},
        {"status-removed": KEEPS, "error-type-removed": BREAKS},
        types=TYPES,
    ),
    "an error's place": of_endpoint(
        "errors",
        {"code": "a"},
        {"code": "b", "request_id": "c", "message": "d"},
        {"error-fact-moved": BREAKS, "error-fact-added": KEEPS, "error-message-changed": KEEPS},
        {"error-fact-moved": BREAKS, "error-fact-removed": BREAKS, "error-message-changed": KEEPS},
    ),
    "another place of an error": of_endpoint(
        "errors",
        {"code": "a", "message": "m"},
        {"code": ["a", "b"], "message": ["m", "n"]},
        {"error-fact-added": KEEPS, "error-message-changed": KEEPS},
        {"error-fact-moved": BREAKS, "error-message-changed": KEEPS},
    ),
    "the order of an error's places": of_endpoint(
        "errors",
        {"code": ["a", "b"]},
        {"code": ["b", "a"]},
        {"error-fact-moved": BREAKS},
        {"error-fact-moved": BREAKS},
    ),
    "an error's class": of_endpoint(
        "errors",
        {"code": "a", "classes": {"x": "One"}},
        {"code": "a", "classes": {"x": "Two", "y": "One"}},
        {"error-class-changed": BREAKS, "error-class-added": KEEPS},
        {"error-class-changed": BREAKS, "error-class-removed": BREAKS},
    ),
    # -- types that nobody uses
    "a type": whole("types", {}, {"T": "string"}, {"type-added": KEEPS}, {"type-removed": BREAKS}),
    "a type of its own": whole(
        "types",
        {"T": fields(a="string")},
        {"T": fields(["a"], a="string")},
        {"field-required": BREAKS},
        {"field-optional": BREAKS},
    ),
    "a name for a plain type": whole(
        "types", {"T": "string"}, {"T": "integer"}, {"type-changed": BREAKS}, {"type-changed": BREAKS}
    ),
}
