"""Transports whose connections a listener watches: held weakly, and each once, whatever is around it.

No lock is held: each step is whole, whichever thread takes it.
"""

from functools import partial
from typing import Any, Final
from weakref import ref

from pristine.ports.pooling import Connections, Server, connections_of

_LAYERS: Final = 32
"""How many transports around one another are looked through."""


class Watched:
    """Knows transports, and counts their connections together."""

    def __init__(self) -> None:
        self._refs: dict[int, ref[Any]] = {}

    def add(self, transport: object) -> None:
        """Watch a transport, if it knows its connections; raises TypeError for one that cannot be held weakly."""
        one = _innermost(transport)
        if hasattr(one, "connections"):
            self._refs[id(one)] = ref(one, partial(_forget, self._refs, id(one)))

    def __len__(self) -> int:
        return len(self._refs)

    def connections(self) -> list[Connections]:
        """The open connections of all, each server once."""
        found: dict[Server, Connections] = {}
        for held in tuple(self._refs.values()):
            for one in connections_of(held()):
                before = found.get((one.host, one.port), Connections(one.host, one.port))
                sums = before.active + one.active, before.idle + one.idle
                found[one.host, one.port] = Connections(one.host, one.port, *sums)
        return list(found.values())


def _forget(refs: dict[int, Any], key: int, _: object) -> None:
    refs.pop(key, None)


def _innermost(transport: Any) -> Any:
    """What is asked: the first that has connections, from the outside."""
    for _ in range(_LAYERS):
        if hasattr(transport, "connections") or not hasattr(transport, "inner"):
            break
        transport = transport.inner
    return transport
