"""Small readers that compose into a strict loader: every fault is collected, none stops the others.

A reader takes a Cursor (a value and where it stands) and gives the read value. Where it records a fault instead, what
it gives is never used, because the load ends in ManifestError.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

import attrs

from pristine.ports.documents import Document, Path


@attrs.frozen
class ManifestFault:
    """One thing that is wrong: where, on which line (None for a mapping), and what to do about it.

    `source` is the included file that it is in, "" for the manifest itself.
    """

    path: str
    message: str
    line: int | None = None
    source: str = ""

    def __str__(self) -> str:
        file = f"{self.source}, " if self.source and self.line is not None else ""
        line = f"line {self.line}: " if self.line is not None else ""
        return f"{file}{line}{self.path}: {self.message}"


@attrs.frozen
class Cursor:
    """A value in a document, and the list that faults go to. `is_included`: it is not the manifest's own document."""

    document: Document
    path: Path
    value: Any
    faults: list[ManifestFault]
    is_included: bool = False

    def child(self, key: str | int, value: Any) -> "Cursor":
        return self.at((*self.path, key), value)

    def at(self, path: Path, value: Any) -> "Cursor":
        """The same document, elsewhere."""
        return Cursor(self.document, path, value, self.faults, self.is_included)

    def fault(self, message: str) -> None:
        source = self.document.source if self.is_included else ""
        self.faults.append(ManifestFault(shown(self.path), message, self.document.line_of(self.path), source))


Reader: TypeAlias = Callable[[Cursor], Any]

_LISTED: Final = 20
"""How many names a fault lists; a manifest may have thousands."""

_DEEPEST: Final = 100

_KINDS: Final = (
    (Mapping, "an object"),
    (list, "an array"),
    (str, "a string"),
    (bool, "a boolean"),
    (int | float, "a number"),
    (type(None), "null"),
)


def shown(path: Iterable[str | int]) -> str:
    """A path for people: `endpoints.chat.tags[2]`."""
    text = "".join(f".{step}" if _is_plain(step) else f"[{step!r:.80}]" for step in path)
    return text.removeprefix(".") or "manifest"


def _is_plain(step: str | int) -> bool:
    return isinstance(step, str) and re.fullmatch(r"[\w$./-]+", step) is not None


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or the list of what is known, or nothing."""
    names = sorted(map(str, known))
    if close := get_close_matches(word, names, n=1, cutoff=0.6):
        return f"; did you mean {close[0]!r}?"
    more = f", and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"; known: {', '.join(names[:_LISTED])}{more}" if names else ""


def kind_of(value: object) -> str:
    """What a value is called in JSON."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), f"a Python {type(value).__name__}")


def is_shallow(value: Any) -> bool:
    """Whether a value is nested at most as deeply as readers of documents allow; one that holds itself is not."""
    level = [value]
    for _ in range(_DEEPEST):
        parts = (part for one in level for part in _parts(one))
        level = list({id(part): part for part in parts}.values())
    return not level


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()


def text(at: Cursor) -> str:
    """A string."""
    if not isinstance(at.value, str):
        at.fault(f"must be a string, not {kind_of(at.value)}")
        return ""
    return at.value


def word(at: Cursor) -> str:
    """A string that is not empty."""
    if at.value == "":
        at.fault("must not be empty")
    return text(at)


def flag(at: Cursor) -> bool:
    """A boolean."""
    if not isinstance(at.value, bool):
        at.fault(f"must be true or false, not {kind_of(at.value)}")
    return at.value is True


def seconds(at: Cursor) -> float | None:
    """A positive number of seconds, or null for no limit."""
    if at.value is None:
        return None
    if isinstance(at.value, bool) or not isinstance(at.value, (int, float)) or not 0 < at.value < 1e300:
        at.fault("must be a number of seconds greater than 0, or null for no limit")
        return None
    return float(at.value)


def wait(at: Cursor) -> float:
    """A number of seconds, 0 or more."""
    found = 0.0 if at.value == 0 and not isinstance(at.value, bool) else seconds(at)
    if found is None and at.value is None:
        at.fault("must be a number of seconds")
    return found or 0.0


def count(at: Cursor) -> int:
    """A positive whole number."""
    if isinstance(at.value, bool) or not isinstance(at.value, int) or at.value < 1:
        at.fault("must be a whole number greater than 0")
        return 1
    return at.value


def one_of(*allowed: str) -> Reader:
    """One of some strings."""

    def read(at: Cursor) -> str:
        word = text(at)
        if isinstance(at.value, str) and word not in allowed:
            at.fault(f"{word!r} is not one of {', '.join(allowed)}" + suggestion(word, allowed).partition("; known")[0])
        return word

    return read


def anything(at: Cursor) -> Any:
    """Any value."""
    return at.value


def optional(read: Reader) -> Reader:
    """What `read` reads, or null."""
    return lambda at: None if at.value is None else read(at)


def mapping_of(read: Reader) -> Reader:
    """An object whose members are all alike."""
    return lambda at: {key: read(at.child(key, value)) for key, value in members(at)}


def list_of(read: Reader) -> Reader:
    """An array whose items are all alike."""

    def read_list(at: Cursor) -> list[Any]:
        if not isinstance(at.value, list):
            at.fault(f"must be an array, not {kind_of(at.value)}")
            return []
        return [read(at.child(index, value)) for index, value in enumerate(at.value)]

    return read_list


def record(table: Mapping[str, Reader], required: Iterable[str] = ()) -> Callable[[Cursor], dict[str, Any]]:
    """An object with known keys; an unknown one is a fault that names the nearest."""

    def read_record(at: Cursor) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in members(at):
            if key in table:
                found[key] = table[key](at.child(key, value))
            else:
                at.child(key, value).fault(f"unknown key{suggestion(key, table)}")
        if isinstance(at.value, Mapping):
            for key in required:
                if key not in at.value:
                    at.fault(f"{key!r} is missing")
        return found

    return read_record


def members(at: Cursor) -> list[tuple[str, Any]]:
    """The members of an object; a fault where it is none, or where a key is not a string."""
    if not isinstance(at.value, Mapping):
        at.fault(f"must be an object, not {kind_of(at.value)}")
        return []
    for key in at.value:
        if not isinstance(key, str):
            at.fault(f"key {key!r} must be a string")
    return [(key, value) for key, value in at.value.items() if isinstance(key, str)]
