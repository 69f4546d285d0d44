"""Figures of many visits: medians, spreads, and ratios to the floor and to the bare transport, ready for JSON."""

import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from benchmarks.suite.areas import AREAS
from benchmarks.suite.contestants import bare_of

if TYPE_CHECKING:
    from benchmarks.suite.rounds import Visit

LIMIT: Final = 15.0
"""Percent: a spread above this is repeated, and marked if it stays."""

Visits = Mapping[str, Sequence["Visit"]]

_Rounds = Mapping[int, Mapping[str, float]]


def spread(values: Sequence[float]) -> float:
    """The distance between the quartiles, in percent of the median; of a single value there is none."""
    if len(values) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(values, method="inclusive")
    return 100 * (high - low) / abs(middle) if middle else 0.0


def summary(area: str, visits: Visits) -> dict[str, Any]:
    """An area as it is kept: for each scenario, each contestant's figures or its error."""
    return {
        scenario: {name: row for name in visits if (row := _row(area, scenario, name, visits)) is not None}
        for scenario in AREAS[area].scenarios
    }


def _row(area: str, scenario: str, name: str, visits: Visits) -> dict[str, Any] | None:
    ours = _by_round(scenario, visits[name])
    if not ours:
        errors = (visit.error or visit.found.get(scenario, {}).get("error") for visit in visits[name])
        error = next(filter(None, errors), None)
        return {"error": error} if error else None
    metric = AREAS[area].first(scenario)
    row: dict[str, Any] = {"visits": len(ours), "spread": round(spread([one[metric] for one in ours.values()]), 1)}
    if failed := len(visits[name]) - len(ours):
        row["failed"] = failed
    for key in AREAS[area].metrics:
        if values := [one[key] for one in ours.values() if key in one]:
            row[key] = _rounded(statistics.median(values))
    others = {"of_floor": AREAS[area].floor, "of_bare": bare_of(name, AREAS[area].face)}
    for key, other in others.items():
        if other is not None and other in visits and other != name and (theirs := _by_round(scenario, visits[other])):
            row[key] = _rounded(_ratio(metric, ours, theirs))
    return row


def _by_round(scenario: str, visits: Sequence["Visit"]) -> dict[int, dict[str, float]]:
    return {visit.round: found for visit in visits if (found := visit.found.get(scenario)) and "error" not in found}


def _ratio(metric: str, ours: _Rounds, theirs: _Rounds) -> float:
    """The median of the ratios within rounds; where the other was not in a round, to the median of the other."""
    usual = statistics.median(one[metric] for one in theirs.values())
    ratios = [one[metric] / (theirs[number][metric] if number in theirs else usual) for number, one in ours.items()]
    return statistics.median(ratios)


def _rounded(value: float) -> float:
    """Four digits are more than are true."""
    return float(f"{value:.4g}")
