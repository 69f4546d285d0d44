"""`pristine import openapi`: a manifest that loads, what is not in it, and what is wrong on one line."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pristine
from pristine.adapters.yaml import read
from pristine.cli.importing import _Counter
from pristine.cli.yaml_text import yaml_text
from tests.cli.conftest import Cli
from tests.manifest.openapi.importing.documents import imported, whole
from tests.manifest.openapi.importing.shop import PATH, SHOP

MADE: Final = imported(SHOP).manifest


@pytest.mark.parametrize("suffix", ["json", "yaml", "yml"])
def test_a_manifest_is_written_by_the_suffix(cli: Cli, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"api.{suffix}"
    ended = cli("import", "openapi", str(PATH), "--out", str(out))
    assert (ended.status, ended.out) == (0, b"")
    assert pristine.load_manifest_file(out).endpoints.keys() == MADE["endpoints"].keys()
    assert cli("import", "openapi", str(PATH)).json == MADE
    assert json.loads(cli("import", "openapi", str(PATH), "--name", "other").out)["name"] == "other"


def test_what_is_not_in_it_is_counted_and_reported(cli: Cli, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    ended = cli("import", "openapi", str(PATH), "--report", str(report))
    found = json.loads(report.read_text())
    lost = imported(SHOP).unexpressed
    assert (found["paths"], found["endpoints"], found["types"]) == (4, 5, len(MADE["types"]))
    assert [(one["pointer"], one["code"], one["reason"]) for one in found["unexpressed"]] == [
        (one.pointer, one.code, one.reason) for one in lost
    ]
    assert sum(found["counts"].values()) == len(lost)
    assert found["reasons"].keys() == found["counts"].keys()
    lines = ended.err.splitlines()
    assert lines[0] == f"{PATH}: 4 paths, 5 endpoints, {len(MADE['types'])} types"
    assert lines[1] == f"{len(lost)} not expressed; {report} has them all"
    assert len(lines) == 2 + len(found["counts"])
    assert "     1  cookie: a parameter in a cookie: give a Cookie header" in lines
    assert "--report FILE lists them" in cli("import", "openapi", str(PATH)).err


def test_a_document_that_says_nothing_else_has_no_list(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "api.json"
    path.write_text(json.dumps(whole()))
    ended = cli("import", "openapi", str(path))
    assert ended.err == f"{path}: 0 paths, 0 endpoints, 0 types\n"


def test_choices_are_kept_in_a_file(cli: Cli, tmp_path: Path) -> None:
    choices = tmp_path / "choices.yaml"
    choices.write_text("operations:\n  makeThing: {name: things.build}\n  POST /chat: {drop: true}\n")
    made = cli("import", "openapi", str(PATH), "--overrides", str(choices)).json
    assert list(made["endpoints"]) == ["things.find", "things.build", "things.read", "pictures.send"]


def test_files_beside_it_are_read_and_no_others(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "api"
    folder.mkdir()
    (folder / "types.yaml").write_text("Thing: {type: object, properties: {a: {type: string}}}\n")
    (tmp_path / "secret.yaml").write_text("a: 1\n")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    document = folder / "api.yaml"
    schema = "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {}\ncomponents: {schemas: {It: {$ref: '%s'}}}\n"
    document.write_text(schema % "types.yaml#/Thing")
    assert cli("import", "openapi", str(document)).json["types"] == {
        "It": "Thing",
        "Thing": {"properties": {"a": "string"}},
    }
    for reference in ("../secret.yaml#/a", "link.yaml", "https://a.test/x.yaml"):
        document.write_text(schema % reference)
        ended = cli("import", "openapi", str(document))
        assert (ended.status, ended.out, len(ended.err.splitlines())) == (2, b"", 1)
        assert "folder" in ended.err or "is a URL" in ended.err


WRONG: dict[str, tuple[str, str]] = {
    "no document": ("{", "api.json:1:"),
    "no OpenAPI": ("{}", "'openapi' is missing"),
    "Swagger": ('{"swagger": "2.0"}', "is a document of Swagger 2.0: convert it to OpenAPI 3 first"),
    "another version": ('{"openapi": "4.0.0"}', "is OpenAPI '4.0.0': 3.0 and 3.1 are read"),
    "a list": ("[]", "must be an object, not an array"),
    "a reference to nothing": (
        json.dumps(whole(components={"schemas": {"A": {"$ref": "#/b"}}})),
        "line 1: #/components/schemas/A: the $ref '#/b' leads to nothing",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_on_one_line(cli: Cli, tmp_path: Path, case: str) -> None:
    text, told = WRONG[case]
    path = tmp_path / "api.json"
    path.write_text(text)
    out = tmp_path / "out.json"
    ended = cli("import", "openapi", str(path), "--out", str(out))
    assert (ended.status, ended.out, len(ended.err.splitlines())) == (2, b"", 1)
    assert told in ended.err
    assert not out.exists()


def test_what_would_not_load_is_not_written(cli: Cli, tmp_path: Path) -> None:
    choices = tmp_path / "choices.json"
    choices.write_text(json.dumps({"operations": {"makeThing": {"set": {"timeot": 3}}}}))
    out = tmp_path / "out.json"
    ended = cli("import", "openapi", str(PATH), "--overrides", str(choices), "--out", str(out))
    assert ended.status == 2
    assert "endpoints.things.make.timeot: unknown key; did you mean 'timeout'?" in ended.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["--out", "api.txt"], 2, "--out is a file that ends in .json, .yaml, .yml, not in '.txt'"),
        (["--overrides", "none.yaml"], 2, "No such file"),
        (["--report", "none/report.json"], 1, "No such file"),
    ],
)
def test_options_that_cannot_be_are_told(cli: Cli, arguments: list[str], status: int, told: str) -> None:
    ended = cli("import", "openapi", str(PATH), *arguments)
    assert (ended.status, ended.out) == (status, b"")
    assert told in ended.err


def test_help_has_an_example(cli: Cli) -> None:
    assert b"pristine import openapi openapi.yaml --out api.yaml" in cli("import", "openapi", "--help").out
    assert b"openapi" in cli("import", "--help").out


def test_a_person_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with _Counter() as progress:
        progress(1, 4)
        progress(2, 4)
    assert capsys.readouterr().err == "\r1 of 4 paths\x1b[K\r\x1b[K"
    monkeypatch.setattr("sys.stderr.isatty", lambda: False)
    with _Counter() as progress:
        progress.tell("reading")
        progress(1, 4)
    assert capsys.readouterr().err == ""


LIKE_OTHERS: Final = ["NO", "null", "~", "010", "0o7", "1e3", ".5", "<<", "0x1F", "+1", ".inf", "a: b", "- a", " x"]
TEXTS: Final = st.one_of(
    st.sampled_from([*LIKE_OTHERS, "", "# a", "x\ny\n"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=20),
)
VALUES: Final[Any] = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_yaml_says_what_it_was_made_of(value: Any) -> None:
    assert read(yaml_text({"it": value}), "x").value == {"it": value}


def test_yaml_has_no_anchors() -> None:
    shared = {"a": [1]}
    assert "&" not in yaml_text([shared, shared])


def test_examples_that_are_not_of_their_type_are_told_and_left_out(cli: Cli, tmp_path: Path) -> None:
    """A mock could not answer so."""
    answer: Any = {"application/json": {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}}
    examples = {"good": {"value": {"n": 1}}, "bad": {"value": {"n": "x"}}}
    answer["application/json"]["examples"] = examples
    one = {"name": "id", "in": "path", "schema": {"type": "string"}, "examples": {"bad": {"value": "a"}}}
    lone = {"application/json": {"schema": {"type": "string"}, "example": 3}}
    paths = {
        "/things/{id}": {"get": {"parameters": [one], "responses": {"200": {"description": "x", "content": answer}}}},
        "/word": {"get": {"responses": {"200": {"description": "x", "content": lone}}}},
    }
    path, report = tmp_path / "api.json", tmp_path / "report.json"
    path.write_text(json.dumps(whole(paths=paths)))
    made = cli("import", "openapi", str(path), "--report", str(report)).json["endpoints"]
    assert made["things.get"]["examples"] == {"good": {"response": {"n": 1}}, "bad": {"path_params": {"id": "a"}}}
    assert "examples" not in made["word.list"]
    lost = [one for one in json.loads(report.read_text())["unexpressed"] if one["code"] == "example-unfit"]
    at = "/get/responses/200/content/application~1json"
    assert [one["pointer"] for one in lost] == [f"#/paths/~1things~1{{id}}{at}/examples/bad", f"#/paths/~1word{at}"]
    assert "n: must be a whole number, not a string" in lost[0]["reason"]
