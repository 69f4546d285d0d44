"""The reference pages say all there is, and nothing that is not: each is compared with the code it describes."""

import re
from typing import Any, Final

import pytest

import pristine
from pristine.manifest.openapi.importing.reasons import REASONS
from pristine.manifest.words import WORDS
from pristine.ports import errors
from pristine.ports.signals import SIGNALS
from tests.docs import pages, tables

REFERENCE: Final = pages.ROOT / "docs" / "reference"
NO_SUCH_KEY: Final = "0"
"""Near to no key, so that the fault lists all of them."""


def manifest(endpoint: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": "x", "endpoints": {"e": {"method": "POST", "path": "/", **(endpoint or {})}}, **more}


UNKNOWN: Final = {NO_SUCH_KEY: 1}
WITH_AN_UNKNOWN_KEY: Final[dict[str, dict[str, Any]]] = {
    "Document": manifest(**UNKNOWN),
    "Servers": manifest(servers=[{"url": "http://a.example", **UNKNOWN}]),
    "Server variables": manifest(servers=[{"url": "http://{a}.example", "variables": {"a": UNKNOWN}}]),
    "Security schemes": manifest(security_schemes={"a": {"type": "bearer", **UNKNOWN}}),
    "Errors": manifest(errors=UNKNOWN),
    "Places": manifest(errors={"code": UNKNOWN}),
    "Paginations": manifest(paginations={"a": {"style": "link", **UNKNOWN}}),
    "Defaults": manifest(defaults=UNKNOWN),
    "Endpoints": manifest(UNKNOWN),
    "Examples": manifest({"examples": {"a": UNKNOWN}}),
    "Streaming": manifest({"streaming": UNKNOWN}),
    "Reconnecting": manifest({"streaming": {"reconnect": UNKNOWN}}),
    "Timeouts": manifest({"timeout": UNKNOWN}),
    "Idempotency": manifest({"idempotency": UNKNOWN}),
    "Deadlines": manifest({"deadline": {"header": "X", **UNKNOWN}}),
    "Retries": manifest(retries={"a": UNKNOWN}),
    "Limits": manifest(limits={"a": {"concurrency": 1, **UNKNOWN}}),
    "Units": manifest(limits={"a": {"units": {"requests": {"limit": 1, **UNKNOWN}}}}),
    "Breakers": manifest(breakers={"a": UNKNOWN}),
    "Futures": manifest({"future": {"id": "x", **UNKNOWN}}),
    "Asking": manifest({"future": {"id": "x", "ask": UNKNOWN}}),
    "Pace": manifest({"future": {"id": "x", "pace": UNKNOWN}}),
    "Parameters": manifest({"query": {"q": {"type": "string", **UNKNOWN}}}),
    "Types": manifest(types={"T": {"type": "string", **UNKNOWN}}),
    "Discriminators": manifest(types={"T": {"oneOf": ["any", "any"], "discriminator": UNKNOWN}}),
    "Fields": manifest(types={"T": {"properties": {"f": {"type": "string", **UNKNOWN}}}}),
}


def known(heading: str) -> set[str]:
    """The keys that the loader knows there: a fault lists twenty, so the last of many are asked for by their names."""
    with pytest.raises(pristine.ManifestError) as caught:
        pristine.load_manifest(WITH_AN_UNKNOWN_KEY[heading])
    told = next(fault for fault in caught.value.faults if fault.path.endswith(NO_SUCH_KEY)).message
    listed, _, more = told.partition("known: ")[2].partition(", and ")
    assert not more or len(listed.split(", ")) == 20
    return set(listed.split(", "))


@pytest.mark.parametrize("heading", WITH_AN_UNKNOWN_KEY)
def test_every_key_that_the_loader_knows_has_its_words(heading: str) -> None:
    said = set(WORDS[heading]) | (set(WORDS["Types"]) if heading in {"Parameters", "Fields"} else set())
    found = known(heading)
    assert found == said if len(said) <= 20 else found < said


def test_every_table_of_words_is_compared() -> None:
    assert set(WORDS) == set(WITH_AN_UNKNOWN_KEY) == set(tables.TESTS)
    for heading, words in WORDS.items():
        assert set(words) == set(tables.TESTS[heading]), heading


def test_the_tables_of_the_page_are_those_of_the_code() -> None:
    text = pages.read(tables.PAGE)
    assert tables.filled(text) == text, "run `make tables`"
    assert re.findall(r"<!-- table: (.+) -->", text).count("Formats") == 1
    for heading in WORDS:
        assert pages.rows(text, heading), heading


def test_every_reason_why_a_document_is_not_whole_is_told() -> None:
    text = pages.read(tables.OPENAPI_PAGE)
    assert tables.filled(text) == text, "run `make tables`"
    assert [row[0].strip("`") for row in pages.rows(text, "What is not expressed")] == list(REASONS)


def test_every_signal_is_documented() -> None:
    text = pages.read(tables.SIGNALS_PAGE)
    assert tables.filled(text) == text, "run `make tables`"
    assert [row[0].strip("`") for row in pages.rows(text, "Signals")] == list(SIGNALS)


def test_every_error_is_documented_with_its_parent() -> None:
    defined = {
        found.__name__: " ".join(parent.__name__ for parent in found.__bases__)
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, pristine.PristineError)
    }
    written = pages.rows(pages.read(REFERENCE / "errors.md"), "The tree")
    assert {row[0].strip("`"): " ".join(re.findall(r"`(\w+)`", row[1])) for row in written} == defined
