"""Visits in rounds: each round visits every contestant once, in a fresh order, each time in a fresh process.

What fails is told in its place, and the rest goes on. Whoever's figures are spread by more than a limit is visited
again; if they still are, the page marks them.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs

from benchmarks.suite import machine
from benchmarks.suite.areas import AREAS
from benchmarks.suite.figures import LIMIT, spread

Found = dict[str, dict[str, Any]]

AGAIN: Final = 3
"""Further rounds, at most, for those whose figures are spread."""

HOPELESS: Final = 2
"""Visits that failed, after which there are no more of them."""

PATIENCE: Final = 120
"""Seconds for one visit."""


@attrs.frozen
class Visit:
    """What was found in a round, by scenario; or why nothing was."""

    round: int
    found: Found = attrs.field(factory=dict)
    error: str | None = None


@attrs.frozen
class Plan:
    """How much is done: the part of the usual effort, how many visits at most, and on which cores."""

    root: str
    part: float = 1.0
    visits: int | None = None
    core: int | None = None


@attrs.define
class Tour:
    """The visits of an area's contestants so far, and the seconds that each has taken."""

    area: str
    names: Sequence[str]
    plan: Plan
    tell: Callable[[str], None]
    visits: dict[str, list[Visit]] = attrs.field(init=False)
    _spent: dict[str, float] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.visits = {name: [] for name in self.names}
        self._spent = dict.fromkeys(self.names, 0.0)

    def made(self) -> dict[str, list[Visit]]:
        """All rounds, and those again whose figures are spread."""
        usual = AREAS[self.area].visits
        rounds = min(usual, self.plan.visits or usual)
        for number in range(rounds):
            self._round(number, self.names)
        for number in range(rounds, rounds + AGAIN if rounds > 2 else rounds):
            self._round(number, [name for name in self.names if _is_spread(self.area, self.visits[name])])
        return self.visits

    def _round(self, number: int, names: Sequence[str]) -> None:
        for name in random.sample(names, len(names)):
            failed = sum(visit.error is not None for visit in self.visits[name])
            if self._spent[name] > AREAS[self.area].most or failed >= HOPELESS:
                continue
            began = time.perf_counter()
            visit = _visit(self.area, name, number, self.plan)
            self._spent[name] += time.perf_counter() - began
            self.visits[name].append(visit)
            self.tell(f"{self.area}, round {number + 1}: {name}" + (f": {visit.error}" if visit.error else ""))


def _visit(area: str, name: str, number: int, plan: Plan) -> Visit:
    effort = AREAS[area].effort * plan.part
    core = "" if plan.core is None else str(plan.core)
    command = [sys.executable, "-m", "benchmarks.suite.child", area, name, plan.root, str(effort), core]
    how: Any = {"capture_output": True, "text": True, "cwd": machine.ROOT, "env": machine.environment()}
    try:
        ended = subprocess.run(command, check=False, timeout=PATIENCE, **how)
    except subprocess.TimeoutExpired:
        return Visit(number, error=f"not done after {PATIENCE} s")
    if ended.returncode:
        return Visit(number, error=_reason(ended))
    return Visit(number, json.loads(ended.stdout.strip().splitlines()[-1]))


def _reason(ended: Any) -> str:
    """Of a process that failed: its exception, or what Python said when it crashed."""
    lines: list[str] = ended.stderr.strip().splitlines() or [f"ended with {ended.returncode}"]
    return next((line for line in lines if line.startswith("Fatal ")), lines[-1])


def _is_spread(area: str, visits: Sequence[Visit]) -> bool:
    """Whether a scenario's first metric differs too much between visits."""
    for scenario in AREAS[area].scenarios:
        metric, found = AREAS[area].first(scenario), [visit.found.get(scenario, {}) for visit in visits]
        if spread([one[metric] for one in found if metric in one]) > LIMIT:
            return True
    return False
