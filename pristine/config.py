"""The composition root: names and options -> adapters -> a Context. The only place that knows where adapters live.

Adapters are found by entry point, the built-in ones like anybody's. Nothing is imported before it is chosen.
"""

import os
import uuid
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, Final, TypedDict, TypeVar, Unpack, overload

from pristine.core import context as core
from pristine.manifest.load import load_manifest
from pristine.manifest.model import Manifest
from pristine.manifest.reading import suggestion
from pristine.ports.auth import AsyncAuth, Auth
from pristine.ports.clock import AsyncClock, Clock
from pristine.ports.documents import Document, DocumentReader
from pristine.ports.errors import ConfigurationError, DocumentError, InvalidHeader
from pristine.ports.headers import HeaderSource
from pristine.ports.messages import Timeout
from pristine.ports.retry import Retry
from pristine.ports.serializer import Serializer
from pristine.ports.telemetry import Telemetry
from pristine.ports.transport import BothFaces

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Choice = str | Mapping[str, Any]
"""An adapter by name, or by a mapping of its options with its `name` among them (left out: the default one)."""

PORTS: Final[Mapping[str, tuple[str, str]]] = {
    "transport": ("pristine.transports", "httpx"),
    "serializer": ("pristine.serializers", "json"),
    "clock": ("pristine.clocks", "system"),
    "retry": ("pristine.retry", "exponential"),
    "telemetry": ("pristine.telemetry", "off"),
    "auth": ("pristine.auth", ""),
}
"""Port -> its entry-point group, and the adapter that is taken where none is named."""


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


class ContextOptions(TypedDict, total=False):
    """The keywords of `context`, the transport apart."""

    base_url: str | None
    serializer: Choice | Serializer
    clock: Choice | Clock | AsyncClock
    retry: Choice | Retry
    telemetry: Choice | Telemetry
    auth: Choice | Auth | AsyncAuth | None
    timeout: Timeout | float | Mapping[str, float | None]
    headers: HeaderSource
    max_event_bytes: int | None
    max_response_bytes: int | None
    max_expansion: float | None


_KEYS: Final = ("transport", *ContextOptions.__annotations__)


@overload
def context(*, transport: Choice = ..., **options: Unpack[ContextOptions]) -> Context[BothFaces]: ...
@overload
def context(*, transport: T, **options: Unpack[ContextOptions]) -> Context[T]: ...
def context(*, transport: Any = "httpx", **options: Unpack[ContextOptions]) -> Context[Any]:
    """Wire adapters into a Context.

    Each port takes an adapter's name, a mapping of options (`{"name": "httpx", "max_connections": 10}`), or an
    instance. `timeout` is a Timeout, its limits as a mapping, or the total in seconds. A transport that is named is
    made for this Context and closed with its last Pipeline; an instance is yours to close.

    Raises ConfigurationError for an unknown name or option; it lists what exists.
    """
    _check_known(options)
    given: dict[str, Any] = {"transport": transport, **options}
    ports = {port: _port(port, given.pop(port, None)) for port in PORTS}
    owned: set[object] | None = None if transport is ports["transport"] else set()
    return Context(**ports, **given, owned=owned, new_key=_new_key)


def adapter(port: str, name: str) -> Any:
    """The adapter's class or factory, by its entry point; raises ConfigurationError with the names that exist."""
    return _load(PORTS[port][0], name, port)


def read_document(path: str | Path) -> Document:
    """Parse a file by its suffix; raises DocumentError where it cannot be read or parsed."""
    path = Path(path)
    notation = {".yml": "yaml"}.get(path.suffix.lower(), path.suffix.lower().removeprefix("."))
    known = _found("pristine.documents")
    if notation not in known:
        raise DocumentError(f"{path}: not a kind of file that is known: {', '.join(sorted(known))}", source=str(path))
    reader: DocumentReader = _load("pristine.documents", notation, "document reader")
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror}", source=str(path)) from error
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: not UTF-8 at byte {error.start}", source=str(path)) from error
    return reader(text, str(path))


def load_manifest_file(path: str | Path) -> Manifest:
    """Load a manifest from a JSON, YAML or TOML file; raises ManifestError with every fault and its line."""
    return load_manifest(read_document(path))


@lru_cache
def _found(group: str) -> Mapping[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=group)}


def _load(group: str, name: str, what: str) -> Any:
    found = _found(group)
    if not isinstance(name, str) or name not in found:
        nearest = suggestion(str(name), found).partition("; known")[0]
        raise ConfigurationError(f"there is no {what} {name!r}{nearest}; installed: {', '.join(sorted(found))}")
    try:
        return found[name].load()
    except (ImportError, AttributeError) as error:
        ours = found[name].value.startswith("pristine.")
        remedy = f": pip install 'pristine-sdk[{name}]'" if ours else ""
        told = f"{what} {name!r} needs a package that is not installed ({error}){remedy}"
        raise ConfigurationError(told) from error


def _check_known(settings: Mapping[Any, Any]) -> None:
    for key in settings:
        if key not in _KEYS:
            raise ConfigurationError(f"{key}: unknown setting{suggestion(str(key), _KEYS)}", setting=str(key))


def _port(port: str, choice: Any) -> Any:
    """An adapter for a port, from a name, a mapping of options, an instance, or nothing."""
    group, default = PORTS[port]
    if choice is None:
        return _made(adapter(port, default), port, default, {}) if default else None
    if isinstance(choice, type):
        raise ConfigurationError(f"{port}: {choice.__name__} is a class; give an instance", setting=port)
    if not isinstance(choice, (str, Mapping)):
        return choice
    options = {"name": choice} if isinstance(choice, str) else {"name": default, **choice}
    name = options.pop("name")
    if not name:
        raise ConfigurationError(f"{port}: say which by name: {', '.join(sorted(_found(group)))}", setting=port)
    try:
        return _made(adapter(port, name), port, name, options)
    except ConfigurationError as error:
        error.setting = error.setting or port
        raise


def _made(factory: Callable[..., Any], port: str, name: str, options: Mapping[str, Any]) -> Any:
    what, parameters = f"{port} {name!r}", signature(factory).parameters
    takes_any = any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values())
    for option in options if not takes_any else ():
        if option not in parameters:
            hint = suggestion(str(option), parameters) or "; it has none"
            raise ConfigurationError(f"{what} has no option {option!r}{hint}", setting=f"{port}.{option}")
    try:
        signature(factory).bind(**options)
        return factory(**options)
    except (ConfigurationError, InvalidHeader) as error:
        raise ConfigurationError(f"{what}: {error.message}") from None
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{what}: {error}") from None


def _resolved(value: Any, setting: str = "") -> Any:
    """Configuration with each `{env = "NAME"}` replaced by that environment variable."""
    if not isinstance(value, Mapping):
        return value
    if value.keys() != {"env"}:
        return {key: _resolved(part, f"{setting}.{key}".removeprefix(".")) for key, part in value.items()}
    name = value["env"]
    if not isinstance(name, str) or name not in os.environ:
        raise ConfigurationError(f"{setting}: the environment variable {name!r} is not set", setting=setting)
    return os.environ[name]


def _new_key() -> str:
    return str(uuid.uuid4())
