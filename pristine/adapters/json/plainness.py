"""Of which types a payload is plain once it is checked: it can be written as it is, without a look at its parts.

That is so where what checks a value gives what it has seen to be of a class of JSON's own, or makes it anew.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Literal, get_args, get_origin

import attrs

from pristine.adapters.json.models import has_rules
from pristine.ports.constraints import Discriminator
from pristine.ports.model import is_model, is_open, wire_names
from pristine.ports.unions import UNIONS


def is_plain(schema: Any, scalars: AbstractSet[type]) -> bool:
    """Whether there is nothing but dicts, lists and these scalars in a checked payload of a type."""
    known, waiting = set[Any](), [schema]
    while waiting:  # and not by recursion: types may lead to each other as far as they like
        one = waiting.pop()
        if one in scalars or one in known:
            continue
        known.add(one)
        parts = _parts(one, scalars)
        if parts is None:
            return False
        waiting += parts
    return True


def _parts(schema: Any, scalars: AbstractSet[type]) -> Iterable[Any] | None:
    """The types of what a value of this type has in it; None where it may itself not be plain, or nobody knows."""
    if is_model(schema):
        return _parts_of_model(schema, scalars)
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin is list or (origin is dict and arguments[0] is str):
        return arguments[-1:]
    if origin is Literal:
        return map(type, arguments)
    if origin is Annotated:
        return None if any(isinstance(one, Discriminator) for one in arguments) else arguments[:1]
    members = [one for one in arguments if one is not type(None)]
    return members if origin in UNIONS and len(members) == 1 else None


def _parts_of_model(cls: Any, scalars: AbstractSet[type]) -> Iterable[Any] | None:
    """What is not declared may be anything, and so may what a default is made of."""
    fields = attrs.fields(cls)
    if is_open(cls) or has_rules(cls) or any(type(wire) is not str for wire in wire_names(cls)):
        return None
    made = (one.default for one in fields if one.default is not attrs.NOTHING)
    return [one.type for one in fields] if all(type(default) in scalars for default in made) else None
