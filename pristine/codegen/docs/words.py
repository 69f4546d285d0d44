"""Types in words, with links to those that have a heading: `list of [Message](#type.message)`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Annotated, Any, Final, Literal, get_args, get_origin
from uuid import UUID

import attrs

from pristine.codegen.docs.markdown import code, link
from pristine.codegen.docs.names import Names
from pristine.codegen.literals import literal
from pristine.codegen.schemas import without_null
from pristine.manifest.bounds import FORMATS
from pristine.ports.constraints import Constraints, Discriminator
from pristine.ports.model import is_model
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS, union_of

_SCALARS: Final[Mapping[Any, tuple[str, str]]] = {
    Any: ("anything", "anything"),
    None: ("anything", "anything"),
    str: ("string", "strings"),
    int: ("integer", "integers"),
    float: ("number", "numbers"),
    bool: ("boolean", "booleans"),
    NoneType: ("null", "nulls"),
    datetime: ("date and time", "dates and times"),
    date: ("date", "dates"),
    time: ("time", "times"),
    timedelta: ("duration", "durations"),
    UUID: ("UUID", "UUIDs"),
    bytes: ("bytes (base64)", "bytes (base64)"),
    Decimal: ("decimal", "decimals"),
    FORMATS["int32"][1]: ("integer (32 bits)", "integers (32 bits)"),
    FORMATS["int64"][1]: ("integer (64 bits)", "integers (64 bits)"),
}
"""Type -> what one value of it is called, and what several are."""

BOUNDS: Final[Mapping[str, str]] = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusive_minimum": "more than {}",
    "exclusive_maximum": "less than {}",
    "multiple_of": "a multiple of {}",
    "min_length": "at least {} character{}",
    "max_length": "at most {} character{}",
    "pattern": "like {}",
    "min_items": "at least {} item{}",
    "max_items": "at most {} item{}",
    "unique_items": "no item twice",
    "min_properties": "at least {} field{}",
    "max_properties": "at most {} field{}",
}
"""Bound -> what it says of a value."""


@attrs.frozen
class Words:
    """Says types, with the links that there are."""

    names: Names

    def of(self, schema: Schema) -> str:
        """A type in words, as Markdown."""
        named = self.names.of(schema)
        return self.whole(schema) if named is None else link(code(named.title), named.anchor)

    def whole(self, schema: Schema) -> str:
        """A type in words, though it has a heading: what stands under that."""
        origin: Any = get_origin(schema)
        if origin in _ORIGINS and schema not in _SCALARS:
            return _ORIGINS[origin](self, *get_args(schema))
        return "object" if is_model(schema) else _SCALARS.get(schema, _SCALARS[Any])[0]

    def without_null(self, schema: Schema) -> str:
        """The same, for what is said to be nullable, or may be left out, in other words."""
        return self.of(without_null(schema))

    def part(self, schema: Schema) -> str:
        """A type inside another, whose values are several; one in several words is in brackets."""
        if schema in _SCALARS:
            return _SCALARS[schema][1]
        said = self.of(schema)
        return f"({said})" if " or " in said or ", " in said else said


def _list(words: Words, items: Schema) -> str:
    return f"list of {words.part(items)}"


def _map(words: Words, _: Schema, values: Schema) -> str:
    return f"map from names to {words.part(values)}"


def _union(words: Words, *members: Schema) -> str:
    rest = without_null(union_of(members))
    if NoneType in members and words.names.of(rest) is not None:
        return _either([words.of(rest), "null"])
    return _either([words.of(one) for one in members])


def _annotated(words: Words, inner: Schema, *metadata: Any) -> str:
    said = [words.of(inner)]
    for one in metadata:
        if isinstance(one, Constraints):
            said += bounds(one)
        elif isinstance(one, Discriminator):
            values = (f"{code(value)} is {words.of(member)}" for value, member in one.members)
            said.append(f"told apart by {code(one.name)} ({', '.join(values)})")
    return ", ".join(said)


def bounds(said: Constraints) -> Iterator[str]:
    """The bounds in words."""
    for name, words in BOUNDS.items():
        value = getattr(said, name)
        if value is not None and value is not False:
            yield words.format(code(value) if isinstance(value, str) else literal(value), "" if value == 1 else "s")


def _enum(_: Words, *values: Any) -> str:
    said = [code("null" if value is None else literal(value)) for value in values]
    return f"always {said[0]}" if len(said) == 1 else _either(said)


def _either(said: list[str]) -> str:
    *others, last = said
    return f"{', '.join(others)} or {last}" if others else last


_ORIGINS: Final[Mapping[Any, Callable[..., str]]] = {
    Literal: _enum,
    Annotated: _annotated,
    list: _list,
    dict: _map,
    **dict.fromkeys(UNIONS, _union),
}
