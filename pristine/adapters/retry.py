"""Retry: exponential backoff with jitter, and none at all."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from pristine.ports.errors import ConfigurationError
from pristine.ports.retry import Again, Answer, Decision, GiveUp, Kind, Outcome

_WORTH_IT = frozenset({Kind.RATE_LIMITED, Kind.OVERLOADED, Kind.UPSTREAM_FAILURE, Kind.TRANSPORT_ERROR})


def _not_negative(_: object, attribute: "attrs.Attribute[Any]", value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise ConfigurationError(f"{attribute.name}={value!r}: give a number, 0 or greater")


@attrs.frozen(kw_only=True)
class ExponentialRetry:
    """Waits about `base`, 2 `base`, 4 `base` … seconds, at most `cap`, and sends again up to `max_retries` times.

    `jitter` is the part of each wait that is random: 1 spreads it evenly over 0 to the full wait, 0 is no jitter. A
    server's Retry-After is honoured up to `max_retry_after` seconds; a longer one ends the call.
    """

    max_retries: int = attrs.field(default=2, validator=_not_negative)
    base: float = attrs.field(default=0.5, validator=_not_negative)
    cap: float = attrs.field(default=10.0, validator=_not_negative)
    jitter: float = attrs.field(default=1.0, validator=[_not_negative, attrs.validators.le(1)])
    max_retry_after: float = attrs.field(default=120.0, validator=_not_negative)
    random: Callable[[], float] = attrs.field(
        default=random.random, repr=False, eq=False, validator=attrs.validators.is_callable()
    )

    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        if outcome.kind not in _WORTH_IT:
            return Answer()
        if not outcome.may_resend:
            return GiveUp("not sent again: it may have been processed, and it has no idempotency key")
        if len(history) >= self.max_retries:
            return GiveUp(f"gave up after {len(history) + 1} attempts") if history else Answer()
        return self._wait(outcome.retry_after, len(history))

    def _wait(self, wish: float | None, retries: int) -> Decision:
        full = min(self.cap, self.base * 2 ** min(retries, 63))
        delay = full * (1 - self.jitter * self.random())
        if wish is None:
            return Again(delay)
        if wish > self.max_retry_after:
            limit = f"max_retry_after of {self.max_retry_after:g} s"
            return GiveUp(f"the server asks to wait {wish:g} s, more than {limit}")
        return Again(max(wish, delay))


@attrs.frozen
class NoRetry:
    """Every outcome is final."""

    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        return Answer()
