"""Frozen values: how their classes are made, and how those are copied that are made for every call.

The latter are `slots=False`: to fill a `__dict__` takes attrs half as long as to set slots of a frozen class, and to
copy one a tenth.
"""

from functools import partial
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

T = TypeVar("T")

_new, _set = object.__new__, object.__setattr__


def changed(value: T, **fields: Any) -> T:
    """A copy with other fields, all taken as they are: attrs.evolve would convert and validate each of them again."""
    made = _new(type(value))
    _set(made, "__dict__", value.__dict__ | fields)
    return made


if TYPE_CHECKING:
    from attrs import frozen as frozen  # noqa: PLC0414 so that others may import it from here
else:

    def frozen(cls: type | None = None, *, eq: bool = True, repr: bool = True, **options: Any) -> Any:
        """What attrs.frozen makes, but `==`, `hash` and `repr` are functions that are there, for a start in less time.

        attrs writes the methods of a class as a source that Python compiles, 0.25 ms for each class; these are half of
        it. They give what those of attrs do, and take up to 1 µs longer: where that is too long, use attrs.frozen.
        """
        if cls is None:
            return partial(frozen, eq=eq, repr=repr, **options)
        made = attrs.frozen(cls, eq=False, repr=False, **options)
        if repr and "__repr__" not in vars(cls):
            made.__repr__ = _repr
        if eq and "__eq__" not in vars(cls):
            _compare(made)
        return made


@recursive_repr()
def _repr(self: Any) -> str:
    shown = ((one.name, repr if one.repr is True else one.repr) for one in self.__attrs_attrs__ if one.repr)
    told = ", ".join(f"{name}={how(getattr(self, name))}" for name, how in shown)
    return f"{type(self).__qualname__.rpartition('>.')[2]}({told})"


def _compare(cls: Any) -> None:
    names = [field.name for field in cls.__attrs_attrs__ if field.eq]
    values: Any = attrgetter(*names) if names else type

    def equal(self: Any, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash((cls, values(self)))

    cls.__eq__ = equal
    if "__hash__" not in vars(cls):
        cls.__hash__ = hashed
