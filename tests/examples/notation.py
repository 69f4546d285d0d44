"""The notation of tests/data/tinker_endpoints.json for types, compared with the types of a manifest.

`{a,b?:int,c=false}` is an object: a name, `?` where it may be left out, its type, its default. `Name` before it is only
a name; `|` separates alternatives, `list[…]` and `dict[…]` are what they say, and what follows a comma or a space on
the outside is prose.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import attrs

from pristine.ports.model import WIRE, is_model
from pristine.ports.serializer import Schema

SCALARS: Final = {"str": str, "int": int, "float": float, "bool": bool, "datetime": datetime}
_OPEN, _CLOSE = "[{(", "]})"


def cut(text: str, mark: str) -> list[str]:
    """The parts between marks that stand on the outside."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if letter == mark and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def members(schema: Schema) -> list[Any]:
    """The members of a type that are not null, without bounds."""
    origin: Any = get_origin(schema)
    if origin is Annotated:
        return members(get_args(schema)[0])
    if origin in {Union, UnionType}:
        return [one for part in get_args(schema) for one in members(part) if part is not type(None)]
    return [schema]


def differences(told: str, schema: Schema, where: str) -> Iterator[str]:
    """Where a type of a manifest is not what is told."""
    plain = cut(cut(told, " ")[0], ",")[0]
    options = [one for one in cut(plain, "|") if one not in {"null", "any", ""}]
    fitting = members(schema)
    for option in options:
        best: list[str] | None = None
        for member in fitting:
            found = list(_of_one(option, member, where))
            best = found if best is None or len(found) < len(best) else best
        yield from best or []


def _of_one(told: str, schema: Any, where: str) -> Iterator[str]:
    name, body = re.fullmatch(r"(\w*)(.*)", told).groups()  # type: ignore[union-attr]  # it matches anything
    origin: Any = get_origin(schema)
    if told.startswith("'") or name == "literal":
        if origin is not Literal or (told.startswith("'") and told.strip("'") not in get_args(schema)):
            yield f"{where}: {told}, but {schema}"
    elif name == "list" or (not name and body.startswith("[")):
        inner = "float" if body == "[int,float]" else body[1:-1]  # a manifest has no tuples
        yield from _same(origin is list, told, schema, where) or differences(inner, get_args(schema)[0], f"{where}[]")
    elif name == "dict":
        yield from _same(origin is dict, told, schema, where) or differences(
            cut(body[1:-1], ",")[-1], get_args(schema)[1], f"{where}.*"
        )
    elif name in SCALARS:
        yield from _same(schema is SCALARS[name] or origin is Literal, told, schema, where)
    elif body.startswith("{"):
        yield from _same(is_model(schema), told, schema, where) or _fields(body[1:-1], schema, where)
    else:
        yield from _same(is_model(schema) or origin is not None, told, schema, where)


def _same(same: bool, told: str, schema: Any, where: str) -> list[str]:
    return [] if same else [f"{where}: {told}, but {schema}"]


def _fields(told: str, model: Any, where: str) -> Iterator[str]:
    for one in filter(None, cut(told, ",")):
        name, optional, type, default = re.fullmatch(r"(\w+)(\??)(?::([^=]+))?(?:=(.*))?", one).groups()  # type: ignore[union-attr]
        field = field_of(model, name)
        if field is None:
            yield f"{where}.{name}: is not there"
            continue
        required = not optional and default is None
        yield from field_differences(field, type or "any", required, _read(default), f"{where}.{name}")


def _read(default: str | None) -> Any:
    return None if default is None else json.loads(default.replace("'", '"'))


def field_of(model: Any, wire: str) -> "attrs.Attribute[Any] | None":
    return next((one for one in attrs.fields(model) if one.metadata[WIRE] == wire), None)


def field_differences(field: Any, told: str, required: bool, default: Any, where: str) -> Iterator[str]:
    """Where a field is not what is told: its type, whether it must be there, its default."""
    given = None if field.default is attrs.NOTHING else field.default
    if required != field.metadata["pristine.required"]:
        yield f"{where}: required is {required}"
    if default is not None and given != default:
        yield f"{where}: the default is {default!r}, not {given!r}"
    yield from differences(told, field.type, where)
