"""Unions that keep the order of their members: where a value fits several, the first of them counts.

To typing a union is a set: `Union[A, B]` equals `Union[B, A]`, and whoever keeps something by type, as typing itself
and cattrs do, takes the one for the other that was made first in the process.
"""

from collections.abc import Iterable, Iterator
from types import GenericAlias, NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

UNIONS: Final = frozenset({Union, UnionType})
"""The origins of unions, by any way of writing them."""


def union_of(members: Iterable[Any]) -> Any:
    """The union of types: `Union[members]`, to `get_origin` and `get_args`, but equal to none in another order."""
    parts = tuple(dict.fromkeys(_flat(members)))
    if len([one for one in parts if one is not NoneType]) < 2:
        return Union[parts]  # noqa: UP007 made at run time; no value is of a type and null
    return GenericAlias(Union, parts)  # type: ignore[arg-type]  # it need not be a class


def is_ordered(schema: Any) -> bool:
    """Whether a type has a union of `union_of` in it, outside of its classes."""
    made_here = isinstance(schema, GenericAlias) and get_origin(schema) in UNIONS
    return made_here or any(map(is_ordered, get_args(schema)))


def _flat(members: Iterable[Any]) -> Iterator[Any]:
    for one in members:
        yield from get_args(one) if get_origin(one) in UNIONS else (NoneType if one is None else one,)
