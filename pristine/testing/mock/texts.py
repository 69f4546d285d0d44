"""Texts of a URL or a form -> values of their declared types. What is of no type stays text: the check says so.

The wire has no types: `5` is a number where a number is declared, and `["5"]` where a list is.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin
from urllib.parse import unquote, unquote_plus

import attrs

from pristine.core.requests.parameters import accepts
from pristine.core.requests.styles import header_parts
from pristine.core.requests.urls import scalar
from pristine.manifest.model import Parameter
from pristine.ports.model import WIRE, is_model
from pristine.ports.serializer import Schema

Pairs: TypeAlias = Sequence[tuple[str, str]]
"""Names, and values as they were encoded."""

Shape: TypeAlias = "str | list[Any] | dict[str, Any]"

MISSING: Final = object()


def pairs_of(query: str) -> list[tuple[str, str]]:
    """The pairs of a query or form; values stay encoded, since a comma in one may be a mark or a part of it."""
    parts = [pair.partition("=") for pair in query.split("&") if pair]
    return [(unquote_plus(name), value) for name, _, value in parts]


# -- shapes ------------------------------------------------------------------------------------------------------------


def tree(pairs: Pairs, names: Iterable[str] = ()) -> dict[str, Any]:
    """`a=1&tag=x&tag=y&filter[kind]=new` as an object; a name among `names` is one, whatever brackets are in it."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        steps = [name] if name in names else _steps(name)
        here = found
        for step in steps[:-1]:
            inner = here.setdefault(step, {})
            here = inner if isinstance(inner, dict) else here
        _add(here, steps[-1], unquote_plus(value))
    return found


def _steps(name: str) -> list[str]:
    match = re.fullmatch(r"([^\[\]]+)((?:\[[^\[\]]*\])+)", name)
    return [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else [name]


def _add(here: dict[str, Any], name: str, value: str) -> None:
    there = here.get(name, MISSING)
    if there is MISSING:
        here[name] = value
    else:
        here[name] = [*there, value] if isinstance(there, list) else [there, value]


_MARKS: Final = {"form": ",", "spaceDelimited": r"%20|\+", "pipeDelimited": r"%7C|%7c|\|"}
"""The patterns of what stands between the parts of a parameter that is not exploded."""


def in_query(name: str, parameter: Parameter, pairs: Pairs, loose: Pairs) -> Any:
    """The shape of a query parameter out of its pairs; `loose` are those that no parameter has the name of."""
    if parameter.style in _MARKS and parameter.explode and _is_object(parameter.schema):
        known = _field_names(parameter.schema)
        return tree([pair for pair in loose if known is None or pair[0] in known]) or MISSING
    mine = [(key, value) for key, value in pairs if key == name]
    if parameter.style in _MARKS and not parameter.explode and mine and _is_many(parameter.schema):
        return _split(mine[-1][1], _MARKS[parameter.style], parameter.schema)
    nested = [(key, value) for key, value in pairs if key.startswith(f"{name}[")]
    return tree([*mine, *nested], {name}).get(name, MISSING)


def _field_names(schema: Schema) -> set[str] | None:
    """The names that an object of the type may have; None for any."""
    if is_model(schema):
        return {field.metadata[WIRE] for field in attrs.fields(schema)}
    origin: Any = get_origin(schema)
    found = [] if origin is dict else [_field_names(one) for one in get_args(schema) if _is_object(one)]
    return found[0] if found else None


def in_header(parameter: Parameter, text: str) -> Shape:
    """The shape of a header parameter, which is not encoded: a list or object has the style `simple`."""
    if not _is_many(parameter.schema):
        return text
    parts = header_parts(text)
    if not _is_object(parameter.schema):
        return list(parts)
    if parameter.explode:
        return {key: value for key, _, value in (part.partition("=") for part in parts)}
    return dict(zip(parts[::2], parts[1::2], strict=False))


def _split(text: str, mark: str, schema: Schema) -> Shape:
    parts = re.split(mark, text)
    return _alternating(parts) if _is_object(schema) else list(map(unquote, parts))


def _alternating(parts: list[str]) -> dict[str, Any]:
    return dict(zip(map(unquote, parts[::2]), map(unquote, parts[1::2]), strict=False))


def in_path(name: str, parameter: Parameter | None, text: str) -> Shape:
    """The shape of a path parameter by its style (OpenAPI 3.1 section 4.8.12.3)."""
    if parameter is None or parameter.allow_reserved:
        return unquote(text)
    many, exploded = _is_many(parameter.schema), parameter.explode
    mark = ","
    if parameter.style == "label":
        text, mark = text.removeprefix("."), "." if exploded else ","
    elif parameter.style == "matrix" and many and exploded:
        text, mark = text.removeprefix(";"), ";"
    elif parameter.style == "matrix":
        text = text.removeprefix(f";{name}=")
    if not many:
        return unquote(text)
    parts = text.split(mark)
    if _is_object(parameter.schema):
        pairs = [part.partition("=") for part in parts]
        return {unquote(key): unquote(value) for key, _, value in pairs} if exploded else _alternating(parts)
    return [unquote(part.removeprefix(f"{name}=") if mark == ";" else part) for part in parts]


def kinds(schema: Schema) -> set[str]:
    """What a value of the type may be: "list", "object", "scalar"."""
    origin: Any = get_origin(schema)
    if origin is list:
        return {"list"}
    if origin is dict or is_model(schema):
        return {"object"}
    if origin is Annotated:
        return kinds(get_args(schema)[0])
    inner = [one for one in get_args(schema) if one is not type(None)] if origin is not Literal else []
    return set().union(*map(kinds, inner)) if inner else {"scalar"}


def _is_object(schema: Schema) -> bool:
    return "object" in kinds(schema)


def _is_many(schema: Schema) -> bool:
    return bool(kinds(schema) & {"list", "object"})


# -- values ------------------------------------------------------------------------------------------------------------


def typed(schema: Schema, shape: Any) -> Any:
    """The shape as a value of the type, as far as it can be one."""
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin in _CONTAINERS:
        return _CONTAINERS[origin](arguments, shape)
    if is_model(schema):
        return _fields(schema, shape)
    if arguments:
        values = [(one, typed(one, shape)) for one in arguments if one is not type(None)]
        return next((value for one, value in values if accepts(one, value)), values[0][1])
    if isinstance(shape, str) and schema in _FORMS and _FORMS[schema][0].fullmatch(shape):
        return _FORMS[schema][1](shape)
    return shape


def _listed(arguments: Any, shape: Any) -> Any:
    if isinstance(shape, dict) and all(key.isdecimal() for key in shape):
        shape = [shape[key] for key in sorted(shape, key=int)]
    return [typed(arguments[0], part) for part in (shape if isinstance(shape, list) else [shape])]


def _mapped(arguments: Any, shape: Any) -> Any:
    if not isinstance(shape, dict):
        return shape
    return {name: typed(arguments[1], part) for name, part in shape.items()}


def _fields(cls: Any, shape: Any) -> Any:
    if not isinstance(shape, dict):
        return shape
    types = {field.metadata[WIRE]: field.type for field in attrs.fields(cls)}
    return {name: typed(types[name], part) if name in types else part for name, part in shape.items()}


def _member(members: Any, shape: Any) -> Any:
    texts = {scalar(one, "", ""): one for one in members if one is not None}
    return texts.get(shape, shape) if isinstance(shape, str) else shape


_CONTAINERS: Final[Mapping[Any, Callable[[Any, Any], Any]]] = {
    list: _listed,
    dict: _mapped,
    Annotated: lambda arguments, shape: typed(arguments[0], shape),
    Literal: _member,
}


def _number(text: str) -> int | float | str:
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if isfinite(float(text)) else text


_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,4000}")
_FORMS: Final[Mapping[Any, tuple[re.Pattern[str], Callable[[str], Any]]]] = {
    int: (_WHOLE, int),
    float: (re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"), _number),
    bool: (re.compile("true|false"), lambda text: text == "true"),
}
