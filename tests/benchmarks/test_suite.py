"""The benchmark suite works: its smallest pass runs, what fails is told in its place, and no figure is judged here."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from benchmarks.suite import areas, rounds
from benchmarks.suite.areas import AREAS
from benchmarks.suite.figures import LIMIT, spread, summary
from benchmarks.suite.report import page
from benchmarks.suite.rounds import Plan, Tour, Visit

ROOT = Path(__file__).resolve().parents[2]
OURS = "pristine on aiohttp"


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The figures of the floor, of Pristine on one adapter, and of an SDK that is not installed here."""
    out = tmp_path_factory.mktemp("bench") / "figures.json"
    command = [sys.executable, "-m", "benchmarks.suite", "--part", "0.02", "--visits", "1", "--out", str(out)]
    measured = ["--area", "unary", "sse", "streams", "download", "calls", "--only", "floor", OURS, "openai"]
    ended = subprocess.run([*command, *measured], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not ended.returncode, ended.stderr
    return json.loads(out.read_text())


@pytest.mark.parametrize("area", ["unary", "sse", "streams", "download", "calls"])
def test_every_scenario_has_figures_and_their_ratios(smallest: Any, area: str) -> None:
    found = smallest["areas"][area]["scenarios"]
    assert found.keys() == AREAS[area].scenarios.keys()
    for scenario, rows in found.items():
        first = AREAS[area].first(scenario)
        assert rows["floor"][first] > 0
        assert rows[OURS]["of_floor"] == pytest.approx(rows[OURS][first] / rows["floor"][first], rel=0.01)
        assert "of_bare" not in rows[OURS]  # aiohttp by itself was not there


def test_the_machine_and_the_versions_are_told(smallest: Any) -> None:
    assert {"cpu", "cores", "system", "python", "versions"} == smallest["machine"].keys()
    assert {"pristine-sdk", "aiohttp"} <= smallest["machine"]["versions"].keys()


def test_a_run_that_is_not_full_says_so_on_the_page(smallest: Any) -> None:
    filled = page.filled("<!-- figures: machine -->\n", smallest)
    assert "| **not a full run** | 2% of the usual work, at most 1 visits |" in filled
    assert "| load average meanwhile |" in filled


def test_who_fails_is_told_in_its_place(smallest: Any) -> None:
    found = smallest["areas"]["calls"]
    assert found["scenarios"]["calls"]["openai"] == {"error": "ModuleNotFoundError: No module named 'openai'"}
    [row] = [line for line in page.table("calls", "calls", found) if "openai" in line]
    assert "failed: ModuleNotFoundError" in row


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Iterator[float]]:
    """What visits find, by contestant, in place of processes."""
    figures: dict[str, Iterator[float]] = {}

    def visit(area: str, name: str, number: int, plan: Plan) -> Visit:
        return Visit(number, {"calls": {"calls": next(figures[name])}})

    monkeypatch.setattr(rounds, "_visit", visit)
    return figures


def _calls(figures: dict[str, Iterator[float]], monkeypatch: pytest.MonkeyPatch, visits: int) -> Any:
    area = attrs.evolve(AREAS["calls"], visits=visits)
    monkeypatch.setitem(areas.AREAS, "calls", area)
    return Tour("calls", list(figures), Plan("http://nowhere.test"), lambda _: None).made()


def test_what_is_spread_is_visited_again_and_marked(
    told: dict[str, Iterator[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    told |= {"floor": iter([100.0] * 9), "aiohttp": iter([100.0, 200, 300, 100, 200, 300]), OURS: iter([150.0] * 9)}
    visits = _calls(told, monkeypatch, 3)
    assert {name: len(made) for name, made in visits.items()} == {"floor": 3, "aiohttp": 3 + rounds.AGAIN, OURS: 3}
    found = summary("calls", visits)
    assert found["calls"][OURS] == {"visits": 3, "spread": 0.0, "calls": 150.0, "of_floor": 1.5, "of_bare": 0.75}
    assert found["calls"]["aiohttp"]["spread"] > LIMIT
    lines = list(page.table("calls", "calls", {"scenarios": found}))
    assert "**75 %**" in next(line for line in lines if line.startswith("| aiohttp"))
    assert "| 0 % |" in next(line for line in lines if line.startswith(f"| {OURS}"))


def test_ratios_are_of_the_same_round(told: dict[str, Iterator[float]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that becomes slower with each round makes both slower, and the ratio stays."""
    told |= {"floor": iter([1.0, 1.1, 1.2]), OURS: iter([2.0, 2.2, 2.4])}
    row = summary("calls", _calls(told, monkeypatch, 3))["calls"][OURS]
    assert row["of_floor"] == 2.0


def test_a_spread_is_the_distance_of_the_quartiles() -> None:
    assert spread([10.0]) == 0.0
    assert spread([8.0, 9.0, 10.0, 11.0, 12.0]) == pytest.approx(20.0)


def test_a_page_shows_areas_that_were_measured_and_leaves_room_for_others(smallest: Any) -> None:
    text = "<!-- figures: calls/calls -->\n| old |\n\n<!-- figures: decoding/2 KB -->\n\n<!-- figures: goals -->\n"
    filled = page.filled(text, smallest)
    assert "| old |" not in filled
    assert f"| {OURS} |" in filled
    assert "not measured" in filled
    assert page.filled(filled, smallest) == filled
