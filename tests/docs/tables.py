"""The tables of the manifest's reference page: each key, its effect, and the test that fails where it has none.

`python -m tests.docs.tables` remakes them in the page; a line such as `<!-- table: Servers -->` says which goes where.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, get_args

from pristine.manifest.bounds import FORMATS
from pristine.manifest.classes import FIELD_KEYS
from pristine.manifest.openapi.importing.pages import CURSORS
from pristine.manifest.openapi.importing.reasons import REASONS
from pristine.manifest.types import TYPE_KEYS
from pristine.manifest.unions import DISCRIMINATOR_KEYS
from pristine.manifest.words import WORDS
from pristine.ports.signals import SIGNALS, UNITS
from tests.docs import pages
from tests.manifest import test_effects, test_types

PAGE: Final = pages.ROOT / "docs" / "reference" / "manifest.md"

SIGNALS_PAGE: Final = PAGE.with_name("telemetry.md")

OPENAPI_PAGE: Final = PAGE.with_name("openapi.md")

_MARKED: Final = re.compile(r"^<!-- table: (.+) -->\n(?:\|.*\n)*", re.MULTILINE)

Test = Callable[[], None]

TESTS: Final[Mapping[str, Mapping[str, Test]]] = {
    "Document": test_effects.EFFECTS["manifest"],
    "Servers": test_effects.EFFECTS["server"],
    "Server variables": test_effects.EFFECTS["variable"],
    "Security schemes": test_effects.EFFECTS["scheme"],
    "Errors": test_effects.EFFECTS["error"],
    "Places": {"header": test_effects.EFFECTS["error"]["request_id"]},
    "Paginations": test_effects.EFFECTS["pagination"],
    "Defaults": test_effects.EFFECTS["default"],
    "Endpoints": test_effects.EFFECTS["endpoint"],
    "Examples": test_effects.EFFECTS["example"],
    "Streaming": test_effects.EFFECTS["streaming"],
    "Reconnecting": test_effects.EFFECTS["reconnect"],
    "Timeouts": test_effects.EFFECTS["timeout"],
    "Idempotency": test_effects.EFFECTS["idempotency"],
    "Deadlines": test_effects.EFFECTS["deadline"],
    "Retries": test_effects.EFFECTS["retry"],
    "Limits": test_effects.EFFECTS["limit"],
    "Units": test_effects.EFFECTS["unit"],
    "Breakers": test_effects.EFFECTS["breaker"],
    "Futures": test_effects.EFFECTS["future"],
    "Asking": test_effects.EFFECTS["asking"],
    "Pace": test_effects.EFFECTS["pace"],
    "Parameters": test_effects.EFFECTS["parameter"],
    "Types": {key: test_types.EFFECTS[key] for key in TYPE_KEYS},
    "Discriminators": dict.fromkeys(DISCRIMINATOR_KEYS, test_types.EFFECTS["discriminator"]),
    "Fields": {key: test_types.EFFECTS[key] for key in FIELD_KEYS},
}
"""Heading -> key -> the test of its effect."""


def filled(text: str) -> str:
    """The page with its tables."""
    return _MARKED.sub(lambda match: match[0].partition("\n")[0] + "\n" + "\n".join(_table(match[1])) + "\n", text)


def _table(heading: str) -> Iterator[str]:
    if heading == "Formats":
        yield from _formats()
        return
    if heading == "signals":
        yield from _signals()
        return
    if heading in OPENAPI:
        yield from OPENAPI[heading]()
        return
    yield "| Key | Effect | Test |"
    yield "| --- | --- | --- |"
    for key, effect in WORDS[heading].items():
        yield f"| `{key}` | {effect} | `{_name(TESTS[heading][key])}` |"


def _name(test: Test) -> str:
    """What a test is called; one that is made by a function is called after that."""
    return test.__qualname__.partition(".")[0]


def _formats() -> Iterator[str]:
    yield "| Format | Of a | In Python |"
    yield "| --- | --- | --- |"
    for format, (kind, schema) in FORMATS.items():
        python = next((one for one in get_args(schema) if isinstance(one, type)), schema)
        yield f"| `{format}` | `{kind}` | `{python.__name__}` |"


def _signals() -> Iterator[str]:
    yield "| Signal | When | Attributes | Measurements |"
    yield "| --- | --- | --- | --- |"
    for name, entry in SIGNALS.items():
        measured = entry.measurements
        attributes = "; ".join(f"`{one}`: {said}" for one, said in entry.attributes.items() if one not in measured)
        measurements = "; ".join(f"`{one}` ({UNITS[one]}): {said}" for one, said in measured.items())
        yield f"| `{name}` | {entry.when} | {attributes} | {measurements} |"


def _reasons() -> Iterator[str]:
    yield "| Code | What it is |"
    yield "| --- | --- |"
    for code, reason in REASONS.items():
        yield f"| `{code}` | {reason} |"


def _cursors() -> Iterator[str]:
    yield "| Parameter | Goes on from |"
    yield "| --- | --- |"
    for parameter, places in CURSORS:
        yield f"| `{parameter}` | {', '.join(f'`{place}`' for place in places)} |"


OPENAPI: Final[Mapping[str, Callable[[], Iterator[str]]]] = {"reasons": _reasons, "cursors": _cursors}


if __name__ == "__main__":
    for page in (PAGE, SIGNALS_PAGE, OPENAPI_PAGE):
        page.write_text(filled(pages.read(page)), encoding="utf-8")
