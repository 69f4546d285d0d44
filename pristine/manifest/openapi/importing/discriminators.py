"""How the members of a union are told apart by the value of a field.

The values are those that a discriminator maps, those that a member's own field may have, or the names of the schemas.
A discriminator that could not tell is lost, and the first fit counts.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pristine.manifest.openapi.importing import shapes
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.shapes import Shape

if TYPE_CHECKING:
    from pristine.manifest.openapi.importing.types import Types


def discriminated(
    types: "Types", holder: Node, members: Sequence[Node], rest: Shape, hint: str
) -> dict[str, Any] | None:
    """The union with its discriminator; None, with a reason, where it cannot be said."""
    told = holder.mapping("discriminator")
    field = told.text("propertyName") if told is not None else ""
    leaves = members if rest else _leaves(types, members)
    if told is None or not field or len(leaves) < 2 or not all(types.is_model([one, *rest]) for one in leaves):
        holder.lose("discriminator", "discriminator", "" if field else "it has no propertyName")
        return None
    mapped = values_of(types, told)
    mapping: dict[str, Node] = {}
    for leaf in leaves:
        target = types.library.resolved(leaf)
        said = [value for value, identity in mapped.items() if target is not None and identity == target.identity]
        for value in said or _own_values(types, [leaf, *rest], field) or [_called(leaf)]:
            mapping.setdefault(value, leaf)
    if len({leaf.identity for leaf in mapping.values()}) < len(leaves):
        holder.lose("discriminator", "discriminator", "two of them have the same value")
        return None
    names = {leaf.identity: _name(types, leaf, rest, hint) for leaf in leaves}
    return {
        "oneOf": list(dict.fromkeys(names.values())),
        "discriminator": {
            "propertyName": field,
            "mapping": {value: names[leaf.identity] for value, leaf in mapping.items()},
        },
    }


def _name(types: "Types", leaf: Node, rest: Shape, hint: str) -> str:
    """The name of a member, which becomes a named type where it is none."""
    if leaf.has("$ref") and not rest and not shapes.is_solid(leaf):
        return types.referred(leaf) or "any"
    return types.added(types.free_name(f"{hint}{_called(leaf)}"), [leaf, *rest])


def _called(leaf: Node) -> str:
    reference = leaf.keys.get("$ref")
    if isinstance(reference, str):
        return reference.rpartition("/")[2]
    title = leaf.keys.get("title")
    return title if isinstance(title, str) else f"Option{leaf.step}"


def _leaves(types: "Types", members: Sequence[Node], depth: int = 0) -> list[Node]:
    """The members, and those of members that are unions themselves."""
    found: list[Node] = []
    for one in members:
        target = types.library.resolved(one) if one.has("$ref") else one
        inner = next(shapes.alternatives([target]), None) if target is not None else None
        if target is None or inner is None or depth > 20 or shapes.fields([target]):
            found.append(one)
        else:
            found += _leaves(types, target.each(inner[1]), depth + 1)
    distinct = {_identity(types, one): one for one in found}
    return list(distinct.values())


def _identity(types: "Types", node: Node) -> Any:
    target = types.library.resolved(node) if node.has("$ref") and not shapes.is_solid(node) else node
    return target.identity if target is not None else node.identity


def _own_values(types: "Types", shape: Shape, field: str) -> list[str]:
    """The values that a member's own field may have."""
    for part in types.solid(shape):
        inside = part.keys.get("properties")
        said = inside.get(field) if isinstance(inside, dict) else None
        found = said if isinstance(said, dict) else {}
        listed = [found["const"]] if "const" in found else found.get("enum")
        if isinstance(listed, list) and listed and all(isinstance(value, str) for value in listed):
            return listed
    return []


def values_of(types: "Types", discriminator: Node) -> dict[str, Any]:
    """The values that a discriminator maps, and what each means."""
    found: dict[str, Any] = {}
    for one in discriminator.named("mapping"):
        target = _mapped(types, one) if isinstance(one.value, str) else None
        if target is None:
            one.lose("discriminator", None, "there is no such type")
        else:
            found[str(one.step)] = target.identity
    return found


def _mapped(types: "Types", one: Node) -> Node | None:
    """What a name or a reference in a mapping means: a name is that of a component (OpenAPI 3.1 section 4.8.25)."""
    if one.value in types.components:
        return types.components[one.value]
    if "#" in one.value or "/" in one.value or one.value.endswith((".yaml", ".yml", ".json")):
        target = types.library.target(one, one.value)
        return types.library.resolved(target) if target is not None else None
    return None
