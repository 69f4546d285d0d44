"""The reference page of adapters, out of the report of the contracts. `make adapters` makes both."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
REPORT: Final = ROOT / "docs" / "reference" / "adapters.json"
PAGE: Final = REPORT.with_suffix(".md")

HEAD: Final = """# Adapters

What each transport can do, and which promises of its port it keeps, as the contract suites found it. `make adapters`
makes this page and [the report](adapters.json) behind it. Other transports are held to the same promises by
`pytest --pristine-transport`: see [Write a transport](../how-to/write-a-transport.md).

`memory` is scripted by a function that asks the server, so that it has answers, and no connections.
"""

WORDS: Final = {
    "streaming": "bodies of responses piece by piece",
    "uploads": "bodies of requests piece by piece",
    "back_pressure": "what is not read is not taken from the server",
    "cancel": "`cancel` wakes a reader that waits, from any thread",
    "total_timeout": "`timeout.total` holds however the bytes trickle",
    "http2": "HTTP/2, where the server agrees",
    "trailers": "fields behind a chunked body",
    "proxy": "`proxy`: by way of an HTTP proxy",
    "local_address": "`local_address`: from an address of one's own",
    "client_certificate": "`tls`: with a certificate of the client's",
}
MARKS: Final = {"kept": "yes", "not declared": "no", "tolerated": "yes, but", "skipped": "n/a", "broken": "**broken**"}


def rendered(report: Mapping[str, Any]) -> str:
    """The page."""
    transports = report["transports"]
    tables = [HEAD, *_capabilities(transports), *_promises(transports), *_notes(transports)]
    return "\n".join(tables).rstrip() + "\n"


def _capabilities(transports: list[Any]) -> Iterator[str]:
    yield "## Capabilities\n"
    yield _row("", *(f"`{transport['name']}`" for transport in transports))
    yield _row("---", *("---" for _ in transports))
    yield _row("faces", *(", ".join(transport["faces"]) for transport in transports))
    for name, words in WORDS.items():
        yield _row(words, *(_same(transport["capabilities"][name].values()) for transport in transports))
    shared = ("yes" if transport["shareable"] else "no" for transport in transports)
    yield _row("one instance may serve many Contexts", *shared)
    yield ""


def _promises(transports: list[Any]) -> Iterator[str]:
    yield "## Promises\n"
    yield "`n/a` is a promise that is not for this transport: the tests were skipped, and the report says why.\n"
    yield _row("promise", "in a word", *(f"`{transport['name']}`" for transport in transports))
    yield _row("---", "---", *("---" for _ in transports))
    rows = {row["promise"]: row["text"] for transport in transports for row in transport["promises"]}
    for promise, text in rows.items():
        if not promise.startswith("Capability"):
            yield _row(promise, text, *(_kept(transport, promise) for transport in transports))
    yield ""


def _kept(transport: Any, promise: str) -> str:
    found = next(row["faces"] for row in transport["promises"] if row["promise"] == promise)
    return _same(found[face]["outcome"] for face in transport["faces"] if face in found)


def _same(outcomes: Any) -> str:
    """What several faces have in common; what they have not is told apart."""
    marks = list(dict.fromkeys(MARKS[outcome] for outcome in outcomes if outcome != "skipped"))
    return " / ".join(marks) or MARKS["skipped"]


def _notes(transports: list[Any]) -> Iterator[str]:
    yield "## Limits\n"
    yield "Where an HTTP library cannot keep a promise to the letter, its adapter does not, and says so.\n"
    for transport in transports:
        for why, promises in _tolerated(transport).items():
            yield f"- `{transport['name']}`: {why} ({', '.join(promises)})."


def _tolerated(transport: Any) -> dict[str, list[str]]:
    """What is tolerated, and of which promises."""
    found: dict[str, list[str]] = {}
    for row in transport["promises"]:
        for face in row["faces"].values():
            for note in face["notes"]:
                if note["outcome"] == "tolerated" and row["promise"] not in found.setdefault(note["why"], []):
                    found[note["why"]].append(row["promise"])
    return found


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(rendered(json.loads(REPORT.read_text(encoding="utf-8"))), encoding="utf-8")
