"""The immutable wiring: one value that holds every port. A change is a new Context that shares the rest."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, Self, TypeVar

import attrs

from pristine.core.redirects import Redirects, redirects
from pristine.core.security import secrets_of
from pristine.manifest.model import BASE_URL
from pristine.manifest.reading import suggestion
from pristine.ports.auth import AsyncAuth, Auth
from pristine.ports.capabilities import Capability, capabilities_of
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.errors import ConfigurationError
from pristine.ports.fields import checked
from pristine.ports.headers import Headers
from pristine.ports.messages import Timeout
from pristine.ports.retry import Retry
from pristine.ports.serializer import Serializer
from pristine.ports.telemetry import Telemetry
from pristine.streaming.content_coding import MAX_EXPANSION
from pristine.streaming.sse import MAX_EVENT_BYTES

T_co = TypeVar("T_co", covariant=True)


def base_url(url: Any) -> str | None:
    """An absolute http(s) URL without a trailing slash; raises ConfigurationError, never showing user information."""
    if url is None:
        return None
    if not isinstance(url, str) or not BASE_URL.fullmatch(url):
        raise ConfigurationError(
            "base_url must be an absolute http:// or https:// URL, in ASCII, without user information, query or "
            "fragment; credentials belong in auth=",
            setting="base_url",
        )
    return url.rstrip("/")


def timeout(given: Any) -> Timeout:
    """A Timeout from one, from its limits as a mapping, from the total in seconds, or from None: the defaults."""
    if given is None or isinstance(given, Timeout):
        return given or Timeout()
    if not isinstance(given, Mapping):
        return Timeout(total=given)
    known = [field.name for field in attrs.fields(Timeout)]
    for limit in given.keys() - known:
        hint = suggestion(str(limit), known)
        raise ConfigurationError(f"timeout has no limit {limit!r}{hint}", setting=f"timeout.{limit}")
    return Timeout(**given)


def _bound(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        name = attribute.name
        raise ConfigurationError(f"{name}={value!r}: give a whole number from 1, or None for no limit", setting=name)


def _factor(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 1):
        name = attribute.name
        raise ConfigurationError(f"{name}={value!r}: give a number from 1, or None for no limit", setting=name)


def _capabilities(given: Any) -> frozenset[Capability]:
    known = [capability.value for capability in Capability]
    for name in [given] if isinstance(given, str) else given:
        if name not in known:
            raise ConfigurationError(f"there is no capability {name!r}{suggestion(str(name), known)}", setting="needs")
    return frozenset(map(Capability, [given] if isinstance(given, str) else given))


@attrs.frozen(kw_only=True, repr=False, eq=False)
class Context(Generic[T_co]):
    """Every port of a Pipeline, and what all its calls share.

    `Pipeline` takes a Context whose transport has the blocking face, `AsyncPipeline` one with the async face; a type
    checker sees the difference, and building the Pipeline fails otherwise. `pristine.context(...)` makes one from names
    and options; made by hand, every port is given as an instance.

    `base_url` is where the API is; else it is the manifest's `server` of that name, or its first, with
    `server_variables`. `credentials` are secrets by the names of the manifest's security schemes; where they do not
    reach, `auth` signs.

    `max_event_bytes` bounds one event of a stream (256 MiB), `max_response_bytes` the body of an answer (no bound), and
    `max_expansion` how much a compressed one may grow (200 times). None is no bound; a manifest may set the first two.
    `redirects` is the policy under which they are followed; None: they are not. `needs` are capabilities that the
    transport must have; a total in `timeout` is one, too. `owned` is set where the transport was made from
    configuration: it holds the Pipelines that are open on it, and the last to close closes it.
    """

    transport: T_co
    serializer: Serializer
    clock: Clock | AsyncClock
    retry: Retry
    telemetry: Telemetry
    new_key: Callable[[], str]
    base_url: str | None = attrs.field(default=None, converter=base_url)
    auth: Auth | AsyncAuth | None = None
    credentials: Mapping[str, str] = attrs.field(factory=dict, converter=secrets_of)
    server: str | None = None
    server_variables: Mapping[str, str] = attrs.field(factory=dict, converter=dict)
    timeout: Timeout = attrs.field(factory=Timeout, converter=timeout)
    headers: Headers = attrs.field(factory=Headers, converter=checked)
    max_event_bytes: int | None = attrs.field(default=MAX_EVENT_BYTES, validator=_bound)
    max_response_bytes: int | None = attrs.field(default=None, validator=_bound)
    max_expansion: float | None = attrs.field(default=MAX_EXPANSION, validator=_factor)
    redirects: Redirects | None = attrs.field(default=None, converter=redirects)
    needs: frozenset[Capability] = attrs.field(default=frozenset(), converter=_capabilities)
    owned: set[object] | None = None

    def __attrs_post_init__(self) -> None:
        wanted = self.needs if self.timeout.total is None else self.needs | {Capability.TOTAL_TIMEOUT}
        if missing := sorted(wanted - capabilities_of(self.transport)):
            name = type(self.transport).__name__
            raise ConfigurationError(
                f"the transport {name} cannot do what is needed: {', '.join(missing)}", setting="needs"
            )

    def with_(self, **changes: Any) -> Self:
        """A copy with some ports or settings changed; the connection pool is shared, unless `transport` is changed.

        Ports are given as instances, and a transport that is given is the caller's to close.
        """
        known = [field.name for field in attrs.fields(Context)]
        for name in changes.keys() - known:
            raise ConfigurationError(f"with_() has no {name!r}{suggestion(name, known)}")
        if "transport" in changes:
            changes = {"owned": None, **changes}
        return attrs.evolve(self, **changes)

    def __repr__(self) -> str:
        ports = (self.transport, self.serializer, self.clock, self.retry, self.telemetry, self.auth)
        names = ", ".join(type(port).__name__ for port in ports if port is not None)
        return f"Context({self.base_url}, {names}, {self.headers!r})"
