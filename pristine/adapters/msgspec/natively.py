"""Schemas of the user's own types (msgspec.Struct, dataclasses, TypedDict, datetime ...), which msgspec reads its way.

What is wrong is told where it is, as in every DecodeError; the reasons are msgspec's.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import inspect

from pristine.adapters.json import JsonSerializer
from pristine.ports.errors import DecodeError
from pristine.ports.model import is_model
from pristine.ports.patterns import pattern
from pristine.ports.serializer import Schema
from pristine.ports.unions import is_ordered

_JSON: Final = JsonSerializer()
_MISSING: Final = pattern(r"Object missing required field `(.*)`")


def is_native(schema: Schema) -> bool:
    """Whether msgspec makes a type, and all that it holds, as the types themselves would.

    A union of a manifest is none that it would: its enums are open, and its order counts.
    """
    return not is_ordered(schema) and not any(map(_is_strange, _parts(inspect.type_info(schema))))


def _parts(root: Any) -> Iterator[Any]:
    """What msgspec says of a type and of its parts."""
    seen: dict[int, Any] = {}
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo += node
        elif isinstance(node, (inspect.Type, inspect.Field)) and id(node) not in seen:
            seen[id(node)] = node
            todo += [getattr(node, name) for name in node.__struct_fields__]
    yield from seen.values()


def _is_strange(node: Any) -> bool:
    """A class that msgspec does not know, whose converters it would not call, or that would forget what was sent."""
    if isinstance(node, inspect.DataclassType):
        return is_model(node.cls) or any(field.converter for field in getattr(node.cls, "__attrs_attrs__", ()))
    return isinstance(node, inspect.CustomType)


def convert(data: bytes, schema: Schema) -> Any:
    """What JSON in other encodings becomes, too; raises DecodeError."""
    value = _JSON.decode(data)
    try:
        return msgspec.convert(value, schema, str_keys=True)
    except RecursionError as error:
        raise DecodeError("the body is nested too deeply") from error
    except Exception as error:
        where, reason = _located(str(error))
        raise DecodeError(f"{where or 'the whole'}: {reason}", where=where) from error


def _located(told: str) -> tuple[str, str]:
    """The path and the reason in what msgspec tells: "Expected `str`, got `int` - at `$.items[3].name`"."""
    reason, _, path = told.rpartition(" - at `")
    where = path.partition("$")[2].rstrip("`")
    if missing := _MISSING.fullmatch(reason or told):
        where, reason = f"{where}.{missing[1]}", "is missing"
    return where.removeprefix("."), reason or told
