"""What a package is made of: the same on every machine, loaded as far as it is used, and stable as the API grows."""

import hashlib
import inspect
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

import pristine
from pristine.cli import main
from pristine.codegen.sdk.naming import Names, class_name, module_name, name_at
from pristine.codegen.sdk.package import RECORD, digest, package
from pristine.ports.errors import ConfigurationError
from pristine.sdk import manifest_of
from tests.codegen.sdk.packages import ROOT, documents, made

KITCHEN: Final = documents()["kitchen"]


def test_the_same_manifest_gives_the_same_files_in_every_process() -> None:
    code = (
        "import hashlib; from tests.codegen.sdk.packages import documents, made\n"
        "from tests.codegen.sdk.hostile import hostile\n"
        "files = [sorted(made(one, 'same').generated.items()) for one in (documents()['kitchen'], hostile())]\n"
        "print(hashlib.sha256(repr(files).encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_the_record_has_every_file() -> None:
    files = made(KITCHEN, "kitchen").generated
    said = json.loads(files[RECORD])["files"]
    assert said == {path: digest(text) for path, text in files.items() if path != RECORD}
    assert said["kitchen/py.typed"] == hashlib.sha256(b"").hexdigest()


def test_a_project_has_what_is_published() -> None:
    found = made(KITCHEN, "kitchen")
    assert set(found.authored) == {
        "pyproject.toml",
        "README.md",
        "CHANGELOG.md",
        "kitchen/_version.py",
        "tests/test_client.py",
    }
    assert set(found.generated).isdisjoint(found.authored)
    assert {"kitchen/__init__.py", "kitchen/_client.py", "kitchen/errors.py", "kitchen/manifest.json"} <= set(
        found.generated
    )


def test_a_method_is_as_it_was_when_an_optional_field_is_added() -> None:
    """What is optional can be given by name alone, so no call changes its meaning."""
    before = parameters(KITCHEN)
    types = {**KITCHEN["types"]}
    types["Order"] = {**types["Order"], "properties": {"added": "string", **types["Order"]["properties"]}}
    after = parameters({**KITCHEN, "types": types})
    assert [name for name in after if name != "added"] == before
    assert "added" in after[after.index("*") :]


def parameters(document: dict[str, Any]) -> list[str]:
    text = package(document, "kitchen").generated["kitchen/resources/dishes.py"]
    signature = text.split("    def cook(")[1].split(") ->")[0]
    return [line.strip().split(":")[0].rstrip(",") for line in signature.split("\n") if line.strip()]


def test_an_endpoint_that_is_gone_has_no_file() -> None:
    endpoints = {name: one for name, one in KITCHEN["endpoints"].items() if name != "smoke.watch"}
    gone = set(package(KITCHEN, "kitchen").generated) - set(
        package({**KITCHEN, "endpoints": endpoints}, "kitchen").generated
    )
    assert gone == {"kitchen/resources/smoke.py"}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["a", "a", "A"], ["a", "a2", "A3"]),
        (["v1", "v1"], ["v1", "v1_2"]),
        (["a", "a2", "a"], ["a", "a2", "a3"]),
    ],
)
def test_names_that_are_taken_get_a_number(wanted: list[str], names: list[str]) -> None:
    given = Names()
    assert [given.new(name) for name in wanted] == names


def test_names_are_as_people_write_them() -> None:
    assert class_name("chat.completions", "request") == "ChatCompletionsRequest"
    assert class_name("userID") == "UserID"
    assert (class_name("1st"), class_name("\u65e5"), class_name("None")) == ("T1st", "T", "None_")
    assert name_at(("types", "Delta", "properties", "calls", "items")) == "DeltaCallsItem"
    assert module_name("HTTPError") == "http_error"
    assert (module_name("Class"), module_name("Con"), module_name("Str")) == ("class_", "con_", "str_")


# -- at run time -------------------------------------------------------------------------------------------------------


def test_little_is_loaded_before_it_is_used(importable: Path) -> None:
    code = (
        "import sys; import local_chat_sdk as sdk; sdk.Client; sdk.models\n"
        "print([name for name in sys.modules if name.startswith('local_chat_sdk')])\n"
        "client = sdk.Client(key='x'); client.models\n"
        "print([name for name in sys.modules if name.startswith('local_chat_sdk.models.')])\n"
        "print(sdk.models.Message.__module__, sdk.__version__)"
    )
    places = f"{importable / 'local_chat'}:{ROOT}"
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={"PYTHONPATH": places},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, third = ended.stdout.splitlines()
    loaded = {"local_chat_sdk" + name for name in ("", "._version", "._client", ".models", ".resources")}
    assert set(eval(first)) == {*loaded, "local_chat_sdk.resources.endpoints"}
    assert eval(second) == []
    assert third == "local_chat_sdk.models.message 0.1.0"


@pytest.fixture(scope="module")
def kitchen(importable: Path) -> Any:
    return import_module("kitchen_sdk")


def test_errors_are_those_of_the_package(kitchen: Any) -> None:
    shape = manifest_of("kitchen_sdk").endpoints["status"].errors
    assert shape is not None
    assert dict(shape.classes) == {
        "burnt": kitchen.errors.Burnt,
        "gone": kitchen.errors.NotFound,
        "none": kitchen.errors.None_,
    }
    assert kitchen.errors.TimeoutExceeded is pristine.TimeoutExceeded


def test_a_client_takes_a_context_or_settings(kitchen: Any) -> None:
    context = pristine.context(base_url="https://a.example.com")
    with kitchen.Client(context=context, timeout2="secret") as client:
        assert client._context.credentials == {"timeout": "secret"}
        assert client._context.base_url == "https://a.example.com"
        assert "secret" not in repr(client)
    with pytest.raises(ConfigurationError, match="retry is for a Context that is made here"):
        kitchen.Client(context=context, retry="off")
    with pytest.raises(ConfigurationError, match="there is no server 'other'"):
        kitchen.Client(server="other")


def test_options_are_those_of_all_calls_of_a_client(kitchen: Any) -> None:
    with kitchen.Client(timeout2="x", base_url="https://a.example.com") as client:
        again = client.with_options(timeout=3, headers={"X": "1"}).with_options(headers={"Y": "2"})
        assert again._options == {"timeout": 3, "headers": {"Y": "2"}}
        assert again.dishes is not client.dishes
        with pytest.raises(ConfigurationError, match="with_options"):
            client.with_options(tmeout=3)


def test_a_method_shows_what_it_takes(kitchen: Any) -> None:
    found = inspect.signature(kitchen.Client.create_thing)
    assert list(found.parameters) == ["self", "query", "x_tags", "x_level", "limit", "fields"]
    assert all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in list(found.parameters.values())[1:-1])


# -- what is committed -------------------------------------------------------------------------------------------------


def test_the_packages_of_the_examples_are_as_they_are_generated(capsys: pytest.CaptureFixture[str]) -> None:
    """`make generate` makes them again."""
    found = sorted(place.parent.name for place in (ROOT / "examples").glob("*/sdk"))
    assert found == ["chat", "tinker"]
    for name in found:
        [manifest] = (ROOT / "examples" / name).glob("manifest.*")
        out = str(ROOT / "examples" / name / "sdk")
        assert main(["generate", str(manifest), "--out", out, "--package", f"{name}_sdk", "--check"]) == 0, (
            capsys.readouterr()
        )


def test_the_packages_of_the_examples_pass_their_own_tests() -> None:
    projects = [str(place) for place in sorted((ROOT / "examples").glob("*/sdk"))]
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error", "--import-mode=importlib"]
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "-o", f"pythonpath={' '.join(projects)}", *options]
    ended = subprocess.run([*command, *projects], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
