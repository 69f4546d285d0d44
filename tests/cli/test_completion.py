"""Completion: what a shell is told for each place of a command line; and that every command explains itself."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete

from pristine.cli.app import cli as program
from pristine.cli.completion import SHELLS
from pristine.config.adapters import found
from tests.cli.conftest import COMMAND, Cli
from tests.cli.server import ENDPOINTS


def completed(*words: str) -> list[Any]:
    """What can stand in the place of the last word."""
    *before, incomplete = words
    items: list[Any] = ShellComplete(program, {"obj": None}, "pristine", "_PRISTINE_COMPLETE").get_completions(
        before, incomplete
    )
    return items


def values(*words: str) -> list[str]:
    return [item.value for item in completed(*words)]


STREAMS = [name for name, one in ENDPOINTS.items() if one.get("streaming")]
PLAIN = [name for name in ENDPOINTS if name not in STREAMS]


def test_endpoints_of_the_manifest_are_completed_that_the_command_can_call(manifest: str) -> None:
    assert values("call", manifest, "") == PLAIN
    assert values("stream", manifest, "") == values("download", manifest, "") == STREAMS
    assert values("call", manifest, "e") == ["echo", "empty"]
    assert values("call", "--json", manifest, "ec") == ["echo"]


def test_an_endpoint_is_shown_with_its_request(manifest: str) -> None:
    [echo] = completed("call", manifest, "ech")
    assert echo.help == "POST /echo Says it again."


@pytest.mark.parametrize("source", ["{", '{"nam": 1}', None])
def test_a_manifest_that_is_wrong_completes_nothing(tmp_path: Path, source: str | None) -> None:
    if source is not None:
        (tmp_path / "a.json").write_text(source)
    assert values("call", str(tmp_path / "a.json"), "") == []


def test_names_that_a_shell_could_read_otherwise_are_left_out(tmp_path: Path) -> None:
    evil = ["$(reboot)", "a b", "a\nb", "*", "`x`", "a;b", "", "ok.one", "a\x1b"]
    endpoint = {"method": "GET", "path": "/", "description": "\x1b[2J\n two"}
    source = {"name": "x", "endpoints": {name: endpoint for name in evil if name}}
    (tmp_path / "a.json").write_text(json.dumps(source))
    [item] = completed("call", str(tmp_path / "a.json"), "")
    assert item.value == "ok.one"
    assert item.help.isprintable()


def test_transports_are_completed_by_name() -> None:
    assert values("call", "a.json", "e", "--transport", "") == sorted(found("pristine.transports"))
    assert "httpx" in values("stream", "--transport", "ht")


@pytest.mark.parametrize(
    "words",
    [
        ("call", ""),
        ("stream", "che"),
        ("validate", ""),
        ("docs", ""),
        ("docs", "--output", ""),
        ("diff", ""),
        ("diff", "a.json", ""),
        ("call", "--config", ""),
    ],
    ids=" ".join,
)
def test_the_shell_completes_files_where_a_file_is_meant(words: tuple[str, ...]) -> None:
    assert [item.type for item in completed(*words)] == ["file"]


def test_commands_options_and_shells_are_completed() -> None:
    assert {"call", "completion"} <= set(values("c"))
    assert values("diff", "--j") == ["--json"]
    assert values("completion", "") == list(SHELLS)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_each_shell_is_printed(cli: Cli, shell: str) -> None:
    ended = cli("completion", shell)
    assert (ended.status, ended.err) == (0, "")
    assert f"_PRISTINE_COMPLETE={shell}_complete" in ended.out.decode()


def test_another_shell_is_a_misuse(cli: Cli) -> None:
    ended = cli("completion", "tcsh")
    assert ended.status == 2
    assert "'bash', 'zsh', 'fish'" in ended.err


@pytest.mark.parametrize("shell", SHELLS)
def test_the_program_answers_a_shell(apart: Cli, manifest: str, shell: str) -> None:
    words = f"pristine call {manifest} ech"
    asked = {"COMP_WORDS": words, "COMP_CWORD": "3" if shell != "fish" else "ech", "PYTHONWARNINGS": "ignore"}
    ended = apart(_PRISTINE_COMPLETE=f"{shell}_complete", **asked)
    assert (ended.status, ended.err) == (0, "")
    assert "echo" in ended.out.decode()
    assert "search" not in ended.out.decode()


@pytest.mark.parametrize("asked", ["bash_complete", "tcsh_complete", "nonsense"])
def test_a_shell_that_asks_wrongly_is_told_nothing(apart: Cli, asked: str) -> None:
    ended = apart(_PRISTINE_COMPLETE=asked, PYTHONWARNINGS="ignore")
    assert (ended.status, ended.out) == (1, b"")
    assert "Traceback" not in ended.err


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_with_the_script(cli: Cli, manifest: str, tmp_path: Path) -> None:
    program = tmp_path / "pristine"
    program.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    script = cli("completion", "bash").out.decode()
    asked = f"{script}\nCOMP_WORDS=(pristine call {manifest} ech) COMP_CWORD=3\n_pristine_completion pristine\n"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONWARNINGS": "ignore"}
    printed = subprocess.run(
        ["bash", "-c", f'{asked}echo "${{COMPREPLY[@]}}"'], env=environment, capture_output=True, text=True, check=True
    )
    assert printed.stdout.split() == ["echo"]


# -- help --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", program.commands)
def test_every_command_explains_itself_with_an_example(cli: Cli, name: str) -> None:
    ended = cli(name, "--help")
    assert ended.status == 0
    told = ended.out.decode()
    assert f"Example:\n    pristine {name}" in told
    assert all(option.help for option in program.commands[name].params if isinstance(option, click.Option))
    assert "--debug" in told


def test_the_program_lists_every_command_with_what_it_does(cli: Cli) -> None:
    told = cli("--help").out.decode()
    assert "Example:\n    pristine validate" in told
    for name, command in program.commands.items():
        assert f"  {name} " in told
        assert command.help
