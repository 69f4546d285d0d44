"""What it costs to load a large manifest: 500 endpoints and 500 types, the first time and from the cache.

CPU time of a process of its own for each load, without its imports; the loads take turns in every round, and the
figures are medians over the rounds. The goals are 300 ms the first time and 60 ms from the cache.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import yaml

NUMBER: Final = 500
GOALS: Final = {"first": 300.0, "cache": 60.0}

CHILD: Final = """
import sys, time
import pristine
from pristine.core.resources import tree_of
import pristine.adapters.yaml, pristine.config.cached

path, cache, use = sys.argv[1], sys.argv[2] or False, sys.argv[3]
pristine.load_manifest_file
began = time.process_time()
manifest = pristine.load_manifest_file(path, cache=cache)
if use == "client":
    tree_of(manifest)
elif use == "classes":
    for cls in manifest.types.values():
        getattr(cls, "__attrs_attrs__", None)
print((time.process_time() - began) * 1e3)
"""


def large(number: int) -> dict[str, Any]:
    """A manifest with so many endpoints, and as many types; a type in ten is an enum, the others have eight fields."""
    kinds = [n for n in range(number) if n % 10 == 9]
    things = [n for n in range(number) if n % 10 != 9]
    types = {f"Kind{n}": {"enum": ["a", "b", "c"], "description": f"Kind {n}."} for n in kinds}
    return {
        "name": "large",
        "version": "1",
        "endpoints": {f"things{n // 5}.do{n}": endpoint(n, f"Thing{n // 10 * 10}") for n in range(number)},
        "types": types | {f"Thing{n}": thing(n, things, kinds) for n in things},
    }


def endpoint(n: int, type_: str) -> dict[str, Any]:
    method = ("GET", "POST", "PUT", "DELETE", "PATCH")[n % 5]
    return {
        "method": method,
        "path": f"/things/{n}/{{id}}",
        "description": f"Does {n}.",
        "path_params": {"id": "string"},
        "query": {"limit": {"type": "integer", "default": 20, "minimum": 1}, "cursor": "string"},
        "response": type_,
        "tags": ["things"],
        **({"request": type_} if method in {"POST", "PUT", "PATCH"} else {}),
    }


def thing(n: int, things: list[int], kinds: list[int]) -> dict[str, Any]:
    return {
        "description": f"A thing of kind {n}.",
        "properties": {
            "id": {"type": "string", "format": "uuid", "readOnly": True},
            "name": {"type": "string", "minLength": 1, "description": "What it is called."},
            "created-at": {"type": "string", "format": "date-time"},
            "count": {"type": "integer", "minimum": 0, "default": 0},
            "ratio": "number",
            "tags": {"type": "array", "items": "string"},
            "kind": f"Kind{kinds[n % len(kinds)]}",
            "parent": {"type": f"Thing{things[n * 7 % len(things)]}", "nullable": True},
        },
        "required": ["id", "name"],
    }


def milliseconds(path: Path, cache: str, use: str) -> float:
    """The CPU time of a load in a process of its own."""
    command = [sys.executable, "-c", CHILD, str(path), cache, use]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def rows(folder: Path, rounds: int) -> dict[str, float]:
    """Milliseconds by what is loaded, and how."""
    source = large(NUMBER)
    (folder / "api.json").write_text(json.dumps(source, indent=2))
    (folder / "api.yaml").write_text(yaml.safe_dump(source, sort_keys=False))
    cache = str(folder / "cache")
    loads = {
        f"{suffix}, {title}": (folder / f"api.{suffix}", kept, use)
        for suffix in ("json", "yaml")
        for title, kept, use in (
            ("first", "", ""),
            ("cache", cache, ""),
            ("first, and all endpoints as methods", "", "client"),
            ("cache, and all endpoints as methods", cache, "client"),
            ("first, and all classes used", "", "classes"),
        )
    }
    for load in loads.values():
        milliseconds(*load)  # fills the cache
    taken: dict[str, list[float]] = {name: [] for name in loads}
    for _ in range(rounds):
        for name in random.sample(list(loads), len(loads)):
            taken[name].append(milliseconds(*loads[name]))
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = rows(Path(folder), options.rounds)
    print(f"\n{NUMBER} endpoints, {NUMBER} types\n\n| load | CPU ms | goal |\n|---|--:|--:|")
    for name, cost in found.items():
        goal = GOALS.get(name.partition(", ")[2])
        print(f"| {name} | {cost:.0f} | {'' if goal is None else f'{goal:.0f}'} |")


if __name__ == "__main__":
    main()
