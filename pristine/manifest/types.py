"""Type expressions -> Python types: attrs classes, `list[X]`, `Literal[...]`, `X | Y`, `Annotated[X, bounds]`.

Nothing is evaluated: names become attributes by a stated rule. A class is made first and its fields are read later,
from a list of what is left to do, so types may be recursive and chains of them as long as they like.
"""

from collections.abc import Callable, Collection, Mapping
from itertools import chain
from typing import Any, Final, Literal

from pristine.manifest.bounds import BOUND_KEYS, bounded, check_format, formatted
from pristine.manifest.classes import FIELD_KEYS, check_fields, make_class
from pristine.manifest.defaults import check_default
from pristine.manifest.model import NOTHING
from pristine.manifest.reading import (
    Cursor,
    ListOf,
    Reader,
    anything,
    flag,
    is_unicode,
    kind_of,
    members,
    one_of,
    record,
    text,
    word,
)
from pristine.manifest.unions import UNIONS, discriminated
from pristine.manifest.unread import Unread
from pristine.manifest.weights import EFFORT, Weights
from pristine.ports.model import Model
from pristine.ports.serializer import Schema
from pristine.ports.unions import union_of

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
    "const": anything,
    "$ref": anything,
    "oneOf": anything,
    "anyOf": anything,
    "discriminator": anything,
    "required": ListOf(text),
    "additionalProperties": anything,
    "nullable": flag,
    "description": text,
    **BOUND_KEYS,
}
"""The keys of a type expression; those that are `anything` here hold types and are read by TypeReader."""

KINDS: Final = (*PRIMITIVES, "array", "object")

_SHORT: Final = 500
"""How many characters are kept of what a small manifest could repeat without end."""

_EFFORT_OF_A_TYPE: Final = 150
_EFFORT_OF_A_CLASS: Final = 1000

_HOPS: Final = 32
"""How many names are followed to a description: they may go in a circle."""

SAYING: Final = ("type", "enum", "const", "$ref", *sorted(UNIONS))
"""The keys that say a type; one of them does."""

FITTING: Final[Mapping[str, str]] = {
    "items": "array",
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
}


class TypeReader:
    """Reads type expressions that may refer to the named ones in the `sections`.

    `lazily`: they are known to be right, so nothing is read before it is asked for.
    """

    def __init__(self, *sections: Cursor, lazily: bool = False) -> None:
        self._lazily = lazily
        self._weights = Weights()
        self._declared: dict[str, Cursor] = {}
        for section in sections:
            for name, value in members(section):
                if name in self._declared:
                    section.child(name, value).fault(f"a second type {name!r}")
                self._declared[name] = section.child(name, value)
        self._done: dict[str, Schema] = {}
        self._open: set[str] = set()
        self._unread: list[Callable[[], object]] = []
        self._says = (
            ("enum", _enum),
            ("const", _const),
            ("oneOf", self._union),
            ("anyOf", self._union),
            ("$ref", self._referred),
        )
        for name in self._declared.keys() & {*KINDS, ""}:
            self._declared[name].fault(f"a type may not be called {name!r}")

    def named(self) -> Mapping[str, Schema]:
        """Every declared type."""
        if self._lazily:
            return Unread(self._declared, self._lookup)
        found = {name: self._lookup(name, at) for name, at in self._declared.items()}
        self._read_fields()
        return found

    def read(self, at: Cursor, *, also: Mapping[str, Reader] = NOTHING) -> Schema:
        """The type that an expression says; `also` are further keys that its object may have."""
        schema = self._schema(at, also)
        self._read_fields()
        return schema

    def weight(self, schema: Schema) -> int:
        """How many parts a type is of."""
        return self._weights.of(schema)

    def described(self, expression: Any) -> str:
        """What an expression says of itself, or what the type that it names or holds says."""
        own = expression
        for _ in range(_HOPS):
            if isinstance(expression, str):
                named = self._declared.get(expression.removeprefix("#/types/"))
                expression = named and named.value
            if not isinstance(expression, Mapping):
                break
            if isinstance(said := expression.get("description"), str) and is_unicode(said):
                return said if expression is own else said[:_SHORT]  # because any number of fields may name a type
            expression = expression.get("items", expression.get("$ref", expression.get("type")))
        return ""

    def _read_fields(self) -> None:
        """Read the fields of the classes that have been made, which may make more classes."""
        while self._unread:
            self._unread.pop()()

    def _schema(self, at: Cursor, also: Mapping[str, Reader] = NOTHING) -> Schema:
        if isinstance(at.value, str):
            return PRIMITIVES[at.value] if at.value in PRIMITIVES else self._lookup(at.value, at)
        if not isinstance(at.value, Mapping):
            at.fault(f"must be the name of a type or an object, not {kind_of(at.value)}")
            return Any
        at.spend(_EFFORT_OF_A_TYPE)
        said = record({**TYPE_KEYS, **also} if also else TYPE_KEYS)(at)
        found = {key: value for key, value in said.items() if key not in also}
        _check_fit(at, found)
        check_format(at, found)
        schema = bounded(at, found, self._expression(at, found))
        return self._weights.checked(at, union_of((schema, None)) if found.get("nullable") else schema)

    def _expression(self, at: Cursor, found: Mapping[str, Any]) -> Schema:
        """What the key that says a type says."""
        for key, read in self._says:
            if key in found:
                return read(at.child(key, found[key]), found)
        return self._of_kind(at, found)

    def _referred(self, at: Cursor, _: Mapping[str, Any]) -> Schema:
        name = word(at).removeprefix("#/types/")
        return self._lookup(name, at) if name else Any

    def _of_kind(self, at: Cursor, found: Mapping[str, Any]) -> Schema:
        kind = _kind(found)
        if isinstance(kind, list):
            return self._one_of_kinds(at, found)
        if kind == "array":
            return list[self._schema(at.child("items", found.get("items", "any")))]  # type: ignore[misc]  # made at run time
        if kind == "object":
            return self._object(at, found) if "properties" in found else self._map(at, found)
        return formatted(found, self._plain(at, kind))

    def _one_of_kinds(self, at: Cursor, found: Mapping[str, Any]) -> Schema:
        """`type: [string, "null"]`: each kind as if it were alone, with what is for it."""
        kinds = ListOf(one_of(*KINDS))(at.child("type", found["type"]))
        if not set(KINDS).issuperset(kinds):
            return Any
        if len(kinds) < 2 or len(set(kinds)) < len(kinds):
            at.child("type", kinds).fault("must list two or more kinds, each once")
            return Any
        return union_of(self._expression(at, {**found, "type": kind}) for kind in kinds)

    def _union(self, inside: Cursor, found: Mapping[str, Any]) -> Schema:
        listed = ListOf(self._schema)(inside)
        inside.spend(self._weights.total(listed) * EFFORT)
        if isinstance(inside.value, list) and len(listed) < 2:
            inside.fault("must list two or more types")
        union = union_of(listed) if listed else Any
        if "discriminator" not in found:
            return union
        place = inside.at((*inside.path[:-1], "discriminator"), found["discriminator"])
        return discriminated(place, inside, listed, union, self._lookup)

    def _map(self, at: Cursor, found: Mapping[str, Any]) -> Schema:
        values = found.get("additionalProperties", True)
        if isinstance(values, bool):
            return dict[str, Any]
        return dict[str, self._schema(at.child("additionalProperties", values))]  # type: ignore[misc]  # made at run time

    def _plain(self, at: Cursor, kind: Any) -> Schema:
        one = at.child("type", kind)
        if kind is None:
            at.fault("says no type: give 'type', 'properties', 'enum' or '$ref'")
        elif isinstance(kind, str) and kind in self._declared:
            return self._lookup(kind, one)
        else:
            one_of(*KINDS)(one)
        return PRIMITIVES.get(kind, Any) if isinstance(kind, str) else Any

    def _lookup(self, name: str, at: Cursor) -> Schema:
        if name in self._done:
            return self._done[name]
        if name not in self._declared:
            at.fault(f"unknown type {name!r}{at.near(name, chain(PRIMITIVES, self._declared))}")
            return Any
        # What is read lazily may be read by several threads at once, and the first to have it wins.
        if name in self._open and not self._lazily:
            at.fault(f"type {name!r} is defined as itself")
            return Any
        self._open.add(name)
        schema = self._done.setdefault(name, self._schema(self._declared[name]))
        self._open.discard(name)
        return schema

    def _object(self, at: Cursor, found: Mapping[str, Any]) -> type[Model]:
        at.spend(_EFFORT_OF_A_CLASS)
        inside = at.child("properties", found["properties"])
        properties = {wire: inside.child(wire, value) for wire, value in members(inside)}
        required = frozenset(found.get("required", ()))
        for missing in sorted(required - properties.keys()):
            at.fault(f"required field {missing!r} is not among the properties{at.near(missing, properties)}")
        told = {wire: self.described(one.value) for wire, one in properties.items()}
        check_fields(properties)
        return make_class(
            _class_name(at),
            {wire: one.value for wire, one in properties.items()},
            required,
            told,
            self._types(properties, required),
            said=found.get("description", ""),
            is_open=found.get("additionalProperties") is True,
            place=at.path,
            written=at.written(),
        )

    def _types(self, properties: Mapping[str, Cursor], required: Collection[str]) -> Callable[[], Mapping[str, Schema]]:
        """The types of the fields, for a class that asks for them when it is first used."""

        def read() -> dict[str, Schema]:
            return {wire: self._field(one, wire in required) for wire, one in properties.items()}

        if self._lazily:
            return read
        found: dict[str, Schema] = {}
        self._unread.append(lambda: found.update(read()))
        return found.copy

    def _field(self, at: Cursor, required: bool) -> Schema:
        schema = self._schema(at, FIELD_KEYS)
        said = at.value if isinstance(at.value, Mapping) else NOTHING
        at.spend(self.weight(schema) * EFFORT)
        if "default" in said:
            check_default(at.child("default", said["default"]), schema, self.weight(schema))
            return schema
        return schema if required else union_of((schema, None))


def _kind(found: Mapping[str, Any]) -> Any:
    """What an expression says under 'type', or means by having properties."""
    implied = "object" if "properties" in found and not found.keys() & set(SAYING) else None
    return found.get("type", implied)


def _check_fit(at: Cursor, found: Mapping[str, Any]) -> None:
    if len(found.keys() & set(SAYING)) > 1:
        at.fault("says its type twice: give one of 'type', 'enum', 'const', '$ref', 'oneOf' and 'anyOf'")
    kind = _kind(found)
    for key, owner in FITTING.items():
        if key in found and owner != kind and not (isinstance(kind, list) and owner in kind):
            at.child(key, found[key]).fault(f"has no effect unless 'type' is {owner!r}")
        elif key == "required" and key in found and "properties" not in found:
            at.child(key, found[key]).fault("has no effect without 'properties'")
    _check_openness(at, found)
    if "discriminator" in found and not found.keys() & UNIONS:
        at.child("discriminator", found["discriminator"]).fault("has no effect without 'oneOf' or 'anyOf'")


def _check_openness(at: Cursor, found: Mapping[str, Any]) -> None:
    if "additionalProperties" not in found:
        return
    values, inside = found["additionalProperties"], at.child("additionalProperties", found["additionalProperties"])
    if "properties" in found and not isinstance(values, bool):
        inside.fault("must be true or false beside 'properties'; a type is for an object without them")
    if "properties" not in found and isinstance(values, bool):
        inside.fault("has no effect without 'properties': such an object may have any")


def _enum(at: Cursor, _: Mapping[str, Any]) -> Schema:
    values: list[Any] = ListOf(anything)(at)
    wrong = [value for value in values if not isinstance(value, (str, int, bool)) and value is not None]
    if isinstance(at.value, list) and (not values or wrong):
        at.fault("must be a list of one or more strings, whole numbers, booleans or null")
    return Literal[tuple(values)] if values and not wrong else Any


def _const(at: Cursor, found: Mapping[str, Any]) -> Schema:
    return _enum(at.at(at.path, [at.value]), found)


def _class_name(at: Cursor) -> str:
    words = [str(step)[:_SHORT] for step in at.path if step not in {"types", "properties", "endpoints"}]
    return "_".join(words)[:_SHORT] or "Object"
