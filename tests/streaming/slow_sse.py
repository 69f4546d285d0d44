"""The event stream of WHATWG HTML section 9.2.6, written from its text and for nothing but to be right.

It reads the whole stream at once, one character at a time; the decoder is compared with it.
"""

from dataclasses import dataclass, field

RETRY_DIGITS = 300  # the one liberty that the decoder takes: a longer number is not a time


@dataclass
class SlowSSE:
    body: bytes
    dispatch_empty: bool = False
    events: list[tuple[str, str, str, int | None]] = field(default_factory=list)
    last_event_id: str = ""
    retry: int | None = None

    def __post_init__(self) -> None:
        self._begin_block()
        self._id_buffer = ""
        for line in lines_of(self.body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")):
            self._process(line)

    def _begin_block(self) -> None:
        self._data_buffer: str | None = None
        self._type_buffer = ""
        self._block_retry: int | None = None
        self._heeded = False

    def _process(self, line: str) -> None:
        if line == "":
            self._dispatch()
        elif line[0] == ":":
            pass
        elif ":" in line:
            at = line.index(":")
            value = line[at + 1 :]
            self._process_field(line[:at], value[1:] if value[:1] == " " else value)
        else:
            self._process_field(line, "")

    def _process_field(self, name: str, value: str) -> None:
        if name == "event":
            self._type_buffer = value
            self._heeded = True
        elif name == "data":
            self._data_buffer = (self._data_buffer or "") + value + "\n"
        elif name == "id" and "\0" not in value:
            self._id_buffer = value
            self._heeded = True
        elif name == "retry" and is_number(value):
            self.retry = self._block_retry = int(value.lstrip("0") or "0")
            self._heeded = True

    def _dispatch(self) -> None:
        self.last_event_id = self._id_buffer
        data = self._data_buffer
        if data is None and self.dispatch_empty and self._heeded:
            data = "\n"
        if data is not None:
            kind = self._type_buffer or "message"
            self.events.append((kind, data[:-1], self.last_event_id, self._block_retry))
        self._begin_block()


def is_number(value: str) -> bool:
    """Nothing but ASCII digits, and not more than the decoder takes."""
    return value != "" and all(char in "0123456789" for char in value) and len(value.lstrip("0")) <= RETRY_DIGITS


def lines_of(text: str) -> list[str]:
    """The lines that are ended, by CRLF, LF or CR; what follows the last line end is none."""
    lines, line, after_cr = [], "", False
    for char in text:
        if char == "\n" and after_cr:
            after_cr = False
        elif char in "\r\n":
            lines.append(line)
            line, after_cr = "", char == "\r"
        else:
            line, after_cr = line + char, False
    return lines
