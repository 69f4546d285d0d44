"""How objects become Models: by wire name, and what is not declared is kept, or in a request a fault."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from pristine.adapters.json.faults import OfField, mismatch, unknown_field
from pristine.adapters.json.filling import kind_of
from pristine.adapters.json.hooks import Hook, Hooks
from pristine.ports.model import READ_ONLY, REQUIRED, WIRE, WRITE_ONLY, Model, is_open, remember, wire_names

if TYPE_CHECKING:
    from cattrs import Converter


def model(cls: type[Model], converter: "Converter", *, strict: bool) -> Callable[[Any, Any], Model]:
    """The hook of a class."""
    names = wire_names(cls)
    renamed = any(wire != name for wire, name in names.items())
    closed = strict and not is_open(cls)
    needed = _of_one_direction(cls, WRITE_ONLY if strict else READ_ONLY)
    refused = _set_by_the_server(cls) if strict else frozenset[str]()

    @cache  # made by the first value and not before, so that recursive types and long chains of them end
    def inner() -> Callable[[Mapping[str, Any], Any], Model]:
        from cattrs.gen import make_dict_structure_fn

        return make_dict_structure_fn(cls, converter)

    def structure(value: Any, _: Any) -> Model:
        if not isinstance(value, dict):
            raise ValueError(mismatch(value, dict))  # noqa: TRY004 every fault of a value is a ValueError
        if closed and not value.keys() <= names.keys():
            raise unknown_field(next(key for key in value if key not in names), names)
        if needed and (missing := [wire for wire in needed if wire not in value]):
            raise OfField(missing[0], "is missing")
        if refused and (given := [wire for wire in refused if wire in value]):
            raise OfField(given[0], "is read-only: the server sets it")
        # Wire names stay out of `rename`: before 26.2, cattrs put them into its generated code as they are.
        fields = {name: value[wire] for wire, name in names.items() if wire in value} if renamed else value
        made = inner()(fields, cls)
        remember(made, value)
        return made

    return structure


def checked(cls: Any, hooks: Hooks) -> Callable[[Any, Any], dict[str, Any]]:
    """The hook of a class for requests that says only whether, not where, a value is wrong.

    A payload is checked field by field and stays a dict, with the defaults of what it lacks: it is written at once.
    """
    closed = not is_open(cls)
    needed = set(_of_one_direction(cls, WRITE_ONLY))
    refused = _set_by_the_server(cls)

    fields: list[tuple[str, type | None, Hook, Any, Any]] = []  # made by the first value, as above

    def structure(value: Any, _: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError  # noqa: TRY004 every fault of a value is a ValueError
        if (needed and not value.keys() >= needed) or (refused and not value.keys().isdisjoint(refused)):
            raise ValueError
        if not fields:
            fields[:] = _fields(cls, hooks)
        found, lacking = {}, 0
        for wire, kind, hook, schema, default in fields:
            if wire in value:
                part = value[wire]
                found[wire] = part if part.__class__ is kind else hook(part, schema)
                continue
            lacking += 1
            if default is not None:
                found[wire] = _filled(default)
        if not closed:
            return value | found
        if len(fields) - lacking < len(value):  # something is not declared
            raise ValueError
        return found

    return structure


def _fields(cls: Any, hooks: Hooks) -> list[tuple[str, type | None, Hook, Any, Any]]:
    """Its fields by wire name: the class of what needs no hook, the hook, its type, and its default."""
    return [
        (wire, kind_of(one.type, strict=True), hooks.get_structure_hook(one.type), one.type, one.default)
        for wire, one in zip(wire_names(cls), attrs.fields(cls), strict=True)
    ]


def _filled(default: Any) -> Any:
    if default is attrs.NOTHING:
        raise ValueError
    return default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]  # it is a class


def has_rules(cls: Any) -> bool:
    """Whether the class has validators or converters of its author's, which a value must go through."""
    return hasattr(cls, "__attrs_post_init__") or any(one.validator or one.converter for one in attrs.fields(cls))


def _of_one_direction(cls: Any, direction: str) -> list[str]:
    """The wire names of fields that must be there in requests (WRITE_ONLY) or in answers (READ_ONLY) alone."""
    fields = [field for field in attrs.fields(cls) if field.metadata.get(direction)]
    return [field.metadata[WIRE] for field in fields if field.metadata[REQUIRED]]


def _set_by_the_server(cls: Any) -> frozenset[str]:
    return frozenset(field.metadata[WIRE] for field in attrs.fields(cls) if field.metadata.get(READ_ONLY))
