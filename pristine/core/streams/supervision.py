"""How long a stream may be without content: until the first event, and from then until the next one.

Comments and pings are not content, so a server that only pings is found out.
"""

from collections.abc import Callable

from pristine.ports.errors import TimeoutExceeded, TransportError
from pristine.ports.messages import Timeout


class Watch:
    """Watches one stream, if it is `on`: if there is a limit. `begin` when the caller asks for more, and so waits."""

    def __init__(self, now: Callable[[], float], timeout: Timeout, started: float) -> None:
        self.on = timeout.first_content is not None or timeout.content is not None
        self._now = now
        self._timeout = timeout
        self._limit = "first_content"
        self._seconds: float | None = timeout.first_content
        self._since = started

    def begin(self, events: int) -> None:
        """The caller waits for content, after so many events."""
        if events:
            self._limit, self._seconds = "content", self._timeout.content
            if self._seconds is not None:
                self._since = self._now()

    def left(self) -> float | None:
        """Seconds until the limit passes; raises TimeoutExceeded once it has."""
        if self._seconds is None:
            return None
        left = self._since + self._seconds - self._now()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> TimeoutExceeded:
        """The error of the limit."""
        told = f"{self._limit} timeout of {self._seconds:g} s passed (phase: body)"
        return TimeoutExceeded(told, phase="body", limit=self._limit, seconds=self._seconds)

    def named(self, error: TransportError) -> TransportError:
        """The error of a wait, by the name of the limit that bounded it."""
        if not isinstance(error, TimeoutExceeded) or error.limit != "within":
            return error
        passed = self.passed()
        passed.__cause__ = error.__cause__
        return passed
