"""A payload -> the content of a request, by the kind that the manifest says: JSON, a form, a multipart form, or raw."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from pristine.core.bodies.multipart import Part, multipart
from pristine.core.bodies.outgoing import AsyncOutgoing, Sending
from pristine.core.bodies.sources import body_of, is_body
from pristine.core.operation import Operation
from pristine.core.requests.urls import encode_query
from pristine.manifest.model import BODYLESS_METHODS, NOTHING, BodyKind
from pristine.ports.errors import InvalidPayload
from pristine.ports.model import Model
from pristine.ports.serializer import Schema, Serializer

Content = tuple[bytes | Sending | None, Mapping[str, str]]
"""The body, and the fields that describe it."""

Files = Mapping[str, bool]


def content_of(payload: Any, operation: Operation, serializer: Serializer, more: Mapping[str, Any]) -> Content:
    """Check and encode a payload; raises InvalidPayload. `more` are fields that are set beside what was checked."""
    endpoint = operation.endpoint
    if more:
        checked = payload if payload is None and endpoint.request is None else _checked(payload, operation, serializer)
        return _KINDS[endpoint.body]({**(checked or {}), **more}, None, serializer)
    if payload is None and endpoint.request is None:
        return None, {}
    if operation.method in BODYLESS_METHODS:
        raise InvalidPayload(f"a {operation.method} request has no body (RFC 9110 section 9.3): use query=")
    if is_body(payload):
        if endpoint.request is not None:
            raise InvalidPayload("a raw body was given where the manifest declares a type: leave 'request' out of it")
        own = payload.content_type if isinstance(payload, AsyncOutgoing) else None
        body = Sending(body_of(payload, content_type=own or endpoint.media_type or None))
        return body, body.fields
    return _KINDS[endpoint.body](payload, endpoint.request, serializer, endpoint.files)


def _checked(payload: Any, operation: Operation, serializer: Serializer) -> Mapping[str, Any]:
    """A payload of its declared type as a plain object; a multipart form's is only seen to be an object."""
    if operation.endpoint.body is BodyKind.MULTIPART and isinstance(payload, (Mapping, Model)):
        return {name: payload[name] for name in payload}
    plain = serializer.decode(serializer.encode(payload, operation.endpoint.request))
    if not isinstance(plain, dict):
        raise InvalidPayload("the payload must be an object: fields are to be added to it")
    return plain


def _json(payload: Any, schema: Schema, serializer: Serializer, _: Files = NOTHING) -> Content:
    return serializer.encode(payload, schema), {"Content-Type": serializer.media_type}


def _form(payload: Any, schema: Schema, serializer: Serializer, _: Files = NOTHING) -> Content:
    """As browsers write one (WHATWG URL section 5): arrays repeat their name, objects nest in brackets."""
    plain = serializer.decode(serializer.encode(payload, schema))
    if not isinstance(plain, Mapping):
        raise InvalidPayload("a form is made of an object")
    return encode_query(plain).replace("%20", "+").encode(), {"Content-Type": "application/x-www-form-urlencoded"}


def _multipart(payload: Any, schema: Schema, serializer: Serializer, wanted: Files = NOTHING) -> Content:
    """Files as they are, the rest checked; what is neither text, number nor file is a part of JSON."""
    if not isinstance(payload, (Mapping, Model)):
        raise InvalidPayload("a multipart form is made of a mapping from names to values and files")
    given = {name: payload[name] for name in payload}
    files = {name: value for name, value in given.items() if _is_file(value)}
    for name, required in wanted.items():
        if name not in files and (required or name in given):
            told = "must be a file: bytes, a path, an open file or a Part" if name in given else "a file is missing"
            raise InvalidPayload(f"{name}: {told}", where=name)
    rest = {name: value for name, value in given.items() if name not in files}
    plain = serializer.decode(serializer.encode(rest, schema))
    fields = [pair for name, value in plain.items() for pair in _parts(name, value)]
    parts = ((name, _named(one) if name in wanted else one) for name, value in files.items() for one in _each(value))
    body = Sending(multipart([*fields, *parts]))
    return body, body.fields


def _is_file(value: Any) -> bool:
    many = isinstance(value, (list, tuple)) and bool(value)
    return all(_is_file(one) for one in value) if many else isinstance(value, Part) or is_body(value)


def _named(file: Any) -> Any:
    """A declared file with a name: by that a server knows a file from a field (RFC 7578 section 4.2)."""
    part = file if isinstance(file, Part) else Part(file)
    nameless = part.filename is None and not isinstance(part.value, str) and body_of(part.value).name is None
    return attrs.evolve(part, filename="blob") if nameless else file


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _parts(name: str, value: Any) -> list[tuple[str, Any]]:
    if value is None:
        return []
    if isinstance(value, list):
        return [part for one in value for part in _parts(name, one)]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [(name, str(value) if isinstance(value, (str, int, float)) else _as_json(value))]


def _as_json(value: Any) -> Part:
    return Part(json.dumps(value, ensure_ascii=False, separators=(",", ":")), content_type="application/json")


def _raw(payload: Any, *_: Any) -> Content:
    raise InvalidPayload(f"a raw body is bytes, a file or an iterator of bytes, not {type(payload).__name__}")


_KINDS: Final[Mapping[BodyKind, Callable[..., Content]]] = {
    BodyKind.JSON: _json,
    BodyKind.FORM: _form,
    BodyKind.MULTIPART: _multipart,
    BodyKind.RAW: _raw,
}
