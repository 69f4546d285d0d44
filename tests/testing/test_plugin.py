"""The plugin runs the contracts of whoever is named, says what became of each promise, and costs others nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.strangers import WITHOUT

ROOT: Final = Path(__file__).parents[2]
ALONE: Final = (*WITHOUT, "-W", "error", "--tb=short")
FIRST: Final = ("-m", 'pristine_promise(port="Transport", number="1")')
"""The tests of one promise, which are quick."""


def pytest_in(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest in a folder; modules of the folder and of this repository can be imported."""
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{ROOT}", "COLUMNS": "120"}
    command = [sys.executable, "-m", "pytest", *ALONE, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def good(name: str = "GoodBlocking") -> tuple[str, str]:
    return "--pristine-transport", f"tests.contracts.broken.good:{name}"


# -- who does not use it -----------------------------------------------------------------------------------------------


def test_the_plugin_imports_nothing_until_it_is_used() -> None:
    code = "import sys, pristine.testing.plugin; print(*sorted(name for name in sys.modules if 'pristine' in name))"
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == [
        "pristine",
        "pristine.testing",
        "pristine.testing.fixtures",
        "pristine.testing.plugin",
    ]


def test_the_plugin_is_imported_in_no_time() -> None:
    code = (
        "import time, pytest, pristine; began = time.process_time(); import pristine.testing.plugin;"
        "print(time.process_time() - began)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(5)]
    assert min(float(run.stdout) for run in runs) < 0.003


def test_a_run_without_its_options_does_not_know_it(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "import sys\n\n\ndef test_mine():\n    assert 'pristine.testing.session' not in sys.modules\n"
        "    assert 'pristine.testing.promises' not in sys.modules\n"
    )
    ended = pytest_in(tmp_path, "--strict-markers")
    assert ended.returncode == 0, ended.stdout
    assert "pristine:" not in ended.stdout


# -- the suite without test code ---------------------------------------------------------------------------------------


def test_in_an_empty_folder(tmp_path: Path) -> None:
    """A class in a module, both contracts, a table and a report."""
    ended = pytest_in(tmp_path, *good(), *FIRST, "--pristine-report", "report.json", "--strict-markers")
    assert ended.returncode == 0, ended.stdout
    assert "pristine: tests.contracts.broken.good:GoodBlocking" in ended.stdout
    assert "Transport 1                    every status is a Response                 kept" in ended.stdout
    assert "capability                     http2                                      -" in ended.stdout
    [transport] = json.loads((tmp_path / "report.json").read_text())["transports"]
    assert transport["adapter"] == "tests.contracts.broken.good:GoodBlocking"
    assert (transport["faces"], transport["broken"], transport["shareable"]) == (["blocking"], [], True)
    assert transport["capabilities"]["streaming"] == {"blocking": "untested"}
    [promise] = transport["promises"]
    assert (promise["promise"], promise["faces"]["blocking"]["outcome"]) == ("Transport 1", "kept")
    assert promise["faces"]["blocking"]["tests"] > 4
    assert list(tmp_path.iterdir()) == [tmp_path / "report.json"]


def test_several_at_once_each_has_a_table(tmp_path: Path) -> None:
    ended = pytest_in(tmp_path, *good(), *good("GoodAsync"), *FIRST, "-v")
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.count("= pristine: ") == 2
    assert "[tests.contracts.broken.good:GoodAsync-async]" in ended.stdout


def test_a_registered_name_with_options(tmp_path: Path) -> None:
    ended = pytest_in(tmp_path, "--pristine-transport", "httpx", "--pristine-option", "max_connections=3", *FIRST)
    assert ended.returncode == 0, ended.stdout
    assert "HttpxTransport" in ended.stdout
    assert "blocking  async" in ended.stdout


MINE = """
from tests.contracts.broken.good import GoodBlocking

class Loud(GoodBlocking):
    def __init__(self, *, word, **options):
        super().__init__(**options)
        assert word == ["a"], word

def factory(**options):
    return Loud(word=["a"], **options)

instance = GoodBlocking()
number = 7
"""


@pytest.mark.parametrize(
    "chosen",
    [("mine:Loud", "--pristine-option", 'word=["a"]'), ("mine:factory",), ("mine:instance",)],
    ids=["class", "factory", "instance"],
)
def test_a_module_of_the_folder_that_is_not_on_the_path(tmp_path: Path, chosen: tuple[str, ...]) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *ALONE, "--pristine-transport", *chosen, *FIRST, "-rs"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("mine:nothing",), "--pristine-transport mine:nothing: module 'mine' has no attribute 'nothing'"),
        (("nowhere:Mine",), "--pristine-transport nowhere:Mine: No module named 'nowhere'"),
        (("htpx",), "there is no transport 'htpx'; did you mean 'httpx'"),
        (("mine:number",), "--pristine-transport mine:number: it is no class, factory or instance of a transport"),
        (("httpx", "--pristine-option", "x"), "--pristine-option x: give KEY=VALUE"),
    ],
    ids=["attribute", "module", "name", "kind", "option"],
)
def test_what_cannot_be_tested_is_told_at_once(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    ended = pytest_in(tmp_path, "--pristine-transport", *arguments)
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert told in ended.stderr


def test_other_tests_run_only_if_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("def test_mine():\n    pass\n")
    assert "test_mine.py" not in pytest_in(tmp_path, *good(), *FIRST, "-v").stdout
    named = pytest_in(tmp_path, *good(), "-k", "mine or cookies", "test_mine.py", "-v").stdout
    assert "test_mine.py::test_mine PASSED" in named
    assert "test_cookies_are_not_kept" in named


def test_a_configuration_that_names_tests_otherwise_does_not_hide_the_suite(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_classes = Check*\ntestpaths = mine\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "test_mine.py").write_text("def test_mine():\n    assert False\n")
    ended = pytest_in(tmp_path, *good(), *FIRST)
    assert ended.returncode == 0, ended.stdout


# -- what is told ------------------------------------------------------------------------------------------------------


def test_a_broken_promise_is_told_with_what_was_expected_and_what_came(tmp_path: Path) -> None:
    ended = pytest_in(tmp_path, "--pristine-transport", "tests.contracts.broken.calls:KeepsCookies", *FIRST)
    assert ended.returncode == 1
    assert "PromiseBroken: broken: Transport promise 1: cookies are not kept" in ended.stdout
    table = ended.stdout.partition("= pristine: ")[2]
    assert "Transport 1                    every status is a Response                 BROKEN" in table
    told = "BROKEN: Transport 1, blocking in test_cookies_are_not_kept[blocking]\n    the cookie that came back"
    assert f"{told} to the server\n      expected: None\n      came:     'a=1'" in table


CONTRACT = """
from pristine.testing import TransportContract
from tests.contracts.broken.calls import KeepsCookies

class TestMine(TransportContract):
    name = "mine"
    tolerances = {"%s": "it is known to"}
    skips = {"test_redirects_are_not_followed": "it makes no sense"}

    def make(self, **options):
        return KeepsCookies(**options)
"""


def report_of(folder: Path, tolerated: str, *arguments: str) -> tuple["subprocess.CompletedProcess[str]", Any]:
    (folder / "test_mine.py").write_text(CONTRACT % tolerated)
    ended = pytest_in(folder, *FIRST, "--pristine-report", "report.json", *arguments)
    [transport] = json.loads((folder / "report.json").read_text())["transports"]
    return ended, transport


def test_what_is_tolerated_and_skipped_is_in_the_report(tmp_path: Path) -> None:
    ended, transport = report_of(tmp_path, "test_cookies_are_not_kept")
    assert ended.returncode == 0, ended.stdout
    assert (transport["name"], transport["broken"]) == ("mine", [])
    outcome = transport["promises"][0]["faces"]["blocking"]
    assert outcome["outcome"] == "tolerated"
    assert {(note["outcome"], note["why"]) for note in outcome["notes"]} == {
        ("tolerated", "it is known to"),
        ("skipped", "it makes no sense"),
    }


def test_a_tolerance_that_is_not_needed_fails(tmp_path: Path) -> None:
    ended, transport = report_of(tmp_path, "test_a_slow_head_is_waited_for", "--deselect", "x")
    assert "[XPASS(strict)] it is known to" in ended.stdout
    assert transport["broken"] == ["Transport 1"]  # the cookies; the tolerance was not needed


def test_the_contracts_do_without_the_plugin(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(CONTRACT % "test_cookies_are_not_kept")
    ended = pytest_in(tmp_path, "-p", "no:pristine", "-k", "cookies or redirects", "--strict-markers")
    assert ended.returncode == 0, ended.stdout
    assert "1 skipped" in ended.stdout
    assert "1 xfailed" in ended.stdout


def test_a_transport_that_cannot_be_made_fails_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def make(**options):\n    raise OSError('no such library')\n")
    ended = pytest_in(tmp_path, "--pristine-transport", "mine:make", *FIRST, "-k", "cookies")
    assert ended.returncode == 1
    assert ended.stdout.count("raised OSError('no such library')") >= 2, "on both faces"
