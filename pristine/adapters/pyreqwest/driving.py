"""pyreqwest's coroutines, run by an event loop, or by the thread that blocks in the place of one.

It works in a thread of its own and says when it is worth asking again, so whoever waits here is also woken for reasons
of ours: a limit that passes, a place that comes free, a cancel. Its own blocking client can only be waited for.
"""

import asyncio
import types
from asyncio import events
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Any, Final, Protocol, TypeAlias

from pristine.ports.blocking import finish, lifted_chunks
from pristine.ports.body import AsyncBody, blocking_chunks

Ends: TypeAlias = Callable[[], float | None]
"""The moment, on the monotonic clock, that ends a wait as things stand now."""

End: TypeAlias = Callable[[], None]
"""What lets go of something."""

_PAUSES: Final = (0.0005, 0.001, 0.002, 0.004, 0.008)
"""Seconds between looks whether something is done, for a thread that has others to serve."""


class Overdue(Exception):
    """The moment that was to end a wait has come. The call goes on if it is run again."""


class Stopped(Exception):
    """Nobody shall wait here any more."""


class Call(Protocol):
    """What is run: `send` raises StopIteration with the result, or gives what an event loop waits for."""

    def send(self, value: None, /) -> Any: ...
    def close(self) -> None: ...


class Face(Protocol):
    """Where one request waits."""

    async def run(self, call: Call, ends: Ends) -> Any:
        """The result of a call; raises Overdue and Stopped."""

    def ask(self, call: Call) -> Any:
        """Ask a call once."""

    def catch_up(self) -> None:
        """Do what is to be done in this thread for a call that nobody waits for."""

    def pause(self) -> Any:
        """What a call of ours gives that waits for `wake`."""

    def wake(self) -> None:
        """Ask again."""

    def changed(self) -> None:
        """Look again at the moment that ends the wait."""

    def stop(self) -> None:
        """Raise Stopped in whoever waits, and in whoever will."""

    def later(self, end: End) -> None:
        """Call something soon, where that is safe; from any thread and from a finaliser."""

    def until(self, is_done: Callable[[], bool]) -> bool:
        """Call something again and again, ever more rarely, until it is true, as this says; or for 15 ms."""

    def chunks(self, body: AsyncBody) -> AsyncIterator[bytes]:
        """The chunks of a body that this face can send."""

    def task(self) -> "asyncio.Task[Any] | None":
        """The task that runs now."""


class InThread:
    """The blocking face: what the library asks of an event loop is done by the thread that waits, in turn."""

    def __init__(self, abandoned: Callable[[End], None]) -> None:
        self._calls: SimpleQueue[tuple[Callable[..., object], Any]] = SimpleQueue()  # a finaliser may interrupt `put`
        self._abandoned = abandoned
        self._stopped = False

    async def run(self, call: Call, ends: Ends) -> Any:
        while not self._stopped:
            try:
                waits = self.ask(call)
            except StopIteration as answer:
                return answer.value
            if waits is not None:
                self._take_turn(ends())
        raise Stopped

    def ask(self, call: Call) -> Any:
        outer = events._get_running_loop()  # noqa: SLF001 for whoever stands in for a loop: it is in __all__
        events._set_running_loop(self)  # type: ignore[arg-type]  # noqa: SLF001 as much of a loop as is asked for
        try:
            return call.send(None)
        finally:
            events._set_running_loop(outer)  # noqa: SLF001 as above

    def _take_turn(self, moment: float | None) -> None:
        """Do the next thing that is to be called."""
        try:
            callback, arguments = self._calls.get(timeout=None if moment is None else max(moment - monotonic(), 0.0))
        except Empty:
            raise Overdue from None
        callback(*arguments)

    def catch_up(self) -> None:
        with suppress(Overdue):
            while True:
                self._take_turn(0.0)

    def pause(self) -> Any:
        return self

    def wake(self) -> None:
        self._calls.put((bool, ()))

    def stop(self) -> None:
        self._stopped = True
        self.wake()

    def later(self, end: End) -> None:
        self.stop()
        self._abandoned(end)

    def until(self, is_done: Callable[[], bool]) -> bool:
        for pause in _PAUSES:
            sleep(pause)
            if is_done():
                break
        return False

    @staticmethod
    async def rest(seconds: float) -> None:
        """Let time pass."""
        sleep(seconds)  # noqa: ASYNC251 this is the face that blocks

    def chunks(self, body: AsyncBody) -> AsyncIterator[bytes]:
        return lifted_chunks(blocking_chunks(body))

    def task(self) -> None:
        return None

    def changed(self) -> None:
        """Nothing: the moment is asked for whenever something was done."""

    # -- what the library asks of an event loop ------------------------------------------------------------------------

    def call_soon_threadsafe(self, callback: Callable[..., object], *arguments: Any, context: object = None) -> None:
        self._calls.put((callback, arguments))

    def create_future(self) -> "_Future":
        return _Future()

    def create_task(self, call: Coroutine[Any, Any, Any]) -> "_Task":
        return _Task(call, self.call_soon_threadsafe)

    def is_closed(self) -> bool:
        return False


class _Future:
    """What is waited for: here all that is called soon wakes the thread, which then asks again."""

    def done(self) -> bool:
        return False

    def set_result(self, result: object) -> None:
        pass

    def __iter__(self) -> Generator["_Future"]:
        yield self


class _Task:
    """A coroutine that never suspends, run when its turn comes."""

    def __init__(self, call: Coroutine[Any, Any, Any], soon: Callable[..., None]) -> None:
        self._call = call
        self._soon = soon

    def add_done_callback(self, callback: Callable[["_Task"], object]) -> None:
        self._soon(callback, self)

    def result(self) -> Any:
        return finish(self._call)

    def cancel(self) -> None:
        pass


class OnLoop:
    """The async face, on the running event loop. All but `later` is called in its thread."""

    def __init__(self, _: object = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._ends: Ends | None = None
        self._stopped = self._late = False

    async def run(self, call: Call, ends: Ends) -> Any:
        self._ends = ends
        try:
            return await self._steps(call)
        finally:
            self._ends = None
            self.changed()

    @types.coroutine
    def _steps(self, call: Call) -> Generator[Any, None, Any]:
        while not self._stopped:
            try:
                self._future = self.ask(call)
            except StopIteration as answer:
                return answer.value
            self.changed()
            yield self._future
            if self._late:
                self._late = False
                raise Overdue
        raise Stopped

    def ask(self, call: Call) -> Any:
        return call.send(None)

    def changed(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        moment = None if self._ends is None else self._ends()
        left = None if moment is None else max(moment - monotonic(), 0.0)
        self._alarm = None if left is None else self._loop.call_later(left, self._ring)

    def _ring(self) -> None:
        self._late = True
        self.wake()

    def catch_up(self) -> None:
        """Nothing: the loop does it."""

    def pause(self) -> Any:
        return next(iter(self._loop.create_future()))

    def wake(self) -> None:
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    def stop(self) -> None:
        self._stopped = True
        self.wake()

    def later(self, end: End) -> None:
        with suppress(RuntimeError):  # the loop is closed, and its connections with it
            self._loop.call_soon_threadsafe(end)

    def until(self, is_done: Callable[[], bool], pause: float = _PAUSES[0]) -> bool:
        def look() -> None:
            if not is_done():
                self.until(is_done, min(pause * 2, 1.0))

        self._loop.call_later(pause, look)
        return True

    @staticmethod
    async def rest(seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    def chunks(self, body: AsyncBody) -> AsyncIterator[bytes]:
        return body.achunks()

    def task(self) -> "asyncio.Task[Any] | None":
        return asyncio.current_task()
