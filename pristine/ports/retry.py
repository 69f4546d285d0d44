"""Port: what an attempt came to, and whether to make another. Pure: no waiting, no clock."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, TypeAlias

import attrs

from pristine.ports.errors import PristineError


class Kind(StrEnum):
    """The classes of outcome; every attempt has exactly one."""

    SUCCESS = "success"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    UPSTREAM_FAILURE = "upstream_failure"
    CLIENT_ERROR = "client_error"
    TRANSPORT_ERROR = "transport_error"


@attrs.frozen
class Outcome:
    """What an attempt came to.

    `may_resend` is False where sending again could do the work twice: an unsafe request without an idempotency key
    whose fate is unknown. The pipeline does not send again in that case, whatever the policy says.
    `retry_after` is the server's wish in seconds, finite and 0 or more, where it had one.
    """

    kind: Kind
    error: PristineError | None = None
    status: int | None = None
    retry_after: float | None = None
    may_resend: bool = True


@attrs.frozen
class Answer:
    """Take the outcome as it is."""


@attrs.frozen
class Again:
    """Send again after `delay` seconds."""

    delay: float


@attrs.frozen
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
