"""TOML: tomllib gives the value and judges the text; a lenient walk of our own says where everything is.

The walk goes first, for it bounds what tomllib does not: depth, and the length of numbers.
"""

import re
import tomllib
from typing import Any, Final

from pristine.adapters.documents import TOO_LARGE, Cursor, document_fault, fault_at, opened, oversized, twice
from pristine.ports.documents import Document, Path
from pristine.ports.patterns import pattern

_KEY: Final = pattern(r"[A-Za-z0-9_-]++")
# Each repeated group is matched a thousand times at most, and again: the engine remembers every time, for going back.
# It has no possessive quantifier, for Python 3.11.0 to 3.11.4 match those of groups wrongly (gh-106052).
_STRINGS: Final = tuple(
    (mark, pattern(f"(?:{inside}){{1,1000}}", re.DOTALL), pattern(end))
    for mark, inside, end in (
        ('"""', r'[^"\\]++|\\.|"{1,2}(?!")', '"{3,5}'),
        ("'''", r"[^']++|'{1,2}(?!')", "'{3,5}"),
        ('"', r'[^"\\\n]++|\\.', '"'),
        ("'", r"[^'\n]++", "'"),
    )
)
"""How each kind of string begins, goes on and ends."""

_DATE: Final = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9:.]+(?:[Zz]|[-+][0-9:]+)?)?|[0-9]{2}:[0-9:.]+")
_WORD: Final = pattern(r"[A-Za-z0-9_.+-]++")
_LINES: Final = pattern(r"(?:[ \t\n]++|#[^\n]*+){1,1000}")
_WHERE: Final = pattern(r" \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$")


def read(text: str, source: str) -> Document:
    """Read TOML 1.0; dates and times stay the text they were written as."""
    text = opened(text, source).replace("\r\n", "\n")
    places = _Places(text, source)
    places.document()
    value = _parse(text, source)
    for path, written in places.dates.items():
        _put(value, path, written)
    return Document(value, source, places.lines)


class _Places(Cursor):
    """Where the keys, items and dates of a TOML text are."""

    gap = re.compile(r"[ \t]*")

    def __init__(self, text: str, source: str) -> None:
        super().__init__(text, source)
        self.dates: dict[Path, str] = {}
        self._last: dict[Path, int] = {}  # an array of tables -> the index of its last

    def document(self) -> None:
        self.lines[()] = 1
        table: Path = ()
        self._skip()
        while char := self.peek():
            if char == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip()

    def _skip(self) -> None:
        """Go past blank lines and comments."""
        while self.take(_LINES):
            pass

    def _header(self) -> Path:
        line = self.line()
        array = self.takes("[[")
        if not array:
            self.takes("[")
        path: Path = ()
        *outer, last = self._keys(0)
        for part in outer:
            path = self._into((*path, part), line)
            self.lines.charge(len(path), line)
        path = (*path, last)
        if array:
            self._last[path] = self._last.get(path, -1) + 1
            path = self._into(path, line)
        self.bound(len(path))
        self.lines[path] = line
        self.expect("]]" if array else "]")
        return path

    def _into(self, path: Path, line: int) -> Path:
        self.lines.once(path, line)
        return (*path, self._last[path]) if path in self._last else path

    def _keys(self, depth: int) -> list[str]:
        keys = [self._key()]
        while self.takes("."):
            self.bound(depth + len(keys))
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        start = self.at
        if written := self.take(_KEY):
            return written
        if self.text.startswith(('"""', "'''"), start) or not (written := self._string()):
            raise self.expected("a key")
        if written[0] == "'" or "\\" not in written:
            return written[1:-1]
        try:
            return str(tomllib.loads(f"key = {written}")["key"])
        except tomllib.TOMLDecodeError as error:
            raise self.fault("a key that is not a valid string", start) from error

    def _string(self) -> str:
        """What a string is written as, if one is here."""
        start = self.at
        for mark, inside, end in _STRINGS:
            if self.text.startswith(mark, start):
                at = start + len(mark)
                while found := inside.match(self.text, at):
                    at = found.end()
                if not (last := end.match(self.text, at)):
                    raise self.fault("a string that does not end", start)
                self.move(last.end())
                return self.text[start : last.end()]
        return ""

    def _pair(self, path: Path) -> None:
        start, line = self.at, self.line()
        *outer, last = self._keys(len(path))
        for part in outer:
            path = (*path, part)
            self.lines.once(path, line)
            self.lines.charge(len(path), line)
        path = (*path, last)
        if path in self.lines:
            raise self.fault(twice(last, self.lines[path]), start)
        self.lines[path] = line
        self.expect("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        start = self.at
        if self.takes("["):
            self._array(path)
        elif self.takes("{"):
            self._table(path)
        elif date := self.take(_DATE):
            self.dates[path] = date
        elif not self._string():
            if not (word := self.take(_WORD)):
                raise self.expected("a value")
            if oversized(word):
                raise self.fault(TOO_LARGE, start)

    def _array(self, path: Path) -> None:
        self.bound(len(path))
        index = 0
        while not self._ends("]"):
            here = (*path, index)
            self.lines[here] = self.line()
            self._value(here)
            if not self._goes_on("]"):
                break
            index += 1

    def _table(self, path: Path) -> None:
        self.bound(len(path))
        while not self._ends("}"):
            self._pair(path)
            if not self._goes_on("}"):
                break

    def _ends(self, mark: str) -> bool:
        self._skip()
        return self.takes(mark)

    def _goes_on(self, end: str) -> bool:
        self._skip()
        if self.takes(","):
            return True
        self.expect(end, " or ','")
        return False


def _parse(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = _WHERE.search(str(error))
        what = _WHERE.sub("", str(error))
        if where and where[1]:
            raise document_fault(what, source, int(where[1]), int(where[2])) from error
        raise fault_at(what, source, text, len(text.rstrip("\n"))) from error


def _put(value: Any, path: Path, leaf: str) -> None:
    *outer, last = path
    for step in outer:
        value = value[step]
    value[last] = leaf
