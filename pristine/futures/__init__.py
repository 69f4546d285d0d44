"""Many handles at once: `gather`, `as_completed`, `race` and `combine`, for those of either face, but of one at a time.

Blocking handles make them blocking; what they give for async ones is awaited, or read with `async for`. However many
handles there are, one heap of due times serves them: no task, and no thread, waits for each.
"""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeAlias, TypeVar, overload

from pristine.core.futures.handles import AsyncFutureHandle, FutureHandle
from pristine.futures import awaited, blocking
from pristine.futures.asking import AT_ONCE, Nothing, is_async, listed, room_of, some
from pristine.futures.awaited import AsyncCombined, AsyncCompleted
from pristine.futures.blocking import ALONE, Combined, Completed

__all__ = ["AsyncCombined", "AsyncCompleted", "Combined", "Completed", "as_completed", "combine", "gather", "race"]

T = TypeVar("T")
Handle: TypeAlias = FutureHandle | Combined[Any]
AsyncHandle: TypeAlias = AsyncFutureHandle | AsyncCombined[Any]


@overload
def gather(
    handles: Iterable[Handle],
    *,
    concurrency: int | None = None,
    timeout: float | None = None,
    return_exceptions: bool = False,
) -> list[Any]: ...
@overload
def gather(
    handles: Iterable[AsyncHandle],
    *,
    concurrency: int | None = None,
    timeout: float | None = None,
    return_exceptions: bool = False,
) -> Coroutine[Any, Any, list[Any]]: ...
def gather(
    handles: Iterable[Any],
    *,
    concurrency: int | None = None,
    timeout: float | None = None,
    return_exceptions: bool = False,
) -> Any:
    """The results of all handles, in their order.

    The error of one that ends without a result is raised at once; the work of the others goes on, and nobody asks for
    it. With `return_exceptions` it stands in the place of its result. TimeoutExceeded is raised where not all have
    ended after `timeout` seconds; all can be asked again.

    `concurrency` is how many questions may be under way at once: 80 on the async face, where a server that holds them
    wants as many as there are handles, and the transport as many `max_connections`. On the blocking face it is 1, the
    calling thread's; more have a thread each.
    """
    found = listed(handles)
    if not found:
        return Nothing()
    face, room = _face(found, concurrency)
    return face.gathered(found, timeout, room, return_exceptions=return_exceptions)


@overload
def as_completed(
    handles: Iterable[Handle], *, concurrency: int | None = None, timeout: float | None = None
) -> Completed: ...
@overload
def as_completed(
    handles: Iterable[AsyncHandle], *, concurrency: int | None = None, timeout: float | None = None
) -> AsyncCompleted: ...
def as_completed(handles: Iterable[Any], *, concurrency: int | None = None, timeout: float | None = None) -> Any:
    """The handles, each once, as they end, well or not: `result()` of one says which.

    Where not all of them are waited for, use it in a `with` block; after a `break` without one, what is under way ends
    by itself. `concurrency` and `timeout` are those of `gather`.
    """
    found = listed(handles)
    if not found:
        return Nothing()
    face, room = _face(found, concurrency)
    return (AsyncCompleted if face is awaited else Completed)(found, timeout, room)


@overload
def race(
    handles: Iterable[Handle],
    *,
    concurrency: int | None = None,
    timeout: float | None = None,
    remotely: bool = False,
) -> Handle: ...
@overload
def race(
    handles: Iterable[AsyncHandle],
    *,
    concurrency: int | None = None,
    timeout: float | None = None,
    remotely: bool = False,
) -> Coroutine[Any, Any, AsyncHandle]: ...
def race(
    handles: Iterable[Any],
    *,
    concurrency: int | None = None,
    timeout: float | None = None,
    remotely: bool = False,
) -> Any:
    """The handle that ends first, well or not; the others are cancelled.

    They are cancelled here, and with `remotely` on the server, too, where the API knows how; what that call raises is
    not told. After a TimeoutExceeded nobody is. `concurrency` and `timeout` are those of `gather`.
    """
    found = some(handles, "race")
    face, room = _face(found, concurrency)
    return face.raced(found, timeout, room, remotely=remotely)


@overload
def combine(
    handles: Iterable[Handle], transform: Callable[[list[Any]], T], *, concurrency: int | None = None
) -> Combined[T]: ...
@overload
def combine(
    handles: Iterable[AsyncHandle], transform: Callable[[list[Any]], T], *, concurrency: int | None = None
) -> AsyncCombined[T]: ...
def combine(handles: Iterable[Any], transform: Callable[[list[Any]], T], *, concurrency: int | None = None) -> Any:
    """Several handles as one, whose result is `transform` of their results, in their order.

    It has `result`, `cancel`, `state`, `done`, `progress` and `add_done_callback` as a handle has them, and `tokens`.
    It can be gathered, raced and combined like one. `concurrency` is that of `gather`, for its own `result`.
    """
    found = some(handles, "combine")
    face, room = _face(found, concurrency)
    return (AsyncCombined if face is awaited else Combined)(found, transform, room)


def _face(handles: list[Any], concurrency: int | None) -> tuple[Any, int]:
    """Who asks for handles, and how many questions at once."""
    if is_async(handles[0]):
        return awaited, room_of(concurrency, AT_ONCE)
    return blocking, room_of(concurrency, ALONE)
