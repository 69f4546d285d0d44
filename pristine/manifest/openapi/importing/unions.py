"""`oneOf` and `anyOf`, with what stands beside them, and the schemas that a discriminator derives from another.

What a union says for all its members is said of each; a member of null makes it nullable.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from pristine.manifest.openapi.importing import shapes
from pristine.manifest.openapi.importing.discriminators import discriminated, values_of
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.shapes import Shape

if TYPE_CHECKING:
    from pristine.manifest.openapi.importing.types import Types

MOST: Final = 50
"""How many members a union may have where each must be made anew."""

_EFFORT_OF_A_MEMBER: Final = 500
"""What a member takes for each part that it is made anew with: all that is in it is made anew, too."""

_OF_CHOICES: Final = frozenset({"required", "not", "title", "description", "dependentRequired", "dependencies"})
"""Keys of a member that says nothing but which fields go together."""


def union(types: "Types", parts: Sequence[Node], hint: str) -> Any:
    """The type of a shape that has alternatives."""
    holder, key = next(shapes.alternatives(parts))
    inside = holder.at(key)
    rest = [attrs.evolve(part, hidden=part.hidden | {key}) if part is holder else part for part in parts]
    members = inside.items() if inside is not None and isinstance(inside.value, list) else []
    if not members:
        holder.lose("malformed", key, "must be a list of schemas")
        return types.plain(rest, hint)
    if any(_is_choice(one) for one in members):
        holder.lose("choice", key)
        return _without(types, rest, hint)
    rest = [part for part in rest if shapes.is_solid(part)]
    kept = [one for one in members if not _is_null(one)]
    if not any(_says_more(part) for part in rest):
        for part in rest:
            part.take("type")
        rest = []
    elif len(kept) > MOST:
        holder.lose("too-many", key)
        return _without(types, rest, hint)
    else:
        holder.book.spend(holder, len(kept) * len(rest) * _EFFORT_OF_A_MEMBER)
    told = None
    if holder.has("discriminator"):
        told = discriminated(types, holder, kept, rest, hint)
    said = told or _listed([types.expression([one, *rest], f"{hint}{_suffix(one)}") for one in kept], key)
    if len(kept) == len(members):
        return said
    return {**({"type": said} if isinstance(said, str) else said), "nullable": True}


def _without(types: "Types", rest: Sequence[Node], hint: str) -> Any:
    if any(shapes.alternatives(rest)):
        return union(types, rest, hint)
    return types.plain(list(rest), hint)


def _listed(said: Sequence[Any], key: str) -> Any:
    """The union of expressions, each once; one alone is no union."""
    distinct: list[Any] = []
    for one in said:
        if one not in distinct:
            distinct.append(one)
    if "any" in distinct or not distinct:
        return "any"
    return distinct[0] if len(distinct) == 1 else {key: distinct}


def _suffix(member: Node) -> str:
    title = member.keys.get("title")
    return title if isinstance(title, str) else f"Option{member.step + 1 if isinstance(member.step, int) else ''}"


def _is_choice(member: Node) -> bool:
    return bool(member.keys) and _OF_CHOICES.issuperset(member.keys)


def _is_null(member: Node) -> bool:
    keys = member.keys
    is_null = keys.get("type") == "null" or keys.get("enum") == [None] or ("const" in keys and keys["const"] is None)
    if is_null:
        for key in ("type", "enum", "const"):
            member.take(key)
    return is_null


def _says_more(part: Node) -> bool:
    """Whether a part beside a union says more than the kind that all members are of."""
    return bool((part.keys.keys() & shapes.SAYING) - {"type"})


# -- what derives from a schema ----------------------------------------------------------------------------------------


def is_base(types: "Types", node: Node) -> bool:
    """Whether others derive from what a Node means, told apart by its discriminator."""
    target = types.library.resolved(node)
    return target is not None and bool(_children(types, target))


def derived(types: "Types", base: Node, hint: str) -> Any:
    """The union of all that derives from a schema with a discriminator; None where nothing does."""
    leaves = list(_leaves(types, base, set()))
    if not leaves:
        return None
    discriminator = base.mapping("discriminator")
    mapped = values_of(types, discriminator) if discriminator is not None else {}
    if base.identity in mapped.values() or len(leaves) < 2:
        own = types.added(types.free_name(f"{hint}Base"), [attrs.evolve(base, hidden=frozenset({"discriminator"}))])
        names = {own: str(base.step)}
    else:
        names = {}
    for leaf in leaves:
        names[types.declare(leaf)] = str(leaf.step)
    if discriminator is None:
        return {"oneOf": list(names)}
    told = {value: types.declare(leaf) for leaf in leaves for value, one in mapped.items() if one == leaf.identity}
    told |= {step: name for name, step in names.items() if name not in told.values()}
    return {
        "oneOf": list(names),
        "discriminator": {"propertyName": discriminator.text("propertyName"), "mapping": told},
    }


def _leaves(types: "Types", base: Node, seen: set[Any]) -> Iterator[Node]:
    for child in _children(types, base):
        if child.identity not in seen:
            seen.add(child.identity)
            if _children(types, child):
                yield from _leaves(types, child, seen)
            else:
                yield child


def _children(types: "Types", base: Node) -> list[Node]:
    if not isinstance(base.keys.get("discriminator"), dict) or base.has("oneOf") or base.has("anyOf"):
        return []
    if not isinstance(base.keys["discriminator"].get("propertyName"), str):
        return []
    return [child for child in types.heirs.get(base.identity, ()) if types.has_fields([child])]


def heirs(schemas: Shape, types: "Types") -> dict[Any, list[Node]]:
    """Schema -> the component schemas that have it in their `allOf`."""
    found: dict[Any, list[Node]] = {}
    for node in schemas:
        for part in shapes.referring(shapes.flat(node)) if node.has("allOf") else ():
            target = types.library.resolved(part)
            if target is not None and target.has("discriminator"):
                found.setdefault(target.identity, []).append(node)
    return found
