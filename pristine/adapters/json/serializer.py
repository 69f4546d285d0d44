"""Serializer: JSON by the standard library, types by cattrs.

Requests are read strictly (nothing unknown, nothing coerced), responses openly (unknown fields and enum members are
kept, types still hold). The quick converter runs first; only when it fails does the detailed one say where.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeAlias

from pristine.adapters.json.structuring import QUICK, converter
from pristine.adapters.json.writing import SCALARS, plain, unwritable, write
from pristine.ports.errors import DecodeError, InvalidPayload
from pristine.ports.model import Model, is_model, wire_names
from pristine.ports.serializer import Schema

Write: TypeAlias = Callable[[Any], bytes]


class JsonSerializer:
    """RFC 8259. `NaN` and `Infinity` are refused in both directions."""

    media_type = "application/json"

    @staticmethod
    @cache
    def _writer(schema: Schema) -> Write:
        """What writes a checked payload: most types need not be looked through for what has first to be made plain."""
        from pristine.adapters.json.plainness import is_plain  # loaded with the first payload of a declared type

        return _as_it_is if is_plain(schema, SCALARS) else _made_plain

    def encode(self, value: Any, schema: Schema = None) -> bytes:
        try:
            if schema is None or schema is Any:
                return _made_plain(value)
            value = _checked(value, schema)
            return self._writer(schema)(value)
        except RecursionError as error:
            raise InvalidPayload("the payload is nested too deeply, or holds itself") from error
        except (TypeError, ValueError) as error:
            where, reason = unwritable(value, "") or ("", str(error))
            raise InvalidPayload(f"{where or 'payload'}: {reason}", where=where) from error

    def decode(self, data: bytes, schema: Schema = None) -> Any:
        try:
            value = _read(_text(data))
            return value if schema is None or schema is Any else _structure(value, schema, DecodeError)
        except ValueError as error:
            raise DecodeError(f"the body is not JSON: {error}") from error
        except RecursionError as error:
            raise DecodeError("the body is nested too deeply") from error


def _made_plain(value: Any) -> bytes:
    return write(plain(value)).encode()


def _as_it_is(value: Any) -> bytes:
    return write(value).encode()


def _checked(value: Any, schema: Schema) -> Any:
    """A payload of its schema. Most are plain already; one with Models or enums in it is made so first."""
    if isinstance(value, Model):
        value = plain(value)
    try:
        return QUICK[True].structure(value, schema)
    except Exception:  # noqa: BLE001 what is wrong is told in the second try
        return _structure(plain(value), schema, InvalidPayload)


def _text(data: bytes) -> str:
    if data[:1].isascii() and data[1:2] != b"\0" and data[:1] != b"\0":
        return data.decode(
            "utf-8", "surrogatepass"
        )  # JSON begins with two ASCII characters: without a NUL among them it is UTF-8
    return data.decode(json.detect_encoding(data), "surrogatepass")


def _structure(value: Any, schema: Schema, error: type[InvalidPayload | DecodeError]) -> Any:
    strict = error is InvalidPayload
    try:
        return QUICK[strict].structure(value, schema)
    except RecursionError:
        raise
    except Exception as cause:
        where, reason = _locate(value, schema, strict=strict)
        raise error(f"{where or 'the whole'}: {reason}", where=where) from cause


def _locate(value: Any, schema: Schema, *, strict: bool) -> tuple[str, str]:
    """The path and the reason of the first fault."""
    try:
        converter(strict=strict, detailed=True).structure(value, schema)
    except Exception as error:  # noqa: BLE001 whatever a hook of the user's raises
        return _first(error)
    return "", "does not fit its type"


def _first(error: Exception) -> tuple[str, str]:
    from cattrs.errors import AttributeValidationNote, BaseValidationError, IterableValidationNote

    where = ""
    while isinstance(error, BaseValidationError):
        cls, error = error.cl, error.exceptions[0]
        names = {name: wire for wire, name in wire_names(cls).items()} if is_model(cls) else {}
        for note in getattr(error, "__notes__", ()):
            if isinstance(note, AttributeValidationNote):
                where += f".{names.get(note.name, note.name)}"
            elif isinstance(note, IterableValidationNote):
                where += f"[{note.index}]" if isinstance(note.index, int) else f".{note.index}"
    where += getattr(error, "step", "")
    return where.removeprefix("."), "is missing" if isinstance(error, KeyError) else str(error)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON (RFC 8259)")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)  # json.loads would make one each time


def _read(text: str) -> Any:
    """A document that begins at once, as most do; others, and what is wrong, are for `decode`, which takes longer."""
    try:
        value, end = _DECODER.raw_decode(text)
    except ValueError:
        return _DECODER.decode(text)
    return value if end == len(text) or not text[end:].strip(_BLANKS) else _DECODER.decode(text)


_BLANKS: Final = " \t\n\r"
