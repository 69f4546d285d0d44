"""One deadline for several calls, on the machine's clock or on another."""

import math
from contextlib import AbstractContextManager

from pristine.config.adapters import Named, made
from pristine.core.attempts.deadlines import around, deadline_within
from pristine.ports.clock import AsyncClock, Clock, Deadline
from pristine.ports.errors import ConfigurationError


def deadline(seconds: float, clock: Clock | AsyncClock | None = None) -> AbstractContextManager[Deadline]:
    """A block whose calls have so many seconds together, as well as each its own limits.

    It holds for the calls of this thread or task, and of tasks that are started in the block. `left()` of what it gives
    says how many seconds there still are. Raises ConfigurationError for what is no number of seconds.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < math.inf:
        raise ConfigurationError(f"deadline({seconds!r}): give seconds greater than 0", setting="seconds")
    clock = clock if clock is not None else made("clock", Named("system", {}))
    return around(deadline_within(clock.now, seconds))
