"""The handles of work that the server finishes later, in both colours, over one Following."""

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import Any, Generic, Self

from pristine.core.attempts.deadlines import around
from pristine.core.futures.following import Following
from pristine.ports.blocking import finish
from pristine.ports.clock import AsyncClock
from pristine.ports.errors import ConfigurationError
from pristine.ports.future import FutureState, Observer, Progress
from pristine.ports.generic import Of_co


class _Handle:
    """What both colours share; it asks nobody."""

    def __init__(self, following: Following) -> None:
        self._following = following

    @property
    def id(self) -> str:
        """What the server calls the work; "" where it had ended when it was answered."""
        return self._following.ticket.id

    @property
    def state(self) -> FutureState:
        """What became of it, as far as is known."""
        return self._following.state

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._following.ended

    @property
    def progress(self) -> Progress:
        """What the server said last."""
        return self._following.progress

    @property
    def due(self) -> float:
        """Seconds until it is to be asked for again; 0: now, or never, as it has ended."""
        return self._following.wait()

    def token(self) -> str:
        """A text with which anybody goes on: `pipeline.resume_future(token)`. It holds no credential.

        Raises TokenRefused where the work had ended when it was answered.
        """
        return self._following.token()

    def observe(self, observer: Observer, *, debounce: float = 0.0) -> None:
        """Be told of every change, from now on; of changes in a row at most one in `debounce` seconds, and the end.

        60 s are enough for a log. Whoever asks for the work tells: `result`, `poll` and iteration.
        """
        if isinstance(debounce, bool) or not debounce >= 0:
            raise ConfigurationError(f"debounce={debounce!r}: give seconds, 0 or more", setting="debounce")
        self._following.observe(observer, debounce)

    def add_done_callback(self, callback: Callable[[Self], object]) -> None:
        """Have it called once with this handle when the work has ended, or now where it has.

        Whoever finds out calls it: `result`, `poll`, `cancel` and iteration.
        """
        self._following.when_ended(lambda: callback(self))

    def __repr__(self) -> str:
        said = f", {self.progress.said}" if self.progress.said else ""
        return f"{type(self).__name__}({self._following.ticket.endpoint}: {self.state.value}{said})"


class FutureHandle(_Handle, Generic[Of_co]):
    """Work that the server finishes later, blocking; see `pristine.ports.future.Future`."""

    def poll(self) -> Progress:
        """Ask once, now; raises only for what is wrong with the question itself."""
        return finish(self._following.poll())

    def result(self, timeout: float | None = None) -> Of_co:
        """Wait for the result.

        Raises FutureFailed, FutureExpired, FutureCancelled or FutureTimedOut where there is none; TimeoutExceeded after
        `timeout` seconds, and the work goes on.
        """
        return finish(_result(self._following, timeout))  # type: ignore[no-any-return]  # the manifest's type

    def cancel(self, *, remotely: bool = True) -> bool:
        """End it, here and on the server, where the API knows how; False where it had ended.

        Raises what the call to the server raises; here it has ended all the same. `remotely=False` tells the server
        nothing.
        """
        return finish(self._following.cancel(remotely=remotely))

    def __iter__(self) -> Iterator[Progress]:
        """Each change of what is known, asked for at the pace that the server says; the last one is the end."""
        while (news := finish(_news(self._following, self.progress))) is not None:
            yield news


class AsyncFutureHandle(_Handle, Generic[Of_co]):
    """The async colour of FutureHandle: `await` it for its result, `async for` its changes."""

    async def poll(self) -> Progress:
        """Ask once, now; see `FutureHandle.poll`."""
        return await self._following.poll()

    async def result(self, timeout: float | None = None) -> Of_co:  # noqa: ASYNC109 it ends no task
        """Wait for the result; see `FutureHandle.result`."""
        return await _result(self._following, timeout)  # type: ignore[no-any-return]  # as above

    async def cancel(self, *, remotely: bool = True) -> bool:
        """End it; see `FutureHandle.cancel`."""
        return await self._following.cancel(remotely=remotely)

    def __await__(self) -> Generator[Any, None, Of_co]:
        return self.result().__await__()

    def __aiter__(self) -> "AsyncChanges":
        return AsyncChanges(self._following)


def clock_of(handle: FutureHandle | AsyncFutureHandle) -> AsyncClock:
    """The clock by which a handle waits; that of a blocking one does not suspend."""
    return handle._following.clock  # noqa: SLF001 what whoever waits for many needs, and nobody else


class AsyncChanges(AsyncIterator[Progress]):
    """The changes of what is known of some work; the last one is the end."""

    def __init__(self, following: Following) -> None:
        self._following = following

    async def __anext__(self) -> Progress:
        news = await _news(self._following, self._following.progress)
        if news is None:
            raise StopAsyncIteration
        return news


class StartingFuture(Generic[Of_co]):
    """Work that is to be started: `await` it for its handle, or `await … .result()` for the result at once."""

    def __init__(self, start: Callable[[], Any]) -> None:
        self._start = start

    def __await__(self) -> Generator[Any, None, AsyncFutureHandle[Of_co]]:
        return self._started().__await__()

    async def _started(self) -> AsyncFutureHandle[Of_co]:
        return AsyncFutureHandle(await self._start())

    async def result(self, timeout: float | None = None) -> Of_co:  # noqa: ASYNC109 it ends no task
        """Start it, and wait for its result."""
        return await (await self._started()).result(timeout)


async def _result(following: Following, timeout: float | None) -> Any:  # noqa: ASYNC109 it ends no task
    until = following.until(timeout)
    with around(until):  # so that no question is held for longer
        while not following.ended:
            await following.rest(until)
            if not following.ended:
                await following.poll()
    return following.outcome()


async def _news(following: Following, known: Progress) -> Progress | None:
    """The next change of what is known; None where there will be none."""
    if following.ended:
        return None
    until = following.until(None)
    while not following.ended and following.same(known):
        await following.rest(until)
        await following.poll()
    return following.progress
