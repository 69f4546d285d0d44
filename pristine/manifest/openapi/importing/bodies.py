"""Request bodies: the media type that an endpoint sends, and the type of its payload.

JSON before a multipart form, that before a URL-encoded one, and those before whatever is sent as it is; of one kind
the first that the document has.
"""

from collections.abc import Mapping
from typing import Any, Final

from pristine.manifest.endpoints import BINARY
from pristine.manifest.model import BODYLESS_METHODS
from pristine.manifest.openapi.importing import shapes
from pristine.manifest.openapi.importing.fields import described
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.ours import read_encoding
from pristine.manifest.openapi.importing.types import Types
from pristine.manifest.streams import MEDIA_TYPE

JSON: Final = "application/json"


def bare(media_type: str) -> str:
    """A media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def is_json(types: Types, media: Node) -> bool:
    """Whether what is sent is JSON. What may be of any type is, unless its schema is of a text, or of bytes."""
    name = bare(str(media.step))
    if name in ("*/*", "application/*"):
        schema = media.at("schema")
        return schema is not None and all(part.keys.get("type") != "string" for part in types.solid([schema]))
    return name in (JSON, "text/json") or name.endswith("+json")


def kind_of_body(types: Types, media: Node) -> str:
    """`json`, `multipart`, `form` or `raw`."""
    return _KINDS.get(bare(str(media.step))) or ("json" if is_json(types, media) else "raw")


def rank(media_type: str) -> int:
    """Which JSON comes first, where there are several: plain JSON, then what has the fields of an object."""
    return _RANKS.get(bare(media_type), 2)


_RANKS: Final[Mapping[str, int]] = {JSON: 0, "application/merge-patch+json": 1, "application/json-patch+json": 3}


_KINDS: Final[Mapping[str, str]] = {"multipart/form-data": "multipart", "application/x-www-form-urlencoded": "form"}

_ORDER: Final = ("json", "multipart", "form", "raw")


def body(types: Types, operation: Node, method: str, hint: str) -> tuple[dict[str, Any], Node | None]:
    """The keys of an endpoint that say its body, and the media type that was chosen."""
    found = operation.at("requestBody")
    node = types.library.resolved(found) if found is not None else None
    if node is None or found is None:
        return {}, None
    if method in BODYLESS_METHODS:
        operation.lose("bodyless", "requestBody")
        return {}, None
    listed = node.named("content")
    if not listed:
        return {}, None
    media = min(listed, key=lambda one: (_ORDER.index(kind_of_body(types, one)), rank(str(one.step))))
    for other in listed:
        if other is not media:
            other.lose("another-body")
    if node.has("required") and not node.flag("required"):
        node.lose("optional-body", "required")
    kind = kind_of_body(types, media)
    return _BODIES[kind](types, media, f"{hint}Request"), media


def _json(types: Types, media: Node, hint: str) -> dict[str, Any]:
    schema = media.at("schema")
    said: dict[str, Any] = {"request": "any" if schema is None else types.expression([schema], hint)}
    name = bare(str(media.step))
    if name not in (JSON, "text/json") and "*" not in name:
        said["headers"] = {"Content-Type": name}
    return said


def _form(types: Types, media: Node, hint: str) -> dict[str, Any]:
    schema = media.at("schema")
    said: dict[str, Any] = {"body": "form"}
    if schema is not None:
        said["request"] = types.expression([schema], hint)
        _encodings(types, media, schema)
    return said


def _multipart(types: Types, media: Node, hint: str) -> dict[str, Any]:
    """A form with files, which stands in place: a named type is JSON, where there are none."""
    said: dict[str, Any] = {"body": "multipart"}
    schema = media.at("schema")
    if schema is None:
        return said
    _encodings(types, media, schema)
    parts = types.solid([schema])
    fields = shapes.fields(parts)
    if not fields and schema.book.ours:
        return {**said, "request": types.expression([schema], hint)}
    if any(shapes.alternatives(parts)) or not fields:
        if fields or any(shapes.alternatives(parts)):
            media.lose("form", "schema", "which of its fields are files is not known")
        return said
    files = {wire for wire, shape in fields.items() if _is_file(types, shape)}
    whole = types.expression([schema], hint) if not files else described(types.plain(parts, hint), parts)
    if isinstance(whole, dict) and "properties" in whole:
        whole = {**whole, "properties": {**whole["properties"], **{wire: dict(BINARY) for wire in files}}}
    said["request"] = whole
    return said


def _is_file(types: Types, shape: shapes.Shape) -> bool:
    """Whether a field is a file, or a list of them."""
    parts = types.solid(shape)
    items = [one for part in parts if part.keys.get("type") == "array" and (one := part.at("items")) is not None]
    is_file = any(_says_file(part) for part in (types.solid(items) if items else parts))
    for part in (*parts, *items) if is_file else ():
        for key in ("type", "contentMediaType"):
            part.take(key)
        if part.keys.get("format") == "binary":
            part.take("format")
    return is_file


def _says_file(part: Node) -> bool:
    """`format: binary` (3.0), or a media type of a text that is not encoded (3.1 section 4.8.14.3)."""
    if part.keys.get("format") == "binary":
        return True
    return "contentMediaType" in part.keys and "contentEncoding" not in part.keys


def read_as_it_is(types: Types, media: Node) -> None:
    """Read over the schema of a text, or of bytes; another has no effect, since what is sent is no JSON."""
    schema = media.at("schema")
    parts = types.solid([schema]) if schema is not None else []
    if any(part.keys.get("type", "string") != "string" for part in parts):
        media.lose("untyped", "schema")
    for part in parts:
        part.take("type")
        if part.keys.get("format") == "binary":
            part.take("format")


def _raw(types: Types, media: Node, hint: str) -> dict[str, Any]:
    del hint
    read_as_it_is(types, media)
    name = bare(str(media.step))
    if ";" in str(media.step):
        media.lose("media-parameter", None, str(media.step))
    return {"body": "raw", "media_type": name} if MEDIA_TYPE.fullmatch(name) else {"body": "raw"}


_BODIES: Final[Mapping[str, Any]] = {"json": _json, "form": _form, "multipart": _multipart, "raw": _raw}


def _encodings(types: Types, media: Node, schema: Node) -> None:
    """What is said of how the fields of a form are written, where it is what a manifest does anyway."""
    fields = shapes.fields(types.solid([schema])) if media.has("encoding") else {}
    for one in media.named("encoding"):
        if str(one.step) not in fields:
            one.lose("encoding", None, "there is no such field")
            continue
        parts = types.solid(fields[str(one.step)])
        if one.book.ours:
            read_encoding(one)
        kinds = _kinds(types, parts)
        style, explode = one.keys.get("style", "form"), one.keys.get("explode", one.keys.get("style", "form") == "form")
        in_brackets = style == "deepObject" and "object" in kinds and "array" not in kinds
        if in_brackets or (style == "form" and explode is True and "object" not in kinds):
            one.take("style")
            one.take("explode")
        if one.keys.get("contentType") == _usual_type(kinds, parts):
            one.take("contentType")


def _kinds(types: Types, parts: shapes.Shape) -> set[str]:
    """The kind of a field, or those of its alternatives."""
    members = [one for part, key in shapes.alternatives(parts) for one in part.each(key)]
    return {shapes.kind_of(types.solid([one])) for one in members} or {shapes.kind_of(parts)}


def _usual_type(kinds: set[str], parts: shapes.Shape) -> str:
    """What a part of a multipart form is sent as, unless it is a file with a type of its own."""
    if any(_says_file(part) for part in parts):
        return "application/octet-stream"
    return JSON if "object" in kinds else "text/plain"
