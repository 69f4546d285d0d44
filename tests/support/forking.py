"""A child that is forked by a thread other than the one that holds a lock, and what it comes to."""

import os
import signal
from collections.abc import Callable

from pristine.testing.contracts.probing import in_threads


def holds_in_a_child(holds: Callable[[], bool]) -> bool:
    """Whether something holds in a child; it does not where the child raises, or waits for longer than 5 s."""
    statuses: list[int] = []

    def fork() -> None:
        if (child := os.fork()) == 0:
            held = False
            try:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(5)
                held = holds()
            finally:
                os._exit(0 if held else 1)
        statuses.append(os.waitpid(child, 0)[1])

    assert in_threads([fork]) == []
    return statuses == [0]
