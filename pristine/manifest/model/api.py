"""An endpoint with all that is said of it, and the whole API."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from pristine.manifest.model.answers import ErrorShape, Pagination
from pristine.manifest.model.basics import NOTHING
from pristine.manifest.model.futures import Later
from pristine.manifest.model.policies import BreakerGroup, DeadlineHeader, Idempotency, LimitGroup, Safety
from pristine.manifest.model.requests import BodyKind, Example, Parameter
from pristine.manifest.model.servers import Scheme, Server
from pristine.manifest.model.streams import Streaming
from pristine.ports.errors import ConfigurationError
from pristine.ports.serializer import Schema
from pristine.ports.values import frozen


@frozen(kw_only=True)
class Endpoint:
    """One operation of the API.

    `request` and `response` are Python types; `files` are the names of a multipart form's files, and whether each must
    be there. `query` None means undeclared: anything, and `query_defaults` beside it. `responses` are the types by
    status ("201", "4XX", "default"); one of 3xx that is among them is an answer, no error. `response` is that of a good
    answer without one of its own, and `unwrap` the names that lead to it in the body. `security` are alternatives, each
    the schemes that it takes together; None: whatever the Context signs with, (): nothing. `server` is the name of the
    one that it is at, "" where the API is. `redirects` says whether they are followed, or how many; None: the Context
    says it. `deprecated` is what to say to its callers.

    `safety` says whether it may be sent again, where its method does not; `retry` are settings of the retry policy,
    `limit` and `breaker` what it shares with others, and `deadline` how the server is told how long it has.
    """

    id: str
    method: str
    path: str
    server: str = ""
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
    safety: Safety | None = None
    deadline: DeadlineHeader | None = None
    retry: Mapping[str, float] = NOTHING
    limit: LimitGroup | None = None
    breaker: BreakerGroup | None = None
    max_response_bytes: int | None = None
    redirects: bool | int | None = None
    pagination: Pagination | None = None
    future: Later | None = None
    security: tuple[tuple[str, ...], ...] | None = None
    errors: ErrorShape | None = None
    tags: tuple[str, ...] = ()
    deprecated: str | None = None
    examples: Mapping[str, Example] = NOTHING

    def schemas(self) -> Iterator[Schema]:
        """Every type that it names, in the order of a reader's interest; None is one of which nothing is said."""
        yield self.request
        yield self.response
        yield from self.responses.values()
        if self.streaming is not None:
            yield self.streaming.items
            yield from self.streaming.events.values()
        if self.future is not None:
            yield self.future.response
        for parameters in (self.path_params, self.query or {}, self.query_defaults, self.headers):
            yield from (one.schema for one in parameters.values())

    def answers(self, status: int) -> bool:
        """Whether a status is an answer: any of 2xx, and one of 3xx that is declared, alone or as a range."""
        if 200 <= status < 300:
            return True
        return 300 <= status < 400 and not self.responses.keys().isdisjoint({str(status), "3XX"})


@frozen(kw_only=True, eq=False)
class Manifest:
    """A whole API. Compared by identity: what is compiled from it is kept as long as it lives.

    `elsewhere` has the names of the servers that endpoints are at, where that is not the API's own.
    """

    name: str
    version: str = ""
    description: str = ""
    servers: Sequence[Server] = ()
    schemes: Mapping[str, Scheme] = NOTHING
    endpoints: Mapping[str, Endpoint] = NOTHING
    types: Mapping[str, Schema] = attrs.field(default=NOTHING, repr=False)
    elsewhere: frozenset[str] = frozenset()

    def server(self, name: str | None = None, variables: Mapping[str, str] = NOTHING) -> str | None:
        """The URL of a server by its name, or of the first; None where there is none.

        Raises ConfigurationError for a name or variable that there is not.
        """
        found = self.find_server(name)
        if found is None and variables:
            raise ConfigurationError("there is no server that has variables", setting="server_variables")
        return None if found is None else found.filled(variables)

    def find_server(self, name: str | None = None) -> Server | None:
        """A server by its name, or the first, None where there is none; raises what `server` raises."""
        known = [one.name for one in self.servers if one.name]
        found = next((one for one in self.servers if name in {None, one.name}), None)
        if found is None and name is not None:
            raise ConfigurationError(
                f"there is no server {name!r}; there are {', '.join(known) or 'none'}", setting="server"
            )
        return found
