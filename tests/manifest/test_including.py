"""A manifest of several files: every fault names its file, and nothing outside of its folder is read."""

from pathlib import Path

import pytest

import pristine
from pristine import ManifestError
from pristine.manifest.including import MOST


def write(home: Path, **files: str) -> Path:
    for name, text in files.items():
        path = home / f"{name}.yaml"
        path.write_text(text)
    return home / "api.yaml"


def faults(path: Path) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        pristine.load_manifest_file(path)
    return [str(fault) for fault in caught.value.faults]


def test_a_fault_says_its_file_and_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        api="name: x\nverison: 1\ninclude: [more.yaml]\n",
        more="types:\n  T: strin\nendpoints:\n  e: {method: GET}\n",
    )
    more = tmp_path / "more.yaml"
    assert faults(path) == [
        "line 2: verison: unknown key; did you mean 'version'?",
        f"{more}, line 2: types.T: unknown type 'strin'; did you mean 'string'?",
        f"{more}, line 4: endpoints.e: 'path' is missing",
    ]


def test_what_is_there_twice_is_told_where_it_is_again(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        api="name: x\ninclude: [more.yaml]\ntypes: {T: string}\nendpoints: {e: {method: GET, path: /}}\n",
        more="types: {T: string}\nendpoints: {e: {method: GET, path: /}}\n",
    )
    assert [fault.partition(": ")[2] for fault in faults(path)] == [
        "types.T: a second type 'T'",
        "endpoints.e: a second endpoint 'e'",
    ]


def test_files_may_include_each_other(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        api="name: x\ninclude: [a.yaml]\n",
        a="include: [b.yaml]\ntypes: {A: B}",
        b="include: [a.yaml, b.yaml]\ntypes: {B: string}\nendpoints: {}",
    )
    assert pristine.load_manifest_file(path).types == {"A": str, "B": str}


def test_the_manifest_itself_is_no_part(tmp_path: Path) -> None:
    path = write(tmp_path, api="name: x\ninclude: [api.yaml]\nendpoints: {}\n")
    assert any("name: unknown key" in fault for fault in faults(path))


@pytest.mark.parametrize("name", ["../secret.yaml", "/etc/hostname.yaml", "a/../../secret.yaml", "link.yaml"])
def test_nothing_outside_of_its_folder_is_read(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "secret.yaml").write_text("types: {sekrit: strin}")
    (home / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    path = write(home, api=f"name: x\nendpoints: {{}}\ninclude: [{name}]\n")
    [told] = faults(path)
    assert told == f"line 3: include[0]: {name!r}: an included file is in the folder of the manifest, or below"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("include: [none.yaml]", "No such file"),
        ("include: [bad.yaml]", "bad.yaml:1:"),
        ("include: [api.txt]", "not a kind of file that is known"),
        ("include: 5", "must be an array"),
        ("include: [5]", "must be a string"),
    ],
)
def test_a_file_that_cannot_be_included_is_a_fault(tmp_path: Path, text: str, told: str) -> None:
    path = write(tmp_path, api=f"name: x\nendpoints: {{}}\n{text}\n", bad="[")
    assert any(told in fault for fault in faults(path))


def test_there_are_not_too_many(tmp_path: Path) -> None:
    for number in range(MOST + 5):
        (tmp_path / f"f{number}.yaml").write_text(f"include: [f{number + 1}.yaml]")
    path = write(tmp_path, api="name: x\nendpoints: {}\ninclude: [f0.yaml]\n")
    assert any(f"at most {MOST} files" in fault for fault in faults(path))
