"""What a call asks of the limits: whose they are, and its cost, guessed before it is sent and known after. Pure."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import attrs

from pristine.core.answers.failures import found
from pristine.core.attempts.details import json_of
from pristine.core.context import Context
from pristine.core.operation import Operation
from pristine.manifest.model import Cost, LimitGroup, Where
from pristine.ports.admission import BYTES, REQUESTS, Demand, Scope
from pristine.ports.body import length_of
from pristine.ports.headers import Headers
from pristine.ports.messages import Request
from pristine.ports.values import changed

_ONE: Final[Mapping[str, float]] = {REQUESTS: 1.0}
_LIMITLESS: Final = LimitGroup()
_KEPT: Final = 128


class Demands:
    """The demands of one operation under one Context; `circuit` is that on its breaker, the same for all calls."""

    def __init__(self, usual: Demand, circuit: Demand, group: LimitGroup, *, varies: bool) -> None:
        self.usual = usual
        self.circuit = circuit
        self.group = group
        self.varies = varies
        """Whether they depend on the payload."""
        self._sized: dict[int, Demand] = {}

    @classmethod
    def of(cls, context: Context[Any], base: str | None, operation: Operation) -> "Demands":
        endpoint = operation.endpoint
        group, breaker = endpoint.limit or _LIMITLESS, endpoint.breaker
        scope = Scope(context.tenant, base or "", group.name)
        circuit = attrs.evolve(scope, group=breaker.name if breaker else "")
        return cls(
            Demand(
                scope=scope,
                costs=_ONE,
                quotas={unit: cost.quota for unit, cost in group.units.items()},
                concurrency=group.concurrency,
            ),
            Demand(scope=circuit, breaker=breaker.settings if breaker else {}),
            group,
            varies=bool(group.key or group.units),
        )

    def make(self, payload: Any, request: Request, priority: int) -> Demand:
        """What a call with this payload asks for."""
        body = request.body
        size = len(body) if body.__class__ is bytes else length_of(body) or 0
        if priority or self.varies:
            return self._special(payload, size, priority)
        return self._sized.get(size) or self._of_size(size)

    def _of_size(self, size: int) -> Demand:
        """That of a call with so many bytes: kept for some sizes, as those of an endpoint are often few."""
        made = changed(self.usual, costs={REQUESTS: 1.0, BYTES: float(size)}) if size else self.usual
        if len(self._sized) < _KEPT:
            self._sized[size] = made
        return made

    def _special(self, payload: Any, size: int, priority: int) -> Demand:
        group, costs = self.group, {REQUESTS: 1.0, BYTES: float(size)}
        for unit, cost in group.units.items():
            costs[unit] = _guessed(cost, payload, size)
        scope = self.usual.scope
        if group.key:
            scope = attrs.evolve(scope, key=str(_at(group.key, payload) or ""))
        return changed(self.usual, scope=scope, costs=costs, priority=priority)

    @cached_property
    def places(self) -> Mapping[str, Where]:
        """Where answers say it; empty where they do not."""
        return {unit: cost.actual for unit, cost in self.group.units.items() if cost.actual is not None}

    @cached_property
    def told_late(self) -> tuple[bytes, ...]:
        """What an event of a stream has in it that says what a call cost: the first names of the places."""
        firsts = [place.path[0] for place in self.places.values() if place.path]
        return tuple(str(name).encode() for name in firsts if isinstance(name, str))

    def actual(self, headers: Headers, body: bytes) -> Mapping[str, float]:
        """What the answer says that it really cost, for the units of which it does."""
        value = json_of(body)
        said = {unit: _number(found(place, headers, value)) for unit, place in self.places.items()}
        return {unit: number for unit, number in said.items() if number is not None}


def _guessed(cost: Cost, payload: Any, size: int) -> float:
    """So much for every call, so much for each byte of its body, and what its payload says."""
    said = (_number(_at(path, payload)) for path in cost.fields)
    return max(0.0, cost.base + cost.per_byte * size + sum(number for number in said if number is not None))


def _at(path: tuple[str | int, ...], value: Any) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < _MOST
    return float(value) if usable else None


_MOST: Final = 1e15
