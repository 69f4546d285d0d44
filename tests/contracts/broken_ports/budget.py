"""Budgets that break one promise of RetryBudget each."""

import threading
import time
from typing import Any

from pristine.adapters.budget import TokenBudget
from pristine.ports.errors import TimeoutExceeded
from pristine.ports.outcome import Kind, Outcome
from tests.contracts.broken_ports.register import breaks


@breaks("RetryBudget", 1)
class HasNoEnd(TokenBudget):
    def spend(self, outcome: Outcome) -> bool:
        return isinstance(outcome.error, TimeoutExceeded) or super().spend(outcome)


@breaks("RetryBudget", 1)
class HasNothing(TokenBudget):
    def __init__(self) -> None:
        super().__init__(timeout_price=1000)


@breaks("RetryBudget", 1)
class SaysWhatIsLeft(TokenBudget):
    def spend(self, outcome: Outcome) -> Any:
        return super().spend(outcome) and self.tokens + 2


@breaks("RetryBudget", 1)
class TakesWhatItRefuses(TokenBudget):
    def spend(self, outcome: Outcome) -> bool:
        paid = super().spend(outcome)
        self._tokens -= not paid
        return paid


@breaks("RetryBudget", 1)
class TakesALittleOfWhatItRefuses(TokenBudget):
    def spend(self, outcome: Outcome) -> bool:
        paid = super().spend(outcome)
        self._tokens -= 0 if paid else 0.25
        return paid


@breaks("RetryBudget", 2)
class NeverEarns(TokenBudget):
    def __init__(self) -> None:
        super().__init__(earns=0.001)


@breaks("RetryBudget", 2)
class EarnsWithoutEnd(TokenBudget):
    def earn(self, outcome: Outcome, history: Any = ()) -> None:
        self._tokens += outcome.kind is Kind.SUCCESS


@breaks("RetryBudget", 2)
class EarnsInAnOutage(TokenBudget):
    def earn(self, outcome: Outcome, history: Any = ()) -> None:
        super().earn(Outcome(Kind.SUCCESS))


@breaks("RetryBudget", 3)
class WaitsForTokens(TokenBudget):
    def spend(self, outcome: Outcome) -> bool:
        if outcome.retry_after == 7.5 and 400 < self.tokens < 480:
            time.sleep(0.006)
        return super().spend(outcome)


@breaks("RetryBudget", 3)
class RaisesForClientErrors(TokenBudget):
    def earn(self, outcome: Outcome, history: Any = ()) -> None:
        if outcome.kind is Kind.CLIENT_ERROR and self.tokens > 400:
            raise KeyError(outcome.kind)
        super().earn(outcome)


@breaks("RetryBudget", 3)
class HasABudgetForEachThread:
    def __init__(self) -> None:
        self.local = threading.local()

    def mine(self) -> TokenBudget:
        self.local.budget = getattr(self.local, "budget", None) or TokenBudget()
        made: TokenBudget = self.local.budget
        return made

    def spend(self, outcome: Outcome) -> bool:
        return self.mine().spend(outcome)

    def earn(self, outcome: Outcome) -> None:
        self.mine().earn(outcome)
