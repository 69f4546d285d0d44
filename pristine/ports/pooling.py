"""Port: what a transport knows of its open connections. A transport need not know anything of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

from pristine.ports.values import frozen

Server: TypeAlias = tuple[str, int]
"""The host and the port that requests go to, whichever proxy is on the way."""


@frozen
class Connections:
    """Open connections for one server: `active` ones serve a request, `idle` ones are kept for a later one."""

    host: str
    port: int
    active: int = 0
    idle: int = 0


@runtime_checkable
class Pooling(Protocol):
    """A transport that knows its connections.

    `connections` gives those that this process has open now, of all threads and event loops, each server once. It may
    be called from any thread, and returns at once: no lock is waited for. A transport around another has none of its
    own: it has the other as `inner`, which is asked.
    """

    def connections(self) -> Sequence[Connections]: ...


def counted(active: Iterable[Server], idle: Iterable[Server]) -> list[Connections]:
    """The servers of connections, each in order of the alphabet and once."""
    serving, kept = Counter(active), Counter(idle)
    return [Connections(*server, serving[server], kept[server]) for server in sorted({*serving, *kept})]


def connections_of(transport: Any) -> list[Connections]:
    """The open connections of a transport; none where it knows nothing of them, or raises."""
    try:
        connections = getattr(transport, "connections", None)
        return [] if connections is None else [one for one in connections() if isinstance(one, Connections)]
    except Exception:  # noqa: BLE001 whoever asks only watches
        return []
