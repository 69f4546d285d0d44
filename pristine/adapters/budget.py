"""A retry budget: tokens that retries cost and successes bring back, shared by all calls of a Context.

It is the retry quota of the standard mode of the AWS SDKs (SDKs and Tools Reference Guide, "Retry behavior"; botocore,
retries/standard.py), whose numbers are the defaults.
"""

import threading
from collections.abc import Sequence
from typing import Any, Final, Self

import attrs

from pristine.adapters.after_fork import renew_in_child
from pristine.adapters.checks import NOT_NEGATIVE
from pristine.ports.errors import TimeoutExceeded
from pristine.ports.outcome import Kind, Outcome
from pristine.ports.values import frozen

_SUCCESS: Final = Kind.SUCCESS
"""Each call asks for it, and to find a member of an enumeration takes longer than the rest of the question."""


@frozen(kw_only=True)
class _Prices:
    """In tokens."""

    capacity: float = attrs.field(validator=NOT_NEGATIVE)
    price: float = attrs.field(validator=NOT_NEGATIVE)
    timeout_price: float = attrs.field(validator=NOT_NEGATIVE)
    earns: float = attrs.field(validator=NOT_NEGATIVE)


class TokenBudget:
    """Has `capacity` tokens to begin with, and never more. A retry costs `price`, after a timeout `timeout_price`.

    A success brings back `earns`; one that came of a retry, what that retry cost. A failure brings back nothing: in an
    outage retries stop, and all goes on as without them until calls succeed. A capacity of 0 is no retries at all.
    Copies and pickles begin anew, with all tokens; a forked process goes on with what is left, for itself.
    """

    def __init__(self, *, capacity: float = 500, price: float = 5, timeout_price: float = 10, earns: float = 1) -> None:
        self._prices = _Prices(capacity=capacity, price=price, timeout_price=timeout_price, earns=earns)
        self._tokens = self._prices.capacity
        self._lock = threading.RLock()  # a finaliser may interrupt itself
        renew_in_child(self)

    @property
    def tokens(self) -> float:
        """What is left."""
        return self._tokens

    def spend(self, outcome: Outcome) -> bool:
        price = self._price(outcome)
        with self._lock:
            if price > self._tokens:
                return False
            self._tokens -= price
            return True

    def earn(self, outcome: Outcome, history: Sequence[Outcome] = ()) -> None:
        """Bring back what a success earns; `history` are the outcomes of its call that retries were spent on."""
        if outcome.kind is not _SUCCESS or self._tokens >= self._prices.capacity:
            return
        earned = self._price(history[-1]) if history else self._prices.earns
        with self._lock:
            self._tokens = min(self._prices.capacity, self._tokens + earned)

    def _price(self, outcome: Outcome) -> float:
        return self._prices.timeout_price if isinstance(outcome.error, TimeoutExceeded) else self._prices.price

    def after_fork(self) -> None:
        """Called in a child: its lock may be one that was held elsewhere."""
        self._lock = threading.RLock()

    def __copy__(self) -> Self:
        return type(self)(**attrs.asdict(self._prices))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()

    def __reduce__(self) -> Any:
        return _remade, (type(self), attrs.asdict(self._prices))

    def __repr__(self) -> str:
        return f"TokenBudget({self._tokens:g} of {self._prices.capacity:g} tokens)"


def _remade(cls: type[TokenBudget], options: dict[str, float]) -> TokenBudget:
    return cls(**options)
