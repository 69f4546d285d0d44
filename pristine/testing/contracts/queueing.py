"""How the contract of semaphores drives one: those who come, wait, are cancelled and press on it, on either face.

Nothing here judges; what never comes back is told after all patience.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager
from typing import Any, Final, TypeAlias

from pristine.ports.admission import Demand
from pristine.testing.contracts.probing import fail, in_threads
from pristine.testing.promises import expect

SHORT: Final = 0.005
"""Seconds within which nothing comes."""
LONG: Final = 60.0
"""Seconds within which something comes."""
MOMENTS: Final = (0.002, 0.1)
"""Seconds that a waiter is given to get into its line, one try after the other."""
_SOON: Final = 0.3
"""Seconds within which comes what must come at once, on a busy machine."""

Waiter: TypeAlias = "Future[Any]"


class Stage(AbstractContextManager["Stage"]):
    """One semaphore on one face, driven blockingly: the async face on a loop in a thread, the other in many threads."""

    def __init__(self, semaphore: Any, face: str, patience: float, moment: float = 0.0) -> None:
        self.semaphore, self.face = semaphore, face
        self._patience, self._moment = patience, moment
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._waiters: list[Waiter] = []
        self._thread.start()

    def take(self, demand: Demand, within: float | None = 0) -> Any:
        """What `acquire` returns."""
        return self.end(self.begin(demand, within, moment=0), f"acquire(…, within={within})")

    def begin(self, demand: Demand, within: float | None, moment: float | None = None) -> Waiter:
        """Have somebody acquire, and give them a moment to get into their line."""
        if self.face == "async":
            waiter = self.submit(self.semaphore.aacquire(demand, within))
        else:
            waiter = _in_thread(lambda: self.semaphore.acquire(demand, within))
        self._waiters.append(waiter)
        time.sleep(self._moment if moment is None else moment)
        return waiter

    def end(self, waiter: Waiter, what: str) -> Any:
        """What a waiter gets; AssertionError where it still waits after all patience."""
        if not wait([waiter], self._patience).done:
            fail(what, f"it ends in {self._patience:g} s", "it still waits")
        self._waiters = [other for other in self._waiters if other is not waiter]  # so its permit can be dropped
        return waiter.result()

    def give(self, permit: Any) -> None:
        """Give a permit back."""
        if self.face == "async":
            self.end(self.submit(permit.arelease(None)), "arelease")
        else:
            permit.release(None)

    def submit(self, call: Coroutine[Any, Any, Any]) -> Waiter:
        """Run a coroutine on the loop."""
        return asyncio.run_coroutine_threadsafe(call, self._loop)

    def __exit__(self, *_: object) -> None:
        for waiter in self._waiters:
            waiter.cancel()
        wait([self.submit(_clear())], self._patience)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(self._patience)
        self._loop.close()


def _in_thread(call: Callable[[], Any]) -> Waiter:
    waiter: Waiter = Future()
    waiter.set_running_or_notify_cancel()

    def run() -> None:
        try:
            came = call()
        except BaseException as error:  # noqa: BLE001 it is given on
            waiter.set_exception(error)
        else:
            waiter.set_result(came)

    threading.Thread(target=run, daemon=True).start()
    return waiter


async def _clear() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class Count:
    """How many are under way, and the most there ever were."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def add(self, number: int) -> None:
        with self._lock:
            self.now += number
            self.most = max(self.most, self.now)


def pressing(semaphore: Any, demand: Demand, count: Count) -> None:
    """Eight threads that come and go; `count` has how many are in."""

    def come_and_go() -> None:
        for _ in range(40):
            permit = semaphore.acquire(demand, LONG)
            count.add(1)
            time.sleep(0)
            count.add(-1)
            permit.release()

    for error in in_threads([come_and_go] * 8):
        raise error


def pressing_async(semaphore: Any, demand: Demand, count: Count) -> None:
    """Eight tasks of one loop that do the same."""

    async def come_and_go() -> None:
        for _ in range(40):
            permit = await semaphore.aacquire(demand, LONG)
            count.add(1)
            await asyncio.sleep(0)
            count.add(-1)
            await permit.arelease()

    async def all_of_them() -> None:
        await asyncio.gather(*(come_and_go() for _ in range(8)))

    asyncio.run(all_of_them())


async def _waiting(semaphore: Any, demand: Demand) -> "asyncio.Task[Any]":
    task: asyncio.Task[Any] = asyncio.ensure_future(semaphore.aacquire(demand, LONG))
    await asyncio.sleep(MOMENTS[0])
    return task


async def cancelled_waiting(semaphore: Any, demand: Demand, permits: list[Any]) -> None:
    """Cancel one who waits; then one is given back, as in those that follow."""
    task = await _waiting(semaphore, demand)
    await _cancel(task)
    await permits.pop().arelease()


async def cancelled_served(semaphore: Any, demand: Demand, permits: list[Any]) -> None:
    """Cancel one who is served but may not know it yet."""
    for turns in range(4):
        task = await _waiting(semaphore, demand)
        await permits.pop().arelease()
        for _ in range(turns):  # between being served and knowing it
            await asyncio.sleep(0)
        await _cancel(task)
        del task
        if turns < 3:
            permits.append(await semaphore.aacquire(demand, SHORT))
            expect(permits[-1] is None, False, f"None after a wait was cancelled, {turns} turns after it was served")


async def cancelled_before_another(semaphore: Any, demand: Demand, permits: list[Any]) -> None:
    """The same, where another one waits, who is served then."""
    first, second = [await _waiting(semaphore, demand) for _ in range(2)]
    await permits.pop().arelease()
    await _cancel(first)
    del first
    done, _ = await asyncio.wait([second], timeout=_SOON)
    expect(second in done, True, "whether the next is served, after the one before was cancelled when it was served")
    await second.result().arelease()


async def _cancel(task: "asyncio.Task[Any]") -> None:
    """Cancel a wait; where it has its permit by then, that is given back."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        await task.result().arelease()


def first_done(waiters: list[Waiter], served: list[int], patience: float) -> int:
    """The one who was served next."""
    left = [waiter for number, waiter in enumerate(waiters) if number not in served]
    done = wait(left, patience, return_when=FIRST_COMPLETED).done
    if not done:
        fail("one of those who wait, when one was given back", "it is served", "none is")
    return waiters.index(done.pop())
