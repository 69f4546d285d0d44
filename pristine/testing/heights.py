"""How deep the flattest value of a type must be: infinite where a type has no value that ends.

Found by going over the classes that a type reaches until nothing becomes flatter, so recursion is no trouble.
"""

import math
from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, get_args, get_origin
from weakref import WeakKeyDictionary

import attrs

from pristine.ports.constraints import Constraints
from pristine.ports.model import READ_ONLY, REQUIRED, WRITE_ONLY, Model, is_model
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS


def is_needed(field: Any, *, request: bool) -> bool:
    """Whether a field must be there: in a request, or in an answer."""
    needed: bool = field.metadata.get(REQUIRED, field.default is attrs.NOTHING)
    return needed and is_wanted(field, request=request)


def is_wanted(field: Any, *, request: bool) -> bool:
    """Whether a field may be there: in a request, or in an answer."""
    return not field.metadata.get(READ_ONLY if request else WRITE_ONLY)


def height(schema: Schema, *, request: bool) -> float:
    """How many levels the flattest value has: 0 for a scalar; infinity where there is no value."""
    known = _KNOWN[request]
    for cls in _classes(schema):
        if cls not in known:
            _settle(cls, known, request=request)
    return _least(schema, known, request=request)


_KNOWN: Final[Mapping[bool, "WeakKeyDictionary[type[Model], float]"]] = {
    False: WeakKeyDictionary(),
    True: WeakKeyDictionary(),
}


def _settle(cls: type[Model], known: "WeakKeyDictionary[type[Model], float]", *, request: bool) -> None:
    reached: dict[type[Model], None] = {cls: None}
    waiting = [cls]
    while waiting:
        parts = [part for field in attrs.fields(waiting.pop()) for part in _classes(field.type)]  # type: ignore[arg-type]  # made by attrs
        fresh = [part for part in parts if part not in reached and part not in known]
        reached.update(dict.fromkeys(fresh))
        waiting += fresh
    found: dict[type[Model], float] = dict.fromkeys(reached, math.inf)
    changed = True
    while changed:
        changed = False
        for one in reversed(reached):  # what was reached last is most often what the others are made of
            least = _of_class(one, ChainMap(found, known), request=request)
            changed = changed or least < found[one]
            found[one] = least
    known.update(found)


def _of_class(cls: Any, known: Mapping[Any, float], *, request: bool) -> float:
    needed = [field.type for field in attrs.fields(cls) if is_needed(field, request=request)]
    return 1 + max((_least(one, known, request=request) for one in needed), default=0)


def _least(schema: Schema, known: Mapping[Any, float], *, request: bool) -> float:
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if is_model(schema):
        return known.get(schema, math.inf)
    if origin is Annotated:
        inner: Any = get_origin(arguments[0])
        filled = any(one.min_items or one.min_properties for one in Constraints.among(arguments[1:]))
        if filled and inner in {list, dict}:
            return 1 + _least(get_args(arguments[0])[-1], known, request=request)
        return _least(arguments[0], known, request=request)
    if origin in UNIONS:
        return min(_least(one, known, request=request) for one in arguments)
    return 1 if origin in {list, dict} else 0


def _classes(schema: Schema) -> Iterator[type[Model]]:
    if is_model(schema):
        yield schema
    elif hasattr(schema, "__args__"):
        for part in get_args(schema):
            yield from _classes(part)
