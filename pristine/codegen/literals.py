"""Plain values as Python would write them, on one line or on several. A text in them never ends its literal."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

WIDTH: Final = 88
"""How long a line of code may be, where it can be broken."""


@attrs.frozen
class Code:
    """Code that stands for itself where a value is written."""

    source: str


def literal(value: Any) -> str:
    """A value on one line; what is none of JSON's is its text, but for bytes."""
    return next(write(value) for kind, write in _KINDS if isinstance(value, kind))


def number(value: float) -> str:
    """A number as people write it: 60, not 60.0."""
    return literal(int(value) if value == value // 1 else value)


def _mapping(value: Mapping[Any, Any]) -> str:
    return f"{{{', '.join(f'{literal(key)}: {literal(part)}' for key, part in value.items())}}}"


def _text(value: str) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in written)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _number(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no decimal numbers of more than 4300 digits
        return hex(value)


def _bytes(value: bytes) -> str:
    written = repr(value)
    return written if '"' in written else f'b"{written[2:-1]}"'


def _float(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'


_KINDS: Final[tuple[tuple[Any, Callable[[Any], str]], ...]] = (
    (str, _text),
    (Code, lambda value: value.source),
    (Mapping, _mapping),
    ((list, tuple), lambda value: f"[{', '.join(map(literal, value))}]"),
    ((bool, type(None)), repr),
    (bytes, _bytes),
    (int, _number),
    (float, _float),
    (object, lambda value: _text(str(value))),
)


def as_json(value: Any) -> str:
    """A value as JSON, on several lines; "" for a number that is too long to be written."""
    try:
        written = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    except ValueError:
        return ""
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in written)


def broken(value: Any, indent: int = 0, before: int = 0) -> str:
    """A value on one line where it fits behind `before` characters, else on several."""
    short = literal(value)
    if before + len(short) <= WIDTH or not isinstance(value, (Mapping, list)) or not value:
        return short
    inner = " " * (indent + 4)
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    lines = "".join(f"{inner}{line},\n" for line in _lines(value, indent + 4))
    return f"{opening}\n{lines}{' ' * indent}{closing}"


def _lines(value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            start = f"{literal(key)}: "
            yield start + broken(part, indent, indent + len(start) + 1)
    else:
        for part in value:
            yield broken(part, indent, indent + 1)


def call(name: str, arguments: Mapping[str, Any], *, beside: int = 0) -> str:
    """A call, its lines broken where it is too long with the `beside` characters of its first and last line."""
    short = f"{name}({', '.join(f'{key}={literal(value)}' for key, value in arguments.items())})"
    if len(short) + beside <= WIDTH or not arguments:
        return short
    lines = (f"    {key}={broken(value, 4, len(key) + 6)},\n" for key, value in arguments.items())
    return f"{name}(\n{''.join(lines)})"
