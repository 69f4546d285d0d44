"""Whether anything grows: with the calls made, with the streams open, with the endpoints of an API."""

import asyncio
import time
from typing import Any, Final

import pristine
from benchmarks.suite import contestants
from benchmarks.suite.areas import streams
from benchmarks.suite.areas.meter import Figures, metered
from benchmarks.suite.contestants import MEMORY, ours
from benchmarks.suite.contestants.asked import ASKED

CALLS: Final = (10, 1_000, 100_000)
OPEN: Final = (1, 100, 3_000)
ENDPOINTS: Final = (10, 1_000)

LAST: Final = 10_000
"""How many calls, at most, a figure is the mean of: those that lead up to it."""

FEW: Final = 30
"""How often one stream is read, since its cost alone is too small to see."""


def measured(name: str, root: str, effort: float) -> dict[str, Figures]:
    """CPU µs; `effort` is the part of the calls and streams that is made."""
    found = asyncio.run(_by_calls(name, f"{root}/call", effort))
    if name in MEMORY:
        return found | _by_endpoints(effort)
    return found | asyncio.run(_by_streams(name, root, effort))


async def _by_calls(name: str, root: str, effort: float) -> dict[str, Figures]:
    """The mean of the last calls before each of the numbers."""
    contestant = contestants.opened(name, "async", root)
    await contestant.call()
    found, made = {}, 0
    for number in CALLS:
        wanted = round(number * effort) if number > LAST else number
        began = max(made, wanted - LAST)
        for _ in range(began - made):
            await contestant.call()
        cpu = time.process_time()
        for _ in range(wanted - began):
            await contestant.call()
        found[f"calls-{number}"] = {"cpu": (time.process_time() - cpu) / max(1, wanted - began) * 1e6}
        made = max(made, wanted)
    await contestant.close()
    return found


async def _by_streams(name: str, root: str, effort: float) -> dict[str, Figures]:
    """The second time that as many streams are read at once: connections are there, and so is whatever keeps them."""
    found = {}
    for number in OPEN:
        opened = max(1, round(number * effort))
        every = 50_000 if number > 1 else 1_000
        contestant = contestants.opened(name, "async", f"{root}/timed,{streams.EVENTS},{every},{every}")
        await asyncio.gather(*(streams.read(contestant) for _ in range(opened)))
        times = max(1, FEW // opened)
        with metered() as taken:
            for _ in range(times):
                await asyncio.gather(*(streams.read(contestant) for _ in range(opened)))
        await contestant.close()
        found[f"streams-{number}"] = {"cpu": taken["cpu"] / opened / times * 1e6}
    return found


def _by_endpoints(effort: float) -> dict[str, Figures]:
    """What loading an API costs for each of its endpoints, and what a call of one among them costs."""
    found = {}
    for number in ENDPOINTS:
        count = max(2, round(2 * max(ENDPOINTS) / number * effort))
        document = _document(number)
        with metered() as loading:
            for _ in range(count):
                manifest = pristine.load_manifest(document)
                pristine.Pipeline(manifest, ours.wired("http://memory.test", None, production=False)).close()
        found[f"loading-{number}"] = {"cpu": loading["cpu"] / count / number * 1e6}
        found[f"endpoints-{number}"] = {"cpu": _call_among(document, max(100, round(10_000 * effort)))}
    return found


def _document(endpoints: int) -> Any:
    create = ours.MANIFEST["endpoints"]["create"]
    return ours.MANIFEST | {"endpoints": {f"create_{at}": create | {"path": f"/v{at}"} for at in range(endpoints)}}


def _call_among(document: Any, calls: int) -> float:
    context = ours.wired("http://memory.test", None, production=False)
    names = list(document["endpoints"])
    with pristine.Pipeline(pristine.load_manifest(document), context) as api:
        for name in names:
            api.execute(name, ASKED)
        with metered() as taken:
            for at in range(calls):
                api.execute(names[at % len(names)], ASKED)
    return taken["cpu"] / calls * 1e6
