"""A thousand streams at once, of ten events 50 ms apart: what they take, and how late their events are."""

import asyncio
import statistics
import time
from typing import Any, Final

from benchmarks.suite import contestants
from benchmarks.suite.areas.meter import Figures, forget_peak, memory, metered

EVENTS, EVERY = 10, 50_000
STREAMS: Final = 1000


def on_a_loop(name: str, root: str, effort: float) -> dict[str, Figures]:
    """As many streams as the effort says; at 1 a thousand."""
    with asyncio.Runner() as runner:
        return {"streams": runner.run(_at_once(name, root, max(10, round(STREAMS * effort))))}


async def _at_once(name: str, root: str, streams: int) -> Figures:
    root = f"{root}/timed,{EVENTS},{EVERY},{EVERY}"
    contestant = contestants.opened(name, "async", root)
    await read(contestant)
    forget_peak()
    before = memory("VmRSS")
    with metered(root) as taken:
        late = await asyncio.gather(*(read(contestant) for _ in range(streams)))
    taken["rss"] = (memory("VmHWM") - before) * 1024 / streams
    await contestant.close()
    _, *centiles = statistics.quantiles([one for stream in late for one in stream], n=100)
    return taken | {"p50": centiles[48], "p99": centiles[97]}


async def read(contestant: Any) -> list[float]:
    """How late the events of one stream are, in milliseconds; each must come."""
    late: list[float] = []

    def seen(text: str) -> None:
        if text:
            late.append((time.monotonic_ns() - int(text[:19])) / 1e6)

    await contestant.stream(seen)
    assert len(late) == EVENTS, f"{len(late)} events came of {EVENTS}"
    return late
