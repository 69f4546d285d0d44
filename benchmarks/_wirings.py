"""What a Context's wiring costs: calls on a memory transport, side by side on both faces.

CPU µs a call of this process; in each round every wiring makes as many calls, in shuffled order, and a number is the
median over the rounds. `over plain` is what the wiring adds to the one that is called `plain`.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.ports.messages import Request, Response

Wirings = Mapping[str, Callable[[], Mapping[str, Any]]]
"""The settings of a Context, made anew for each face, by what they are called."""

_MANIFEST: Final = pristine.load_manifest({"name": "bench", "endpoints": {"get": {"method": "GET", "path": "/get"}}})
_NO_GOALS: Final[Mapping[str, str]] = {}


def compare(wirings: Wirings, about: str, calls: int, goals: Mapping[str, str] = _NO_GOALS) -> None:
    """Measure as the command line says, and print a table for each face."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rounds", type=int, default=15, help="rounds (15)")
    parser.add_argument("--calls", type=int, default=calls, help=f"calls a round ({calls})")
    options: Any = parser.parse_args()
    _table("blocking", goals, _blocking(wirings, options.rounds, options.calls))
    _table("async", goals, asyncio.run(_on_a_loop(wirings, options.rounds, options.calls)))


def _context(wiring: Callable[[], Mapping[str, Any]]) -> Any:
    answer = Response(204)

    def forget(_: Request) -> Response:
        transport.requests.clear()
        return answer

    transport = MemoryTransport([forget])
    return pristine.context(base_url="http://memory", transport=transport, **wiring())


def _blocking(wirings: Wirings, rounds: int, calls: int) -> dict[str, float]:
    apis = {name: pristine.Pipeline(_MANIFEST, _context(wiring)) for name, wiring in wirings.items()}
    taken: dict[str, list[float]] = {name: [] for name in apis}
    for _ in range(rounds):
        for name in random.sample(list(apis), len(apis)):
            began = time.process_time()
            for _ in range(calls):
                apis[name].execute("get")
            taken[name].append((time.process_time() - began) / calls * 1e6)
    return {name: statistics.median(times) for name, times in taken.items()}


async def _on_a_loop(wirings: Wirings, rounds: int, calls: int) -> dict[str, float]:
    apis = {name: pristine.AsyncPipeline(_MANIFEST, _context(wiring)) for name, wiring in wirings.items()}
    taken: dict[str, list[float]] = {name: [] for name in apis}
    for _ in range(rounds):
        for name in random.sample(list(apis), len(apis)):
            began = time.process_time()
            for _ in range(calls):
                await apis[name].execute("get")
            taken[name].append((time.process_time() - began) / calls * 1e6)
    return {name: statistics.median(times) for name, times in taken.items()}


def _table(face: str, goals: Mapping[str, str], rows: dict[str, float]) -> None:
    title = f"{face}; {goals[face]}" if face in goals else face
    print(f"\n{title}\n\n| wiring | CPU µs a call | over plain |\n|---|--:|--:|")
    for name, cost in rows.items():
        print(f"| {name} | {cost:.1f} | {cost - rows['plain']:.1f} |")
