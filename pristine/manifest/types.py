"""Type expressions -> Python types: attrs classes, `list[X]`, `Literal[...]`, `X | Y`, `Annotated[X, bounds]`.

Nothing is evaluated: names become attributes by a stated rule. A class is made first and its fields are read later,
from a list of what is left to do, so types may be recursive and chains of them as long as they like.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, Optional, Union

from pristine.manifest.bounds import BOUND_KEYS, bounded, formatted
from pristine.manifest.classes import FIELD_KEYS, check_fields, make_class
from pristine.manifest.defaults import check_default
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
from pristine.manifest.unions import UNIONS, discriminated
from pristine.ports.model import Model
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
    "const": anything,
    "$ref": anything,
    "oneOf": anything,
    "anyOf": anything,
    "discriminator": anything,
    "required": list_of(text),
    "additionalProperties": anything,
    "nullable": flag,
    "description": text,
    **BOUND_KEYS,
}
"""The keys of a type expression; those that are `anything` here hold types and are read by TypeReader."""

_KINDS: Final = (*PRIMITIVES, "array", "object")

_HOPS: Final = 32
"""How many names are followed to a description: they may go in a circle."""

_SAYING: Final = ("type", "enum", "const", "$ref", *UNIONS)
"""The keys that say a type; one of them does."""

_FITTING: Final[Mapping[str, str]] = {
    "items": "array",
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
}


class TypeReader:
    """Reads type expressions that may refer to the named ones in `declared`."""

    def __init__(self, *sections: Cursor) -> None:
        self._declared: dict[str, Cursor] = {}
        for section in sections:
            for name, value in members(section):
                if name in self._declared:
                    section.child(name, value).fault(f"a second type {name!r}")
                self._declared[name] = section.child(name, value)
        self._done: dict[str, Schema] = {}
        self._open: set[str] = set()
        self._unread: list[Callable[[], object]] = []
        for name in self._declared.keys() & {*_KINDS, ""}:
            self._declared[name].fault(f"a type may not be called {name!r}")

    def named(self) -> dict[str, Schema]:
        """Every declared type."""
        found = {name: self._lookup(name, at) for name, at in self._declared.items()}
        self._read_fields()
        return found

    def read(self, at: Cursor, *, also: Mapping[str, Reader] = NOTHING) -> Schema:
        """The type that an expression says; `also` are further keys that its object may have."""
        schema = self._schema(at, also)
        self._read_fields()
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
        said = record({**TYPE_KEYS, **also})(at)
        found = {key: value for key, value in said.items() if key not in also}
        _check_fit(at, found)
        schema = bounded(at, found, self._expression(at, found))
        return Optional[schema] if found.get("nullable") else schema  # noqa: UP045 `Any | None` is not a runtime type

    def _expression(self, at: Cursor, found: Mapping[str, Any]) -> Schema:
        """What the first key that says a type says."""
        says: Mapping[str, Callable[[Any], Schema]] = {
            "enum": lambda values: _enum(at.child("enum", values)),
            "const": lambda value: _enum(at.child("const", [value])),
            "oneOf": lambda listed: self._union(at, at.child("oneOf", listed), found),
            "anyOf": lambda listed: self._union(at, at.child("anyOf", listed), found),
            "$ref": lambda name: self._referred(at.child("$ref", name)),
        }
        for key in says.keys() & found.keys():
            return says[key](found[key])
        return self._of_kind(at, found)

    def _referred(self, at: Cursor) -> Schema:
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
        return formatted(at, found, self._plain(at, kind))

    def _one_of_kinds(self, at: Cursor, found: Mapping[str, Any]) -> Schema:
        """`type: [string, "null"]`: each kind as if it were alone, with what is for it."""
        kinds = list_of(one_of(*_KINDS))(at.child("type", found["type"]))
        if len(kinds) < 2 or len(set(kinds)) < len(kinds):
            at.child("type", kinds).fault("must list two or more kinds, each once")
            return Any
        return Union[tuple(self._expression(at, {**found, "type": kind}) for kind in kinds)]  # noqa: UP007 made at run time

    def _union(self, at: Cursor, inside: Cursor, found: Mapping[str, Any]) -> Schema:
        listed = list_of(self._schema)(inside)
        if isinstance(inside.value, list) and len(listed) < 2:
            inside.fault("must list two or more types")
        union = Union[tuple(listed)] if listed else Any  # noqa: UP007 made at run time
        if "discriminator" not in found:
            return union
        return discriminated(at.child("discriminator", found["discriminator"]), inside, listed, union, self._lookup)

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
        check_fields(properties)
        types: dict[str, Schema] = {}
        self._unread.append(
            lambda: types.update({wire: self._field(one, wire in required) for wire, one in properties.items()})
        )
        return make_class(
            _class_name(at),
            {wire: one.value for wire, one in properties.items()},
            required,
            told,
            types.copy,
            said=found.get("description", ""),
            is_open=found.get("additionalProperties") is True,
        )

    def _field(self, at: Cursor, required: bool) -> Schema:
        schema = self._schema(at, FIELD_KEYS)
        said = at.value if isinstance(at.value, Mapping) else NOTHING
        if "default" in said:
            check_default(at.child("default", said["default"]), schema)
            return schema
        return schema if required else Optional[schema]  # noqa: UP045 `Any | None` is not a runtime type


def _kind(found: Mapping[str, Any]) -> Any:
    """What an expression says under 'type', or means by having properties."""
    implied = "object" if "properties" in found and not found.keys() & set(_SAYING) else None
    return found.get("type", implied)


def _check_fit(at: Cursor, found: Mapping[str, Any]) -> None:
    if len(found.keys() & set(_SAYING)) > 1:
        at.fault("says its type twice: give one of 'type', 'enum', 'const', '$ref', 'oneOf' and 'anyOf'")
    kind = _kind(found)
    for key, owner in _FITTING.items():
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


def _enum(at: Cursor) -> Schema:
    values: list[Any] = list_of(anything)(at)
    wrong = [value for value in values if not isinstance(value, (str, int, bool)) and value is not None]
    if not values or wrong:
        at.fault("must be a list of one or more strings, whole numbers, booleans or null")
        return Any
    return Literal[tuple(values)]


def _class_name(at: Cursor) -> str:
    words = [str(step) for step in at.path if step not in {"types", "properties", "endpoints"}]
    return "_".join(words) or "Object"
