"""Whether a parameter's value is of its declared type, and what is said where it is not. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final, Literal, get_args, get_origin
from uuid import UUID

import attrs

from pristine.core.requests.styles import header_parts
from pristine.core.requests.urls import scalar
from pristine.manifest.model import Parameter
from pristine.ports import formats
from pristine.ports.constraints import Constraints
from pristine.ports.errors import InvalidHeader, InvalidParameter
from pristine.ports.model import WIRE, is_model
from pristine.ports.patterns import pattern
from pristine.ports.serializer import Schema


def fill_parameters(declared: Mapping[str, Parameter], given: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The given parameters of a kind ("path", "query", "header"), checked, with the declared defaults.

    Raises InvalidParameter (InvalidHeader for headers) where one is missing or not of its type.
    """
    error = InvalidHeader if kind == "header" else InvalidParameter
    values = dict(given)
    for name, parameter in declared.items():
        if (value := values.get(name, parameter.default)) is not None:
            values[name] = value
            if not accepts(parameter.schema, value):
                raise error(f"{kind} parameter {name!r} must be {said(parameter.schema)}", where=name)
            if isinstance(value, (bytes, timedelta)):
                values[name] = formats.writes(value)
        elif parameter.required:
            told = f": {parameter.description}" if parameter.description else ""
            raise error(f"{kind} parameter {name!r} is missing{told}", where=name)
    return values


def accepts(schema: Schema, value: Any) -> bool:
    """Whether a parameter's value is of its type. What has a format may be given as a text of it, too."""
    value = value.value if isinstance(value, Enum) else value
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin in _OF_ORIGIN:
        return _OF_ORIGIN[origin](arguments, value)
    if schema in formats.TYPES:
        return isinstance(value, schema) or _reads(schema, value)
    if schema in _SCALARS:
        return isinstance(value, _SCALARS[schema]) and (schema is bool or not isinstance(value, bool))
    if is_model(schema):
        return isinstance(value, Mapping) and _fills(schema, value)
    return any(accepts(one, value) for one in arguments) if arguments else True


def _within(arguments: Any, value: Any) -> bool:
    return accepts(arguments[0], value) and not any(one.fault(value) for one in Constraints.among(arguments[1:]))


_OF_ORIGIN: Final[Mapping[Any, Callable[[Any, Any], bool]]] = {
    Annotated: _within,
    Literal: lambda members, value: any(value == one and type(value) is type(one) for one in members),
    list: lambda items, value: isinstance(value, (list, tuple)) and all(accepts(items[0], one) for one in value),
    dict: lambda _, value: isinstance(value, Mapping),
}


def bounds_of(schema: Schema) -> list[Constraints]:
    """The bounds that a type says."""
    return Constraints.among(getattr(schema, "__metadata__", ()))


def _reads(schema: Schema, value: Any) -> bool:
    try:
        formats.reads(schema, value)
    except ValueError:
        return False
    return True


def _fills(cls: Any, value: Mapping[str, Any]) -> bool:
    """Whether a mapping has the fields of a class, each of its type."""
    fields = {field.metadata[WIRE]: field for field in attrs.fields(cls)}
    missing = [wire for wire, field in fields.items() if field.default is attrs.NOTHING and value.get(wire) is None]
    return not missing and all(
        name in fields and (part is None or accepts(fields[name].type, part)) for name, part in value.items()
    )


_SCALARS: Final[Mapping[Any, tuple[type, ...]]] = {
    str: (str, date, time, UUID),
    int: (int,),
    float: (int, float, Decimal),
    bool: (bool,),
    type(None): (type(None),),
}


def spells(schema: Schema, text: str) -> bool:
    """Whether a header's text is a value of its declared type."""
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin is Literal:
        return text in [scalar(one, "", "") for one in arguments if one is not None]
    if origin is Annotated:
        return spells(arguments[0], text)
    if origin is list:
        return all(spells(arguments[0], part) for part in header_parts(text))
    if schema in formats.TYPES:
        return _reads(schema, text)
    if schema in _SPELLINGS:
        return _SPELLINGS[schema].fullmatch(text) is not None
    return any(spells(one, text) for one in arguments) if arguments else True


_SPELLINGS: Final[Mapping[Any, re.Pattern[str]]] = {
    int: pattern(r"[+-]?[0-9]+"),
    float: pattern(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"),
    bool: pattern(r"true|false"),
}


def said(schema: Schema) -> str:
    """A parameter's type for people."""
    origin: Any = get_origin(schema)
    if origin is Literal:
        return f"one of {', '.join(map(str, get_args(schema)))}"
    if origin is list:
        return f"a list, each item {said(get_args(schema)[0])}"
    if schema in formats.TYPES:
        return formats.said(schema)
    if bounds := bounds_of(schema):
        return f"{said(get_args(schema)[0])} within its bounds ({', '.join(map(str, bounds))})"
    if given := [one for one in get_args(schema) if one is not type(None)]:
        return said(given[0])
    names = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
    return names.get(schema, "an object of its declared type")
