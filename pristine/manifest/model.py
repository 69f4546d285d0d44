"""What a manifest says, as frozen values: this is all that the rest of Pristine sees of it."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import attrs

from pristine.ports.serializer import Schema

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
IDEMPOTENT_METHODS: Final = SAFE_METHODS | {"PUT", "DELETE"}
"""RFC 9110 section 9.2."""

BODYLESS_METHODS: Final = frozenset({"GET", "HEAD", "TRACE"})
"""RFC 9110 section 9.3: content in such a request has no meaning."""

METHODS: Final = (*sorted(IDEMPOTENT_METHODS), "PATCH", "POST")

BASE_URL: Final = re.compile(r"(?=[!-~]+\Z)https?://[^/?#@\\]+(/[^?#\\]*)?", re.IGNORECASE)
"""An absolute URL, in ASCII, that paths can be put after: no user information, query or fragment."""


@attrs.frozen(kw_only=True)
class Server:
    """A place where the API is served."""

    url: str
    description: str = ""


class StreamFormat(StrEnum):
    """How a stream's body is cut into events."""

    SSE = "sse"
    NDJSON = "ndjson"
    JSON_ARRAY = "json_array"
    LINES = "lines"
    BYTES = "bytes"


@attrs.frozen(kw_only=True)
class Reconnect:
    """A feed is gone on with: so many connections in a row without a new event, the first after `delay` seconds."""

    max_attempts: int = 5
    delay: float = 1.0


@attrs.frozen(kw_only=True)
class Streaming:
    """An endpoint that answers with a stream.

    `options` are the decoder's that the manifest sets. `items` is the type of an event's data, `events` that of the
    data of single event types; `done` is the data that ends the items. `media_types` are accepted beside the format's.
    `reconnect` goes on with an SSE feed after a break or an end, unless a call says otherwise.
    """

    format: StreamFormat = StreamFormat.SSE
    options: Mapping[str, Any] = NOTHING
    items: Schema = None
    events: Mapping[str, Schema] = NOTHING
    done: str | None = None
    media_types: tuple[str, ...] = ()
    reconnect: Reconnect | None = None


@attrs.frozen(kw_only=True)
class Idempotency:
    """The server recognises a repeated request by a key in this header."""

    header: str = "Idempotency-Key"


@attrs.frozen(kw_only=True)
class Parameter:
    """A declared path, query or header parameter. `default` is sent where the caller gives none (None: nothing)."""

    schema: Schema = None
    required: bool = False
    default: Any = None
    description: str = ""


@attrs.frozen(kw_only=True)
class Endpoint:
    """One operation of the API. `request` and `response` are Python types; `query` None means undeclared: anything."""

    id: str
    method: str
    path: str
    description: str = ""
    request: Schema = None
    response: Schema = None
    streaming: Streaming | None = None
    path_params: Mapping[str, Parameter] = NOTHING
    query: Mapping[str, Parameter] | None = None
    headers: Mapping[str, Parameter] = NOTHING
    timeout: Mapping[str, float | None] = NOTHING
    idempotency: Idempotency | None = None
    max_response_bytes: int | None = None


@attrs.frozen(kw_only=True, eq=False)
class Manifest:
    """A whole API; `server` is the URL of the first of its `servers`, or None.

    Compared by identity: what is compiled from it is kept as long as it lives.
    """

    name: str
    version: str = ""
    description: str = ""
    servers: Sequence[Server] = ()
    endpoints: Mapping[str, Endpoint] = NOTHING
    types: Mapping[str, Schema] = attrs.field(default=NOTHING, repr=False)

    @property
    def server(self) -> str | None:
        """The base URL where a Context has none."""
        return self.servers[0].url if self.servers else None
