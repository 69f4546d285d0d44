"""`pristine import openapi`: a manifest on stdout or in a file, and on stderr what is not in it.

What is written has been loaded before: there is no manifest of ours that has faults.
"""

import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final, Self

import attrs

from pristine.cli.failures import one_line, tell
from pristine.cli.output import counted, write
from pristine.cli.written import as_json, writer
from pristine.config import import_openapi_file
from pristine.core.operation import find
from pristine.manifest.load import load_manifest
from pristine.manifest.model import Manifest
from pristine.manifest.openapi.importing.reasons import REASONS
from pristine.manifest.openapi.importing.whole import Imported
from pristine.ports.errors import ConfigurationError
from pristine.testing.mock.giving import check_examples

_EVERY: Final = 0.1
"""Seconds between two drawings of the progress."""


def import_document(file: str, *, out: str | None, overrides: str | None, report: str | None, name: str) -> None:
    """Import the document, and write the manifest, and the report where one is wanted."""
    written = writer(out)
    with _Counter() as progress:
        progress.tell(f"reading {one_line(file)}")
        imported = import_openapi_file(file, overrides=overrides, name=name, progress=progress)
        progress.tell("checking the manifest")
        imported = imported.without(_unfit(load_manifest(imported.manifest)))
    data = written(imported.manifest)
    if report is not None:
        Path(report).write_bytes(as_json(_report(file, imported)))
    if out is None:
        write(data)
    else:
        Path(out).write_bytes(data)
    _summarize(file, imported, report)


def _unfit(manifest: Manifest) -> dict[tuple[str, str], str]:
    """The examples of answers that are not of their types, and what is wrong: a mock could not answer so."""
    found: dict[tuple[str, str], str] = {}
    for id, endpoint in manifest.endpoints.items():
        for name, one in endpoint.examples.items():
            try:
                alone = attrs.evolve(endpoint, examples={name: one})
                check_examples(attrs.evolve(find(manifest, id), endpoint=alone))
            except ConfigurationError as error:
                found[id, name] = error.message.rpartition(".response: ")[2]
    return found


def _report(file: str, imported: Imported) -> dict[str, Any]:
    """All that is not in the manifest, with how often each reason is, and what it means."""
    counts = _counts(imported)
    return {
        "document": file,
        **_sizes(imported),
        "counts": counts,
        "reasons": {code: REASONS[code] for code in counts},
        "unexpressed": [
            {"source": one.source or file, "pointer": one.pointer, "code": one.code, "reason": one.reason}
            for one in imported.unexpressed
        ],
    }


def _sizes(imported: Imported) -> dict[str, int]:
    made = imported.manifest
    return {"paths": imported.paths, "endpoints": len(made["endpoints"]), "types": len(made.get("types", ()))}


def _counts(imported: Imported) -> dict[str, int]:
    return dict(Counter(one.code for one in imported.unexpressed).most_common())


def _summarize(file: str, imported: Imported, report: str | None) -> None:
    sizes = ", ".join(counted(number, what.removesuffix("s")) for what, number in _sizes(imported).items())
    tell(one_line(f"{file}: {sizes}") + "\n")
    if imported.unexpressed:
        where = f"; {report} has them all" if report else "; --report FILE lists them"
        tell(one_line(f"{len(imported.unexpressed)} not expressed{where}") + "\n")
    for code, number in _counts(imported).items():
        tell(f"{number:6}  {code}: {REASONS[code]}\n")


class _Counter:
    """Takes the progress of an import; used in a `with` block, it leaves the line as it found it."""

    def __init__(self) -> None:
        self._shown = sys.stderr is not None and sys.stderr.isatty()
        self._drawn = False
        self._due = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            tell("\r\x1b[K")

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._due:
            self._due = now + _EVERY
            self.tell(f"{done} of {counted(total, 'path')}")

    def tell(self, text: str) -> None:
        """Show what is going on, where somebody looks on."""
        if self._shown:
            self._drawn = True
            tell(f"\r{text}\x1b[K")
