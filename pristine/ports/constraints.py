"""What a schema says beside its Python type, as the metadata of `Annotated`: bounds, and how a union is told apart.

Serializers hold requests to it; answers are read without, since a server that loosens a bound breaks no reader.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sized
from decimal import Decimal
from typing import Any

import attrs

from pristine.ports.values import frozen


@frozen(kw_only=True)
class Constraints:
    """Bounds of a value, by the words of JSON Schema (2020-12, validation, section 6). None is no bound."""

    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    multiple_of: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    min_properties: int | None = None
    max_properties: int | None = None

    @classmethod
    def among(cls, said: Iterable[Any]) -> "list[Constraints]":
        """The bounds among what `Annotated` says beside a type."""
        return [one for one in said if isinstance(one, cls)]

    def __str__(self) -> str:
        said = {name: value for name, value in attrs.asdict(self).items() if value not in {None, False}}
        return ", ".join(f"{name} {value}" for name, value in said.items())

    def fault(self, value: Any) -> str | None:
        """What is wrong with a plain value, or None. A bound that is for another kind of value holds for none."""
        if isinstance(value, str):
            return self._of_text(value)
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return self._of_number(value)
        if isinstance(value, (list, tuple)):
            twice = self.unique_items and _has_twice(value)
            return "must not have an item twice" if twice else _sized(value, self.min_items, self.max_items, "items")
        if isinstance(value, Mapping):
            return _sized(value, self.min_properties, self.max_properties, "properties")
        return None

    def _of_text(self, value: str) -> str | None:
        if self.pattern is not None and not re.search(self.pattern, value):
            return f"must match {self.pattern}"
        return _sized(value, self.min_length, self.max_length, "characters")

    def _of_number(self, value: Any) -> str | None:
        if self.minimum is not None and value < self.minimum:
            return f"must be at least {self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return f"must be at most {self.maximum:g}"
        if self.exclusive_minimum is not None and value <= self.exclusive_minimum:
            return f"must be greater than {self.exclusive_minimum:g}"
        if self.exclusive_maximum is not None and value >= self.exclusive_maximum:
            return f"must be less than {self.exclusive_maximum:g}"
        if self.multiple_of is not None and not _is_multiple(value, self.multiple_of):
            return f"must be a multiple of {self.multiple_of:g}"
        return None


def _is_multiple(value: float, step: float) -> bool:
    from fractions import Fraction

    return Fraction(str(value)) % Fraction(str(step)) == 0


def _sized(value: Sized, least: int | None, most: int | None, what: str) -> str | None:
    if least is not None and len(value) < least:
        return f"must have at least {least} {what}, not {len(value)}"
    if most is not None and len(value) > most:
        return f"must have at most {most} {what}, not {len(value)}"
    return None


def _has_twice(values: Any) -> bool:
    texts = [json.dumps(value, sort_keys=True, default=str) for value in values]
    return len(set(texts)) < len(texts)


@frozen
class Discriminator:
    """Which member of a union an object is: the one that `members` has for the value of its field `name`."""

    name: str
    members: tuple[tuple[str, Any], ...] = attrs.field(repr=False)
