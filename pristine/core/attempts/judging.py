"""What an attempt came to by the tables, the manifest and the Context; and whether there is to be another. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from pristine.core.attempts.classification import classify
from pristine.core.context import Context
from pristine.core.operation import Operation
from pristine.manifest.model import ErrorShape
from pristine.manifest.policies import NEVER
from pristine.ports.errors import PristineError
from pristine.ports.headers import Headers
from pristine.ports.outcome import Fate, Outcome, Result
from pristine.ports.retry import Again, GiveUp, Retry, RetryBudget
from pristine.ports.values import frozen


def judge(
    error: PristineError | None,
    status: int | None,
    operation: Operation,
    context: Context[Any],
    headers: Headers,
    *,
    repeatable: bool,
) -> Outcome:
    """The outcome of an attempt: HTTP's tables, over them the manifest's rules, over them the Context's classifier."""
    outcome = classify(error, status, repeatable=repeatable)
    shape = operation.endpoint.errors
    if error is not None and shape is not None and (shape.kinds or shape.statuses):
        outcome = _by_the_manifest(outcome, shape)
    if context.classifier is not None:
        said = context.classifier.classify(Result(operation.id, headers, outcome))
        outcome = attrs.evolve(outcome, kind=said.kind, retry_after=said.retry_after, should_retry=said.should_retry)
    return outcome


def _by_the_manifest(outcome: Outcome, shape: ErrorShape) -> Outcome:
    kind = next((shape.kinds[code] for code in outcome.codes if code in shape.kinds), None)
    if kind is None and outcome.status is not None:
        kind = shape.statuses.get(str(outcome.status), shape.statuses.get(f"{outcome.status // 100}XX"))
    return outcome if kind is None else attrs.evolve(outcome, kind=kind)


def tuned(context: Context[Any], settings: Mapping[str, float]) -> Retry:
    """The policy with a manifest's settings, where the caller has not chosen another and it can be tuned.

    That an endpoint is never to be retried holds for a policy of the caller's, too.
    """
    tune = getattr(context.retry, "tuned", None) if settings else None
    if tune is None or (context.retry_chosen and settings != NEVER):
        return context.retry
    found: Retry = tune(**settings)
    return found


@frozen
class Verdict:
    """Send again after `delay` seconds, or not (None). `why` is for the ledger, `gave_up` for the error's message."""

    delay: float | None
    why: str
    gave_up: str | None = None


def decide(
    outcome: Outcome, history: Sequence[Outcome], retry: Retry, budget: RetryBudget | None, left: float | None
) -> Verdict:
    """What the policy wishes, as far as the request, the deadline and the budget allow it."""
    decision = retry.decide(outcome, history)
    if isinstance(decision, GiveUp):
        return _not(decision.reason)
    if not isinstance(decision, Again) or outcome.error is None:
        return Verdict(None, f"not retried: {outcome.kind.value} is final for the policy")
    delay = max(0.0, decision.delay)
    if not outcome.may_resend:
        return _not("not sent again: it may have been processed")
    if left is not None and delay >= left:
        asked = "Retry-After" if outcome.retry_after else "a wait"
        return _not(f"{asked} of {decision.delay:g} s is beyond the deadline: {max(left, 0):.3g} s left")
    if budget is not None and not budget.spend(outcome):
        return _not("the retry budget is used up")
    return Verdict(delay, f"retried: {outcome.kind.value}, {_FATES[outcome.fate]}")


_FATES: Final[Mapping[Fate, str]] = {
    Fate.PROCESSED: "processed",
    Fate.NOT_SENT: "not sent",
    Fate.REFUSED: "refused",
    Fate.UNKNOWN: "perhaps processed",
}


def _not(reason: str) -> Verdict:
    return Verdict(None, f"not retried: {reason.removeprefix('not sent again: ')}", reason)
