"""Where the Models of a value are in its document: all they need to find what was sent, if they are ever asked.

A schema's function is of the text that one would write for it by hand; functions put together from smaller ones, which
are told what to look at, take half as long again. It passes over everything that holds no Models.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import NoneType
from typing import Any, Final, TypeAlias, get_args, get_origin

from pristine.adapters.msgspec.expressions import fields_of, leads_to_models
from pristine.ports.model import Model, Place, is_model, remember
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS

Mark: TypeAlias = Callable[[Any, Place], None]

_LARGEST: Final = 50
_DEEPEST: Final = 8
"""How many parts and levels of a schema are in one function, which saves calls; Python nests no more than 20 loops."""


def mark_of(schema: Schema) -> Mark | None:
    """What gives the Models of a value their places, if it may hold any."""
    if not leads_to_models(schema):
        return None
    functions = _Functions()
    return functions.made(functions.named(schema), schema)


class _Functions:
    """The functions of the schemas that one leads to: they call each other by name, and the first value makes them."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {"remember": remember}
        self._names: dict[Schema, str] = {}

    def named(self, schema: Schema) -> str:
        name = self._names.setdefault(schema, f"mark{len(self._names)}")
        self._known.setdefault(name, partial(self._make_and_mark, name, schema))
        return name

    def made(self, name: str, schema: Schema) -> Mark:
        lines = _Text(self.named).of(schema, "value", ("place",), ())
        # No stranger writes in it: there are attributes, of which attrs makes an `__init__` in this way, and literals.
        exec("\n ".join((f"def {name}(value, place):", *lines)), self._known)  # noqa: S102
        mark: Mark = self._known[name]
        return mark

    def _make_and_mark(self, name: str, schema: Schema, value: Any, place: Place) -> None:
        self.made(name, schema)(value, place)


class _Text:
    """The lines of a function."""

    def __init__(self, named: Callable[[Schema], str]) -> None:
        self._named = named
        self._parts = 0

    def of(self, schema: Schema, value: str, way: tuple[str, ...], inside: tuple[Schema, ...]) -> Iterator[str]:
        """Those for a value, whose way begins at a place. Each level of what it is inside has variables of its own."""
        self._parts += 1
        apart = schema in inside or self._parts > _LARGEST or len(inside) > _DEEPEST
        kind: Any = None if apart else Model if is_model(schema) else get_origin(schema)
        return _SAID[kind](self, schema, value, way, (*inside, schema))

    def called(self, schema: Schema, value: str, way: tuple[str, ...], _: tuple[Schema, ...]) -> Iterator[str]:
        yield f"{self._named(schema)}({value}, {_place(way)})"

    def model(self, cls: Any, value: str, way: tuple[str, ...], inside: tuple[Schema, ...]) -> Iterator[str]:
        fields = {wire: field for wire, field in fields_of(cls).items() if leads_to_models(field.type)}
        if not fields:
            yield f"remember({value}, {_place(way)})"
            return
        place, part = f"place{len(inside)}", f"part{len(inside)}"
        yield f"{place} = {_place(way)}"
        yield f"remember({value}, {place})"
        for wire, field in fields.items():
            yield f"{part} = {value}.{field.name}"
            yield from self.optional(field.type, part, (place, repr(wire)), inside)

    def array(self, schema: Schema, value: str, way: tuple[str, ...], inside: tuple[Schema, ...]) -> Iterator[str]:
        (item,) = get_args(schema)
        at, one = f"at{len(inside)}", f"one{len(inside)}"
        yield f"{at} = 0"  # `enumerate` takes longer
        yield f"for {one} in {value}:"
        yield from _further_in(self.of(item, one, (*way, at), inside))
        yield f" {at} += 1"

    def mapping(self, schema: Schema, value: str, way: tuple[str, ...], inside: tuple[Schema, ...]) -> Iterator[str]:
        _, part = get_args(schema)
        at, one = f"at{len(inside)}", f"one{len(inside)}"
        yield f"for {at}, {one} in {value}.items():"
        yield from _further_in(self.of(part, one, (*way, at), inside))

    def optional(self, schema: Schema, value: str, way: tuple[str, ...], inside: tuple[Schema, ...]) -> Iterator[str]:
        if get_origin(schema) in UNIONS:
            schema = next(member for member in get_args(schema) if member is not NoneType)
        yield f"if {value} is not None:"
        yield from _further_in(self.of(schema, value, way, inside))


_SAID: Final[Mapping[Any, Callable[..., Iterator[str]]]] = {
    None: _Text.called,
    Model: _Text.model,
    list: _Text.array,
    dict: _Text.mapping,
    **dict.fromkeys(UNIONS, _Text.optional),
}


def _place(way: tuple[str, ...]) -> str:
    return f"({', '.join(way)})" if len(way) > 1 else way[0]


def _further_in(lines: Iterator[str]) -> Iterator[str]:
    return (f" {line}" for line in lines)
