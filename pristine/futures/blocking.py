"""Many handles of the blocking face: asked in the calling thread, or where a server holds questions, in a few more.

Whoever leaves waits for the questions that are under way: an answer that nobody takes may be the result. No thread is
left then.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar

from pristine.core.attempts import deadlines
from pristine.futures.asking import agenda, others, outcome
from pristine.futures.combined import Combination
from pristine.ports.blocking import finish
from pristine.ports.errors import PristineError

T = TypeVar("T")
Answered: TypeAlias = "tuple[Any, Future[None]]"

ALONE: Final = 1
"""Questions under way at once that take no thread but the calling one."""

_LONGEST: Final = 3600.0
"""Seconds for which a thread waits for others before it looks again."""


class Completed(Iterator[Any]):
    """Handles, each when it has ended. Use a `with` block, or `close`, where they are not all waited for."""

    def __init__(self, handles: list[Any], timeout: float | None, room: int) -> None:
        self._agenda, self._clock = agenda(handles, timeout, room)
        self._room = room
        self._pool: ThreadPoolExecutor | None = None
        self._answered: SimpleQueue[Answered] = SimpleQueue()
        self._under_way = 0

    def __next__(self) -> Any:
        try:
            return self._next()
        except BaseException:
            self.close()
            raise

    def _next(self) -> Any:
        while (ended := self._agenda.ended()) is None:
            if self._agenda.over:
                raise StopIteration
            if (leaf := self._agenda.next()) is None:
                self._wait()
            elif self._room > ALONE:
                self._hand_out(leaf)
            else:
                self._ask_and_bring_back(leaf)
        return ended

    def _ask_and_bring_back(self, leaf: Any) -> None:
        try:
            self._ask(leaf)
        finally:
            self._agenda.back(leaf)

    def _ask(self, leaf: Any) -> None:
        token = deadlines.enter(self._agenda.until)  # so that no question is held for longer
        try:
            leaf.poll()
        except PristineError:
            if not leaf.done:
                raise
        finally:
            deadlines.leave(token)

    def _hand_out(self, leaf: Any) -> None:
        self._pool = self._pool or ThreadPoolExecutor(self._room, "pristine-futures")
        asked = self._pool.submit(copy_context().run, self._ask, leaf)
        self._under_way += 1
        asked.add_done_callback(lambda done: self._answered.put((leaf, done)))

    def _wait(self) -> None:
        pause = self._agenda.pause()
        if not self._under_way:
            finish(self._clock.asleep(pause or 0.0))
            return
        with suppress(Empty):
            self._take(_LONGEST if pause is None else min(pause, _LONGEST)).result()

    def _take(self, seconds: float) -> "Future[None]":
        leaf, done = self._answered.get(timeout=seconds)
        self._under_way -= 1
        self._agenda.back(leaf)
        return done

    def close(self) -> None:
        """Ask no more; waits for the questions that are under way. It may be called again."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None  # only now: an interrupt may come while it waits, and whoever closes again waits then
            with suppress(Empty):  # an interrupt may come just after one was taken
                while self._under_way:
                    self._take(0)
            self._under_way = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class Combined(Combination[T]):
    """Several blocking handles as one."""

    def result(self, timeout: float | None = None) -> T:
        """What `transform` makes of all results; raises as `gather` does."""
        if not self.done:
            with Completed([self], timeout, self._room) as ended:
                next(ended)
        if self._spoiler is not None:
            self._spoiler.result()
        return self._value([handle.result() for handle in self.handles])

    def cancel(self, *, remotely: bool = True) -> bool:
        """End those that are pending, as `FutureHandle.cancel` does each; False where all had ended."""
        pending, error = cancelled(self.leaves, remotely=remotely)
        if error is not None:
            raise error
        return pending


def gathered(handles: list[Any], timeout: float | None, room: int, *, return_exceptions: bool) -> list[Any]:
    """The results of all."""
    with Completed(handles, timeout, room) as ended:
        for handle in ended:
            if not return_exceptions:
                handle.result()
    return [outcome(handle.result) if return_exceptions else handle.result() for handle in handles]


def raced(handles: list[Any], timeout: float | None, room: int, *, remotely: bool) -> Any:
    """The first that has ended."""
    with Completed(handles, timeout, room) as ended:
        first = next(ended)
    cancelled(others(handles, first), remotely=remotely)
    return first


def cancelled(leaves: Sequence[Any], *, remotely: bool) -> tuple[bool, PristineError | None]:
    """End them all: whether one was pending, and what the first call for it raised."""
    were, errors = [False], []
    for leaf in leaves:
        try:
            were.append(leaf.cancel(remotely=remotely))
        except PristineError as error:
            errors.append(error)
    return any(were) or bool(errors), next(iter(errors), None)
