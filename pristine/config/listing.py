"""What is installed: every adapter of every port, where it comes from, and what it can do. Nothing is made."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any, Final

import attrs

from pristine.config.adapters import ALWAYS, PORTS, found, load
from pristine.ports.capabilities import capabilities_of, faces_of
from pristine.ports.errors import ConfigurationError
from pristine.ports.values import frozen

_METHODS: Final = {
    "transport": ("send", "asend"),
    "clock": ("sleep", "asleep"),
    "auth": ("sign", "asign"),
    "semaphores": ("acquire", "aacquire"),
    "limiter": ("reserve", "areserve"),
}
"""The blocking and the async method of the ports that have two faces."""

_NEVER_WAIT: Final = frozenset({"auth", "limiter"})
"""Ports whose blocking face serves both where it does not wait."""


@frozen(kw_only=True)
class Installed:
    """An adapter: `origin` is its distribution with the version, `value` the object; `problem` is why it fails to load.

    `capabilities` are a transport's, in order of the alphabet; a port without faces has none in `faces`.
    """

    port: str
    name: str
    value: str
    origin: str
    default: bool
    faces: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    problem: str | None = None


def installed() -> Iterator[Installed]:
    """All adapters, by port and name; what cannot be imported is among them, with its problem."""
    for port, (group, default) in PORTS.items():
        for name, entry in sorted(found(group).items()):
            yield attrs.evolve(_described(port, entry), default=name == default and port in ALWAYS)


def _described(port: str, entry: EntryPoint) -> Installed:
    origin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "unknown"
    said = Installed(port=port, name=entry.name, value=entry.value, origin=origin, default=False)
    try:
        factory = load(PORTS[port][0], entry.name, port)
    except ConfigurationError as error:
        return attrs.evolve(said, problem=error.message)
    capabilities = sorted(capabilities_of(factory)) if port == "transport" else ()
    return attrs.evolve(said, faces=_faces(port, factory), capabilities=tuple(map(str, capabilities)))


def _faces(port: str, factory: Any) -> tuple[str, ...]:
    if port not in _METHODS:
        return ()
    has = faces_of(factory, _METHODS[port])
    return ("blocking", "async") if port in _NEVER_WAIT and "blocking" in has else has
