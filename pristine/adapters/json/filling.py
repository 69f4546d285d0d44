"""How objects of answers become Models whose making is nothing but setting their fields: that is done here, by slot.

It is what a converter's hook would make, in two thirds of the time: a value whose class says that it is of its type
costs no call, and neither does the class's `__init__`, which sets each field of a frozen class by its name.
"""

from collections.abc import Callable
from types import MemberDescriptorType
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin

import attrs

from pristine.adapters.json.faults import mismatch
from pristine.adapters.json.hooks import Hook, Hooks
from pristine.ports.model import READ_ONLY, REQUIRED, WIRE, Model, remember
from pristine.ports.unions import UNIONS

_Field: TypeAlias = tuple[str, Callable[[Any, Any], None], type | None, Hook, Any, Any]
"""Its name on the wire, what sets it, the class of what needs no hook, the hook, its type, and its default."""

_SCALARS: Final = frozenset({str, int, float, bool})
_HOOKS: Final = ("__attrs_init__", "__attrs_pre_init__", "__attrs_post_init__", "__post_init__")
"""What a class has whose objects are made by more than setting their fields."""


def is_only_filled(cls: Any) -> bool:
    """Whether objects of a class are made by setting its fields, and nothing else."""
    fields = attrs.fields(cls)  # first: of a manifest's class they are made when they are first asked for
    own = "__attrs_attrs__" in vars(cls) and cls.__new__ is object.__new__
    return own and not any(hasattr(cls, hook) for hook in _HOOKS) and all(map(_is_only_set, fields))


def _is_only_set(field: "attrs.Attribute[Any]") -> bool:
    return (
        field.init and not field.validator and not field.converter and not getattr(field.default, "takes_self", False)
    )


def filled(cls: Any, hooks: Hooks) -> Hook | None:
    """The hook of a class for answers that says only whether, not where, a value is wrong; None where it needs more."""
    if not is_only_filled(cls) or not all(map(_has_slot(cls), attrs.fields(cls))):
        return None

    fields: list[_Field] = []  # made by the first value and not before, so that recursive types and long chains end
    new = object.__new__

    def structure(value: Any, _: Any) -> Model:
        if not isinstance(value, dict):
            raise ValueError(mismatch(value, dict))  # noqa: TRY004 every fault of a value is a ValueError
        if not fields:
            fields[:] = [_field(cls, one, hooks) for one in attrs.fields(cls)]
        made: Model = new(cls)
        for wire, put, kind, hook, schema, default in fields:
            if wire in value:
                part = value[wire]
                put(made, part if part.__class__ is kind else hook(part, schema))
            elif default is attrs.NOTHING:
                raise KeyError(wire)
            else:
                put(made, default.factory() if default.__class__ is attrs.Factory else default)
        remember(made, value)
        return made

    return structure


def _has_slot(cls: Any) -> Callable[["attrs.Attribute[Any]"], bool]:
    return lambda field: isinstance(getattr(cls, field.name, None), MemberDescriptorType) and field.type is not None


def _field(cls: Any, field: "attrs.Attribute[Any]", hooks: Hooks) -> _Field:
    put, hook, said = getattr(cls, field.name).__set__, hooks.get_structure_hook(field.type), field.metadata
    needed = said.get(READ_ONLY) and said.get(REQUIRED)  # of answers, but not by the class
    default = attrs.NOTHING if needed else field.default
    return said.get(WIRE, field.name), put, kind_of(field.type, strict=False), hook, field.type, default


def kind_of(schema: Any, *, strict: bool) -> type | None:
    """The class whose values are of a type and stay as they are, where there is one: they need no hook."""
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin in UNIONS:
        members = [one for one in arguments if one is not type(None)]
        return kind_of(members[0], strict=strict) if len(members) == 1 else None
    if origin in {Annotated, Literal} and strict:
        return None  # not every one is
    if origin is Annotated:
        return kind_of(arguments[0], strict=strict)
    found = type(arguments[0]) if origin is Literal else schema
    return found if isinstance(found, type) and found in _SCALARS else None
