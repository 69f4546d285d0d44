"""Plain values of a type, as JSON would bring them: the same seed gives the same ones.

Every value is one that a request of the type may hold, or an answer: with the bounds, the discriminators and the
directions of fields. Recursion ends: beyond a depth, or a number of parts, what can be left out is.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import attrs

from pristine.manifest.load import load_manifest
from pristine.ports import formats
from pristine.ports.constraints import Constraints, Discriminator
from pristine.ports.errors import ConfigurationError
from pristine.ports.model import WIRE, Model, is_model
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS, union_of
from pristine.testing import scalars
from pristine.testing.heights import height, is_needed, is_wanted
from pristine.testing.scalars import NoValue

_UNBOUND: Final = Constraints()
_DEEPEST: Final = 3
_PARTS: Final = 200
"""How deep a value goes, and of how many parts it is made, where it may choose."""

_MOST: Final = 100_000
"""How many parts a value may have."""

_OFTEN: Final = 0.8
"""How often a field is there that need not be."""


def examples_for(schema: Schema | Mapping[str, Any], count: int = 10, *, seed: int = 0, request: bool = False) -> Any:
    """A list of plain values of a type: a Python type, such as `manifest.types["Message"]`, or a type expression.

    A type expression is a mapping, such as `{"type": "string", "format": "date"}`. With `request` the values are what
    a call may send (no read-only field), else what a server may answer (no write-only one). Raises ConfigurationError
    for a type that has no value, or none that was found; ManifestError for an expression that is wrong.
    """
    if isinstance(schema, Mapping):
        schema = load_manifest({"name": "examples", "endpoints": {}, "types": {"Example": schema}}).types["Example"]
    return [example(schema, seeded(seed, index), request=request) for index in range(count)]


def seeded(*parts: object) -> Random:
    """A source of randomness that is the same for the same parts, in every process."""
    return Random(":".join(map(str, parts)).encode("utf-8", "backslashreplace"))  # noqa: S311 it makes examples, no secrets


def example(schema: Schema, random: Random, *, request: bool = False) -> Any:
    """One plain value; raises ConfigurationError where none was found."""
    try:
        return Maker(random, request=request).make(schema)
    except NoValue as error:
        named = getattr(schema, "__name__", str(schema).replace("typing.", ""))
        raise ConfigurationError(f"no example of {named} was found: {error}") from None


class Maker:
    """Makes one value; it counts its parts, so that a wide type ends as a deep one does."""

    def __init__(self, random: Random, *, request: bool) -> None:
        self._random = random
        self._request = request
        self._parts = 0
        self._kinds: Mapping[Any, Callable[[Any, Constraints, int], Any]] = {
            Annotated: self._annotated,
            Literal: lambda schema, _, __: random.choice(get_args(schema)),
            list: self._list,
            dict: self._dict,
            **dict.fromkeys(UNIONS, self._union),
        }

    def make(self, schema: Schema, bounds: Constraints = _UNBOUND, depth: int = 0) -> Any:
        """A value of the type within the bounds; raises NoValue."""
        self._parts += 1
        if self._parts > _MOST:
            raise NoValue(f"it has more than {_MOST} parts")
        origin: Any = get_origin(schema)
        if origin in self._kinds:
            return self._kinds[origin](schema, bounds, depth)
        if is_model(schema):
            return self._model(schema, bounds, depth)
        if schema in formats.TYPES:
            return scalars.formatted(self._random, schema, bounds)
        return self._scalar(schema, bounds)

    def _scalar(self, schema: Schema, bounds: Constraints) -> Any:
        makers: Mapping[Any, Callable[[], Any]] = {
            str: lambda: scalars.text(self._random, bounds),
            int: lambda: scalars.whole(self._random, bounds),
            float: lambda: scalars.number(self._random, bounds),
            bool: lambda: self._random.random() < 0.5,
            type(None): lambda: None,
        }
        return makers[schema]() if schema in makers else self._anything()

    def _anything(self) -> Any:
        word = scalars.text(self._random, _UNBOUND)
        return self._random.choice([word, self._random.randrange(100), True, [word], {"text": word}])

    def _is_small(self, depth: int) -> bool:
        return depth >= _DEEPEST or self._parts >= _PARTS

    def _height(self, schema: Schema) -> float:
        return height(schema, request=self._request)

    def _annotated(self, schema: Schema, bounds: Constraints, depth: int) -> Any:
        inner, *said = get_args(schema)
        if told := next((one for one in said if isinstance(one, Discriminator)), None):
            return self._discriminated(told, depth)
        for one in said:
            bounds = _both(bounds, one) if isinstance(one, Constraints) else bounds
        return self.make(inner, bounds, depth)

    # -- choices -------------------------------------------------------------------------------------------------------

    def _union(self, schema: Schema, bounds: Constraints, depth: int) -> Any:
        others = [one for one in get_args(schema) if one is not type(None) and not math.isinf(self._height(one))]
        is_null = self._is_small(depth) or self._random.random() >= _OFTEN
        if len(others) < len(get_args(schema)) and type(None) in get_args(schema) and (is_null or not others):
            return None
        return self._first_of([(self._height(one), partial(self.make, one, bounds, depth)) for one in others], depth)

    def _discriminated(self, told: Discriminator, depth: int) -> Any:
        """A member with the value that stands for it: only where it has such a field, and may have that value."""
        ways = [
            (self._height(member), partial(self._told, told.name, value, member, depth))
            for value, member in told.members
        ]
        return self._first_of(ways, depth)

    def _told(self, name: str, value: str, member: Any, depth: int) -> Any:
        field = next((one for one in attrs.fields(member) if one.metadata[WIRE] == name), None)
        if field is None and self._request and not getattr(member, "_open", False):
            raise NoValue(f"{member.__name__} has no field {name!r}")
        if field is not None and not _holds(field.type, value):
            raise NoValue(f"{name!r} of {member.__name__} cannot be {value!r}")
        return {**self.make(member, depth=depth), name: value}

    def _first_of(self, ways: Sequence[tuple[float, Callable[[], Any]]], depth: int) -> Any:
        """What one of the ways makes: any of those that end, the flattest first where it is to be small."""
        ending = [way for way in ways if way[0] < math.inf]
        self._random.shuffle(ending)
        if self._is_small(depth):
            ending.sort(key=lambda way: way[0])
        fault: NoValue | None = None
        for _, way in ending:
            try:
                return way()
            except NoValue as error:
                fault = error
        raise fault or NoValue("it never ends")

    # -- containers ----------------------------------------------------------------------------------------------------

    def _count(self, least: int | None, most: int | None, *, small: bool) -> int:
        low = least or 0
        if most is not None and most < low:
            raise NoValue(f"at least {low}, at most {most}")
        high = max(low, 3) if most is None else min(max(low, 3), most)
        return low if small else self._random.randint(max(low, min(1, high)), high)

    def _list(self, schema: Schema, bounds: Constraints, depth: int) -> list[Any]:
        item = get_args(schema)[0]
        small = self._is_small(depth) or math.isinf(self._height(item))
        wanted = self._count(bounds.min_items, bounds.max_items, small=small)
        found: list[Any] = []
        seen: set[str] = set()
        for _ in range(50 * wanted + 50):
            if len(found) == wanted:
                break
            value = self.make(item, depth=depth + 1)
            key = json.dumps(value, sort_keys=True, default=str) if bounds.unique_items else str(len(found))
            if key not in seen:
                seen.add(key)
                found.append(value)
        if len(found) < (bounds.min_items or 0):
            raise NoValue(f"{bounds.min_items} items that are not alike")
        return found

    def _dict(self, schema: Schema, bounds: Constraints, depth: int) -> dict[str, Any]:
        value = get_args(schema)[1]
        small = self._is_small(depth) or math.isinf(self._height(value))
        wanted = self._count(bounds.min_properties, bounds.max_properties, small=small)
        names = [scalars.text(self._random, _UNBOUND).replace(" ", "_") for _ in range(wanted)]
        unique = [f"{name}_{index}" if name in names[:index] else name for index, name in enumerate(names)]
        return {name: self.make(value, depth=depth + 1) for name in unique}

    def _model(self, cls: type[Model], bounds: Constraints, depth: int) -> dict[str, Any]:
        if math.isinf(self._height(cls)):
            raise NoValue(f"{cls.__name__} never ends: it always holds another")
        fields: list[Any] = [one for one in attrs.fields(cls) if is_wanted(one, request=self._request)]  # type: ignore[arg-type]  # made by attrs
        kept = self._kept(fields, bounds, depth)
        made = {one.metadata[WIRE]: self._field(one, depth) for one in fields if one.name in kept}
        if (told := bounds.fault(made)) is not None:
            raise NoValue(f"{cls.__name__} {told}")
        return made

    def _kept(self, fields: list[Any], bounds: Constraints, depth: int) -> set[str]:
        """The names of fields that must be there, and of the others as many as may, and as its bounds want."""
        needed = [one.name for one in fields if is_needed(one, request=self._request)]
        others = [one for one in fields if one.name not in needed and not math.isinf(self._height(_present(one)))]
        chosen = [one.name for one in others if not self._is_small(depth) and self._random.random() < _OFTEN]
        spare = [one.name for one in others if one.name not in chosen]
        chosen += spare[: max(0, (bounds.min_properties or 0) - len(needed) - len(chosen))]
        most = len(fields) if bounds.max_properties is None else bounds.max_properties
        return {*needed, *chosen[: max(0, most - len(needed))]}

    def _field(self, field: Any, depth: int) -> Any:
        schema = field.type if is_needed(field, request=self._request) else _present(field)
        return self.make(schema, depth=depth + 1)


def _present(field: Any) -> Schema:
    """The type of a field that is there: that one need not be there does not say that it may be null."""
    schema = field.type
    if get_origin(schema) not in UNIONS or field.default is not None:
        return schema
    members = tuple(one for one in get_args(schema) if one is not type(None))
    return union_of(members) if members else schema


def _holds(schema: Schema, value: str) -> bool:
    """Whether a discriminator's field may have a value."""
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin is Literal:
        return value in arguments
    if origin is Annotated:
        bounds = Constraints.among(arguments[1:])
        return _holds(arguments[0], value) and not any(one.fault(value) for one in bounds)
    return any(_holds(one, value) for one in arguments) if arguments else schema in {str, Any}


_TIGHTER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(("minimum", "exclusive_minimum", "min_length", "min_items", "min_properties"), max),
    **dict.fromkeys(("maximum", "exclusive_maximum", "max_length", "max_items", "max_properties"), min),
    "unique_items": lambda one, other: one or other,
}


def _both(bounds: Constraints, others: Constraints) -> Constraints:
    """Two bounds as one; of two patterns or divisors the second is kept."""
    if bounds is _UNBOUND:
        return others
    said = {name: value for name, value in attrs.asdict(others).items() if value is not None}
    mine = {name: getattr(bounds, name) for name in said}
    tighter = {name: value if mine[name] is None else _tighter(name, mine[name], value) for name, value in said.items()}
    return attrs.evolve(bounds, **tighter)


def _tighter(name: str, one: Any, other: Any) -> Any:
    return _TIGHTER[name](one, other) if name in _TIGHTER else other
