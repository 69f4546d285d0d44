"""Virtual time for asyncio: the loop's clock stands still while anything can run, then jumps to the next timer.

Hours pass in moments, and a run is the same every time. It is for what is alone on its loop: nothing that comes from
outside, such as a thread or a socket, has a place in this time, and where all wait for ever that is an error.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH = 1_700_000_000.0


class StandsStill(RuntimeError):
    """Everything waits, and no timer is set: nothing can happen any more."""


class _Jumping(selectors.DefaultSelector):
    """A selector that lets virtual time pass instead of waiting."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise StandsStill(f"after {self.now:g} s")
            self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time` begins at 0 and jumps; `asyncio.sleep` and timeouts are of this time."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


class VirtualClock:
    """The AsyncClock of the running loop: whatever its time is."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def time(self) -> float:
        return EPOCH + self.now()

    async def asleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run_virtual(call: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a VirtualLoop of its own; raises StandsStill where it waits for what cannot come."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(call)
