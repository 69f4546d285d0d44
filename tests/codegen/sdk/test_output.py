"""What is generated is formatted, linted and typed: one run of each tool over all packages, and what uses them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.codegen.sdk.packages import HERE, ROOT, made

BIN: Final = Path(sys.executable).parent


def run(*command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    program = [str(BIN / command[0]), *command[1:]]
    return subprocess.run(
        program, check=False, capture_output=True, text=True, cwd=folder, env={**os.environ, **environment}
    )


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))


@pytest.mark.parametrize("command", [("format", "--check"), ("check",)], ids="-".join)
def test_the_formatter_and_the_linter_have_nothing_to_say(command: tuple[str, ...], folder: Path) -> None:
    ended = run("ruff", *command, "--no-cache", *names(folder), folder=folder)
    assert ended.returncode == 0, ended.stdout


@pytest.fixture(scope="module")
def checked(folder: Path) -> Path:
    """The folder with a program that uses the packages."""
    (folder / "usage.py").write_text((HERE / "usage.py").read_text(encoding="utf-8"), encoding="utf-8")
    return folder


@pytest.mark.timeout(300)  # a cold cache
def test_mypy_is_content(checked: Path) -> None:
    places = [str(checked / name) for name in names(checked)]
    targets = [f"{name}/{name}_sdk" for name in names(checked)]
    options = ("--strict", "--warn-unreachable", "--explicit-package-bases", "--config-file=")
    path = ":".join([*places, str(checked), str(ROOT)])
    ended = run("mypy", *options, *targets, "usage.py", folder=checked, MYPYPATH=path)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.timeout(300)
def test_pyright_is_content(checked: Path) -> None:
    settings: dict[str, Any] = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "include": [*(f"{name}/{name}_sdk" for name in names(checked)), "usage.py"],
        "extraPaths": [*names(checked), str(ROOT)],
        "reportUnnecessaryTypeIgnoreComment": True,
    }
    (checked / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = ("basedpyright", "--outputjson", "--pythonpath", sys.executable)
    ended = run(*command, folder=checked)
    said = json.loads(ended.stdout)
    assert said["summary"]["filesAnalyzed"] > 250
    assert "\n".join(map(told, said["generalDiagnostics"])) == ""


def told(one: dict[str, Any]) -> str:
    return f"{one['file']}:{one['range']['start']['line'] + 1}: {one['message']}"


def test_a_type_of_an_argument_that_may_be_null_imports_what_it_names() -> None:
    """A long one has a file of its own, which had no import of the runtime."""
    tier = {"enum": ["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"], "nullable": True}
    request = {"properties": {"tier": "Tier"}}
    endpoint = {"method": "POST", "path": "/a", "request": request}
    files = made({"name": "r", "endpoints": {"a.make": endpoint}, "types": {"Tier": tier}}, "r_sdk").generated
    (alias,) = [text for path, text in files.items() if path.endswith("models/a_make_tier.py")]
    assert "_sdk.Null" in alias
    assert "\n\nfrom pristine import sdk as _sdk\n\n" in alias
