"""A resource for each process and event loop: made at its first use there, closed when that loop ends."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerProcess(Generic[T]):
    """One T for each process: after fork the child makes its own and leaves the parent's alone."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[int, T] = {}

    def get(self) -> T:
        made = self._made.get(os.getpid())
        return made if made is not None else self._made.setdefault(os.getpid(), self._make())

    @property
    def made(self) -> list[T]:
        """The resource of this process, where it was made."""
        made = self._made.get(os.getpid())
        return [] if made is None else [made]

    def pop(self) -> T | None:
        """Forget the resource of this process, and return it."""
        return self._made.pop(os.getpid(), None)


class PerLoop(Generic[T]):
    """One T for each running event loop.

    When the loop ends, asyncio closes the async generators that were started on it; the one kept here closes the
    resource, in its own loop, where that is still possible.
    """

    def __init__(self, make: Callable[[], T], close: Callable[[T], Awaitable[None]]) -> None:
        self._make = make
        self._close = close
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[T, AsyncGenerator[None, None], int]]
        self._made = WeakKeyDictionary()

    async def get(self) -> T:
        loop = asyncio.get_running_loop()
        made = self._made.get(loop)
        if made is None:
            resource = self._make()
            made = self._made[loop] = resource, self._watch(resource), os.getpid()
            await anext(made[1])
        return made[0]

    @property
    def made(self) -> list[T]:
        """The resources of all loops of this process that are not closed; from any thread."""
        loops = [loop for ref in self._made.keyrefs() if (loop := ref()) is not None and not loop.is_closed()]
        made = filter(None, map(self._made.get, loops))
        return [resource for resource, _, process in made if process == os.getpid()]

    async def aclose(self) -> None:
        """Close the resource of the running loop."""
        made = self._made.pop(asyncio.get_running_loop(), None)
        if made is not None:
            await made[1].aclose()

    async def _watch(self, resource: T) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self._close(resource)
