"""An endpoint, compiled once per manifest: everything that a call need not work out again."""

import re
import warnings
from collections.abc import Mapping
from typing import Final
from weakref import WeakKeyDictionary

import attrs

from pristine.core.requests.urls import PathTemplate
from pristine.manifest.classes import wrapped
from pristine.manifest.model import IDEMPOTENT_METHODS, Endpoint, Idempotency, Manifest, Safety, Streaming
from pristine.manifest.reading import suggestion
from pristine.ports.errors import UnknownEndpoint
from pristine.ports.headers import Headers
from pristine.ports.serializer import Schema
from pristine.ports.values import frozen


@frozen(kw_only=True)
class Operation:
    """An endpoint ready to be called. `repeatable`: its requests may be sent again by their nature."""

    endpoint: Endpoint
    id: str = attrs.field(init=False, default=attrs.Factory(lambda self: self.endpoint.id, takes_self=True))
    method: str = attrs.field(init=False, default=attrs.Factory(lambda self: self.endpoint.method, takes_self=True))
    path: PathTemplate
    headers: Headers
    stream_headers: Headers
    repeatable: bool
    responses: Mapping[str, Schema]
    _schemas: dict[int, Schema] = attrs.field(init=False, factory=dict, eq=False, repr=False)
    """The types of the statuses that have been answered."""

    def warn(self) -> None:
        """Say that the endpoint is deprecated, once for each place that filters tell apart."""
        told = f"{self.id} is deprecated{f': {self.endpoint.deprecated}' if self.endpoint.deprecated else ''}"
        warnings.warn(told, DeprecationWarning, stacklevel=2)

    def schema_for(self, status: int) -> Schema:
        """The declared type of an answer: of its status, of its hundred, or of any."""
        if status not in self._schemas:
            exact, hundred, any_other = str(status), f"{status // 100}XX", self.responses.get("default")
            self._schemas[status] = self.responses.get(exact, self.responses.get(hundred, any_other))
        return self._schemas[status]

    @property
    def key_header(self) -> str:
        """The header of an idempotency key: the manifest's, or the usual one for a key of the caller's."""
        return (self.endpoint.idempotency or _BY_THE_CALLER).header


_BY_THE_CALLER: Final = Idempotency()
_COMPILED: "WeakKeyDictionary[Manifest, dict[str, Operation]]" = WeakKeyDictionary()


def find(manifest: Manifest, endpoint_id: str) -> Operation:
    """The operation of an endpoint, compiled at its first use; raises UnknownEndpoint, with the nearest name."""
    compiled = _COMPILED.get(manifest)
    if compiled is None:
        compiled = _COMPILED.setdefault(manifest, {})
    operation = compiled.get(endpoint_id) if isinstance(endpoint_id, str) else None
    return operation or compiled.setdefault(endpoint_id, _compile(manifest, endpoint_id))


def _compile(manifest: Manifest, endpoint_id: str) -> Operation:
    endpoint = manifest.endpoints.get(endpoint_id) if isinstance(endpoint_id, str) else None
    if endpoint is None:
        hint = suggestion(str(endpoint_id), manifest.endpoints)
        raise UnknownEndpoint(f"{manifest.name} has no endpoint {endpoint_id!r}{hint}", where="endpoint")
    return _compiled(manifest, endpoint)


def _compiled(manifest: Manifest, endpoint: Endpoint) -> Operation:
    agent = re.sub(r"[^\w.\-/]", "-", f"{manifest.name}/{manifest.version}".rstrip("/"), flags=re.ASCII)
    said = {"User-Agent": f"pristine-sdk {agent}"}
    return Operation(
        endpoint=endpoint,
        path=PathTemplate.parse(endpoint.path),
        headers=Headers({"Accept": "application/json", "Accept-Encoding": "gzip, deflate", **said}),
        # Streams are not compressed: a compressing server may hold events back.
        stream_headers=Headers({"Accept": _accepted(endpoint.streaming), "Accept-Encoding": "identity", **said}),
        repeatable=_is_repeatable(endpoint),
        responses=_responses(endpoint),
    )


def _accepted(streaming: Streaming | None) -> str:
    """The media types of a stream, for those that there are."""
    if streaming is None:
        return ""
    from pristine.core.streams.formats import FORMATS

    return FORMATS[streaming.format].accept


def _is_repeatable(endpoint: Endpoint) -> bool:
    """By the manifest's word, or by the method (RFC 9110 section 9.2.2)."""
    if endpoint.safety is not None:
        return endpoint.safety is not Safety.UNSAFE
    return endpoint.method in IDEMPOTENT_METHODS


def of_urls(manifest: Manifest, endpoint: Endpoint) -> Operation:
    """What gets the URLs in an endpoint's answers: it has its security, its errors and its limits, and no body."""
    alike = ("security", "errors", "server", "limit", "breaker", "timeout", "max_response_bytes", "deadline")
    said = {name: getattr(endpoint, name) for name in alike}
    return _compiled(manifest, Endpoint(id=f"{endpoint.id}:poll", method="GET", path="/", **said))


def _responses(endpoint: Endpoint) -> Mapping[str, Schema]:
    """The types of answers by status; that of a good answer is read with what it is wrapped in."""
    good = wrapped(endpoint.response, endpoint.unwrap) if endpoint.unwrap else endpoint.response
    if good is None:
        return endpoint.responses
    return (
        {"2XX": good, **endpoint.responses} if "2XX" not in endpoint.responses else {**endpoint.responses, "2XX": good}
    )
