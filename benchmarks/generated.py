"""What a generated client costs: to make it, to import it, to make a client, and on a call over the Pipeline.

The API has 500 endpoints and 500 types. CPU time; imports and clients are measured in processes of their own. What a
method adds to a call is measured with a Pipeline that does nothing: beside a real one it is less than what that differs
by from call to call. The goals are 5 s to generate, 30 ms to import above pristine itself, and 2 µs a call.
"""

import argparse
import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))  # another benchmark has the manifest

import attrs

import pristine
from benchmarks.manifest import NUMBER, large
from pristine.codegen.sdk.package import package
from pristine.ports.messages import Request, Response
from pristine.sdk import Calls, manifest_of

GOALS: Final = {"generate s": 5.0, "import ms": 30.0, "call µs": 2.0}

IMPORTING: Final = """
import sys, time
import pristine
from pristine import sdk
for name in sdk.__all__:
    getattr(sdk, name)
import pristine.ports.errors
began = time.process_time()
import large_sdk
large_sdk.Client, large_sdk.AsyncClient, large_sdk.models, large_sdk.errors
imported = time.process_time()
context = pristine.context(base_url="https://example.com", transport="memory")
middle = time.process_time()
large_sdk.Client(context=context)
print((imported - began) * 1e3, (time.process_time() - middle) * 1e3)
"""


class Answering:
    """A transport that has the answer ready."""

    capabilities = frozenset({"total_timeout"})

    def __init__(self) -> None:
        body = b'{"id": "6f1d1c1e-3c4b-4b7e-9a55-0d6c1f0a8b11", "name": "x"}'
        self._answer = Response(200, {"Content-Type": "application/json"}, body)

    def send(self, _: Request) -> Response:
        """Answer at once."""
        return self._answer

    def open(self, _: Request) -> Any:
        """No stream."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


def generated(folder: Path) -> float:
    """Write the package; gives the seconds that generating took."""
    began = time.process_time()
    made = package(large(NUMBER), "large_sdk")
    took = time.process_time() - began
    for path, text in {**made.generated, **made.authored}.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return took


def imported(folder: Path, rounds: int) -> tuple[float, float]:
    """The milliseconds of an import, and of the first client."""
    command = [sys.executable, "-c", IMPORTING]
    compileall.compile_dir(folder, quiet=1)  # as pip does
    found = []
    for _ in range(rounds):
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        found.append([float(one) for one in ended.stdout.split()])
    first, second = zip(*found, strict=True)
    return statistics.median(first), statistics.median(second)


def timed(call: Callable[[], Any], times: int) -> float:
    """The microseconds of a call."""
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) / times * 1e6


def nothing(endpoint: str, payload: Any = None, /, **options: Any) -> Any:
    """A call that does nothing."""
    return endpoint, payload, options


BODY: Final = {"name": "x"}
GIVEN: Final = {"name": "x", "count": 1, "ratio": 0.5, "tags": ["a"], "kind": "a", "created_at": "2026-01-31T12:00:00Z"}
SENT: Final = {
    **{name: value for name, value in GIVEN.items() if name != "created_at"},
    "created-at": GIVEN["created_at"],
}


def calls_of(make: Callable[..., Any], things: Any) -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    """The same calls, made directly and through methods."""
    path = {"id": "a"}
    query = {"limit": 5, "cursor": "x"}
    return {
        "GET, 1 argument": (lambda: make("things0.do0", path_params=path), lambda: things.do0("a")),
        "POST, 2 arguments": (lambda: make("things0.do1", BODY, path_params=path), lambda: things.do1("a", **BODY)),
        "POST, 9 arguments": (
            lambda: make("things0.do1", SENT, path_params=path, query=query),
            lambda: things.do1("a", **query, **GIVEN),
        ),
    }


def least(call: Callable[[], Any], rounds: int, times: int) -> float:
    """The microseconds of a call: the least of all rounds, since what else the machine does only adds to it."""
    return min(timed(call, times) for _ in range(rounds))


def called(folder: Path, rounds: int, times: int) -> dict[str, tuple[float, float]]:
    """The microseconds of a call of the Pipeline, and what a method does beside it."""
    sys.path.insert(0, str(folder))
    context = pristine.context(base_url="https://example.com", transport=Answering(), retry="off")
    pipeline = pristine.Pipeline(manifest_of("large_sdk"), context)
    things = type(import_module("large_sdk").Client(context=context).things0)
    real = calls_of(pipeline.execute, things(real_calls(pipeline)))
    stub = calls_of(nothing, things(attrs.evolve(real_calls(pipeline), value=nothing)))
    found = {}
    for name, (plain, through) in stub.items():
        assert real[name][0]() == real[name][1]()
        more = least(through, rounds, times * 10) - least(plain, rounds, times * 10)
        found[name] = least(real[name][0], rounds, times), more
    return found


def real_calls(pipeline: pristine.Pipeline) -> Calls:
    """The calls that a client makes."""
    return Calls.of(pipeline, None, manifest_of("large_sdk"), {})


def main() -> None:
    """Print the figures; the exit status is 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds = statistics.median(generated(folder) for _ in range(3))
        importing, making = imported(folder, given.rounds)
        calls = called(folder, given.rounds, given.calls)
    print(f"generate {NUMBER} endpoints and types   {seconds:8.2f} s   (goal {GOALS['generate s']:g})")
    print(f"import, above pristine itself          {importing:8.1f} ms  (goal {GOALS['import ms']:g})")
    print(f"the first client                       {making:8.1f} ms")
    for name, (plain, more) in calls.items():
        print(f"{name:<20} Pipeline {plain:6.1f} µs, client {more:+6.2f} µs  (goal {GOALS['call µs']:g})")
    worst = max(more for _, more in calls.values())
    sys.exit(seconds > GOALS["generate s"] or importing > GOALS["import ms"] or worst > GOALS["call µs"])


if __name__ == "__main__":
    main()
