"""How many may have a connection at once: who comes first is served first, and no place is ever lost.

A place that is left goes to the first who waits, at once; who was given one and is cancelled before it knows passes it
on. `unused` is why this is not asyncio's semaphore, which keeps its number to itself.
"""

import asyncio
import math
from collections import deque


class Places:
    """`count` is how many there are; None is no bound."""

    def __init__(self, count: int | None) -> None:
        self._free: float = math.inf if count is None else count
        self._given = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def unused(self) -> float:
        """How many nobody has come to yet: so many connections may lie idle."""
        return self._free + self._given

    def taken(self) -> bool:
        """Take a place, if one is free; while somebody waits, none is."""
        if self._free:
            self._free -= 1
            return True
        return False

    async def wait(self, limit: float | None) -> None:
        """Wait for a place, and take it; raises TimeoutError after `limit` seconds."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(limit):
                await turn
        except BaseException:
            if not (turn.cancel() or turn.cancelled()):
                self._given -= 1
                self.leave()
            raise
        self._given -= 1

    def leave(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._given += 1
                return
        self._free += 1
