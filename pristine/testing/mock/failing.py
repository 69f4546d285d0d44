"""Errors as the API spells them: message, code and the rest at the places that the manifest names, in its types."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final, Literal, get_args, get_origin

import attrs

from pristine.core.operation import Operation
from pristine.manifest.model import ErrorShape, Manifest, Where
from pristine.ports.errors import ConfigurationError
from pristine.ports.serializer import Schema
from pristine.testing.examples import example, seeded
from pristine.testing.mock.messages import CODES, Answer, Wrong, as_json
from pristine.testing.mock.places import NOWHERE, at, first_fitting, put, type_at

JSON: Final = ("Content-Type", "application/json")
DOCUMENTATION: Final = "https://docs.example.com/errors/"

_USUAL: Final = (("error", "message"), ("message",), ("detail",), ("error_description",), ("title",), ("error",))
"""Where a message is looked for, if the manifest does not say."""


@attrs.frozen(kw_only=True)
class Failure:
    """An error to be told. `code` "" is the usual one of the status; `retry_after` None says nothing of waiting."""

    status: int
    message: str
    code: str = ""
    wrong: Sequence[Wrong] = ()
    retry_after: float | None = None
    request_id: str = ""
    headers: Sequence[tuple[str, str]] = ()


def usual_shape(manifest: Manifest) -> ErrorShape | None:
    """The shape of errors that most endpoints have: for what no endpoint answers."""
    shapes = [endpoint.errors for endpoint in manifest.endpoints.values() if endpoint.errors is not None]
    counted = Counter(map(id, shapes))
    return max(shapes, key=lambda shape: counted[id(shape)], default=None)


def failed(failure: Failure, shape: ErrorShape | None, operation: Operation | None = None) -> Answer:
    """The answer that tells a failure."""
    schema = operation.schema_for(failure.status) if operation is not None else None
    body = _example(schema, failure)
    headers = [JSON, *failure.headers]
    if failure.retry_after is not None and (shape is None or not shape.retry_after):
        headers.append(("Retry-After", f"{failure.retry_after:g}"))
    if shape is None or not shape.message:
        body = _told(body, schema, failure, plain=shape is None)
    for places, candidates in _said(failure, shape or ErrorShape(), schema, body):
        where, value = _fitting(places, candidates, schema)
        if where is not None and where.header:
            headers.append((where.header, _one_line(str(value))))
        elif where is not None:
            body = put(body, where.path, value)
    return Answer(status=failure.status, headers=headers, body=as_json(body))


def _example(schema: Schema, failure: Failure) -> Any:
    try:
        return {} if schema is None else example(schema, seeded("error", failure.status, failure.message))
    except ConfigurationError:
        return {}


def _told(body: Any, schema: Schema, failure: Failure, *, plain: bool) -> Any:
    """The body with the message where errors usually have it; of no type and shape, with all that is known."""
    if schema is None and plain:
        faults = (
            {"faults": [{"where": one.where, "message": one.told} for one in failure.wrong]} if failure.wrong else {}
        )
        return {"error": {"message": failure.message, "code": _code(failure, None), **faults}}
    places = sorted(_USUAL, key=lambda path: type_at(schema, path) is None)  # what is declared comes first
    fitting = (path for path in places if first_fitting(type_at(schema, path), failure.message) is not NOWHERE)
    path = next(fitting, None)
    return body if path is None else put(body, path, failure.message)


def _fitting(places: Sequence[Where], candidates: Sequence[Any], schema: Schema) -> tuple[Where | None, Any]:
    """The first place that has room for one of the candidates, and that one."""
    for where in places:
        value = candidates[0] if where.header else first_fitting(type_at(schema, where.path), *candidates)
        if value is not NOWHERE:
            return where, value
    return None, None


def _said(
    failure: Failure, shape: ErrorShape, schema: Schema, body: Any
) -> Iterator[tuple[Sequence[Where], Sequence[Any]]]:
    """The places of what is said, each with what may stand there, best first."""
    yield shape.message, (failure.message,)
    code = _code(failure, shape)
    members = [one for where in shape.code for one in _members(type_at(schema, where.path), code)]
    yield shape.code, (code, *members, failure.status)
    yield shape.request_id, (failure.request_id,)
    yield shape.documentation, (f"{DOCUMENTATION}{code}",)
    wait = failure.retry_after or 0
    if failure.retry_after is not None or any(one.path and at(body, one.path) is not None for one in shape.retry_after):
        in_header = bool(shape.retry_after) and bool(shape.retry_after[0].header)
        yield shape.retry_after, (f"{wait:g}",) if in_header else (wait, int(wait), f"{wait:g}")


def _code(failure: Failure, shape: ErrorShape | None) -> str:
    """The code that is asked for, or the nearest to the usual one of the status that has a class."""
    if failure.code:
        return failure.code
    usual = CODES.get(failure.status, f"status_{failure.status}")
    return next(iter(get_close_matches(usual, shape.classes if shape else (), n=1)), usual)


def _members(schema: Schema, code: str) -> list[Any]:
    """The codes that a type allows, the nearest first."""
    origin: Any = get_origin(schema)
    if origin is not Literal:
        return []
    members = list(get_args(schema))
    near = get_close_matches(code, [one for one in members if isinstance(one, str)], n=1, cutoff=0)
    return [*near, *members]


def _one_line(text: str) -> str:
    return " ".join(text.encode("latin-1", "replace").decode("latin-1").split())
