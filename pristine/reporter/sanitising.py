"""Any value -> what JSON can say, within bounds and without secrets. It never raises and never runs a `__repr__`.

A value whose name speaks of a secret is masked, and in texts what looks like a credential, or is known to be one.
"""

import math
import re
from base64 import b64encode
from codecs import getincrementaldecoder
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from types import NoneType
from typing import Any, Final
from uuid import UUID

import attrs

from pristine.ports.headers import MASK
from pristine.ports.redaction import longest_first, scrub, speaks

_NODES: Final = 5000
"""How many values of one event are looked at, however they are nested."""

_CUT: Final = "…"
_LARGE: Final = 2**63
_SUSPECT: Final = re.compile(r"[:=\s]")
"""Without one of these, none of the following fits."""

_SCHEMES: Final = re.compile(r"\b(bearer|basic|digest|token)(\s+)[\w\-.~+/]{6,}=*", re.IGNORECASE)
_USER: Final = re.compile(r"(://)[^/\s@]+@")
_NAMED: Final = re.compile(  # each run is bounded, so that no text makes it slow
    r"""((?:api[_\-]?key|access[_\-]?key|passw|secret|token|session|cookie|credential|authorization|signature)
    [\w\-]{0,40}["']?\s{0,5}[:=]\s{0,5}["']?)([^\s"'&,;)}\]]+)""",
    re.IGNORECASE | re.VERBOSE,
)


class Sanitiser:
    """Makes values plain."""

    def __init__(self, secrets: Iterable[str], *, depth: int, items: int, characters: int) -> None:
        self._secrets = longest_first(secrets)
        self._margin = 6 * max(map(len, self._secrets), default=0) + 200  # some spell a character by six
        self._depth = depth
        self._items = items
        self._characters = characters

    def plain(self, value: Any) -> Any:
        """A value of JSON."""
        return _Walk(self, _NODES).of(value, 0)

    def text(self, text: str) -> str:
        """A text, cut, and with its secrets masked."""
        masked = self.data(text[: self._characters + self._margin].encode("utf-8", "backslashreplace")).decode()
        if _SUSPECT.search(masked):
            masked = _NAMED.sub(rf"\1{MASK}", _SCHEMES.sub(rf"\1\2{MASK}", _USER.sub(rf"\1{MASK}@", masked)))
        return masked if len(masked) <= self._characters else masked[: self._characters] + _CUT

    def data(self, data: bytes) -> bytes:
        """Bytes without the secrets that are known."""
        return scrub(data, self._secrets)

    @property
    def margin(self) -> int:
        """How much more is looked at than is told: what is cut is masked first, for a secret must not be cut in two."""
        return self._margin

    @property
    def bounds(self) -> tuple[int, int, int]:
        """How deep, how many, how long."""
        return self._depth, self._items, self._characters


class _Walk:
    """One value, and how many of its parts may still be looked at."""

    def __init__(self, sanitiser: Sanitiser, left: int) -> None:
        self._text, self._data, self._margin = sanitiser.text, sanitiser.data, sanitiser.margin
        self._depth, self._items, self._characters = sanitiser.bounds
        self._left = left

    def of(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if depth > self._depth or self._left < 0:
            return _CUT
        try:
            return self._made(value, depth)
        except Exception:  # noqa: BLE001 a value may raise for whoever looks at it
            return f"<{type(value).__name__}>"

    def _made(self, value: Any, depth: int) -> Any:
        return next(made for kinds, made in _KINDS if isinstance(value, kinds))(self, value, depth)

    def text(self, value: str, _: int) -> str:
        return self._text(value)

    def bytes(self, value: Any, _: int) -> str:
        cut = self._data(bytes(value[: self._characters + self._margin]))[: self._characters]
        try:
            return self._text(getincrementaldecoder("utf-8")().decode(cut))  # the last character may be cut
        except UnicodeDecodeError:
            return f"base64:{b64encode(cut).decode()}"

    def mapping(self, value: Mapping[Any, Any], depth: int) -> Any:
        return self._named(value.items(), len(value), depth)

    def several(self, value: Collection[Any], depth: int) -> Any:
        told = [self.of(one, depth + 1) for one, _ in zip(value, range(self._items), strict=False)]
        return told if len(value) <= self._items else [*told, _CUT]

    def record(self, value: Any, depth: int) -> Any:
        """The fields of a dataclass or an attrs class; of any other object its class alone, for a repr may say all."""
        if is_dataclass(value):
            names = [field.name for field in fields(value)]
        elif attrs.has(type(value)):
            names = [field.name for field in attrs.fields(type(value))]
        else:
            return f"<{type(value).__name__}>"
        return self._named([(name, getattr(value, name, None)) for name in names], len(names), depth)

    def _named(self, pairs: Iterable[tuple[Any, Any]], count: int, depth: int) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for (name, value), _ in zip(pairs, range(self._items), strict=False):
            key = self._text(name) if isinstance(name, str) else str(self.of(name, depth + 1))
            hidden = speaks(key) and value is not None and not isinstance(value, bool)
            told[key] = MASK if hidden else self.of(value, depth + 1)
        return told if count <= self._items else {**told, _CUT: count - self._items}


def _number(value: float) -> Any:
    if isinstance(value, int):
        return int(value) if -_LARGE <= value < _LARGE else f"<int of {value.bit_length()} bits>"
    return float(value) if math.isfinite(value) else str(float(value))


_KINDS: Final[tuple[tuple[Any, Callable[[_Walk, Any, int], Any]], ...]] = (
    ((bool, NoneType), lambda _, value, __: value),
    (Enum, lambda walk, value, depth: walk.of(value.value, depth)),
    (str, _Walk.text),
    ((int, float), lambda _, value, __: _number(value)),
    ((bytes, bytearray, memoryview), _Walk.bytes),
    ((date, time), lambda walk, value, depth: walk.text(value.isoformat(), depth)),
    ((Decimal, UUID, PurePath), lambda walk, value, depth: walk.text(str(value), depth)),
    (Mapping, _Walk.mapping),
    ((Sequence, AbstractSet), _Walk.several),
    (type, lambda _, value, __: f"<{value.__qualname__}>"),
    (BaseException, lambda walk, value, depth: walk.mapping(_described(value), depth)),
    (object, _Walk.record),
)
"""What a value is -> what is made of it; the first that fits counts."""


def _described(error: BaseException) -> Mapping[str, str]:
    return {"type": type(error).__qualname__, "message": str(error)}
