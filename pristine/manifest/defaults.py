"""Whether a plain value is of a type, so that it can stand as its default."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import attrs

from pristine.manifest.reading import Cursor, kind_of
from pristine.ports.constraints import Constraints
from pristine.ports.serializer import Schema


def check_default(at: Cursor, schema: Schema, weight: int) -> None:
    """Fault a default that is not of the type, which has this weight."""
    at.spend(weight * _size(at.value))
    if not fits(at.value, schema):
        at.fault(f"the default ({kind_of(at.value)}) is not of the declared type")


def fits(value: Any, schema: Schema) -> bool:
    """Whether a plain value is a scalar, an enum member, a free object or an array of these; no other has defaults."""
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin in _FITTING:
        return _FITTING[origin](value, arguments)
    return any(fits(value, one) for one in arguments) if arguments else _is_scalar(value, schema)


def _size(value: Any) -> int:
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, parts))


def _within(value: Any, arguments: Any) -> bool:
    # Patterns are left to the calls: on some texts they take for ever, and here the manifest would say both.
    bounds = [attrs.evolve(one, pattern=None) for one in Constraints.among(arguments[1:])]
    return fits(value, arguments[0]) and not any(one.fault(value) for one in bounds)


_FITTING: Final[Mapping[Any, Callable[[Any, Any], bool]]] = {
    Annotated: _within,
    Literal: lambda value, members: any(value == one and type(value) is type(one) for one in members),
    list: lambda value, items: isinstance(value, list) and all(fits(one, items[0]) for one in value),
    dict: lambda value, sides: isinstance(value, dict) and all(fits(one, sides[1]) for one in value.values()),
}


def _is_scalar(value: Any, schema: Schema) -> bool:
    if schema is float:
        return type(value) is int or (type(value) is float and math.isfinite(value))
    return schema in {Any, None} or type(value) is schema
