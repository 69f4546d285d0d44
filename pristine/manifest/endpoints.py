"""What a manifest says of an endpoint. The table is the language; a key that could have no effect is a fault."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.manifest.answers import body_path, error_shape, pagination
from pristine.manifest.futures import future
from pristine.manifest.model import (
    BODYLESS_METHODS,
    METHODS,
    NOTHING,
    SAFE_METHODS,
    BodyKind,
    BreakerGroup,
    Endpoint,
    ErrorShape,
    Example,
    Idempotency,
    LimitGroup,
    Pagination,
    Safety,
    Scheme,
)
from pristine.manifest.parameters import check_path_params, header_name, headers, parameters, path
from pristine.manifest.policies import deadline, named, retry, safety
from pristine.manifest.reading import (
    Cursor,
    MappingOf,
    OrNull,
    Reader,
    TupleOf,
    anything,
    count,
    members,
    one_of,
    record,
    seconds,
    text,
    wait,
    word,
)
from pristine.manifest.servers import security
from pristine.manifest.streams import media_type, streaming
from pristine.manifest.types import TypeReader
from pristine.ports.patterns import pattern
from pristine.ports.serializer import Schema
from pristine.ports.values import frozen


@frozen(kw_only=True)
class Shared:
    """What endpoints have in common: what they may name, and what holds by default."""

    types: TypeReader
    servers: Collection[str] = ()
    schemes: Mapping[str, Scheme] = NOTHING
    paginations: Mapping[str, Pagination] = NOTHING
    security: tuple[tuple[str, ...], ...] | None = None
    errors: ErrorShape | None = None
    retries: Mapping[str, Mapping[str, float]] = NOTHING
    limits: Mapping[str, LimitGroup] = NOTHING
    breakers: Mapping[str, BreakerGroup] = NOTHING
    defaults: Mapping[str, Any] = NOTHING
    endpoints: Mapping[str, Any] = NOTHING
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
    _check_statuses(at, found)
    found = {"method": "GET", "path": "/", **found, "files": files}
    at.spend(_EFFORT + sum(len(shared.defaults.get(key, ())) for key in ("query", "headers")) * _EFFORT_OF_A_DEFAULT)
    return Endpoint(id=id, **_with_defaults(found, shared))


def _with_defaults(found: dict[str, Any], shared: Shared) -> dict[str, Any]:
    """Parameters are added to the endpoint's own, limits too; for the rest the endpoint's own stands."""
    defaults = dict(shared.defaults)
    if found["method"] in SAFE_METHODS or found.get("safety") is Safety.SAFE:
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
        "idempotency": (
            method in SAFE_METHODS or found.get("safety") is Safety.SAFE,
            f"has no effect: a {method if method in SAFE_METHODS else 'safe request'} may be repeated anyway",
        ),
        "safety": (found.get("safety") in ASSUMED.get(method, ()), f"has no effect: every {method} is that"),
        "response": (
            stream and not stream.when,
            "has no effect: the answer is a stream; its items' type is 'items' under 'streaming'",
        ),
        "unwrap": (stream and not stream.when, "has no effect: the answer is a stream"),
        "pagination": (stream, "has no effect: the answer is a stream"),
        "future": (
            (stream and not stream.when) or found.get("pagination"),
            f"has no effect: the answer is {'a page of a list' if found.get('pagination') else 'a stream'}",
        ),
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


def _check_statuses(at: Cursor, found: Mapping[str, Any]) -> None:
    """Fault what its own `errors` say of a status that is an answer; the document's are for other endpoints, too."""
    shape, responses = found.get("errors"), found.get("responses", {})
    for status in shape.statuses if shape else ():
        answer = next((said for said in (status, "3XX") if said in responses), None)
        if answer and status[0] == "3":
            one = at.child("errors", None).child("statuses", None).child(status, None)
            one.fault(f"has no effect: {answer} is an answer here, under 'responses', and no error")


ASSUMED: Final[Mapping[Any, tuple[Safety, ...]]] = {
    **dict.fromkeys(SAFE_METHODS, (Safety.SAFE, Safety.IDEMPOTENT)),
    **dict.fromkeys(("PUT", "DELETE"), (Safety.IDEMPOTENT,)),
    **dict.fromkeys(("POST", "PATCH"), (Safety.UNSAFE,)),
}
"""What a method says of itself (RFC 9110 section 9.2)."""


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


STATUS: Final = pattern(r"[1-5](\d\d|XX)|default", re.ASCII)

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


def redirects(at: Cursor) -> bool | int:
    """Whether redirects are followed, or how many."""
    if isinstance(at.value, bool) or (isinstance(at.value, int) and at.value > 0):
        return at.value
    at.fault("must be true, false, or how many: a whole number greater than 0")
    return False


def _server(known: Collection[str]) -> Reader:
    def read(at: Cursor) -> str:
        name = word(at)
        if name and name not in known:
            at.fault(f"there is no server {name!r}{at.near(name, known) or ': none has a name'}")
        return name

    return read


def _example(at: Cursor) -> Example:
    return Example(**record(EXAMPLE_KEYS)(at))


def _table(shared: Shared) -> Mapping[str, Reader]:
    types = shared.types
    return {
        "method": one_of(*METHODS),
        "path": path,
        "server": _server(shared.servers),
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
        "safety": safety,
        "deadline": deadline,
        "retry": retry(shared.retries),
        "limit": named(shared.limits, "limit"),
        "breaker": named(shared.breakers, "breaker"),
        "max_response_bytes": count,
        "redirects": redirects,
        "pagination": _pagination(shared.paginations),
        "future": future(types, shared.endpoints, shared.defaults.get("query", ())),
        "security": security(shared.schemes),
        "errors": error_shape,
        "tags": TupleOf(word),
        "deprecated": _deprecated,
        "examples": MappingOf(_example),
    }


def defaults(shared: Shared) -> Reader:
    """A reader of what holds for every endpoint that does not say otherwise."""
    return record({key: reader for key, reader in shared.table.items() if key in DEFAULTS})


DEFAULTS: Final = (
    "query", "headers", "timeout", "idempotency", "deadline", "retry", "limit", "breaker", "max_response_bytes"
)  # fmt: skip

TIMEOUT_KEYS: Final[Mapping[str, Reader]] = {
    **dict.fromkeys(("connect", "read", "write", "pool", "total", "head", "first_content", "content"), seconds),
    "admission": OrNull(wait),
}

IDEMPOTENCY_KEYS: Final[Mapping[str, Reader]] = {"header": header_name}

EXAMPLE_KEYS: Final[Mapping[str, Reader]] = {
    "request": anything,
    "response": anything,
    "path_params": MappingOf(anything),
    "query": MappingOf(anything),
}
