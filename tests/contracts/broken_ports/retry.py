"""Policies that break one promise of Retry each."""

import logging
import random
import time
from collections.abc import Sequence
from typing import Any, Final

from pristine.adapters.retry import ExponentialRetry
from pristine.ports.outcome import Kind, Outcome
from pristine.ports.retry import Again, Answer, Decision, GiveUp
from tests.contracts.broken_ports.register import breaks

GOOD: Final = ExponentialRetry(jitter=0, max_retries=20, max_retry_after=float("inf"))


class Policy:
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        return GOOD.decide(outcome, history)


@breaks("Retry", 1)
class CountsForItself(Policy):
    def __init__(self) -> None:
        self.attempts = 0

    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        self.attempts += 1
        return Answer() if self.attempts > 50 else super().decide(outcome, history)


@breaks("Retry", 1)
class DrawsForItself(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        decision = super().decide(outcome, history)
        return Again(decision.delay + random.random()) if isinstance(decision, Again) else decision


@breaks("Retry", 1)
class Waits(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        if outcome.kind is Kind.CLIENT_ERROR and len(history) == 1:
            time.sleep(0.008)
        return super().decide(outcome, history)


@breaks("Retry", 1)
class Logs(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        logging.getLogger("policy").debug("deciding for %s", outcome)
        return super().decide(outcome, history)


@breaks("Retry", 1)
class Raises(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        if outcome.kind is Kind.UPSTREAM_FAILURE:
            raise KeyError(outcome.kind)
        return super().decide(outcome, history)


@breaks("Retry", 1)
class Overflows(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        full = 2.0 ** len(history)
        decision = super().decide(outcome, history)
        return Again(max(decision.delay, full)) if isinstance(decision, Again) else decision


@breaks("Retry", 2)
class Appends(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        decision = super().decide(outcome, history)
        if isinstance(history, list):
            history.append(outcome)
        return decision


@breaks("Retry", 2)
class KnowsTuplesOnly(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        return Answer() if history == () else super().decide(outcome, history)


@breaks("Retry", 3)
class GivesUpOnSuccess(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        return GiveUp("it is done") if outcome.kind is Kind.SUCCESS else super().decide(outcome, history)


@breaks("Retry", 4)
class Undercuts(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        decision = super().decide(outcome, history)
        return Again(min(decision.delay, 30.0)) if isinstance(decision, Again) else decision


class OtherDelay(Policy):
    delay: Any = 0.0

    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        decision = super().decide(outcome, history)
        return Again(self.delay) if isinstance(decision, Again) and outcome.retry_after is None else decision


@breaks("Retry", 5)
class WaitsLessThanNothing(OtherDelay):
    delay = -1


@breaks("Retry", 5)
class WaitsForEver(OtherDelay):
    delay = float("inf")


@breaks("Retry", 5)
class WaitsWords(OtherDelay):
    delay = "3"


@breaks("Retry", 5)
class ForgetsToReturn(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Any:
        decision = super().decide(outcome, history)
        return None if isinstance(decision, GiveUp) else decision


@breaks("Retry", 5)
class GivesNoReason(Policy):
    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        decision = super().decide(outcome, history)
        return GiveUp("") if isinstance(decision, GiveUp) else decision
