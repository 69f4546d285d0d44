"""The elements of one JSON array, each as soon as it is whole (RFC 8259): bytes in, Events out. Sans-IO.

What is outside the elements, and the strings and brackets in them, is checked to the byte; the rest of an element
is for the JSON library that reads it. The steps are the law; `_run` only spares them what is whole and not too
deep. A body that ends early is a fault, never a silent end.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Final, TypeAlias

from pristine.ports.errors import DecodeError
from pristine.ports.events import Event
from pristine.ports.patterns import pattern
from pristine.streaming.bounds import MAX_EVENT_BYTES
from pristine.streaming.lines import PushDecoder

_QUOTE: Final = 34
_CLOSERS: Final = {ord("["): ord("]"), ord("{"): ord("}")}

# Only runs of single characters are possessive: on groups, that does not work before Python 3.11.5 (gh-106052).
_SPACE: Final = rb"[ \t\r\n]*+"
_IN_STRING: Final = rb'[^"\\]*+(?:\\(?s:.)[^"\\]*+)*'
_STRING: Final = b'"' + _IN_STRING + b'"'
_SCALAR: Final = rb"[-+.0-9A-Za-z]++"
# How deep a whole element is matched at once, and a pair of brackets inside one. A level doubles the pattern.
_WHOLE: Final = 5
_PAIR: Final = 2


def _within(levels: int) -> bytes:
    """What may stand in brackets: strings, and brackets in pairs, as many levels deep."""
    pair = rb"|\{%b\}|\[%b\]" % ((_within(levels - 1),) * 2) if levels else b""
    return rb'[^"\[\]{}]*+(?:(?:%b%b)[^"\[\]{}]*+)*' % (_STRING, pair)


_space = pattern(_SPACE)
_scalar = pattern(_SCALAR)
_in_string = pattern(_IN_STRING)
_in_brackets = pattern(_within(_PAIR))


@cache  # 5 ms, for those who read a JSON array
def _run() -> re.Pattern[bytes]:
    """A whole element, and its comma if there; or nothing, so that it does not search beyond what it does not know."""
    value = rb"%b|\{%b\}|\[%b\]|%b(?!\Z)" % (_STRING, _within(_WHOLE), _within(_WHOLE), _SCALAR)
    return re.compile(rb"(?:%b(%b)%b(,)?)?" % (_SPACE, value, _SPACE))


def _skip(pattern: re.Pattern[bytes], text: bytes, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


class JsonArrayDecoder(PushDecoder):
    """Turns the chunks of a JSON array into Events: the `raw` of each is the bytes of an element.

    A string, array or object is whole at its last byte, a number or name at the byte after it. A body that is an
    object and no array, as an error may be, is one Event. Faults are DecodeErrors: `where` is "byte 17", from 0.
    """

    def __init__(self, *, max_event_bytes: int | None = MAX_EVENT_BYTES) -> None:
        super().__init__(max_event_bytes=max_event_bytes)
        self._step: _Step = JsonArrayDecoder._start
        self._then: _Step = JsonArrayDecoder._after  # what follows an element
        self._open = bytearray()  # what will close the brackets that are open in the element, outermost first
        self._quoted = False  # in a string of the element
        self._escaped = False  # after a backslash in it

    def _decode(self, text: bytes) -> None:
        at = 0
        while at < len(text):
            at = self._step(self, text, at)

    def _finish(self) -> None:
        if self._step is not JsonArrayDecoder._end:
            raise self._fault("it is cut short" if self._step is not JsonArrayDecoder._start else "it is empty", 0)

    def _fault(self, told: str, at: int) -> DecodeError:
        offset = self._offset + at
        return DecodeError(f"the body is not a JSON array: {told}, at byte {offset}", where=f"byte {offset}")

    # The steps: each takes what it knows of the text from `at`, and returns where the next one goes on.

    def _start(self, text: bytes, at: int) -> int:
        at = _skip(_space, text, at)
        first = text[at : at + 1]
        if first == b"[":
            self._step = JsonArrayDecoder._first
            return at + 1
        if first == b"{":
            self._then = JsonArrayDecoder._end
            return self._begin(text, at)
        return self._expect("an array", text, at)

    def _first(self, text: bytes, at: int) -> int:
        at = _skip(_space, text, at)
        if text[at : at + 1] == b"]":
            self._step = JsonArrayDecoder._end
            return at + 1
        if at < len(text):
            self._step = JsonArrayDecoder._next
        return at

    def _next(self, text: bytes, at: int) -> int:
        raws: list[bytes] = []
        for found in _run().finditer(text, at):
            if found.lastindex is None:
                break
            raws.append(found[1])
            at = found.end()
            if found.lastindex == 1:  # without a comma
                self._step = self._then
                break
        self._emit(raws)
        return at if self._step is self._then else self._begin(text, _skip(_space, text, at))

    def _begin(self, text: bytes, at: int) -> int:
        """Take the first byte of an element that is not known to be whole."""
        first = text[at : at + 1]
        if first in {b"[", b"{", b'"'}:
            self._step = JsonArrayDecoder._inside
            self._quoted = first == b'"'
            if not self._quoted:
                self._open.append(_CLOSERS[first[0]])
        elif _scalar.match(text, at):
            self._step = JsonArrayDecoder._in_scalar
        else:
            return self._expect("an element", text, at)
        self._hold(first)
        return at + 1

    def _in_scalar(self, text: bytes, at: int) -> int:
        end = _skip(_scalar, text, at)
        self._hold(text[at:end])
        if end < len(text):
            self._whole()
        return end

    def _inside(self, text: bytes, at: int) -> int:
        end = self._unquote(text, at) if self._quoted else at
        while self._open and end < len(text):
            end = _skip(_in_brackets, text, end)
            if end < len(text):
                end = self._mark(text, end)
        self._hold(text[at:end])
        if not (self._open or self._quoted):
            self._whole()
        return end

    def _after(self, text: bytes, at: int) -> int:
        at = _skip(_space, text, at)
        mark = text[at : at + 1]
        if mark not in {b",", b"]"}:
            return self._expect("a comma or the end of the array", text, at)
        self._step = JsonArrayDecoder._next if mark == b"," else JsonArrayDecoder._end
        return at + 1

    def _end(self, text: bytes, at: int) -> int:
        return self._expect("nothing more", text, _skip(_space, text, at))

    # What they share.

    def _expect(self, what: str, text: bytes, at: int) -> int:
        """The end of the text; it is a fault if there is more of it."""
        if at < len(text):
            raise self._fault(f"{what} was expected, not {text[at : at + 1]!r}", at)
        return at

    def _whole(self) -> None:
        self._events.append(Event(self._taken()))
        self._step = self._then

    def _mark(self, text: bytes, at: int) -> int:
        """Take a bracket, or a string that may not be whole."""
        mark = text[at]
        if mark == _QUOTE:
            self._quoted = True
            return self._unquote(text, at + 1)
        if mark in _CLOSERS:
            self._open.append(_CLOSERS[mark])
        elif mark == self._open[-1]:
            self._open.pop()
        else:
            raise self._fault(f"{chr(self._open[-1])!r} was expected, not {chr(mark)!r}", at)
        return at + 1

    def _unquote(self, text: bytes, at: int) -> int:
        """Go on in a string, from `at`, to behind its end or to the end of the text."""
        at = _skip(_in_string, text, at + self._escaped)
        mark = text[at : at + 1]
        self._escaped = mark == b"\\"
        self._quoted = mark != b'"'
        return at + len(mark)


_Step: TypeAlias = Callable[[JsonArrayDecoder, bytes, int], int]
