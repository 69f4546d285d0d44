"""Going on with an SSE feed after a break or a clean end (WHATWG HTML section 9.2.3): the decisions, without waiting.

Only progress, an event that was not delivered before, earns new patience: a server that flaps is given up on.
"""

from collections.abc import Mapping
from typing import Any

from pristine.core.requests.request import last_event_field
from pristine.manifest.model import Reconnect
from pristine.ports.events import Event

LONGEST = 30.0
"""The longest wait between two connections that is not the server's wish, in seconds."""


class Reconnection:
    """The state of one feed over all its connections. `last_event_id` is that of the last event delivered."""

    def __init__(self, policy: Reconnect | None, last_event_id: str) -> None:
        self._policy = policy
        self._failures = 0
        self._again = False
        self.last_event_id = last_event_id

    @property
    def wanted(self) -> bool:
        """Whether a clean end is to be followed by another connection."""
        return self._policy is not None

    def delay(self, retry: int | None) -> float | None:
        """Seconds until the next connection, doubling without progress; None: there is not to be another.

        `retry` is the server's reconnection time in milliseconds, where it gave one.
        """
        if self._policy is None or self._failures >= self._policy.max_attempts:
            return None
        self._failures += 1
        first = self._policy.delay if retry is None else retry / 1000
        return float(max(first, min(LONGEST, first * 2 ** (self._failures - 1))))

    def headers(self) -> Mapping[str, str]:
        """What the next request says beside the call's own fields."""
        self._again = True
        return last_event_field(self.last_event_id)

    def told(self) -> str:
        """Why there is no other connection."""
        return f"gave up after {self._failures} connections without a new event" if self._policy else ""

    def fresh(self, batch: list[Any]) -> list[Any]:
        """The batch without the event that was delivered last before the connection was made, which servers repeat."""
        if self._again and batch:
            self._again = False
            first = batch[0]
            if isinstance(first, Event) and first.id and first.id == self.last_event_id:
                batch = batch[1:]
        if batch:
            self._failures = 0
        return batch
