"""What a schema says beside its kind: enums, formats, bounds. What a type would not accept is lost, with a reason.

Whether it would is asked of the readers of the language themselves, so that the two cannot come to differ.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pristine.manifest.bounds import BOUNDS, FORMATS
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.shapes import Shape
from pristine.manifest.reading import Cursor, Faults
from pristine.ports.documents import Document

_SAID_BY_KIND: Final = {("number", "float"), ("number", "double")}
"""Formats that a kind has anyway: a number of Python's is a double."""

HIDDEN: Final = "password"
"""The format of a text that nobody is to see: `sensitive` of a field."""


def with_bounds(kind: str, shape: Shape, said: dict[str, Any]) -> dict[str, Any]:
    """An expression with the bounds of its kind that the shape says."""
    for key, (_, _, kinds) in BOUNDS.items():
        for node in shape if kind in kinds else ():
            if node.has(key):
                _bound(key, node, said)
    return said


def _bound(key: str, node: Node, said: dict[str, Any]) -> None:
    value = node.value[key]
    if key in _EXCLUSIVE and isinstance(value, bool):
        node.take(key)
        if value and node.has(_EXCLUSIVE[key]):
            _set(key, node.value[_EXCLUSIVE[key]], node, said)
            said.pop(_EXCLUSIVE[key], None)
    elif key in ("minLength", "maxLength", "minItems", "maxItems") and isinstance(value, float) and value.is_integer():
        _set(key, int(value), node, said)
    elif key not in said or value == said[key]:
        _set(key, value, node, said)
    elif key in _STRICTER and isinstance(value, (int, float)):
        _set(key, _STRICTER[key](value, said[key]), node, said)


def _set(key: str, value: Any, node: Node, said: dict[str, Any]) -> None:
    if value is False and key == "uniqueItems":
        node.take(key)
    elif fault := _fault(key, value):
        node.lose("pattern" if key == "pattern" else "bounds", key, fault)
    else:
        node.take(key)
        said[key] = value


_STRICTER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}
"""Which bound holds where two parts have one."""

_EXCLUSIVE: Final[Mapping[str, str]] = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def _fault(key: str, value: Any) -> str:
    """What the language says against a bound."""
    faults = Faults()
    BOUNDS[key][1](Cursor(Document(value), (), value, faults))
    return faults[0].message if faults else ""


def with_format(kind: str, shape: Shape, said: dict[str, Any]) -> dict[str, Any]:
    """An expression with its format, where the language has it for the kind."""
    for node in shape:
        found = node.keys.get("format")
        if isinstance(found, str) and (kind, found) in _SAID_BY_KIND:
            node.take("format")
        elif isinstance(found, str) and "format" not in said and found != "binary":
            if FORMATS.get(found, ("",))[0] == kind:
                said["format"] = node.take("format")
            elif not (found == HIDDEN and kind == "string") and not _is_of_another(found, node):  # a field takes it
                node.lose("format", "format", found)
        if kind == "string" and node.keys.get("contentEncoding") == "base64" and "format" not in said:
            node.take("contentEncoding")
            said["format"] = "byte"
    return said


def _is_of_another(format: str, node: Node) -> bool:
    """Whether a format is for another of the kinds that a schema lists."""
    listed = node.keys.get("type")
    return isinstance(listed, list) and FORMATS.get(format, ("",))[0] in listed


def enum_of(shape: Shape, kind: str | None) -> tuple[list[Any], bool] | None:
    """The members of an enum or const, and whether null is one; None where there is none that the language can say.

    What several parts say narrows it.
    """
    values: list[Any] | None = None
    for node in shape:
        key = "const" if node.has("const") else "enum"
        found = [node.keys["const"]] if key == "const" else node.keys.get("enum")
        if not isinstance(found, list):
            continue
        allowed = [value for value in found if value is None or _is_member(value, kind)]
        known = None if values is None else set(map(_typed, values))
        kept = [value for value in allowed if known is None or _typed(value) in known]
        if len(allowed) < len(found) or not kept:
            node.lose("enum-value" if len(allowed) < len(found) else "another-part", key)
        else:
            node.take(key)
        values = kept or values
    if not values:
        return None
    distinct = {_typed(value): value for value in values if value is not None}
    return list(distinct.values()), None in values


def _typed(value: Any) -> tuple[type, Any]:
    return type(value), value


_MEMBERS: Final[Mapping[str, type]] = {"string": str, "integer": int, "number": int, "boolean": bool}


def _is_member(value: Any, kind: str | None) -> bool:
    return type(value) in (str, int, bool) if kind is None else type(value) is _MEMBERS.get(kind)
