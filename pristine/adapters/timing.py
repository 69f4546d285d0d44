"""The clock of one request, for transports: which moments end it, and which limit it was that passed."""

import time

from pristine.ports.errors import RetrySafe, TimeoutExceeded
from pristine.ports.messages import Timeout

_SLACK = 0.001
"""A vendor's timer may go off this many seconds early."""


class Timing:
    """Starts when it is made. `ends` is the moment, on the monotonic clock, that ends what is being waited for now."""

    def __init__(self, timeout: Timeout) -> None:
        now = time.monotonic()
        self.timeout = timeout
        self._total = None if timeout.total is None else now + timeout.total
        self._extra: tuple[float, str, float] | None = None
        if timeout.head is not None:
            self._extra = (now + timeout.head, "head", timeout.head)

    @property
    def ends(self) -> float | None:
        """The moment of the total, or of the present extra limit, whichever is first."""
        extra = None if self._extra is None else self._extra[0]
        return extra if self._total is None else self._total if extra is None else min(self._total, extra)

    def reading(self, within: float | None) -> None:
        """The head is there; the next piece of the body is to come `within` seconds."""
        self._extra = None if within is None else (time.monotonic() + within, "within", within)

    def timed_out(self, limit: str, phase: str) -> TimeoutExceeded:
        """The error for a limit of the vendor's that passed, named for the moment that made it pass, if one did."""
        now = time.monotonic() + _SLACK
        seconds: float = getattr(self.timeout, limit) or 0.0
        if self._total is not None and now >= self._total:
            limit, seconds = "total", self.timeout.total or 0.0
        elif self._extra is not None and now >= self._extra[0]:
            _, limit, seconds = self._extra
        safe = RetrySafe.YES if phase in {"pool", "connect"} else RetrySafe.UNKNOWN
        message = f"{limit} timeout of {seconds:g} s passed (phase: {phase})"
        return TimeoutExceeded(message, phase=phase, limit=limit, seconds=seconds, retry_safe=safe)
