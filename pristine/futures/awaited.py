"""Many handles of the async face on one event loop: a task for each question, and one for the next moment.

A handle that only waits is an entry in a heap. Whoever stops waiting leaves no task behind.
"""

import asyncio
from collections.abc import AsyncIterator, Generator, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from pristine.futures.asking import agenda, others
from pristine.futures.combined import Combination
from pristine.ports.errors import PristineError

T = TypeVar("T")


class AsyncCompleted(AsyncIterator[Any]):
    """Handles, each when it has ended. Use an `async with` block, or `aclose`, where they are not all waited for."""

    def __init__(self, handles: list[Any], timeout: float | None, room: int) -> None:
        self._agenda, self._clock = agenda(handles, timeout, room)
        self._bell = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._alarm: asyncio.Task[None] | None = None
        self._rings = 0.0
        self._broken: BaseException | None = None

    async def __anext__(self) -> Any:
        try:
            return await self._next()
        except BaseException:
            await self.aclose()
            raise

    async def _next(self) -> Any:
        while (ended := self._agenda.ended()) is None:
            if self._broken is not None:
                raise self._broken
            if self._agenda.over:
                raise StopAsyncIteration
            while (leaf := self._agenda.next()) is not None:
                self._begin(leaf.poll(), partial(self._back, leaf))
            await self._rest()
        return ended

    def _begin(self, coroutine: Any, then: Any) -> "asyncio.Task[Any]":
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(then)
        return task

    def _back(self, leaf: Any, task: "asyncio.Task[Any]") -> None:
        self._agenda.back(leaf)
        self._ended(task, expected=leaf.done)

    def _ended(self, task: "asyncio.Task[Any]", *, expected: bool = False) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not (expected and isinstance(error, PristineError)):
            self._broken = self._broken or error
        self._bell.set()

    async def _rest(self) -> None:
        """Wait until a question is answered, or one is to be asked."""
        self._bell.clear()
        await asyncio.sleep(0)
        if self._bell.is_set():
            return  # an answer that was there at once takes no alarm
        pause = self._agenda.pause()
        if pause is not None:
            self._ring_in(pause)
        await self._bell.wait()

    def _ring_in(self, seconds: float) -> None:
        at = self._clock.now() + seconds
        if self._alarm in self._tasks:
            if self._rings <= at:
                return
            self._alarm.cancel()
        self._alarm, self._rings = self._begin(self._clock.asleep(seconds), self._ended), at

    async def aclose(self) -> None:
        """Ask no more; what is under way is cancelled, and waited for. It may be called again."""
        for task in (tasks := set(self._tasks)):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()


class AsyncCombined(Combination[T]):
    """Several async handles as one: `await` it for its result."""

    async def result(self, timeout: float | None = None) -> T:  # noqa: ASYNC109 it ends no task
        """What `transform` makes of all results; raises as `gather` does."""
        if not self.done:
            async with AsyncCompleted([self], timeout, self._room) as ended:
                await anext(ended)
        if self._spoiler is not None:
            await self._spoiler.result()
        return self._value([await handle.result() for handle in self.handles])

    def __await__(self) -> Generator[Any, None, T]:
        return self.result().__await__()

    async def cancel(self, *, remotely: bool = True) -> bool:
        """End those that are pending, as `AsyncFutureHandle.cancel` does each; False where all had ended."""
        pending, error = await cancelled(self.leaves, self._room, remotely=remotely)
        if error is not None:
            raise error
        return pending


async def gathered(handles: list[Any], timeout: float | None, room: int, *, return_exceptions: bool) -> list[Any]:  # noqa: ASYNC109 as above
    """The results of all."""
    async with AsyncCompleted(handles, timeout, room) as ended:
        async for handle in ended:
            if not return_exceptions:
                await handle.result()
    return [await _outcome(handle) if return_exceptions else await handle.result() for handle in handles]


async def raced(handles: list[Any], timeout: float | None, room: int, *, remotely: bool) -> Any:  # noqa: ASYNC109 as above
    """The first that has ended."""
    async with AsyncCompleted(handles, timeout, room) as ended:
        first = await anext(ended)
    await cancelled(others(handles, first), room, remotely=remotely)
    return first


async def cancelled(leaves: Sequence[Any], room: int, *, remotely: bool) -> tuple[bool, PristineError | None]:
    """End them all: whether one was pending, and what the first call for it raised."""
    were, errors, todo = [False], list[PristineError](), iter(leaves)

    async def some() -> None:
        for leaf in todo:
            try:
                were.append(await leaf.cancel(remotely=remotely))
            except PristineError as error:
                errors.append(error)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(room, len(leaves))):
            group.create_task(some())
    return any(were) or bool(errors), next(iter(errors), None)


async def _outcome(handle: Any) -> Any:
    try:
        return await handle.result()
    except Exception as error:  # noqa: BLE001 it is handed on
        return error
