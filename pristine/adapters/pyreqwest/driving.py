"""pyreqwest's coroutines, run by an event loop, or by the thread that blocks in the place of one.

It works in a thread of its own and says when it is worth asking again, so whoever waits here is also woken for reasons
of ours: a limit that passes, a place that comes free, a cancel. Its own blocking client can only be waited for, which
costs less and would keep even Ctrl-C waiting.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from pristine.ports.body import AsyncBody

if TYPE_CHECKING:
    import asyncio

Ends: TypeAlias = Callable[[], float | None]
"""The moment, on the monotonic clock, that ends a wait as things stand now."""

End: TypeAlias = Callable[[], None]
"""What lets go of something."""


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
