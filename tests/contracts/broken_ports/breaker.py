"""Breakers that break one promise of CircuitBreaker each."""

import threading
import time
from typing import Any, Literal

import attrs

from pristine.adapters.breaker import Breaker
from pristine.ports.admission import Demand, Open, Report, Scope
from pristine.ports.outcome import Kind, Outcome
from tests.contracts.broken_ports.register import breaks


def taken_for(report: Report | None, kind: Kind) -> Report:
    return Report(outcome=Outcome(kind), now=report.now if report else 0.0, time=0.0)


def kind_of(report: Report | None) -> Kind | None:
    return report.outcome.kind if report else None


@breaks("CircuitBreaker", 1)
class TiresOfSuccess(Breaker):
    successes = 0

    def admit(self, demand: Demand, now: float) -> Any:
        return Open(1.0) if self.successes > 250 else super().admit(demand, now)

    def settle(self, token: Any, report: Report | None) -> None:
        self.successes += 1 if kind_of(report) is Kind.SUCCESS else -(10**6)
        super().settle(token, report)


@breaks("CircuitBreaker", 1)
class SaysToAskAtOnce(Breaker):
    def admit(self, demand: Demand, now: float) -> Any:
        answer = super().admit(demand, now)
        return Open(0.0) if isinstance(answer, Open) and self.state(demand.scope, now) == "half_open" else answer


@breaks("CircuitBreaker", 1)
class WaitsWhenItIsOpen(Breaker):
    refused = 0

    def admit(self, demand: Demand, now: float) -> Any:
        if isinstance(answer := super().admit(demand, now), Open):
            self.refused += 1
            time.sleep(0.006 if self.refused < 8 else 0)
        return answer


class OtherVerdict(Breaker):
    """In one state it takes one kind for another."""

    when: Literal["closed", "half_open"] = "closed"
    kind: Kind | None
    taken: Kind | None

    def settle(self, token: Any, report: Report | None) -> None:
        if kind_of(report) is self.kind and token.circuit and token.circuit.state(200.0) == self.when:
            report = taken_for(report, self.taken) if self.taken else None
        super().settle(token, report)


@breaks("CircuitBreaker", 2)
class IsBlindToOverload(OtherVerdict):
    kind = Kind.OVERLOADED
    taken = None


@breaks("CircuitBreaker", 2)
class CountsRateLimits(OtherVerdict):
    kind = Kind.RATE_LIMITED
    taken = Kind.UPSTREAM_FAILURE


@breaks("CircuitBreaker", 2)
class CountsClientErrorsAsSuccesses(OtherVerdict):
    kind = Kind.CLIENT_ERROR
    taken = Kind.SUCCESS


@breaks("CircuitBreaker", 2)
class CountsCancelsAsSuccesses(OtherVerdict):
    kind = None
    taken = Kind.SUCCESS


@breaks("CircuitBreaker", 2)
class NeverForgives(OtherVerdict):
    kind = Kind.SUCCESS
    taken = None


@breaks("CircuitBreaker", 3)
class IsOpenForLessThanItSays(Breaker):
    def admit(self, demand: Demand, now: float) -> Any:
        answer = super().admit(demand, now)
        early = isinstance(answer, Open) and answer.retry_after < 5 and self.state(demand.scope, now) == "open"
        return super().admit(demand, now + 5) if early else answer


@breaks("CircuitBreaker", 3)
class LetsAllThrough(Breaker):
    def __init__(self) -> None:
        super().__init__(probes=10**6)


class AfterClosing(Breaker):
    closings = 0

    def settle(self, token: Any, report: Report | None) -> None:
        circuit = token.circuit
        before = circuit and circuit.state(200.0)
        super().settle(token, report)
        if before == "half_open" and circuit.state(200.0) == "closed":
            self.closings += 1
            self.closed(circuit)

    def closed(self, circuit: Any) -> None:
        pass


@breaks("CircuitBreaker", 3)
class ClosesByHalf(AfterClosing):
    admitted = 0

    def admit(self, demand: Demand, now: float) -> Any:
        self.admitted += self.closings
        return Open(1.0) if self.admitted > 50 else super().admit(demand, now)


@breaks("CircuitBreaker", 3)
class RemembersOldFailures(AfterClosing):
    def closed(self, circuit: Any) -> None:
        circuit._streak = 3


@breaks("CircuitBreaker", 3)
class TakesAnyAnswerOfAProbe(OtherVerdict):
    when = "half_open"
    kind = Kind.OVERLOADED
    taken = Kind.SUCCESS


@breaks("CircuitBreaker", 3)
class LosesProbes(Breaker):
    def settle(self, token: Any, report: Report | None) -> None:
        if kind_of(report) is not Kind.RATE_LIMITED:
            super().settle(token, report)


@breaks("CircuitBreaker", 4)
class CountsAgain(Breaker):
    def settle(self, token: Any, report: Report | None) -> None:
        circuit = token.circuit
        super().settle(token, report)
        if circuit and circuit.state(200.0) == "closed" and kind_of(report) in {Kind.UPSTREAM_FAILURE, Kind.SUCCESS}:
            token.circuit = circuit


@breaks("CircuitBreaker", 4)
class MakesRoomAgain(Breaker):
    def settle(self, token: Any, report: Report | None) -> None:
        if token.circuit is None:
            for circuit in self._circuits.values():
                circuit.settings = attrs.evolve(circuit.settings, probes=circuit.settings.probes + 1)
        super().settle(token, report)


@breaks("CircuitBreaker", 4)
class TakesOldForNew(Breaker):
    def settle(self, token: Any, report: Report | None) -> None:
        if token.circuit:
            token.generation = token.circuit._generation
        super().settle(token, report)


@breaks("CircuitBreaker", 5)
class IsGlobal(Breaker):
    def admit(self, demand: Demand, now: float) -> Any:
        return super().admit(Demand(scope=Scope()), now)

    def state(self, scope: Scope, now: float) -> Any:
        return super().state(Scope(), now)


@breaks("CircuitBreaker", 5)
class ForgetsTheGroup(Breaker):
    def admit(self, demand: Demand, now: float) -> Any:
        return super().admit(Demand(scope=attrs.evolve(demand.scope, group="")), now)

    def state(self, scope: Scope, now: float) -> Any:
        return super().state(attrs.evolve(scope, group=""), now)


@breaks("CircuitBreaker", 5)
class RaisesForSettings(Breaker):
    def admit(self, demand: Demand, now: float) -> Any:
        for name in demand.breaker:
            getattr(self, name)
        return super().admit(demand, now)


@breaks("CircuitBreaker", 5)
class HasABreakerForEachThread:
    def __init__(self) -> None:
        self.local = threading.local()

    def __getattr__(self, name: str) -> Any:
        if not hasattr(self.local, "breaker"):
            self.local.breaker = Breaker()
        return getattr(self.local.breaker, name)


@breaks("CircuitBreaker", 6)
class SaysItOtherwise(Breaker):
    def state(self, scope: Scope, now: float) -> Any:
        return super().state(scope, now).replace("_", "-")


@breaks("CircuitBreaker", 6)
class LosesProbesToWhoLooks(Breaker):
    looked = 0

    def admit(self, demand: Demand, now: float) -> Any:
        self.looked = 0
        return super().admit(demand, now)

    def state(self, scope: Scope, now: float) -> Any:
        self.looked += 1
        if self.looked == 50:
            super().admit(Demand(scope=scope), now)
        return super().state(scope, now)


@breaks("CircuitBreaker", 7)
class NeverSaysWhatItDid(Breaker):
    def settled(self, token: Any, report: Report | None) -> Any:
        super().settled(token, report)


@breaks("CircuitBreaker", 7)
class SaysWithoutSettling(Breaker):
    def settle(self, token: Any, report: Report | None) -> None:
        super().settled(token, report)

    def settled(self, token: Any, report: Report | None) -> Any:
        return None


@breaks("CircuitBreaker", 7)
class SaysItOfOthersToo(Breaker):
    """It tells of the last change again, to who has changed nothing."""

    change: Any = None

    def settled(self, token: Any, report: Report | None) -> Any:
        self.change = super().settled(token, report) or self.change
        return self.change
