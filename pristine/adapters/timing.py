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
        self._set(None if timeout.head is None else (now + timeout.head, "head", timeout.head))

    def reading(self, within: float | None) -> None:
        """The head is there; the next piece of the body is to come `within` seconds."""
        if within is not None or self._extra is not None:  # seldom: this is asked for each piece
            self._set(None if within is None else (time.monotonic() + within, "within", within))

    def _set(self, extra: tuple[float, str, float] | None) -> None:
        """Let this be the extra limit: its moment, its name, its seconds."""
        self._extra = extra
        self.ends: float | None = self._total
        if extra is not None and (self.ends is None or extra[0] < self.ends):
            self.ends = extra[0]

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
