"""YAML: PyYAML's events -> plain values by the core schema of YAML 1.2, and no object of any other kind.

Events, not nodes: PyYAML composes by recursion without a bound, and its aliases share what we must copy and
count. libyaml is used where PyYAML was built with it: ten times as fast, and the same events.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import yaml

from pristine.adapters.documents import (
    LONE_SURROGATE,
    NESTING_LIMIT,
    SURROGATE,
    TOO_DEEP,
    TOO_LARGE,
    Lines,
    document_fault,
    fault_at,
    opened,
    oversized,
    twice,
)
from pristine.ports.documents import Document, Path
from pristine.ports.errors import DocumentError
from pristine.ports.patterns import pattern

ALIAS_LIMIT: Final = 100_000
"""How many values all aliases of a document may stand for."""

_PREFIX: Final = "tag:yaml.org,2002:"
_STR: Final = _PREFIX + "str"
_INT: Final = _PREFIX + "int"
_TEXT: Final = (_STR, _PREFIX + "timestamp")

# Section 10.3.2, in its order; what matches nothing is text.
_CORE: Final[tuple[tuple[str, re.Pattern[str], Callable[[str], Any]], ...]] = (
    (_PREFIX + "null", pattern("null|Null|NULL|~|"), lambda _: None),
    (_PREFIX + "bool", pattern("true|True|TRUE"), lambda _: True),
    (_PREFIX + "bool", pattern("false|False|FALSE"), lambda _: False),
    (_INT, pattern("[-+]?[0-9]++"), int),
    (_INT, pattern("0o[0-7]++"), partial(int, base=8)),
    (_INT, pattern("0x[0-9a-fA-F]++"), partial(int, base=16)),
    (_PREFIX + "float", pattern(r"[-+]?(?:\.[0-9]++|[0-9]++(?:\.[0-9]*+)?)(?:[eE][-+]?[0-9]++)?"), float),
    (_PREFIX + "float", pattern(r"[-+]?\.(?:inf|Inf|INF)"), lambda text: float(text.replace(".", ""))),
    (_PREFIX + "float", pattern(r"\.(?:nan|NaN|NAN)"), lambda _: float("nan")),
)
_OTHER_THAN_TEXT: Final = {"", *"~nNtTfF.+-0123456789"}
"""How what is not text begins."""

_UNPRINTABLE: Final = pattern("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(text: str, source: str) -> Document:
    """Read one YAML document by the core schema of YAML 1.2 (section 10.3): `NO` is text and `010` is ten.

    Dates and keys are the text they were written as. Merge keys (`<<`), tags of one's own and aliases that explode are
    refused.
    """
    text = opened(text, source)
    if found := _UNPRINTABLE.search(text):
        raise fault_at(f"the character {found[0]!r} is not allowed in YAML", source, text, found.start())
    reader = _Reader(text, source)
    return Document(reader.document(), source, reader.lines)


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.lines = Lines(source)
        rows = text.rstrip().splitlines()
        self._end = len(rows), len(rows[-1]) + 1
        self._events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self._event: Any = yaml.StreamStartEvent(yaml.Mark("", 0, 0, 0, None, 0))
        self._anchors: dict[str, list[tuple[Path, Any]]] = {}  # empty while the anchored value is being read
        self._copied = 0

    def document(self) -> Any:
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            raise self._fault("the text holds no document")
        self._next()
        self.lines[()] = self._line()
        value = self._value(())
        self._next()
        if not isinstance(self._next(), yaml.StreamEndEvent):
            raise self._fault("a second document; one is read")
        return value

    def _next(self) -> Any:
        try:
            self._event = next(self._events)
        except yaml.MarkedYAMLError as error:
            what = ", ".join(filter(None, (error.context, error.problem)))
            mark = error.problem_mark or error.context_mark or self._event.start_mark
            raise document_fault(what, self.source, *self._where(mark)) from error
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # such as "\UFFFFFFFF", without libyaml
            raise self._fault(f"not YAML: {error}") from error
        return self._event

    def _where(self, mark: Any) -> tuple[int, int]:
        # libyaml puts what is missing at the end on the line after the last.
        return min((mark.line + 1, mark.column + 1), self._end)

    def _line(self) -> int:
        return self._where(self._event.start_mark)[0]

    def _fault(self, what: str) -> DocumentError:
        return document_fault(what, self.source, *self._where(self._event.start_mark))

    def _value(self, path: Path) -> Any:
        """The value that begins with the current event."""
        event = self._event
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor or "", path)
        anchored: list[tuple[Path, Any]] = []
        if event.anchor:
            self._anchors[event.anchor] = anchored
        if isinstance(event, yaml.ScalarEvent):
            value: Any = self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(path)
        else:
            value = self._sequence(path)
        anchored.append((path, value))
        return value

    def _mapping(self, path: Path) -> dict[str, Any]:
        self._collection(path, "map")
        result: dict[str, Any] = {}
        while not isinstance(self._next(), yaml.MappingEndEvent):
            key = self._key(path)
            here = (*path, key)
            if key in result:
                raise self._fault(twice(key, self.lines[here]))
            self.lines[here] = self._line()
            self._next()
            result[key] = self._value(here)
        return result

    def _sequence(self, path: Path) -> list[Any]:
        self._collection(path, "seq")
        result: list[Any] = []
        while not isinstance(self._next(), yaml.SequenceEndEvent):
            here = (*path, len(result))
            self.lines[here] = self._line()
            result.append(self._value(here))
        return result

    def _collection(self, path: Path, kind: str) -> None:
        self._bound(path)
        if self._event.tag not in (None, "!", _PREFIX + kind):
            raise self._fault(f"the tag {self._event.tag!r} has no meaning here")

    def _bound(self, path: Path) -> None:
        if len(path) >= NESTING_LIMIT:
            raise self._fault(TOO_DEEP)

    def _key(self, path: Path) -> str:
        event = self._event
        if not isinstance(event, yaml.ScalarEvent):
            raise self._fault("a key must be a scalar that is written out")
        if event.value == "<<" and not event.style:
            raise self._fault("merge keys (<<) are not supported; write the keys out")
        if event.anchor or event.tag or event.style or event.value[:1] in _OTHER_THAN_TEXT:
            self._value(path)  # for its anchor, and for what is wrong with it
        return event.value

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if event.style and SURROGATE.search(text):  # an escape: the document itself has none
            raise self._fault(LONE_SURROGATE)
        tag = None if event.tag == "!" else event.tag
        if tag in _TEXT or (tag is None and (event.style or text[:1] not in _OTHER_THAN_TEXT)):
            return text
        for name, form, convert in _CORE:
            if tag in (None, name) and form.fullmatch(text):
                if name == _INT and oversized(text):
                    raise self._fault(TOO_LARGE)
                return convert(text)
        if tag is None:
            return text
        raise self._fault(f"the tag {tag!r:.80} has no meaning for {text!r:.80}")

    def _alias(self, anchor: str, path: Path) -> Any:
        if (anchored := self._anchors.get(anchor)) is None:
            raise self._fault(f"the alias *{anchor:.80} has no anchor before it")
        if not anchored:
            raise self._fault(f"the alias *{anchor:.80} stands inside its own value")
        origin, value = anchored[0]
        return self._copy(value, origin, path)

    def _copy(self, value: Any, origin: Path, path: Path) -> Any:
        """The value once more, at another path, with the lines where it was written."""
        self._copied += 1
        if self._copied > ALIAS_LIMIT:
            raise self._fault(f"the aliases stand for more than {ALIAS_LIMIT:,} values")
        if not isinstance(value, dict | list):
            return value
        self._bound(path)
        steps: Any = value if isinstance(value, dict) else range(len(value))
        copies = {step: self._copy_of_item(value[step], (*origin, step), (*path, step)) for step in steps}
        return copies if isinstance(value, dict) else list(copies.values())

    def _copy_of_item(self, value: Any, origin: Path, path: Path) -> Any:
        self.lines[path] = self.lines[origin]
        return self._copy(value, origin, path)
