"""Places in a plain value: what type is declared there, and the value with something else put there. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, get_args, get_origin

import attrs

from pristine.ports.constraints import Discriminator
from pristine.ports.errors import DecodeError, InvalidPayload
from pristine.ports.model import WIRE, is_model
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS
from pristine.testing.mock.content import SERIALIZER

Path = Sequence[str | int]

NOWHERE: Final = object()


def type_at(schema: Schema, path: Path) -> Schema:
    """The type at a path; None where none is declared, NOWHERE where nothing can be, such as within a text."""
    for step in path:
        if schema is None or schema is Any:
            return None
        schema = next((found for one in _parts(schema) if (found := _inside(one, step)) is not NOWHERE), NOWHERE)
        if schema is NOWHERE:
            return NOWHERE
    return None if schema is Any else schema


def _parts(schema: Schema) -> Iterable[Schema]:
    """What a value of the type may be, without bounds and without null."""
    origin: Any = get_origin(schema)
    if origin is Annotated:
        told = [one for one in get_args(schema)[1:] if isinstance(one, Discriminator)]
        return [member for one in told for _, member in one.members] or _parts(get_args(schema)[0])
    if origin in UNIONS:
        return [part for one in get_args(schema) if one is not type(None) for part in _parts(one)]
    return [schema]


def _inside(schema: Schema, step: str | int) -> Schema:
    origin: Any = get_origin(schema)
    if is_model(schema) and isinstance(step, str):
        types = {field.metadata[WIRE]: field.type for field in attrs.fields(schema)}
        return types.get(step)  # a field that is not declared is kept by whoever reads the answer
    if origin is list and isinstance(step, int):
        return get_args(schema)[0]
    if origin is dict and isinstance(step, str):
        return get_args(schema)[1]
    return NOWHERE


def put(whole: Any, path: Path, value: Any) -> Any:
    """The whole with a value at a path; what is not there on the way is made."""
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        items = [*whole] if isinstance(whole, list) else []
        items += [None] * ((-step if step < 0 else step + 1) - len(items))
        items[step] = put(items[step], rest, value)
        return items
    fields = dict(whole) if isinstance(whole, dict) else {}
    return {**fields, step: put(fields.get(step), rest, value)}


def without(whole: Any, path: Path) -> Any:
    """The whole without what is at a path of names."""
    step, *rest = path
    if not isinstance(whole, dict) or step not in whole:
        return whole
    if rest:
        return {**whole, step: without(whole[step], rest)}
    return {name: part for name, part in whole.items() if name != step}


def at(whole: Any, path: Path) -> Any:
    """What is at a path; None where nothing is."""
    for step in path:
        try:
            whole = whole[step]
        except (KeyError, IndexError, TypeError):
            return None
    return whole


def fits(value: Any, schema: Schema, *, strictly: bool = False) -> bool:
    """Whether a plain value is of a type, as an answer, or by the strict rules of a request."""
    if schema is NOWHERE:
        return False
    try:
        if strictly:
            SERIALIZER.encode(value, schema)
        else:
            SERIALIZER.decode(json.dumps(value).encode(), schema)
    except (DecodeError, InvalidPayload):
        return False
    return True


def first_fitting(schema: Schema, *candidates: Any) -> Any:
    """The first candidate that is of a type; NOWHERE if none is."""
    return next((one for one in candidates if fits(one, schema, strictly=True)), NOWHERE)


def holds(part: Any, whole: Any) -> bool:
    """Whether a value has all of another: the fields of an object, and what is no object exactly."""
    if isinstance(part, Mapping):
        fields = whole if isinstance(whole, Mapping) else {}
        return isinstance(whole, Mapping) and all(
            name in fields and holds(one, fields[name]) for name, one in part.items()
        )
    if isinstance(part, (list, tuple)):
        return isinstance(whole, (list, tuple)) and len(part) == len(whole) and all(map(holds, part, whole))
    return bool(part == whole) and isinstance(part, bool) is isinstance(whole, bool)
