"""Text that is complete when it ends, cut as it arrives: into lines, characters, or pieces of one size. Sans-IO.

Whatever the chunks, the results are the same, and the feed that completes one returns it. The work is linear in
the bytes. `PushDecoder` is what decoders of events share: a fault never takes the place of events before it.
"""

import codecs
import sys
from abc import ABC, abstractmethod
from itertools import takewhile
from typing import Final

from pristine.ports.errors import ConfigurationError, DecodeError, EventTooLarge, PristineError, StreamClosed
from pristine.ports.events import Event
from pristine.streaming.bounds import MAX_EVENT_BYTES
from pristine.streaming.sse_bulk import messages

_BOM: Final = b"\xef\xbb\xbf"
_SLICE: Final = 64 * 1024  # of a chunk is decoded at a time: it stays in the cache, and what it needs is small
# Python's own codecs, which are no charsets: they fail, or work on a whole text only.
_NOT_CHARSETS: Final = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}


class _Reader:
    """What nothing here has: an end before the body's, and ids to resume after."""

    error: PristineError | None = None
    ended = False
    last_event_id = ""


class PushDecoder(_Reader, ABC):
    """Takes chunks and gives Events; a byte order mark before them all is dropped.

    `max_event_bytes` (None is no limit) bounds the `raw` of one event, finished or not. A fault that comes after
    events is kept in `error`: their feed returns them, and the next `feed` or `close` raises it. With nothing to
    return it is raised at once. After `close`, `feed` raises StreamClosed.
    """

    def __init__(self, *, max_event_bytes: int | None = MAX_EVENT_BYTES) -> None:
        if max_event_bytes is not None and max_event_bytes < 1:
            raise ConfigurationError(f"max_event_bytes={max_event_bytes}: give at least 1, or None for no limit")
        self._closed = self._owed = False  # owed: `error` has not been raised yet
        self._bom = b""  # as much of it as has come
        self._unsettled = True  # closed, in error, or at the BOM
        self._limit = sys.maxsize if max_event_bytes is None else max_event_bytes
        self._offset = 0  # where in the body the slice begins that is being decoded
        self._held = bytearray()  # the event that is not whole
        self._events: list[Event] = []  # those that are, of this chunk

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes and return the events that they complete; raises EventTooLarge, DecodeError."""
        return self._run(self._settle(chunk) if self._unsettled else chunk, end=False)

    def close(self) -> list[Event]:
        """End the body and return the event that its end completes, if any; closing again does nothing."""
        closed, self._closed, self._unsettled = self._closed, True, True
        if self._owed and self.error:
            self._owed = False
            raise self.error
        return [] if closed or self.error else self._run(self._bom, end=True)

    def _run(self, body: bytes, *, end: bool) -> list[Event]:
        try:
            for at in range(0, len(body), _SLICE):
                text = body[at : at + _SLICE]
                self._decode(text)
                self._offset += len(text)
            if end:
                self._finish()
        except (EventTooLarge, DecodeError) as error:
            self.error, self._unsettled, self._held = error, True, bytearray()
            if not self._events:
                raise
            self._owed = True
        events, self._events = self._events, []
        return events

    def _settle(self, chunk: bytes) -> bytes:
        if self._closed:
            raise StreamClosed("the decoder is closed: make another one for another stream")
        if self.error:
            self._owed = False
            raise self.error
        chunk = self._bom + chunk
        if chunk != _BOM and _BOM.startswith(chunk):
            self._bom = chunk
            return b""
        self._unsettled, self._bom = False, b""
        self._offset = len(_BOM) if chunk.startswith(_BOM) else 0
        return chunk.removeprefix(_BOM)

    def _emit(self, raws: list[bytes]) -> None:
        """Add the events of a slice, up to one that is too large."""
        if self._limit < _SLICE and max(map(len, raws), default=0) > self._limit:
            self._events += messages(takewhile(lambda raw: len(raw) <= self._limit, raws), "")
            raise self._too_large()
        self._events += messages(raws, "")

    def _hold(self, more: bytes) -> None:
        self._held += more
        if len(self._held) - self._held.endswith(b"\r") > self._limit:  # that CR may belong to the line's end
            raise self._too_large()

    def _taken(self) -> bytes:
        """What was held, and now is whole."""
        if len(self._held) > self._limit:
            raise self._too_large()
        held, self._held = self._held, bytearray()
        return bytes(held)

    def _too_large(self) -> EventTooLarge:
        told = f"an event is larger than {self._limit} bytes; if it should be, raise max_event_bytes (None: no limit)"
        return EventTooLarge(told, limit=self._limit)

    @abstractmethod
    def _decode(self, text: bytes) -> None: ...
    @abstractmethod
    def _finish(self) -> None: ...


class LineDecoder(PushDecoder):
    """One Event per line, without its LF or CRLF; a CR elsewhere is data. `skip_blank` skips whitespace, for NDJSON."""

    def __init__(self, *, max_event_bytes: int | None = MAX_EVENT_BYTES, skip_blank: bool = False) -> None:
        super().__init__(max_event_bytes=max_event_bytes)
        self._skip_blank = skip_blank

    def _decode(self, text: bytes) -> None:
        if self._held:
            text = self._end_line(text)
        *lines, rest = text.replace(b"\r\n", b"\n").split(b"\n")
        self._add(lines)
        self._hold(rest)

    def _end_line(self, text: bytes) -> bytes:
        """Take as much of the text as belongs to the line that is held, and return the rest."""
        more, end, rest = text.partition(b"\n")
        self._hold(more)
        if end:
            if self._held.endswith(b"\r"):
                del self._held[-1]
            self._add([self._taken()])
        return rest

    def _add(self, lines: list[bytes]) -> None:
        self._emit([line for line in lines if line.strip(b" \t\r")] if self._skip_blank else lines)

    def _finish(self) -> None:
        if self._held:
            self._add([self._taken()])


class TextDecoder(_Reader):
    """Bytes to text, never cutting a character; U+FFFD stands for what is invalid, UTF-8 for an unknown charset."""

    def __init__(self, charset: str = "utf-8") -> None:
        self._decoder = codecs.getincrementaldecoder(_known(charset))("replace")

    def feed(self, chunk: bytes) -> list[str]:
        return [text] if (text := self._decoder.decode(chunk)) else []

    def close(self) -> list[str]:
        return [text] if (text := self._decoder.decode(b"", final=True)) else []


def _known(charset: str) -> str:
    try:
        b"?".decode(charset, "replace")  # refuses a codec that is not one of text
        return "utf-8" if codecs.lookup(charset).name in _NOT_CHARSETS else charset
    except (LookupError, ValueError):
        return "utf-8"


class Rechunker(_Reader):
    """Cuts bytes into pieces of `size`, the last one shorter; None leaves the chunks as they are."""

    def __init__(self, size: int | None = None) -> None:
        if size is not None and size < 1:
            raise ConfigurationError(f"size={size}: give at least 1, or None for the chunks as they arrive")
        self._size = size
        self._held = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        if self._size is None or not chunk:
            return [chunk] if chunk else []
        first = self._size - len(self._held)
        if len(chunk) < first:
            self._held += chunk
            return []
        whole = first + (len(chunk) - first) // self._size * self._size
        pieces = [bytes(self._held) + chunk[:first]]
        pieces += [chunk[at : at + self._size] for at in range(first, whole, self._size)]
        self._held = bytearray(chunk[whole:])
        return pieces

    def close(self) -> list[bytes]:
        rest, self._held = bytes(self._held), bytearray()
        return [rest] if rest else []
