"""Port: work that the server finishes later, as a value with a handle.

A handle belongs to one face; its `token` is a text with which any other goes on, in another process or on another
machine.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from enum import StrEnum
from typing import Any, Protocol, TypeVar, runtime_checkable

from pristine.ports.values import frozen

T_co = TypeVar("T_co", covariant=True)


class FutureState(StrEnum):
    """What became of the work. PENDING is the only one that another follows."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


@frozen(kw_only=True)
class Progress:
    """What the server said last: the state, the word that it used for it, and how far it is.

    `queue_state` and `queue_reason` say where the work waits, `progress` is the server's own measure; None where it
    says nothing. `polls` counts the times that it was asked, `elapsed` is in seconds since the work was started.
    """

    state: FutureState = FutureState.PENDING
    said: str | None = None
    queue_state: str | None = None
    queue_reason: str | None = None
    progress: Any = None
    polls: int = 0
    elapsed: float = 0.0


Observer = Callable[[Progress], object]
"""Is told of a change; what it raises is swallowed."""


class Handle(Protocol):
    """What both faces of a handle have, which asks nobody."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> FutureState: ...
    @property
    def done(self) -> bool: ...
    @property
    def progress(self) -> Progress: ...
    def token(self) -> str: ...
    def add_done_callback(self, callback: Callable[[Any], object]) -> None: ...
    def observe(self, observer: Observer, *, debounce: float = 0.0) -> None: ...


@runtime_checkable
class Future(Handle, Protocol[T_co]):
    """The blocking face.

    1. `poll` asks once and says what is known then; where the work has ended, it asks nobody.
    2. `result` waits, asking at the pace that the server or the policy says, and gives the result, or raises the error
       that the work ended with; after `timeout` seconds it raises TimeoutExceeded, and the work goes on.
    3. Whatever the server answers, a handle ends in one state, once; nobody is asked after that, and everybody is told
       the same.
    4. `cancel` ends it here, and on the server where the API knows how; it says whether the work was still pending.
    5. Iterating gives each change of what is known, the last one being the end.
    6. `observe`: told of every change of queue state or progress once, and of the end, or at most once in `debounce`
       seconds. `add_done_callback`: called once with the handle when it has ended. Neither can hurt the work.
    7. `token` holds no secret, and whoever has it can go on, as long as the server knows the work.
    """

    def poll(self) -> Progress: ...
    def result(self, timeout: float | None = None) -> T_co: ...
    def cancel(self) -> bool: ...
    def __iter__(self) -> Iterator[Progress]: ...


@runtime_checkable
class AsyncFuture(Handle, Protocol[T_co]):
    """The async face: `await handle` is its result; the other methods are awaited and keep the same promises."""

    async def poll(self) -> Progress: ...
    async def result(self, timeout: float | None = None) -> T_co: ...  # noqa: ASYNC109 it ends no task
    async def cancel(self) -> bool: ...
    def __await__(self) -> Any: ...
    def __aiter__(self) -> AsyncIterator[Progress]: ...
