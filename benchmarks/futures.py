"""What it costs to follow 10,000 pieces of work on one loop, or in one thread, beside a task for each, in one run.

Time is virtual, and the transport never leaves the process: what is measured is CPU time, over all questions, and what
each piece of work takes of memory while it waits. Each is asked some times, with waits between, until it is done; the
contestants take turns in every round, and the figures are medians over the rounds.
"""

import argparse
import asyncio
import gc
import heapq
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the virtual time is one that the tests have too

import pristine
from pristine.adapters.clock import ManualClock
from pristine.ports.messages import Request, Response
from tests.support.virtual import VirtualClock, run_virtual

ASK = {"endpoint": "look", "path_params": {"id": "{id}"}}
MANIFEST = pristine.load_manifest(
    {
        "name": "bench",
        "endpoints": {
            "start": {
                "method": "POST",
                "path": "/works",
                "future": {"preset": "status", "ask": ASK, "pace": {"first": 1, "factor": 1, "cap": 1}},
            },
            "look": {"method": "GET", "path": "/works/{id}"},
        },
    }
)
JSON = {"content-type": "application/json"}
RUNNING = Response(200, JSON, b'{"id": "1", "status": "running", "created": 1700000000}')
DONE = Response(200, JSON, b'{"id": "1", "status": "completed", "created": 1700000000}')
HEADERS = {"accept": "application/json"}


class Works:
    """A transport of both faces: each work is done when it is asked for the last time of so many."""

    def __init__(self, questions: int) -> None:
        self._questions, self._asked, self._started = questions, dict[str, int](), 0

    def send(self, request: Request) -> Response:
        if request.method == "POST":
            self._started += 1
            return Response(201, JSON, b'{"id": "%d", "status": "queued"}' % self._started)
        asked = self._asked[request.url] = self._asked.get(request.url, 0) + 1
        return DONE if asked == self._questions else RUNNING

    async def asend(self, request: Request) -> Response:
        return self.send(request)

    def close(self) -> None: ...
    async def aclose(self) -> None: ...


class Async:
    """Ways to follow works on one loop: `begin` makes what is followed, `run` follows it to the end."""

    def __init__(self, works: int, questions: int) -> None:
        self.works, self.transport, self.random = works, Works(questions), Random(1)
        context = pristine.context(base_url="http://bench.test", transport=self.transport, clock=VirtualClock())
        self.api = pristine.AsyncPipeline(MANIFEST, context)

    async def handles(self) -> list[Any]:
        return [await self.api.execute_future("start", {}) for _ in range(self.works)]

    async def numbers(self) -> list[Any]:
        return [str(number) for number in range(self.works)]

    async def gather(self, handles: list[Any]) -> object:
        return await pristine.futures.gather(handles)

    async def task_for_each_handle(self, handles: list[Any]) -> object:
        return await asyncio.gather(*(handle.result() for handle in handles))

    async def task_and_transport(self, numbers: list[Any]) -> object:
        async def follow(number: str) -> Any:
            while True:
                await asyncio.sleep(1 - 0.5 * self.random.random())
                response = await self.transport.asend(Request("GET", f"http://bench.test/works/{number}", HEADERS))
                if (value := json.loads(response.body))["status"] == "completed":
                    return value

        return await asyncio.gather(*map(follow, numbers))

    async def task_and_execute(self, numbers: list[Any]) -> object:
        async def follow(number: str) -> Any:
            while True:
                await asyncio.sleep(1 - 0.5 * self.random.random())
                value = await self.api.execute("look", path_params={"id": number})
                if value["status"] == "completed":
                    return value

        return await asyncio.gather(*map(follow, numbers))


ASYNC: dict[str, tuple[Any, Any]] = {
    "a task for each: sleep, transport.asend": (Async.numbers, Async.task_and_transport),
    "a task for each: sleep, api.execute": (Async.numbers, Async.task_and_execute),
    "a task for each: handle.result()": (Async.handles, Async.task_for_each_handle),
    "pristine.futures.gather": (Async.handles, Async.gather),
}


def on_loop(way: str, works: int, questions: int) -> float:
    """CPU µs a question."""
    begin, run = ASYNC[way]

    async def played() -> float:
        stage = Async(works, questions)
        followed = await begin(stage)
        return await _timed(lambda: run(stage, followed)) / works / questions * 1e6

    return run_virtual(played())


async def _timed(call: Callable[[], Awaitable[object]]) -> float:
    gc.collect()
    began = time.process_time()
    await call()
    return time.process_time() - began


def remembered(way: str, works: int) -> tuple[float, float]:
    """Bytes for each work before anybody waits for it, and while it waits."""
    begin, run = ASYNC[way]

    async def played() -> tuple[float, float]:
        stage = Async(works, 3)
        await begin(Async(1, 1))
        gc.collect()
        tracemalloc.start()
        followed = await begin(stage)
        gc.collect()
        made = tracemalloc.get_traced_memory()[0]
        waiting = asyncio.ensure_future(run(stage, followed))
        await asyncio.sleep(0.25)  # all wait for their first question
        gc.collect()
        waits = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        await waiting
        return made / works, waits / works

    return run_virtual(played())


# -- the blocking face -------------------------------------------------------------------------------------------------


class Blocking:
    """The same in one thread."""

    def __init__(self, works: int, questions: int) -> None:
        self.works, self.transport, self.random, self.clock = works, Works(questions), Random(1), ManualClock()
        context = pristine.context(base_url="http://bench.test", transport=self.transport, clock=self.clock)
        self.api = pristine.Pipeline(MANIFEST, context)

    def handles(self) -> list[Any]:
        return [self.api.execute_future("start", {}) for _ in range(self.works)]

    def numbers(self) -> list[Any]:
        return [str(number) for number in range(self.works)]

    def gather(self, handles: list[Any]) -> None:
        pristine.futures.gather(handles)

    def by_hand(self, numbers: list[Any], ask: Callable[[str], Any]) -> None:
        """A heap of due times, as one would write it."""
        heap = [(self.clock.now() + 1 - 0.5 * self.random.random(), number) for number in numbers]
        heapq.heapify(heap)
        while heap:
            due, number = heapq.heappop(heap)
            if due > self.clock.now():
                self.clock.sleep(due - self.clock.now())
            if ask(number)["status"] != "completed":
                heapq.heappush(heap, (self.clock.now() + 1 - 0.5 * self.random.random(), number))

    def with_transport(self, numbers: list[Any]) -> None:
        def ask(number: str) -> Any:
            return json.loads(self.transport.send(Request("GET", f"http://bench.test/works/{number}", HEADERS)).body)

        self.by_hand(numbers, ask)

    def with_execute(self, numbers: list[Any]) -> None:
        self.by_hand(numbers, lambda number: self.api.execute("look", path_params={"id": number}))


BLOCKING: dict[str, tuple[Any, Any]] = {
    "a heap by hand: sleep, transport.send": (Blocking.numbers, Blocking.with_transport),
    "a heap by hand: sleep, api.execute": (Blocking.numbers, Blocking.with_execute),
    "pristine.futures.gather": (Blocking.handles, Blocking.gather),
}


def in_thread(way: str, works: int, questions: int) -> float:
    """CPU µs a question."""
    begin, run = BLOCKING[way]
    stage = Blocking(works, questions)
    followed = begin(stage)
    gc.collect()
    began = time.process_time()
    run(stage, followed)
    return (time.process_time() - began) / works / questions * 1e6


# -- tables ------------------------------------------------------------------------------------------------------------


def table(title: str, ways: dict[str, Any], measure: Callable[[str], float], rounds: int) -> None:
    """Print CPU µs a question, and how they compare to the first two."""
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            taken[way].append(measure(way))
    medians = {way: statistics.median(each) for way, each in taken.items()}
    first, second, *_ = medians.values()
    print(f"\n{title}\n\n| way | CPU µs a question | to the transport alone | to api.execute |\n|---|--:|--:|--:|")
    for way, median in medians.items():
        print(f"| {way} | {median:.1f} | {median / first:.2f} | {median / second:.2f} |")


def main() -> None:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=4, help="that each is asked")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    works, questions = options.works, options.questions
    table(f"{works} on one loop", ASYNC, lambda way: on_loop(way, works, questions), options.rounds)
    table(f"{works} in one thread", BLOCKING, lambda way: in_thread(way, works, questions), options.rounds)
    print(f"\nMemory, {works} on one loop\n\n| way | bytes each | bytes each, waiting |\n|---|--:|--:|")
    for way in ASYNC:
        made, waits = remembered(way, works)
        print(f"| {way} | {made:.0f} | {waits:.0f} |")


if __name__ == "__main__":
    main()
