"""The content of a request -> a plain value, checked against its type by the strict rules of the JSON serializer."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from pristine.adapters.json import JsonSerializer
from pristine.manifest.model import BODYLESS_METHODS, BodyKind, Endpoint
from pristine.ports.errors import DecodeError, InvalidPayload, ResponseTooLarge
from pristine.ports.model import WIRE, is_model
from pristine.ports.serializer import Schema
from pristine.streaming.content_coding import decode_content
from pristine.testing.mock.messages import Incoming, Refusal, Wrong
from pristine.testing.mock.multipart import parts_of_form
from pristine.testing.mock.texts import kinds, pairs_of, tree, typed

SERIALIZER: Final = JsonSerializer()


def content_of(endpoint: Endpoint, incoming: Incoming) -> Any:
    """The value of a request's content; None for none. Raises Refusal: 400, or 415 for another type of content."""
    if endpoint.method in BODYLESS_METHODS:
        return None
    if not incoming.body and "content-type" not in incoming.headers:
        if endpoint.request is not None or any(endpoint.files.values()):
            raise Refusal(400, Wrong("body", "is missing"))
        return None
    media_type = incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
    return _KINDS[endpoint.body](endpoint, attrs.evolve(incoming, body=_decoded(incoming)), media_type)


def _decoded(incoming: Incoming) -> bytes:
    try:
        return decode_content(incoming.body, incoming.headers.get("content-encoding", ""))
    except (DecodeError, ResponseTooLarge) as error:
        raise Refusal(415, Wrong("header.Content-Encoding", error.message)) from None


def check(value: Any, schema: Schema, where: str) -> None:
    """Raise Refusal for a value that is not of its type; `where` is what its path begins with."""
    if schema is None:
        return
    try:
        SERIALIZER.encode(value, schema)
    except InvalidPayload as error:
        told = error.message.removeprefix(f"{error.where or 'the whole'}: ")
        raise Refusal(400, Wrong(f"{where}.{error.where}".rstrip(".").replace(".[", "["), told)) from None


def _expected(media_type: str, *expected: str) -> None:
    if media_type not in expected:
        raise Refusal(415, Wrong("header.Content-Type", f"must be {expected[0]}, not {media_type or 'left out'}"))


def _json(endpoint: Endpoint, incoming: Incoming, media_type: str) -> Any:
    is_json = media_type in {"application/json", "text/json"} or media_type.endswith("+json")
    if not is_json and endpoint.request is None:
        return incoming.body
    if not is_json:
        _expected(media_type, "application/json")
    try:
        value = SERIALIZER.decode(incoming.body)
    except DecodeError as error:
        raise Refusal(400, Wrong("body", error.message.removeprefix("the body "))) from None
    check(_without_additions(value, endpoint), endpoint.request, "body")
    return value


def _form(endpoint: Endpoint, incoming: Incoming, media_type: str) -> Any:
    _expected(media_type, "application/x-www-form-urlencoded")
    try:
        found = tree(pairs_of(incoming.body.decode("ascii")))
    except UnicodeDecodeError:
        raise Refusal(400, Wrong("body", "holds what is not percent-encoded")) from None
    value = _with_types(found, endpoint)
    check(_without_additions(value, endpoint), endpoint.request, "body")
    return value


def _with_types(found: dict[str, Any], endpoint: Endpoint) -> Any:
    """The fields in their types; those that ask for a stream in that of what they are compared with."""
    value = typed(endpoint.request, found)
    for name, wanted in (endpoint.streaming.when if endpoint.streaming else {}).items():
        if value.get(name) == _as_text(wanted):
            value[name] = wanted
    return value


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _multipart(endpoint: Endpoint, incoming: Incoming, media_type: str) -> Any:
    _expected(media_type, "multipart/form-data")
    texts: dict[str, list[Any]] = {}
    values: dict[str, list[Any]] = {}
    files: dict[str, list[Any]] = {}
    for part in parts_of_form(incoming.body, incoming.headers["content-type"]):
        if part.name in endpoint.files or part.is_file:
            files.setdefault(part.name, []).append(part.content)
        else:
            kind = values if part.media_type == "application/json" else texts
            kind.setdefault(part.name, []).append(_value(part.content, part.media_type, part.name))
    _check_files(endpoint, files)
    value = {**_with_types(_alone(texts), endpoint), **_in_lists(_alone(values), endpoint)}
    check(_without_additions(value, endpoint), endpoint.request, "body")
    return {**value, **_alone(files)}


def _alone(found: Mapping[str, list[Any]]) -> dict[str, Any]:
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _in_lists(found: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Each value that came alone in a list, where a list is declared: its items are parts."""
    if not is_model(endpoint.request):
        return found
    types = {field.metadata[WIRE]: field.type for field in attrs.fields(endpoint.request)}
    lists = {name for name, schema in types.items() if kinds(schema) == {"list"}}
    return {name: [one] if name in lists and not isinstance(one, list) else one for name, one in found.items()}


def _value(content: bytes, media_type: str, name: str) -> Any:
    try:
        return SERIALIZER.decode(content) if media_type == "application/json" else content.decode()
    except (DecodeError, UnicodeDecodeError):
        kind = "JSON" if media_type == "application/json" else "text in UTF-8"
        raise Refusal(400, Wrong(f"body.{name}", f"must be {kind}")) from None


def _check_files(endpoint: Endpoint, files: Mapping[str, Any]) -> None:
    for name, required in endpoint.files.items():
        if required and name not in files:
            raise Refusal(400, Wrong(f"body.{name}", "a file is missing"))
    for name in files:
        if endpoint.request is not None and name not in endpoint.files:
            told = "unknown file; the manifest declares one as {type: string, format: binary}"
            raise Refusal(400, Wrong(f"body.{name}", told))


def _raw(endpoint: Endpoint, incoming: Incoming, media_type: str) -> bytes:
    wanted = endpoint.media_type
    if wanted and not (media_type == wanted or (wanted.endswith("/*") and media_type.startswith(wanted[:-1]))):
        _expected(media_type, wanted)
    return incoming.body


_KINDS: Final[Mapping[BodyKind, Callable[[Endpoint, Incoming, str], Any]]] = {
    BodyKind.JSON: _json,
    BodyKind.FORM: _form,
    BodyKind.MULTIPART: _multipart,
    BodyKind.RAW: _raw,
}


def _without_additions(value: Any, endpoint: Endpoint) -> Any:
    """The value without what a call adds to a checked payload: fields that ask for a stream, or for a page."""
    if not isinstance(value, dict) or not is_model(endpoint.request):
        return value
    declared = {field.metadata[WIRE] for field in attrs.fields(endpoint.request)}
    return {name: part for name, part in value.items() if name in declared or name not in additions(endpoint)}


def additions(endpoint: Endpoint) -> set[str]:
    """The fields that a call may add to its payload."""
    found = set(endpoint.streaming.when) if endpoint.streaming else set()
    how = endpoint.pagination
    return found | ({how.parameter, how.size} - {""} if how is not None and how.into == "body" else set())
