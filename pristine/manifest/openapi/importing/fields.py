"""What is said of a type where it stands: descriptions, and what holds for a field of an object."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pristine.manifest.classes import attribute_name, attribute_names
from pristine.manifest.openapi.importing.bounds import HIDDEN
from pristine.manifest.openapi.importing.extensions import own
from pristine.manifest.openapi.importing.naming import snake
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.shapes import Shape, alternatives, first

_LONGEST: Final = 200
"""How many characters of a default are told in a description."""


def described(said: Any, parts: Shape) -> Any:
    """An expression with the description that the outermost part has, or else its title."""
    told = first(parts, "description") or (first(parts, "title") if not _is_name(said) else "")
    told = told.strip() if isinstance(told, str) else ""
    if any(part.take("deprecated") is True for part in parts):
        told = f"Deprecated. {told}".strip()
    if told:
        said = {**({"type": said} if isinstance(said, str) else said), "description": told}
    return _compact(with_own(said, parts, TYPES))


def _is_name(said: Any) -> bool:
    """Whether an expression is the name of a type, which has a description of its own."""
    return isinstance(said, str) and said[:1].isupper()


def annotated(said: Any, solid: Shape, shape: Shape, name: str) -> Any:
    """A field: its type, its name in Python, its direction, its default, and whether it is a secret.

    `solid` has all that its type is made of, `shape` what stands in the field itself.
    """
    found: dict[str, Any] = {"type": said} if isinstance(said, str) else dict(said)
    if name:
        found["name"] = name
    if first(solid, "readOnly") is True:
        found["readOnly"] = True
    if first(solid, "writeOnly") is True and not found.get("readOnly"):
        found["writeOnly"] = True
    for part in solid:
        if part.keys.get("format") == HIDDEN:
            part.take("format")
            found["sensitive"] = True
    return _compact(with_own(with_default(found, solid), shape, FIELDS))


def with_default(said: dict[str, Any], parts: Shape) -> dict[str, Any]:
    """An expression that tells the default, or has it, where the document is one that says what is to be sent.

    A default of OpenAPI is what the server takes where nothing is given: a caller who sent it would fix it for ever,
    and would overwrite with it what a PATCH leaves as it is.
    """
    holder = next((part for part in (*parts, *_members(parts)) if part.has("default")), None)
    if holder is None or "default" in said:
        return said
    value = holder.value["default"]
    if holder.book.sends_defaults:
        if not _is_of(value, parts):
            holder.lose("default", "default", "it is not of the type, or of one that has none")
            return said
        holder.take("default")
        return {**said, "default": value}
    if value is None:
        holder.take("default")
        return said
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _LONGEST:
        holder.lose("default", "default", "it is too long to be told")
        return said
    holder.take("default")
    told = said.get("description", "")
    return {**said, "description": f"{told}{_gap(told)}Default: {text}."}


def _is_of(value: Any, parts: Shape) -> bool:
    """Whether a default is of its type, as far as its own schema says; an object of declared fields has none."""
    for part in parts:
        listed = part.keys.get("enum", [part.keys["const"]] if part.has("const") else None)
        if isinstance(listed, list) and value not in listed:
            return False
        kinds = part.keys.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if isinstance(kinds, list) and kinds and not any(_is_kind(value, kind) for kind in kinds):
            return False
        if isinstance(value, dict) and part.keys.get("properties"):
            return False
    return not isinstance(value, list) or all(not isinstance(one, (dict, list)) for one in value)


def _is_kind(value: Any, kind: Any) -> bool:
    if kind == "number" and type(value) is int:
        return True
    return type(value) is _KINDS.get(kind)


_KINDS: Final[Mapping[Any, type]] = {
    "string": str, "integer": int, "number": float, "boolean": bool, "null": type(None), "array": list, "object": dict
}  # fmt: skip


def _members(parts: Shape) -> Iterator[Node]:
    """The members of unions, which may have the default of the field that they are for."""
    for part, key in alternatives(parts):
        yield from part.each(key)


def _gap(told: str) -> str:
    if not told:
        return ""
    return " " if told.endswith((".", "!", "?", ":")) else ". "


def with_own(said: Any, parts: Shape, keys: Iterable[str]) -> Any:
    """An expression with what extensions of Pristine's own say."""
    found: Mapping[str, Any] = {}
    for part in reversed(parts):
        found = {**found, **own(part, keys)}
    if not found:
        return said
    return {**({"type": said} if isinstance(said, str) else said), **found}


TYPES: Final = ("description", "nullable", "format", "additionalProperties")
FIELDS: Final = ("name", "default", "sensitive", "readOnly", "writeOnly")
"""What `x-pristine-…` may say of a type, and of a field."""


def _compact(said: Any) -> Any:
    if isinstance(said, dict) and said.keys() == {"type"} and said["type"] not in ("array", "object"):
        return said["type"]
    return said


class FieldNames:
    """Which names fields get. `chosen` is from the names of types to those of their fields."""

    def __init__(self, *, ours: bool) -> None:
        self._ours = ours

    def of(self, fields: Mapping[str, Any]) -> dict[str, str]:
        """The names that are not what the language itself would make of a field's, by the names on the wire."""
        if self._ours:
            return {}
        wanted = {wire: snake(wire) for wire in fields}
        usual = attribute_names(dict.fromkeys(fields))
        taken = [*usual.values(), *wanted.values()]
        return {
            wire: name
            for wire, name in wanted.items()
            if name != usual[wire] and attribute_name(name) == name and taken.count(name) == 1
        }
