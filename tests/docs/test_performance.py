"""The page of figures is what the JSON behind it gives, and has a place for everything that is measured."""

import re
from typing import Any, Final

from benchmarks.suite.areas import AREAS
from benchmarks.suite.report import page, plot
from tests.docs import pages

RESULTS: Final[Any] = page.read()
TEXT: Final = page.PAGE.read_text(encoding="utf-8")


def test_the_tables_are_made_from_the_figures() -> None:
    assert page.filled(TEXT, RESULTS) == TEXT, "run: make bench"
    assert plot.growth(RESULTS) == page.PLOT.read_text(encoding="utf-8"), "run: make bench"


def test_each_scenario_has_its_place_on_the_page() -> None:
    marked = set(re.findall(r"^<!-- figures: (.+) -->$", TEXT, re.MULTILINE)) - {"machine", "goals", "growth"}
    assert marked == {f"{name}/{scenario}" for name, area in AREAS.items() for scenario in area.scenarios} - {
        f"growth/{scenario}" for scenario in AREAS["growth"].scenarios
    }


def test_every_area_was_measured_with_all_who_take_part() -> None:
    assert RESULTS["areas"].keys() == AREAS.keys()
    for name, area in AREAS.items():
        rows = {one for rows in RESULTS["areas"][name]["scenarios"].values() for one in rows}
        assert rows == set(area.contestants), name


def test_what_the_contestants_need_is_pinned_once() -> None:
    shared, peers = (
        {line.split("==")[0] for line in (pages.ROOT / name).read_text().splitlines() if not line.startswith("#")}
        for name in ("constraints.txt", "benchmarks/requirements.txt")
    )
    assert peers.isdisjoint(shared)
    assert {"openai", "anthropic", "google-genai"} <= peers
