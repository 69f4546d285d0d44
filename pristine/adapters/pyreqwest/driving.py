"""pyreqwest's coroutines, run by an event loop, or by the thread that blocks in the place of one.

It works in a thread of its own and says when it is worth asking again, so whoever waits here is also woken for reasons
of ours: a limit that passes, a place that comes free, a cancel. Its own blocking client can only be waited for.
"""

import asyncio
import math
import operator
import socket
import types
import weakref
from asyncio import events
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import suppress
from functools import partial
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


_RING: Final = (b"!",)


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

    def run(self, call: Call, ends: Ends) -> Awaitable[Any]:
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


class Waits(Protocol):
    """Where the requests of one pool wait."""

    def face(self, abandoned: Callable[[End], None], *, asks: bool) -> Face:
        """Where a request waits; `asks` if the library may ask more of it than to look again."""

    async def rest(self, seconds: float) -> None:
        """Let time pass."""

    def close(self) -> None:
        """Nobody shall wait here any more."""


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
    """As much of a loop as wakes a thread: `soon` has what is to be called, and what for, and takes both as they come."""

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


class Loop:
    """The running event loop, with one bell and one timer for all who wait on it.

    The library wakes a loop from its own thread, where asyncio's way takes several functions of Python, and each of
    them the GIL from the loop. Here it puts who is ready into a dict and sends a byte, and all of that is C: 10 µs less
    for each of many calls.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._moments: dict[OnLoop, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next = math.inf
        self._ready: dict[OnLoop, bool] = {}
        self._heard, self._bell = socket.socketpair()
        self.close = weakref.finalize(self, _end, self._loop, self._heard, self._bell)
        self._can_ring = self._hear()

    def _hear(self) -> bool:
        self._heard.setblocking(False)
        self._bell.setblocking(False)
        try:
            self._loop.add_reader(self._heard, _rung, self._heard, self._ready)
        except NotImplementedError:  # as on Windows
            return False
        return True

    def face(self, _abandoned: Callable[[End], None], *, asks: bool) -> "OnLoop":
        return OnLoop(self, self._loop) if asks or not self._can_ring else Ringing(self, self._loop)

    def bell(self, face: "OnLoop") -> "_Bell":
        """What the library is to set a result on when a face is to ask again."""
        return _Bell(partial(self._ready.setdefault, face, False), partial(self._bell.sendmsg, _RING, (), 0))

    async def rest(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def alarm(self, face: "OnLoop", moment: float | None) -> None:
        """Ring for a face at this moment, and not at another that was set before; None is never."""
        if moment is None:
            self._moments.pop(face, None)
            return
        self._moments[face] = moment
        if moment < self._next:
            self._begin(moment)

    def _begin(self, moment: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._next = moment
        self._timer = self._loop.call_later(max(moment - monotonic(), 0.0), self._ring)

    def _ring(self) -> None:
        now = monotonic()
        for face in [face for face, moment in self._moments.items() if moment <= now]:
            del self._moments[face]
            face.ring()
        self._timer, self._next = None, math.inf
        if self._moments:
            self._begin(min(self._moments.values()))


class OnLoop:
    """The async face, on the running event loop. All but `later` is called in its thread."""

    _future: "asyncio.Future[None] | None" = None
    _ends: Ends | None = None
    _stopped = _late = False

    def __init__(self, waits: Loop, loop: asyncio.AbstractEventLoop) -> None:
        self._waits = waits
        self._loop = loop

    @types.coroutine
    def run(self, call: Call, ends: Ends) -> Generator[Any, None, Any]:
        try:
            while not self._stopped:
                try:
                    self._future = self.ask(call)
                except StopIteration as answer:
                    return answer.value
                self._ends = ends
                self.changed()
                yield self._future
                if self._late:
                    self._late = False
                    raise Overdue
        finally:
            if self._ends is not None:
                self._ends = None
                self.changed()
        raise Stopped

    def ask(self, call: Call) -> Any:
        return call.send(None)

    def changed(self) -> None:
        self._waits.alarm(self, None if self._ends is None else self._ends())

    def ring(self) -> None:
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

    def chunks(self, body: AsyncBody) -> AsyncIterator[bytes]:
        return body.achunks()

    def task(self) -> "asyncio.Task[Any] | None":
        return asyncio.current_task()


class Ringing(OnLoop):
    """On the event loop, for a call that asks for nothing but to be asked again: it takes this for the loop."""

    call_soon_threadsafe = operator.call

    def ask(self, call: Call) -> Any:
        events._set_running_loop(self)  # type: ignore[arg-type]  # noqa: SLF001 as much of a loop as is asked for
        try:
            return call.send(None)
        finally:
            events._set_running_loop(self._loop)  # noqa: SLF001 it is in __all__

    def create_future(self) -> "_Bell":
        bell = self._waits.bell(self)
        bell.waits = self._loop.create_future()
        return bell

    def is_closed(self) -> bool:
        """It is asked for where the bell failed: since it is rung already, or since nobody hears it."""
        return True


class _Bell:
    """A future of the library's. Both methods are called in its thread, and are not Python's.

    `done` notes who is ready, and says False; `set_result` rings.
    """

    __slots__ = ("done", "set_result", "waits")
    waits: "asyncio.Future[None]"

    def __init__(self, done: Callable[[], bool], set_result: Callable[[None], object]) -> None:
        self.done = done
        self.set_result = set_result

    def __iter__(self) -> "Iterator[asyncio.Future[None]]":
        return iter(self.waits)


def _rung(heard: socket.socket, ready: dict[OnLoop, bool]) -> None:
    with suppress(BlockingIOError):
        heard.recv(4096)
    while ready:  # not all at once: more of them may come meanwhile, from the other thread
        ready.popitem()[0].wake()


def _end(loop: asyncio.AbstractEventLoop, heard: socket.socket, bell: socket.socket) -> None:
    with suppress(RuntimeError, NotImplementedError):  # the loop is closed, or has none of these
        loop.remove_reader(heard)
    heard.close()
    bell.close()
