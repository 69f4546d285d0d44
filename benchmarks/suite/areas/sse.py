"""Typed items of a stream: small events one to a chunk or 64, big ones, and how late they are."""

import asyncio
import statistics
import time
from functools import partial
from typing import Any, Final

from benchmarks.suite import contestants
from benchmarks.suite.areas.meter import Figures, attempted, each, metered

BURSTS: Final = {"small": (4096, 1, 270), "batched": (4096, 64, 270), "big": (256, 1, 16384)}
"""Scenario -> events of a stream, events in a chunk of the body, bytes of an event."""

DELAY, EVERY, PACED = 10_000, 2_000, 10
"""Microseconds until the first event and between events, and how many there are."""


def on_a_loop(name: str, root: str, effort: float) -> dict[str, Figures]:
    """All scenarios; `effort` is about how many seconds of CPU each burst is measured for."""
    found: dict[str, Figures] = {}
    with asyncio.Runner() as runner:
        for scenario, kind in BURSTS.items():
            found[scenario] = attempted(runner.run, burst(name, root, kind, effort))
        found["paced"] = attempted(runner.run, _paced(name, root, max(3, round(effort * 80))))
    return found


async def burst(name: str, root: str, kind: tuple[int, int, int], effort: float) -> Figures:
    """An event's figures, of one stream after another on the same client, which has read two before."""
    events, per_chunk, size = kind
    contestant = contestants.opened(name, "async", f"{root}/burst,{events},{per_chunk},{size}")
    await _read(contestant, events)
    with metered() as trial:
        await _read(contestant, events)
    streams = max(1, round(effort / trial["cpu"]))
    with metered(root) as taken:
        for _ in range(streams):
            await _read(contestant, events)
    await contestant.close()
    return each(taken, streams * events)


async def _read(contestant: Any, count: int) -> None:
    texts: list[str] = []
    await contestant.stream(texts.append)
    came = sum(1 for text in texts if text)  # some SDKs also give the event that says the end
    assert came == count, f"{came} events came of {count}"


async def _paced(name: str, root: str, streams: int) -> Figures:
    """Microseconds from the server's clock to the reader's: of the first event over the server's delay, and of all."""
    contestant = contestants.opened(name, "async", f"{root}/timed,{PACED},{DELAY},{EVERY}")
    firsts: list[float] = []
    delays: list[float] = []
    for _ in range(streams + 1):
        seen: list[tuple[int, str]] = []
        began = time.monotonic_ns()
        await contestant.stream(partial(_stamped, seen))
        assert len(seen) == PACED, f"{len(seen)} events came of {PACED}"
        firsts.append((seen[0][0] - began) / 1e3 - DELAY)
        delays += [(at - int(text[:19])) / 1e3 for at, text in seen]
    await contestant.close()
    return {"first": statistics.median(firsts[1:]), "delay": statistics.median(delays[PACED:])}


def _stamped(seen: list[tuple[int, str]], text: str) -> None:
    if text:
        seen.append((time.monotonic_ns(), text))
