"""What a call gives, by the ways of calling it: the type of its value, of an item, of a result."""

from collections.abc import Iterator
from types import NoneType
from typing import Any, Final, get_args, get_origin

from pristine.codegen.schemas import fields_of, without_bounds, without_null
from pristine.codegen.sdk.expressions import ANY, NONE, Expression, Expressions, either
from pristine.manifest.model import Endpoint
from pristine.ports.model import is_model
from pristine.ports.serializer import Schema

_EMPTY: Final = frozenset({"204", "205", "304"})
"""Statuses of answers that have no content (RFC 9110)."""


def value_of(endpoint: Endpoint, expressions: Expressions) -> Expression:
    """The value of a call, whatever the status of its good answer."""
    if endpoint.method == "HEAD":
        return NONE
    found = [
        NONE if status in _EMPTY or schema is NoneType else expressions.answer(schema)
        for status, schema in _good(endpoint)
    ]
    return either(*found) if found else ANY


def _good(endpoint: Endpoint) -> Iterator[tuple[str, Schema]]:
    """The types of good answers by status; "default" stands for all of which nothing is said."""
    declared = dict(endpoint.responses)
    if endpoint.response is not None:
        declared["2XX"] = endpoint.response
    good = {status: one for status, one in declared.items() if status[0] in "23"}
    if "2XX" not in good and "default" in declared:
        good["default"] = declared["default"]
    yield from good.items()


def page_of(endpoint: Endpoint, expressions: Expressions) -> Expression:
    """An item of a list that goes on from page to page."""
    found = {expressions.answer(_item(schema, endpoint)) for status, schema in _good(endpoint) if status[0] == "2"}
    return either(*sorted(found, key=repr)) if found else ANY


def _item(schema: Schema, endpoint: Endpoint) -> Schema:
    for step in endpoint.pagination.items if endpoint.pagination else ():
        schema = _inside(schema, step)
    plain = _plain(schema)
    return get_args(plain)[0] if get_origin(plain) is list else None


def _inside(schema: Schema, step: str | int) -> Schema:
    """The type at a step into another; None is anything."""
    plain = _plain(schema)
    if is_model(plain):
        field = fields_of(plain).get(str(step))
        return field.type if field else None
    origin: Any = get_origin(plain)
    return get_args(plain)[-1] if origin in {list, dict} else None


def _plain(schema: Schema) -> Any:
    return without_bounds(without_null(without_bounds(schema)))


def item_of(endpoint: Endpoint, expressions: Expressions) -> Expression:
    """An item of a stream: of the type of its event, or of the one that all have."""
    streaming = endpoint.streaming
    if streaming is None:
        return ANY
    return either(*(expressions.answer(one) for one in (streaming.items, *streaming.events.values())))


def result_of(endpoint: Endpoint, expressions: Expressions) -> Expression:
    """The result of work that the server finishes later."""
    return ANY if endpoint.future is None else expressions.answer(endpoint.future.response)
