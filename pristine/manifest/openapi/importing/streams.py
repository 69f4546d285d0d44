"""Streams: which media types are some, what their items are, and what asks for them."""

from collections.abc import Mapping
from typing import Any, Final

from pristine.manifest.openapi.importing import shapes
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.types import Types

_FORMATS: Final[Mapping[str, str]] = {
    "text/event-stream": "sse",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/x-jsonlines": "ndjson",
    "application/jsonlines": "ndjson",
    "application/stream+json": "ndjson",
}

FLAG: Final = "stream"
"""The field of a payload that asks for a stream, where the same call has a plain answer, too."""

DONE: Final = "[DONE]"
"""What ends a stream of server-sent events, where a description says so."""

_ENVELOPE: Final = frozenset({"event", "data", "id", "retry"})
"""The fields of a server-sent event itself."""


def format_of(media_type: str) -> str:
    """The format of the stream that a media type is, or ""."""
    return _FORMATS.get(media_type.partition(";")[0].strip().lower(), "")


def streaming(types: Types, media: Node, request: Node | None, hint: str, *, alone: bool) -> dict[str, Any] | None:
    """The `streaming` of an endpoint; None where nothing asks for the stream. `alone`: there is no other answer."""
    flag = _flag(types, request)
    if not alone and flag is None:
        return None
    format = format_of(str(media.step))
    said: dict[str, Any] = {} if format == "sse" else {"format": format}
    if flag is not None and not _is_always(flag):
        said["when"] = {FLAG: True}
    schema = media.at("schema")
    if schema is not None:
        said |= _items(types, schema, format, hint)
    if format == "sse" and any(_tells_end(part) for part in (media, *flag_or_none(flag))):
        said["done"] = DONE
    return said


def flag_or_none(flag: list[Node] | None) -> list[Node]:
    """The parts of a flag, none where there is none."""
    return flag or []


def _flag(types: Types, request: Node | None) -> list[Node] | None:
    """The boolean field of the payload that asks for a stream."""
    schema = request.at("schema") if request is not None else None
    if schema is None:
        return None
    shape = shapes.fields(types.solid([schema])).get(FLAG)
    parts = types.solid(shape) if shape else []
    kinds = [part.keys.get("type") for part in parts]
    is_boolean = "boolean" in kinds or ["boolean", "null"] in kinds or any(_has_boolean(part) for part in parts)
    return parts if is_boolean else None


def _has_boolean(part: Node) -> bool:
    members = part.keys.get("anyOf", part.keys.get("oneOf"))
    listed = members if isinstance(members, list) else []
    return any(isinstance(one, dict) and one.get("type") == "boolean" for one in listed)


def _is_always(flag: list[Node]) -> bool:
    return any(part.keys.get("enum") == [True] or part.keys.get("const") is True for part in flag)


def _tells_end(part: Node) -> bool:
    return DONE in str(part.keys.get("description", ""))


def _items(types: Types, schema: Node, format: str, hint: str) -> dict[str, Any]:
    """The types of a stream's items: of each type of event, where the schema is of events themselves."""
    if format == "sse":
        events = _events(types, schema, hint)
        if events is not None:
            typed = {name: said for name, said in events.items() if not _is_text(said)}
            ends = any(isinstance(said, dict) and DONE in _only(said) for said in events.values())
            return {**({"events": typed} if typed else {}), **({"done": DONE} if ends else {})}
    parts = types.solid([schema])
    if any(part.keys.get("type") == "string" for part in parts):
        for part in parts:
            part.take("type")
        return {}
    return {"items": types.expression([schema], hint)}


def _events(types: Types, schema: Node, hint: str) -> dict[str, Any] | None:
    """Event type -> the type of its data, where a schema is of events, or of several kinds of them."""
    found: dict[str, Any] = {}
    for member in _members(types, schema, 0):
        parts = types.solid([member])
        fields = shapes.fields(parts)
        if not {"event", "data"} <= fields.keys() or not fields.keys() <= _ENVELOPE:
            return None
        names = [name for part in types.solid(fields["event"]) for name in _names(part)]
        if not names:
            return None
        for name in names:
            found[name] = types.expression(fields["data"], f"{hint}{name}")
        for part in parts:
            part.take("required")
            part.take("type")
    return found


def _names(part: Node) -> list[str]:
    part.take("type")
    listed = [part.take("const")] if part.has("const") else part.take("enum")
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []


def _is_text(said: Any) -> bool:
    """Whether an event's data is a text, such as `[DONE]`, which is no JSON."""
    return said == "string" or (isinstance(said, dict) and (said.get("type") == "string" or bool(_only(said))))


def _only(said: dict[str, Any]) -> list[Any]:
    return [said["const"]] if "const" in said else said.get("enum", [])


def _members(types: Types, schema: Node, depth: int) -> list[Node]:
    target = types.library.resolved(schema)
    union = next(shapes.alternatives([target]), None) if target is not None else None
    if target is None or union is None or depth > 20:
        return [schema]
    return [one for member in target.each(union[1]) for one in _members(types, member, depth + 1)]
