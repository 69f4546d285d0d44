"""Parameters of a path, a query and of headers, with their styles. What the defaults of OpenAPI say is not repeated."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pristine.manifest.classes import attribute_name
from pristine.manifest.openapi.importing import shapes
from pristine.manifest.openapi.importing.extensions import own
from pristine.manifest.openapi.importing.fields import with_default
from pristine.manifest.openapi.importing.naming import camel, snake
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.ours import overridden, says_nothing
from pristine.manifest.openapi.importing.types import Types
from pristine.manifest.parameters import NAME, PLACEHOLDER, STYLES
from pristine.ports.errors import InvalidHeader
from pristine.ports.fields import check_field
from pristine.ports.values import frozen

SECTIONS: Final[Mapping[str, str]] = {"path": "path_params", "query": "query", "header": "headers"}
"""Where a parameter is -> the key of an endpoint."""

_IGNORED: Final = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI 3.1 section 4.8.12.2 has parameters ignored for."""

OWN: Final = ("name", "style", "explode", "allowReserved", "default", "required")


@frozen
class Parameters:
    """The parameters of an operation. `path` is the template with placeholders that the language has."""

    path: str
    sections: Mapping[str, Mapping[str, Any]]
    nodes: Mapping[tuple[str, str], Node]
    """Where it is and what it is called in the endpoint -> the parameter, for its examples."""


def parameters(types: Types, path: str, nodes: Iterable[Node], hint: str) -> Parameters:
    """The parameters of an operation: those of its path first, its own of the same name and place stronger."""
    found: dict[tuple[str, str], Node] = {}
    for node in nodes:
        one = types.library.resolved(node)
        if one is None or not isinstance(one.value, dict) or not one.text("name"):
            (one or node).lose("malformed", None, "a parameter has a name")
        else:
            found[one.text("in"), one.text("name")] = one
    template, places = _template(path)
    sections: dict[str, dict[str, Any]] = {}
    kept: dict[tuple[str, str], Node] = {}
    for (where, name), node in found.items():
        wire = places.get(name, name) if where == "path" else name
        if _is_expressible(node, where, name, places):
            said = _parameter(types, node, where, wire, hint)
            if not says_nothing(node, where, said):
                sections.setdefault(SECTIONS[where], {})[wire] = said
            kept[SECTIONS[where], wire] = node
    return Parameters(template, sections, kept)


def _template(path: str) -> tuple[str, dict[str, str]]:
    """The path with placeholders that are names, and what each was; they are not on the wire."""
    places: dict[str, str] = {}
    for name in PLACEHOLDER.findall(path):
        places[name] = name if NAME.fullmatch(name) else snake(name)
    return PLACEHOLDER.sub(lambda match: f"{{{places[match[1]]}}}", path), places


def _is_expressible(node: Node, where: str, name: str, places: Mapping[str, str]) -> bool:
    if where == "cookie":
        node.lose("cookie", None, name)
    elif where not in SECTIONS:
        node.lose("malformed", None, f"there is no place {where!r:.40} for a parameter")
    elif where == "path" and name not in places:
        node.lose("path", None, f"the path has no {{{name}}}")
    elif where == "header" and name.lower() in _IGNORED:
        node.lose("header-ignored", None, name)
    elif where == "header" and not _is_header(name):
        node.lose("malformed", None, "no header has such a name")
    else:
        return True
    return False


def _is_header(name: str) -> bool:
    try:
        check_field(name, "")
    except InvalidHeader:
        return False
    return True


def _parameter(types: Types, node: Node, where: str, wire: str, hint: str) -> Any:
    said, kind = _type(types, node, f"{hint}{camel(wire)}")
    if not _has_text(types, node, where, kind):
        node.lose("parameter-type", "schema")
        said, kind = {"type": "string"}, "string"
    if isinstance(said, str):
        said = {"type": said}
    said = {**said, **_style(node, where, kind)}
    if where == "path":
        node.take("required")
    elif node.flag("required"):
        said["required"] = True
    told = node.text("description").strip() or said.get("description", "")
    if node.flag("deprecated"):
        told = f"Deprecated. {told}".strip()
    if told:
        said["description"] = told
    if where == "path" and not node.book.ours and attribute_name(snake(wire)) == snake(wire) != wire:
        said["name"] = snake(wire)
    schema = node.at("schema")
    said = with_default(said, types.solid([schema])) if schema is not None else said
    said = overridden(said, node, OWN)
    is_short = said.keys() == {"type"} and said["type"] not in ("array", "object") and where != "header"
    return said["type"] if is_short else said


_SCALARS: Final = frozenset({"string", "integer", "number", "boolean", ""})
"""Kinds of values that have a text anywhere; "" is of anything."""


def _has_text(types: Types, node: Node, where: str, kind: str) -> bool:
    """Whether values of a parameter can be written where it is."""
    schema = node.at("schema")
    if kind == "null" or schema is None:
        return schema is None
    parts = types.solid([schema])
    if kind == "array" and where == "header":
        items = [found for part in parts if (found := part.at("items")) is not None]
        return not items or _kinds(types, items) <= _SCALARS
    if kind == "union" and where != "query":
        members = [one for part, key in shapes.alternatives(parts) for one in part.each(key)]
        return any(_kinds(types, [one]) & _SCALARS for one in members)
    return True


def _kinds(types: Types, shape: shapes.Shape) -> set[str]:
    """The kinds that a schema says, without reading it."""
    parts = types.solid(shape)
    said = next((part.keys["type"] for part in parts if part.has("type")), "")
    if any(shapes.alternatives(parts)) or any(part.has("properties") or part.has("items") for part in parts):
        return {"several"}
    return {said} if isinstance(said, str) else {str(one) for one in said} if isinstance(said, list) else {"several"}


def _type(types: Types, node: Node, hint: str) -> tuple[Any, str]:
    """The type of a parameter, and its kind: that of OpenAPI, or "union"."""
    schema = node.at("schema")
    if schema is None:
        if node.has("content"):
            node.lose("parameter-content", "content")
        return "string", "string"
    parts = types.solid([schema])
    kind = "null" if all(part.keys.get("type") == "null" for part in parts) else shapes.kind_of(parts)
    is_union = any(part.has("oneOf") or part.has("anyOf") for part in parts)
    said = types.expression([schema], hint)
    if isinstance(said, dict) and "properties" in said and ("required" in said or not node.book.ours):
        # Its `required` would be the parameter's.
        said = types.kept(hint, said, schema)
    return said, "union" if is_union else kind


def _style(node: Node, where: str, kind: str) -> dict[str, Any]:
    """What has to be said of the way that a value is written."""
    if node.book.ours:
        return {key: node.take(key) for key in ("style", "explode") if node.has(key)}
    style, explode = node.text("style"), node.take("explode")
    said = own(node, ("style", "explode"))
    if said:
        return said
    usual = _USUAL[where]
    style = style or usual
    explode = explode if isinstance(explode, bool) else style == "form"
    if style not in STYLES[where]:
        node.lose("parameter-style", "style")
        return {}
    if kind not in ("array", "object"):
        return _scalar(style)
    if (style, kind) in _UNDEFINED:
        node.lose("parameter-style", "style", f"{style} is not for {kind}s")
        return {}
    return _written(where, kind, style, explode=explode)


def _scalar(style: str) -> dict[str, Any]:
    """A label or a matrix has a mark before a scalar, too; the other styles are for arrays and objects."""
    if style in ("label", "matrix"):
        return {"style": style}
    return {}


def _written(where: str, kind: str, style: str, *, explode: bool) -> dict[str, Any]:
    if style == "deepObject":
        return {"style": style}
    if where == "query" and style == "form" and kind == "array" and explode:
        return {}
    if where == "header" and kind == "array":
        return {}
    said: dict[str, Any] = {"style": style}
    if explode != (style == "form"):
        said["explode"] = explode
    return said


_USUAL: Final[Mapping[str, str]] = {"query": "form", "path": "simple", "header": "simple"}

_UNDEFINED: Final = frozenset({("deepObject", "array"), ("spaceDelimited", "object"), ("pipeDelimited", "object")})
