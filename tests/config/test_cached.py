"""The cache of manifests: never stale, never executed, and never in the way."""

import json
import os
import pkgutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

import pristine
from pristine.config import cached, files
from pristine.manifest.unread import Unread

TEXT = 'name: x\ninclude: [more.yaml]\nendpoints: {e: {method: GET, path: /, response: T}}\nservers: [{url: "http://a.test"}]\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "more.yaml").write_text("types: {T: {properties: {a: string}}}")
    (tmp_path / "api.yaml").write_text(TEXT)
    return tmp_path / "api.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "caches" / "manifests"


def load(path: Path, folder: Path) -> pristine.Manifest:
    return pristine.load_manifest_file(path, cache=folder)


def is_recalled(path: Path, folder: Path) -> bool:
    return isinstance(load(path, folder).types, Unread)


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_the_second_time_it_is_not_parsed(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(path, folder)
    monkeypatch.setattr(files, "parsed", None)
    again = load(path, folder)
    assert str(again.endpoints["e"]) == str(first.endpoints["e"])
    assert again.types["T"](a="x")["a"] == "x"
    assert [server.url for server in again.servers] == ["http://a.test"]


def test_without_being_asked_for_there_is_none(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    pristine.load_manifest_file(path)
    assert not (tmp_path / "caches").exists()
    pristine.load_manifest_file(path, cache=True)
    assert len(entries(tmp_path / "caches" / "pristine")) == 1
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cached.user_folder().is_relative_to(tmp_path)


def test_any_change_of_any_file_is_seen(path: Path, folder: Path) -> None:
    load(path, folder)
    assert is_recalled(path, folder)
    path.with_name("more.yaml").write_text("types: {T: {properties: {a: integer}}}")
    assert not is_recalled(path, folder)
    assert is_recalled(path, folder)
    path.write_text(TEXT.replace("GET", "PUT"))
    assert load(path, folder).endpoints["e"].method == "PUT"
    path.with_name("more.yaml").write_text("types: {T: strin}")
    for _ in range(2):
        with pytest.raises(pristine.ManifestError, match="unknown type 'strin'"):
            load(path, folder)
    path.with_name("more.yaml").unlink()
    with pytest.raises(pristine.ManifestError, match="No such file"):
        load(path, folder)


def test_another_version_language_or_reader_is_another_entry(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(path, folder)
    monkeypatch.setattr(cached, "__version__", "9.9")
    assert not is_recalled(path, folder)
    monkeypatch.setattr(pkgutil, "get_data", lambda *_: b"{}")
    assert not is_recalled(path, folder)
    monkeypatch.setattr(cached, "found", lambda _: {})
    assert not is_recalled(path, folder)
    assert len(entries(folder)) == 4


def test_the_same_text_in_another_place_is_another_manifest(path: Path, folder: Path, tmp_path: Path) -> None:
    load(path, folder)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "api.yaml").write_text(TEXT)
    with pytest.raises(pristine.ManifestError, match="No such file"):
        load(tmp_path / "other" / "api.yaml", folder)
    (tmp_path / "other" / "more.yaml").write_text("types: {T: string}")
    assert load(tmp_path / "other" / "api.yaml", folder).types["T"] is str


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:-10],
        lambda data: data.replace(b"GET", b"PUT"),
        lambda data: b"\xff" + data,
        lambda data: b"x\n" * 10,
        lambda data: sha256(b"[]").hexdigest().encode() + b"\n[]",
        lambda data: sha256(b'{"":5}').hexdigest().encode() + b'\n{"":5}',
        lambda data: sha256(b"{}").hexdigest().encode() + b"\n{}",
    ],
    ids=["empty", "cut off", "changed", "not text", "other text", "a list", "other values", "nothing"],
)
def test_an_entry_that_is_broken_is_made_again(path: Path, folder: Path, spoil: Callable[[bytes], bytes]) -> None:
    load(path, folder)
    [entry] = entries(folder)
    whole = entry.read_bytes()
    entry.write_bytes(spoil(whole))
    assert not is_recalled(path, folder)
    assert entry.read_bytes() == whole
    assert is_recalled(path, folder)


def test_what_the_loader_would_refuse_is_refused_at_its_use(path: Path, folder: Path) -> None:
    load(path, folder)
    [entry] = entries(folder)
    said = json.loads(entry.read_bytes().partition(b"\n")[2])
    said["more.yaml"][1] = {"types": {"T": "strin"}}
    body = json.dumps(said).encode()
    entry.write_bytes(sha256(body).hexdigest().encode() + b"\n" + body)
    found = load(path, folder)
    with pytest.raises(pristine.ManifestError, match="unknown type 'strin'"):
        found.endpoints["e"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
def test_the_entry_of_another_user_is_not_used(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(path, folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert not is_recalled(path, folder)


def test_a_folder_that_cannot_be_written_to_is_no_hindrance(path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert list(load(path, tmp_path / "file").endpoints) == ["e"]
    assert list(load(path, tmp_path / "file" / "below").endpoints) == ["e"]


def test_old_entries_go(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "MOST", 3)
    for n in range(6):
        path.write_text(f"{TEXT}version: '{n}'\n")
        load(path, folder)
    assert len(entries(folder)) == 3
    assert is_recalled(path, folder)


def test_a_manifest_with_faults_is_not_kept(path: Path, folder: Path) -> None:
    path.write_text("name: x")
    with pytest.raises(pristine.ManifestError):
        load(path, folder)
    assert not folder.exists()


def test_every_value_of_a_notation_comes_back(tmp_path: Path, folder: Path) -> None:
    value = {"a": 1e300, "b": -0.0, "c": 10**4000, "d": "é\u2028\0", "e": [None, True], "f": 1.0, "": {}}
    text = json.dumps(
        {"name": "x", "endpoints": {"e": {"method": "GET", "path": "/", "examples": {"a": {"query": value}}}}}
    )
    (tmp_path / "api.json").write_text(text)
    for _ in range(2):
        example = load(tmp_path / "api.json", folder).endpoints["e"].examples["a"]
        assert repr(example.query) == repr(value)
