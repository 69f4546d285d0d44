"""Ports: whether to make another attempt, and what all calls together may spend on that. No waiting, no clock."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from pristine.ports.outcome import Outcome
from pristine.ports.values import frozen


@frozen
class Answer:
    """Take the outcome as it is."""


@frozen
class Again:
    """Send again after `delay` seconds."""

    delay: float


@frozen
class GiveUp:
    """Raise the outcome's error; `reason` is added to its message."""

    reason: str


Decision: TypeAlias = Answer | Again | GiveUp


class Retry(Protocol):
    """Decides.

    1. `decide` depends on its arguments and on injected randomness alone; it does not wait, log or raise.
    2. `history` has the outcomes of the earlier attempts of the same call, oldest first; `outcome` is not in it. Any
       Sequence of any length will do, and it is not changed.
    3. A success is answered with Answer.
    4. A wish of the server (`retry_after`) is never undercut.
    5. The decision is an Answer; an Again whose `delay` is finite and 0 or more; or a GiveUp whose `reason` is a line
       of text.
    """

    def decide(self, outcome: Outcome, history: Sequence[Outcome]) -> Decision: ...


class RetryBudget(Protocol):
    """What the calls of a Context may spend on retries together, so that an outage is not multiplied.

    1. `spend` takes the price of a retry after this outcome and says True, or leaves all as it is and says False.
    2. `earn` is told of each outcome that is not followed by a retry, and of those before it in its call. A success
       brings something back, and nothing else does; there is never more than there was in the beginning.
    3. Both return at once, from any thread, and do not raise.
    """

    def spend(self, outcome: Outcome) -> bool: ...
    def earn(self, outcome: Outcome, history: Sequence[Outcome] = ()) -> None: ...
