"""A signal as fields for a log, and fields as one line of text, which is bounded whatever is in the signal."""

import codecs
import json
from base64 import b64encode
from collections.abc import Mapping
from reprlib import Repr
from typing import Any, Final

from pristine.ports import signals
from pristine.ports.telemetry import Signal

MOST_FIELDS: Final = 100
MOST_CHARACTERS: Final = 1000

_SHORT: Final = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 200
_ENDS: Final = frozenset({signals.REQUEST_STOP, signals.REQUEST_EXCEPTION, signals.STREAM_STOP, signals.STREAM_ERROR})


class Attempts:
    """The number of the attempt that each call is at, for the signals that do not say it. It forgets the oldest."""

    MOST: Final = 1000

    def __init__(self) -> None:
        self._at: dict[str, int] = {}

    def of(self, signal: Signal) -> int | None:
        """The attempt that a signal belongs to; None where there was none, or none was told of."""
        at, known = self._at, signal.attributes.get("attempt")
        if isinstance(known, int):
            at[signal.call_id] = known
            if len(at) > self.MOST:
                at.pop(next(iter(tuple(at))), None)
        found = known or (at.pop if signal.name in _ENDS else at.get)(signal.call_id, None)
        return found if isinstance(found, int) else None


def fields_of(signal: Signal, attempt: int | None) -> dict[str, Any]:
    """The call, the endpoint, the attempt and the attributes of a signal; what is not known is left out."""
    place = {"call_id": signal.call_id, "parent_id": signal.parent_id or None, "endpoint": signal.endpoint}
    told = {**place, "attempt": attempt, **signal.attributes}
    return {name: _readable(value) for name, value in told.items() if value is not None}


def _readable(value: Any) -> Any:
    return text_of(value) if isinstance(value, bytes) else value


def text_of(body: bytes) -> str:
    """A body as text, where it is UTF-8, of which the last character may be cut off; else `base64:…`."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return f"base64:{b64encode(body).decode()}"


def line_of(fields: Mapping[str, Any], most: int = MOST_CHARACTERS) -> str:
    """`status=404 duration=0.25 why="it failed"`: on one line, and nothing in it steers a terminal."""
    told = [f"{shown(name, 100)}={shown(value, most)}" for name, value in list(fields.items())[:MOST_FIELDS]]
    return " ".join(told + ["…"] * (len(fields) > MOST_FIELDS))


def shown(value: Any, most: int = MOST_CHARACTERS) -> str:
    """A value as a word, or between quotation marks."""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value if isinstance(value, str) else _SHORT.repr(value)
    cut = text if len(text) <= most else f"{text[:most]}…"
    if cut.isprintable() and cut and not any(char in cut for char in ' "='):
        return cut
    quoted = json.dumps(cut, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in quoted)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()
