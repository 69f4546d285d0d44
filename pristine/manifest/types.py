"""Type expressions -> Python types: attrs classes, `list[X]`, `Literal[...]`, `X | None`.

Nothing is evaluated: names become attributes by a stated rule. A class is made first and its fields are tied to their
types later, from a list of what is left to do, so types may be recursive and chains of them as long as they like.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, Optional, get_args, get_origin

import attrs

from pristine.manifest.classes import make_class
from pristine.manifest.model import NOTHING
from pristine.manifest.reading import (
    Cursor,
    Reader,
    anything,
    flag,
    kind_of,
    list_of,
    members,
    one_of,
    record,
    suggestion,
    text,
    word,
)
from pristine.ports.model import WIRE, Model
from pristine.ports.serializer import Schema

PRIMITIVES: Final[Mapping[str, Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "null": type(None),
    "any": Any,
}

TYPE_KEYS: Final[Mapping[str, Reader]] = {
    "type": anything,
    "items": anything,
    "properties": anything,
    "enum": anything,
    "$ref": anything,
    "required": list_of(text),
    "additionalProperties": flag,
    "nullable": flag,
    "description": text,
}
"""The keys of a type expression; those that are `anything` here hold types and are read by TypeReader."""

FIELD_KEYS: Final[Mapping[str, Reader]] = {"default": anything}
"""What a property may say besides its type."""

_KINDS: Final = (*PRIMITIVES, "array", "object")

_HOPS: Final = 32
"""How many names are followed to a description: they may go in a circle."""

_FITTING: Final[Mapping[str, str]] = {
    "items": "array",
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
}


class TypeReader:
    """Reads type expressions that may refer to the named ones in `declared`."""

    def __init__(self, declared: Cursor) -> None:
        self._declared = {name: declared.child(name, value) for name, value in members(declared)}
        self._done: dict[str, Schema] = {}
        self._open: set[str] = set()
        self._untied: list[Callable[[], None]] = []
        for name in self._declared.keys() & {*_KINDS, ""}:
            self._declared[name].fault(f"a type may not be called {name!r}")

    def named(self) -> dict[str, Schema]:
        """Every declared type."""
        found = {name: self._lookup(name, at) for name, at in self._declared.items()}
        self._tie()
        return found

    def read(self, at: Cursor, *, also: Mapping[str, Reader] = NOTHING) -> Schema:
        """The type that an expression says; `also` are further keys that its object may have."""
        schema = self._schema(at, also)
        self._tie()
        return schema

    def described(self, expression: Any) -> str:
        """What an expression says of itself, or what the type that it names or holds says."""
        for _ in range(_HOPS):
            if isinstance(expression, str):
                named = self._declared.get(expression.removeprefix("#/types/"))
                expression = named and named.value
            if not isinstance(expression, Mapping):
                break
            if isinstance(said := expression.get("description"), str):
                return said
            expression = expression.get("items", expression.get("$ref", expression.get("type")))
        return ""

    def _tie(self) -> None:
        """Give the classes that have been made the types of their fields, which may make more classes."""
        while self._untied:
            self._untied.pop()()

    def _schema(self, at: Cursor, also: Mapping[str, Reader] = NOTHING) -> Schema:
        if isinstance(at.value, str):
            return PRIMITIVES[at.value] if at.value in PRIMITIVES else self._lookup(at.value, at)
        if not isinstance(at.value, Mapping):
            at.fault(f"must be the name of a type or an object, not {kind_of(at.value)}")
            return Any
        said = record({**TYPE_KEYS, **also})(at)
        found = {key: value for key, value in said.items() if key not in also}
        _check_fit(at, found)
        schema = self._expression(at, found)
        return Optional[schema] if found.get("nullable") else schema  # noqa: UP045 `Any | None` is not a runtime type

    def _expression(self, at: Cursor, found: Mapping[str, Any]) -> Schema:
        if "enum" in found:
            return _enum(at.child("enum", found["enum"]))
        if "$ref" in found:
            ref = at.child("$ref", found["$ref"])
            name = word(ref).removeprefix("#/types/")
            return self._lookup(name, ref) if name else Any
        kind = _kind(found)
        if kind == "array":
            return list[self._schema(at.child("items", found.get("items", "any")))]  # type: ignore[misc]  # made at run time
        if kind == "object":
            return self._object(at, found) if "properties" in found else dict[str, Any]
        return self._plain(at, kind)

    def _plain(self, at: Cursor, kind: Any) -> Schema:
        one = at.child("type", kind)
        if kind is None:
            at.fault("says no type: give 'type', 'properties', 'enum' or '$ref'")
        elif isinstance(kind, str) and kind in self._declared:
            return self._lookup(kind, one)
        else:
            one_of(*_KINDS)(one)
        return PRIMITIVES.get(kind, Any) if isinstance(kind, str) else Any

    def _lookup(self, name: str, at: Cursor) -> Schema:
        if name in self._done:
            return self._done[name]
        if name not in self._declared:
            at.fault(f"unknown type {name!r}{suggestion(name, [*self._declared, *PRIMITIVES])}")
            return Any
        if name in self._open:
            at.fault(f"type {name!r} is defined as itself")
            return Any
        self._open.add(name)
        self._done[name] = self._schema(self._declared[name])
        self._open.discard(name)
        return self._done[name]

    def _object(self, at: Cursor, found: Mapping[str, Any]) -> type[Model]:
        inside = at.child("properties", found["properties"])
        properties = {wire: inside.child(wire, value) for wire, value in members(inside)}
        required = found.get("required", [])
        for missing in [field for field in required if field not in properties]:
            at.fault(f"required field {missing!r} is not among the properties{suggestion(missing, properties)}")
        told = {wire: self.described(one.value) for wire, one in properties.items()}
        cls = make_class(
            _class_name(at),
            {wire: one.value for wire, one in properties.items()},
            required,
            told,
            said=found.get("description", ""),
            is_open=found.get("additionalProperties", False),
        )
        self._untied.append(lambda: self._tie_fields(cls, properties, required))
        return cls

    def _tie_fields(self, cls: type[Model], properties: Mapping[str, Cursor], required: list[str]) -> None:
        """Give the fields their types. This is what attrs.resolve_types does, without evaluating strings."""
        for field in attrs.fields(cls):  # type: ignore[arg-type]  # made by _make_class
            wire = field.metadata[WIRE]
            object.__setattr__(field, "type", self._field(properties[wire], wire in required))

    def _field(self, at: Cursor, required: bool) -> Schema:
        schema = self._schema(at, FIELD_KEYS)
        if isinstance(at.value, Mapping) and "default" in at.value:
            check_default(at.child("default", at.value["default"]), schema)
            return schema
        return schema if required else Optional[schema]  # noqa: UP045 `Any | None` is not a runtime type


def check_default(at: Cursor, schema: Schema) -> None:
    """Fault a default that is not of the type."""
    if not fits(at.value, schema):
        at.fault(f"the default ({kind_of(at.value)}) is not of the declared type")


def fits(value: Any, schema: Schema) -> bool:
    """Whether a plain value is a scalar, an enum member, a free object or an array of these; no other has defaults."""
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin is Literal:
        return any(value == member and type(value) is type(member) for member in arguments)
    if origin is list:
        return isinstance(value, list) and all(fits(item, arguments[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict)
    if arguments:
        return any(fits(value, one) for one in arguments)
    if schema is float:
        return type(value) is int or (type(value) is float and math.isfinite(value))
    return schema in {Any, None} or type(value) is schema


def _kind(found: Mapping[str, Any]) -> Any:
    """What an expression says under 'type', or means by having properties."""
    implied = "object" if "properties" in found and not found.keys() & {"enum", "$ref"} else None
    return found.get("type", implied)


def _check_fit(at: Cursor, found: Mapping[str, Any]) -> None:
    if len(found.keys() & {"enum", "$ref", "type"}) > 1:
        at.fault("says its type twice: give one of 'type', 'enum' and '$ref'")
    for key, owner in _FITTING.items():
        if key in found and _kind(found) != owner:
            at.child(key, found[key]).fault(f"has no effect unless 'type' is {owner!r}")
        elif key in {"required", "additionalProperties"} & found.keys() and "properties" not in found:
            at.child(key, found[key]).fault("has no effect without 'properties'")


def _enum(at: Cursor) -> Schema:
    values = list_of(anything)(at)
    wrong = [value for value in values if not isinstance(value, (str, int, bool)) and value is not None]
    if not values or wrong:
        at.fault("must be a list of one or more strings, whole numbers, booleans or null")
        return Any
    return Literal[tuple(values)]


def _class_name(at: Cursor) -> str:
    words = [str(step) for step in at.path if step not in {"types", "properties", "endpoints"}]
    return "_".join(words) or "Object"
