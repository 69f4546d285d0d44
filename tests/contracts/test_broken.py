"""The contracts are themselves tested: a transport that breaks one promise fails on that promise, and on no other.

For each promise there is one that is held to every promise, and there may be more, which show other ways to break it:
those are held to that promise alone, but for `PRISTINE_BROKEN=all`, which takes three times as long.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.contracts.broken.calls import BROKEN
from tests.contracts.broken.thrift import FIRST
from tests.support.strangers import WITHOUT

ROOT: Final = Path(__file__).parents[2]
TOGETHER: Final = 8
"""How many runs of pytest there are at once: they wait most of the time."""

GOOD: Final = [f"tests.contracts.broken.good:{name}" for name in ("GoodBlocking", "GoodAsync")]


def run(names: list[str], folder: Path, number: int) -> "subprocess.Popen[bytes]":
    """Begin to hold transports to their promises, in an empty folder, where the report will be."""
    report = folder / f"{number}.json"
    chosen = [argument for name in names for argument in ("--pristine-transport", name)]
    thrift = [] if os.environ.get("PRISTINE_BROKEN") == "all" else ["-p", "tests.contracts.broken.thrift"]
    options = [*thrift, *WITHOUT, "--tb=no", f"--pristine-report={report}"]
    command = [sys.executable, "-m", "pytest", "-q", *options, "--pristine-patience=2", *chosen]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / f"{number}.txt").open("wb") as out:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of each."""
    folder = tmp_path_factory.mktemp("broken")
    names = sorted(
        [*BROKEN, *GOOD], key=lambda name: name not in {*FIRST.values(), *GOOD}
    )  # those that take long first
    for process in [run(names[number::TOGETHER], folder, number) for number in range(TOGETHER)]:
        process.wait(timeout=300)
    found = [_report(folder / f"{number}.json") for number in range(TOGETHER)]
    return {transport["name"]: transport for report in found for transport in report["transports"]}


def _report(path: Path) -> Any:
    return json.loads(path.read_text()) if path.exists() else pytest.fail(path.with_suffix(".txt").read_text())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", GOOD)
def test_a_good_transport_keeps_every_promise(reports: dict[str, Any], name: str) -> None:
    assert notes(reports[name]) == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_transport_breaks_its_promise_and_no_other(reports: dict[str, Any], name: str) -> None:
    told = notes(reports[name])
    assert reports[name]["broken"] == [BROKEN[name]], "\n\n".join(told)
    assert told
    assert all("expected:" in note or "raised" in note or "did not end" in note for note in told), "\n\n".join(told)


def notes(transport: dict[str, Any]) -> list[str]:
    """What a report says of broken promises."""
    return [
        f"{row['promise']} {note['test']}: {note['why']}"
        for row in transport["promises"]
        for face in row["faces"].values()
        for note in face["notes"]
        if note["outcome"] == "broken"
    ]
