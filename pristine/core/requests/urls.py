"""Paths and queries: encoded strictly, so that a value can never change which resource is meant (RFC 3986)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final
from urllib.parse import quote, unquote
from uuid import UUID

from pristine.manifest.parameters import PLACEHOLDER
from pristine.manifest.reading import suggestion
from pristine.ports import formats
from pristine.ports.errors import InvalidParameter
from pristine.ports.redaction import is_secret, longest_first
from pristine.ports.values import frozen

_DOTS: Final = frozenset({".", ".."})
_PLAIN: Final = frozenset({str, int})


class Encoded(str):
    """A part of a path that needs no more encoding."""

    __slots__ = ()


@frozen
class PathTemplate:
    """A path such as `/users/{id}/files/{name}`, cut once into segments of literals and names.

    `segments` has each path segment as it is, or where it has placeholders its parts: (literal, name) pairs, with name
    None after the last literal. `hidden` are those that have a secret.
    """

    text: str
    names: frozenset[str]
    segments: tuple[str | tuple[tuple[str, str | None], ...], ...]
    hidden: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> "PathTemplate":
        cut = [(segment, tuple(_parts(segment))) for segment in text.split("/")]
        segments = tuple(parts if any(name for _, name in parts) else segment for segment, parts in cut)
        hidden = tuple(
            index for index, (segment, _) in enumerate(cut) if any(map(is_secret, PLACEHOLDER.findall(segment)))
        )
        return cls(text, frozenset(PLACEHOLDER.findall(text)), segments, hidden)

    def fill(self, values: Mapping[str, Any]) -> str:
        """The path with every placeholder filled; raises InvalidParameter, with `where`, for one that cannot be."""
        if not self.names and not values:
            return self.text
        if unknown := values.keys() - self.names:
            name = min(map(str, unknown))
            hint = suggestion(name, self.names) or "; it has none"
            raise InvalidParameter(f"the path {self.text} has no parameter {name!r}{hint}", where=name)
        return "/".join([one if isinstance(one, str) else self._segment(one, values) for one in self.segments])

    def secrets(self, url: str) -> list[str]:
        """The values in a URL of this path that are secrets by the names of their parameters; longest first."""
        if not self.hidden:
            return []
        cut = url.partition("?")[0].split("/")[-len(self.segments) :]
        found = {cut[index] for index in self.hidden if len(cut) == len(self.segments) and "{" not in cut[index]}
        return longest_first(found | set(map(unquote, found)))

    def _segment(self, parts: tuple[tuple[str, str | None], ...], values: Mapping[str, Any]) -> str:
        if len(parts) == 1 and not parts[0][0] and (value := values.get(parts[0][1] or "")).__class__ in _PLAIN:
            text = str(value)
            if text.isalnum() and text.isascii():
                return text  # most are names and numbers, which need none of what follows
        raw = "".join(unquote(literal) + ("" if name is None else self._raw(name, values)) for literal, name in parts)
        names = [name for _, name in parts if name is not None]
        if raw in _DOTS and names:
            raise InvalidParameter(
                f"path parameter {names[0]!r} makes the segment {raw!r}, which would lead to another resource",
                where=names[0],
            )
        return "".join(literal + ("" if name is None else self._encoded(name, values)) for literal, name in parts)

    def _raw(self, name: str, values: Mapping[str, Any]) -> str:
        value = self._value(name, values)
        return unquote(value) if isinstance(value, Encoded) else str(value)

    def _encoded(self, name: str, values: Mapping[str, Any]) -> str:
        value = self._value(name, values)
        return str(value) if isinstance(value, Encoded) else quote(value, safe="")

    def _value(self, name: str, values: Mapping[str, Any]) -> str:
        if values.get(name) is None:
            raise InvalidParameter(f"path parameter {name!r} of {self.text} is missing", where=name)
        given = values[name]
        value = given if isinstance(given, Encoded) else scalar(given, f"path parameter {name!r}", name)
        if not value:
            raise InvalidParameter(
                f"path parameter {name!r} is empty, which would lead to another resource", where=name
            )
        return value


def _parts(segment: str) -> Iterator[tuple[str, str | None]]:
    pieces = PLACEHOLDER.split(segment)
    for index in range(0, len(pieces), 2):
        name = pieces[index + 1] if index + 1 < len(pieces) else None
        if pieces[index] or name is not None:
            yield pieces[index], name


def encode_query(query: Mapping[str, Any]) -> str:
    """`a=1&tags=x&tags=y&filter%5Bkind%5D=new`: arrays repeat their name, objects nest in brackets, None is left out.

    That is OpenAPI's `form` style, exploded, and `deepObject`. Raises InvalidParameter for any other value.
    """
    try:
        pairs = [pair for name, value in query.items() for pair in _pairs(_name(name), value, name)]
    except RecursionError:
        raise InvalidParameter("the query is nested too deeply, or holds itself", where="query") from None
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def _pairs(name: str, value: Any, where: str) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _pairs(f"{name}[{_name(key)}]", part, f"{where}.{key}")
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        for index, part in enumerate(value):
            if isinstance(part, (Mapping, list, tuple)):
                yield from _pairs(f"{name}[{index}]", part, f"{where}[{index}]")
            else:
                yield from _pairs(name, part, f"{where}[{index}]")
    else:
        yield name, scalar(value, f"query parameter {where!r}", where)


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise InvalidParameter(f"the name of a query parameter must be a str, not {type(name).__name__}", where="query")
    return _encodable(name, "the name of a query parameter", "query")


_OBVIOUS: Final = (date, time, Decimal, UUID)
"""What has one text; bytes and durations have it where a manifest says their format."""


def scalar(value: Any, what: str, where: str) -> str:
    """A single value as text; `true`/`false` for booleans. Raises InvalidParameter for what has no obvious text."""
    if value.__class__ is str and value.isascii():
        return str(value)
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _encodable(value, what, where)
    if isinstance(value, (int, float)) and isfinite(value):
        return str(value)
    if isinstance(value, _OBVIOUS):
        try:
            return formats.writes(value)
        except ValueError as error:
            raise InvalidParameter(f"{what}: {error}", where=where) from None
    said = value if isinstance(value, (float, Decimal)) else f"a {type(value).__name__}"
    raise InvalidParameter(f"{what} cannot be {said}: give text, a number, a boolean or a date", where=where)


def _encodable(value: str, what: str, where: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidParameter(f"{what} holds a lone surrogate, which has no UTF-8", where=where) from None
    return value
