"""Whether the load server is fast enough: what it spends on the fastest client there is, each on a core of its own.

In the other areas both share a core, since waking another one costs more than the floor's whole call; so there the
server only ever makes the clock on the wall slower, never the CPU of the client.
"""

import asyncio
import os

from benchmarks.suite import machine
from benchmarks.suite.areas import sse, unary
from benchmarks.suite.areas.meter import Figures
from benchmarks.suite.server import running


def measured(name: str, root: str, effort: float) -> dict[str, Figures]:
    """Of a server of its own; the parent of this process may still use every core."""
    with running(machine.cores(os.getppid())[1]) as own, asyncio.Runner() as runner:
        calls = runner.run(unary.in_flight(name, f"{own}/call", effort, 256))
        events = runner.run(sse.burst(name, own, sse.BURSTS["small"], effort))
    return {"calls": _told(calls), "events": _told(events)}


def _told(taken: Figures) -> Figures:
    """Of one call or event."""
    spent = taken["server"] / 100 * taken["wall"]
    return {"cpu": spent, "capacity": 1e6 / spent, "rate": 1e6 / taken["wall"], "server": taken["server"]}
