"""Where secrets stand in a body, as spans, and how they are taken out of it while it stays in its chunks. Pure.

JSON is read by its tokens, not by its grammar: a document that is wrong or cut short is masked as far as it goes, and
all that is not masked stays byte for byte as it is.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

import attrs

from pristine.ports.headers import MASK
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

Span: TypeAlias = tuple[int, int, bytes]
"""From, to, and what stands there instead."""

Step: TypeAlias = str | int | None
"""One step of a path in JSON: a name, an index, or None for any index."""

_TOKEN: Final = pattern(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)
_STEP: Final = pattern(r"\[(\d+|\*?)\]|([^.\[\]]+)")
_EVENT_LINE: Final = pattern(rb"(data:)?([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_LITERALS: Final = {b"true": b"false", b"false": b"false", b"null": b"null"}


def occurrences(values: Iterable[bytes], body: bytes) -> Iterator[Span]:
    """Every occurrence of every value."""
    for value in values:
        for found in re.finditer(re.escape(value), body):
            yield *found.span(), MASK.encode()


def masked(chunks: Sequence[bytes], spans: Iterable[Span]) -> list[bytes]:
    """The chunks with the spans of their whole replaced, each in the chunk in which it begins.

    Spans that overlap are one. There are as many chunks as before, though one of which nothing is left is empty.
    """
    cuts, result, position = _apart(spans), [], 0
    cut = next(cuts, None)
    for chunk in chunks:
        ends, start, pieces = position + len(chunk), position, list[bytes]()
        while cut is not None and cut[0] < ends:
            pieces.append(chunk[start - position : max(cut[0] - position, 0)])
            pieces.append(cut[2] if cut[0] >= position else b"")
            start = min(cut[1], ends)
            if cut[1] > ends:
                break
            cut = next(cuts, None)
        pieces.append(chunk[start - position :])
        result.append(b"".join(pieces))
        position = ends
    return result


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans in order, none empty, none overlapping."""
    last: Span | None = None
    for start, end, instead in sorted(span for span in spans if span[0] < span[1]):
        if last is not None and start < last[1]:
            last = (last[0], max(last[1], end), last[2])
            continue
        if last is not None:
            yield last
        last = (start, end, instead)
    if last is not None:
        yield last


# -- JSON --------------------------------------------------------------------------------------------------------------


@frozen
class JsonNames:
    """Names of fields, at any depth, and paths from the root: `user.email`, `items[].id`, `items[0]`.

    `alike` are names that are compared without regard to case, `_` and `-`.
    """

    names: frozenset[str]
    paths: tuple[tuple[Step, ...], ...]
    alike: frozenset[str]

    @classmethod
    def of(cls, given: Iterable[str], alike: Iterable[str] = ()) -> "JsonNames":
        """From what a configuration says; what has a dot, a bracket or a `$` is a path."""
        known = tuple(given)
        paths = {text for text in known if re.search(r"[.\[$]", text)}
        return cls(
            frozenset(known) - paths, tuple(map(_steps, sorted(paths))), frozenset(_plain(name) for name in alike)
        )

    def wants(self, stack: Sequence["Level"]) -> bool:
        """Whether the value that stands in the innermost of these is to be masked."""
        last = stack[-1].key
        if isinstance(last, str) and (last in self.names or _plain(last) in self.alike):
            return True
        return any(len(path) == len(stack) and _leads(path, stack) for path in self.paths)

    def may_be_in(self, body: bytes) -> bool:
        """Whether it is worth looking: paths that end with an index, and escaped names, may be anywhere."""
        if b"\\u" in body or any(not isinstance(path[-1], str) for path in self.paths):
            return True
        plain = _plain(body.decode("utf-8", "replace"))
        wanted = {*self.names, *self.alike, *(str(path[-1]) for path in self.paths)}
        return any(_plain(name) in plain for name in wanted)


def _steps(path: str) -> tuple[Step, ...]:
    return tuple(
        name or (int(index) if index.isdigit() else None) for index, name in _STEP.findall(path.removeprefix("$"))
    )


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _leads(path: Sequence[Step], stack: Sequence["Level"]) -> bool:
    pairs = zip(path, (level.key for level in stack), strict=True)
    return all(isinstance(key, int) if step is None else step == key for step, key in pairs)


@attrs.define
class Level:
    """An object or an array that is open: `key` is where in it one is; None where an object's next name is awaited."""

    is_object: bool
    key: Step
    masked: bool


def json_spans(body: bytes, media_type: str, names: JsonNames) -> Iterator[Span]:
    """The values to mask: strings become "***", numbers 0, truths false; of an object or an array each value in it."""
    if not names.may_be_in(body):
        return
    if media_type == "text/event-stream":
        for document in _event_data(body):
            yield from _document_spans(body, document, names)
    elif media_type.endswith("json") or body.lstrip()[:1] in {b"{", b"["}:
        yield from _document_spans(body, [(0, len(body))], names)


def _event_data(body: bytes) -> Iterator[list[tuple[int, int]]]:
    """The data of each event, as the parts of the body in which it stands (WHATWG HTML section 9.2.6)."""
    document: list[tuple[int, int]] = []
    for line in _EVENT_LINE.finditer(body):
        if line.group(1):
            document.append(line.span(2))
        elif not line.group(2):
            yield document
            document = []
    yield document


def _document_spans(body: bytes, parts: list[tuple[int, int]], names: JsonNames) -> Iterator[Span]:
    stack: list[Level] = []
    for token in (token for start, end in parts for token in _TOKEN.finditer(body, start, end)):
        text = token.group()
        top = stack[-1] if stack else None
        if text in {b"{", b"["}:
            stack.append(Level(text == b"{", None if text == b"{" else 0, _is_masked(stack, names)))
        elif text in {b"}", b"]"}:
            stack[-1:] = []
        elif text == b",":
            if top is not None:
                top.key = None if top.is_object else _following(top.key)
        elif text != b":" and top is not None:
            if top.is_object and top.key is None:
                top.key = _name(text)
            elif _is_masked(stack, names):
                yield token.start(), token.end(), _instead(text)


def _is_masked(stack: list[Level], names: JsonNames) -> bool:
    return bool(stack) and (stack[-1].masked or names.wants(stack))


def _following(index: Step) -> int:
    return index + 1 if isinstance(index, int) else 0


def _name(token: bytes) -> str:
    try:
        return str(json.loads(token))
    except ValueError:
        return token.decode("utf-8", "replace").strip('"')


def _instead(token: bytes) -> bytes:
    if token.startswith(b'"'):
        return b'"' + MASK.encode() + (b'"' if len(token) > 1 and token.endswith(b'"') else b"")
    return _LITERALS.get(token, b"0")
