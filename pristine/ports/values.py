"""Frozen values: how their classes are made, and how those are copied that are made for every call.

The latter are `slots=False`: to fill a `__dict__` takes attrs half as long as to set slots of a frozen class, and to
copy one a tenth.
"""

import sys
from collections.abc import Callable
from functools import cached_property, partial
from operator import attrgetter
from reprlib import recursive_repr
from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, get_origin

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

    def frozen(cls: type | None = None, **options: Any) -> Any:
        """What attrs.frozen makes, when the class is first used: most of a hundred are not, before a call is answered.

        attrs writes the methods of a class as a source that Python compiles, 0.3 ms for each.
        """
        if cls is None:
            return partial(frozen, **options)
        make = partial(_made, cls, **options)
        return _declared(cls, make, **options) if _can_wait(cls, **options) else make()


def _made(cls: type, *, eq: bool = True, repr: bool = True, **options: Any) -> Any:
    """The class that attrs makes, but `==`, `hash` and `repr` are functions that are there: half of what it compiles.

    They give what those of attrs do, and take up to 1 µs longer: where that is too long, use attrs.frozen.
    """
    made: Any = attrs.frozen(cls, eq=False, repr=False, **options)
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
    values: Callable[[Any], Any] = attrgetter(*names) if names else type

    def equal(self: Any, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash((cls, values(self)))

    cls.__eq__ = equal
    if "__hash__" not in vars(cls):
        cls.__hash__ = hashed


# -- classes that wait for their first use -----------------------------------------------------------------------------

_MADE: Final = ("__init__", "__attrs_attrs__", "__attrs_props__", "__match_args__", "__getstate__", "__setstate__")
_FROZEN: Final = ("__setattr__", "__delattr__", "__replace__")


def _can_wait(cls: type, *, slots: bool = True, **_: Any) -> bool:
    """Whether nothing of the class refers to it, as `super()` does: to the one that would be replaced."""
    own = vars(cls)
    parts = [getattr(part, "__func__", getattr(part, "fget", part)) for part in own.values()]
    return (
        slots
        and type(cls) is type
        and sys.version_info < (3, 14)  # where annotations are evaluated later
        and "__init__" not in own
        and not any(isinstance(part, cached_property) for part in parts)
        and not any("__class__" in part.__code__.co_freevars for part in parts if hasattr(part, "__code__"))
    )


def _declared(cls: type, make: Callable[[], type], *, eq: bool = True, repr: bool = True, **_: Any) -> type:
    """A class with its slots, and with what attrs will make of the original one still to come."""
    annotated: dict[str, Any] = vars(cls).get("__annotations__", {})
    fields = [name for name, of in annotated.items() if of is not ClassVar and get_origin(of) is not ClassVar]
    there = {name for base in cls.__mro__[1:] for name, part in vars(base).items() if isinstance(part, _SLOTS)}
    body = {name: part for name, part in vars(cls).items() if name not in {*fields, "__dict__", "__weakref__"}}
    later = {*_MADE, *_FROZEN, *(("__eq__", "__hash__") if eq else ()), *(("__repr__",) if repr else ())}
    body |= {name: _Later(make) for name in later - body.keys()}
    body["__slots__"] = tuple(name for name in (*fields, "__weakref__") if name not in there)
    return type(cls.__name__, cls.__bases__, {**body, "__qualname__": cls.__qualname__})


_SLOTS: Final = (MemberDescriptorType, GetSetDescriptorType)  # the latter of `__weakref__`


class _Later:
    """An attribute of a class that attrs has not seen: with the first that is asked for, it gets them all."""

    def __init__(self, make: Callable[[], type]) -> None:
        self._make = make

    def __set_name__(self, declared: type, name: str) -> None:
        self._declared, self._name = declared, name

    def __get__(self, instance: object, owner: type) -> Any:
        own = vars(self._declared)
        for name, part in vars(self._make()).items():
            if isinstance(own.get(name, self), _Later):
                setattr(self._declared, name, part)
        found = own[self._name]
        if found is self:  # attrs makes none: not in this version, or not for this Python
            raise AttributeError(self._name)
        return found.__get__(instance, owner) if hasattr(found, "__get__") else found
