"""Operation + payload + options -> Request. Pure; whatever is wrong is an error before any byte leaves."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import attrs

from pristine.core.answers.pages import NO_PAGE, Ask
from pristine.core.call import CallOptions
from pristine.core.context import Context, known_limits
from pristine.core.operation import Operation
from pristine.core.requests.content import content_of
from pristine.core.requests.parameters import fill_parameters, said, spells
from pristine.core.requests.styles import header_text, path_values, styled_query
from pristine.core.requests.urls import encode_query
from pristine.manifest.model import NOTHING, Endpoint
from pristine.manifest.reading import suggestion
from pristine.ports.errors import ConfigurationError, InvalidHeader, InvalidParameter, RequestError
from pristine.ports.fields import checked
from pristine.ports.headers import Headers
from pristine.ports.messages import Request, Timeout
from pristine.ports.values import changed, frozen

_STREAM_OPTIONS: Final = frozenset({"last_event_id", "reconnect"})
_OPTIONS: Final = frozenset(CallOptions.__annotations__)


@frozen(eq=False)
class Blueprint:
    """What all requests of an operation have in common under one Context: worked out once, for streams apart."""

    context: Context[Any]
    operation: Operation
    base: str | None
    streams: bool
    headers: Headers
    timeout: Timeout
    limit: int | None
    keyed: bool
    usual: Mapping[str, str]
    """The fields of the body that the serializer makes."""
    with_usual: Headers
    url: str | None
    """That of a call without options; None where one cannot be, or has to be worked out."""
    plain: bool
    """Whether a call without options adds no fields but those of its body."""
    blank: Request
    """A request, to be filled."""

    @classmethod
    def of(cls, context: Context[Any], base: str | None, operation: Operation, *, streams: bool) -> "Blueprint":
        endpoint = operation.endpoint
        own = operation.stream_headers if streams else operation.headers
        headers = own.merged(context.headers)
        usual = {"Content-Type": context.serializer.media_type}
        base = None if base is None else base.rstrip("/")
        fixed = not (operation.path.names or endpoint.path_params or endpoint.query or endpoint.query_defaults)
        most = endpoint.max_response_bytes or context.max_response_bytes
        return cls(
            context,
            operation,
            base,
            streams,
            headers,
            limits(context.timeout, operation, None),
            most,
            endpoint.idempotency is not None,
            usual,
            headers.merged(usual),
            None if base is None or not fixed else base + operation.path.text,
            endpoint.idempotency is None and not endpoint.headers,
            Request(operation.method, "", max_response_bytes=most),
        )

    def request(self, payload: Any, options: CallOptions, ask: Ask = NO_PAGE) -> Request:
        """The request that every attempt of a call starts from. `ask` is what a page adds to it.

        Raises a RequestError for what cannot be sent, a ConfigurationError for an unknown option or a missing base URL.
        """
        if options:
            self._check(options)
        try:
            body, content = content_of(payload, self.operation, self.context.serializer, ask.body)
            headers = self.with_usual if content == self.usual else self.headers
            if content and headers is self.headers:
                headers = headers.merged(content)
            if not options and ask is NO_PAGE:
                url, timeout = self.url or self._url(options, ask.query), self.timeout
            else:
                url, timeout = ask.url or self._url(options, ask.query), self._timeout(options)
            if options or not self.plain:
                headers = self._with_more(headers, options)
            return changed(self.blank, url=url, headers=headers, body=body, timeout=timeout)
        except RequestError as error:
            error.endpoint = self.operation.id
            raise

    def _check(self, options: CallOptions) -> None:
        id = self.operation.id
        for name in options.keys() - _OPTIONS:
            raise ConfigurationError(f"a call has no option {name!r}{suggestion(name, _OPTIONS)}", endpoint=id)
        if not self.streams and (wrong := sorted(options.keys() & _STREAM_OPTIONS)):
            raise ConfigurationError(f"{wrong[0]} has no effect: it is for streams", endpoint=id)

    def _url(self, options: CallOptions, more: Mapping[str, Any]) -> str:
        endpoint = self.operation.endpoint
        if self.base is None:
            raise _nowhere(endpoint)
        values = _mapping(options, "path_params")
        if endpoint.path_params:
            values = path_values(endpoint.path_params, fill_parameters(endpoint.path_params, values, "path"))
        query = self._query(_mapping(options, "query"), more)
        path = self.operation.path.fill(values)
        return f"{self.base}{path}?{query}" if query else self.base + path

    def _query(self, given: Mapping[str, Any], more: Mapping[str, Any]) -> str:
        declared = self.operation.endpoint.query
        values = {**given, **more} if more else given
        if declared is not None:
            for name in values.keys() - declared.keys():
                hint = suggestion(str(name), declared) or "; it has none"
                raise InvalidParameter(f"there is no query parameter {name!r}{hint}", where=str(name))
        known = self.operation.endpoint.query_defaults if declared is None else declared
        if not known:
            return encode_query(values) if values else ""
        plain, styled = styled_query(known, fill_parameters(known, values, "query"))
        return "&".join(filter(None, (encode_query(plain), *styled)))

    def _timeout(self, options: CallOptions) -> Timeout:
        given = options.get("timeout")
        return self.timeout if given is None else limits(self.context.timeout, self.operation, given)

    def _with_more(self, headers: Headers, options: CallOptions) -> Headers:
        """Weakest first: the operation's, the Context's, the manifest's parameters, the call's, the idempotency key."""
        call = checked(options.get("headers") or ()) if "headers" in options else _NONE
        if self.operation.endpoint.headers:
            headers = headers.merged(_declared(self.operation, call))
        if call is not _NONE:
            headers = headers.merged(call)
        if options.get("last_event_id"):
            headers = headers.merged(last_event_field(options["last_event_id"] or ""))
        if self.keyed or "idempotency_key" in options:
            headers = headers.merged(self._key(headers, options.get("idempotency_key")))
        return headers

    def _key(self, headers: Headers, given: str | None) -> Mapping[str, str]:
        """One key for all attempts of the call: the caller's, or a new one where the manifest asks for one."""
        name = self.operation.key_header
        if given == "":
            raise InvalidHeader("idempotency_key is empty", where="idempotency_key")
        if given is not None:
            return checked({name: given})
        return {} if not self.keyed or name in headers else {name: self.context.new_key()}


_NONE: Final = Headers()


def _nowhere(endpoint: Endpoint) -> ConfigurationError:
    told = "there is no base URL: give context(base_url=…), or 'servers' in the manifest"
    if endpoint.server:
        where = f"servers={{{endpoint.server!r}: …}}"
        told = f"it is at the server {endpoint.server!r}, not at base_url: give context({where}), too"
    return ConfigurationError(told, endpoint=endpoint.id)


def _mapping(options: CallOptions, name: Literal["path_params", "query"]) -> Mapping[str, Any]:
    given = options.get(name)
    if given is not None and not isinstance(given, Mapping):
        raise InvalidParameter(f"{name} must be a mapping from names to values", where=name)
    return given or NOTHING


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
    texts = {name: header_text(name, value, declared[name]) for name, value in values.items()}
    return checked({name: text for name, text in texts.items() if text or values[name] == ""})  # no list of nothing


def limits(base: Timeout, operation: Operation, given: Timeout | float | Mapping[str, float | None] | None) -> Timeout:
    """The call's Timeout; or its total in seconds, or some limits, over the manifest's, over the Context's."""
    if isinstance(given, Timeout):
        return given
    declared = dict(operation.endpoint.timeout)
    if isinstance(given, Mapping):
        declared |= known_limits(given)
    elif given is not None:
        declared["total"] = given
    return attrs.evolve(base, **declared) if declared else base
