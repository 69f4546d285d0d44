"""`pristine docs`: the page on stdout or in a file, and what is wrong on one line."""

from pathlib import Path

import pytest

import pristine
from pristine.cli.docs import text_like
from pristine.codegen.reference import reference
from tests.cli.conftest import Cli


def test_the_page_is_that_of_the_manifest_and_names_its_file(cli: Cli, manifest: str) -> None:
    ended = cli("docs", manifest)
    assert (ended.status, ended.err) == (0, "")
    page = ended.out.decode()
    assert page == reference(pristine.load_manifest_file(manifest), source="demo.json", text_like=text_like)
    assert page.startswith("# demo 1.0\n")
    assert 'load_manifest_file("demo.json")' in page


def test_the_page_goes_into_a_file(cli: Cli, manifest: str, tmp_path: Path) -> None:
    written = cli("docs", manifest).out
    ended = cli("docs", manifest, "--output", str(tmp_path / "reference.md"))
    assert (ended.status, ended.out, ended.err) == (0, b"", "")
    assert (tmp_path / "reference.md").read_bytes() == written


def test_the_page_is_utf_8_whatever_the_locale(apart: Cli, tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text('{"name": "é", "endpoints": {}}', encoding="utf-8")
    ended = apart("docs", str(tmp_path / "api.json"), LC_ALL="C", PYTHONIOENCODING="ascii")
    assert ended.out.decode().startswith("# é\n")


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [
        ('{"nam": "x", "endpoints": {}}', 2, "nam: unknown key"),
        ("{", 2, "api.json:1:"),
    ],
)
def test_a_manifest_that_is_wrong_is_a_misuse(cli: Cli, tmp_path: Path, text: str, status: int, told: str) -> None:
    (tmp_path / "api.json").write_text(text)
    ended = cli("docs", str(tmp_path / "api.json"), "--output", str(tmp_path / "page.md"))
    assert (ended.status, ended.out) == (status, b"")
    assert len(ended.err.splitlines()) == 1
    assert not (tmp_path / "page.md").exists()


def test_a_file_that_cannot_be_written_is_told(cli: Cli, manifest: str, tmp_path: Path) -> None:
    ended = cli("docs", manifest, "--output", str(tmp_path / "none" / "page.md"))
    assert ended.status == 1
    assert ended.err.endswith("No such file or directory\n")
