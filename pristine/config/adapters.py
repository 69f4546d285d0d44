"""Adapters are found by entry point, the built-in ones in a table of theirs. Nothing is imported before it is chosen.

A transport whose class is `shareable` is made once for each configuration, and lives as long as a Context has it.
"""

import sys
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from importlib import import_module
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Unpack, get_args, get_origin
from weakref import WeakValueDictionary

from pristine.config.built_in import BUILT_IN
from pristine.manifest.reading import suggestion
from pristine.ports.errors import ConfigurationError, InvalidHeader

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Choice = str | Mapping[str, Any]
"""An adapter by name, or by a mapping of its options with its `name` among them (left out: the default one)."""

PORTS: Final[Mapping[str, tuple[str, str]]] = {
    "transport": ("pristine.transports", "httpx"),
    "serializer": ("pristine.serializers", "json"),
    "clock": ("pristine.clocks", "system"),
    "retry": ("pristine.retry", "exponential"),
    "telemetry": ("pristine.telemetry", "off"),
    "auth": ("pristine.auth", ""),
    "semaphores": ("pristine.semaphores", "counting"),
    "limiter": ("pristine.limiters", "gcra"),
    "breaker": ("pristine.breakers", "circuit"),
    "budget": ("pristine.budgets", "tokens"),
    "classifier": ("pristine.classifiers", "rules"),
}
"""Port -> its entry-point group, and the adapter that is taken where it is on and none is named."""

ALWAYS: Final = frozenset({"transport", "serializer", "clock", "retry", "telemetry"})
"""The ports that every Context has; the others are off where nothing is said of them."""


class Named(NamedTuple):
    """An adapter as configuration says it."""

    name: str
    options: Mapping[str, Any]


class Owned(set[object]):
    """The open Pipelines over a transport that was made by name; with the last of them it is closed.

    It goes with the transport from Context to Context, and through a pickle as what the transport is made of.
    """

    def __init__(self, choice: Named) -> None:
        super().__init__()
        self.transport = made("transport", choice)
        self._choice = choice

    def __reduce__(self) -> Any:
        return owned, (self._choice,)


_SHARED: "WeakValueDictionary[Hashable, Owned]" = WeakValueDictionary()


def owned(choice: Named) -> Owned:
    """A transport by name: one that is there, where its class is shareable and its options are the same, or its own."""
    factory = adapter("transport", choice.name)
    key = (factory, _frozen(choice.options)) if getattr(factory, "shareable", False) else None
    if key is None or not _is_hashable(key):
        return Owned(choice)
    shared = _SHARED.get(key)
    return _SHARED.setdefault(key, Owned(choice)) if shared is None else shared


def _frozen(value: Any) -> Any:
    return tuple(sorted((key, _frozen(part)) for key, part in value.items())) if isinstance(value, Mapping) else value


def _is_hashable(key: Any) -> bool:
    try:
        hash(key)
    except TypeError:
        return False
    return True


def adapter(port: str, name: str) -> Any:
    """The adapter's class or factory, by its entry point; raises ConfigurationError with the names that exist."""
    try:
        return load(PORTS[port][0], name, port)
    except ConfigurationError as error:
        error.setting = port
        raise


def named(port: str, choice: Choice) -> Named:
    """A choice in full; raises ConfigurationError where it names none and the port has no default."""
    group, default = PORTS[port]
    options = {} if isinstance(choice, str) else dict(choice)
    name = choice if isinstance(choice, str) else options.pop("name", default)
    if not name:
        raise ConfigurationError(f"{port}: say which by name: {', '.join(sorted(found(group)))}", setting=port)
    return Named(name, options)


def made(port: str, choice: Named) -> Any:
    """An adapter from its name and options; raises ConfigurationError for what it does not know, with its setting."""
    factory, what = adapter(port, choice.name), f"{port} {choice.name!r}"
    options = _known(port, choice.options, _signature(factory), what) if choice.options else choice.options
    try:
        return factory(**options)
    except (ConfigurationError, InvalidHeader) as error:
        setting = f"{port}.{getattr(error, 'setting', '')}".rstrip(".")
        raise ConfigurationError(f"{what}: {error.message}", setting=setting) from None
    except (TypeError, ValueError) as error:
        told = _missing(_signature(factory), options) or error
        raise ConfigurationError(f"{what}: {told}", setting=port) from None


def _known(port: str, options: Mapping[str, Any], form: Signature, what: str) -> Mapping[str, Any]:
    """The options, of which a factory has each; with the adapter itself for `inner`."""
    known = _options(form)
    for option in options:
        if known is not None and option not in known:
            hint = suggestion(str(option), known) or "; it has none"
            raise ConfigurationError(f"{what} has no option {option!r}{hint}", setting=f"{port}.{option}")
    return _around(port, options) if known and "inner" in known else options


def _missing(form: Signature, options: Mapping[str, Any]) -> TypeError | None:
    """What is wrong with the arguments themselves, in words without the factory's own name."""
    try:
        form.bind(**options)
    except TypeError as error:
        return error
    return None


def _around(port: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options, with the adapter itself where `inner` is its name or its options."""
    inner = options.get("inner")
    if not isinstance(inner, (str, Mapping)):
        return options
    try:
        return {**options, "inner": made(port, named(port, inner))}
    except ConfigurationError as error:
        error.setting = f"{port}.inner{error.setting.removeprefix(port)}"
        raise


def _options(form: Signature) -> list[str] | None:
    """The options of a factory, those of a TypedDict that it unpacks included; None: it takes whatever it is given."""
    names = []
    for name, parameter in form.parameters.items():
        if parameter.kind is not Parameter.VAR_KEYWORD:
            names.append(name)
        elif get_origin(parameter.annotation) is Unpack:
            names += get_args(parameter.annotation)[0].__annotations__
        else:
            return None
    return names


@lru_cache
def _signature(factory: Callable[..., Any]) -> Signature:
    return signature(factory)


@lru_cache
def found(group: str) -> Mapping[str, "EntryPoint"]:
    """The installed adapters of a group, by name; one that takes the name of a built-in one is not among them."""
    ours, entries = BUILT_IN[group], _installed().select(group=group)
    return {entry.name: entry for entry in entries if ours.get(entry.name, entry.value) == entry.value}


@lru_cache
def _installed() -> Any:
    """All entry points: to ask for those of a group would read all there are anew for each."""
    from importlib.metadata import entry_points

    return entry_points()


def is_known(group: str, name: str) -> bool:
    """Whether a group has a name."""
    return name in BUILT_IN[group] or name in found(group)


def load(group: str, name: str, what: str) -> Any:
    """What an entry point names; raises ConfigurationError with the names that exist, or with what to install."""
    is_ours = isinstance(name, str) and name in BUILT_IN[group]
    if not is_ours and (not isinstance(name, str) or name not in found(group)):
        known = found(group)
        nearest = suggestion(str(name), known).partition("; known")[0]
        raise ConfigurationError(f"there is no {what} {name!r}{nearest}; installed: {', '.join(sorted(known))}")
    try:
        return _built_in(BUILT_IN[group][name]) if is_ours else found(group)[name].load()
    except (ImportError, AttributeError) as error:
        remedy = f": pip install 'pristine-sdk[{name}]'" if is_ours else ""
        told = f"{what} {name!r} needs a package that is not installed ({error}){remedy}"
        raise ConfigurationError(told) from error


def _built_in(place: str) -> Any:
    """What is loaded is looked up; of a module that another thread is loading, what is not there yet is waited for."""
    module, _, name = place.partition(":")
    what = getattr(sys.modules.get(module), name, None)
    return getattr(import_module(module), name) if what is None else what
