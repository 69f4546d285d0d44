"""Type expressions in JSON Schema: alone, as fields and as parameters. Pure."""

from typing import Any, Final

from pristine.manifest.bounds import BOUNDS, FORMATS
from pristine.manifest.classes import RESERVED
from pristine.manifest.endpoints import BINARY
from pristine.manifest.parameters import STYLES
from pristine.manifest.schema_terms import (
    Json,
    described,
    either,
    has,
    items,
    lacks,
    matching,
    members,
    one_of,
    only,
    record,
    ref,
    same,
    when,
)
from pristine.manifest.types import FITTING, KINDS, SAYING
from pristine.manifest.unions import UNIONS

TEXT: Final[Json] = {"type": "string"}
WORD: Final[Json] = {"type": "string", "minLength": 1}
FLAG: Final[Json] = {"type": "boolean"}
SIZE: Final[Json] = {"type": "integer", "minimum": 0, "exclusiveMaximum": 2**63}
NUMBER: Final[Json] = {"type": "number", "minimum": -1e300, "maximum": 1e300}
SCALAR: Final[Json] = {"type": ["string", "integer", "boolean", "null"]}
TYPE: Final[Json] = ref("type")
PYTHON_NAME: Final = matching(rf"(?!(?:{'|'.join(sorted(RESERVED))})$)[A-Za-z]\w*")

_BOUNDS: Final[Json] = {
    **{key: NUMBER for key in BOUNDS if BOUNDS[key][2] == ("integer", "number")},
    **{key: SIZE for key in BOUNDS if key.startswith(("min", "max")) and key not in {"minimum", "maximum"}},
    "multipleOf": {**NUMBER, "exclusiveMinimum": 0},
    "pattern": {**TEXT, "maxLength": 1000},
    "uniqueItems": FLAG,
}
_KEYS: Final[Json] = {
    "type": either(WORD, {**items(one_of(KINDS), 2), "uniqueItems": True}),
    "items": TYPE,
    "properties": members(ref("field")),
    "enum": items(SCALAR, 1),
    "const": SCALAR,
    "$ref": {**WORD, "not": one_of([*KINDS, *(f"#/types/{kind}" for kind in KINDS)])},
    **{union: items(TYPE, 2) for union in sorted(UNIONS)},
    "discriminator": ref("discriminator"),
    "required": items(TEXT),
    "additionalProperties": either(FLAG, TYPE),
    "nullable": FLAG,
    "description": TEXT,
    "format": one_of(format for format in FORMATS if format != "binary"),
    **_BOUNDS,
}
_FIELDS: Final[Json] = {
    "default": {},
    "name": PYTHON_NAME,
    "readOnly": FLAG,
    "writeOnly": FLAG,
    "sensitive": FLAG,
}


def definitions() -> Json:
    """What stands under `$defs`."""
    both_ways = has(readOnly={"const": True}, writeOnly={"const": True})
    named = {**WORD, "not": one_of(("array", "object"))}
    fields = {**same("expression", _KEYS), **described("Fields", _FIELDS)}
    files = {**same("expression", _KEYS), "properties": members(ref("form field"))}
    return {
        "type": either(named, ref("expression")),
        "field": either(named, _expression(fields, {"not": both_ways}, _REQUIRED)),
        "form": either(named, _expression(files, _REQUIRED)),
        "form field": either({"const": BINARY}, ref("field")),
        "expression": _expression(described("Types", _KEYS), _REQUIRED),
        "fitting": {"allOf": _rules()},
        "discriminator": record(
            "Discriminators", {"propertyName": WORD, "mapping": members(TEXT)}, required=("propertyName",)
        ),
        **{f"{kind} parameter": either(*_parameter(kind)) for kind in STYLES},
    }


def _expression(properties: Json, *rules: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "allOf": [ref("fitting"), *rules],
    }


# -- keys that fit each other ------------------------------------------------------------------------------------------

_IMPLIED: Final = {**has("properties"), **lacks(*SAYING)}
"""An object's type, said by its properties alone."""


def _is(kind: str) -> Json:
    """The type is of the kind, or of several with it."""
    return has(type=either({"const": kind}, {"type": "array", "contains": {"const": kind}}))


def _is_first(kinds: tuple[str, ...]) -> Json:
    """The type is of one of the kinds, or of several of which one that is not null is the first."""
    listed = ({"prefixItems": [one_of(kinds)]}, {"prefixItems": [{"const": "null"}, one_of(kinds)], "minItems": 2})
    return has(type=either(one_of(kinds), *({"type": "array", **one} for one in listed)))


def _rules() -> list[Json]:
    """What holds for every type expression; `required` is another key for parameters."""
    rules: list[Json] = [{"oneOf": [*map(has, SAYING), _IMPLIED]}]
    for key, kind in FITTING.items():
        if key != "required":
            rules.append(when(has(key), either(_is(kind), _IMPLIED) if kind == "object" else _is(kind)))
    rules += [
        when(has("properties", "additionalProperties"), only(additionalProperties=FLAG)),
        when({**has("additionalProperties"), **lacks("properties")}, only(additionalProperties={"not": FLAG})),
        when(has("discriminator"), either(*map(has, sorted(UNIONS)))),
    ]
    for kinds in sorted({kinds for _, _, kinds in BOUNDS.values()}):
        fitting = either(_is_first(kinds), _IMPLIED) if kinds == ("object",) else _is_first(kinds)
        rules.append(when(either(*(has(key) for key in BOUNDS if BOUNDS[key][2] == kinds)), fitting))
    for kind in sorted({kind for kind, _ in FORMATS.values()}):
        formats = [format for format in FORMATS if FORMATS[format][0] == kind]
        rules.append(when(has(format=one_of(formats)), _is(kind)))
    return rules


_REQUIRED: Final = when(has("required"), either(_is(FITTING["required"]), _IMPLIED), has("properties"))


# -- parameters --------------------------------------------------------------------------------------------------------


def _parameter(kind: str) -> tuple[Json, ...]:
    """A parameter of a kind: the name of a type, unless a text is a header's value; or an object."""
    keys = {
        "required": {"const": True} if kind == "path" else FLAG,
        "default": {},
        "name": PYTHON_NAME,
        "style": one_of(STYLES[kind]),
        "explode": FLAG,
        "allowReserved": FLAG if kind == "path" else {"const": False},
    }
    whole = _expression({**same("expression", _KEYS), **described("Parameters", keys)}, *_parameter_rules(kind))
    if kind == "header":
        return (whole,)
    return {**WORD, "not": one_of(("array", "object", "null"))}, whole


def _parameter_rules(kind: str) -> list[Json]:
    unwritten = ("array", "object") if kind == "path" else ("object",)
    collection: list[Any] = [when(lacks("style"), only(type={"not": one_of(unwritten)}, properties=False))]
    return [
        only(type={"not": {"const": "null"}}),
        when(has("explode"), has(style={"not": {"const": "deepObject"}})),
        when(has(allowReserved={"const": True}), lacks("style")),
        *(collection if kind != "query" else []),
    ]
