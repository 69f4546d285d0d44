"""What a typed call costs: Pristine over httpx and httpx2 beside httpx's own client, in one run, as ratios.

CPU time of this process for one POST with a JSON body and a JSON answer of about 1 KB, over keep-alive connections to a
server in another process. The contestants take turns in every round; the figures are medians over the rounds.
"""

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.ports.messages import Response

MANIFEST = pristine.load_manifest(
    {
        "name": "bench",
        "endpoints": {"create": {"method": "POST", "path": "/create", "request": "Ask", "response": "Answer"}},
        "types": {
            "Ask": {"properties": {"prompt": "string"}, "required": ["prompt"]},
            "Answer": {"properties": {"text": "string"}, "required": ["text"]},
        },
    }
)
PAYLOAD = {"prompt": "x" * 200}
ANSWER = json.dumps({"text": "y" * 900}).encode()


@contextmanager
def server() -> Iterator[str]:
    """The URL of a keep-alive server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("_server.py")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def blocking_rows(url: str, rounds: int, calls: int) -> dict[str, float]:
    """CPU µs a call on the blocking face, one after another."""
    with (
        pristine.Pipeline(MANIFEST, pristine.context(base_url=url)) as api,
        pristine.Pipeline(MANIFEST, pristine.context(base_url=url, transport="httpx2")) as api2,
        httpx.Client() as client,
        httpx.HTTPTransport() as transport,
    ):

        def bare() -> Any:
            response = transport.handle_request(httpx.Request("POST", f"{url}/create", json=PAYLOAD))
            response.read()
            response.close()
            return response.json()

        contestants: dict[str, Callable[[], Any]] = {
            "httpx.Client": lambda: client.post(f"{url}/create", json=PAYLOAD).json(),
            "httpx.HTTPTransport": bare,
            "pristine on httpx": lambda: api.execute("create", PAYLOAD),
            "pristine on httpx2": lambda: api2.execute("create", PAYLOAD),
        }
        return _rounds({name: _loop(call, calls) for name, call in contestants.items()}, rounds, calls)


def async_rows(url: str, rounds: int, calls: int, at_once: int) -> dict[str, float]:
    """CPU µs a call on the async face, with so many in flight."""
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None, max_keepalive_connections=None))
        apis = [_async_api(url, name) for name in ("httpx", "httpx2")]

        async def bare() -> Any:
            return (await client.post(f"{url}/create", json=PAYLOAD)).json()

        def run(call: Callable[[], Awaitable[Any]]) -> Callable[[], None]:
            return lambda: runner.run(_in_flight(call, calls, at_once))

        first, second = (partial(api.execute, "create", PAYLOAD) for api in apis)
        contestants: dict[str, Callable[[], Awaitable[Any]]] = {
            "httpx.AsyncClient": bare,
            "pristine on httpx": first,
            "pristine on httpx2": second,
        }
        rows = _rounds({name: run(call) for name, call in contestants.items()}, rounds, calls)
        runner.run(client.aclose())
        for api in apis:
            runner.run(api.aclose())
        return rows


def _async_api(url: str, name: str) -> pristine.AsyncPipeline:
    return pristine.AsyncPipeline(
        MANIFEST, pristine.context(base_url=url, transport={"name": name, "max_connections": None})
    )


def pipeline_row(rounds: int, calls: int) -> dict[str, float]:
    """CPU µs a call without any transport: what the pipeline and the typing cost by themselves."""
    answer = Response(200, {"Content-Type": "application/json"}, ANSWER)
    transport = MemoryTransport([lambda _: transport.requests.clear() or answer])  # type: ignore[func-returns-value]
    with pristine.Pipeline(MANIFEST, pristine.context(base_url="http://memory", transport=transport)) as api:
        return _rounds({"pristine in memory": _loop(lambda: api.execute("create", PAYLOAD), calls)}, rounds, calls)


def _loop(call: Callable[[], Any], calls: int) -> Callable[[], None]:
    def run() -> None:
        for _ in range(calls):
            call()

    return run


async def _in_flight(call: Callable[[], Awaitable[Any]], calls: int, at_once: int) -> None:
    async def worker() -> None:
        for _ in range(calls // at_once):
            await call()

    await asyncio.gather(*(worker() for _ in range(at_once)))


def _rounds(contestants: dict[str, Callable[[], None]], rounds: int, calls: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds + 1):
        for name in random.sample(list(contestants), len(contestants)):
            began = time.process_time()
            contestants[name]()
            taken[name].append((time.process_time() - began) / calls * 1e6)
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


def _table(title: str, rows: dict[str, float]) -> None:
    base = next(iter(rows.values()))
    print(f"\n{title}\n\n| contestant | CPU µs a call | ratio |\n|---|--:|--:|")
    for name, cost in rows.items():
        print(f"| {name} | {cost:.0f} | {cost / base:.2f} |")


def main() -> None:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=1024)
    options = parser.parse_args()
    with server() as url:
        _table("Blocking, one after another", blocking_rows(url, options.rounds, options.calls))
        for at_once in (1, 32, 256):
            _table(f"Async, {at_once} in flight", async_rows(url, options.rounds, options.calls, at_once))
    _table("The pipeline alone", pipeline_row(options.rounds, options.calls))


if __name__ == "__main__":
    main()
