"""A type without the ways in which it can be written: its members, whether it may be null, and what bounds it."""

from collections.abc import Iterable, Iterator, Mapping
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import attrs

from pristine.manifest.model import Endpoint
from pristine.ports.constraints import Constraints, Discriminator
from pristine.ports.model import DESCRIPTION, REQUIRED, WIRE, Model, is_model
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS, union_of


@attrs.frozen
class View:
    """`members` are the alternatives without null; `bounds` and `discriminator` are those of the whole."""

    members: tuple[Schema, ...]
    nullable: bool = False
    bounds: tuple[Constraints, ...] = ()
    discriminator: Discriminator | None = None


def view(schema: Schema) -> View:
    """The view of a type; None, which is undeclared, is anything."""
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin is Annotated:
        return _bounded(view(arguments[0]), arguments[1:])
    if origin in UNIONS:
        members = tuple(one for one in arguments if one is not NoneType)
        nullable = len(members) < len(arguments)
        return attrs.evolve(view(members[0]), nullable=True) if len(members) == 1 else View(members, nullable)
    if origin is Literal and None in arguments:
        rest = tuple(one for one in arguments if one is not None)
        return View((Literal[rest],) if rest else (), nullable=True)
    return View((), nullable=True) if schema is NoneType else View((Any if schema is None else schema,))


def _bounded(found: View, said: tuple[Any, ...]) -> View:
    told = next((one for one in said if isinstance(one, Discriminator)), found.discriminator)
    return attrs.evolve(found, bounds=(*found.bounds, *Constraints.among(said)), discriminator=told)


def without_null(schema: Schema) -> Schema:
    """The type without the null that a union adds to it; such a union has lost the name that the type may have."""
    members = tuple(one for one in get_args(schema) if one is not NoneType)
    is_nullable = get_origin(schema) in UNIONS and 0 < len(members) < len(get_args(schema))
    return union_of(members) if is_nullable else schema


def fields_of(cls: type[Model]) -> dict[str, "attrs.Attribute[Any]"]:
    """The fields of a class, by wire name."""
    fields: Any = attrs.fields(cls)  # type: ignore[arg-type]  # made by attrs
    return {field.metadata.get(WIRE, field.name): field for field in fields}


def default_of(field: "attrs.Attribute[Any]") -> Any:
    """The default of a field; None where it has none."""
    default: Any = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a class, to Python
        return default.factory()
    return None if default is attrs.NOTHING else default


def may_be_left_out(field: "attrs.Attribute[Any]") -> bool:
    """Whether the type says null only because the field need not be there."""
    return not field.metadata.get(REQUIRED, field.default is attrs.NOTHING) and default_of(field) is None


def is_sensitive(field: "attrs.Attribute[Any]") -> bool:
    """Whether its value is not shown where the object is printed."""
    return field.repr is not True


def description_of(cls: type[Model]) -> str:
    """What the manifest says of a class: its docstring without the fields."""
    told = {field.name: field.metadata.get(DESCRIPTION, "") for field in fields_of(cls).values()}
    listed = "\n".join(f"    {name}: {' '.join(text.split())}" for name, text in told.items() if text)
    return (cls.__doc__ or "").removesuffix(f"Attributes:\n{listed}" if listed else "").strip()


def answers_of(endpoint: Endpoint) -> Mapping[str, Schema]:
    """The types of answers by status; "2XX" is that of a good one which has none of its own."""
    if endpoint.response is None:
        return endpoint.responses
    return {**endpoint.responses, "2XX": endpoint.response}


def classes_of(roots: Iterable[Schema]) -> Iterator[Any]:
    """Every class that types lead to; those of a class come before those of the next one."""
    seen: set[int] = set()
    waiting = list(reversed(list(roots)))
    while waiting:
        schema = waiting.pop()
        if is_model(schema) and id(schema) not in seen:
            seen.add(id(schema))
            yield schema
            waiting.extend(reversed([field.type for field in fields_of(schema).values()]))
        else:
            waiting.extend(reversed([one for one in get_args(schema) if _is_type(one)]))


def _is_type(argument: Any) -> bool:
    """Whether an argument of a type is a type, and no value of an enum or bound."""
    return is_model(argument) or bool(get_args(argument))


def without_bounds(schema: Schema) -> Schema:
    """The type without what is said of it beside."""
    origin: Any = get_origin(schema)
    return without_bounds(get_args(schema)[0]) if origin is Annotated else schema
