"""Server-sent events from bytes: WHATWG HTML section 9.2.6, byte for byte, with no I/O.

Whatever the chunks, the events are the same, and the feed that completes an event returns it. The work is
linear in the bytes, and what is kept is bounded by `max_event_bytes`. `_lines` is the law and takes any text;
`feed` and `_bulk` only spare it the blocks that are plainly all alike.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from pristine.ports.errors import ConfigurationError, EventTooLarge, StreamClosed
from pristine.ports.events import Event, PlainEvent
from pristine.streaming.bounds import MAX_EVENT_BYTES
from pristine.streaming.sse_bulk import EVENT, is_line, messages, new, starts_alike, typed
from pristine.streaming.sse_lines import CR, DATA, LF, Block, Line, split_lines

_BOM: Final = b"\xef\xbb\xbf"
# How far after a line end the end of an unfinished block is looked for, before lines take the whole chunk.
_NEAR: Final = 4096
# A body is fed in slices: they stay in the cache, and a body of blank lines does not become one huge list.
_SLICE: Final = 64 * 1024


class SSEDecoder:
    """Turns the chunks of an event stream into events, each as soon as its blank line is there.

    `max_event_bytes` (256 MiB; None is no limit) bounds one event: the lines of its block without comments
    and line ends, finished or not. The events before one that is too large are not lost: their feed returns
    them and sets `error`, which the next `feed` or `close` raises; with nothing to return it raises at once.
    With `dispatch_empty` a block without data but with an event, id or retry is an event too, with data "":
    the standard drops it, but there are APIs that rely on it.
    """

    ended = False  # an event stream has no end of its own

    def __init__(self, *, max_event_bytes: int | None = MAX_EVENT_BYTES, dispatch_empty: bool = False) -> None:
        if max_event_bytes is not None and max_event_bytes < 1:
            raise ConfigurationError(f"max_event_bytes={max_event_bytes}: give at least 1, or None for no limit")
        self.error: EventTooLarge | None = None
        self._owed = False  # that error has not been raised yet
        self._closed = False
        self._bom: bytes | None = b""  # as much of it as has come; None once that is settled
        self._after_cr = False
        self._unsettled = True  # closed, in error, at the BOM or after a CR
        self._limit = sys.maxsize if max_event_bytes is None else max_event_bytes
        self._room = self._limit  # what the whole lines of the block leave of it
        self._block = Block(dispatch_empty=dispatch_empty)
        self._line: Line | None = None
        self._fresh = True  # a block starts here, and nothing of it has come
        self._hot = False  # fresh, settled and without an id: there is nothing to remember

    @property
    def last_event_id(self) -> str:
        """The id to resume after: the last that a blank line committed."""
        return self._block.last_event_id

    @property
    def retry(self) -> int | None:
        """The reconnection time in milliseconds that the stream gave last, if it did."""
        return self._block.last_retry

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes and return the events that they complete; raises EventTooLarge, StreamClosed."""
        # Most APIs write one event at a time: without this, such a chunk would cost 3 times as much.
        if self._hot and len(chunk) <= self._limit:
            raw = chunk.removeprefix(DATA).removesuffix(b"\n\n")
            if len(raw) == len(chunk) - 8 and LF not in raw and CR not in raw:
                message = new(PlainEvent)
                message.raw = raw
                return [message]
            if len(raw) == len(chunk) - 2 and raw[:7] == EVENT:
                event = typed(raw[7:], b"\n" + DATA, self._block.names, "")
                if event is not None:
                    return [event]
        if self._unsettled:
            chunk = self._settle(chunk)
        events: list[Event] = []
        if LF not in chunk and CR not in chunk:
            self._keep(chunk)
            return events
        try:
            self._decode(chunk, events)
        except EventTooLarge:
            if not events:
                raise
            self._owed = True
        return events

    def close(self) -> list[Event]:
        """End the stream; what has no blank line is dropped, so there is never an event to return.

        Raises EventTooLarge if that is still to be raised. Closing again does nothing.
        """
        self._closed = True
        self._forget()
        if self.error and self._owed:
            self._owed = False
            raise self.error
        return []

    @classmethod
    def decode_stream(
        cls,
        chunks: Iterable[bytes],
        *,
        max_event_bytes: int | None = MAX_EVENT_BYTES,
        dispatch_empty: bool = False,
    ) -> Iterator[Event]:
        """The events of the chunks; each is yielded, and EventTooLarge raised, before another chunk is taken."""
        decoder = cls(max_event_bytes=max_event_bytes, dispatch_empty=dispatch_empty)
        for chunk in chunks:
            yield from decoder.feed(chunk)
            if decoder.error:
                break
        decoder.close()

    @classmethod
    def decode_body(
        cls, body: bytes, *, max_event_bytes: int | None = MAX_EVENT_BYTES, dispatch_empty: bool = False
    ) -> list[Event]:
        """The events of a whole body. To have those before an EventTooLarge, use `decode_stream`."""
        slices = (body[at : at + _SLICE] for at in range(0, len(body), _SLICE))
        return list(cls.decode_stream(slices, max_event_bytes=max_event_bytes, dispatch_empty=dispatch_empty))

    def _forget(self) -> None:
        self._block.clear()
        self._line = None
        self._unsettled = True
        self._hot = False

    # From chunks to text: each goes on where the last one ended.

    def _settle(self, chunk: bytes) -> bytes:
        """The chunk without the stream's BOM, and without the LF that belongs to a CR before it."""
        if self._closed:
            raise StreamClosed("the decoder is closed: make another one for another stream")
        if self.error:
            self._owed = False
            raise self.error
        if self._bom is not None:
            chunk = self._bom + chunk
            if chunk != _BOM and _BOM.startswith(chunk):
                self._bom = chunk
                return b""
            self._bom = None
            chunk = chunk.removeprefix(_BOM)
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        self._unsettled = self._after_cr
        return chunk

    def _decode(self, text: bytes, out: list[Event]) -> None:
        if len(text) > self._limit:
            self._lines(text, out)  # only they measure
        else:
            blank = b"\r\n\r\n" if CR in text else b"\n\n"
            if not self._fresh:
                text = self._end_block(text, blank, out)
            self._lines(self._bulk(text, blank, out), out)
        self._hot = self._fresh and not self._unsettled and not self._block.last_event_id

    # The law: lines, whatever ends them.

    def _lines(self, text: bytes, out: list[Event]) -> None:
        if not text:
            return
        lines, rest = split_lines(text)
        block, data = self._block, self._block.data
        tight = len(text) > self._room
        if self._line is not None and lines:
            tight = len(text) + self._line.size > self._room
            self._line.end(lines.pop(0), block)
            self._line = None
        for line in lines:
            value = line.removeprefix(DATA)  # a quarter cheaper than two slices
            if value != line:
                data.append(value)
            elif line:
                block.add(line)
            elif data or block.others:
                if tight and block.size() > self._limit:
                    raise self._too_large()
                event = block.end()
                if event is not None:
                    out.append(event)
        self._after_cr = self._unsettled = text[-1] == CR
        self._room = self._limit - block.size()
        self._keep(rest)
        self._fresh = self._line is None and self._room == self._limit

    def _keep(self, rest: bytes) -> None:
        if self._line is not None:
            self._line.add(rest)
        elif rest:
            self._line = Line(rest)
            self._fresh = self._hot = False
        if self._room < (self._line.size if self._line is not None else 0):
            raise self._too_large()

    def _too_large(self) -> EventTooLarge:
        self._forget()
        self.error = EventTooLarge(
            f"an event is larger than {self._limit} bytes; if it should be, raise max_event_bytes (None: no limit)",
            limit=self._limit,
        )
        return self.error

    # What spares them: blocks that are all alike. At any blank line the rest may be left to the lines.

    def _end_block(self, text: bytes, blank: bytes, out: list[Event]) -> bytes:
        """Decode as far as a blank line near the first line end, and return the rest."""
        near = text.find(blank[:1])
        end = text.find(blank, near, near + _NEAR)
        after = end + len(blank) if end >= 0 else len(text)
        self._lines(text[:after], out)
        return text[after:]

    def _bulk(self, text: bytes, blank: bytes, out: list[Event]) -> bytes:
        """Decode the blocks of a text that starts with one, if they look alike, and return the rest."""
        name = EVENT if text[:7] == EVENT else DATA
        if not starts_alike(text, name, blank):
            return text
        end = text.rfind(blank)
        decode = self._typed_run if name == EVENT else self._plain_run
        decode(text[len(name) : end].split(blank + name), blank, out)
        return text[end + len(blank) :]

    def _plain_run(self, pieces: list[bytes], blank: bytes, out: list[Event]) -> None:
        if is_line(b"".join(pieces)):  # to look once, at all of them, is half the price of looking at each
            out += messages(pieces, self._block.last_event_id)
            return
        for alike, group in groupby(pieces, is_line):
            if alike:
                out += messages(group, self._block.last_event_id)
            else:
                self._lines(DATA + (blank + DATA).join(group) + blank, out)

    def _typed_run(self, pieces: list[bytes], blank: bytes, out: list[Event]) -> None:
        names, last_event_id = self._block.names, self._block.last_event_id
        line_end_data = blank[: len(blank) // 2] + DATA
        for at, piece in enumerate(pieces):
            event = typed(piece, line_end_data, names, last_event_id)
            if event is None:
                return self._lines(EVENT + (blank + EVENT).join(pieces[at:]) + blank, out)
            out.append(event)
        return None
