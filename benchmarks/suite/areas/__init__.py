"""The areas that are measured: who takes part in each, what is told of them, and how often they are visited."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import attrs

from benchmarks.suite.areas import decoding, pipeline
from benchmarks.suite.contestants import ALL, BARE, FLOOR, MEMORY, OURS, on


@attrs.frozen
class Metric:
    """A column: what it is called, and with how many digits it is shown."""

    heading: str
    digits: int = 0


CPU: Final = Metric("CPU µs")
WALL: Final = Metric("wall µs")
SERVER: Final = Metric("server busy %")


@attrs.frozen
class Area:
    """`measure` names a function of (contestant, root, effort) that gives, for each scenario, the metrics' figures.

    The first metric is the one that ratios and spreads are of. `visits` are the fresh processes for each contestant,
    and `most` the seconds after which a slow one is not visited again. `effort` goes to the function.
    """

    title: str
    measure: str
    contestants: tuple[str, ...]
    scenarios: Mapping[str, str]
    metrics: Mapping[str, Metric]
    effort: float
    visits: int = 5
    most: float = 20.0
    face: str = "async"
    floor: str = FLOOR
    leading: Mapping[str, str] = attrs.field(factory=dict)
    """Scenario -> its first metric, where that is another one."""

    def first(self, scenario: str) -> str:
        """The metric that the ratios of a scenario are of."""
        return self.leading.get(scenario) or next(iter(self.metrics))


def measure(area: str, contestant: str, root: str, effort: float) -> dict[str, dict[str, Any]]:
    """One visit, in this process."""
    module, name = AREAS[area].measure.split(":")
    found: dict[str, dict[str, Any]] = getattr(import_module(f"{__name__}.{module}"), name)(contestant, root, effort)
    return found


_AT_ONCE: Final = {"1": "one after another", "32": "32 at once", "256": "256 at once"}
_SAVING: Final = (FLOOR, *BARE, "openai", *OURS)
_CALLS: Final = {"cpu": CPU, "wall": WALL, "server": SERVER}
_FILES: Final = {
    "cpu": Metric("CPU s/GiB", 2),
    "speed": Metric("MB/s"),
    "rss": Metric("extra MiB", 1),
    "server": SERVER,
}

AREAS: Final[Mapping[str, Area]] = {
    "server": Area(
        "The load server, on a core of its own",
        "serving:measured",
        (FLOOR,),
        {"calls": "calls, 256 at once", "events": "events of 270 bytes, one to a chunk"},
        {
            "cpu": Metric("server's CPU µs", 2),
            "capacity": Metric("could serve in a second"),
            "rate": Metric("the floor takes in a second"),
            "server": SERVER,
        },
        effort=0.3,
    ),
    "unary": Area("Typed calls, async", "unary:on_a_loop", ALL, _AT_ONCE, _CALLS, effort=0.12),
    "unary-blocking": Area(
        "Typed calls, blocking",
        "unary:in_threads",
        on("blocking"),
        {"1": "one thread", "32": "32 threads", "256": "256 threads"},
        _CALLS,
        effort=0.1,
        visits=4,
        face="blocking",
    ),
    "calls": Area(
        "Function calls of a typed call",
        "calls:on_a_loop",
        ALL,
        {"calls": "async"},
        {"calls": Metric("function calls")},
        effort=1,
        visits=2,
    ),
    "calls-blocking": Area(
        "Function calls of a typed call, blocking",
        "calls:blocking",
        on("blocking"),
        {"calls": "blocking"},
        {"calls": Metric("function calls")},
        effort=1,
        visits=2,
        face="blocking",
    ),
    "pipeline": Area(
        "The pipeline's own share",
        "pipeline:measured",
        (pipeline.ALONE, *MEMORY),
        {"async": "async", "blocking": "blocking"},
        {"cpu": Metric("CPU µs", 1)},
        effort=0.2,
        visits=7,
        floor=pipeline.ALONE,
    ),
    "sse": Area(
        "Typed items of a stream",
        "sse:on_a_loop",
        ALL,
        {
            "small": "270 bytes, one to a chunk",
            "batched": "270 bytes, 64 to a chunk",
            "big": "16 KiB, one to a chunk",
            "paced": "how late they are",
        },
        {
            "cpu": Metric("CPU µs", 2),
            "wall": Metric("wall µs", 2),
            "server": SERVER,
            "first": Metric("first event, µs over the server's delay"),
            "delay": Metric("each event, µs"),
        },
        effort=0.1,
        visits=4,
        leading={"paced": "first"},
    ),
    "streams": Area(
        "1,000 streams at once",
        "streams:on_a_loop",
        ALL,
        {"streams": "ten events each, 50 ms apart"},
        {
            "cpu": Metric("CPU s", 2),
            "wall": Metric("wall s", 2),
            "rss": Metric("KiB each"),
            "p50": Metric("late, ms"),
            "p99": Metric("99 %, ms"),
            "server": SERVER,
        },
        effort=1,
        visits=3,
        most=12,
    ),
    "download": Area(
        "A file to the disk, async",
        "download:on_a_loop",
        _SAVING,
        {"file": "256 MiB"},
        _FILES,
        effort=1,
    ),
    "download-blocking": Area(
        "A file to the disk, blocking",
        "download:blocking",
        tuple(name for name in _SAVING if "aiohttp" not in name),
        {"file": "256 MiB"},
        _FILES,
        effort=1,
        face="blocking",
    ),
    "decoding": Area(
        "Typed decoding",
        "decoding:measured",
        decoding.READERS,
        dict(zip(decoding.SIZES, decoding.SIZES, strict=True)),
        {"cpu": Metric("CPU µs", 1)},
        effort=0.15,
        floor=decoding.PEER,
    ),
    "fixed": Area(
        "Fixed costs",
        "fixed:measured",
        (FLOOR, *BARE, *ALL[5:8], *OURS),
        {"fixed": "of fresh processes"},
        {
            "cold": Metric("cold to the first answer, CPU ms", 1),
            "import": Metric("import", 1),
            "first": Metric("first client", 2),
            "call": Metric("first call", 2),
            "next": Metric("next client", 3),
            "kept": Metric("KiB of that", 1),
        },
        effort=1,
    ),
    "growth": Area(
        "Growth",
        "growth:measured",
        ("aiohttp", *OURS[1:3], MEMORY[0]),
        {
            **{f"calls-{number}": f"a call, after {number:,}" for number in (10, 1_000, 100_000)},
            **{f"streams-{number}": f"a stream, of {number:,} open" for number in (1, 100, 3_000)},
            **{f"loading-{number}": f"an endpoint loaded, of {number:,}" for number in (10, 1_000)},
            **{f"endpoints-{number}": f"a call, in an API of {number:,} endpoints" for number in (10, 1_000)},
        },
        {"cpu": CPU},
        effort=1,
        visits=1,
        most=100,
        floor="aiohttp",
    ),
}
