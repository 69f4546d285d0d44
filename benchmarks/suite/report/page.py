"""The page of figures, out of the JSON behind it: `<!-- figures: AREA/SCENARIO -->` says which table goes where."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.suite.areas import AREAS
from benchmarks.suite.figures import LIMIT
from benchmarks.suite.report import goals, plot

PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "performance.md"
RESULTS: Final = PAGE.with_suffix(".json")
PLOT: Final = PAGE.with_name("growth.svg")

_MARKED: Final = re.compile(r"^<!-- figures: (.+) -->\n(?:\|.*\n)*", re.MULTILINE)


def read() -> dict[str, Any]:
    """The figures that are kept."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"areas": {}}
    return found


def merged(results: Mapping[str, Any]) -> dict[str, Any]:
    """The figures that are kept, with areas that were measured since in place of theirs."""
    return {**results, "areas": {**read()["areas"], **results["areas"]}}


def write(results: Mapping[str, Any]) -> None:
    """The JSON, the page's tables and the plot."""
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    PLOT.write_text(plot.growth(results), encoding="utf-8")


def filled(text: str, results: Mapping[str, Any]) -> str:
    """A page with its tables."""
    return _MARKED.sub(
        lambda match: match[0].partition("\n")[0] + "\n" + "\n".join(_marked(match[1], results)) + "\n", text
    )


def _marked(name: str, results: Mapping[str, Any]) -> Iterator[str]:
    if name == "machine":
        yield from _machine(results)
    elif name == "goals":
        yield from goals.table(results)
    elif name == "growth":
        yield from _growth(results)
    else:
        area, _, scenario = name.partition("/")
        yield from table(area, scenario, results["areas"].get(area, {"scenarios": {}}))


def _machine(results: Mapping[str, Any]) -> Iterator[str]:
    told = results["machine"]
    yield "| | |"
    yield "| --- | --- |"
    yield f"| processor | {told['cpu']}, {told['cores']} cores |"
    yield f"| system | {told['system']} |"
    yield f"| Python | {told['python']} |"
    yield f"| versions | {', '.join(f'{name} {version}' for name, version in told['versions'].items())} |"
    areas = list(results["areas"].values())
    yield f"| measured | {', '.join(sorted({area['measured'] for area in areas}))} |"
    if loads := [area["load"] for area in areas if "load" in area]:
        yield f"| load average meanwhile | at most {max(loads):.1f}, the suite's own included |"
    if partial := [area for area in areas if area["part"] < 1 or area["most_visits"]]:
        least, most = min(area["part"] for area in partial), max(area["most_visits"] or 0 for area in partial)
        yield f"| **not a full run** | {least:.0%} of the usual work, at most {most or 'the usual'} visits |"


def table(area: str, scenario: str, found: Mapping[str, Any]) -> Iterator[str]:
    """A scenario's rows: the first metric with its spread and ratios, then the others."""
    rows: Mapping[str, Any] = found["scenarios"].get(scenario, {})
    first = AREAS[area].first(scenario)
    others = [key for key in AREAS[area].metrics if key != first and any(key in row for row in rows.values())]
    headings = [AREAS[area].metrics[key].heading for key in others]
    yield _line("", AREAS[area].metrics[first].heading, "±", "× floor", "× bare", *headings)
    yield "| --- | --: | --: | --: | --: |" + " --: |" * len(others)
    for name, row in rows.items():
        if "error" in row:
            yield _line(name, f"failed: {row['error']}".replace("|", "/"), *[""] * (3 + len(others)))
            continue
        ratios = (f"{row[key]:.2f}" if key in row else "" for key in ("of_floor", "of_bare"))
        cells = (_shown(area, key, row) for key in others)
        yield _line(name, _shown(area, first, row), _spread(row), *ratios, *cells)


def _shown(area: str, key: str, row: Mapping[str, Any]) -> str:
    return f"{row[key]:,.{AREAS[area].metrics[key].digits}f}" if key in row else ""


def _spread(row: Mapping[str, Any]) -> str:
    failed = f", {row['failed']} failed" if "failed" in row else ""
    if row["visits"] == 1:
        return f"once{failed}"
    return f"**{row['spread']:.0f} %**{failed}" if row["spread"] > LIMIT else f"{row['spread']:.0f} %{failed}"


def _growth(results: Mapping[str, Any]) -> Iterator[str]:
    """A row for each contestant, a column for each size."""
    scenarios = AREAS["growth"].scenarios
    found = results["areas"].get("growth", {"scenarios": {}})["scenarios"]
    names = [name for name in AREAS["growth"].contestants if any(name in rows for rows in found.values())]
    yield _line("CPU µs of", *names)
    yield "| --- |" + " --: |" * len(names)
    for scenario, title in scenarios.items():
        rows = found.get(scenario, {})
        yield _line(title, *(_shown("growth", "cpu", rows.get(name, {})) for name in names))


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
