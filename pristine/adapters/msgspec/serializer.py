"""A serializer whose values and errors are those of JsonSerializer, made by msgspec where that makes the same.

What msgspec accepts is what JsonSerializer would have made of it; what it refuses, JsonSerializer reads, or says where.
A schema that cannot be told to msgspec so is JsonSerializer's altogether, and one of the user's own types msgspec's.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import Any, Final, TypeAlias

import msgspec

from pristine.adapters.json import JsonSerializer
from pristine.adapters.json.plainness import is_plain
from pristine.adapters.json.serializer import Write
from pristine.adapters.json.writing import SCALARS
from pristine.adapters.msgspec.expressions import Expressions
from pristine.adapters.msgspec.natively import convert, is_native
from pristine.adapters.msgspec.places import Mark, mark_of
from pristine.adapters.msgspec.teaching import decoder
from pristine.ports.errors import DecodeError
from pristine.ports.patterns import pattern
from pristine.ports.serializer import Schema

Read: TypeAlias = Callable[[bytes], Any]

_JSON: Final = JsonSerializer()


class MsgspecSerializer(JsonSerializer):
    """RFC 8259, as JsonSerializer; answers may be read into msgspec.Struct, dataclasses and the like as well."""

    @staticmethod
    @cache
    def _writer(schema: Schema) -> Write:
        """As JsonSerializer's; what has no floats, which msgspec spells otherwise, it writes to the same bytes."""
        return _write if is_plain(schema, SCALARS - {float}) else _JSON._writer(schema)  # noqa: SLF001 of its own base

    def decode(self, data: bytes, schema: Schema = None) -> Any:
        try:
            read, mark, otherwise, native = _PLANS[schema]
        except (KeyError, TypeError):  # it is new, or cannot be hashed
            read, mark, otherwise, native = _plan(schema)
        try:
            if not data.isascii():
                data.decode()  # msgspec does not look into the strings that it skips
            if native:
                return read(data)
            if len(data) > _DIGITS and _has_long_number(data):
                return otherwise(data)
            value = read(data)
            if mark is not None:
                mark(value, [data, _read_anything])
            return value
        except DecodeError:
            raise
        except Exception:  # noqa: BLE001, S110 whatever it is, the other way tells it, and not with this as its context
            pass
        return otherwise(data)


_write: Final = msgspec.json.Encoder().encode
_anything: Final = msgspec.json.Decoder().decode


def _read_anything(data: bytes) -> Any:
    """The plain value of a document that has been accepted."""
    try:
        return _anything(data)
    except Exception:  # noqa: BLE001 as above
        return _JSON.decode(data)


_DIGITS: Final = sys.int_info.default_max_str_digits
_LONG: Final = tuple(
    (step, pattern(rb"(?<![0-9])[0-9]{%d}" % ((_DIGITS + 1) // step))) for step in (_DIGITS // 10, _DIGITS // 100, 1)
)
"""Every how many bytes are looked at, and what is there then where a number is too long."""


def _has_long_number(data: bytes) -> bool:
    """Whether it has more digits in a row than Python reads: msgspec does not mind them where it skips."""
    return all(digits.search(data[::step]) for step, digits in _LONG)


# -- plans: how a schema is read ---------------------------------------------------------------------------------------


_Plan: TypeAlias = tuple[Read, Mark | None, Read, bool]
"""What reads a document, what tells the Models in it their places, what reads a document that the first refuses or says
where it errs, and whether the first may do it in msgspec's own way."""

_PLANS: Final[dict[Any, _Plan]] = {}


def _plan(schema: Schema) -> _Plan:
    slowly = partial(_JSON.decode, schema=schema)
    try:
        plan = _as_json_does(schema, slowly)
    except Exception:  # noqa: BLE001 whatever msgspec, or a class of the user's, has against it
        plan = _natively(schema, slowly)
    with suppress(TypeError):
        _PLANS[schema] = plan
    return plan


def _as_json_does(schema: Schema, slowly: Read) -> _Plan:
    expressions = Expressions()
    expression = expressions.of(schema)
    return decoder(expression, expressions.of_models()).decode, mark_of(schema), slowly, False


def _natively(schema: Schema, slowly: Read) -> _Plan:
    with suppress(Exception):  # as above
        if is_native(schema):
            return msgspec.json.Decoder(schema).decode, None, partial(convert, schema=schema), True
    return slowly, None, slowly, False
