"""Which member of a union a value is of: by a field that tells them apart, or by what fits best."""

from functools import cache
from typing import Any, Literal, get_args, get_origin

import attrs

from pristine.adapters.json.faults import OfField, mismatch, nearest
from pristine.adapters.json.hooks import Hook, Hooks
from pristine.ports.constraints import Discriminator
from pristine.ports.model import WIRE, is_model, wire_names


def discriminated(union: Any, told: Discriminator, hooks: Hooks, *, strict: bool) -> Hook:
    """The hook of a union of objects. In an answer, one of an unknown kind is left as it is."""
    members = dict(told.members)
    nullable = type(None) in get_args(union)

    def structure(value: Any, _: Any) -> Any:
        if value is None and nullable:
            return None
        if not isinstance(value, dict):
            raise ValueError(mismatch(value, dict))  # noqa: TRY004 every fault of a value is a ValueError
        kind = value.get(told.name)
        if isinstance(kind, str) and kind in members:
            return hooks.structure(value, members[kind])
        if not strict:
            return value
        if told.name not in value:
            raise OfField(told.name, "is missing")
        raise OfField(told.name, f"must be one of {', '.join(map(repr, members))}{nearest(kind, members)}")

    return structure


def union(schema: Any, given: Hooks, *, strict: bool) -> Hook:
    """The hook of a union without a discriminator. An object of an answer that is of no member is left as it is."""
    members = get_args(schema)

    @cache
    def hooks() -> list[tuple[Any, Hook]]:
        return [(member, given.get_structure_hook(member)) for member in members]

    def structure(value: Any, _: Any) -> Any:
        fitting: list[tuple[int, int, Any]] = []
        last: Exception | None = None
        for member, hook in hooks():
            if not strict and _is_strange_to(member, value):
                continue
            try:
                fitting.append((_strangeness(member, value), len(fitting), hook(value, member)))
            except RecursionError:
                raise
            except Exception as error:  # noqa: BLE001 whatever a hook of the user's raises
                last = error
        if fitting:
            return min(fitting, key=lambda one: one[:2])[2]
        if not strict and isinstance(value, dict):
            return value
        raise ValueError(f"is of none of {', '.join(map(_named, members))}") from last

    return structure


def _is_strange_to(member: Any, value: Any) -> bool:
    """Whether a member knows none of an object's fields: that it needs none of its own makes it no match."""
    return is_model(member) and isinstance(value, dict) and bool(value) and value.keys().isdisjoint(wire_names(member))


def _strangeness(member: Any, value: Any) -> int:
    """How little an object looks like a member: by its constants first, then by fields and enum members not known."""
    if not is_model(member) or not isinstance(value, dict):
        return 0
    names = wire_names(member)
    known = {field.metadata.get(WIRE, field.name): _constants(field.type) for field in attrs.fields(member)}
    told = ((value[wire], allowed) for wire, allowed in known.items() if allowed and value.get(wire) is not None)
    return sum(key not in names for key in value) + sum(_weight(one, allowed) for one, allowed in told)


def _weight(value: Any, allowed: tuple[Any, ...]) -> int:
    """What a value says of the member: of a constant nearly all, of an enum, which may have grown, little."""
    if len(allowed) > 1:
        return value not in allowed
    return -1000 if value in allowed else 1000


def _constants(schema: Any) -> tuple[Any, ...]:
    """The members of a Literal, or of one that may be null."""
    parts = [schema, *get_args(schema)] if get_origin(schema) is not Literal else [schema]
    return next((get_args(one) for one in parts if get_origin(one) is Literal), ())


def _named(member: Any) -> str:
    return str(getattr(member, "__name__", member)) if not get_args(member) else str(member).replace("typing.", "")
