"""The contracts themselves: an adapter that breaks one promise is told of that one, and of no other.

Every test of a contract must be failed by somebody: one that nobody fails holds nothing.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, Final

import pytest

from pristine.testing.promises import PromiseBroken
from tests.contracts.broken_ports.register import BROKEN, CONTRACTS, OVER
from tests.support.strangers import WITHOUT

for contract in CONTRACTS.values():
    import_module(f"tests.contracts.broken_ports.{contract.__module__.rpartition('.')[2]}")

FAILED: Final[set[str]] = set()
"""The tests that somebody has failed."""


@pytest.fixture(autouse=True)
def over() -> Iterator[None]:
    OVER.clear()
    yield
    OVER.set()


def held_by(contract: type) -> list[str]:
    return [name for name in dir(contract) if name.startswith("test_")]


def failures(contract: type[Any]) -> Iterator[tuple[str, PromiseBroken]]:
    """The tests of a contract that fail, as pytest runs them."""
    for name in held_by(contract):
        test = getattr(contract(), name)
        for face in contract().faces() if "face" in signature(test).parameters else [None]:
            try:
                test(face) if face else test()
            except PromiseBroken as broken:
                yield name, broken


@pytest.mark.parametrize(("port", "number", "name"), BROKEN, ids=lambda value: value)
def test_a_broken_promise_is_told_and_no_other(port: str, number: str, name: str) -> None:
    told = dict(failures(BROKEN[port, number, name]))
    FAILED.update(f"{port}.{test}" for test in told)
    assert {str(broken.promise.number) for broken in told.values()} == {number}, told
    for broken in told.values():
        assert broken.promise.port == port
        assert f"broken: {port} promise {number}: " in str(broken)
        assert ("expected: " in str(broken) and "came: " in str(broken)) or "raised " in str(broken), broken


STRANGER: Final = """
from pristine.ports.retry import Again
from pristine.testing.contracts.auth import AuthContract
from pristine.testing.contracts.clock import ClockContract
from pristine.testing.contracts.retry import RetryContract

class Hasty:
    def decide(self, outcome, history):
        return Again(1.0)

class TestHasty(RetryContract):
    def make(self):
        return Hasty()

class TestNothing(RetryContract):
    pass

class Clock:
    now = time = lambda self: 0.0
    async def asleep(self, seconds):
        pass

class TestClock(ClockContract):
    def make(self):
        return Clock()
"""


def told_by_pytest(folder: Path, code: str) -> list[str]:
    """The summary of pytest for a file of its own, run as a stranger would."""
    (folder / "test_stranger.py").write_text(code)
    options = [*WITHOUT, "-q", "-rA", "--tb=line", "--rootdir=."]
    command = [sys.executable, "-m", "pytest", *options, "test_stranger.py"]
    wide = {**os.environ, "COLUMNS": "300"}
    ended = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=wide, check=False)
    return ended.stdout.splitlines()


def test_a_stranger_is_told_which_promise_is_broken(tmp_path: Path) -> None:
    told = told_by_pytest(tmp_path, STRANGER)
    hasty = {
        line.partition("::")[2].partition(" ")[0] for line in told if line.startswith("FAILED") and "Hasty" in line
    }
    assert hasty == {"TestHasty::test_a_success_is_taken", "TestHasty::test_a_wish_is_not_undercut"}
    assert any("PromiseBroken: broken: Retry promise 4: a server's wish" in line for line in told)
    assert any("say how the Retry is made: def make(self)" in line for line in told)
    assert any("TestClock::test_sleep_is_long_enough[async]" in line for line in told)
    assert not any("[blocking]" in line for line in told)


def test_an_adapter_without_a_face_is_told_at_once(tmp_path: Path) -> None:
    told = told_by_pytest(tmp_path, STRANGER.replace("async def asleep", "def doze"))
    assert any("TypeError: Clock has neither sleep() nor asleep()" in line for line in told)


def test_every_promise_is_broken_by_somebody() -> None:
    promised = {(port, getattr(cls, name).promise.number) for port, cls in CONTRACTS.items() for name in held_by(cls)}
    assert {(port, number) for port, number, _ in BROKEN} == promised


def test_every_test_is_failed_by_somebody(request: pytest.FixtureRequest) -> None:
    ran = sum(test_a_broken_promise_is_told_and_no_other.__name__ in item.name for item in request.session.items)
    if ran < len(BROKEN):
        pytest.skip("only where all of this file runs")
    assert {f"{port}.{name}" for port, cls in CONTRACTS.items() for name in held_by(cls)} == FAILED
