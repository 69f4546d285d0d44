"""What those who ask have in common: which face some handles are of, and what may be said of how they are asked."""

import math
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from typing import Any, Final, Self, TypeVar

from pristine.core.attempts.deadlines import deadline_within
from pristine.core.futures.agenda import Agenda
from pristine.core.futures.handles import AsyncFutureHandle, FutureHandle, StartingFuture, clock_of
from pristine.futures.combined import Combination
from pristine.ports.clock import AsyncClock
from pristine.ports.errors import ConfigurationError

T = TypeVar("T")

AT_ONCE: Final = 80
"""Questions under way at once on the async face: a transport has 100 connections, and other calls need some."""

_HANDLES: Final = (FutureHandle, AsyncFutureHandle, Combination)


class Nothing(list[Any]):
    """What comes of no handles, which are of either face: an empty list that can be awaited, and read by both."""

    def __await__(self) -> Generator[None, None, list[Any]]:
        yield from ()
        return []

    async def __aiter__(self) -> AsyncIterator[Any]:
        for one in self:
            yield one

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...


def listed(handles: Iterable[Any]) -> list[Any]:
    """The handles, all of one face; raises ConfigurationError for what is none, or for both."""
    if isinstance(handles, (*_HANDLES, StartingFuture)) or not isinstance(handles, Iterable):
        raise _wrong(f"give a list of handles, not {type(handles).__name__}")
    found = list(handles)
    for index, one in enumerate(found):
        if isinstance(one, StartingFuture):
            raise _wrong(f"handles[{index}] has not been started: await it for its handle")
        if not isinstance(one, _HANDLES):
            raise _wrong(f"handles[{index}] is no handle, but {type(one).__name__}")
        if is_async(one) is not is_async(found[0]):
            raise _wrong(
                f"handles[{index}] is {_face(one)}, and handles[0] is {_face(found[0])}: all must be of a face"
            )
    return found


def some(handles: Iterable[Any], what: str) -> list[Any]:
    """The same; raises ConfigurationError where there are none, too."""
    found = listed(handles)
    if not found:
        raise _wrong(f"there is nothing to {what}: give a handle, or more")
    return found


def is_async(handle: Any) -> bool:
    """Whether it is of the async face."""
    return hasattr(type(handle), "__await__")


def _face(handle: Any) -> str:
    return "async" if is_async(handle) else "blocking"


def room_of(concurrency: int | None, default: int) -> int:
    """How many questions may be under way at once."""
    if concurrency is None:
        return default
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
        raise _wrong(f"concurrency={concurrency!r}: give a whole number, 1 or more", "concurrency")
    return concurrency


def agenda(handles: list[Any], timeout: float | None, room: int) -> tuple[Agenda, AsyncClock]:
    """What is to be done, from now on, and the clock that it goes by."""
    if timeout is not None and (isinstance(timeout, bool) or not 0 <= timeout < math.inf):
        raise _wrong(f"timeout={timeout!r}: give seconds, 0 or more, or None", "timeout")
    clock = clock_of(leaves_of(handles[0])[0])
    wanted = [(one, leaves_of(one)) for one in handles]
    return Agenda(wanted, deadline_within(clock.now, timeout), room), clock


def leaves_of(handle: Any) -> Any:
    """The handles that are asked for one."""
    return handle.leaves if isinstance(handle, Combination) else (handle,)


def others(handles: list[Any], first: Any) -> list[Any]:
    """Those that are asked for the rest, and not for the first."""
    own = set(leaves_of(first))
    return [leaf for one in handles for leaf in leaves_of(one) if leaf not in own]


def outcome(result: Callable[[], T]) -> T | Exception:
    """A result, or the error in its place."""
    try:
        return result()
    except Exception as error:  # noqa: BLE001 it is handed on
        return error


def _wrong(told: str, setting: str = "handles") -> ConfigurationError:
    return ConfigurationError(told, setting=setting)
