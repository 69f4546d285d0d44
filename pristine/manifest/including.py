"""A manifest spread over files: each adds types and endpoints, and may include others. Each file is read once."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from pristine.manifest.reading import Cursor, Faults, ListOf, Reader, anything, is_shallow, record, text
from pristine.ports.documents import Document
from pristine.ports.errors import DocumentError

Open: TypeAlias = Callable[[str], Document]
"""Reads a file by what `include` calls it, from the folder of the manifest; raises DocumentError."""

MOST: Final = 200
"""How many files a manifest may be made of."""

PART_KEYS: Final[Mapping[str, Reader]] = {"include": ListOf(text), "types": anything, "endpoints": anything}


def included(top: Cursor, open_included: Open | None) -> list[Cursor]:
    """The tops of all included files, each once. What cannot be included is a fault where it is asked for."""
    parts: dict[str, Cursor] = {}
    waiting = deque(_asked(top))
    while waiting:
        at, name = waiting.popleft()
        if open_included is None:
            at.fault("a mapping includes no files: load the manifest from a file")
        elif len(parts) >= MOST:
            at.fault(f"a manifest is made of at most {MOST} files")
            break
        elif name not in parts:
            parts[name] = _opened(at, name, open_included)
            waiting += _asked(parts[name])
    return list(parts.values())


def _asked(at: Cursor) -> list[tuple[Cursor, str]]:
    listed: Any = at.value.get("include") if isinstance(at.value, Mapping) else None
    inside = at.child("include", listed)
    names = enumerate(listed) if isinstance(listed, list) else ()
    return [(inside.child(index, name), name) for index, name in names if isinstance(name, str)]


def _opened(at: Cursor, name: str, open_included: Open) -> Cursor:
    try:
        document = open_included(name)
    except DocumentError as error:
        at.fault(error.message)
        document = Document({}, name)
    top = Cursor(document, (), document.value, at.faults, is_included=True, classes=at.classes)
    if not is_shallow(document.value):
        at.fault("is nested too deeply")
        return top.at((), {})
    record(PART_KEYS)(top)
    return top


def merged(document: Document, open_included: Open) -> dict[str, Any]:
    """A manifest that was accepted as one document, in which the sections of all its files are."""
    top = Cursor(document, (), document.value, Faults())
    found = {key: value for key, value in document.value.items() if key != "include"}
    for section in ("endpoints", "types"):
        values: dict[str, Any] = {}
        for part in (document.value, *(one.value for one in included(top, open_included))):
            values |= _by_id(part.get(section, {}))
        found |= {section: values} if values or section in found else {}
    return {"endpoints": {}, **found}


def _by_id(section: Any) -> dict[str, Any]:
    if isinstance(section, Mapping):
        return dict(section)
    return {one["id"]: {key: value for key, value in one.items() if key != "id"} for one in section}
