"""No text of a manifest becomes code: what is generated from one that tries is names, types and literals, and runs."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine.codegen.sdk.naming import argument_name, class_name, member_name, module_name
from pristine.codegen.sdk.package import package
from pristine.ports.errors import ConfigurationError
from pristine.sdk import manifest_of
from tests.codegen.sdk.hostile import EVIL, hostile

MODULES: Final = {
    "__future__",
    "attrs",
    "builtins",
    "collections.abc",
    "datetime",
    "decimal",
    "functools",
    "pristine",
    "pristine.ports.errors",
    "pristine.sdk",
    "typing",
    "uuid",
}
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FILES: Final = package(hostile(), "evil").generated


@pytest.fixture(params=sorted(path for path in FILES if path.endswith(".py")))
def tree(request: pytest.FixtureRequest) -> ast.Module:
    return ast.parse(FILES[request.param], request.param)


def names(tree: ast.AST) -> Iterator[str]:
    """Every name in code, other than in its texts."""
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, str) and not isinstance(node, ast.Constant) and field != "type_comment":
                yield from value.split(".")


def test_names_are_of_plain_letters_and_bounded(tree: ast.Module) -> None:
    for name in filter(None, names(tree)):
        assert NAME.fullmatch(name), name
        assert len(name) <= 100


def test_it_imports_what_every_package_does(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {one.name for one in node.names} <= MODULES
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module in MODULES


def test_it_calls_what_every_package_does(tree: ast.Module) -> None:
    classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    imported = {one.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for one in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            known = called.startswith(("_sdk.", "_attrs.", "self._calls.", "self._in", "super", "__name__."))
            assert known or called in {*classes, *imported, "_given", "_make", "globals"}, called


def test_modules_hold_definitions_alone(tree: ast.Module) -> None:
    allowed = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.If, ast.Assign, ast.AnnAssign)
    docstring, *rest = tree.body
    assert isinstance(docstring, ast.Expr)
    for node in rest:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        assert is_text or isinstance(node, allowed), ast.unparse(node)
        if isinstance(node, ast.If):
            assert ast.unparse(node.test) in {"TYPE_CHECKING", "not TYPE_CHECKING"}


@pytest.mark.parametrize("path", FILES)
def test_no_file_has_what_cannot_be_seen(path: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in FILES[path])
    assert len(path) < 120


def test_everything_of_it_is_there(importable: Path) -> None:
    """It is imported, every class is made, and every endpoint has a method."""
    models = import_module("hostile_sdk.models")
    manifest = manifest_of("hostile_sdk")
    assert set(manifest.endpoints) == set(hostile()["endpoints"])
    for name in models.__all__:
        getattr(models, name)
    for text in EVIL:
        cls: Any = manifest.types[text]
        assert cls.__module__.startswith("hostile_sdk.models.")
        assert set(cls()) == set(EVIL)
    client = import_module("hostile_sdk").Client(
        **{"__import__('os').system('true')"[:0] or "base_url": "http://a.test"}
    )
    with client:
        assert client.list
        assert client.a.b.c
    assert "os.system" not in sys.modules


@pytest.mark.parametrize(
    "name", ["", "os; import os", "Shop", "1st", "class", "a" * 61, "../up", "pristine", "caf\u00e9"]
)
def test_a_package_is_called_by_a_plain_name(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name of the package"):
        package(hostile(), name)


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_every_text_has_a_name(text: str) -> None:
    for rule in (class_name, module_name, member_name, argument_name):
        found = rule(text)
        assert NAME.fullmatch(found)
        ast.parse(f"{found} = 1")
