"""The ledger of a call: what each of its attempts came to, and why there was or was not another. It shows no secret."""

from typing import Final

from pristine.ports.values import frozen

LONGEST: Final = 100
"""How many attempts a ledger keeps: a feed that reconnects for weeks has the latest of them."""


@frozen(kw_only=True)
class Attempt:
    """One attempt. Times are in seconds.

    `number` counts from 1. `started` is since the call began; `admitted` how long the attempt waited for its admission,
    `duration` how long it took altogether. `outcome` is a `Kind`, "cancelled" or "not_admitted"; `status` that of the
    answer, where one came. `error` is the name of the error's class, `message` what it says, without credentials.
    `sent` and `received` are bytes of bodies, where they are known. `delay` is the wait until the next attempt (None:
    there was none), and `why` says for what reason.
    """

    number: int
    started: float
    duration: float
    outcome: str
    why: str
    admitted: float = 0.0
    status: int | None = None
    error: str | None = None
    message: str | None = None
    sent: int | None = None
    received: int | None = None
    delay: float | None = None

    def __str__(self) -> str:
        came = f"{self.outcome}{f' {self.status}' if self.status else ''}"
        return f"{self.number}. at {self.started:.3f} s, {self.duration:.3f} s: {came}; {self.why}"
