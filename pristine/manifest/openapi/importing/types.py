"""Schemas -> type expressions of a manifest. Components become named types; what stands in place stays in place.

Named types are converted from a list of what is left to do, so they may be recursive, and chains of them long.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from pristine.manifest.openapi.importing import bounds, shapes, unions
from pristine.manifest.openapi.importing.fields import FieldNames, annotated, described
from pristine.manifest.openapi.importing.naming import Names, camel
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.ours import name_of
from pristine.manifest.openapi.importing.references import Library
from pristine.manifest.openapi.importing.shapes import Shape

Expression: TypeAlias = Any
"""A type in a manifest: a name, or an object."""


_EFFORT_OF_A_PART: Final = 30


class Types:
    """The types of a manifest that is being made. `chosen` are names by the schemas' own, or by their pointers."""

    def __init__(self, library: Library, chosen: Mapping[str, str], fields: FieldNames) -> None:
        self.library = library
        self.field_names = fields
        self.done: dict[str, Expression] = {}
        self.sources: dict[str, Node] = {}
        self.wanted: dict[str, str] = {}
        """What overrides call a type -> its name."""
        self._chosen = chosen
        self._names = Names(chosen.values())
        self._named: dict[tuple[int, str | int], str] = {}
        self._waiting: deque[tuple[str, Shape]] = deque()
        self.components = {str(node.step): node for node in _components(library.first)}
        self.heirs = unions.heirs(list(self.components.values()), self)

    def declare(self, node: Node) -> str:
        """The name of a schema, which becomes a named type."""
        if node.identity not in self._named:
            wanted = name_of(node) if node.book.ours else self._wanted(node)
            own = self._chosen.get(wanted) or self._names.free(wanted if node.book.ours else camel(wanted))
            self.wanted.setdefault(wanted, own)
            self._named[node.identity] = self.added(own, [node])
        return self._named[node.identity]

    def added(self, name: str, shape: Shape) -> str:
        """A named type of a shape that has no schema of its own."""
        self.done[name] = {}
        self.sources[name] = shape[0]
        self._waiting.append((name, shape))
        return name

    def free_name(self, wanted: str) -> str:
        """A name for a type, not taken yet."""
        name = self._names.free(camel(wanted))
        self.wanted.setdefault(name, self._chosen.get(name, name))
        return self.wanted[name]

    def kept(self, wanted: str, said: Expression, source: Node) -> str:
        """The name of a type that has been made already, where it cannot stand in place."""
        name = self.free_name(wanted)
        self.done[name], self.sources[name] = said, source
        return name

    def finish(self) -> dict[str, Expression]:
        """Convert what has been named, which may name more."""
        while self._waiting:
            name, shape = self._waiting.popleft()
            self.done[name] = self.expression(shape, name, declares=True)
        return self.done

    def referred(self, node: Node) -> str | None:
        """The name of what a reference means."""
        target = self.library.resolved(node)
        return None if target is None else self.declare(target)

    def solid(self, shape: Shape) -> list[Node]:
        """The parts, with what references mean."""
        return shapes.followed(shapes.flattened(shape), self.library)

    def expression(self, shape: Shape, hint: str, *, declares: bool = False) -> Expression:
        """The type of a value that is of all these schemas. `hint` is what a type inside would be called.

        `declares`: it is what a named type is; what derives from it by a discriminator stands for it then.
        """
        shape[0].book.spend(shape[0], len(shape) * _EFFORT_OF_A_PART)
        if isinstance(shape[0].value, bool) and len(shape) == 1:
            return _of_boolean(shape[0])
        parts = [part for part in shapes.flattened(shape) if _is_schema(part)]
        said = self._said(parts, hint, declares=declares) if parts else "any"
        if shapes.is_nullable(parts):
            said = _or_null(said)
        return described(said, parts)

    def _said(self, parts: list[Node], hint: str, *, declares: bool) -> Expression:
        refs, solid = shapes.referring(parts), [part for part in parts if shapes.is_solid(part)]
        if len(refs) == 1 and not solid and not (declares and unions.is_base(self, refs[0])):
            return self.referred(refs[0]) or "any"
        parts = shapes.followed(parts, self.library) if refs else parts
        if declares and (derived := unions.derived(self, parts[0], hint)) is not None:
            return derived
        if any(shapes.alternatives(parts)):
            return unions.union(self, parts, hint)
        return self.plain(parts, hint)

    def plain(self, parts: list[Node], hint: str) -> Expression:
        """The type of what is no union."""
        if any(part.take("x-kubernetes-int-or-string") is True for part in parts):
            return {"oneOf": ["integer", "string"]}
        kinds, null = shapes.kinds(parts)
        found = bounds.enum_of(parts, kinds[0] if len(kinds) == 1 else None)
        if found is not None:
            said: Expression = _enum(parts, found[0]) if found[0] else "null"
            return _or_null(said) if (null or found[1]) and found[0] else said
        each = [self._of_kind(kind, parts, hint) for kind in kinds]
        if not each:
            return "null" if null else "any"
        said = each[0] if len(each) == 1 else {"oneOf": each}
        return _or_null(said) if null else said

    def _of_kind(self, kind: str, parts: list[Node], hint: str) -> Expression:
        if kind == "object":
            return bounds.with_bounds(kind, parts, self._object(parts, hint))
        said: dict[str, Any] = {"type": kind}
        if kind == "array":
            items = [found for part in parts if (found := part.at("items")) is not None]
            if items:
                said["items"] = self.expression(items, f"{hint}Item")
            return bounds.with_bounds(kind, parts, said)
        return bounds.with_bounds(kind, parts, bounds.with_format(kind, parts, said))

    def _object(self, parts: list[Node], hint: str) -> dict[str, Any]:
        """An object of declared fields, or a map."""
        fields, required, rest = shapes.fields(parts), shapes.required(parts), self._rest(parts, hint)
        says_none = parts[0].book.ours and any(part.has("properties") for part in parts)
        if fields or required or rest is False or says_none:
            said: dict[str, Any] = {"properties": self.properties(fields, hint)}
            said["properties"] |= {name: "any" for name in required if name not in fields}
            if required:
                said["required"] = required
            if rest not in (None, False):
                said["additionalProperties"] = True
                if rest not in (True, "any"):
                    _lose_rest(parts)
            return said
        values = rest if rest not in (None, True) else self._of_patterns(parts, hint)
        return {"type": "object"} if values in (None, "any") else {"type": "object", "additionalProperties": values}

    def properties(self, fields: Mapping[str, Shape], hint: str) -> dict[str, Expression]:
        """The declared fields of an object."""
        names = self.field_names.of(fields)
        found: dict[str, Expression] = {}
        for wire, shape in fields.items():
            said = self.expression(shape, f"{hint}{camel(wire)}")
            found[wire] = annotated(said, self.solid(shape), shape, names.get(wire, ""))
        return found

    def _rest(self, parts: list[Node], hint: str) -> Expression | bool | None:
        """What `additionalProperties` says: a type, whether there may be any, or None where it says nothing."""
        if any(part.take("x-kubernetes-preserve-unknown-fields") is True for part in parts):
            return True
        found: Expression | bool | None = None
        for part in parts:
            value = part.keys.get("additionalProperties")
            if isinstance(value, bool):
                part.take("additionalProperties")
                found = value if found is None else found and value
            elif value is not None and found is None and (inside := part.at("additionalProperties")) is not None:
                found = self.expression([inside], f"{hint}Value")
        return found

    def _of_patterns(self, parts: list[Node], hint: str) -> Expression | None:
        """A map's values by the only pattern of its keys; the pattern itself is lost."""
        for part in parts:
            inside = part.mapping("patternProperties")
            if inside is not None and len(inside.value) == 1:
                (one,) = inside.items()
                inside.lose("schema", one.step, "the names of a map's fields are not checked")
                return self.expression([one], f"{hint}Value")
            if inside is not None:
                part.lose("schema", "patternProperties")
        return None

    def is_model(self, shape: Shape) -> bool:
        """Whether it is an object of declared fields, which a discriminator can tell apart."""
        return self.has_fields(shape) and not any(unions.is_base(self, part) for part in shape)

    def has_fields(self, shape: Shape) -> bool:
        """Whether it is an object that declares fields, or requires some."""
        parts = self.solid(shape)
        said = [
            part.keys.get(key) for part in parts for key, kind in _DECLARING if isinstance(part.keys.get(key), kind)
        ]
        nulls = any(isinstance(part.keys.get("type"), list) for part in parts)
        return shapes.kind_of(parts) == "object" and any(said) and not nulls and not any(shapes.alternatives(parts))

    def _wanted(self, node: Node) -> str:
        """What a schema is called where it stands; of a whole file its name."""
        if node.parent is None:
            return str(node.step).rpartition("/")[2].partition(".")[0] or "Document"
        steps = [str(step) for step in node.path]
        return next((step for step in reversed(steps) if step not in _HOLDING), "Document")


_DECLARING: Final = (("properties", dict), ("required", list))

_HOLDING: Final = frozenset({"schema", "items", "additionalProperties", "content", "properties"})
"""Keys that say nothing of what is in them."""


def _of_boolean(node: Node) -> str:
    if node.value is False:
        node.lose("never")
    return "any"


def _is_schema(part: Node) -> bool:
    if isinstance(part.value, dict):
        return True
    if part.value is not True:
        part.lose("malformed", None, "is no schema")
    return False


def _components(first: Node) -> list[Node]:
    components = first.mapping("components")
    return components.named("schemas") if components is not None else []


def _enum(parts: Shape, values: list[Any]) -> Expression:
    if len(values) == 1 and any(part.has("const") for part in parts):
        return {"const": values[0]}
    return {"enum": values}


def _lose_rest(parts: Shape) -> None:
    for part in parts:
        if isinstance(part.keys.get("additionalProperties"), dict):
            part.lose("fields-type", "additionalProperties")


def _or_null(said: Expression) -> Expression:
    if said in ("any", "null"):
        return said
    return {"type": said, "nullable": True} if isinstance(said, str) else {**said, "nullable": True}
