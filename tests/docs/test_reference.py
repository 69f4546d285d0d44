"""The reference pages say all there is, and nothing that is not: each is compared with the code it describes."""

import re
from typing import Any, Final

import pytest

import pristine
from pristine.ports import errors
from pristine.ports.telemetry import SIGNALS
from tests.docs import pages

REFERENCE: Final = pages.ROOT / "docs" / "reference"
NO_SUCH_KEY: Final = "0"
"""Near to no key, so that the fault lists all of them."""


def manifest(endpoint: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": "x", "endpoints": {"e": {"method": "POST", "path": "/", **(endpoint or {})}}, **more}


WITH_AN_UNKNOWN_KEY: Final[dict[str, dict[str, Any]]] = {
    "Document": manifest(**{NO_SUCH_KEY: 1}),
    "Servers": manifest(servers=[{"url": "http://a.example", NO_SUCH_KEY: 1}]),
    "Endpoints": manifest({NO_SUCH_KEY: 1}),
    "Streaming": manifest({"streaming": {NO_SUCH_KEY: 1}}),
    "Reconnecting": manifest({"streaming": {"reconnect": {NO_SUCH_KEY: 1}}}),
    "Timeouts": manifest({"timeout": {NO_SUCH_KEY: 1}}),
    "Idempotency": manifest({"idempotency": {NO_SUCH_KEY: 1}}),
    "Parameters": manifest({"query": {"q": {"type": "string", NO_SUCH_KEY: 1}}}),
    "Types": manifest(types={"T": {"type": "string", NO_SUCH_KEY: 1}}),
    "Fields": manifest(types={"T": {"properties": {"f": {"type": "string", NO_SUCH_KEY: 1}}}}),
}


def documented(page: str, heading: str) -> list[str]:
    """The first column of the table under a heading; a cell may hold several names."""
    cells = (row[0] for row in pages.rows(pages.read(REFERENCE / page), heading))
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("heading", WITH_AN_UNKNOWN_KEY)
def test_every_manifest_key_is_documented(heading: str) -> None:
    with pytest.raises(pristine.ManifestError) as caught:
        pristine.load_manifest(WITH_AN_UNKNOWN_KEY[heading])
    known = next(
        fault.message.partition("known: ")[2] for fault in caught.value.faults if fault.path.endswith(NO_SUCH_KEY)
    )
    written = documented("manifest.md", heading)
    if heading in {"Parameters", "Fields"}:  # they have the keys of a type too
        written += documented("manifest.md", "Types")
    assert set(written) == set(known.split(", "))


def test_every_signal_is_documented() -> None:
    expected = [[f"`{name}`", said] for name, said in SIGNALS.items()]
    assert pages.rows(pages.read(REFERENCE / "telemetry.md"), "Signals") == expected


def test_every_error_is_documented_with_its_parent() -> None:
    defined = {
        found.__name__: " ".join(parent.__name__ for parent in found.__bases__)
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, pristine.PristineError)
    }
    written = pages.rows(pages.read(REFERENCE / "errors.md"), "The tree")
    assert {row[0].strip("`"): " ".join(re.findall(r"`(\w+)`", row[1])) for row in written} == defined
