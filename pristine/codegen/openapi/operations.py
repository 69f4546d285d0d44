"""An endpoint as an Operation Object (OpenAPI 3.1, section 4.8.10), with what it has no words for beside."""

from collections.abc import Iterator
from typing import Any

from pristine.codegen.openapi import keys
from pristine.codegen.openapi.bodies import request_body, responses
from pristine.codegen.openapi.parameters import NOT_PARAMETERS, expressed, parameters, queried
from pristine.codegen.openapi.shared import Shared, extended
from pristine.codegen.openapi.types import Said
from pristine.manifest.model import BodyKind, Endpoint, StreamFormat
from pristine.manifest.parameters import PLACEHOLDER


def operation(endpoint: Endpoint, template: str, shared: Shared) -> Said:
    """The operation of an endpoint, whose path the document has as `template`."""
    types = shared.schemas
    said = {
        "operationId": endpoint.id,
        "tags": list(endpoint.tags),
        "description": endpoint.description,
        "deprecated": endpoint.deprecated is not None,
        "parameters": parameters(endpoint, template, types),
        "requestBody": request_body(endpoint, types),
        "responses": responses(endpoint, types),
    }
    said = {key: value for key, value in said.items() if value}
    if endpoint.security is not None and endpoint.security != shared.security:
        said["security"] = shared.required(endpoint.security)
    if endpoint.server:
        said["servers"] = [shared.servers[endpoint.server]]
    return {**said, **extended(_keys(endpoint, template, shared))}


def _keys(endpoint: Endpoint, template: str, shared: Shared) -> Iterator[tuple[str, Any]]:
    yield from _of_request(endpoint, template, shared)
    yield from _of_answers(endpoint, shared)
    if endpoint.timeout:
        yield "timeout", keys.timeout(endpoint.timeout)
    if endpoint.idempotency is not None:
        yield "idempotency", keys.idempotency(endpoint.idempotency)
    if endpoint.deadline is not None:
        yield "deadline", keys.deadline(endpoint.deadline)
    if endpoint.retry:
        yield "retry", shared.retry(endpoint.retry)
    for name in ("limit", "breaker"):
        if (group := getattr(endpoint, name)) is not None:
            yield name, group.name
    for name in ("safety", "max_response_bytes", "redirects"):
        if (value := getattr(endpoint, name)) is not None:
            yield name, keys.plain(value)
    if endpoint.deprecated:
        yield "deprecated", endpoint.deprecated


def _of_request(endpoint: Endpoint, template: str, shared: Shared) -> Iterator[tuple[str, Any]]:
    types = shared.expressions
    if endpoint.server:
        yield "server", endpoint.server
    if template != endpoint.path:
        yield "path", endpoint.path
        yield "path_params", expressed(endpoint.path_params, types) or None
    if endpoint.query is None and endpoint.query_defaults:
        yield "query", None
    elif endpoint.query is not None and not endpoint.query:
        yield "query", {}
    if ignored := {name: one for name, one in endpoint.headers.items() if name.lower() in NOT_PARAMETERS}:
        yield "headers", expressed(ignored, types)
    if endpoint.body is BodyKind.RAW and not endpoint.media_type:
        yield "media_type", None
    if not _shows_all(endpoint, template):
        yield "examples", {name: keys.example(one) for name, one in endpoint.examples.items()}


def _shows_all(endpoint: Endpoint, template: str) -> bool:
    """Whether each example stands somewhere in the operation, whole."""
    has_request = endpoint.request is not None
    has_answer = endpoint.response is not None and not endpoint.unwrap and "2XX" not in endpoint.responses
    names = {*PLACEHOLDER.findall(endpoint.path)} & {*PLACEHOLDER.findall(template)}
    return all(
        (has_request or one.request is None)
        and (has_answer or one.response is None)
        and queried(endpoint).keys() >= one.query.keys()
        and names >= one.path_params.keys()
        and keys.example(one)
        for one in endpoint.examples.values()
    )


def _of_answers(endpoint: Endpoint, shared: Shared) -> Iterator[tuple[str, Any]]:
    types, stream = shared.expressions, endpoint.streaming
    is_array = stream is not None and stream.format is StreamFormat.JSON_ARRAY
    if endpoint.unwrap or is_array or "2XX" in endpoint.responses:
        yield "response", None if endpoint.response is None else types.of(endpoint.response)
    if "2XX" in endpoint.responses:
        yield "responses", {status: types.of(schema) for status, schema in endpoint.responses.items()}
    if endpoint.unwrap:
        yield "unwrap", keys.path(endpoint.unwrap)
    if stream is not None:
        yield "streaming", keys.streaming(stream, types)
    if endpoint.pagination is not None:
        yield "pagination", keys.pagination(endpoint.pagination)
    if endpoint.future is not None:
        yield "future", keys.future(endpoint.future, types)
    if endpoint.errors is not None and endpoint.errors is not shared.errors:
        yield "errors", keys.errors(endpoint.errors)
