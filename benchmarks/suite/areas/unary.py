"""Typed calls: a POST of about 270 bytes, an answer of 950, and the text out of it, one or many at once."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

from benchmarks.suite import contestants
from benchmarks.suite.areas.meter import Figures, attempted, each, metered

AT_ONCE: Final = (1, 32, 256)
FEWEST: Final = 128
LETTERS: Final = 300
"""An answer's text is longer than this; a shorter one is not the answer."""


def on_a_loop(name: str, root: str, effort: float) -> dict[str, Figures]:
    """Async calls; `effort` is about how many seconds of CPU each figure is measured for."""
    found: dict[str, Figures] = {}
    with asyncio.Runner() as runner:
        for at_once in AT_ONCE:
            found[str(at_once)] = attempted(runner.run, in_flight(name, f"{root}/call", effort, at_once))
    return found


async def in_flight(name: str, root: str, effort: float, at_once: int) -> Figures:
    contestant = contestants.opened(name, "async", root)
    assert len(await contestant.call()) > LETTERS
    await _calls(contestant.call, max(at_once, 64), at_once)
    with metered() as trial:
        await _calls(contestant.call, trying := max(at_once, 32), at_once)
    count = _count(effort, trial["cpu"] / trying, at_once)
    with metered(root) as taken:
        await _calls(contestant.call, count, at_once)
    await contestant.close()
    return each(taken, count)


async def _calls(call: Callable[[], Awaitable[Any]], count: int, at_once: int) -> None:
    async def worker() -> None:
        for _ in range(count // at_once):
            await call()

    await asyncio.gather(*(worker() for _ in range(at_once)))


def _count(effort: float, one: float, at_once: int) -> int:
    """How many calls take so much CPU; the same number for each worker, and not too few."""
    return max(2, FEWEST // at_once, round(effort / one / at_once)) * at_once


def in_threads(name: str, root: str, effort: float) -> dict[str, Figures]:
    """Blocking calls, each line of them in a thread of its own."""
    url = f"{root}/call"
    return {str(at_once): attempted(_threads, name, url, effort, at_once) for at_once in AT_ONCE}


def _threads(name: str, root: str, effort: float, at_once: int) -> Figures:
    contestant = contestants.opened(name, "blocking", root)
    assert len(contestant.call()) > LETTERS
    _spread(contestant.call, max(at_once, 64), at_once)
    with metered() as trial:
        _spread(contestant.call, trying := max(at_once, 32), at_once)
    count = _count(effort, trial["cpu"] / trying, at_once)
    with metered(root) as taken:
        _spread(contestant.call, count, at_once)
    contestant.close()
    return each(taken, count)


def _spread(call: Callable[[], Any], count: int, threads: int) -> None:
    failed: list[Exception] = []

    def worker() -> None:
        try:
            for _ in range(count // threads):
                call()
        except Exception as error:  # noqa: BLE001 it is raised where the threads were begun
            failed.append(error)

    if threads == 1:
        worker()
    else:
        running = [threading.Thread(target=worker) for _ in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    if failed:
        raise failed[0]
