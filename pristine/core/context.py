"""The immutable wiring: one value that holds every port. A change is a new Context that shares the rest."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, Self, TypeVar

import attrs

from pristine.core.attempts.redirects import Redirects, redirects
from pristine.core.hooks import Callback, Hooked, hook
from pristine.core.requests.security import secrets_of
from pristine.manifest.model import BASE_URL
from pristine.manifest.reading import suggestion
from pristine.ports.admission import AsyncRateLimiter, AsyncSemaphore, CircuitBreaker, RateLimiter, Semaphore
from pristine.ports.auth import AsyncAuth, Auth
from pristine.ports.capabilities import Capability, capabilities_of
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.errors import ConfigurationError
from pristine.ports.fields import checked
from pristine.ports.headers import Headers
from pristine.ports.messages import Timeout
from pristine.ports.outcome import ResultClassifier
from pristine.ports.retry import Retry, RetryBudget
from pristine.ports.serializer import Serializer
from pristine.ports.telemetry import Telemetry
from pristine.ports.values import frozen
from pristine.streaming.bounds import MAX_EVENT_BYTES, MAX_EXPANSION

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


def servers(given: Any) -> Mapping[str, str]:
    """Base URLs by the names of servers, each checked."""
    if not isinstance(given, Mapping):
        raise ConfigurationError("servers: give a mapping from the names of servers to base URLs", setting="servers")
    found: dict[str, str] = {}
    for name, url in given.items():
        try:
            checked_url = base_url(url)
        except ConfigurationError as error:
            told = error.message.replace("base_url", f"servers[{name!r}]", 1)
            raise ConfigurationError(told, setting=f"servers.{name}") from None
        if checked_url is None:
            raise ConfigurationError(f"servers[{name!r}] must be a base URL, not None", setting=f"servers.{name}")
        found[name] = checked_url
    return found


def timeout(given: Any) -> Timeout:
    """A Timeout from one, from its limits as a mapping, from the total in seconds, or from None: the defaults."""
    if given is None or isinstance(given, Timeout):
        return given or Timeout()
    return Timeout(**known_limits(given)) if isinstance(given, Mapping) else Timeout(total=given)


def known_limits(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Limits by name; raises ConfigurationError for one that there is not."""
    known = [field.name for field in attrs.fields(Timeout)]
    for limit in given.keys() - known:
        hint = suggestion(str(limit), known)
        raise ConfigurationError(f"timeout has no limit {limit!r}{hint}", setting=f"timeout.{limit}")
    return given


def _bound(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        name = attribute.name
        raise ConfigurationError(f"{name}={value!r}: give a whole number from 1, or None for no limit", setting=name)


def _factor(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 1):
        name = attribute.name
        raise ConfigurationError(f"{name}={value!r}: give a number from 1, or None for no limit", setting=name)


def _middle() -> float:
    return 0.5


def _port(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    """A name or options are for pristine.context; here they would fail in the middle of a call."""
    # To ask whether it is a Mapping takes as long as all the rest of a Context, until Python has learned it is not.
    if isinstance(value, (str, bytes, int, float, type)) or (hasattr(value, "keys") and isinstance(value, Mapping)):
        told = f"{attribute.name}={value!r:.40}: give an instance; pristine.context(…) makes one from a name or options"
        raise ConfigurationError(told, setting=attribute.name)


def _ports(context: object, attribute: "attrs.Attribute[Any]", values: Any) -> None:
    for value in values:
        _port(context, attribute, value)


def _several(given: Any) -> tuple[Any, ...]:
    return () if given is None else tuple(given) if isinstance(given, (list, tuple)) else (given,)


_CAPABILITIES: Final = tuple(capability.value for capability in Capability)


def _capabilities(given: Any) -> frozenset[Capability]:
    for name in [given] if isinstance(given, str) else given:
        if name not in _CAPABILITIES:
            hint = suggestion(str(name), _CAPABILITIES)
            raise ConfigurationError(f"there is no capability {name!r}{hint}", setting="needs")
    return frozenset(map(Capability, [given] if isinstance(given, str) else given))


@frozen(kw_only=True, repr=False, eq=False)
class Context(Generic[T_co]):
    """Every port of a Pipeline, and what all its calls share.

    `Pipeline` takes a Context whose transport has the blocking face, `AsyncPipeline` one with the async face; a type
    checker sees the difference, and building the Pipeline fails otherwise. `pristine.context(...)` makes one from names
    and options; made by hand, every port is given as an instance.

    `base_url` is where the API is; else it is the manifest's `server` of that name, or its first, with
    `server_variables`. `servers` are other base URLs for servers of the manifest, by name: those where its endpoints
    are that have a server of their own, which `base_url` and `server` are not about. `credentials` are secrets by the
    names of the manifest's security schemes; where they do not reach, `auth` signs.

    Before each attempt `semaphores` bound what is under way, `limiter` spreads it over time, and `breaker` stops what
    fails, apart for each `tenant`; `budget` bounds the retries of all calls together. `classifier` may judge attempts
    otherwise than HTTP and the manifest do. Each is off where it is not given. `random` (0 to 1) spreads the questions
    about work that the server finishes later; where it is not given, it is always 0.5. `retry_chosen`: the caller has
    chosen the policy, and what a manifest says of retries does not tune it.

    `max_event_bytes` bounds one event of a stream (256 MiB), `max_response_bytes` the body of an answer (no bound), and
    `max_expansion` how much a compressed one may grow (200 times). None is no bound; a manifest may set the first two.
    `redirects` is the policy under which they are followed; None: they are not. `needs` are capabilities that the
    transport must have; a total in `timeout` is one, too. `owned` is set where the transport was made from
    configuration: it holds the Pipelines that are open on it, and the last to close closes it.
    """

    transport: T_co = attrs.field(validator=_port)
    serializer: Serializer = attrs.field(validator=_port)
    clock: Clock | AsyncClock = attrs.field(validator=_port)
    retry: Retry = attrs.field(validator=_port)
    telemetry: Telemetry = attrs.field(validator=_port)
    new_key: Callable[[], str]
    base_url: str | None = attrs.field(default=None, converter=base_url)
    auth: Auth | AsyncAuth | None = attrs.field(default=None, validator=_port)
    credentials: Mapping[str, str] = attrs.field(factory=dict, converter=secrets_of)
    server: str | None = None
    server_variables: Mapping[str, str] = attrs.field(factory=dict, converter=dict)
    servers: Mapping[str, str] = attrs.field(factory=dict, converter=servers)
    timeout: Timeout = attrs.field(default=Timeout(), converter=timeout)
    headers: Headers = attrs.field(factory=Headers, converter=checked)
    max_event_bytes: int | None = attrs.field(default=MAX_EVENT_BYTES, validator=_bound)
    max_response_bytes: int | None = attrs.field(default=None, validator=_bound)
    max_expansion: float | None = attrs.field(default=MAX_EXPANSION, validator=_factor)
    semaphores: Sequence[Semaphore | AsyncSemaphore] = attrs.field(default=(), converter=_several, validator=_ports)
    limiter: RateLimiter | AsyncRateLimiter | None = attrs.field(default=None, validator=_port)
    breaker: CircuitBreaker | None = attrs.field(default=None, validator=_port)
    budget: RetryBudget | None = attrs.field(default=None, validator=_port)
    classifier: ResultClassifier | None = attrs.field(default=None, validator=_port)
    tenant: str = ""
    random: Callable[[], float] = _middle
    retry_chosen: bool = True
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
        if "retry" in changes:
            changes = {"retry_chosen": True, **changes}
        if "telemetry" in changes and isinstance(self.telemetry, Hooked):
            changes = {**changes, "telemetry": self.telemetry.over(changes["telemetry"])}
        if "transport" in changes:
            changes = {"owned": None, **changes}
        return attrs.evolve(self, **changes)

    def on(self, name: str, callback: Callback) -> Self:
        """A copy that also calls back, at once and where the call is made, with each Signal of a name.

        What it raises is counted in `hook_failures` and reaches nobody. On `message.sent` and `message.received` it is
        shown 4 KiB of bodies. Raises ConfigurationError for the name of no signal, and for a coroutine function.
        """
        one, told = hook(name, callback), self.telemetry
        return attrs.evolve(self, telemetry=told.and_(one) if isinstance(told, Hooked) else Hooked(told, (one,)))

    @property
    def hook_failures(self) -> Mapping[str, int]:
        """How often a hook has raised, by the name of the signal."""
        return dict(self.telemetry.failures) if isinstance(self.telemetry, Hooked) else {}

    def __repr__(self) -> str:
        told = self.telemetry.inner if isinstance(self.telemetry, Hooked) else self.telemetry
        ports = [self.transport, self.serializer, self.clock, self.retry, told, self.auth]
        ports += [*self.semaphores, self.limiter, self.breaker, self.budget, self.classifier]
        names = ", ".join(type(port).__name__ for port in ports if port is not None)
        return f"Context({self.base_url}, {names}, {self.headers!r})"
