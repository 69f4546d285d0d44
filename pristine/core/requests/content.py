"""A payload -> the content of a request, by the kind that the manifest says: JSON, a form, a multipart form, or raw.

Most are JSON: what the others need is loaded with the first of them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pristine.core.bodies.outgoing import AsyncOutgoing, Sending
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
    if payload.__class__ is not dict and _is_body(payload):
        if endpoint.request is not None:
            raise InvalidPayload("a raw body was given where the manifest declares a type: leave 'request' out of it")
        from pristine.core.bodies.sources import body_of

        own = payload.content_type if isinstance(payload, AsyncOutgoing) else None
        body = Sending(body_of(payload, content_type=own or endpoint.media_type or None))
        return body, body.fields
    return _KINDS[endpoint.body](payload, endpoint.request, serializer, endpoint.files)


def _is_body(payload: Any) -> bool:
    from pristine.core.bodies.sources import is_body  # loaded with the first payload that may be one

    return is_body(payload)


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
    from pristine.core.requests.forms import form_of_parts

    body = form_of_parts(payload, schema, serializer, wanted)
    return body, body.fields


def _raw(payload: Any, *_: Any) -> Content:
    raise InvalidPayload(f"a raw body is bytes, a file or an iterator of bytes, not {type(payload).__name__}")


_KINDS: Final[Mapping[BodyKind, Callable[..., Content]]] = {
    BodyKind.JSON: _json,
    BodyKind.FORM: _form,
    BodyKind.MULTIPART: _multipart,
    BodyKind.RAW: _raw,
}
