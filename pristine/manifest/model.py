"""What a manifest says, as frozen values: this is all that the rest of Pristine sees of it."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import attrs

from pristine.ports.errors import ConfigurationError, StatusError
from pristine.ports.serializer import Schema

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
IDEMPOTENT_METHODS: Final = SAFE_METHODS | {"PUT", "DELETE"}
"""RFC 9110 section 9.2."""

BODYLESS_METHODS: Final = frozenset({"GET", "HEAD", "TRACE"})
"""RFC 9110 section 9.3: content in such a request has no meaning."""

METHODS: Final = (*sorted(IDEMPOTENT_METHODS), "PATCH", "POST")

BASE_URL: Final = re.compile(r"(?=[!-~]+\Z)[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\\]+(/[^?#\\]*)?")
"""An absolute URL, in ASCII, that paths can be put after: no user information, query or fragment."""


VARIABLE: Final = re.compile(r"\{([A-Za-z_]\w*)\}", re.ASCII)
"""What stands for a variable in the URL of a server."""

VARIABLE_VALUE: Final = re.compile(r"[\w.~-]+", re.ASCII)


@attrs.frozen(kw_only=True)
class Variable:
    """A part of a server's URL that a Context may choose; `allowed` () is anything that fits into a URL there."""

    default: str
    allowed: tuple[str, ...] = ()
    description: str = ""


@attrs.frozen(kw_only=True)
class Server:
    """A place where the API is served. `url` may hold `{variables}`; `name` is what a Context chooses it by."""

    url: str
    name: str = ""
    description: str = ""
    variables: Mapping[str, Variable] = NOTHING

    def filled(self, given: Mapping[str, str]) -> str:
        """The URL with its variables; raises ConfigurationError for one that it has not, or may not have."""
        for name in given.keys() - self.variables.keys():
            known = ", ".join(self.variables) or "none"
            raise ConfigurationError(f"the server has no variable {name!r}; it has {known}", setting="server_variables")
        values = {name: _chosen(name, one, given.get(name)) for name, one in self.variables.items()}
        return VARIABLE.sub(lambda match: values[match[1]], self.url)


def _chosen(name: str, variable: Variable, given: str | None) -> str:
    value = variable.default if given is None else given
    if variable.allowed and value not in variable.allowed:
        told = f"server variable {name!r} must be one of {', '.join(variable.allowed)}"
        raise ConfigurationError(told, setting=f"server_variables.{name}")
    if not VARIABLE_VALUE.fullmatch(str(value)):
        told = f"server variable {name!r} may hold letters, digits and . _ ~ - alone"
        raise ConfigurationError(told, setting=f"server_variables.{name}")
    return str(value)


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
    `reconnect` goes on with an SSE feed after a break or an end, unless a call says otherwise. `when` are fields of the
    payload that ask for the stream: the endpoint then has a plain answer, too.
    """

    format: StreamFormat = StreamFormat.SSE
    options: Mapping[str, Any] = NOTHING
    items: Schema = None
    events: Mapping[str, Schema] = NOTHING
    done: str | None = None
    media_types: tuple[str, ...] = ()
    reconnect: Reconnect | None = None
    when: Mapping[str, Any] = NOTHING


@attrs.frozen(kw_only=True)
class Idempotency:
    """The server recognises a repeated request by a key in this header."""

    header: str = "Idempotency-Key"


@attrs.frozen(kw_only=True)
class Parameter:
    """A declared path, query or header parameter. `default` is sent where the caller gives none (None: nothing).

    `style` and `explode` say how an array or object is written (OpenAPI 3.1, section 4.8.12.3); `allow_reserved`, that
    a path parameter may be several segments. `name` is the argument of the client's method, where the manifest says.
    """

    schema: Schema = None
    required: bool = False
    default: Any = None
    description: str = ""
    style: str = ""
    explode: bool = True
    allow_reserved: bool = False
    name: str = ""


class BodyKind(StrEnum):
    """How a payload becomes the content of a request."""

    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"
    RAW = "raw"


@attrs.frozen
class Where:
    """A place in an answer: a header field, or a path of names and indices into its JSON body."""

    header: str = ""
    path: tuple[str | int, ...] = ()


@attrs.frozen(kw_only=True)
class ErrorShape:
    """How the API spells an error. `classes` are the classes of errors with these codes."""

    message: Where | None = None
    code: Where | None = None
    request_id: Where | None = None
    retry_after: Where | None = None
    documentation: Where | None = None
    classes: Mapping[str, type[StatusError]] = NOTHING


class PageStyle(StrEnum):
    """How the next page is asked for."""

    CURSOR = "cursor"
    OFFSET = "offset"
    PAGE = "page"
    LINK = "link"


@attrs.frozen(kw_only=True)
class Pagination:
    """How an endpoint's answers are pages of one list.

    `items` is where a page has its items. By CURSOR, `next` is where it has what the next call gives as `parameter`;
    by OFFSET, that is the number of items so far, by PAGE the number of the page, from `start`; by LINK, the answer
    has the URL of the next page: at `next`, or in its Link header (RFC 8288). `into` is "query" or "body".
    `more` is where a page says whether there is another, `total` where it says how many items there are in all;
    `size` is the parameter for how many items it is to have.
    """

    style: PageStyle
    items: tuple[str | int, ...] = ()
    parameter: str = ""
    into: str = "query"
    next: Where | None = None
    more: Where | None = None
    total: Where | None = None
    size: str = ""
    start: int = 0


@attrs.frozen(kw_only=True)
class Scheme:
    """A way to authenticate: a credential goes into `location` ("header", "query" or "cookie") under `name`.

    `kind` is "apiKey", "bearer" or "basic".
    """

    kind: str
    location: str = "header"
    name: str = "Authorization"
    description: str = ""


@attrs.frozen(kw_only=True)
class Example:
    """A call as it might be: plain values, for people, for documentation and for the mock server."""

    request: Any = None
    response: Any = None
    path_params: Mapping[str, Any] = NOTHING
    query: Mapping[str, Any] = NOTHING


@attrs.frozen(kw_only=True)
class Endpoint:
    """One operation of the API.

    `request` and `response` are Python types; `files` are the names of a multipart form's files, and whether each must
    be there. `query` None means undeclared: anything, and `query_defaults` beside it. `responses` are the types by
    status ("201", "4XX", "default"); `response` is that of a good answer without one of its own, and `unwrap` the names
    that lead to it in the body. `security` are alternatives, each the schemes that it takes together; None: whatever
    the Context signs with, (): nothing. `deprecated` is what to say to its callers.
    """

    id: str
    method: str
    path: str
    description: str = ""
    request: Schema = None
    body: BodyKind = BodyKind.JSON
    files: Mapping[str, bool] = NOTHING
    media_type: str = ""
    response: Schema = None
    responses: Mapping[str, Schema] = NOTHING
    unwrap: tuple[str, ...] = ()
    streaming: Streaming | None = None
    path_params: Mapping[str, Parameter] = NOTHING
    query: Mapping[str, Parameter] | None = None
    query_defaults: Mapping[str, Parameter] = NOTHING
    headers: Mapping[str, Parameter] = NOTHING
    timeout: Mapping[str, float | None] = NOTHING
    idempotency: Idempotency | None = None
    max_response_bytes: int | None = None
    pagination: Pagination | None = None
    security: tuple[tuple[str, ...], ...] | None = None
    errors: ErrorShape | None = None
    tags: tuple[str, ...] = ()
    deprecated: str | None = None
    examples: Mapping[str, Example] = NOTHING


@attrs.frozen(kw_only=True, eq=False)
class Manifest:
    """A whole API. Compared by identity: what is compiled from it is kept as long as it lives."""

    name: str
    version: str = ""
    description: str = ""
    servers: Sequence[Server] = ()
    schemes: Mapping[str, Scheme] = NOTHING
    endpoints: Mapping[str, Endpoint] = NOTHING
    types: Mapping[str, Schema] = attrs.field(default=NOTHING, repr=False)

    def server(self, name: str | None = None, variables: Mapping[str, str] = NOTHING) -> str | None:
        """The URL of a server by its name, or of the first; None where there is none.

        Raises ConfigurationError for a name or variable that there is not.
        """
        known = [one.name for one in self.servers if one.name]
        found = next((one for one in self.servers if name in {None, one.name}), None)
        if found is None and name is not None:
            raise ConfigurationError(
                f"there is no server {name!r}; there are {', '.join(known) or 'none'}", setting="server"
            )
        if found is None and variables:
            raise ConfigurationError("there is no server that has variables", setting="server_variables")
        return None if found is None else found.filled(variables)
