"""A transport of either face, driven blockingly, so that a test is written once.

Whatever is called runs elsewhere: in a thread of its own on the blocking face, as a task of an event loop that has a
thread of its own on the async one. So any call can be waited for with patience, left under way, or cancelled.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from pristine.ports.messages import Request, Response, StreamHead

PATIENCE: Final = 5.0
"""Seconds that a call may take before it is said to hang."""


class Hung(AssertionError):
    """A call did not come to an end."""


class Cancelled(Exception):
    """The outcome of a task that was cancelled."""


class Pending:
    """A call that is under way."""

    def __init__(self, patience: float, cancel: Callable[["Pending"], object] | None = None) -> None:
        self._patience = patience
        self._cancel = cancel
        self._over = threading.Event()
        self._value: Any = None
        self._error: BaseException | None = None

    def ends_within(self, seconds: float) -> bool:
        """Wait so long for its end; say whether it came."""
        return self._over.wait(seconds)

    def outcome(self) -> Any:
        """Wait for the end: what was returned, or the exception that was raised; raises Hung after the patience."""
        if not self._over.wait(self._patience):
            raise Hung(f"the call did not end within {self._patience:g} s")
        return self._value if self._error is None else self._error

    def result(self) -> Any:
        """Wait for the end; raises what the call raised, Cancelled where it was, and Hung after the patience."""
        outcome = self.outcome()
        if self._error is not None:
            raise self._error
        return outcome

    def cancel(self) -> None:
        """Cancel the task; a thread cannot be cancelled."""
        if self._cancel is None:
            raise TypeError("a blocking call cannot be cancelled")
        self._cancel(self)

    def end(self, value: Any = None, error: BaseException | None = None) -> None:
        """Say how it ended."""
        self._value, self._error = value, error
        self._over.set()


def read(transport: Any, request: Request) -> Response:
    """A response by the stream port of the blocking face: opened, read to its end, closed."""
    stream = transport.open(request)
    try:
        return Response(stream.head.status, stream.head.headers, b"".join(iter(stream.next, b"")))
    finally:
        stream.close()


async def aread(transport: Any, request: Request) -> Response:
    """The same on the async face."""
    stream = await transport.aopen(request)
    try:
        pieces = []
        while piece := await stream.anext():
            pieces.append(piece)
        return Response(stream.head.status, stream.head.headers, b"".join(pieces))
    finally:
        await stream.aclose()


class Face(Protocol):
    """Where the calls of one face run. `prefix` is what its methods have in front; `read` opens and reads."""

    prefix: str
    read: Callable[..., Any]

    def begin(self, method: Callable[..., Any], *arguments: Any) -> Pending:
        """Begin a call of a method of this face."""
        ...

    def make(self, make: Callable[[], Any]) -> Any:
        """Make a transport where it will be used."""
        ...

    def end(self) -> list[str]:
        """Leave; what had not come to an end, or failed unseen, is told."""
        ...


class BlockingFace:
    """Each call in a thread of its own, which a call that hangs does not take with it."""

    prefix = ""
    read = staticmethod(read)

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience

    def begin(self, method: Callable[..., Any], *arguments: Any) -> Pending:
        pending = Pending(self._patience)

        def run() -> None:
            try:
                pending.end(method(*arguments))
            except BaseException as error:  # noqa: BLE001 it is the outcome
                pending.end(error=error)

        threading.Thread(target=run, daemon=True).start()
        return pending

    def make(self, make: Callable[[], Any]) -> Any:
        return make()

    def end(self) -> list[str]:
        return []


class AsyncFace:
    """Each call a task of one event loop, which ends as `asyncio.run` would end it."""

    prefix = "a"
    read = staticmethod(aread)

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._strays: list[str] = []
        self._tasks: dict[Pending, asyncio.Task[Any]] = {}
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait()

    def begin(self, method: Callable[..., Any], *arguments: Any) -> Pending:
        pending = Pending(self._patience, lambda it: self._loop.call_soon_threadsafe(self._cancel, it))
        self._loop.call_soon_threadsafe(self._start, pending, method, arguments)
        return pending

    def make(self, make: Callable[[], Any]) -> Any:
        async def made() -> Any:
            return make()

        return self.begin(made).result()

    def end(self) -> list[str]:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(self._patience)
        if self._thread.is_alive():
            raise Hung(f"the event loop did not end within {self._patience:g} s")
        return self._strays

    def _start(self, pending: Pending, method: Callable[..., Coroutine[Any, Any, Any]], arguments: Any) -> None:
        try:
            task = self._loop.create_task(method(*arguments))
        except Exception as error:  # noqa: BLE001 it is the outcome
            pending.end(error=error)
            return
        self._tasks[pending] = task
        task.add_done_callback(lambda task: self._ended(pending, task))

    def _ended(self, pending: Pending, task: "asyncio.Task[Any]") -> None:
        del self._tasks[pending]
        if task.cancelled():
            pending.end(error=Cancelled("the task was cancelled"))
        elif (error := task.exception()) is not None:
            pending.end(error=error)
        else:
            pending.end(task.result())

    def _cancel(self, pending: Pending) -> None:
        if pending in self._tasks:
            self._tasks[pending].cancel()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(lambda _, told: self._strays.append(str(told.get("exception", told))))
        self._ready.set()
        await self._stop.wait()
        await asyncio.sleep(0)  # callbacks of what has just ended
        left = asyncio.all_tasks() - {asyncio.current_task()}
        self._strays += [f"a task is still running: {task!r:.200}" for task in left]


FACES: Final[dict[str, Callable[[float], Face]]] = {"blocking": BlockingFace, "async": AsyncFace}


class Opened:
    """An open body of a response."""

    def __init__(self, stream: Any, face: Face) -> None:
        self.stream = stream
        self._face = face

    @property
    def head(self) -> StreamHead:
        """The status and the header fields."""
        return self.stream.head  # type: ignore[no-any-return]

    def begin(self, verb: str, *arguments: Any) -> Pending:
        """Begin `next` or `close`."""
        return self._face.begin(getattr(self.stream, self._face.prefix + verb), *arguments)

    def next(self, within: float | None = None) -> bytes:
        """The bytes that arrive next; b"" at the end."""
        return self.begin("next", within).result()  # type: ignore[no-any-return]

    def rest(self) -> bytes:
        """All that is still to come."""
        return b"".join(iter(self.next, b""))

    def cancel(self) -> None:
        """Cancel in the thread of the caller, which is not the one that reads."""
        self.stream.cancel()

    def close(self) -> None:
        """Close it."""
        self.begin("close").result()


class Subject:
    """A transport on one of its faces: "blocking" or "async"."""

    def __init__(self, make: Callable[[], Any], face: str, patience: float = PATIENCE) -> None:
        self.face = face
        self._make, self._patience = make, patience
        self._runner = FACES[face](patience)
        try:
            self.transport = self._runner.make(make)
        except BaseException:
            self._runner.end()
            raise

    def begin(self, verb: str, *arguments: Any) -> Pending:
        """Begin `send`, `open` or `close`."""
        return self._runner.begin(getattr(self.transport, self._runner.prefix + verb), *arguments)

    def begin_call(self, way: str, request: Request) -> Pending:
        """Begin a call for a whole response, by the way "send", or "open" and reading to the end."""
        if way == "send":
            return self.begin("send", request)
        return self._runner.begin(self._runner.read, self.transport, request)

    def do(self, function: Callable[..., Any], *arguments: Any) -> Pending:
        """Begin a function of one's own where the calls run; a coroutine function on the async face."""
        return self._runner.begin(function, *arguments)

    def send(self, request: Request) -> Response:
        """A request, and the whole response."""
        return self.begin("send", request).result()  # type: ignore[no-any-return]

    def open(self, request: Request) -> Opened:
        """A request, and a response whose body is open."""
        return self.opened(self.begin("open", request).result())

    def opened(self, stream: Any) -> Opened:
        """A stream of the transport that came in another way."""
        return Opened(stream, self._runner)

    def close(self) -> None:
        """Close the transport; it may be used afterwards."""
        self.begin("close").result()

    def move(self) -> None:
        """Go on with the same transport in another event loop; the old one ends, the transport not being closed."""
        self._runner.end()
        self._runner = FACES[self.face](self._patience)

    def end(self) -> list[str]:
        """Close, and leave; what was left running or failed unseen is told."""
        try:
            self.close()
        finally:
            told = self._runner.end()
        return told
