"""Retry: how long to wait before another attempt, by exponential, linear, constant or decorrelated backoff; or none.

Whether there is one is decided in one place for all of them; they differ in the wait alone. Each wait is finite and at
most `cap`, jitter included, unless the server asks for a longer one.
"""

import random as randomness
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, Self, TypeAlias

import attrs

from pristine.adapters.checks import NOT_NEGATIVE, SECONDS, is_number, known_options, wrong
from pristine.ports.outcome import Kind, Outcome
from pristine.ports.retry import Again, Answer, Decision, GiveUp
from pristine.ports.values import frozen

_WORTH_IT: Final = frozenset({Kind.RATE_LIMITED, Kind.OVERLOADED, Kind.UPSTREAM_FAILURE, Kind.TRANSPORT_ERROR})
_TUNABLE: Final = ("max_retries", "base", "cap", "jitter", "max_retry_after")


def _draw() -> float:
    """From 0 to 1. By name, for the generator itself would be pickled with its state: each copy would draw the same."""
    return randomness.random()  # noqa: S311 it spreads waits; it hides nothing


# -- jitter ------------------------------------------------------------------------------------------------------------


@frozen
class Factor:
    """Jitter to both sides: a wait is multiplied by something from 1 - `factor` to 1 + `factor`."""

    factor: float = 0.5


Jitter: TypeAlias = float | Literal["additive"] | Factor
Jittered: TypeAlias = float | str | Mapping[str, float] | Factor
"""What may be given: a number, a name, or {"factor": 0.2}."""

_NAMED: Final[Mapping[str, Jitter]] = {
    "full": 1.0,
    "equal": 0.5,
    "none": 0.0,
    "factor": Factor(),
    "additive": "additive",
}


def _jitter(given: Jittered) -> Jitter:
    if isinstance(given, str) and given in _NAMED:
        return _NAMED[given]
    jitter: Any = given
    if not is_number(given) and isinstance(given, Mapping) and given.keys() == {"factor"}:
        jitter = Factor(given["factor"])
    part = jitter.factor if isinstance(jitter, Factor) else jitter
    if not is_number(part) or not 0 <= part <= 1:
        raise wrong("jitter", given, f"a number from 0 to 1, one of {', '.join(_NAMED)}, or {{'factor': 0.2}}")
    result: Jitter = jitter
    return result


def _spread(jitter: Jitter, backoff: float, base: float, cap: float, drawn: float) -> float:
    """The backoff with its jitter. It makes room for the jitter below `cap`: cut off, many waits would be alike."""
    if isinstance(jitter, Factor):
        most = min(backoff, cap / (1 + jitter.factor))
        return min(cap, most * (1 + jitter.factor * (2 * drawn - 1)))
    if isinstance(jitter, str):
        room = min(base, cap)
        return min(cap, min(backoff, cap - room) + room * drawn)
    return min(cap, backoff) * (1 - jitter * drawn)


# -- the decision ------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Policy:
    """What the policies share: whether to send again, and how a server's wish is met."""

    max_retries: float = attrs.field(default=2, validator=NOT_NEGATIVE)
    base: float = attrs.field(default=0.5, validator=SECONDS)
    max_retry_after: float = attrs.field(default=120.0, validator=NOT_NEGATIVE)
    random: Callable[[], float] = attrs.field(
        default=_draw, repr=False, eq=False, validator=attrs.validators.is_callable()
    )

    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        if outcome.kind is Kind.SUCCESS:
            return Answer()
        if outcome.should_retry is False:
            return GiveUp("the server says not to retry")
        if outcome.kind not in _WORTH_IT and not outcome.should_retry:
            return Answer()
        if not outcome.may_resend:
            return GiveUp("not sent again: it may have been processed, and it has no idempotency key")
        if len(history) >= self.max_retries:
            return GiveUp(f"gave up after {len(history) + 1} attempts") if history else Answer()
        return self._wait(outcome.retry_after, history)

    def tuned(self, **options: Any) -> Self:
        """A copy with some of `max_retries`, `base`, `cap`, `jitter` and `max_retry_after`, as a manifest gives them.

        One that this policy does not have is passed over, so that any policy can stand in for any other. Raises
        ConfigurationError for any other option, and for a wrong value.
        """
        known_options("retry", options, _TUNABLE)
        own = attrs.fields_dict(type(self))
        return attrs.evolve(self, **{name: value for name, value in options.items() if name in own})

    def _wait(self, wish: float | None, history: Sequence[Outcome]) -> Decision:
        if wish is not None and wish > self.max_retry_after:
            limit = f"max_retry_after of {self.max_retry_after:g} s"
            return GiveUp(f"the server asks to wait {wish:g} s, more than {limit}")
        delay = self._delay(history)
        return Again(delay if wish is None else max(wish, delay))

    def _delay(self, history: Sequence[Outcome]) -> float:
        raise NotImplementedError


# -- the policies ------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class ExponentialRetry(_Policy):
    """Waits about `base`, 2 `base`, 4 `base` … seconds, at most `cap`, and sends again up to `max_retries` times.

    `jitter` is the part of each wait that is random, 0 to 1: 1, or "full", spreads it evenly over 0 to the full wait;
    0.5 is "equal", and 0 is "none". "additive" adds 0 to `base` seconds to each; {"factor": 0.2} makes each up to 20 %
    shorter or longer, and "factor" alone 50 %. A server's Retry-After is honoured up to `max_retry_after` seconds; a
    longer one ends the call. `random` draws from 0 to 1. (Brooker, "Exponential Backoff And Jitter", AWS, 2015.)
    """

    cap: float = attrs.field(default=10.0, validator=SECONDS)
    jitter: Jitter = attrs.field(default=1.0, converter=_jitter)

    def _delay(self, history: Sequence[Outcome]) -> float:
        backoff = self.base * 2 ** min(len(history), 63)
        return _spread(self.jitter, backoff, self.base, self.cap, self.random())


@frozen(kw_only=True)
class LinearRetry(_Policy):
    """Waits about `base`, 2 `base`, 3 `base` … seconds, at most `cap`; the rest is as in ExponentialRetry."""

    cap: float = attrs.field(default=10.0, validator=SECONDS)
    jitter: Jitter = attrs.field(default=1.0, converter=_jitter)

    def _delay(self, history: Sequence[Outcome]) -> float:
        return _spread(self.jitter, self.base * (len(history) + 1), self.base, self.cap, self.random())


@frozen(kw_only=True)
class ConstantRetry(_Policy):
    """Waits about `base` seconds each time; the rest is as in ExponentialRetry, without a cap."""

    jitter: Jitter = attrs.field(default=1.0, converter=_jitter)

    def _delay(self, history: Sequence[Outcome]) -> float:
        return _spread(self.jitter, self.base, self.base, 2 * self.base, self.random())


@frozen(kw_only=True)
class DecorrelatedRetry(_Policy):
    """Waits from `base` to three times the wait before, at most `cap`; before the first it counts as `base`.

    Its jitter is its law, and no option. The wait before is the `delay` of the latest outcome in the history. (Brooker,
    "Exponential Backoff And Jitter", AWS, 2015: sleep = min(cap, random_between(base, sleep * 3)).)
    """

    cap: float = attrs.field(default=10.0, validator=SECONDS)

    def _delay(self, history: Sequence[Outcome]) -> float:
        before = history[-1].delay if history else None
        longest = 3 * max(self.base, min(self.base if before is None else before, self.cap))
        return min(self.cap, self.base + (longest - self.base) * self.random())


@frozen
class NoRetry:
    """Every outcome is final."""

    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision:
        return Answer()

    def tuned(self, **options: Any) -> Self:
        """Itself: a manifest does not switch on what is off. Raises ConfigurationError for an option nobody has."""
        known_options("retry", options, _TUNABLE)
        return self
