"""`pristine generate` and `pristine new`: what is on the disk before and after, and whose it is."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pristine.cli import main
from pristine.codegen.sdk.package import RECORD

SHOP: dict[str, Any] = {
    "name": "shop",
    "servers": [{"url": "https://shop.example.com"}],
    "endpoints": {
        "orders.get": {"method": "GET", "path": "/orders/{id}", "response": "Order"},
        "carts.get": {"method": "GET", "path": "/carts/{id}", "response": "Cart"},
    },
    "types": {
        "Order": {"properties": {"id": "string"}, "required": ["id"]},
        "Cart": {"properties": {"orders": {"type": "array", "items": "Order"}}},
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, SHOP)
    return tmp_path


def write(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / "shop.json").write_text(json.dumps(manifest), encoding="utf-8")


def generate(folder: Path, *options: str) -> int:
    return main(["generate", str(folder / "shop.json"), "--out", str(folder / "sdk"), "--package", "shop", *options])


def files(folder: Path) -> dict[str, bytes]:
    found = (place for place in (folder / "sdk").rglob("*") if place.is_file())
    return {str(place.relative_to(folder / "sdk")): place.read_bytes() for place in found}


def without_carts() -> dict[str, Any]:
    endpoints = {"orders.get": SHOP["endpoints"]["orders.get"]}
    return {**SHOP, "endpoints": endpoints, "types": {"Order": SHOP["types"]["Order"]}}


def test_it_says_in_a_line_what_it_wrote(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate(folder) == 0
    first = capsys.readouterr().out
    assert first == f"{folder / 'sdk'}: wrote 12 generated files; 5 files for the author; 13 in all are generated\n"
    before = files(folder)
    assert generate(folder) == 0
    assert capsys.readouterr().out.endswith("wrote 0 generated files; 13 in all are generated\n")
    assert files(folder) == before


def test_a_check_of_what_is_fresh_says_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(folder)
    capsys.readouterr()
    assert (generate(folder, "--check"), capsys.readouterr().out) == (0, "")


def test_a_check_tells_each_file_and_why(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(folder)
    (folder / "sdk/shop/models/order.py").write_text("# mine\n", encoding="utf-8")
    (folder / "sdk/shop/errors.py").unlink()
    write(folder, without_carts())
    before = files(folder)
    capsys.readouterr()
    assert generate(folder, "--check") == 1
    told = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert told == {
        "shop/errors.py": "is missing",
        "shop/manifest.json": "is stale",
        "shop/models/__init__.py": "is stale",
        "shop/models/cart.py": "is of what the manifest no longer has",
        "shop/models/order.py": "was changed by hand",
        "shop/resources/carts.py": "is of what the manifest no longer has",
        "shop/resources/endpoints.py": "is stale",
        RECORD: "is stale",
    }
    assert files(folder) == before


def test_files_of_what_is_gone_are_removed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(folder)
    write(folder, without_carts())
    capsys.readouterr()
    assert generate(folder) == 0
    assert "removed shop/models/cart.py, shop/resources/carts.py" in capsys.readouterr().out
    assert not any("cart" in path for path in files(folder))
    assert generate(folder, "--check") == 0


def test_a_package_of_another_name_takes_the_place_of_the_first(folder: Path) -> None:
    generate(folder)
    assert main(["generate", str(folder / "shop.json"), "--out", str(folder / "sdk"), "--package", "store"]) == 0
    assert {path for path in files(folder) if path.startswith("shop/")} == {"shop/_version.py"}


def test_what_is_the_authors_is_left_alone(folder: Path) -> None:
    generate(folder)
    mine = {"README.md": "mine", "tests/test_client.py": "mine", "shop/extra.py": "mine", "shop/models/mine.py": "mine"}
    for path, text in mine.items():
        (folder / "sdk" / path).write_text(text, encoding="utf-8")
    write(folder, without_carts())
    assert generate(folder) == 0
    assert {path: files(folder)[path].decode() for path in mine} == mine
    assert generate(folder, "--check") == 0


@pytest.mark.parametrize("path", ["shop/models/order.py", "shop/models/cart.py"], ids=["wanted", "gone"])
def test_what_was_changed_by_hand_is_not_lost_unasked(
    path: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(folder)
    (folder / "sdk" / path).write_text("# mine\n", encoding="utf-8")
    write(folder, without_carts())
    before = files(folder)
    capsys.readouterr()
    assert generate(folder) == 2
    assert f"{path}: not generated, or changed by hand; --force overwrites" in capsys.readouterr().err
    assert files(folder) == before
    assert generate(folder, "--force") == 0
    assert generate(folder, "--check") == 0


def test_a_file_that_was_there_first_is_not_overwritten_unasked(folder: Path) -> None:
    place = folder / "sdk/shop/_client.py"
    place.parent.mkdir(parents=True)
    place.write_text("# mine\n", encoding="utf-8")
    assert generate(folder) == 2
    assert place.read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize(
    "record",
    [
        "no json",
        "[]",
        '{"files": {"a": 5}}',
        json.dumps({"files": {"../shop.json": "0" * 64}}),
        json.dumps({"files": {"/etc/hostname": "0" * 64}}),
    ],
)
def test_a_record_that_is_none_leads_nowhere(record: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(folder)
    (folder / "sdk" / RECORD).write_text(record, encoding="utf-8")
    for options in ((), ("--check",), ("--force",)):
        capsys.readouterr()
        assert generate(folder, *options) == 2
        assert RECORD in capsys.readouterr().err
    assert (folder / "shop.json").exists()


def test_faults_of_the_manifest_and_the_name_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(folder / "shop.json"), "--out", str(folder / "sdk"), "--package", "No Name"]) == 2
    assert "cannot be the name of the package" in capsys.readouterr().err
    write(folder, {**SHOP, "endpoint": {}})
    assert generate(folder) == 2
    assert "endpoint" in capsys.readouterr().err
    assert not (folder / "sdk").exists()


def test_a_manifest_of_several_files_is_shipped_as_one(tmp_path: Path) -> None:
    """Endpoints that are a list are by their ids, too, as the places of their types are."""
    listed = [{"id": id, **one} for id, one in SHOP["endpoints"].items()]
    (tmp_path / "types.json").write_text(json.dumps({"types": SHOP["types"], "include": ["more.json"]}), "utf-8")
    (tmp_path / "more.json").write_text(json.dumps({"endpoints": listed[1:]}), "utf-8")
    write(tmp_path, {**SHOP, "types": {}, "endpoints": listed[:1], "include": ["types.json"]})
    assert generate(tmp_path) == 0
    shipped = json.loads(files(tmp_path)["shop/manifest.json"])
    assert shipped == SHOP


# -- new ---------------------------------------------------------------------------------------------------------------


def test_a_new_package_passes_its_own_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "book-shop"
    assert main(["new", "book-shop", "--out", str(out)]) == 0
    assert "next: cd" in capsys.readouterr().out
    check = ["generate", str(out / "manifest.yaml"), "--out", str(out), "--package", "book_shop", "--check"]
    assert main(check) == 0
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "-p", "no:asyncio"]
    ended = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert "3 passed" in ended.stdout


def test_a_new_package_is_not_put_over_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["new", "shop", "--out", str(tmp_path)]) == 2
    assert "is there already, and not empty" in capsys.readouterr().err
    assert main(["new", "No!", "--out", str(tmp_path / "x")]) == 2
    assert not (tmp_path / "x").exists()
