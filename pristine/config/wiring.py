"""Settings -> a Context: from keywords, or from a file. Every setting is checked, and has an effect."""

import os
import random
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypedDict, TypeVar, Unpack, overload

from pristine.config.adapters import ALWAYS, PORTS, Choice, Named, adapter, made, named, owned
from pristine.core import context as core
from pristine.core.attempts.redirects import Redirects
from pristine.manifest.reading import suggestion
from pristine.ports.admission import AsyncRateLimiter, AsyncSemaphore, CircuitBreaker, RateLimiter, Semaphore
from pristine.ports.auth import AsyncAuth, Auth
from pristine.ports.capabilities import Capability
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.documents import Document
from pristine.ports.errors import ConfigurationError, InvalidHeader
from pristine.ports.headers import HeaderSource
from pristine.ports.messages import Timeout
from pristine.ports.outcome import ResultClassifier
from pristine.ports.retry import Retry, RetryBudget
from pristine.ports.serializer import Serializer
from pristine.ports.telemetry import Telemetry
from pristine.ports.transport import BothFaces

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Context(core.Context[T_co]):
    """The wiring of a Pipeline; see `pristine.core.context.Context`. This one can be built from configuration."""

    __slots__ = ()

    @classmethod
    def from_config(cls, source: Mapping[str, Any] | str | Path, **overrides: Any) -> "Context[BothFaces]":
        """Build a Context from a mapping or a TOML, JSON or YAML file, with the keys of `pristine.context`.

        A value `{env = "NAME"}` is read from the environment, so that a file need not hold a secret. `overrides`
        are settings that replace the source's. Raises ConfigurationError for an unknown key, name or option, with
        what exists.
        """
        from pristine.config.files import read_document

        document = Document(source) if isinstance(source, Mapping) else read_document(source)
        if not isinstance(document.value, Mapping):
            raise ConfigurationError(f"{document.source}: a configuration is a table of settings")
        settings = {**document.value, **overrides}
        try:
            _check_known(settings)
            return context(**_resolved(settings))
        except (ConfigurationError, InvalidHeader) as error:
            setting = getattr(error, "setting", "headers").split(".")
            if setting[0] not in overrides:
                line = document.line_of(tuple(setting))
                error.message = f"{document.source}{f', line {line}' if line else ''}: {error.message}"
            raise

    def __reduce__(self) -> Any:
        """Pickle: ports as they are, but a transport made by name as its name and options."""
        fields = (
            name for name in type(self).__attrs_attrs__ if not (name.name == "transport" and self.owned is not None)
        )
        return _restored, (type(self), {field.name: getattr(self, field.name) for field in fields})


def _restored(cls: type[Context[Any]], values: dict[str, Any]) -> Context[Any]:
    if (shared := values["owned"]) is not None:
        values["transport"] = shared.transport
    return cls(**values)


class Wiring(TypedDict, total=False):
    """The keywords of `context` that are about no API: neither where it is, nor who is there, nor the transport."""

    serializer: Choice | Serializer
    clock: Choice | Clock | AsyncClock
    retry: Choice | bool | Retry
    telemetry: Choice | bool | Telemetry | Sequence[Choice | Telemetry]
    auth: Choice | Auth | AsyncAuth | None
    servers: Mapping[str, str]
    timeout: Timeout | float | Mapping[str, float | None]
    headers: HeaderSource
    max_event_bytes: int | None
    max_response_bytes: int | None
    max_expansion: float | None
    semaphores: Choice | bool | Semaphore | AsyncSemaphore | Sequence[Choice | Semaphore | AsyncSemaphore] | None
    limiter: Choice | bool | RateLimiter | AsyncRateLimiter | None
    breaker: Choice | bool | CircuitBreaker | None
    budget: Choice | bool | RetryBudget | None
    classifier: Choice | ResultClassifier | None
    tenant: str
    random: Callable[[], float]
    profile: str | None
    redirects: Redirects | Mapping[str, Any] | int | None
    needs: Collection[Capability | str]


class ContextOptions(Wiring, total=False):
    """The keywords of `context`, the transport apart."""

    base_url: str | None
    credentials: Mapping[str, str]
    server: str | None
    server_variables: Mapping[str, str]


_KEYS: Final = ("transport", *sorted(ContextOptions.__optional_keys__))


@overload
def context(*, transport: Choice = ..., **options: Unpack[ContextOptions]) -> Context[BothFaces]: ...
@overload
def context(*, transport: T, **options: Unpack[ContextOptions]) -> Context[T]: ...
def context(*, transport: Any = "httpx", **options: Unpack[ContextOptions]) -> Context[Any]:
    """Wire adapters into a Context.

    Each port takes an adapter's name, a mapping of options (`{"name": "httpx", "max_connections": 10}`), or an
    instance. `timeout` is a Timeout, its limits as a mapping, or the total in seconds. A transport that is named is
    shared, with its connections, by all Contexts that say the same of it, and closed with the last Pipeline of theirs;
    an instance is yours to close. `redirects` are followed only where it is given: a Redirects, its settings, or how
    many. `needs` are Capabilities that the transport must have.

    `"on"` or True is a port's usual adapter, `"off"` or False none. `semaphores` may be several, in the order in which
    they are entered, and so may `telemetry`, in the order in which they are told. `profile` "production" turns on what
    a service wants, where the settings do not say otherwise.

    Raises ConfigurationError for an unknown name or option, and for a transport that lacks what is needed; it lists
    what exists.
    """
    _check_known(options)
    given: dict[str, Any] = {**_profile(options.get("profile")), **options}
    given.pop("profile", None)
    if isinstance(transport, (str, Mapping)) or transport is None:
        given["owned"] = owned(named("transport", {} if transport is None else transport))
        transport = given["owned"].transport
    given["transport"] = _instance("transport", transport)
    policy = given.get("retry")
    given["retry_chosen"] = policy is not None and policy is not True and policy != "on"
    semaphores = (_port("semaphores", one) for one in _several(given.pop("semaphores", None)))
    given["semaphores"] = [one for one in semaphores if one is not None]
    given["telemetry"] = _told(given.get("telemetry"))
    ports = {port: _port(port, given.pop(port, None)) for port in PORTS.keys() - {"transport", "semaphores"}}
    return Context(**ports, **{"random": _random, **given}, new_key=_new_key)


def _check_known(settings: Mapping[Any, Any]) -> None:
    for key in settings:
        if key not in _KEYS:
            raise ConfigurationError(f"{key}: unknown setting{suggestion(str(key), _KEYS)}", setting=str(key))


PROFILES: Final[Mapping[str, Mapping[str, Any]]] = {
    "production": {
        "retry": "on",
        "budget": "on",
        "limiter": "on",
        "breaker": {"error_rate": 0.5, "window": 30.0, "minimum": 20},
        "timeout": {"admission": 60.0},
        "telemetry": ({"name": "filtered", "inner": "logging", "rate": 0, "failures": True}, "otel"),
    },
}
"""Profile -> what it sets: attempts after failures, with a budget for all calls together; the pace that the server asks
for, though nobody waits longer than a minute for it; and no calls to what fails more often than not. A few failures in
a row would be too few to judge a busy server. Warnings and errors are logged, which is silent where the application
does not log; and OpenTelemetry is told where it is installed, which listens where the application has an SDK."""


def _profile(name: str | None) -> Mapping[str, Any]:
    if name is not None and name not in PROFILES:
        told = f"there is no profile {name!r}{suggestion(str(name), PROFILES)}"
        raise ConfigurationError(told, setting="profile")
    if name is None:
        return {}
    chosen = PROFILES[name]
    return {**chosen, "telemetry": [one for one in chosen["telemetry"] if one != "otel" or _is_there(one)]}


def _is_there(listener: str) -> bool:
    """Whether what it needs is installed, too."""
    try:
        adapter("telemetry", listener)
    except ConfigurationError:
        return False
    return True


def _several(choice: Any) -> Sequence[Any]:
    return () if choice is None else choice if isinstance(choice, (list, tuple)) else (choice,)


def _told(choice: Any) -> Any:
    """One listener in place of several."""
    if not isinstance(choice, (list, tuple)):
        return choice
    listeners = [_port("telemetry", one) for one in choice]
    return adapter("telemetry", "fan_out")(*listeners) if listeners else "off"


def _port(port: str, choice: Any) -> Any:
    """An adapter for a port, from a name, a mapping of options, an instance, or nothing: then the default one."""
    default, always = PORTS[port][1], port in ALWAYS
    if port in _NOTHING_BY_THEMSELVES and (choice is True or choice == "on"):
        choice = ""
    if choice is None or choice is True or choice == "on":
        return made(port, named(port, default)) if always or choice is not None else None
    if choice is False or (choice == "off" and not always):
        return made(port, Named("off", {})) if always else None
    return made(port, named(port, choice)) if isinstance(choice, (str, Mapping)) else _instance(port, choice)


_NOTHING_BY_THEMSELVES: Final = frozenset({"telemetry", "classifier"})
"""Ports that cannot just be on: which adapter, or what rules, has to be said."""


def _instance(port: str, choice: Any) -> Any:
    if isinstance(choice, type):
        raise ConfigurationError(f"{port}: {choice.__name__} is a class; give an instance", setting=port)
    return choice


def _resolved(value: Any, setting: str = "") -> Any:
    """Configuration with each `{env = "NAME"}` replaced by that environment variable."""
    if isinstance(value, list):
        return [_resolved(part, setting) for part in value]
    if not isinstance(value, Mapping):
        return value
    if value.keys() != {"env"}:
        return {key: _resolved(part, f"{setting}.{key}".removeprefix(".")) for key, part in value.items()}
    name = value["env"]
    if not isinstance(name, str) or name not in os.environ:
        raise ConfigurationError(f"{setting}: the environment variable {name!r} is not set", setting=setting)
    return os.environ[name]


def _random() -> float:
    return random.random()  # noqa: S311 it spreads waits; a function here, since one of `random` pickles with its state


def _new_key() -> str:
    return str(uuid.uuid4())
