"""Every key of the language is seen: a change of its value is a change of the API, and shows in its reference."""

from typing import Any, Final

import attrs
import pytest

import pristine
from pristine.codegen.compare import compare
from pristine.codegen.diff.answers import PAGES
from pristine.codegen.diff.endpoints import COMPARED
from pristine.codegen.diff.futures import FUTURES
from pristine.codegen.diff.rules import RULES
from pristine.codegen.reference import reference
from pristine.manifest.load import load_manifest
from pristine.manifest.model import Endpoint, ErrorShape, Later, Manifest, Pagination
from pristine.ports.documents import Document
from tests.codegen.keys import CHANGES, FILES, TABLES, Pair
from tests.docs import pages as documents

CASES: Final = [
    pytest.param(pair, id=f"{table}.{key}") for table, keys in CHANGES.items() for key, pair in keys.items()
]


def load(source: Any) -> Manifest:
    return load_manifest(Document(source), lambda name: Document(FILES[name], name))


def test_no_key_is_forgotten() -> None:
    assert {table: set(keys) for table, keys in CHANGES.items()} == TABLES


@pytest.mark.parametrize("pair", CASES)
def test_a_change_is_noticed_whichever_way_it_goes(pair: Pair) -> None:
    old, new = pair
    assert compare(load(old), load(new))
    assert compare(load(new), load(old))
    assert compare(load(old), load(old)) == compare(load(new), load(new)) == []


@pytest.mark.parametrize("pair", CASES)
def test_a_change_shows_in_the_reference(pair: Pair) -> None:
    old, new = pair
    assert reference(load(old)) != reference(load(new))
    assert reference(load(old)) == reference(load(old))


def test_no_attribute_of_the_model_is_forgotten() -> None:
    assert set(COMPARED) == {field.name for field in attrs.fields(Endpoint)}
    assert set(FUTURES) == {field.name for field in attrs.fields(Later)}
    assert set(PAGES) == {field.name for field in attrs.fields(Pagination)}
    seen = {"message", "classes", "code", "request_id", "retry_after", "documentation", "kinds", "statuses"}
    assert seen == {field.name for field in attrs.fields(ErrorShape)}


def test_every_rule_says_why() -> None:
    for directions in RULES.values():
        assert set(directions) in ({""}, {"request", "response"})
        assert all(
            rule.why and not rule.why[0].isupper() and not rule.why.endswith(".") for rule in directions.values()
        )


def test_every_rule_is_documented() -> None:
    used = {"": "", "request": "requests", "response": "answers"}
    expected = [
        [f"`{kind}`", used[direction], "yes" if rule.breaking else "no", rule.why]
        for kind, rules in RULES.items()
        for direction, rule in rules.items()
    ]
    assert documents.rows(documents.read(documents.ROOT / "docs/reference/changes.md"), "Changes") == expected


def test_a_lazily_read_manifest_is_the_same_manifest(tmp_path: Any) -> None:
    (tmp_path / "a.json").write_text('{"name": "x", "endpoints": {"e": {"method": "GET", "path": "/"}}}')
    first = pristine.load_manifest_file(tmp_path / "a.json", cache=tmp_path / "cache")
    again = pristine.load_manifest_file(tmp_path / "a.json", cache=tmp_path / "cache")
    assert compare(first, again) == []
    assert reference(first) == reference(again)
