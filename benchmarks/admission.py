"""What admission is worth: 200 callers press on a server whose quota and capacity they do not know, in virtual time.

Each row is a way to call: attempts as they come, with exponential backoff, full jitter and Retry-After honoured, beside
the same behind an AdaptiveSemaphore and behind fixed limits. Goodput is a share of what the server could have served;
429 and 503 are the shares of attempts that were answered so; latencies are those of whole calls, retries included,
and the longest is that of the calls which had not ended, too.
"""

import argparse
import sys
import timeit
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the server is one that the tests have too

from pristine.adapters.semaphores import AdaptiveSemaphore, BytesSemaphore, CountingSemaphore
from pristine.ports.admission import AsyncSemaphore, Demand, Report, Scope
from pristine.ports.outcome import Kind, Outcome
from tests.support.simulated import Result, Run, Shape, SimulatedServer, admitted, naive
from tests.support.virtual import VirtualClock, run_virtual

SHAPES = {
    "100 requests/s, and 6 to 20 of 0.1 s at once": Shape(),
    "The same, without Retry-After": Shape(retry_after=None),
    "The same, and what is refused counts against the quota by half": Shape(toll=0.5),
    "A quota alone: 100 requests/s": Shape(places=10_000, worst=1.0),
    "A capacity alone: 6 to 20 of 0.1 s at once": Shape(quota=1e6),
    "Few and long: 10 requests/s of 3 s": Shape(quota=10, burst=10, service=3, places=60),
}
WAYS: dict[str, Callable[[], AsyncSemaphore | None]] = {
    "no admission": lambda: None,
    "AdaptiveSemaphore()": AdaptiveSemaphore,
    "CountingSemaphore(limit=5)": lambda: CountingSemaphore(limit=5),
    "CountingSemaphore(limit=50)": lambda: CountingSemaphore(limit=50),
}


def pressed(shape: Shape, semaphore: AsyncSemaphore | None, seconds: float, seed: int) -> Result:
    """What the callers get out of a server."""

    async def run() -> Result:
        clock = VirtualClock()
        server = SimulatedServer(clock, shape, seed)
        send = naive(server) if semaphore is None else admitted(server, clock, semaphore)
        return await Run(server, clock, seconds=seconds, seed=seed).result(send)

    return run_virtual(run())


def worth(seconds: float, seed: int) -> None:
    """Print a table for each server."""
    for title, shape in SHAPES.items():
        print(f"\n{title}\n\n| way | goodput | 429 | 503 | p50 s | p99 s | longest s |\n|---|--:|--:|--:|--:|--:|--:|")
        for way, make in WAYS.items():
            it = pressed(shape, make(), seconds, seed)
            shares = " | ".join(f"{share:.1%}" for share in (it.goodput, it.limited, it.refused - it.limited))
            print(f"| {way} | {shares} | {it.p50:.2f} | {it.p99:.2f} | {it.longest:.1f} |")


DEMAND = Demand(scope=Scope("tenant", "https://api.example.com", "chat"), costs={"bytes": 1000}, concurrency=8)
REPORT = Report(outcome=Outcome(Kind.SUCCESS), now=1.0, time=1.0, duration=0.1)


def cost(calls: int) -> None:
    """Print what an uncontended acquire and release cost on each face."""
    print("\nUncontended, one after another\n\n| semaphore | blocking µs | async µs |\n|---|--:|--:|")
    for make in (CountingSemaphore, BytesSemaphore, AdaptiveSemaphore):
        semaphore = make()
        taken = [min(timeit.repeat(run, number=1, repeat=7)) / calls * 1e6 for run in _loops(semaphore, calls)]
        print(f"| {make.__name__} | {taken[0]:.2f} | {taken[1]:.2f} |")


def _loops(
    semaphore: CountingSemaphore | BytesSemaphore | AdaptiveSemaphore, calls: int
) -> tuple[Callable[[], None], Callable[[], None]]:
    def blocking() -> None:
        for _ in range(calls):
            permit = semaphore.acquire(DEMAND, None)
            assert permit is not None
            permit.release(REPORT)

    async def on_loop() -> None:
        for _ in range(calls):
            permit = await semaphore.aacquire(DEMAND, None)
            assert permit is not None
            await permit.arelease(REPORT)

    return blocking, lambda: run_virtual(on_loop())


def main() -> None:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=100.0, help="of virtual time, after 20 that do not count")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calls", type=int, default=50_000)
    options = parser.parse_args()
    worth(options.seconds, options.seed)
    cost(options.calls)


if __name__ == "__main__":
    main()
