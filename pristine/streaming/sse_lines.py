"""Lines of an event stream and what they mean (WHATWG HTML section 9.2.6), for the decoder in `sse`.

`split_lines` finds them, `Line` is the one whose end has not come, `Block` takes those that are whole. Three
things outlive a block: its id, once a blank line has committed it; its retry, at once; the names of types.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from pristine.ports.events import Event

CR: Final = 13
LF: Final = 10
DATA: Final = b"data: "
_COLON: Final = 58

# A retry of more digits is ignored: int() may refuse it, and no float holds it.
_RETRY_DIGITS: Final = 300
# How many names of types are remembered, and how long ones: a stream may bring a new one with every event.
_NAMES: Final = 64
# Parts of an unfinished line are put together up to this length.
_PART: Final = 4096


def split_lines(text: bytes) -> tuple[list[bytes], bytes]:
    """The lines that end in the text, and what follows the last line end. A CR at the end does end a line."""
    if CR not in text:
        lines = text.split(b"\n")
        return lines, lines.pop()
    lines = text.splitlines()
    return lines, b"" if text[-1] in {CR, LF} else lines.pop()


class Block:
    """The block that is being read; `data` holds the values of its data lines.

    `others` is the length of its other lines, without comments; `names` are the types that are known, by the
    value of their event line.
    """

    def __init__(self, *, dispatch_empty: bool) -> None:
        self._dispatch_empty = dispatch_empty
        self.last_event_id = ""
        self.last_retry: int | None = None
        self.names: dict[bytes, str] = {}
        self.data: list[bytes] = []
        self.clear()

    def clear(self) -> None:
        """Forget what the block has said; the next line is the first of another."""
        self.data.clear()
        self.others = 0
        self._counted = 0, 0  # how many lines of data `size` has counted, and their length
        self._type: str | None = None
        self._id: str | None = None
        self._retry: int | None = None

    def add(self, line: bytes) -> None:
        """Take a line that is not blank."""
        name, _, value = line.partition(b":")
        if name == b"data":
            self.data.append(value.removeprefix(b" "))
            self.others += len(line) - len(self.data[-1]) - len(DATA)  # `size` takes it to start with DATA
        elif name:
            self.others += len(line)
            take = self._fields.get(name)
            if take is not None:
                take(self, value.removeprefix(b" "))

    def end(self) -> Event | None:
        """Take a blank line: commit the id, make the event if there is one, and begin the next block."""
        if self._id is not None:
            self.last_event_id = self._id
        event = None
        if self.data or (self._dispatch_empty and self._has_fields()):
            event = Event(b"\n".join(self.data), self._type or "message", self.last_event_id, self._retry)
        self.clear()
        return event

    def _has_fields(self) -> bool:
        return (self._type, self._id, self._retry) != (None, None, None)

    def size(self) -> int:
        """The length of its lines, without comments and line ends. Each is counted once, however often asked."""
        lines, length = self._counted
        if lines < len(self.data):
            fresh = self.data[lines:]
            length += sum(map(len, fresh)) + len(fresh) * len(DATA)
            self._counted = len(self.data), length
        return self.others + length

    def _take_event(self, value: bytes) -> None:
        name = self.names.get(value)
        if name is None:
            name = value.decode("utf-8", "replace") or "message"
            if len(self.names) < _NAMES and len(value) <= _NAMES:
                self.names[value] = name
        self._type = name

    def _take_id(self, value: bytes) -> None:
        if 0 not in value:
            self._id = value.decode("utf-8", "replace")

    def _take_retry(self, value: bytes) -> None:
        digits = value.lstrip(b"0")
        if value.isdigit() and len(digits) <= _RETRY_DIGITS:
            self._retry = self.last_retry = int(digits or b"0")

    _fields: ClassVar[Mapping[bytes, Callable[["Block", bytes], None]]] = {
        b"event": _take_event,
        b"id": _take_id,
        b"retry": _take_retry,
    }


class Line:
    """A line whose end has not come; `size` is how much of it has, and 0 for a comment, which is not kept.

    Data is kept without its name, so that a line of 64 MiB is copied once and not twice.
    """

    def __init__(self, start: bytes) -> None:
        self._is_comment = start[0] == _COLON
        self._is_data = start[:6] == DATA
        self._parts = [b"" if self._is_comment else start.removeprefix(DATA)]
        self.size = 0 if self._is_comment else len(start)

    def add(self, more: bytes) -> None:
        """Take more of the line."""
        if self._is_comment:
            return
        self.size += len(more)
        # Apart, parts of a few bytes would take 20 times their size.
        if len(self._parts[-1]) + len(more) < _PART:
            self._parts[-1] += more
        else:
            self._parts.append(more)

    def end(self, last: bytes, block: Block) -> None:
        """Take the last of the line, and give the block what is whole now."""
        self.add(last)
        whole = b"".join(self._parts)
        if self._is_data:
            block.data.append(whole)
        elif not self._is_comment:
            block.add(whole)
