"""`pristine validate`: every fault with its place, or a line for each endpoint."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.server import ENDPOINTS


def test_a_good_manifest_is_summed_up(cli: Cli, manifest: str) -> None:
    ended = cli("validate", manifest)
    assert (ended.status, ended.err) == (0, "")
    title, *lines = ended.out.decode().splitlines()
    assert title == f"demo 1.0: {len(ENDPOINTS)} endpoints, 5 streams, 2 types"
    assert [line.split()[0] for line in lines] == list(ENDPOINTS)
    shown = [re.sub(" +", " ", line) for line in lines]
    assert "echo POST /echo Says it again." in shown
    assert "endless GET /endless stream" in shown


def test_what_the_manifest_says_of_itself_is_shown(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text('{"name": "a", "description": "All of it.", "endpoints": {}}')
    assert cli("validate", str(tmp_path / "api.json")).out == b"a: 0 endpoints, 0 streams, 0 types\nAll of it.\n"


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_every_fault_is_a_line_with_its_place(cli: Cli, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bad.{suffix}"
    path.write_text('{"nam": "x",\n"endpoints": {\n  "a": {"method": "FETCH", "path": "/"},\n  "b": {"path": 1}}}')
    ended = cli("validate", str(path))
    *faults, count = ended.err.splitlines()
    assert (ended.status, ended.out) == (1, b"")
    assert count == f"pristine: {path}: {len(faults)} faults"
    assert f"{path}:1: nam: unknown key; did you mean 'name'?" in faults
    assert any(fault.startswith(f"{path}:3: endpoints.a.method: 'FETCH' is not one of") for fault in faults)
    assert f"{path}:4: endpoints.b: 'method' is missing" in faults


def test_a_file_that_cannot_be_parsed_is_a_fault(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"name":\n oops}')
    ended = cli("validate", str(path))
    fault, count = ended.err.splitlines()
    assert ended.status == 1
    assert fault.startswith(f"{path}:2:")
    assert count == f"pristine: {path}: 1 fault"


def test_a_file_that_is_not_there_is_a_misuse(cli: Cli) -> None:
    ended = cli("validate", "none.json")
    assert (ended.status, ended.err) == (2, "pristine: none.json: No such file or directory\n")
