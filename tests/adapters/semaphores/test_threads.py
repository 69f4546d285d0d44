"""Semaphores under many threads and loops at once, that come, wait, give up, are cancelled and forget to give back."""

import asyncio
import gc
import sys
import threading
from collections.abc import Iterator
from functools import partial
from random import Random

import pytest

from pristine.adapters.semaphores import CountingSemaphore
from pristine.adapters.semaphores.books import Load
from pristine.ports.admission import Demand, Scope
from pristine.testing.contracts.probing import in_threads

CHAT = Scope(group="chat")
ONE = Demand(scope=CHAT)


@pytest.fixture
def _restless() -> Iterator[None]:
    """Threads that are interrupted all the time."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


class Room:
    """Counts who is in, and sees that they are never too many."""

    def __init__(self, limit: int) -> None:
        self.limit, self.inside = limit, 0
        self._lock = threading.Lock()

    def enter(self) -> None:
        with self._lock:
            self.inside += 1
            assert self.inside <= self.limit

    def leave(self) -> None:
        with self._lock:
            self.inside -= 1


def _threaded(semaphore: CountingSemaphore, room: Room, seed: int) -> None:
    """Come and go in a thread, patiently or not; some forget to give back."""
    chance = Random(seed)
    for _ in range(400):
        permit = semaphore.acquire(ONE, chance.choice([None, 0, 0.0001]))
        if permit is not None:
            room.enter()
            room.leave()
            if chance.random() < 0.7:
                permit.release()
        del permit


async def _one_task(semaphore: CountingSemaphore, room: Room, chance: Random) -> None:
    """Come and go in a task that is cancelled now and then."""
    for _ in range(200):
        try:
            async with asyncio.timeout(chance.choice([None, 0, 0.0001])):
                permit = await semaphore.aacquire(ONE, chance.choice([None, 0, 0.0001]))
        except TimeoutError:
            continue
        if permit is not None:
            room.enter()
            await asyncio.sleep(0)
            room.leave()
            await permit.arelease()


async def _tasks(semaphore: CountingSemaphore, room: Room, seed: int) -> None:
    await asyncio.gather(*(_one_task(semaphore, room, Random(f"{seed} {number}")) for number in range(5)))


@pytest.mark.usefixtures("_restless")
def test_threads_and_loops_together_never_exceed_the_limit_and_lose_nothing() -> None:
    semaphore, room = CountingSemaphore(limit=3), Room(3)
    threads = [partial(_threaded, semaphore, room, seed) for seed in range(3)]
    loops = [partial(_on_a_loop, semaphore, room, seed) for seed in range(3)]
    assert in_threads([*threads, *loops]) == []
    gc.collect()
    assert semaphore.load(CHAT) == Load(3, used=0, waiting=0)
    assert room.inside == 0


def _on_a_loop(semaphore: CountingSemaphore, room: Room, seed: int) -> None:
    asyncio.run(_tasks(semaphore, room, seed))
