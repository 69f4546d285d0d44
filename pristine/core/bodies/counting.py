"""Chunks as they are, and somebody who is told how many bytes there have been: after each MiB, and at the end."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

Told = Callable[[int], None]

EVERY: Final = 1 << 20
"""How many bytes pass between two words."""


class Milestones:
    """Counts bytes, and tells of them now and then."""

    def __init__(self, told: Told) -> None:
        self.bytes = 0
        self._told = told
        self._next = EVERY

    def add(self, size: int) -> None:
        """So many more."""
        self.bytes += size
        if self.bytes >= self._next:
            self._next = self.bytes + EVERY
            self._told(self.bytes)

    def end(self) -> None:
        """There are no more."""
        self._told(self.bytes)


class Counted(Iterator[bytes]):
    """Chunks of the blocking face."""

    def __init__(self, chunks: Any, told: Told) -> None:
        self._chunks = chunks
        self._milestones = Milestones(told)

    def __next__(self) -> bytes:
        chunk: bytes | None = next(self._chunks, None)
        if chunk is None:
            self._milestones.end()
            raise StopIteration
        self._milestones.add(len(chunk))
        return chunk

    def close(self) -> None:
        self._chunks.close()


class AsyncCounted(AsyncIterator[bytes]):
    """Chunks of the async face."""

    def __init__(self, chunks: Any, told: Told) -> None:
        self._chunks = chunks
        self._milestones = Milestones(told)

    async def __anext__(self) -> bytes:
        chunk: bytes | None = await anext(self._chunks, None)
        if chunk is None:
            self._milestones.end()
            raise StopAsyncIteration
        self._milestones.add(len(chunk))
        return chunk

    async def aclose(self) -> None:
        await self._chunks.aclose()
