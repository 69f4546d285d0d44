"""A plain value of a type, small and the same every time: what an example gives where the manifest gives none."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin
from uuid import UUID

import attrs

from pristine.codegen.schemas import View, default_of, fields_of, view
from pristine.ports.constraints import Constraints, Discriminator
from pristine.ports.model import READ_ONLY, REQUIRED, Model, is_model
from pristine.ports.serializer import Schema

TextLike: TypeAlias = Callable[[Constraints], str | None]
"""Finds a text within bounds, a pattern among them; None where it finds none."""

_FORMATTED: Final[Mapping[Any, str]] = {
    datetime: "2026-01-31T12:00:00Z",
    date: "2026-01-31",
    time: "12:00:00",
    timedelta: "PT30M",
    UUID: "6f1d1c1e-3c4b-4b7e-9a55-0d6c1f0a8b11",
    bytes: "aGVsbG8=",
    Decimal: "9.50",
}
_LONGEST: Final = 1000
"""How many characters, items or fields an example has at most."""

_PARTS: Final = 2000
_DEEPEST: Final = 20


class NoSample(Exception):
    """There is no small value of the type, or none was found; it says why."""


def is_needed(field: "attrs.Attribute[Any]") -> bool:
    """Whether a request must hold the field: it is required, and has no default."""
    return bool(field.metadata.get(REQUIRED)) and default_of(field) is None


@attrs.define
class Sampler:
    """Makes one value that a request may hold; `text_like` is for the texts that have a pattern."""

    text_like: TextLike
    _left: int = _PARTS
    _inside: list[object] = attrs.field(factory=list)

    def of(self, schema: Schema, hint: str = "text") -> Any:
        """A value of the type; a text is the `hint`, if it may be. Raises NoSample."""
        self._left -= 1
        if self._left < 0 or len(self._inside) > _DEEPEST:
            raise NoSample("a value must have very many parts")
        found = view(schema)
        if found.discriminator is not None:
            return self._told(found.discriminator)
        ways: list[Callable[[], Any]] = [lambda member=one: self._within(member, found, hint) for one in found.members]  # type: ignore[misc]  # the default binds it
        return _first([*ways, *([lambda: None] if found.nullable else [])])

    def _within(self, member: Schema, found: View, hint: str) -> Any:
        bounds = _merged(found.bounds)
        value = self._one(member, bounds, hint)
        # A pattern is not tried: `text_like` has done so, and on a text that does not match it some take for ever.
        if fault := attrs.evolve(bounds, pattern=None).fault(value):
            raise NoSample(f"a value {fault}")
        return value

    def _one(self, schema: Schema, bounds: Constraints, hint: str) -> Any:
        origin: Any = get_origin(schema)
        if origin is Annotated:  # a member with bounds of its own
            return self.of(schema, hint)
        if origin is Literal:
            return get_args(schema)[0]
        if origin is list:
            return self._list(get_args(schema)[0], bounds, hint)
        if origin is dict:
            names = [f"key{number or ''}" for number in _count(bounds.min_properties, bounds.max_properties)]
            return {name: self.of(get_args(schema)[1], "value") for name in names}
        if is_model(schema):
            return self._object(schema, bounds)
        return self._scalar(schema, bounds, hint)

    def _scalar(self, schema: Schema, bounds: Constraints, hint: str) -> Any:
        if schema in _FORMATTED:
            return _FORMATTED[schema]
        if schema in {int, float}:
            return _number(schema, bounds)
        return True if schema is bool else self._text(bounds, hint)

    def _text(self, bounds: Constraints, hint: str) -> str:
        if bounds.pattern is None:
            if (bounds.min_length or 0) > _LONGEST:
                raise NoSample("a value must be very long")
            return (hint or "text").ljust(bounds.min_length or 0, "-")[: bounds.max_length]
        if (found := self.text_like(bounds)) is None:
            raise NoSample("no text was found that matches a pattern")
        return found

    def _list(self, items: Schema, bounds: Constraints, hint: str) -> list[Any]:
        wanted = _count(bounds.min_items, bounds.max_items)
        if not bounds.unique_items or len(wanted) < 2:
            return [self.of(items, hint) for _ in wanted]
        if choices := _choices(view(items)):
            return choices[: len(wanted)]
        return list(islice(_different(self.of(items, hint)), len(wanted)))

    def _object(self, cls: Any, bounds: Constraints) -> dict[str, Any]:
        if cls in self._inside:
            raise NoSample("an object must hold another of its kind, without end")
        self._inside.append(cls)
        try:
            return {wire: self.of(field.type, wire) for wire, field in _wanted(cls, bounds).items()}
        finally:
            self._inside.pop()

    def _told(self, told: Discriminator) -> Any:
        def with_its_value(value: str, member: Any) -> Any:
            rest = self._object(member, Constraints())
            return {told.name: value, **{wire: one for wire, one in rest.items() if wire != told.name}}

        return _first([lambda pair=one: with_its_value(*pair) for one in told.members])  # type: ignore[misc]  # the same


def _first(ways: Sequence[Callable[[], Any]]) -> Any:
    """What the first way makes that does not fail."""
    fault = NoSample("it has no values")
    for way in ways:
        try:
            return way()
        except NoSample as error:
            fault = error
    raise fault


def _choices(found: View) -> list[Any]:
    """The values of an enum."""
    origins: list[Any] = [get_origin(one) for one in found.members]
    return list(get_args(found.members[0])) if origins[:1] == [Literal] else []


def _wanted(cls: type[Model], bounds: Constraints) -> dict[str, "attrs.Attribute[Any]"]:
    """The fields that a request must have, and as many others as the bounds ask for."""
    fields = {wire: field for wire, field in fields_of(cls).items() if not field.metadata.get(READ_ONLY)}
    needed = [wire for wire, field in fields.items() if is_needed(field)]
    spare = [wire for wire in fields if wire not in needed]
    wanted = {*needed, *spare[: max(0, (bounds.min_properties or 0) - len(needed))]}
    return {wire: field for wire, field in fields.items() if wire in wanted}


def _count(least: int | None, most: int | None) -> range:
    """As many numbers as there are to be items: one, or as few as may be."""
    if (least or 0) > _LONGEST:
        raise NoSample("a value must be very long")
    return range(max(least or 0, 1 if most is None or most > 0 else 0))


def _different(first: Any) -> Iterator[Any]:
    """Values of a kind, each different."""
    if isinstance(first, bool) or not isinstance(first, (int, float, str)):
        raise NoSample("the items of a list must all be different")
    for number in range(_LONGEST):
        yield first + number if not isinstance(first, str) else f"{first}{number or ''}"


def _number(kind: Schema, bounds: Constraints) -> int | float:
    """1, if it is within the bounds, or a number near to one of them that is."""
    edges = (bounds.minimum, bounds.exclusive_minimum, bounds.maximum, bounds.exclusive_maximum)
    said = [edge for edge in edges if edge is not None]
    near = [1, 0, *said, *(edge + 1 for edge in said), *(edge - 1 for edge in said)]
    near.append((min(near) + max(near)) / 2 if not said else (min(said) + max(said)) / 2)
    if step := bounds.multiple_of:
        near = [round(rounded(edge / step) * step, 12) for edge in near for rounded in (math.ceil, math.floor)]
    if kind is int:
        near = [rounded(edge) for edge in near for rounded in (math.ceil, math.floor)]
    found = next((number for number in near if bounds.fault(number) is None), None)
    if found is None:
        raise NoSample("no number was found within the bounds")
    return found


_GREATER: Final = frozenset(
    {"minimum", "exclusive_minimum", "min_length", "min_items", "min_properties", "unique_items"}
)


def _merged(said: tuple[Constraints, ...]) -> Constraints:
    """All bounds as one; of two patterns or divisors the last one is kept."""
    found: dict[str, Any] = {}
    for name, value in [pair for one in said for pair in attrs.asdict(one).items() if pair[1] is not None]:
        tighter = max if name in _GREATER else min
        keep = name not in found or name in {"pattern", "multiple_of"}
        found[name] = value if keep else tighter(found[name], value)
    return Constraints(**found)
