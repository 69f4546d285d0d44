"""A schema as the conjunction of its parts: itself, the members of its `allOf`, and what its references mean.

What is said in several parts is read as one; so a type has all fields of the types that it is made of.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.references import Library

Shape: TypeAlias = Sequence[Node]
"""The parts of a schema, the outermost first."""

SAYING: Final = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "items", "enum", "const", "oneOf", "anyOf"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
        *("pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "patternProperties"),
        *("format", "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"),
    }
)
"""Keys that say something of the value; the others are about the schema, or its field."""

NULLABLE: Final = ("nullable", "x-nullable")

_DEEPEST: Final = 100

_EFFORT_OF_A_PART: Final = 2


def flat(node: Node) -> list[Node]:
    """A schema and the members of its `allOf`, without following references."""
    found = [node]
    if isinstance(node.value, dict):
        for member in node.each("allOf"):
            found += flat(member)
    return found


def flattened(shape: Shape) -> list[Node]:
    """The same for each part; a part is there once."""
    found = {part.identity: part for node in shape for part in flat(node)}
    return list(found.values())


def referring(shape: Shape) -> list[Node]:
    """The parts that are references."""
    return [part for part in shape if isinstance(part.keys.get("$ref"), str)]


def is_solid(part: Node) -> bool:
    """Whether a part says something of the value by itself."""
    return not SAYING.isdisjoint(part.keys)


def followed(shape: Shape, library: Library) -> list[Node]:
    """All parts, with what references mean, and no references left. A part that is there already is not added."""
    found = {part.identity: part for part in shape}
    waiting = deque((part, 0) for part in shape)
    while waiting:
        part, depth = waiting.popleft()
        if not isinstance(part.keys.get("$ref"), str):
            continue
        if depth > _DEEPEST:
            part.fault("is made of types that are made of types, deeper than 100 levels")
            continue
        target = library.resolved(part)
        for one in flat(target) if target is not None else ():
            if one.identity not in found:
                found[one.identity] = one
                waiting.append((one, depth + 1))
    shape[0].book.spend(shape[0], len(found) * _EFFORT_OF_A_PART)
    return list(found.values())


def first(shape: Shape, key: str) -> Any:
    """What the outermost part says under a key, which is read then."""
    for part in shape:
        if part.has(key):
            return part.take(key)
    return None


def is_nullable(shape: Shape) -> bool:
    """Whether null is allowed beside the rest."""
    said = [part.take(key) for part in shape for key in NULLABLE if part.has(key)]
    return True in said


def kinds(shape: Shape) -> tuple[list[str], bool]:
    """The kinds of the value, and whether null is among them; what contradicts the outermost part is lost."""
    found: list[str] | None = None
    for part in shape:
        said = part.keys.get("type")
        listed = [said] if isinstance(said, str) else said
        if not isinstance(listed, list) or not set(map(_text, listed)) <= KINDS:
            if said is not None:
                part.lose("malformed", "type", f"{said!r:.80} is no type of JSON")
        elif found is None or set(listed) & set(found):
            part.take("type")
            found = listed if found is None else [kind for kind in found if kind in listed]
        else:
            part.lose("another-part", "type")
    if found is None:
        found = [kind for kind, keys in _IMPLIED.items() if any(not keys.isdisjoint(part.keys) for part in shape)][:1]
    return [kind for kind in dict.fromkeys(found) if kind != "null"], "null" in found


def kind_of(shape: Shape) -> str:
    """The one kind of the value beside null, without reading it; "" where there are several, or none is said."""
    for part in shape:
        said = part.keys.get("type")
        listed = [kind for kind in (said if isinstance(said, list) else [said]) if kind != "null"]
        if len(listed) == 1 and _text(listed[0]) in KINDS:
            return str(listed[0])
        if isinstance(said, list):
            return ""
    return next((kind for kind, keys in _IMPLIED.items() if any(not keys.isdisjoint(part.keys) for part in shape)), "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


KINDS: Final = frozenset({"string", "integer", "number", "boolean", "null", "array", "object"})

_IMPLIED: Final[Mapping[str, frozenset[str]]] = {
    "object": frozenset({"properties", "required", "additionalProperties", "patternProperties"}),
    "array": frozenset({"items"}),
}
"""The kind of what says none."""


def fields(shape: Shape) -> dict[str, list[Node]]:
    """The fields that the parts have, each with all that is said of it."""
    found: dict[str, list[Node]] = {}
    for part in shape:
        for field in part.named("properties"):
            found.setdefault(str(field.step), []).append(field)
    return found


def required(shape: Shape) -> list[str]:
    """The names of the fields that must be there, each once."""
    found: dict[str, None] = {}
    for part in shape:
        listed = part.take("required")
        if isinstance(listed, list) and all(isinstance(name, str) for name in listed):
            found |= dict.fromkeys(listed)
        elif listed is not None and not isinstance(listed, bool):
            part.lose("malformed", "required", "must be a list of names")
        elif listed is not None:
            part.lose("malformed", "required", "is a list of names since OpenAPI 2")
    return list(found)


def alternatives(shape: Shape) -> Iterator[tuple[Node, str]]:
    """The parts that are unions, and by which key."""
    for part in shape:
        for key in ("oneOf", "anyOf"):
            if part.has(key):
                yield part, key
