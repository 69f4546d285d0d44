"""Values -> plain ones -> text: Models, enums and the like become dicts, lists and scalars."""

import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pristine.ports import formats
from pristine.ports.model import NULL, Model, sent_fields, wire_names

if TYPE_CHECKING:
    from cattrs import Converter

SCALARS: Final[frozenset[type]] = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """A value as dicts, lists and scalars. What JSON has no form for stays as it is: its schema may have one."""
    if value.__class__ in SCALARS:
        return value
    if value.__class__ is dict:
        return _with_text_keys(value)
    if value.__class__ is list:
        return [part if part.__class__ in SCALARS else plain(part) for part in value]
    return _converter().unstructure(value)


@lru_cache
def _converter() -> "Converter":
    from cattrs import Converter  # loaded with the first value that is more than JSON's own

    converter = Converter()
    converter.register_unstructure_hook(Model, _unstructure)
    converter.register_unstructure_hook(dict, _with_text_keys)
    converter.register_unstructure_hook(type(NULL), lambda _: None)
    return converter


def _unstructure(model: Model) -> dict[str, Any]:
    """Declared fields that were sent or have a value, then the undeclared ones that were sent."""
    sent = sent_fields(model)
    declared: dict[str, Any] = {}
    for wire, name in wire_names(type(model)).items():
        value = getattr(model, name)
        if value is not None or wire in sent:
            declared[wire] = plain(value)
    return declared | {wire: value for wire, value in sent.items() if wire not in declared}


def _with_text_keys(value: dict[Any, Any]) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise ValueError("a key is not a string")  # noqa: TRY004 json would write it as one
    return {key: part if part.__class__ in SCALARS else plain(part) for key, part in value.items()}


_OBVIOUS: Final = (datetime, date, time, UUID, Decimal)
"""What is written as text without a schema, too; bytes are not: nobody can know how they are to be read."""


def _obvious(value: Any) -> str:
    if isinstance(value, _OBVIOUS):
        return formats.writes(value)
    raise TypeError(f"a value of type {type(value).__name__} cannot be written as JSON")


def _writer() -> Callable[[Any], str]:
    """What writes a plain value as JSON.

    The library makes an encoder of C's for each value: that is a tenth of a call, so here is one for all of them. It
    does not look for values that hold themselves: those end in a RecursionError.
    """
    encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_obvious)
    make = getattr(json.encoder, "c_make_encoder", None)  # there is none in a Python without C
    if make is None:
        return encoder.encode
    pieces = make(None, _obvious, json.encoder.encode_basestring, None, ":", ",", False, False, False)
    return lambda value: "".join(pieces(value, 0))


write: Final = _writer()


def unwritable(value: Any, where: str) -> tuple[str, str] | None:
    """The path and the reason of the first part of a value that JSON cannot say, if there is one."""
    if isinstance(value, (dict, Model)):
        if wrong := [key for key in value if not isinstance(key, str)]:
            return where, f"the key {wrong[0]!r:.80} is not a string"
        parts = [(where, key) for key in value]
        parts += [(f"{where}.{key}".removeprefix("."), value[key]) for key in value]
    elif isinstance(value, (list, tuple)):
        parts = [(f"{where}[{index}]", part) for index, part in enumerate(value)]
    else:
        return _unwritable_scalar(value, where)
    return next((found for path, part in parts if (found := unwritable(part, path))), None)


def _unwritable_scalar(value: Any, where: str) -> tuple[str, str] | None:
    try:
        write(plain(value)).encode()
    except UnicodeEncodeError:
        return where, "a lone surrogate cannot be written as UTF-8"
    except (TypeError, ValueError) as error:
        if isinstance(value, _OBVIOUS):
            return where, str(error)
        what = str(value) if isinstance(value, float) else f"a value of type {type(value).__name__}"
        return where, f"{what} cannot be written as JSON"
    return None
