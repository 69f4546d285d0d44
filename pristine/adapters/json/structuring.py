"""What each kind of type accepts: requests strictly, with their bounds; answers openly, with what is unknown kept.

A strict converter gives texts back as texts, checked: what it makes is written again at once.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args, get_origin

from pristine.adapters.json.faults import mismatch, nearest
from pristine.adapters.json.filling import filled, kind_of
from pristine.adapters.json.hooks import Hook, Hooks
from pristine.adapters.json.models import checked, has_rules, model
from pristine.adapters.json.unions import discriminated, union
from pristine.ports import formats
from pristine.ports.constraints import Constraints, Discriminator
from pristine.ports.model import is_model
from pristine.ports.unions import UNIONS

if TYPE_CHECKING:
    from cattrs import Converter


class Quick:
    """Hooks of the types that need nothing of cattrs; the others it has of a converter, loaded with the first of them.

    Most programs have no others, and are spared 10 ms at their start.
    """

    detailed_validation = False

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._hooks: dict[Any, Hook] = {**_scalars(strict=strict), Any: _as_it_is}

    def structure(self, obj: Any, cl: Any) -> Any:
        return (self._hooks.get(cl) or self.get_structure_hook(cl))(obj, cl)

    def get_structure_hook(self, type: Any) -> Hook:
        found = self._hooks.get(type)
        return found or self._hooks.setdefault(type, self._own(type) or self._of_cattrs(type))

    def _own(self, schema: Any) -> Hook | None:
        factory = _FACTORIES.get(get_origin(schema))
        if factory is not None:
            return factory(schema, self, self._strict)
        return _quick_model(schema, self, strict=self._strict) if is_model(schema) else None

    def _of_cattrs(self, schema: Any) -> Hook:
        return converter(strict=self._strict, detailed=False).get_structure_hook(schema)


@lru_cache
def converter(*, strict: bool, detailed: bool) -> "Converter":
    """The converter for requests (`strict`) or answers, which says where a fault is if `detailed`, or is quick."""
    from cattrs import Converter
    from cattrs.cols import mapping_structure_factory

    made = Converter(detailed_validation=detailed)
    for schema, hook in _scalars(strict=strict).items():
        made.register_structure_hook(schema, hook)
    factories: list[tuple[Callable[[Any], bool], Callable[[Any], Any]]] = [
        (_from(Literal), lambda schema: _literal(schema, made, strict)),
        (_from(list), lambda schema: _array(schema, made, strict)),
        (_from(dict), lambda schema: _guarded((dict,), mapping_structure_factory(schema, made))),
        (_is_union, lambda schema: union(schema, made, strict=strict)),
        (_from(Annotated), lambda schema: _annotated(schema, made, strict)),
        (is_model, lambda schema: _model(schema, made, strict=strict)),
    ]
    for applies, factory in factories:
        made.register_structure_hook_factory(applies, factory)
    return made


def _scalars(*, strict: bool) -> dict[Any, Hook]:
    plain = {schema: _only(schema) for schema in (int, str, bool, type(None))}
    texts = {schema: _text_of(schema) if strict else _value_of(schema) for schema in formats.TYPES}
    return {**plain, float: _number, **texts}


def _as_it_is(value: Any, _: Any) -> Any:
    return value


def _model(cls: Any, made: "Converter", *, strict: bool) -> Hook:
    quick = None if made.detailed_validation else _quick_model(cls, made, strict=strict)
    return quick or model(cls, made, strict=strict)


def _quick_model(cls: Any, made: Hooks, *, strict: bool) -> Hook | None:
    if strict:
        return None if has_rules(cls) else checked(cls, made)
    return filled(cls, made)


def _array(schema: Any, made: "Converter", strict: bool) -> Hook:
    from cattrs.cols import list_structure_factory

    if made.detailed_validation:
        return _guarded((list, tuple), list_structure_factory(schema, made))
    return _quick_array(schema, made, strict)


def _quick_array(schema: Any, made: Hooks, strict: bool) -> Hook:
    (item,) = get_args(schema)
    kind, hook = kind_of(item, strict=strict), made.get_structure_hook(item)

    def structure(value: Any, _: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise ValueError(mismatch(value, list))  # noqa: TRY004 every fault of a value is a ValueError
        return [one if one.__class__ is kind else hook(one, item) for one in value]

    return structure


def _quick_map(schema: Any, made: Hooks, strict: bool) -> Hook | None:
    key, item = get_args(schema)
    if key is not str:
        return None
    kind, hook = kind_of(item, strict=strict), made.get_structure_hook(item)

    def structure(value: Any, _: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError(mismatch(value, dict))  # noqa: TRY004 as above
        for name in value:
            if name.__class__ is not str:
                raise ValueError(mismatch(name, str))
        return {name: one if one.__class__ is kind else hook(one, item) for name, one in value.items()}

    return structure


def _quick_union(schema: Any, made: Hooks, strict: bool) -> Hook:
    if _is_union(schema):
        return union(schema, made, strict=strict)
    (inner,) = (one for one in get_args(schema) if one is not type(None))
    hook = made.get_structure_hook(inner)
    return lambda value, _: None if value is None else hook(value, inner)


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


def _literal(schema: Any, _: Hooks, strict: bool) -> Hook:
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


def _annotated(schema: Any, made: Hooks, strict: bool) -> Hook:
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


_FACTORIES: Final[Mapping[Any, Callable[[Any, Hooks, bool], Hook | None]]] = {
    Literal: _literal,
    list: _quick_array,
    dict: _quick_map,
    **dict.fromkeys(UNIONS, _quick_union),
    Annotated: _annotated,
}
"""Origin of a type -> what makes its hook, or None where that is for cattrs."""

QUICK: Final[Mapping[bool, Quick]] = {strict: Quick(strict=strict) for strict in (False, True)}
"""The hooks for answers and, strict, for requests, which say whether and not where a value is wrong."""
