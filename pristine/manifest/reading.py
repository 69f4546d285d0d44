"""Small readers that compose into a strict loader: every fault is collected, none stops the others.

A reader takes a Cursor (a value and where it stands) and gives the read value. Where it records a fault instead, what
it gives is never used, because the load ends in ManifestError.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Final, TypeAlias

from pristine.ports.documents import Document, Path
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen


@frozen
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


class Enough(Exception):
    """There is no sense in reading on."""


class Faults(list[ManifestFault]):
    """What is wrong, and the effort that has gone into finding it: neither grows without bound.

    `most`: how many faults are collected; `effort`: how many steps are left, each of them some 0.1 µs; `hints`: how
    many for guesses at what was meant.
    """

    def __init__(self, most: int = 500, effort: int = 40_000_000, hints: int = 10_000_000) -> None:
        super().__init__()
        self._most = most
        self._effort = effort
        self._hints = hints

    @property
    def is_full(self) -> bool:
        """Whether there may be more that are not collected."""
        return len(self) >= self._most

    def append(self, fault: ManifestFault) -> None:
        """One more; raises Enough where there are as many as are collected."""
        super().append(fault)
        if self.is_full:
            raise Enough

    def spend(self, steps: int) -> bool:
        """Whether there is effort left for so many steps."""
        self._effort -= steps
        return self._effort >= 0

    def guess(self, steps: int) -> bool:
        """The same for a guess; where there is none left, a smaller one may still be made."""
        affordable = steps <= self._hints
        self._hints -= steps if affordable else 0
        return affordable


Classes: TypeAlias = Callable[[str], type | None]
"""Finds the class that has been written for an object type, or an error, by its place: a JSON pointer (RFC 6901)."""


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901 section 3)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


@frozen
class Cursor:
    """A value in a document, and where faults go to. `is_included`: it is not the manifest's own document.

    `classes` knows the classes that have been written for types and errors already.
    """

    document: Document
    path: Path
    value: Any
    faults: Faults
    is_included: bool = False
    classes: Classes | None = None

    def child(self, key: str | int, value: Any) -> "Cursor":
        return self.at((*self.path, key), value)

    def at(self, path: Path, value: Any) -> "Cursor":
        """The same document, elsewhere."""
        return Cursor(self.document, path, value, self.faults, self.is_included, self.classes)

    def written(self) -> type | None:
        """The class that has been written for what stands here, if there is one."""
        return None if self.classes is None else self.classes(pointer(self.path))

    def fault(self, message: str) -> None:
        source = self.document.source if self.is_included else ""
        told = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
        self.faults.append(ManifestFault(shown(self.path), told, self.document.line_of(self.path), source))

    def spend(self, steps: int) -> None:
        """Count steps that a small manifest can make many of; raises Enough, with a fault, where they are too many."""
        if not self.faults.spend(steps):
            self.fault("takes too long to read: what it stands for is too large")
            raise Enough

    def near(self, word: str, known: Iterable[str]) -> str:
        """`suggestion`, as long as there is effort left for it."""
        names = list(islice(known, _CONSIDERED))
        return suggestion(word, names) if self.faults.guess(len(word) * sum(map(len, names))) else ""


Reader: TypeAlias = Callable[[Cursor], Any]

_LISTED: Final = 20
"""How many names a fault lists; a manifest may have thousands."""

_CONSIDERED: Final = 1000
"""Among how many names the nearest is looked for."""

_LONGEST: Final = 1000
"""How many characters of a message are told; it may quote what is a megabyte long."""

_DEEPEST: Final = 100

_EFFORT_OF_A_VALUE: Final = 10

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})

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
    text = "".join(f".{step}" if _is_plain(step) else f"[{step!r:.80}]" for step in map(_short, path))
    return text.removeprefix(".") or "manifest"


def _short(step: str | int) -> str | int:
    return f"{step[:80]}…" if isinstance(step, str) and len(step) > 80 else step


def _is_plain(step: str | int) -> bool:
    return isinstance(step, str) and re.fullmatch(r"[\w$./-]+", step) is not None


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or the list of what is known, or nothing."""
    from difflib import get_close_matches

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
        parts = (part for one in level for part in _parts(one) if type(part) not in _SCALARS)
        level = list({id(part): part for part in parts}.values())
    return not level


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, (dict, Mapping)) else value if isinstance(value, list) else ()


def text(at: Cursor) -> str:
    """A string."""
    if not isinstance(at.value, str):
        at.fault(f"must be a string, not {kind_of(at.value)}")
    elif not is_unicode(at.value):
        at.fault("holds a lone surrogate, which is not a character")
    else:
        return at.value
    return ""


def is_unicode(said: str) -> bool:
    """Whether a string is of characters alone: half of a pair of surrogates, as JSON may say it, is none."""
    return said.isascii() or not _SURROGATE.search(said)


_SURROGATE: Final = pattern("[\ud800-\udfff]")


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


@frozen
class OneOf:
    """A reader of one of some strings."""

    allowed: tuple[str, ...]

    def __call__(self, at: Cursor) -> str:
        word = text(at)
        if isinstance(at.value, str) and word not in self.allowed:
            near = at.near(word, self.allowed).partition("; known")[0]
            at.fault(f"{word!r} is not one of {', '.join(self.allowed)}{near}")
        return word


@frozen
class OrNull:
    """A reader of what `read` reads, or null."""

    read: Reader

    def __call__(self, at: Cursor) -> Any:
        return None if at.value is None else self.read(at)


@frozen
class MappingOf:
    """A reader of an object whose members are all alike."""

    read: Reader

    def __call__(self, at: Cursor) -> dict[str, Any]:
        return {key: self.read(at.child(key, value)) for key, value in members(at)}


@frozen
class ListOf:
    """A reader of an array whose items are all alike."""

    read: Reader

    def __call__(self, at: Cursor) -> list[Any]:
        if not isinstance(at.value, list):
            at.fault(f"must be an array, not {kind_of(at.value)}")
            return []
        at.spend(len(at.value) * _EFFORT_OF_A_VALUE)
        return [self.read(at.child(index, value)) for index, value in enumerate(at.value)]


@frozen
class TupleOf:
    """The same, as a tuple."""

    read: Reader

    def __call__(self, at: Cursor) -> tuple[Any, ...]:
        return tuple(ListOf(self.read)(at))


def one_of(*allowed: str) -> OneOf:
    """A reader of one of some strings."""
    return OneOf(allowed)


def anything(at: Cursor) -> Any:
    """Any value."""
    return at.value


def record(table: Mapping[str, Reader], required: Iterable[str] = ()) -> Callable[[Cursor], dict[str, Any]]:
    """An object with known keys; an unknown one is a fault that names the nearest."""

    def read_record(at: Cursor) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in members(at):
            if (read := table.get(key)) is anything:
                found[key] = value
            elif read is not None:
                found[key] = read(at.child(key, value))
            else:
                at.child(key, value).fault(f"unknown key{at.near(key, table)}")
        if required and isinstance(at.value, Mapping):
            for key in required:
                if key not in at.value:
                    at.fault(f"{key!r} is missing")
        return found

    return read_record


def members(at: Cursor) -> list[tuple[str, Any]]:
    """The members of an object; a fault where it is none, or where a key is not a string."""
    if not isinstance(at.value, (dict, Mapping)):
        at.fault(f"must be an object, not {kind_of(at.value)}")
        return []
    found = list(at.value.items())
    at.spend(len(found) * _EFFORT_OF_A_VALUE)
    if all(isinstance(key, str) for key, _ in found):
        return found
    for key in at.value:
        if not isinstance(key, str):
            at.fault(f"key {key!r} must be a string")
    return [(key, value) for key, value in found if isinstance(key, str)]
