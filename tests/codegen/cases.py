"""What pairs of manifests are made of that differ in one thing."""

from typing import Any, Final

from tests.codegen.keys import CURSOR, SERVER, UNION, endpoint
from tests.support.offline import manifest

BREAKS, KEEPS = True, False
Told = dict[str, bool]
Case = tuple[dict[str, Any], dict[str, Any], Told, Told]


def whole(key: str, old: Any, new: Any, there: Told, back: Told, **more: Any) -> Case:
    """Manifests with other values of a key."""
    return manifest(**{key: old}, **more), manifest(**{key: new}, **more), there, back


def of_endpoint(key: str, old: Any, new: Any, there: Told, back: Told, **more: Any) -> Case:
    """Endpoints with other values of a key; `...` leaves it out."""
    top: dict[str, Any] = {name: more.pop(name) for name in ("security_schemes", "types", "servers") if name in more}
    return (*endpoint(more, top, **{key: (old, new)}), there, back)


def requested(old: Any, new: Any, there: Told, back: Told, **types: Any) -> Case:
    """Types of a payload."""
    return of_endpoint("request", old, new, there, back, types={**TYPES, **types})


def answered(old: Any, new: Any, there: Told, back: Told, **types: Any) -> Case:
    """Types of an answer."""
    return of_endpoint("response", old, new, there, back, types={**TYPES, **types})


def renamed(id: str) -> dict[str, Any]:
    return {"name": "test", "endpoints": {id: {"method": "POST", "path": "/"}}}


def fields(required: list[str] | None = None, **said: Any) -> dict[str, Any]:
    return {"properties": said, "required": required or []}


TYPES: Final = {
    "A": {"properties": {"kind": "string", "a": "integer"}, "required": ["kind", "a"]},
    "B": {"properties": {"kind": "string", "b": "integer"}, "required": ["kind", "b"]},
    "C": {"properties": {"kind": "string", "b": "integer"}, "required": ["kind", "b"]},
}
BOTH: Final = {**UNION, "discriminator": {"propertyName": "kind"}}
QUERY: Final = {"type": "array", "items": "integer"}
LIVE: Final = {"stream": True}
NULLABLE: Final = {"type": "string", "nullable": True}


def told_apart(**mapping: str) -> dict[str, Any]:
    return {**UNION, "discriminator": {"propertyName": "kind", "mapping": mapping}}


def served(**said: Any) -> list[dict[str, Any]]:
    return [{**SERVER, "variables": {"region": {"default": "eu", **said}}}]


def paged(**said: Any) -> dict[str, Any]:
    return {**CURSOR, **said}
