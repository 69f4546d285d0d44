"""Calls as a program would make them: a few lines that run as they stand, once there is a `client`.

They come from the examples of an endpoint, completed by what its types need; without examples from the types alone.
"""

import keyword
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import attrs

from pristine.codegen.docs.names import Called
from pristine.codegen.docs.samples import Sampler, TextLike
from pristine.codegen.literals import Code, call
from pristine.codegen.schemas import fields_of
from pristine.core.resources import Place
from pristine.manifest.model import BodyKind, Endpoint, Example, StreamFormat
from pristine.ports.constraints import Constraints
from pristine.ports.model import is_model, is_open
from pristine.ports.serializer import Schema

_MISSING: Final = object()

_NULL: Final = Code("pristine.NULL")
_FILE: Final = b"the content of a file"
_NOT_EMPTY: Final = Constraints(min_properties=1)


@attrs.frozen
class Snippet:
    """An example: its name in the manifest ("" for none), the code of the call, and what it gives, if that is said.

    `is_again`: it is the call before it, made in another way.
    """

    name: str
    source: str
    response: Any = None
    is_again: bool = False


def snippets(called: Called, text_like: TextLike) -> Iterator[Snippet]:
    """The examples of an endpoint, or one that is made up; raises NoSample."""
    examples = called.endpoint.examples or {"": Example()}
    for name, example in examples.items():
        arguments = given_in(called, example, Sampler(text_like))
        yield from _forms(called, arguments, Snippet(name, "", example.response))


def _forms(called: Called, arguments: Mapping[str, Any], made: Snippet) -> Iterator[Snippet]:
    """The ways to make the call: for its value, item by item, as a stream."""
    streaming = called.endpoint.streaming
    items = made.response if streaming is not None and isinstance(made.response, list) else None
    if streaming is None or streaming.when:
        yield attrs.evolve(made, source=_plain(called, arguments), response=made.response if items is None else None)
    if streaming is not None:
        name = f"{called.name}_stream" if streaming.when else called.name
        view, bound, shown = _VIEWS[streaming.format]
        opened = call(name, arguments, beside=len("with  as response:"))
        source = f"with {opened} as response:\n    for {bound} in response.{view}():\n        print({shown})"
        yield Snippet(made.name, source, items, is_again=bool(streaming.when))


_VIEWS: Final[Mapping[StreamFormat, tuple[str, str, str]]] = {
    StreamFormat.SSE: ("items", "item", "item"),
    StreamFormat.NDJSON: ("items", "item", "item"),
    StreamFormat.JSON_ARRAY: ("items", "item", "item"),
    StreamFormat.LINES: ("lines", "line", "line"),
    StreamFormat.BYTES: ("bytes", "chunk", "len(chunk)"),
}


def _plain(called: Called, arguments: Mapping[str, Any]) -> str:
    if called.endpoint.pagination is not None:
        return f"for item in {call(called.name, arguments, beside=len('for item in :'))}:\n    print(item)"
    return f"reply = {call(called.name, arguments, beside=len('reply = '))}"


# -- what is given -----------------------------------------------------------------------------------------------------


def given_in(called: Called, example: Example, sampler: Sampler) -> dict[str, Any]:
    """The arguments that the example has, and those that a call must have."""
    method, endpoint = called.method, called.endpoint
    schemas, asking = _schemas(endpoint), _asking(endpoint)
    found: dict[str, Any] = {}
    for name, place in method.arguments.items():
        value = _MISSING if place in asking else _given(place, example, endpoint)
        if value is _MISSING and (name in method.required or _is_always_given(place, endpoint)):
            value = asking[place] if place in asking else _sampled(place, schemas.get(place), endpoint, sampler)
        if value is None and name not in method.required:
            value = _NULL
        if value is not _MISSING:
            found[name] = value
    return found | _undeclared(found, example, endpoint)


def _undeclared(found: Mapping[str, Any], example: Example, endpoint: Endpoint) -> dict[str, Any]:
    """The fields of the example that a payload may have beside those that are declared."""
    if not is_model(endpoint.request) or not is_open(endpoint.request) or not isinstance(example.request, Mapping):
        return {}
    known = {*fields_of(endpoint.request), *endpoint.files, *found}
    named = {name: value for name, value in example.request.items() if name not in known and name.isidentifier()}
    return {name: value for name, value in named.items() if not keyword.iskeyword(name)}


def _is_always_given(place: Place, endpoint: Endpoint) -> bool:
    return place[0] == "path" or (place[0] == "body" and endpoint.body is BodyKind.RAW)


def _asking(endpoint: Endpoint) -> dict[Place, Any]:
    """The fields that ask for a stream, with what asks for none: for a stream the client gives the other itself."""
    when = endpoint.streaming.when if endpoint.streaming else {}
    return {("body", wire): not value if isinstance(value, bool) else None for wire, value in when.items()}


def _given(place: Place, example: Example, endpoint: Endpoint) -> Any:
    """What the example gives in a place."""
    kind, wire = place
    said: Any = {"path": example.path_params, "query": example.query, "body": example.request}.get(kind)
    if not wire:
        return _MISSING if said is None or (kind == "query" and not said) else _content(said, endpoint)
    if not isinstance(said, Mapping) or wire not in said:
        return _MISSING
    is_file = kind == "body" and wire in endpoint.files
    return str(said[wire]).encode() if is_file else said[wire]


def _content(said: Any, endpoint: Endpoint) -> Any:
    is_raw = endpoint.body is BodyKind.RAW
    return str(said).encode() if is_raw and not isinstance(said, bytes) else said


def _sampled(place: Place, schema: Schema, endpoint: Endpoint, sampler: Sampler) -> Any:
    kind, wire = place
    if kind == "body" and (wire in endpoint.files or endpoint.body is BodyKind.RAW):
        return _FILE
    value = sampler.of(schema, wire or "text")
    # An object without fields writes nothing into a query: it would be missing.
    return value if value != {} or kind == "body" else sampler.of(Annotated[schema, _NOT_EMPTY], wire)


def _schemas(endpoint: Endpoint) -> Mapping[Place, Schema]:
    found: dict[Place, Schema] = {("path", name): one.schema for name, one in endpoint.path_params.items()}
    found |= {("query", name): one.schema for name, one in (endpoint.query or {}).items()}
    found |= {("header", name): one.schema for name, one in endpoint.headers.items()}
    if is_model(endpoint.request):
        found |= {("body", wire): field.type for wire, field in fields_of(endpoint.request).items()}
    return found | {("body", ""): endpoint.request}
