"""What some limiters and breakers do in one step, and the rest in several: found once for each, then only called.

A shortcut is the port's own: one that a wrapper passes on, or that is older than an override of what it stands for,
would go past those.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from pristine.ports.admission import CircuitBreaker, Demand, RateLimiter, Report, Scope, State

Take: TypeAlias = Callable[[Demand, float], tuple[Any, float]]
"""Reserves, and asks for the first time: the reservation, and how long it must wait."""

Settled: TypeAlias = Callable[[Any, Report | None], tuple[State, State] | None]
"""Settles a token: the states before and after, where they differ."""

_TAKEN_BY: Final = ("reserve", "delay")
_SETTLED_BY: Final = ("settle", "state")


def take_of(limiter: RateLimiter) -> Take:
    """How to take a place."""
    found: Take | None = shortcut(limiter, "take", _TAKEN_BY)
    return found or _in_two_steps(limiter)


def settled_of(breaker: CircuitBreaker) -> Settled | None:
    """How a breaker settles a token and tells what that has changed; None where it has to be asked."""
    found: Settled | None = shortcut(breaker, "settled", _SETTLED_BY)
    return found


def asked(breaker: CircuitBreaker, token: Any, report: Report | None, scope: Scope, now: float) -> Any:
    """The same of a breaker that has to be asked."""
    before = breaker.state(scope, now)
    breaker.settle(token, report)
    after = breaker.state(scope, now)
    return None if before == after else (before, after)


def _in_two_steps(limiter: RateLimiter) -> Take:
    def take(demand: Demand, now: float) -> tuple[Any, float]:
        reservation = limiter.reserve(demand, now)
        try:
            return reservation, limiter.delay(reservation, now)
        except BaseException:
            limiter.cancel(reservation, now)
            raise

    return take


def shortcut(port: object, name: str, others: Sequence[str]) -> Any:
    """A port's own method of this name, unless one of the others has been overridden since; else None."""
    if any(other in getattr(port, "__dict__", ()) for other in others):
        return None
    for kind in type(port).__mro__:
        if name in vars(kind):
            return getattr(port, name)
        if any(other in vars(kind) for other in others):
            return None
    return None
