"""What is exported and imported again is the same manifest, and nothing of the document is told to be lost."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pristine
from pristine.codegen.compare import compare
from pristine.codegen.openapi.document import openapi
from pristine.manifest.openapi.importing.whole import import_openapi
from tests.codegen.generated import some_manifest
from tests.codegen.keys import CHANGES
from tests.codegen.openapi.authored import authored
from tests.codegen.openapi.documents import MANIFESTS, ROOT, faults
from tests.codegen.openapi.meaning import meaning
from tests.codegen.test_hostile import EVIL, hostile
from tests.codegen.test_keys import load
from tests.manifest.openapi.importing.shop import SHOP

PAIRS: Final = [
    pytest.param(pair, id=f"{table}.{key}") for table, keys in CHANGES.items() for key, pair in keys.items()
]


def there_and_back(manifest: pristine.Manifest) -> pristine.Manifest:
    """The manifest that comes of the document of a manifest."""
    imported = import_openapi(json.loads(json.dumps(openapi(manifest, fragments=True))))
    assert imported.unexpressed == ()
    return pristine.load_manifest(imported.manifest)


def exact(manifest: pristine.Manifest) -> str:
    """What a manifest means, in a text: 1, 1.0 and true are three things."""
    return json.dumps(meaning(manifest), sort_keys=True, default=str, indent=1)


def assert_same(manifest: pristine.Manifest) -> None:
    again = there_and_back(manifest)
    assert exact(again) == exact(manifest)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_manifests_that_there_are_come_back(path: Path) -> None:
    assert_same(pristine.load_manifest_file(path))


def test_what_was_imported_is_exported_and_comes_back() -> None:
    manifest = pristine.load_manifest(import_openapi(SHOP).manifest)
    assert faults(openapi(manifest)) == []
    assert_same(manifest)


@pytest.mark.parametrize("pair", PAIRS)
def test_every_key_of_the_language_comes_back(pair: tuple[Mapping[str, Any], Mapping[str, Any]]) -> None:
    old, new = map(load, pair)
    assert exact(old) != exact(new)
    for one in (old, new):
        assert_same(one)
        assert compare(one, there_and_back(one)) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**9))
def test_manifests_with_all_sorts_of_keys_come_back(seed: int) -> None:
    manifest = pristine.load_manifest(authored(seed))
    assert_same(manifest)
    assert faults(openapi(manifest, fragments=True)) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_manifests_with_all_sorts_of_types_come_back(seed: int) -> None:
    assert_same(pristine.load_manifest(some_manifest(seed)))


@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_any_text_comes_back_as_it_was(evil: str) -> None:
    source = hostile(evil)
    for endpoint in source["endpoints"].values():
        for parameter in endpoint.get("query", {}).values():
            parameter.pop("pattern", None)  # its default does not match it, and the validator says so
    manifest = pristine.load_manifest(source)
    assert faults(openapi(manifest)) == []
    assert_same(manifest)


def test_a_manifest_that_came_back_is_exported_to_the_same_document_again_and_again() -> None:
    for seed in range(5):
        manifest = there_and_back(pristine.load_manifest(authored(seed)))
        first, second = (openapi(one, fragments=True) for one in (manifest, there_and_back(manifest)))
        assert unordered(second) == unordered(first)


def unordered(value: Any) -> Any:
    """A document whose lists have another order, which is none of a union's to Python."""
    if isinstance(value, dict):
        return {key: unordered(one) for key, one in value.items()}
    return sorted(map(unordered, value), key=json.dumps) if isinstance(value, list) else value


def test_what_somebody_adds_to_an_exported_document_is_told_where_it_cannot_be_said() -> None:
    document = openapi(load({"name": "x", "endpoints": {"a": {"method": "GET", "path": "/"}}}))
    document["paths"]["/"]["get"]["callbacks"] = {"later": {}}
    document["paths"]["/"]["get"]["responses"]["2XX"]["description"] = "All is well."
    told = {one.pointer: one.code for one in import_openapi(document).unexpressed}
    assert told == {
        "#/paths/~1/get/callbacks": "callback",
        "#/paths/~1/get/responses/2XX/description": "answer-description",
    }
