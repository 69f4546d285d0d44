"""Events on their way: a bounded queue, the batch that is being sent, and when the next attempt is due.

It decides and does not wait; whoever shares it between threads locks it.
"""

import uuid
from collections import deque
from collections.abc import Callable
from typing import Final

import attrs

from pristine.ports.errors import PristineError, ResponseError
from pristine.ports.errors.base import Fault
from pristine.reporter.settings import Settings

_LONGEST_WISH: Final = 3600.0
_AGAIN: Final = frozenset({408, 425, 429})
"""Statuses below 500 after which the same request may have more luck."""


@attrs.frozen(kw_only=True)
class Counts:
    """Events since the beginning: `queued` are still there, `dropped` had no room, `rejected` the server refused.

    `failures` is how many requests have failed, and `last_error` the class of the last one's error.
    """

    queued: int
    sent: int
    dropped: int
    rejected: int
    failures: int
    last_error: str | None


@attrs.frozen
class Batch:
    """Events that go out together: `key` is the same however often they are sent, `last` the number of the last."""

    key: str
    first: int
    events: tuple[bytes, ...]


class Outbox:
    """Holds at most `queue_size` events and `queue_bytes`, and one batch."""

    def __init__(self, settings: Settings, chance: Callable[[], float]) -> None:
        self._settings = settings
        self._chance = chance
        self._queue: deque[tuple[int, float, bytes]] = deque()
        self._bytes = 0
        self._batch: Batch | None = None
        self._number = 0
        self._tries = 0
        self._not_before = 0.0
        self._sent = self._dropped = self._rejected = self._failures = 0
        self._last_error: str | None = None

    def put(self, event: bytes, now: float) -> None:
        """Take an event, and drop what there is no room for."""
        if len(event) > self._settings.queue_bytes:
            self._dropped += 1
            return
        while len(self._queue) >= self._settings.queue_size or self._bytes + len(event) > self._settings.queue_bytes:
            self._dropped += 1
            if self._settings.drop == "newest":
                return
            self._bytes -= len(self._queue.popleft()[2])
        self._number += 1
        self._queue.append((self._number, now, event))
        self._bytes += len(event)

    def refuse(self) -> None:
        """Count an event that is not taken."""
        self._dropped += 1

    @property
    def last(self) -> int:
        """The number of the event that was taken last."""
        return self._number

    @property
    def oldest(self) -> int | None:
        """The number of the oldest event that is still here."""
        if self._batch is not None:
            return self._batch.first
        return self._queue[0][0] if self._queue else None

    @property
    def is_full(self) -> bool:
        """Whether a whole batch is there."""
        return len(self._queue) >= self._settings.batch_size or self._bytes >= self._settings.batch_bytes

    def due(self, wanted: int) -> float | None:
        """When the next attempt is due; events up to the number `wanted` are due at once. None: nothing is there."""
        if self._batch is not None:
            return self._not_before
        if not self._queue:
            return None
        number, since, _ = self._queue[0]
        return 0.0 if self.is_full or number <= wanted else since + self._settings.interval

    def batch(self) -> Batch | None:
        """The batch that failed, or the next events."""
        if self._batch is None and self._queue:
            first, size = self._queue[0][0], 0
            events: list[bytes] = []
            while self._queue and len(events) < self._settings.batch_size:
                size += len(self._queue[0][2])
                if events and size > self._settings.batch_bytes:
                    break
                events.append(self._queue.popleft()[2])
                self._bytes -= len(events[-1])
            self._batch = Batch(str(uuid.uuid4()), first, tuple(events))
        return self._batch

    def settle(self, error: Exception | None, now: float) -> None:
        """Say what the attempt came to."""
        count = 0 if self._batch is None else len(self._batch.events)
        if error is None:
            self._sent += count
            self._batch, self._tries = None, 0
            return
        self._failures += 1
        self._last_error = type(error).__qualname__
        if is_final(error):
            self._rejected += count
            self._batch, self._tries = None, 0
            return
        self._tries += 1
        self._not_before = now + self._delay(error)

    def _delay(self, error: Exception) -> float:
        doubled = self._settings.backoff * 2.0 ** min(self._tries - 1, 60)
        wish = min(getattr(error, "retry_after", None) or 0.0, _LONGEST_WISH)
        return max(wish, min(doubled, self._settings.max_backoff) * (0.5 + self._chance() / 2))

    def abandon(self) -> None:
        """Drop what is left."""
        self._dropped += len(self)
        self._queue.clear()
        self._batch, self._bytes = None, 0

    def __len__(self) -> int:
        return len(self._queue) + (0 if self._batch is None else len(self._batch.events))

    @property
    def counts(self) -> Counts:
        """The numbers of the moment."""
        return Counts(
            queued=len(self),
            sent=self._sent,
            dropped=self._dropped,
            rejected=self._rejected,
            failures=self._failures,
            last_error=self._last_error,
        )


def is_final(error: Exception) -> bool:
    """Whether the same request would fail again, however often it was sent."""
    if isinstance(error, ResponseError) and error.status:
        return error.status < 500 and error.status not in _AGAIN
    return not isinstance(error, PristineError) or error.fault is Fault.CALLER
