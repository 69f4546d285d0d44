"""The benchmark suite: `make bench`, or `python -m benchmarks.suite [--quick] [--area NAME …] [--write]`.

Without `--write` the tables are printed as they are found. With it, `docs/explanation/performance.json` takes the areas
that were measured in, and the page's tables are made anew from it.
"""

import argparse
import datetime as dt
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.suite import machine
from benchmarks.suite.areas import AREAS
from benchmarks.suite.figures import summary
from benchmarks.suite.report import page
from benchmarks.suite.rounds import Plan, Tour
from benchmarks.suite.server import running


def _options() -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suite", description=__doc__)
    parser.add_argument("--area", nargs="+", choices=AREAS, default=list(AREAS), help="only these areas")
    known = sorted({name for area in AREAS.values() for name in area.contestants})
    parser.add_argument("--only", nargs="+", choices=known, metavar="WHO", help=f"only these: {'; '.join(known)}")
    parser.add_argument("--quick", action="store_true", help="a minute or two: a tenth of the work, one visit to each")
    parser.add_argument("--part", type=float, default=1.0, help="the part of the usual work in each visit (1)")
    parser.add_argument("--visits", type=int, help="how many visits at most, in place of each area's own number")
    parser.add_argument("--apart", action="store_true", help="client and server on a core each, not both on one")
    parser.add_argument("--out", type=Path, help="a file for the figures as JSON")
    parser.add_argument("--write", action="store_true", help="put them into the documentation")
    options = parser.parse_args()
    if options.write and (options.only or options.quick):
        parser.error("--write is for figures of all contestants, and not for --quick ones")
    if options.quick:
        options.part, options.visits = options.part / 10, 1
    return options


def main() -> None:
    options, began = _options(), time.perf_counter()
    client, server = machine.cores()
    with running(server if options.apart else client) as root:
        plan = Plan(root, options.part, options.visits, client)
        found = {area: measured(area, options.only, plan) for area in options.area}
    print(f"\n{time.perf_counter() - began:.0f} s", file=sys.stderr)
    results = {"machine": machine.described(), "areas": found}
    if options.out:
        options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if options.write:
        page.write(page.merged(results))


def measured(area: str, only: list[str] | None, plan: Plan) -> dict[str, Any]:
    """An area's figures, whose tables are printed."""
    names = [name for name in AREAS[area].contestants if only is None or name in only]
    visits = Tour(area, names, plan, lambda line: print(line, file=sys.stderr, flush=True)).made()
    found: dict[str, Any] = {
        "measured": dt.datetime.now(dt.UTC).date().isoformat(),
        "load": round(os.getloadavg()[1], 1),
    }
    found |= {"part": plan.part, "most_visits": plan.visits, "scenarios": summary(area, visits)}
    for scenario, title in AREAS[area].scenarios.items():
        print(f"\n{AREAS[area].title}: {title}\n", *page.table(area, scenario, found), sep="\n", flush=True)
    return found


if __name__ == "__main__":
    main()
