"""A plain mapping -> a Manifest, or a ManifestError with every fault at once.

The tables below are the language: a key that is not in them is a fault, and every key in them has an effect.
"""

import re
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from pristine.manifest.model import (
    BASE_URL,
    BODYLESS_METHODS,
    METHODS,
    SAFE_METHODS,
    Endpoint,
    Idempotency,
    Manifest,
    Reconnect,
    Server,
    StreamFormat,
    Streaming,
)
from pristine.manifest.parameters import check_path_params, header_name, headers, parameters, path
from pristine.manifest.reading import (
    Cursor,
    Reader,
    anything,
    count,
    flag,
    is_shallow,
    list_of,
    mapping_of,
    members,
    one_of,
    optional,
    record,
    seconds,
    text,
    wait,
    word,
)
from pristine.manifest.types import TypeReader
from pristine.ports.documents import Document
from pristine.ports.errors import ManifestError


def load_manifest(source: Mapping[str, Any] | Document) -> Manifest:
    """Build a Manifest from a mapping, or from a document that a reader made.

    Raises ManifestError; its `faults` (of ManifestFault: path, message, line) are all there are.
    """
    document = source if isinstance(source, Document) else Document(source)
    top = Cursor(document, (), document.value, [])
    manifest = _guarded(top)
    if manifest is not None and not top.faults:
        return manifest
    faults = sorted(top.faults, key=lambda fault: fault.line or 0)
    listed = "".join(f"\n  {fault}" for fault in faults)
    number = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    raise ManifestError(f"{document.source}: {number}{listed}", faults=tuple(faults))


def _guarded(at: Cursor) -> Manifest | None:
    if is_shallow(at.value):
        with suppress(RecursionError):  # names that stand for names may be a long chain
            return _manifest(at)
    at.fault("is nested too deeply, or holds itself")
    return None


def _manifest(at: Cursor) -> Manifest:
    found = record(MANIFEST_KEYS, required=("name", "endpoints"))(at)
    types = TypeReader(at.child("types", found.get("types", {})))
    named = types.named()
    entries = _entries(at.child("endpoints", found.get("endpoints", {})))
    endpoints = {id: _endpoint(id, one, types) for id, one in entries}
    return Manifest(
        name=found.get("name", ""),
        version=found.get("version", ""),
        description=found.get("description", ""),
        servers=tuple(found.get("servers", ())),
        endpoints=endpoints,
        types=named,
    )


def _entries(at: Cursor) -> Iterator[tuple[str, Cursor]]:
    """Endpoints by id: an object `{id: {...}}`, or an array of objects with an `id` each."""
    if isinstance(at.value, list):
        yield from _listed(at)
        return
    for id, value in members(at):
        if not id:
            at.fault("an endpoint's name must not be empty")
        yield id, at.child(id, value)


def _listed(at: Cursor) -> Iterator[tuple[str, Cursor]]:
    seen: set[str] = set()
    for index, value in enumerate(at.value):
        one = at.child(index, value)
        rest = dict(members(one))
        if "id" not in rest:
            one.fault("'id' is missing")
            continue
        id = word(one.child("id", rest.pop("id")))
        if id in seen:
            one.fault(f"a second endpoint {id!r}")
        seen.add(id)
        yield id, Cursor(at.document, one.path, rest, at.faults)


def _endpoint(id: str, at: Cursor, types: TypeReader) -> Endpoint:
    found = record(_endpoint_table(types), required=("method", "path"))(at)
    check_path_params(at, found)
    _check_effects(at, found)
    return Endpoint(id=id, **{"method": "GET", "path": "/", **found})


def _check_effects(at: Cursor, found: Mapping[str, Any]) -> None:
    """Fault keys that could have no effect beside the others."""
    method = found.get("method")
    if "request" in found and method in BODYLESS_METHODS:
        at.child("request", None).fault(f"a {method} request has no body (RFC 9110 section 9.3); use 'query'")
    if found.get("idempotency") and method in SAFE_METHODS:
        at.child("idempotency", None).fault(f"has no effect: a {method} may be repeated anyway")
    if "response" in found and found.get("streaming"):
        at.child("response", None).fault(
            "has no effect: the answer is a stream; its items' type is 'items' under 'streaming'"
        )


def _server(at: Cursor) -> Server:
    return Server(**{"url": "", **record(SERVER_KEYS, required=("url",))(at)})


def _server_url(at: Cursor) -> str:
    url = text(at)
    if not BASE_URL.fullmatch(url):
        at.fault("must be an absolute http(s) URL without user, query or fragment")
    return url


def _timeout(at: Cursor) -> dict[str, float | None]:
    if isinstance(at.value, Mapping):
        return record(TIMEOUT_KEYS)(at)
    return {"total": seconds(at)}


def _streaming(types: TypeReader) -> Reader:
    def read(at: Cursor) -> Streaming | None:
        if isinstance(at.value, bool):
            return Streaming() if at.value else None
        found = record({**STREAMING_KEYS, "items": types.read, "events": mapping_of(types.read)})(at)
        format = found.get("format", StreamFormat.SSE)
        for key in (key for key in found if format not in _EFFECTIVE.get(key, StreamFormat)):
            at.child(key, found[key]).fault(f"has no effect on a stream of {format}")
        options: dict[str, Any] = {key: found.pop(key) for key in ("dispatch_empty", "max_event_bytes") if key in found}
        return Streaming(**found, options=options)

    return read


_SSE: Final = frozenset({StreamFormat.SSE})
_JSON: Final = frozenset({StreamFormat.SSE, StreamFormat.NDJSON, StreamFormat.JSON_ARRAY})
_EFFECTIVE: Final[Mapping[str, Container[str]]] = {
    "dispatch_empty": _SSE,
    "events": _SSE,
    "reconnect": _SSE,
    "items": _JSON,
    "done": _JSON | {StreamFormat.LINES},
    "max_event_bytes": _JSON | {StreamFormat.LINES},
    "media_types": frozenset(StreamFormat) - {StreamFormat.BYTES},
}
"""Streaming keys that mean something for some formats only."""


def _reconnect(at: Cursor) -> Reconnect | None:
    if isinstance(at.value, bool):
        return Reconnect() if at.value else None
    return Reconnect(**record(RECONNECT_KEYS)(at))


def _media_type(at: Cursor) -> str:
    found = text(at).lower()
    if not re.fullmatch(r"[\w.+-]+/([\w.+-]+|\*)", found, re.ASCII):
        at.fault("must be a media type, such as text/plain, without parameters")
    return found


def _stream_format(at: Cursor) -> StreamFormat:
    found = one_of(*StreamFormat)(at)
    return StreamFormat(found) if found in set(StreamFormat) else StreamFormat.SSE


def _idempotency(at: Cursor) -> Idempotency | None:
    if isinstance(at.value, bool):
        return Idempotency() if at.value else None
    return Idempotency(**record(IDEMPOTENCY_KEYS)(at))


def _endpoint_table(types: TypeReader) -> Mapping[str, Reader]:
    return {
        "method": one_of(*METHODS),
        "path": path,
        "description": text,
        "request": types.read,
        "response": types.read,
        "streaming": _streaming(types),
        "path_params": parameters(types, "path"),
        "query": parameters(types, "query"),
        "headers": headers(types),
        "timeout": _timeout,
        "idempotency": _idempotency,
        "max_response_bytes": count,
    }


STREAMING_KEYS: Final[Mapping[str, Reader]] = {
    "format": _stream_format,
    "dispatch_empty": flag,
    "max_event_bytes": optional(count),
    "done": text,
    "reconnect": _reconnect,
    "media_types": lambda at: tuple(list_of(_media_type)(at)),
}

RECONNECT_KEYS: Final[Mapping[str, Reader]] = {"max_attempts": count, "delay": wait}

TIMEOUT_KEYS: Final[Mapping[str, Reader]] = dict.fromkeys(
    ("connect", "read", "write", "pool", "total", "head", "first_content", "content"), seconds
)

IDEMPOTENCY_KEYS: Final[Mapping[str, Reader]] = {"header": header_name}

SERVER_KEYS: Final[Mapping[str, Reader]] = {"url": _server_url, "description": text}

MANIFEST_KEYS: Final[Mapping[str, Reader]] = {
    "name": word,
    "version": text,
    "description": text,
    "servers": list_of(_server),
    "endpoints": anything,
    "types": anything,
}
