"""Where the blocking face waits for pyreqwest: the thread that calls stands in for an event loop."""

from asyncio import events
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Any, Final

from pristine.adapters.pyreqwest.driving import Call, End, Ends, Overdue, Stopped
from pristine.ports.blocking import finish, lifted_chunks
from pristine.ports.body import AsyncBody, blocking_chunks

_PAUSES: Final = (0.0005, 0.001, 0.002, 0.004, 0.008)
"""Seconds between looks whether something is done, for a thread that has others to serve."""


class Threads:
    """Each in the thread that calls."""

    def face(self, abandoned: Callable[[End], None], *, asks: bool) -> "InThread":
        return InThread(abandoned, asks=asks)

    async def rest(self, seconds: float) -> None:
        sleep(seconds)  # noqa: ASYNC251 this is the face that blocks

    def close(self) -> None:
        """Nothing is held."""


class InThread:
    """The blocking face: what the library asks of an event loop is done by the thread that waits, in turn.

    Where the library has nothing to ask for but to be asked again, the queue itself is what it calls: to run a function
    of Python in its thread takes several µs, since there is no stack for that.
    """

    def __init__(self, abandoned: Callable[[End], None], *, asks: bool) -> None:
        self._calls: SimpleQueue[Any] = SimpleQueue()  # a finaliser may interrupt `put`
        self._loop = self if asks else _Waking(self._calls.put)
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
                moment = ends() if self._loop is self else None
                if moment is not None and monotonic() >= moment:  # a source took its time, while the library went on
                    raise Overdue
        raise Stopped

    def ask(self, call: Call) -> Any:
        outer = events._get_running_loop()  # noqa: SLF001 for whoever stands in for a loop: it is in __all__
        events._set_running_loop(self._loop)  # type: ignore[arg-type]  # noqa: SLF001 as much of a loop as is asked for
        try:
            return call.send(None)
        finally:
            events._set_running_loop(outer)  # noqa: SLF001 as above

    def _take_turn(self, moment: float | None) -> None:
        """Do the next thing that is to be called."""
        try:
            turn = self._calls.get(True, None if moment is None else max(moment - monotonic(), 0.0))
        except Empty:
            raise Overdue from None
        if type(turn) is tuple:  # else to be woken was all
            callback, arguments = turn
            callback(*arguments)

    def catch_up(self) -> None:
        with suppress(Overdue):
            while True:
                self._take_turn(0.0)

    def pause(self) -> Any:
        return self

    def wake(self) -> None:
        self._calls.put(None)

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


class _Waking:
    """As much of a loop as wakes a thread: `soon` takes what is to be called, and what for, and keeps the first."""

    def __init__(self, soon: Callable[..., None]) -> None:
        self.call_soon_threadsafe = soon

    def create_future(self) -> "_Future":
        return _Future()

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
