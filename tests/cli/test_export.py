"""`pristine export openapi`: the document on stdout or in a file, as JSON or YAML, and what is wrong on one line."""

import json
from pathlib import Path

import pytest
import yaml

import pristine
from pristine.codegen.openapi.document import openapi
from tests.cli.conftest import Cli
from tests.docs.pages import ROOT

TWO = '{"name": "é", "endpoints": {"a": {"method": "GET", "path": "/"}, "b": {"method": "GET", "path": "/"}}}'


@pytest.fixture
def manifest() -> str:
    return str(ROOT / "examples" / "local_chat" / "manifest.yaml")


@pytest.fixture
def two(tmp_path: Path) -> str:
    """A manifest whose endpoints are of one method and path."""
    (tmp_path / "two.json").write_text(TWO, encoding="utf-8")
    return str(tmp_path / "two.json")


def test_the_document_is_that_of_the_manifest(cli: Cli, manifest: str) -> None:
    ended = cli("export", "openapi", manifest)
    assert (ended.status, ended.err) == (0, "")
    assert ended.json == openapi(pristine.load_manifest_file(manifest))
    assert ended.out.startswith(b'{\n  "openapi": "3.1.0",\n')
    assert cli("export", "openapi", manifest).out == ended.out


@pytest.mark.parametrize("name", ["api.json", "api.yaml", "api.YML"])
def test_the_document_goes_into_a_file_of_the_kind_that_its_name_says(
    cli: Cli, manifest: str, tmp_path: Path, name: str
) -> None:
    ended = cli("export", "openapi", manifest, "--out", str(tmp_path / name))
    assert (ended.status, ended.out, ended.err) == (0, b"", "")
    written = (tmp_path / name).read_text(encoding="utf-8")
    assert written.startswith("{") is ("y" not in name.lower())
    assert yaml.safe_load(written) == openapi(pristine.load_manifest_file(manifest))
    assert "&id" not in written


def test_two_endpoints_of_a_method_and_path_are_a_misuse(cli: Cli, two: str, tmp_path: Path) -> None:
    ended = cli("export", "openapi", two, "--out", str(tmp_path / "api.json"))
    assert (ended.status, ended.out) == (2, b"")
    assert len(ended.err.splitlines()) == 1
    assert "endpoints.b: 'a' is GET /, too" in ended.err
    assert "--fragments" in ended.err
    assert not (tmp_path / "api.json").exists()


def test_fragments_tell_them_apart(cli: Cli, two: str) -> None:
    document = json.loads(cli("export", "openapi", two, "--fragments").out)
    assert list(document["paths"]) == ["/", "/#b"]
    assert document["info"]["title"] == "é"


def test_a_file_that_cannot_be_written_is_told(cli: Cli, manifest: str, tmp_path: Path) -> None:
    ended = cli("export", "openapi", manifest, "--out", str(tmp_path / "none" / "api.json"))
    assert ended.status == 1
    assert ended.err.endswith("No such file or directory\n")


def test_another_kind_of_file_is_a_misuse(cli: Cli, manifest: str, tmp_path: Path) -> None:
    ended = cli("export", "openapi", manifest, "--out", str(tmp_path / "api.txt"))
    assert ended.status == 2
    assert "ends in .json, .yaml, .yml" in ended.err
    assert not (tmp_path / "api.txt").exists()


def test_a_language_is_needed_and_its_help_shows_how(cli: Cli) -> None:
    assert cli("export").status == 2
    assert b"openapi" in cli("export", "--help").out
    assert b"pristine export openapi chat.yaml --out openapi.yaml" in cli("export", "openapi", "--help").out


def test_what_is_exported_is_imported_again(cli: Cli, manifest: str, tmp_path: Path) -> None:
    document, back = str(tmp_path / "openapi.yaml"), str(tmp_path / "back.yaml")
    assert cli("export", "openapi", manifest, "--out", document).status == 0
    imported = cli("import", "openapi", document, "--out", back)
    assert imported.status == 0
    assert "not expressed" not in imported.err
    assert cli("diff", manifest, back).out == b"0 breaking changes, 0 others\n"
