"""Function calls of a unary call, of Python and of C, as `sys.setprofile` sees them: the same under any load."""

import asyncio
import sys
from typing import Any, Final, Self

from benchmarks.suite import contestants
from benchmarks.suite.areas.meter import Figures

WARM, COUNTED = 20, 50
KINDS: Final = frozenset({"call", "c_call"})


class Counter:
    """Counts calls of functions while it is on, in this thread."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        self.count -= 2  # our own `__exit__`, and `setprofile` in it

    def _see(self, _frame: Any, kind: str, _: Any) -> None:
        self.count += kind in KINDS


def on_a_loop(name: str, root: str, effort: float) -> dict[str, Figures]:
    """Async: with what the event loop calls."""
    return {"calls": {"calls": asyncio.run(counted(name, f"{root}/call"))}}


async def counted(name: str, root: str) -> float:
    """Function calls of one call, in the mean."""
    contestant = contestants.opened(name, "async", root)
    for _ in range(WARM):
        await contestant.call()
    with Counter() as seen:
        for _ in range(COUNTED):
            await contestant.call()
    await contestant.close()
    return seen.count / COUNTED


def blocking(name: str, root: str, effort: float) -> dict[str, Figures]:
    contestant = contestants.opened(name, "blocking", f"{root}/call")
    for _ in range(WARM):
        contestant.call()
    with Counter() as seen:
        for _ in range(COUNTED):
            contestant.call()
    contestant.close()
    return {"calls": {"calls": seen.count / COUNTED}}
