"""Where the Models of a value are in its document: all they need to find what was sent, if they are ever asked.

A function for each schema is composed once; it passes over everything that holds no Models.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, TypeAlias, Union, get_args, get_origin

from pristine.adapters.msgspec.expressions import Told, fields_of, leads_to_models
from pristine.ports.model import Model, Place, is_model, remember
from pristine.ports.serializer import Schema

Mark: TypeAlias = Callable[[Any, Place], None]
_Field: TypeAlias = tuple[Callable[[Any], Any], str, Mark]
"""What gets a field, its name on the wire, and what marks it, or each that it lists."""


class Marks:
    """Functions that give the Models of a value their places."""

    def __init__(self, told: Told) -> None:
        self._made: dict[type[Model], Mark] = {}
        for cls in reversed([*told]):  # those first that others lead to
            fields = {wire: field for wire, field in fields_of(cls).items() if leads_to_models(field.type)}
            found = [(wire, attrgetter(field.name), _present(field.type)) for wire, field in fields.items()]
            ones = [(get, wire, self._sure(schema)) for wire, get, schema in found if not _is_list(schema)]
            lists = [(get, wire, self._sure(*get_args(schema))) for wire, get, schema in found if _is_list(schema)]
            self._made[cls] = _object(ones, lists)

    def of(self, schema: Schema) -> Mark | None:
        if is_model(schema):
            return self._made.get(schema) or _later(self._made, schema)
        inner = next(filter(None, map(self.of, get_args(schema))), None)
        return inner and _INTO[get_origin(schema)](inner)

    def _sure(self, schema: Schema) -> Mark:
        mark = self.of(schema)
        if mark is None:
            raise TypeError
        return mark


def _is_list(schema: Schema) -> bool:
    origin: Any = get_origin(schema)
    return origin is list


def _later(made: dict[type[Model], Mark], cls: type[Model]) -> Mark:
    """For a class that leads back to itself, and is not made yet."""

    def mark(model: Any, place: Place) -> None:
        made[cls](model, place)

    return mark


def _present(schema: Schema) -> Schema:
    """What X | None is where it is not None."""
    if get_origin(schema) in {Union, UnionType}:
        return next(member for member in get_args(schema) if member is not NoneType)
    return schema


def _object(ones: Sequence[_Field], lists: Sequence[_Field]) -> Mark:
    """Marks a Model and those in its fields: of one are most, and to go through no loop for it is worth the trouble."""
    if not ones and not lists:
        return remember
    if len(ones) + len(lists) > 1:
        return _with_several(ones, lists)
    return _with_one(*ones[0]) if ones else _with_list(*lists[0])


def _with_one(get: Callable[[Any], Any], name: str, mark_part: Mark) -> Mark:
    def mark(model: Any, place: Place) -> None:
        remember(model, place)
        part = get(model)
        if part is not None:
            mark_part(part, (place, name))

    return mark


def _with_list(get: Callable[[Any], Any], name: str, mark_item: Mark) -> Mark:
    def mark(model: Any, place: Place) -> None:
        remember(model, place)
        at = 0
        for item in get(model) or ():
            mark_item(item, (place, name, at))
            at += 1  # noqa: SIM113 enumerate takes longer

    return mark


def _with_several(ones: Sequence[_Field], lists: Sequence[_Field]) -> Mark:
    def mark(model: Any, place: Place) -> None:
        remember(model, place)
        for get, name, mark_part in ones:
            part = get(model)
            if part is not None:
                mark_part(part, (place, name))
        for get, name, mark_item in lists:
            at = 0
            for item in get(model) or ():
                mark_item(item, (place, name, at))
                at += 1  # noqa: SIM113 as above

    return mark


def _items(mark_item: Mark) -> Mark:
    def mark(items: Any, place: Place) -> None:
        for at, item in enumerate(items):
            mark_item(item, (place, at))

    return mark


def _values(mark_value: Mark) -> Mark:
    def mark(values: Any, place: Place) -> None:
        for key, value in values.items():
            mark_value(value, (place, key))

    return mark


def _if_present(mark_part: Mark) -> Mark:
    def mark(part: Any, place: Place) -> None:
        if part is not None:
            mark_part(part, place)

    return mark


_INTO: Final = {list: _items, dict: _values, Union: _if_present, UnionType: _if_present}
