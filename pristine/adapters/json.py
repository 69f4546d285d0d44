"""Serializer: JSON by the standard library, types by cattrs.

Requests are read strictly (nothing unknown, nothing coerced), responses openly (unknown fields and enum members are
kept, types still hold). The quick converter runs first; only when it fails does the detailed one say where.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any, Final, Literal, get_args, get_origin

from cattrs import BaseValidationError, Converter
from cattrs.cols import list_structure_factory, mapping_structure_factory
from cattrs.errors import AttributeValidationNote, IterableValidationNote
from cattrs.gen import make_dict_structure_fn

from pristine.ports.errors import DecodeError, InvalidPayload
from pristine.ports.model import Model, is_model, is_open, remember, sent_fields, wire_names
from pristine.ports.serializer import Schema

_NAMES: Final[Mapping[type, str]] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    type(None): "null",
}

_LONGEST: Final = 100
"""How much of a word is looked at for a suggestion."""


class JsonSerializer:
    """RFC 8259. `NaN` and `Infinity` are refused in both directions."""

    media_type = "application/json"

    def encode(self, value: Any, schema: Schema = None) -> bytes:
        try:
            plain = _plain().unstructure(value)
            if schema is not None and schema is not Any:
                plain = _plain().unstructure(_structure(plain, schema, InvalidPayload))
            return _write(plain).encode()
        except RecursionError as error:
            raise InvalidPayload("the payload is nested too deeply, or holds itself") from error
        except (TypeError, ValueError) as error:
            where, reason = _unwritable(value, "") or ("", str(error))
            raise InvalidPayload(f"{where or 'payload'}: {reason}", where=where) from error

    def decode(self, data: bytes, schema: Schema = None) -> Any:
        try:
            value = _read(data.decode(json.detect_encoding(data), "surrogatepass"))
            return value if schema is None or schema is Any else _structure(value, schema, DecodeError)
        except ValueError as error:
            raise DecodeError(f"the body is not JSON: {error}") from error
        except RecursionError as error:
            raise DecodeError("the body is nested too deeply") from error


def _structure(value: Any, schema: Schema, error: type[InvalidPayload | DecodeError]) -> Any:
    strict = error is InvalidPayload
    try:
        return _converter(strict=strict, detailed=False).structure(value, schema)
    except RecursionError:
        raise
    except Exception as cause:
        where, reason = _locate(value, schema, strict=strict)
        raise error(f"{where or 'the whole'}: {reason}", where=where) from cause


def _locate(value: Any, schema: Schema, *, strict: bool) -> tuple[str, str]:
    """The path and the reason of the first fault."""
    try:
        _converter(strict=strict, detailed=True).structure(value, schema)
    except Exception as error:  # noqa: BLE001 whatever a hook of the user's raises
        return _first(error)
    return "", "does not fit its type"


def _first(error: Exception) -> tuple[str, str]:
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


class _Unknown(ValueError):
    """A field that is not declared; `step` is its part of the path."""

    def __init__(self, field: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown field{_nearest(field, known)}")
        self.step = f".{field}"


# -- hooks: what each kind of type accepts -----------------------------------------------------------------------------


@lru_cache
def _converter(*, strict: bool, detailed: bool) -> Converter:
    converter = Converter(detailed_validation=detailed)
    for schema in (int, str, bool, type(None)):
        converter.register_structure_hook(schema, _only(schema))
    converter.register_structure_hook(float, _number)
    factories: list[tuple[Callable[[Any], bool], Callable[[Any], Any]]] = [
        (_from(Literal), lambda schema: _literal(schema, strict=strict)),
        (_from(list), lambda schema: _guarded((list, tuple), list_structure_factory(schema, converter))),
        (_from(dict), lambda schema: _guarded((dict,), mapping_structure_factory(schema, converter))),
        (is_model, lambda schema: _model(schema, converter, strict=strict)),
    ]
    for applies, factory in factories:
        converter.register_structure_hook_factory(applies, factory)
    return converter


def _from(origin: Any) -> Callable[[Any], bool]:
    return lambda schema: get_origin(schema) is origin


def _only(expected: type) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is expected:
            return value
        raise ValueError(_mismatch(value, expected))

    return structure


def _number(value: Any, _: Any) -> float:
    if value.__class__ is float or value.__class__ is int:
        return value  # an int stays one: 10**20 must not lose digits
    raise ValueError(_mismatch(value, float))


def _mismatch(value: Any, expected: type) -> str:
    return f"must be {_NAMES[expected]}, not {_NAMES.get(type(value), type(value).__name__)}"


def _literal(schema: Any, *, strict: bool) -> Callable[[Any, Any], Any]:
    members = get_args(schema)
    kinds = {type(member) for member in members}
    allowed = {(type(member), member) for member in members}  # because True == 1

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ in kinds and (not strict or (value.__class__, value) in allowed):
            return value
        raise ValueError(f"must be one of {', '.join(map(repr, members))}{_nearest(value, members)}")

    return structure


def _nearest(word: Any, known: Iterable[Any]) -> str:
    close = get_close_matches(str(word)[:_LONGEST], [str(one) for one in known], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _guarded(accepted: tuple[type, ...], inner: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Because cattrs iterates whatever can be iterated; a string is not an array."""

    def structure(value: Any, schema: Any) -> Any:
        if isinstance(value, accepted):
            return inner(value, schema)
        raise ValueError(_mismatch(value, accepted[0]))

    return structure


def _model(cls: type[Model], converter: Converter, *, strict: bool) -> Callable[[Any, Any], Model]:
    names = wire_names(cls)
    renamed = any(wire != name for wire, name in names.items())
    closed = strict and not is_open(cls)

    @cache  # made by the first value and not before, so that recursive types and long chains of them end
    def inner() -> Callable[[Mapping[str, Any], Any], Model]:
        return make_dict_structure_fn(cls, converter)

    def structure(value: Any, _: Any) -> Model:
        if not isinstance(value, dict):
            raise ValueError(_mismatch(value, dict))  # noqa: TRY004 every fault of a value is a ValueError
        if closed and not value.keys() <= names.keys():
            raise _Unknown(next(key for key in value if key not in names), names)
        # Wire names stay out of `rename`: before 26.2, cattrs put them into its generated code as they are.
        fields = {name: value[wire] for wire, name in names.items() if wire in value} if renamed else value
        model = inner()(fields, cls)
        remember(model, value)
        return model

    return structure


# -- writing: Models, enums and the like become dicts, lists and scalars -----------------------------------------------


@lru_cache
def _plain() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(Model, lambda model: _unstructure(model, converter))
    converter.register_unstructure_hook(dict, lambda value: _with_text_keys(value, converter))
    return converter


def _unstructure(model: Model, converter: Converter) -> dict[str, Any]:
    """Declared fields that were sent or have a value, then the undeclared ones that were sent."""
    sent = sent_fields(model)
    fields = ((wire, getattr(model, name)) for wire, name in wire_names(type(model)).items())
    declared = {wire: converter.unstructure(value) for wire, value in fields if value is not None or wire in sent}
    return declared | {wire: value for wire, value in sent.items() if wire not in declared}


def _with_text_keys(value: dict[Any, Any], converter: Converter) -> dict[str, Any]:
    if all(isinstance(key, str) for key in value):
        return {key: converter.unstructure(part) for key, part in value.items()}
    raise ValueError("a key is not a string")  # json would write it as one


_write: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON (RFC 8259)")


_read: Final = json.JSONDecoder(parse_constant=_refuse).decode  # json.loads would make a decoder each time


def _unwritable(value: Any, where: str) -> tuple[str, str] | None:
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
    return next((found for path, part in parts if (found := _unwritable(part, path))), None)


def _unwritable_scalar(value: Any, where: str) -> tuple[str, str] | None:
    try:
        _write(_plain().unstructure(value)).encode()
    except UnicodeEncodeError:
        return where, "a lone surrogate cannot be written as UTF-8"
    except (TypeError, ValueError):
        what = str(value) if isinstance(value, float) else f"a value of type {type(value).__name__}"
        return where, f"{what} cannot be written as JSON"
    return None
