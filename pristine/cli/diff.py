"""`pristine diff`: what has changed between two manifests, what breaks callers first. Colour is for terminals alone."""

import json
import os
import sys
from collections.abc import Iterable, Iterator

import attrs
import click

from pristine.cli.failures import one_line
from pristine.cli.output import counted, write_line
from pristine.codegen.compare import Change, compare
from pristine.config import load_manifest_file
from pristine.manifest.reading import shown

_MANY = 4
"""From how many endpoints on a change that they have alike is one line."""


def show_changes(old: str, new: str, *, as_json: bool) -> bool:
    """Print a line for each change; as JSON, one object on a line. Gives whether callers are broken."""
    changes = compare(load_manifest_file(old), load_manifest_file(new))
    if as_json:
        for one in changes:
            write_line(json.dumps(attrs.asdict(one), ensure_ascii=False))
    else:
        for line in _lines(sorted(changes, key=lambda one: not one.breaking)):
            write_line(line)
    return any(one.breaking for one in changes)


def _lines(changes: list[Change]) -> Iterator[str]:
    for alike in _grouped(changes):
        first = alike[0]
        mark = click.style("breaks", fg="red") if first.breaking else click.style("keeps ", fg="green")
        where = first.where if len(alike) < _MANY else f"endpoints.*{_rest(first)}"
        why = f" ({first.why})" if first.breaking else ""
        told = one_line(f"{where}: {first.what}{_of(alike)}{why}")
        yield f"{mark if _is_coloured() else click.unstyle(mark)}  {told}"
    breaking = sum(one.breaking for one in changes)
    yield f"{counted(breaking, 'breaking change')}, {counted(len(changes) - breaking, 'other')}"


def _grouped(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes, those together that many endpoints have alike."""
    groups: dict[object, list[Change]] = {}
    for index, one in enumerate(changes):
        key = (one.kind, _rest(one), one.what) if one.endpoint and _rest(one) else index
        groups.setdefault(key, []).append(one)
    for alike in groups.values():
        yield from [alike] if len(alike) >= _MANY else [[one] for one in alike]


def _rest(change: Change) -> str:
    """Where a change is below its endpoint."""
    return change.where.removeprefix(shown(("endpoints", change.endpoint)))


def _of(alike: list[Change]) -> str:
    return f" [{', '.join(one.endpoint for one in alike)}]" if len(alike) >= _MANY else ""


def _is_coloured() -> bool:
    """Whether a person looks on, who has not asked for plain text (https://no-color.org)."""
    return sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
