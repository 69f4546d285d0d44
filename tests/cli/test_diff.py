"""`pristine diff`: a line for each change, what breaks callers first, and the exit status that a script reads."""

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

import pristine
from pristine.cli import main
from pristine.cli.diff import show_changes
from pristine.codegen.compare import Change, compare
from tests.cli.conftest import Cli
from tests.docs import pages


@pytest.fixture
def old(tmp_path: Path) -> str:
    return written(tmp_path / "old.json", api())


def api(**more: Any) -> dict[str, Any]:
    query = {"limit": {"type": "integer", "default": 20}}
    return {"name": "x", "endpoints": {"list": {"method": "GET", "path": "/l", "query": query}}, **more}


def written(path: Path, source: Any) -> str:
    path.write_text(json.dumps(source))
    return str(path)


def changed(**query: Any) -> dict[str, Any]:
    return {"name": "x", "endpoints": {"list": {"method": "GET", "path": "/l", "query": query}}, "version": "2"}


def test_what_breaks_comes_first_with_the_reason(cli: Cli, old: str, tmp_path: Path) -> None:
    new = written(tmp_path / "new.json", changed(limit={"type": "integer", "default": 10}))
    ended = cli("diff", old, new)
    assert (ended.status, ended.err) == (1, "")
    assert ended.out.decode().splitlines() == [
        "breaks  endpoints.list.query.limit: 20 → 10 (what leaves it out means something else)",
        'keeps   version: "" → "2"',
        "1 breaking change, 1 other",
    ]


def test_what_breaks_nobody_is_status_0(cli: Cli, old: str, tmp_path: Path) -> None:
    new = written(tmp_path / "new.json", api(version="2"))
    assert cli("diff", old, new).status == 0
    same = cli("diff", old, old)
    assert (same.status, same.out) == (0, b"0 breaking changes, 0 others\n")


def test_for_programs_each_change_is_a_line_of_json(cli: Cli, old: str, tmp_path: Path) -> None:
    new = written(tmp_path / "new.json", changed())
    ended = cli("diff", old, new, "--json")
    assert ended.status == 1
    found = [Change(**json.loads(line)) for line in ended.out.splitlines()]
    assert found == compare(*map(pristine.load_manifest_file, (old, new)))
    assert {"kind", "where", "what", "breaking", "why", "endpoint"} == set(attrs.asdict(found[0]))
    assert cli("diff", old, old, "--json").out == b""


def test_what_many_endpoints_have_alike_is_one_line(cli: Cli, tmp_path: Path) -> None:
    endpoints = {name: {"method": "GET", "path": f"/{name}"} for name in "abcd"}
    old, new = ({"name": "x", "endpoints": endpoints, "defaults": {"timeout": limit}} for limit in (1, 2))
    paths = written(tmp_path / "old.json", old), written(tmp_path / "new.json", new)
    lines = cli("diff", *paths).out.decode().splitlines()
    assert lines == ["keeps   endpoints.*.timeout.total: 1 s → 2 s [a, b, c, d]", "0 breaking changes, 4 others"]
    assert len(cli("diff", *paths, "--json").out.splitlines()) == 4


def test_a_name_cannot_steer_the_terminal(cli: Cli, old: str, tmp_path: Path) -> None:
    evil = {"\x1b[31m\n\u202e": {"method": "GET", "path": "/"}}
    new = written(tmp_path / "new.json", {**api(), "endpoints": {**api()["endpoints"], **evil}, "version": "\x1b[2J"})
    out = cli("diff", old, new).out.decode()
    assert all(char.isprintable() or char == "\n" for char in out)
    assert len(out.splitlines()) == 3


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_is_for_terminals(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_color: str, coloured: bool
) -> None:
    new = written(tmp_path / "new.json", changed())
    monkeypatch.setenv("NO_COLOR", no_color)
    terminal = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(terminal))
    assert show_changes(old, new, as_json=False) is True
    said = terminal.getvalue().decode()
    assert ("\x1b[31mbreaks\x1b[0m" in said) is coloured
    assert ("\x1b[" in said) is coloured
    assert "\x1b[" not in re.sub(r"\x1b\[\d+m", "", said)


def test_json_is_never_coloured(old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(terminal))
    show_changes(old, written(tmp_path / "new.json", changed()), as_json=True)
    assert b"\x1b" not in terminal.getvalue()


@pytest.mark.parametrize("arguments", [["one.json"], ["none.json", "none.json"], ["OLD", "BAD"], ["OLD", "OLD", "OLD"]])
def test_a_misuse_is_status_2(cli: Cli, old: str, tmp_path: Path, arguments: list[str]) -> None:
    names = {"OLD": old, "BAD": written(tmp_path / "bad.json", {"nam": 1})}
    ended = cli("diff", *[names.get(one, one) for one in arguments])
    assert (ended.status, ended.out) == (2, b"")
    assert len(ended.err.splitlines()) == 1


# -- the page that tells of it -----------------------------------------------------------------------------------------

PAGE = pages.ROOT / "docs" / "how-to" / "publish-changes.md"


def test_the_commands_of_the_page_print_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for block in pages.blocks(pages.read(PAGE)):
        block.save(tmp_path)
        if block.language == "console":
            for command, printed in transcript(block.body):
                assert main(command) in {0, 1}
                assert capsysbinary.readouterr().out.decode().rstrip("\n") == printed
                ran += 1
    assert ran >= 3


def transcript(text: str) -> list[tuple[list[str], str]]:
    """The commands of a console, and what each prints."""
    parts = re.split(r"^\$ pristine ", text, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0].split(), part.partition("\n")[2].rstrip("\n")) for part in parts]
