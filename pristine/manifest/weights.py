"""How large types are, written out: names make it easy to say what no program could hold, compare or check.

A type that is of others is hashed through all of them, whenever a type is made of it.
"""

from collections.abc import Iterable
from typing import Any, Final, get_args

from pristine.manifest.reading import Cursor
from pristine.ports.serializer import Schema

HEAVIEST: Final = 10_000
"""Of how many parts a type may be, names written out; a class is one."""

DEEPEST: Final = 100

EFFORT: Final = 10
"""What a part takes, whenever a type is made of it."""


class Weights:
    """The weight of each type that has been made: its number of parts."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Schema, int, int]] = {}  # the type itself too, or another could have its id

    def checked(self, at: Cursor, schema: Schema) -> Schema:
        """The type, if it is not too heavy and not too deep."""
        if not get_args(schema):
            return schema
        weight, depth = self._measured(schema)
        at.spend(weight * EFFORT)
        if weight > HEAVIEST or depth > DEEPEST:
            limit = f"{HEAVIEST:,} parts" if weight > HEAVIEST else f"{DEEPEST} levels"
            at.fault(f"is a type of more than {limit}, with the types that it names")
            return Any
        self._known[id(schema)] = schema, weight, depth
        return schema

    def of(self, schema: Schema) -> int:
        """The weight of a type."""
        return self._measured(schema)[0]

    def total(self, schemas: Iterable[Schema]) -> int:
        """The weight of several."""
        return sum(map(self.of, schemas))

    def _measured(self, schema: Schema) -> tuple[int, int]:
        if known := self._known.get(id(schema)):
            return known[1], known[2]
        parts = [self._measured(part) for part in get_args(schema)]
        return 1 + sum(weight for weight, _ in parts), 1 + max((depth for _, depth in parts), default=0)
