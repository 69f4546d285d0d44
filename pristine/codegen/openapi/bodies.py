"""What requests carry and answers bring: media types with their schemas (OpenAPI 3.1, sections 4.8.13 to 4.8.17)."""

import json
from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, Final

from pristine.codegen.openapi.parameters import is_object
from pristine.codegen.openapi.types import Said, Schemas
from pristine.codegen.schemas import answers_of, fields_of, view
from pristine.manifest.classes import wrapped
from pristine.manifest.model import BodyKind, Endpoint, PageStyle, StreamFormat, Streaming, Where
from pristine.manifest.openapi.statuses import description_of
from pristine.ports.model import WIRE, is_model
from pristine.ports.serializer import Schema

JSON: Final = "application/json"

_MEDIA_TYPES: Final = {
    BodyKind.JSON: JSON,
    BodyKind.FORM: "application/x-www-form-urlencoded",
    BodyKind.MULTIPART: "multipart/form-data",
    BodyKind.RAW: "application/octet-stream",
}

_FILE: Final = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}


# -- requests ----------------------------------------------------------------------------------------------------------


def request_body(endpoint: Endpoint, types: Schemas) -> Said | None:
    """The Request Body Object; None where the manifest says nothing of a body."""
    if endpoint.request is None and endpoint.body is BodyKind.JSON:
        return None
    media = endpoint.media_type or _MEDIA_TYPES[endpoint.body]
    content = {**_schema(endpoint, types), **_encoding(endpoint), **_shown(endpoint, "request")}
    is_needed = endpoint.request is not None and not _takes_null(endpoint.request)
    return {"content": {media: content}, **({"required": True} if is_needed else {})}


def _takes_null(schema: Schema) -> bool:
    found = view(schema)
    return found.nullable or Any in found.members


def _schema(endpoint: Endpoint, types: Schemas) -> Said:
    if not endpoint.files:
        return {} if endpoint.request is None else {"schema": types.of(endpoint.request)}
    said = types.whole(endpoint.request)
    needed = [*said.get("required", ()), *(name for name, must in endpoint.files.items() if must)]
    said["properties"] = {**said.get("properties", {}), **{name: dict(_FILE) for name in endpoint.files}}
    return {"schema": {**said, **({"required": needed} if needed else {})}}


def _encoding(endpoint: Endpoint) -> Said:
    """How the fields of a form are written, where OpenAPI would take it to be otherwise, or leaves it to the reader."""
    how = _ENCODINGS.get(endpoint.body)
    if how is None:
        return {}
    fields = {wire: dict(how) for wire, schema in _fields(endpoint.request) if _is_nested(schema)}
    return {"encoding": fields} if fields else {}


_ENCODINGS: Final[Mapping[BodyKind, Said]] = {
    BodyKind.FORM: {"style": "deepObject", "explode": True},
    BodyKind.MULTIPART: {"contentType": JSON},
}


def _fields(request: Schema) -> Iterator[tuple[str, Schema]]:
    for member in view(request).members:
        if is_model(member):
            yield from ((field.metadata[WIRE], field.type) for field in fields_of(member).values())


def _is_nested(schema: Schema) -> bool:
    return any(map(is_object, view(schema).members))


def _shown(endpoint: Endpoint, part: str) -> Said:
    """The examples of a request or answer."""
    found = {name: getattr(one, part) for name, one in endpoint.examples.items()}
    examples = {name: {"value": value} for name, value in found.items() if value is not None}
    return {"examples": examples} if examples else {}


# -- answers -----------------------------------------------------------------------------------------------------------


def responses(endpoint: Endpoint, types: Schemas) -> Said:
    """The Responses Object: 2XX is every good answer that has no type of its own."""
    found = {status: _answer(status, schema, types) for status, schema in _answers(endpoint).items()}
    good = found.setdefault("2XX", {"description": description_of("2XX")})
    if endpoint.streaming is not None:
        good.setdefault("content", {}).update(_stream(endpoint.streaming, types))
    if JSON in good.get("content", {}):
        good["content"][JSON] |= _shown(endpoint, "response")
    for status, answer in found.items():
        if headers := _headers(endpoint, is_good=status[0] in "23"):
            answer["headers"] = headers
    return dict(sorted(found.items(), key=lambda one: (one[0] == "default", one[0])))


def _answers(endpoint: Endpoint) -> Mapping[str, Schema]:
    """The types of whole answers by status."""
    if endpoint.response is None or "2XX" in endpoint.responses:
        return endpoint.responses
    return {**answers_of(endpoint), "2XX": wrapped(endpoint.response, endpoint.unwrap)}


def _answer(status: str, schema: Schema, types: Schemas) -> Said:
    said: Said = {"description": description_of(status)}
    if schema is NoneType and status[0] in "23" and status != "2XX":
        return said  # nothing is what such an answer has
    return {**said, "content": {JSON: {"schema": types.of(schema)}}}


def _headers(endpoint: Endpoint, *, is_good: bool) -> Said:
    """The fields of an answer's head in which the manifest finds something."""
    names = dict.fromkeys(one.header for one in _places(endpoint, is_good=is_good) if one.header)
    return {name: {"schema": {"type": "string"}} for name in names if name.lower() != "content-type"}


def _places(endpoint: Endpoint, *, is_good: bool) -> Iterator[Where]:
    pages, later, limit, shape = endpoint.pagination, endpoint.future, endpoint.limit, endpoint.errors
    if shape is not None and not is_good:
        for listed in (shape.message, shape.code, shape.request_id, shape.retry_after, shape.documentation):
            yield from listed
    if pages is not None and is_good:
        link = Where(header="Link") if pages.style is PageStyle.LINK else None
        yield from filter(None, (pages.next or link, pages.more, pages.total))
    if later is not None and is_good:
        yield from later.id
    if limit is not None and is_good:
        yield from (cost.actual for cost in limit.units.values() if cost.actual)


# -- streams -----------------------------------------------------------------------------------------------------------


def _stream(found: Streaming, types: Schemas) -> Said:
    """The media type of a stream. OpenAPI 3.1 has no word for its items, so that they are told in a description."""
    if found.format is StreamFormat.JSON_ARRAY:
        return {JSON: {"schema": {"type": "array", "items": types.of(found.items)}}}
    if found.format is StreamFormat.BYTES:
        return {_STREAMS[found.format][0]: {}}
    media, told = _STREAMS[found.format]
    return {media: {"schema": {"type": "string", "description": _told(told, found, types)}}}


_STREAMS: Final[Mapping[StreamFormat, tuple[str, str]]] = {
    StreamFormat.SSE: ("text/event-stream", "Server-sent events"),
    StreamFormat.NDJSON: ("application/x-ndjson", "A JSON value on each line"),
    StreamFormat.LINES: ("text/plain", "Lines"),
    StreamFormat.BYTES: ("application/octet-stream", ""),
}


def _told(what: str, found: Streaming, types: Schemas) -> str:
    name = types.names.of(found.items)
    items = f", each with the JSON of {types.reference(name)['$ref']}" if name else ""
    events = "".join(
        f"; {event!r} has that of {types.reference(known)['$ref']}"
        for event, schema in found.events.items()
        if (known := types.names.of(schema))
    )
    end = f". {found.done!r} ends them" if found.done is not None else ""
    when = f", where the request has {json.dumps(found.when, ensure_ascii=False)}" if found.when else ""
    return f"{what}{when}{items}{events}{end}."
