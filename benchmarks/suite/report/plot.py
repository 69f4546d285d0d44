"""The plot of growth: CPU of one by how many there are, as an SVG written by hand, readable on light and dark."""

from collections.abc import Iterator, Mapping
from math import log10
from typing import Any, Final

from benchmarks.suite.areas import AREAS

GROUPS: Final = {"calls": "calls made", "streams": "streams open", "endpoints": "endpoints in the API"}
COLOURS: Final = ("#888888", "#2b7bba", "#d9822b", "#3a9d5d")
WIDTH, HEIGHT, MARGIN, GAP = 250, 200, 46, 20


def growth(results: Mapping[str, Any]) -> str:
    """A panel for each of what may grow; both axes are logarithmic."""
    scenarios = results["areas"].get("growth", {"scenarios": {}})["scenarios"]
    panels = [_panel(at, group, scenarios) for at, group in enumerate(GROUPS)]
    names = [line for at, name in enumerate(AREAS["growth"].contestants) for line in _named(at, name)]
    whole = len(GROUPS) * (WIDTH + MARGIN + GAP)
    size = f'viewBox="0 0 {whole} {HEIGHT + 2 * MARGIN + 20}"'
    style = 'font-family="sans-serif" font-size="11" fill="#888888"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style} role="img" aria-label="CPU by size">'
    return "\n".join([head, *(line for panel in panels for line in panel), *names, "</svg>", ""])


def _points(group: str, name: str, scenarios: Mapping[str, Any]) -> list[tuple[float, float]]:
    found = {int(key.partition("-")[2]): rows for key, rows in scenarios.items() if key.startswith(f"{group}-")}
    return [(log10(size), log10(rows[name]["cpu"])) for size, rows in found.items() if "cpu" in rows.get(name, {})]


def _panel(at: int, group: str, scenarios: Mapping[str, Any]) -> Iterator[str]:
    left, bottom = MARGIN + at * (WIDTH + MARGIN + GAP), HEIGHT + MARGIN
    lines = {name: points for name in AREAS["growth"].contestants if (points := _points(group, name, scenarios))}
    if not lines:
        return
    sizes = sorted({size for points in lines.values() for size, _ in points})
    low, high = sizes[0], sizes[-1]
    top = max(3.0, *(cost + 0.2 for points in lines.values() for _, cost in points))

    def place(size: float, cost: float) -> tuple[float, float]:
        across = (size - low) / (high - low or 1)
        return left + 10 + across * (WIDTH - 20), bottom - cost / top * HEIGHT

    yield f'<text x="{left}" y="{MARGIN - 12}">CPU µs by {GROUPS[group]}</text>'
    for power in range(int(top) + 1):
        height = place(low, power)[1]
        yield f'<path d="M{left} {height:.0f}h{WIDTH}" stroke="#888888" stroke-opacity="0.3"/>'
        yield f'<text x="{left - 4}" y="{height + 4:.0f}" text-anchor="end">{10**power:,}</text>'
    for size in sizes:
        yield f'<text x="{place(size, 0)[0]:.0f}" y="{bottom + 16}" text-anchor="middle">{round(10**size):,}</text>'
    for name, points in lines.items():
        yield from _drawn([place(*point) for point in points], _colour(name))


def _drawn(places: list[tuple[float, float]], colour: str) -> Iterator[str]:
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, y in places:
        yield f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>'


def _colour(name: str) -> str:
    return COLOURS[AREAS["growth"].contestants.index(name) % len(COLOURS)]


def _named(at: int, name: str) -> Iterator[str]:
    x, y = MARGIN + at * 190, HEIGHT + 2 * MARGIN
    yield f'<rect x="{x}" y="{y}" width="12" height="4" fill="{_colour(name)}"/>'
    yield f'<text x="{x + 18}" y="{y + 6}">{name}</text>'
