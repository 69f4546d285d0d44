"""What each kind of type accepts: requests strictly, with their bounds; answers openly, with what is unknown kept.

A strict converter gives texts back as texts, checked: what it makes is written again at once.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin

from cattrs import Converter
from cattrs.cols import list_structure_factory, mapping_structure_factory

from pristine.adapters.json.faults import mismatch, nearest
from pristine.adapters.json.filling import filled, kind_of
from pristine.adapters.json.models import checked, has_rules, model
from pristine.adapters.json.unions import discriminated, union
from pristine.ports import formats
from pristine.ports.constraints import Constraints, Discriminator
from pristine.ports.model import is_model
from pristine.ports.unions import UNIONS

Hook = Callable[[Any, Any], Any]


@lru_cache
def converter(*, strict: bool, detailed: bool) -> Converter:
    """The converter for requests (`strict`) or answers, which says where a fault is if `detailed`, or is quick."""
    made = Converter(detailed_validation=detailed)
    for schema in (int, str, bool, type(None)):
        made.register_structure_hook(schema, _only(schema))
    made.register_structure_hook(float, _number)
    for schema in formats.TYPES:
        made.register_structure_hook(schema, _text_of(schema) if strict else _value_of(schema))
    factories: list[tuple[Callable[[Any], bool], Callable[[Any], Any]]] = [
        (_from(Literal), lambda schema: _literal(schema, strict=strict)),
        (_from(list), lambda schema: _array(schema, made, strict=strict)),
        (_from(dict), lambda schema: _guarded((dict,), mapping_structure_factory(schema, made))),
        (_is_union, lambda schema: union(schema, made, strict=strict)),
        (_from(Annotated), lambda schema: _annotated(schema, made, strict=strict)),
        (is_model, lambda schema: _model(schema, made, strict=strict, detailed=detailed)),
    ]
    for applies, factory in factories:
        made.register_structure_hook_factory(applies, factory)
    return made


def _model(cls: Any, made: Converter, *, strict: bool, detailed: bool) -> Hook:
    if strict and not detailed and not has_rules(cls):
        return checked(cls, made)
    quick = None if strict or detailed else filled(cls, made)
    return quick or model(cls, made, strict=strict)


def _array(schema: Any, made: Converter, *, strict: bool) -> Hook:
    (item,) = get_args(schema)
    kind = kind_of(item, strict=strict)
    if made.detailed_validation or not (kind or is_model(item)):
        return _guarded((list, tuple), list_structure_factory(schema, made))
    hook = made.get_structure_hook(item)

    def structure(value: Any, _: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise ValueError(mismatch(value, list))  # noqa: TRY004 every fault of a value is a ValueError
        return [one if one.__class__ is kind else hook(one, item) for one in value]

    return structure


def _from(origin: Any) -> Callable[[Any], bool]:
    return lambda schema: get_origin(schema) is origin


def _is_union(schema: Any) -> bool:
    """Whether it is of more than one type and null: for those cattrs has a hook of its own."""
    members = [one for one in get_args(schema) if one is not type(None)]
    return get_origin(schema) in UNIONS and len(members) > 1


def _only(expected: type) -> Hook:
    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is expected:
            return value
        raise ValueError(mismatch(value, expected))

    return structure


def _number(value: Any, _: Any) -> float:
    if value.__class__ is float or value.__class__ is int:
        return value  # an int stays one: 10**20 must not lose digits
    raise ValueError(mismatch(value, float))


def _text_of(kind: type) -> Hook:
    """Checks a value of Python's, or its text, and gives the text."""

    def structure(value: Any, _: Any) -> str:
        if isinstance(value, kind):
            return formats.writes(value)
        formats.reads(kind, value)
        return value  # type: ignore[no-any-return]  # a str, or it would not have been read

    return structure


def _value_of(kind: type) -> Hook:
    return lambda value, _: formats.reads(kind, value)


def _literal(schema: Any, *, strict: bool) -> Hook:
    members = get_args(schema)
    kinds = {type(member) for member in members}
    allowed = {(type(member), member) for member in members}  # because True == 1

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ in kinds and (not strict or (value.__class__, value) in allowed):
            return value
        raise ValueError(f"must be one of {', '.join(map(repr, members))}{nearest(value, members)}")

    return structure


def _guarded(accepted: tuple[type, ...], inner: Hook) -> Hook:
    """Because cattrs iterates whatever can be iterated; a string is not an array."""

    def structure(value: Any, schema: Any) -> Any:
        if isinstance(value, accepted):
            return inner(value, schema)
        raise ValueError(mismatch(value, accepted[0]))

    return structure


def _annotated(schema: Any, made: Converter, *, strict: bool) -> Hook:
    """What `Annotated` says beside the type: how a union is told apart; in requests, bounds."""
    inner, *said = get_args(schema)
    told = next((one for one in said if isinstance(one, Discriminator)), None)
    read = made.get_structure_hook(inner) if told is None else discriminated(inner, told, made, strict=strict)
    bounds = Constraints.among(said) if strict else []

    def structure(value: Any, _: Any) -> Any:
        found = read(value, inner)
        for one in bounds:
            if fault := one.fault(value):
                raise ValueError(fault)
        return found

    return structure
