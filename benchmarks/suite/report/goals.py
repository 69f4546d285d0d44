"""What was set out to be reached, beside what was measured; each goal is a line of a table here."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from benchmarks.suite.contestants import MEMORY, SDKS

Figure = Callable[["Cells"], float]


class Cells:
    """The figures by area, scenario and contestant; a KeyError where there is none."""

    def __init__(self, results: Mapping[str, Any]) -> None:
        self._areas = results["areas"]

    def __call__(self, area: str, scenario: str, name: str, key: str = "cpu") -> float:
        return float(self._areas[area]["scenarios"][scenario][name][key])


@attrs.frozen
class Goal:
    """A figure, and the bound that it should keep: at most, or at least where it is a lead."""

    area: str
    text: str
    figure: Figure
    bound: float
    least: bool = False
    digits: int = 2

    def row(self, cells: Cells) -> str:
        """A line of the table."""
        word, bound = "at least" if self.least else "at most", f"{self.bound:,g}"
        try:
            found = self.figure(cells)
        except KeyError:
            return f"| {self.area} | {self.text}: {word} {bound} | not measured | |"
        met = found >= self.bound if self.least else found <= self.bound
        return (
            f"| {self.area} | {self.text}: {word} {bound} | {found:,.{self.digits}f} | {'yes' if met else '**no**'} |"
        )


def _of_bare(area: str, scenario: str, adapter: str) -> Figure:
    return lambda cells: cells(area, scenario, f"pristine on {adapter}", "of_bare")


def _lead(scenario: str, adapter: str) -> Figure:
    """How many times less than the best of the SDKs."""
    return lambda cells: (
        min(cells("unary", scenario, name) for name in SDKS) / cells("unary", scenario, f"pristine on {adapter}")
    )


def _less(area: str, scenario: str, other: str, adapter: str) -> Figure:
    return lambda cells: cells(area, scenario, other) / cells(area, scenario, f"pristine on {adapter}")


def _over_bare(area: str, scenario: str, adapter: str, key: str) -> Figure:
    return lambda cells: cells(area, scenario, f"pristine on {adapter}", key) - cells(area, scenario, adapter, key)


def _cell(area: str, scenario: str, name: str, key: str = "cpu") -> Figure:
    return lambda cells: cells(area, scenario, name, key)


def _share(face: str, name: str) -> Figure:
    """The pipeline without what msgspec alone takes for the same bytes."""
    return lambda cells: cells("pipeline", face, name) - cells("pipeline", face, "msgspec alone")


def _grown(name: str, high: str, low: str, area: str = "growth") -> Figure:
    return lambda cells: cells(area, high, name) / cells(area, low, name)


_UNARY: Final = [
    Goal(title, f"on {adapter}, × bare, {words}", _of_bare(area, scenario, adapter), bound)
    for area, title, adapters in (
        ("unary", "typed call, async", {"httpx": 1.0, "httpx2": 1.0, "aiohttp": 1.25, "pyreqwest": 1.4}),
        ("unary-blocking", "typed call, blocking", {"httpx": 1.0, "httpx2": 1.0, "pyreqwest": 1.4}),
    )
    for adapter, bound in adapters.items()
    for scenario, words in (("1", "sequential"), ("32", "32 at once"), ("256", "256 at once"))
]
_LEADS: Final = [
    Goal(
        "typed call, async",
        f"{bound:g} times less than the best SDK, on {adapter}, {words}",
        _lead(scenario, adapter),
        bound,
        least=True,
    )
    for scenario, words, adapters in (
        ("1", "sequential", {"httpx2": 2.0, "aiohttp": 7.0, "pyreqwest": 10.0}),
        ("256", "256 at once", {"httpx2": 2.8}),
    )
    for adapter, bound in adapters.items()
]
_STREAMS: Final = [
    Goal("SSE", "on aiohttp, × bare with the same decoding", _of_bare("sse", "small", "aiohttp"), 1.45),
    Goal("SSE", "on httpx2, × bare with the same decoding", _of_bare("sse", "small", "httpx2"), 1.15),
    Goal("SSE", "times less than anthropic, on aiohttp", _less("sse", "small", "anthropic", "aiohttp"), 7, least=True),
    Goal("SSE", "times less than openai, on aiohttp", _less("sse", "small", "openai", "aiohttp"), 30, least=True),
    *(
        Goal(
            "SSE",
            f"first event on {adapter}, µs over the server's delay",
            _cell("sse", "paced", f"pristine on {adapter}", "first"),
            400,
            digits=0,
        )
        for adapter in ("aiohttp", "httpx2")
    ),
    Goal("1,000 streams", "on aiohttp, × bare", _of_bare("streams", "streams", "aiohttp"), 1.2),
    Goal("1,000 streams", "on httpx2, × bare", _of_bare("streams", "streams", "httpx2"), 0.25),
]
_FILES: Final = [
    Goal("download", "on aiohttp, × bare", _of_bare("download", "file", "aiohttp"), 1.1),
    Goal("download", "on httpx2, async, × bare", _of_bare("download", "file", "httpx2"), 0.65),
    *(
        Goal("download", f"extra MiB on {adapter}", _cell("download", "file", f"pristine on {adapter}", "rss"), 4)
        for adapter in ("aiohttp", "httpx2")
    ),
]
_ALONE: Final = [
    Goal("pipeline's own share", f"µs of a call, {face}{name.removeprefix(MEMORY[0])}", _share(face, name), bound)
    for face in ("async", "blocking")
    for name, bound in zip(MEMORY, (12, 20), strict=True)
]
_COUNTS: Final = [
    Goal("function calls", f"on {adapter}, over bare", _over_bare("calls", "calls", adapter, "calls"), bound, digits=0)
    for adapter, bound in (("aiohttp", 80), ("httpx2", 200))
]
_READ: Final = [
    Goal(
        "typed decoding", f"{size}, × msgspec into attrs", _cell("decoding", size, "pristine, msgspec", "of_floor"), 1.2
    )
    for size in ("2 KB", "100 KB")
]
_FIXED: Final = [
    Goal("fixed", "`import pristine`, ms", _cell("fixed", "fixed", "pristine on httpx2", "import"), 25, digits=1),
    Goal("fixed", "next Context, ms", _cell("fixed", "fixed", "pristine on httpx2", "next"), 0.2),
    Goal("fixed", "next Context, KiB", _cell("fixed", "fixed", "pristine on httpx2", "kept"), 20, digits=1),
    *(
        Goal("fixed", f"cold, ms over bare {adapter}", _over_bare("fixed", "fixed", adapter, "cold"), 15, digits=1)
        for adapter in ("httpx", "httpx2", "aiohttp", "pyreqwest")
    ),
]
FLAT: Final = 1.15
"""As many times the cost, at most, where there are more."""

_GROWTH: Final = [
    *(
        Goal(
            "growth",
            f"256 at once on {adapter}, × sequential",
            _grown(f"pristine on {adapter}", "256", "1", "unary"),
            FLAT,
        )
        for adapter in ("httpx", "httpx2")
    ),
    *(
        Goal("growth", f"{words}, {name}", _grown(name, *scenarios), FLAT)
        for words, scenarios, names in (
            (
                "100,000 calls, × 1,000",
                ("calls-100000", "calls-1000"),
                ("pristine on httpx2", "pristine on aiohttp", MEMORY[0]),
            ),
            ("3,000 streams, × 100", ("streams-3000", "streams-100"), ("pristine on httpx2", "pristine on aiohttp")),
            ("1,000 endpoints, a call, × 10", ("endpoints-1000", "endpoints-10"), MEMORY[:1]),
            ("1,000 endpoints, loading each, × 10", ("loading-1000", "loading-10"), MEMORY[:1]),
        )
        for name in names
    ),
]

GOALS: Final = (*_UNARY, *_ALONE, *_LEADS, *_COUNTS, *_STREAMS, *_FILES, *_READ, *_FIXED, *_GROWTH)


def table(results: Mapping[str, Any]) -> Iterator[str]:
    """All goals."""
    cells = Cells(results)
    yield "| area | goal | measured | met |"
    yield "| --- | --- | --: | --- |"
    for goal in GOALS:
        yield goal.row(cells)
