"""What a manifest says of an endpoint. The table is the language; a key that could have no effect is a fault."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.manifest.answers import body_path, error_shape, pagination
from pristine.manifest.model import (
    BODYLESS_METHODS,
    METHODS,
    NOTHING,
    SAFE_METHODS,
    BodyKind,
    Endpoint,
    ErrorShape,
    Example,
    Idempotency,
    Pagination,
    Scheme,
)
from pristine.manifest.parameters import check_path_params, header_name, headers, parameters, path
from pristine.manifest.reading import (
    Cursor,
    MappingOf,
    Reader,
    TupleOf,
    anything,
    count,
    members,
    one_of,
    record,
    seconds,
    text,
    word,
)
from pristine.manifest.servers import security
from pristine.manifest.streams import media_type, streaming
from pristine.manifest.types import TypeReader
from pristine.ports.serializer import Schema


@attrs.frozen(kw_only=True)
class Shared:
    """What endpoints have in common: the types, schemes and paginations they may name, and what holds by default."""

    types: TypeReader
    schemes: Mapping[str, Scheme] = NOTHING
    paginations: Mapping[str, Pagination] = NOTHING
    security: tuple[tuple[str, ...], ...] | None = None
    errors: ErrorShape | None = None
    defaults: Mapping[str, Any] = NOTHING
    table: Mapping[str, Reader] = attrs.field(init=False)

    @table.default
    def _table_of_all(self) -> Mapping[str, Reader]:
        return _table(self)


def entries(at: Cursor) -> Iterator[tuple[str, Cursor]]:
    """Endpoints by id: an object `{id: {...}}`, or an array of objects with an `id` each."""
    if isinstance(at.value, list):
        yield from _listed(at)
        return
    for id, value in members(at):
        if not id:
            at.fault("an endpoint's name must not be empty")
        yield id, at.child(id, value)


def entries_of_all(sections: Iterable[Cursor]) -> Iterator[tuple[str, Cursor]]:
    """Endpoints by id, out of several documents; an id that is there already is a fault."""
    seen: set[str] = set()
    for section in sections:
        for id, one in entries(section):
            if id in seen:
                one.fault(f"a second endpoint {id!r}")
            seen.add(id)
            yield id, one


def _listed(at: Cursor) -> Iterator[tuple[str, Cursor]]:
    for index, value in enumerate(at.value):
        one = at.child(index, value)
        rest = dict(members(one))
        if "id" not in rest:
            one.fault("'id' is missing")
            continue
        id = word(one.child("id", rest.pop("id")))
        yield id, at.at(one.path, rest)


def endpoint(id: str, at: Cursor, shared: Shared) -> Endpoint:
    """One endpoint, with what holds by default where it says nothing."""
    table, files = dict(shared.table), dict[str, bool]()
    if isinstance(at.value, Mapping) and at.value.get("body") == BodyKind.MULTIPART:
        table["request"] = _form(shared.types, files)
    found = record(table, required=("method", "path"))(at)
    check_path_params(at, found)
    _check_effects(at, found)
    found = {"method": "GET", "path": "/", **found, "files": files}
    at.spend(_EFFORT + sum(len(shared.defaults.get(key, ())) for key in ("query", "headers")) * _EFFORT_OF_A_DEFAULT)
    return Endpoint(id=id, **_with_defaults(found, shared))


def _with_defaults(found: dict[str, Any], shared: Shared) -> dict[str, Any]:
    """Parameters are added to the endpoint's own, limits too; for the rest the endpoint's own stands."""
    defaults = dict(shared.defaults)
    if found["method"] in SAFE_METHODS:
        defaults.pop("idempotency", None)
    for key in ("headers", "timeout"):
        if key in defaults:
            found[key] = {**defaults[key], **found.get(key, {})}
    if "query" in found:
        found["query"] = {**defaults.pop("query", {}), **found["query"]}
    elif "query" in defaults:
        found["query_defaults"] = defaults.pop("query")
    return {"security": shared.security, "errors": shared.errors, **defaults, **found}


def _check_effects(at: Cursor, found: Mapping[str, Any]) -> None:
    """Fault keys that could have no effect beside the others."""
    method, body, stream = found.get("method"), found.get("body", BodyKind.JSON), found.get("streaming")
    told = {
        "request": (method in BODYLESS_METHODS, f"a {method} request has no body (RFC 9110 section 9.3); use 'query'"),
        "body": (method in BODYLESS_METHODS, f"has no effect: a {method} request has no body"),
        "idempotency": (method in SAFE_METHODS, f"has no effect: a {method} may be repeated anyway"),
        "response": (
            stream and not stream.when,
            "has no effect: the answer is a stream; its items' type is 'items' under 'streaming'",
        ),
        "unwrap": (stream and not stream.when, "has no effect: the answer is a stream"),
        "pagination": (stream, "has no effect: the answer is a stream"),
        "media_type": (body is not BodyKind.RAW, "has no effect: it is for 'body: raw'"),
    }
    for key, (wrong, message) in told.items():
        if wrong and found.get(key):
            at.child(key, None).fault(message)
    if body is BodyKind.RAW and "request" in found:
        at.child("request", None).fault("has no effect: a raw body is sent as it is")
    if stream and stream.when and (body is BodyKind.RAW or method in BODYLESS_METHODS):
        what = "raw body has no fields" if body is BodyKind.RAW else f"{method} request has no body"
        at.child("streaming", None).child("when", None).fault(f"has no effect: a {what}")
    pages = found.get("pagination")
    if pages and pages.into == "body" and method in BODYLESS_METHODS:
        at.child("pagination", None).fault(f"goes on by fields of the body, and a {method} request has none")


def timeout(at: Cursor) -> dict[str, float | None]:
    """The total in seconds, or limits by name."""
    if isinstance(at.value, Mapping):
        return record(TIMEOUT_KEYS)(at)
    return {"total": seconds(at)}


def _idempotency(at: Cursor) -> Idempotency | None:
    if isinstance(at.value, bool):
        return Idempotency() if at.value else None
    return Idempotency(**record(IDEMPOTENCY_KEYS)(at))


def _responses(types: TypeReader) -> Reader:
    def read(at: Cursor) -> Mapping[str, Schema]:
        found: dict[str, Schema] = {}
        for status, value in members(at):
            one = at.child(status, value)
            if not STATUS.fullmatch(status):
                one.fault("must be a status such as 201, a range such as 4XX, or default")
            found[status] = types.read(one)
        return found

    return read


def _form(types: TypeReader, files: dict[str, bool]) -> Reader:
    """A reader of a multipart form's type: its files go into `files`, with whether each must be there."""

    def read(at: Cursor) -> Schema:
        said = at.value if isinstance(at.value, Mapping) else {}
        properties, required = said.get("properties"), said.get("required", [])
        if not isinstance(properties, Mapping) or not isinstance(required, list):
            return types.read(at)
        needed = {name for name in required if isinstance(name, str)}
        files.update({name: name in needed for name, one in properties.items() if one == BINARY})
        rest = {name: one for name, one in properties.items() if name not in files}
        others = [name for name in required if not isinstance(name, str) or name not in files]
        reduced = {**said, "properties": rest, "required": others}
        if not files:
            return types.read(at)
        return types.read(at.at(at.path, {key: reduced[key] for key in said}))

    return read


STATUS: Final = re.compile(r"[1-5](\d\d|XX)|default", re.ASCII)

_EFFORT: Final = 500
"""What an endpoint takes to read, without its types."""

_EFFORT_OF_A_DEFAULT: Final = 50

BINARY: Final = {"type": "string", "format": "binary"}
"""A file of a multipart form."""


def _body_kind(at: Cursor) -> BodyKind:
    found = one_of(*BodyKind)(at)
    return BodyKind(found) if found in set(BodyKind) else BodyKind.JSON


def _unwrap(at: Cursor) -> tuple[str, ...]:
    word(at)
    found = body_path(at)
    if any(isinstance(step, int) for step in found):
        at.fault("must be names alone, such as data.items")
        return ()
    return tuple(map(str, found))


def _deprecated(at: Cursor) -> str | None:
    if isinstance(at.value, bool):
        return "" if at.value else None
    return word(at)


def _pagination(known: Mapping[str, Pagination]) -> Reader:
    def read(at: Cursor) -> Pagination | None:
        if isinstance(at.value, str):
            if at.value not in known:
                at.fault(f"there is no pagination {at.value!r}{at.near(at.value, known)}")
            return known.get(at.value)
        return pagination(at)

    return read


def _example(at: Cursor) -> Example:
    return Example(**record(EXAMPLE_KEYS)(at))


def _table(shared: Shared) -> Mapping[str, Reader]:
    types = shared.types
    return {
        "method": one_of(*METHODS),
        "path": path,
        "description": text,
        "request": types.read,
        "body": _body_kind,
        "media_type": media_type,
        "response": types.read,
        "responses": _responses(types),
        "unwrap": _unwrap,
        "streaming": streaming(types),
        "path_params": parameters(types, "path"),
        "query": parameters(types, "query"),
        "headers": headers(types),
        "timeout": timeout,
        "idempotency": _idempotency,
        "max_response_bytes": count,
        "pagination": _pagination(shared.paginations),
        "security": security(shared.schemes),
        "errors": error_shape,
        "tags": TupleOf(word),
        "deprecated": _deprecated,
        "examples": MappingOf(_example),
    }


def defaults(types: TypeReader) -> Reader:
    """A reader of what holds for every endpoint that does not say otherwise."""
    table = {key: reader for key, reader in Shared(types=types).table.items() if key in DEFAULTS}
    return record(table)


DEFAULTS: Final = ("query", "headers", "timeout", "idempotency", "max_response_bytes")

TIMEOUT_KEYS: Final[Mapping[str, Reader]] = dict.fromkeys(
    ("connect", "read", "write", "pool", "total", "head", "first_content", "content"), seconds
)

IDEMPOTENCY_KEYS: Final[Mapping[str, Reader]] = {"header": header_name}

EXAMPLE_KEYS: Final[Mapping[str, Reader]] = {
    "request": anything,
    "response": anything,
    "path_params": MappingOf(anything),
    "query": MappingOf(anything),
}
