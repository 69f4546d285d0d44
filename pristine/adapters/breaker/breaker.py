"""The breaker: a circuit for each scope, under one lock, and forgotten when nothing is lost with it.

Whatever is asked for by the million is looked at two at a time: no call pays for all of them.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, Self, TypeAlias, TypeVar

import attrs

from pristine.adapters.after_fork import renew_in_child
from pristine.adapters.breaker.circuit import Circuit, Token
from pristine.adapters.breaker.settings import BreakerSettings, Layers
from pristine.ports.admission import Demand, Report, Scope, State
from pristine.ports.outcome import Kind

_FAILED: Final[Mapping[Kind, bool]] = {
    Kind.SUCCESS: False,
    Kind.UPSTREAM_FAILURE: True,
    Kind.OVERLOADED: True,
    Kind.TRANSPORT_ERROR: True,
}
"""What speaks for the server or against it; the others do neither."""

_LOOKED_AT: Final = 2
"""How many circuits are looked at for each that is made: more than one, so that they become fewer."""

Key: TypeAlias = tuple[str, str, str]
_B = TypeVar("_B", bound="Breaker")


class Breaker:
    """A CircuitBreaker with a circuit for each tenant, base URL and group; a scope's `key` is left out.

    A key (a model, say) has limits of its own, but its failures are those of the servers behind the group, and spread
    over many keys they would be seen late.

    A circuit opens after `failures` in a row (5, where nothing else is said), or when of the outcomes of the last
    `window` seconds (30), being at least `minimum` (20), a part of `error_rate` or more are failures; given both, at
    whichever comes first. It stays open for `cooldown` seconds; with `max_cooldown`, for twice as long each time that a
    probe fails, up to that. Then `probes` at a time are let through, and `successes` of them close it. A probe that is
    not settled within a cooldown no longer holds its place.

    `groups` has options for groups, by name. Each option is the group's, else that of `demand.breaker` (a manifest's),
    else the one given here; whoever says `failures` or `error_rate` says anew when it opens. A manifest's options that
    are unknown or wrong are not heeded: BreakerSettings().under(options) says whether they are.

    Circuits are per process: a copy, a pickle and a forked child begin with all closed.
    """

    def __init__(
        self,
        *,
        failures: int | None = None,
        error_rate: float | None = None,
        window: float | None = None,
        minimum: int | None = None,
        cooldown: float = 30.0,
        max_cooldown: float | None = None,
        probes: int = 1,
        successes: int = 1,
        groups: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        settings = BreakerSettings(
            failures=failures,
            error_rate=error_rate,
            window=window,
            minimum=minimum,
            cooldown=cooldown,
            max_cooldown=max_cooldown,
            probes=probes,
            successes=successes,
        )
        self._layers = Layers(settings, {} if groups is None else groups)
        self.after_fork()
        renew_in_child(self)

    def after_fork(self) -> None:
        """Begin with all closed; a child may have got a lock that is held, and circuits in the middle of a change."""
        self._lock = threading.RLock()  # a finaliser that settles may interrupt itself
        self._circuits: OrderedDict[Key, Circuit] = OrderedDict()

    def admit(self, demand: Demand, now: float) -> Any:
        scope = demand.scope
        key = (scope.tenant, scope.base_url, scope.group)
        with self._lock:
            circuit = self._circuits.get(key)
            if circuit is None:
                circuit = self._made(key, demand, now)
            return circuit.admit(now)

    def settle(self, token: Token, report: Report | None) -> None:
        self.settled(token, report)

    def settled(self, token: Token, report: Report | None) -> tuple[State, State] | None:
        with self._lock:
            circuit, token.circuit = token.circuit, None
            if circuit is None:
                return None
            if report is None:
                return circuit.settle(token, None, None)
            return circuit.settle(token, _FAILED.get(report.outcome.kind), report.now)

    def state(self, scope: Scope, now: float) -> State:
        circuit = self._circuits.get((scope.tenant, scope.base_url, scope.group))  # one look at it needs no lock
        return "closed" if circuit is None else circuit.state(now)

    def __len__(self) -> int:
        """How many circuits are remembered."""
        return len(self._circuits)

    def __repr__(self) -> str:
        settings, groups = self._layers.settings, self._layers.groups
        said = {**attrs.asdict(settings), "failures": settings.streak}
        said["groups"] = {name: dict(options) for name, options in groups.items()} or None
        shown = (f"{name}={value!r}" for name, value in said.items() if value is not None)
        return f"{type(self).__name__}({', '.join(shown)})"

    def _made(self, key: Key, demand: Demand, now: float) -> Circuit:
        self._forget_some(now)
        circuit = self._circuits[key] = Circuit(self._layers.of(demand), now)
        return circuit

    def _forget_some(self, now: float) -> None:
        for _ in range(min(_LOOKED_AT, len(self._circuits))):
            key, circuit = next(iter(self._circuits.items()))
            if circuit.is_forgotten(now):
                del self._circuits[key]
            else:
                self._circuits.move_to_end(key)

    def __copy__(self) -> Self:
        return _remade(type(self), *self._made_of())

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()

    def __reduce__(self) -> Any:
        return _remade, (type(self), *self._made_of())

    def _made_of(self) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        layers = self._layers
        return attrs.asdict(layers.settings), {name: dict(options) for name, options in layers.groups.items()}


def _remade(cls: type[_B], options: dict[str, Any], groups: dict[str, dict[str, Any]]) -> _B:
    return cls(**options, groups=groups)
