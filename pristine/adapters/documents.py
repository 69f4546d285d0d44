"""Documents: JSON text -> a Document, and what the readers of TOML and YAML beside it share with that.

Reading is linear in the size of the text and bounded in depth. Every fault is a DocumentError that says where. Text
without one is read by the standard library, eight times as fast, and gone through again only if a line is asked for.
"""

import json
import math
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, ClassVar, Final

from pristine.ports.documents import Document, Path
from pristine.ports.errors import DocumentError
from pristine.ports.patterns import pattern

NESTING_LIMIT: Final = 100
SURROGATE: Final = pattern("[\ud800-\udfff]")
LONE_SURROGATE: Final = "a lone surrogate, which is not a character"
TOO_DEEP: Final = f"nested deeper than {NESTING_LIMIT} levels"
TOO_LARGE: Final = "a number with too many digits"

ROOM: Final = 8_000_000
"""What the places of a document may take in all: eight for each, and one for every step to it."""

VALUES: Final = 500_000
"""How many values there may be in a text, by its punctuation, for it to be read quickly."""


def read_json(text: str, source: str) -> Document:
    """Read JSON as RFC 8259 has it: no NaN, no Infinity, no comments, no key twice."""
    text = opened(text, source)
    try:
        return Document(_quickly(text), source, _Lines(text, source))
    except (ValueError, RecursionError):
        reader = _Json(text, source)
        return Document(reader.document(), source, reader.lines)


def _quickly(text: str) -> Any:
    """The value; raises ValueError or RecursionError where there may be a fault, without saying where."""
    if sum(map(text.count, ",[{")) > VALUES or _SURROGATE_ESCAPE.search(text):
        raise ValueError
    value = _STRICT.decode(text)
    level = [value]
    for _ in range(NESTING_LIMIT):
        parts = (one.values() if type(one) is dict else one for one in level if type(one) in {dict, list})
        level = [part for some in parts for part in some if type(part) in {dict, list}]
    if level:
        raise ValueError
    return value


def _without_twins(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError
    return found


def _whole(number: str) -> int:
    if oversized(number):
        raise ValueError
    return int(number)


def _fraction(number: str) -> float:
    if oversized(number) or math.isinf(value := float(number)):
        raise ValueError
    return value


def _no_number(_: str) -> Any:
    raise ValueError


class _Lines(Mapping[Path, int]):
    """The lines of a text, found when the first is asked for."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        self._found: dict[Path, int] = {}

    def _lines(self) -> dict[Path, int]:
        if not self._found:
            reader = _Json(self._text, self._source)
            with suppress(DocumentError):  # there are too many: those that were found are lines, too
                reader.document()
            self._found = reader.lines
        return self._found

    def __getitem__(self, path: Path) -> int:
        return self._lines()[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._lines())

    def __len__(self) -> int:
        return len(self._lines())


class Lines(dict[Path, int]):
    """The line of every path, as many as there is room for; a DocumentError where there are more."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self._source = source
        self._room = ROOM

    def __setitem__(self, path: Path, line: int) -> None:
        self.charge(len(path) + 8, line)
        super().__setitem__(path, line)

    def charge(self, room: int, line: int) -> None:
        """Take room; a DocumentError about the line where there is none left."""
        self._room -= room
        if self._room < 0:
            raise document_fault("the document has too many values", self._source, line, 1)

    def once(self, path: Path, line: int) -> None:
        """The same, for a path that has no line yet."""
        if path not in self:
            self[path] = line


def document_fault(what: str, source: str, line: int, column: int) -> DocumentError:
    """The error that says where, as compilers do: `source:line:column: what`."""
    return DocumentError(f"{source}:{line}:{column}: {' '.join(what.split())}", source=source, line=line)


def fault_at(what: str, source: str, text: str, at: int) -> DocumentError:
    """The same for an offset into the text."""
    return document_fault(what, source, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def opened(text: str, source: str) -> str:
    """The text without its byte order mark; a DocumentError where it is empty or has no form in UTF-8."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise document_fault("the text is empty", source, 1, 1)
    if lone := SURROGATE.search(text):
        raise fault_at(LONE_SURROGATE, source, text, lone.start())
    return text


def twice(key: str, first: int) -> str:
    """What is said of a key that appears again."""
    return f"the key {key!r:.80} appears twice, first on line {first}"


def oversized(number: str) -> bool:
    """Whether a number has more digits than int() reads, or str() would show for a hexadecimal one."""
    limit = sys.get_int_max_str_digits() or sys.int_info.default_max_str_digits
    return len(number.lstrip("+-")) > (limit * 4 // 5 if "x" in number[:3] else limit)


class Cursor:
    """A place in a text, always at a token or the end, and the lines of the paths met on the way to it."""

    gap: ClassVar[re.Pattern[str]]

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.lines = Lines(source)
        self._counted = 0
        self._line = 1
        self.move(0)

    def move(self, end: int) -> None:
        """Go to the first token at or after `end`."""
        gap = self.gap.match(self.text, end)
        self.at = gap.end() if gap else end

    def line(self) -> int:
        """The line of the cursor."""
        # Counted on from the last place asked about: counting from the start would be quadratic.
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def fault(self, what: str, at: int | None = None) -> DocumentError:
        """The error about this place, or another."""
        return fault_at(what, self.source, self.text, self.at if at is None else at)

    def expected(self, what: str) -> DocumentError:
        """The error that tells what is here instead."""
        if found := self.peek():
            return self.fault(f"expected {what}, found {found!r}")
        return self.fault(f"expected {what}, found the end of the text", len(self.text.rstrip()))

    def peek(self) -> str:
        """The character here, or "" at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> str:
        """What the pattern matches here, now behind the cursor; or ""."""
        if not (found := pattern.match(self.text, self.at)):
            return ""
        self.move(found.end())
        return found[0]

    def takes(self, mark: str) -> bool:
        """Go past the mark, where it is here."""
        if not self.text.startswith(mark, self.at):
            return False
        self.move(self.at + len(mark))
        return True

    def expect(self, mark: str, alternative: str = "") -> None:
        """Go past the mark; anything else is a fault."""
        if not self.takes(mark):
            raise self.expected(f"{mark!r}{alternative}")

    def bound(self, depth: int) -> None:
        """Refuse a collection that has this many around it."""
        if depth >= NESTING_LIMIT:
            raise self.fault(TOO_DEEP)


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_without_twins, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number
)
_SURROGATE_ESCAPE: Final = pattern(r"\\u[dD][89a-fA-F]")
_JSON: Final = json.JSONDecoder()
_JSON_NUMBER: Final = pattern(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?+[0-9]++)?")
_JSON_WORD: Final = pattern("true|false|null")
_JSON_WORDS: Final = {"true": True, "false": False, "null": None}


class _Json(Cursor):
    gap = re.compile(r"[ \t\n\r]*")

    def document(self) -> Any:
        self.lines[()] = self.line()
        value = self._value(())
        if self.peek():
            raise self.expected("the end of the text")
        return value

    def _value(self, path: Path) -> Any:
        char = self.peek()
        if char == '"':
            return self._string()
        if char == "{":
            return self._object(path)
        return self._array(path) if char == "[" else self._number_or_word()

    def _object(self, path: Path) -> dict[str, Any]:
        self.bound(len(path))
        self.takes("{")
        result: dict[str, Any] = {}
        if self.takes("}"):
            return result
        while True:
            key = self._key(path)
            result[key] = self._value((*path, key))
            if self.takes("}"):
                return result
            self.expect(",", " or '}'")

    def _key(self, path: Path) -> str:
        start, line = self.at, self.line()
        if self.peek() != '"':
            raise self.expected("a key in double quotes")
        key = self._string()
        here = (*path, key)
        if here in self.lines:
            raise self.fault(twice(key, self.lines[here]), start)
        self.lines[here] = line
        self.expect(":")
        return key

    def _array(self, path: Path) -> list[Any]:
        self.bound(len(path))
        self.takes("[")
        result: list[Any] = []
        if self.takes("]"):
            return result
        while True:
            here = (*path, len(result))
            self.lines[here] = self.line()
            result.append(self._value(here))
            if self.takes("]"):
                return result
            self.expect(",", " or ']'")

    def _string(self) -> str:
        try:
            value, end = _JSON.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            raise self.fault(error.msg, error.pos) from error
        if SURROGATE.search(value):
            raise self.fault(LONE_SURROGATE)
        self.move(end)
        return str(value)

    def _number_or_word(self) -> Any:
        start = self.at
        if not (number := self.take(_JSON_NUMBER)):
            if not (word := self.take(_JSON_WORD)):
                raise self.expected("a value")
            return _JSON_WORDS[word]
        if oversized(number):
            raise self.fault(TOO_LARGE, start)
        if number.lstrip("-").isdigit():
            return int(number)
        if math.isinf(value := float(number)):
            raise self.fault("a number beyond the range of a float", start)
        return value
