"""Operation + payload + options -> Request. Pure; whatever is wrong is an error before any byte leaves."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import attrs

from pristine.core.call import CallOptions
from pristine.core.content import content_of
from pristine.core.context import Context
from pristine.core.operation import Operation
from pristine.core.pages import NO_PAGE, Ask
from pristine.core.parameters import fill_parameters, said, spells
from pristine.core.styles import path_values, styled_query
from pristine.core.urls import encode_query, scalar
from pristine.manifest.model import SAFE_METHODS
from pristine.manifest.reading import suggestion
from pristine.ports.errors import ConfigurationError, InvalidHeader, InvalidParameter, RequestError
from pristine.ports.fields import checked
from pristine.ports.headers import Headers
from pristine.ports.messages import Request, Timeout

_STREAM_OPTIONS: Final = frozenset({"last_event_id", "reconnect"})
_OPTIONS: Final = tuple(CallOptions.__annotations__)


def build(
    context: Context[Any],
    base: str | None,
    operation: Operation,
    payload: Any,
    options: CallOptions,
    *,
    streams: bool = False,
    ask: Ask = NO_PAGE,
) -> Request:
    """The request that every attempt of a call starts from. `ask` is what a page adds to it.

    Raises a RequestError for what cannot be sent, a ConfigurationError for an unknown option or a missing base URL.
    """
    for name in options.keys() - set(_OPTIONS):
        raise ConfigurationError(f"a call has no option {name!r}{suggestion(name, _OPTIONS)}", endpoint=operation.id)
    for name in _STREAM_OPTIONS & options.keys():
        if not streams:
            raise ConfigurationError(f"{name} has no effect: it is for streams", endpoint=operation.id)
    try:
        body, fields = content_of(payload, operation, context.serializer, ask.body)
        return Request(
            operation.method,
            ask.url or _url(base, operation, options, ask.query),
            _headers(context, operation, fields, options, streams=streams),
            body,
            limits(context.timeout, operation, options.get("timeout")),
            operation.endpoint.max_response_bytes or context.max_response_bytes,
        )
    except RequestError as error:
        error.endpoint = operation.id
        raise


def _url(base: str | None, operation: Operation, options: CallOptions, more: Mapping[str, Any]) -> str:
    if base is None:
        raise ConfigurationError("there is no base URL: give context(base_url=…), or 'servers' in the manifest")
    endpoint = operation.endpoint
    given = _mapping(options, "path_params")
    filled = fill_parameters(endpoint.path_params, given, "path")
    path = operation.path.fill(path_values(endpoint.path_params, filled) if endpoint.path_params else filled)
    query = {**_mapping(options, "query"), **more}
    if endpoint.query is not None:
        for name in query.keys() - endpoint.query.keys():
            hint = suggestion(str(name), endpoint.query) or "; it has none"
            raise InvalidParameter(f"there is no query parameter {name!r}{hint}", where=str(name))
        query = fill_parameters(endpoint.query, query, "query")
    elif endpoint.query_defaults:
        query = fill_parameters(endpoint.query_defaults, query, "query")
    plain, styled = styled_query(endpoint.query or {}, query)
    encoded = "&".join(filter(None, (encode_query(plain), *styled)))
    return f"{base.rstrip('/')}{path}?{encoded}" if encoded else base.rstrip("/") + path


def _mapping(options: CallOptions, name: Literal["path_params", "query"]) -> Mapping[str, Any]:
    given = options.get(name)
    if given is not None and not isinstance(given, Mapping):
        raise InvalidParameter(f"{name} must be a mapping from names to values", where=name)
    return given or {}


def _headers(
    context: Context[Any], operation: Operation, content: Mapping[str, str], options: CallOptions, *, streams: bool
) -> Headers:
    """Weakest first: the operation's, the Context's, the manifest's parameters, the call's, the idempotency key."""
    call = checked(options.get("headers") or ())
    own = operation.stream_headers if streams else operation.headers
    headers = own.merged(context.headers).merged(content)
    if operation.endpoint.headers:
        headers = headers.merged(_declared(operation, call))
    headers = headers.merged(call).merged(last_event_field(options.get("last_event_id") or ""))
    return headers.merged(_key(context, operation, headers, options.get("idempotency_key")))


def last_event_field(last_event_id: str) -> Mapping[str, str]:
    """Last-Event-ID, whose value is UTF-8 on the wire (WHATWG HTML section 9.2.3); none for ""."""
    return {"Last-Event-ID": last_event_id.encode().decode("latin-1")} if last_event_id else {}


def _declared(operation: Operation, call: Headers) -> Headers:
    declared = operation.endpoint.headers
    given = {name: call[name] for name in declared if name in call}
    for name, text in given.items():
        if not spells(declared[name].schema, text):
            raise InvalidHeader(f"header parameter {name!r} must be {said(declared[name].schema)}", where=name)
    values = fill_parameters({n: p for n, p in declared.items() if n not in given}, {}, "header")
    return checked({name: scalar(value, f"header {name!r}", name) for name, value in values.items()})


def _key(context: Context[Any], operation: Operation, headers: Headers, given: str | None) -> Mapping[str, str]:
    """One key for all attempts of the call: the caller's, or a new one where the manifest asks for one."""
    name = operation.key_header
    if given == "":
        raise InvalidHeader("idempotency_key is empty", where="idempotency_key")
    if given is not None:
        return checked({name: given})
    if operation.endpoint.idempotency is None or operation.method in SAFE_METHODS or name in headers:
        return {}
    return {name: context.new_key()}


def limits(base: Timeout, operation: Operation, given: Timeout | float | None) -> Timeout:
    """The call's Timeout, or its total in seconds; else the manifest's limits over the Context's."""
    if isinstance(given, Timeout):
        return given
    declared = dict(operation.endpoint.timeout)
    if given is not None:
        declared["total"] = given
    return attrs.evolve(base, **declared) if declared else base
