"""Many streams at once, and the time to the first event: Pristine beside its bare transports, in one run.

Each contestant runs in a process of its own, against one server in another; rounds are in shuffled order and figures
are medians. RSS is the growth of the peak over a process that has imported and connected nothing else.
"""

import argparse
import asyncio
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EVENTS = 10


async def bare_aiohttp(url: str, streams: int) -> list[float]:
    """The session of aiohttp, bytes only: count the events."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one() -> float:
            began, first, seen = time.perf_counter(), 0.0, 0
            async with session.get(url) as response:
                async for chunk in response.content.iter_any():
                    first = first or time.perf_counter() - began
                    seen += chunk.count(b"\n\n")
            assert seen == EVENTS, seen
            return first

        return await asyncio.gather(*(one() for _ in range(streams)))


async def bare_httpx(url: str, streams: int) -> list[float]:
    """The client of httpx, bytes only."""
    import httpx

    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=None), timeout=60) as client:

        async def one() -> float:
            began, first, seen = time.perf_counter(), 0.0, 0
            async with client.stream("GET", url) as response:
                async for chunk in response.aiter_raw():
                    first = first or time.perf_counter() - began
                    seen += chunk.count(b"\n\n")
            assert seen == EVENTS, seen
            return first

        return await asyncio.gather(*(one() for _ in range(streams)))


def pristine_on(transport: str) -> Callable[[str, int], Coroutine[Any, Any, list[float]]]:
    """Pristine over a transport: decoded events."""

    async def run(url: str, streams: int) -> list[float]:
        import pristine

        endpoint = {"method": "GET", "path": "/", "streaming": True}
        manifest = pristine.load_manifest({"name": "bench", "endpoints": {"feed": endpoint}})
        context = pristine.context(base_url=url, transport={"name": transport, "max_connections": None})
        async with pristine.AsyncPipeline(manifest, context) as api:

            async def one() -> float:
                began, first, seen = time.perf_counter(), 0.0, 0
                async with api.execute_stream("feed") as response:
                    async for _ in response:
                        first = first or time.perf_counter() - began
                        seen += 1
                assert seen == EVENTS, seen
                return first

            return await asyncio.gather(*(one() for _ in range(streams)))

    return run


CONTESTANTS: dict[str, Callable[[str, int], Coroutine[Any, Any, list[float]]]] = {
    "aiohttp, bare": bare_aiohttp,
    "pristine on aiohttp": pristine_on("aiohttp"),
    "httpx, bare": bare_httpx,
    "pristine on httpx": pristine_on("httpx"),
}


def contest(name: str, url: str, streams: int) -> None:
    """Run one contestant in this process and print its figures as JSON."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with asyncio.Runner() as runner:
        first = statistics.median(runner.run(CONTESTANTS[name](url, 1)) + runner.run(CONTESTANTS[name](url, 1)))
        before, cpu, wall = _peak(), time.process_time(), time.perf_counter()
        runner.run(CONTESTANTS[name](url, streams))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        print(json.dumps({"cpu": cpu, "wall": wall, "rss": _peak() - before, "first": first}))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name("_feeds.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--contest", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contest:
        name, url = options.contest
        contest(name, url, options.streams)
        return
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTESTANTS}
    with _server() as url:
        for _ in range(options.rounds):
            for name in random.sample(list(CONTESTANTS), len(CONTESTANTS)):
                command = [sys.executable, __file__, "--streams", str(options.streams), "--contest", name, url]
                found[name].append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    print(f"\n{options.streams} streams at once, {EVENTS} events each\n")
    print("| contestant | CPU s | of bare | wall s | RSS MiB | first event ms |\n|---|--:|--:|--:|--:|--:|")
    bare = 1.0
    for name, rows in found.items():
        row = {key: statistics.median(one[key] for one in rows) for key in rows[0]}
        bare = row["cpu"] if name.endswith("bare") else bare
        ratio, first = row["cpu"] / bare, row["first"] * 1000
        print(f"| {name} | {row['cpu']:.2f} | {ratio:.2f} | {row['wall']:.2f} | {row['rss']:.0f} | {first:.2f} |")


if __name__ == "__main__":
    main()
