"""The shape of the house: which way the arrows run, what an import costs, that the table of contents is true."""

import ast
import inspect
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final

import pytest
from importlinter.cli import lint_imports

import pristine
from pristine.config import PORTS
from pristine.config.built_in import BUILT_IN

ROOT: Final = Path(__file__).parent.parent
MODULES: Final = sorted((ROOT / "pristine").rglob("*.py"))
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
REGISTERED: Final = [
    EntryPoint(name, value, group)
    for group, entries in PROJECT["entry-points"].items()
    if group.startswith("pristine.")  # not the plugin of pytest, which is a module
    for name, value in entries.items()
]
HEAVY: Final = {"httpx", "httpcore", "aiohttp", "anyio", "cattrs", "yaml", "click", "ssl", "asyncio", "socket"}
METHODS: Final = {
    "pristine.transports": {"send", "close"},
    "pristine.serializers": {"encode", "decode"},
    "pristine.clocks": {"now", "time", "sleep"},
    "pristine.retry": {"decide"},
    "pristine.telemetry": {"emit"},
    "pristine.auth": {"sign"},
    "pristine.semaphores": {"acquire", "aacquire"},
    "pristine.limiters": {"reserve", "delay", "cancel", "settle"},
    "pristine.breakers": {"admit", "settle", "state"},
    "pristine.budgets": {"spend", "earn"},
    "pristine.classifiers": {"classify"},
}


def loaded_by(code: str) -> set[str]:
    """The modules of a fresh interpreter after some code."""
    script = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(ended.stdout))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


# -- arrows ------------------------------------------------------------------------------------------------------------


def test_imports_go_the_way_the_arrows_run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", sys.path)  # the linter puts the working directory there
    broken = lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert broken == 0, capsys.readouterr().out


def test_importing_pristine_is_cheap() -> None:
    loaded = loaded_by("import pristine")
    assert loaded.isdisjoint(HEAVY)
    assert len(loaded) < 120
    assert "attrs" not in loaded


def test_a_manifest_and_a_context_without_http_load_no_http_library() -> None:
    source = {"name": "x", "endpoints": {"e": {"method": "GET", "path": "/"}}}
    context = "pristine.context(transport='memory', base_url='http://a.test', clock='manual')"
    loaded = loaded_by(f"import pristine; pristine.Pipeline(pristine.load_manifest({source!r}), {context}).close()")
    assert loaded.isdisjoint({"httpx", "httpcore", "aiohttp", "anyio", "yaml", "click"})


# -- the table of contents ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pristine.__all__)
def test_every_name_of_the_table_of_contents_exists_and_comes_by_star(name: str) -> None:
    assert getattr(pristine, name) is not None
    assert name in dir(pristine)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'pristine' has no attribute 'nope'"):
        _ = pristine.nope


def test_type_checkers_and_python_read_the_same_table() -> None:
    tree = ast.parse(Path(pristine.__file__).read_text())
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    imported = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    seen = {(node.module, alias.name, alias.asname) for node in imported for alias in node.names}
    table: dict[str, tuple[str, ...]] = pristine._HOMES
    assert seen == {(module, name, name) for module, names in table.items() for name in names}
    assert pristine.__all__ == sorted(name for names in table.values() for name in names)


def test_the_version_is_the_one_that_is_installed() -> None:
    assert pristine.__version__ == PROJECT["version"]


# -- adapters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", REGISTERED, ids=lambda entry: f"{entry.group}.{entry.name}")
def test_every_built_in_adapter_is_registered_and_loads(entry: EntryPoint) -> None:
    installed = entry_points(group=entry.group)[entry.name]
    assert installed.value == entry.value
    assert callable(installed.load())
    assert BUILT_IN[entry.group][entry.name] == entry.value


def test_no_adapter_is_built_in_that_is_not_registered() -> None:
    assert {(group, name) for group, ours in BUILT_IN.items() for name in ours} == {
        (entry.group, entry.name) for entry in REGISTERED
    }


def adapters() -> Iterator[tuple[str, Any]]:
    """Every public class, in the files of adapters, that has the methods of a port."""
    for module in sorted({entry.module for entry in REGISTERED}):
        for name, cls in inspect.getmembers(import_module(module), inspect.isclass):
            for group, methods in METHODS.items():
                if cls.__module__ == module and not name.startswith("_") and all(hasattr(cls, one) for one in methods):
                    yield group, cls


def test_no_adapter_is_forgotten() -> None:
    registered = {(entry.group, entry.load()) for entry in REGISTERED}
    assert set(adapters()) <= registered
    assert {group for group, _ in PORTS.values()} == METHODS.keys()


@pytest.mark.parametrize(("group", "name"), [pair for pair in PORTS.values() if pair[1]])
def test_every_default_is_registered(group: str, name: str) -> None:
    assert name in entry_points(group=group).names


# -- habits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_opens_with_its_law_and_stays_small(path: Path) -> None:
    text = path.read_text()
    law = (ast.get_docstring(ast.parse(text)) or "").splitlines()
    told = [line for line in law if not line.startswith(" ")]  # a drawing is indented
    assert 1 <= len(told) <= 8
    assert len(text.splitlines()) <= 400
