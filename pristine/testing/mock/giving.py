"""Values of the caller's that are to be answered: made plain, and held to the type that the API declares.

A test that answers what the API never would proves nothing, so that is an error where the answer is said.
"""

import json
from collections.abc import Sequence
from typing import Any

from pristine.core.attempts.classification import is_success
from pristine.core.operation import Operation
from pristine.manifest.model import StreamFormat, Streaming
from pristine.ports.errors import ConfigurationError, DecodeError, InvalidPayload
from pristine.ports.serializer import Schema
from pristine.testing.mock.answering import good_status, unwrapping, wrapped
from pristine.testing.mock.content import SERIALIZER
from pristine.testing.mock.messages import WITHOUT_BODY
from pristine.testing.mock.places import NOWHERE, type_at


def given_value(value: Any, operation: Operation, status: int) -> Any:
    """A value, or the list of all items where answers are pages; raises ConfigurationError, with where."""
    plain = _plain(value, operation)
    if status in WITHOUT_BODY and plain is not None:
        raise ConfigurationError(f"{operation.id}: an answer of {status} has no body")
    schema = operation.schema_for(status)
    how = operation.endpoint.pagination
    if how is not None and isinstance(plain, list) and is_success(status):
        inner = type_at(schema, (*unwrapping(operation.endpoint, status), *how.items, 0))
        for index, item in enumerate(plain):
            _check(item, None if inner is NOWHERE else inner, f"{operation.id} has no such item [{index}]")
        return plain
    if status not in WITHOUT_BODY:
        _check(wrapped(plain, operation, status), schema, f"{operation.id} does not answer {status} so")
    return plain


def given_result(value: Any, operation: Operation) -> Any:
    """The result of work that is finished later; raises ConfigurationError, with where."""
    plain, later = _plain(value, operation), operation.endpoint.future
    _check(plain, None if later is None else later.response, f"{operation.id} comes to no such result")
    return plain


def given_items(values: Sequence[Any], operation: Operation) -> list[Any]:
    """The items of a stream: data, or pairs of an event's type and its data; raises ConfigurationError, with where."""
    form = operation.endpoint.streaming
    if form is None:
        raise ConfigurationError(f"{operation.id} does not stream: use respond()")
    return [_item(value, index, form, operation) for index, value in enumerate(values)]


def _item(value: Any, index: int, form: Streaming, operation: Operation) -> Any:
    what = f"{operation.id} has no such item [{index}]"
    kind: type | None = {StreamFormat.BYTES: bytes, StreamFormat.LINES: str}.get(form.format)
    if kind is not None:
        if not isinstance(value, kind):
            raise ConfigurationError(f"{what}: must be {kind.__name__}, not {type(value).__name__}")
        return value
    event, data = value if isinstance(value, tuple) else ("", value)
    plain = _plain(data, operation)
    _check(plain, form.events.get(event, form.items), what)
    return (event, plain) if event else plain


def _plain(value: Any, operation: Operation) -> Any:
    try:
        return SERIALIZER.decode(SERIALIZER.encode(value))
    except InvalidPayload as error:
        raise ConfigurationError(f"{operation.id}: the answer is not JSON: {error.message}") from None


def _check(value: Any, schema: Schema, what: str) -> None:
    try:
        SERIALIZER.decode(json.dumps(value).encode(), schema)
    except DecodeError as error:
        raise ConfigurationError(f"{what}: {error.message}") from None


def check_examples(operation: Operation) -> None:
    """Raise ConfigurationError for an example of the manifest's whose response is not of its type."""
    endpoint = operation.endpoint
    for name, one in endpoint.examples.items():
        try:
            if endpoint.streaming is not None and isinstance(one.response, list):
                given_items(one.response, operation)
            elif one.response is not None:
                given_value(one.response, operation, good_status(operation))
        except ConfigurationError as error:
            raise ConfigurationError(f"endpoints.{endpoint.id}.examples.{name}.response: {error.message}") from None
