"""What a type expression says beside its kind: the format of a text or number, and the bounds of a value."""

import math
import re
import warnings
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from pristine.manifest.reading import Cursor, Reader, flag, one_of, text
from pristine.ports.constraints import Constraints
from pristine.ports.serializer import Schema

_LONGEST_PATTERN: Final = 1000
_EFFORT_OF_A_CHARACTER: Final = 30


def _size(at: Cursor) -> int:
    if isinstance(at.value, bool) or not isinstance(at.value, int) or not 0 <= at.value < 2**63:
        at.fault("must be a whole number, 0 or greater")
        return 0
    return at.value


def _number(at: Cursor) -> float:
    is_number = isinstance(at.value, (int, float)) and not isinstance(at.value, bool)
    if not is_number or (isinstance(at.value, float) and not math.isfinite(at.value)) or abs(at.value) > 1e300:
        at.fault("must be a number")
        return 1
    return at.value  # type: ignore[no-any-return]  # an int stays one


def _divisor(at: Cursor) -> float:
    found = _number(at)
    if found <= 0:
        at.fault("must be greater than 0")
        return 1
    return found


def _pattern(at: Cursor) -> str:
    found = text(at)
    if len(found) > _LONGEST_PATTERN:
        at.fault(f"must be at most {_LONGEST_PATTERN} characters long")
        return ""
    at.spend(len(found) * _EFFORT_OF_A_CHARACTER)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            re.compile(found)
    except (re.error, RecursionError, OverflowError, FutureWarning) as error:
        at.fault(f"is not a regular expression of Python's: {error}")
        return ""
    return found


_NUMBERS: Final = ("integer", "number")

BOUNDS: Final[Mapping[str, tuple[str, Reader, tuple[str, ...]]]] = {
    "minimum": ("minimum", _number, _NUMBERS),
    "maximum": ("maximum", _number, _NUMBERS),
    "exclusiveMinimum": ("exclusive_minimum", _number, _NUMBERS),
    "exclusiveMaximum": ("exclusive_maximum", _number, _NUMBERS),
    "multipleOf": ("multiple_of", _divisor, _NUMBERS),
    "minLength": ("min_length", _size, ("string",)),
    "maxLength": ("max_length", _size, ("string",)),
    "pattern": ("pattern", _pattern, ("string",)),
    "minItems": ("min_items", _size, ("array",)),
    "maxItems": ("max_items", _size, ("array",)),
    "uniqueItems": ("unique_items", flag, ("array",)),
    "minProperties": ("min_properties", _size, ("object",)),
    "maxProperties": ("max_properties", _size, ("object",)),
}
"""Key -> the attribute of Constraints, its reader, and the kinds of value that it is for."""

FORMATS: Final[Mapping[str, tuple[str, Any]]] = {
    "date-time": ("string", datetime),
    "date": ("string", date),
    "time": ("string", time),
    "duration": ("string", timedelta),
    "uuid": ("string", UUID),
    "byte": ("string", bytes),
    "decimal": ("string", Decimal),
    "binary": ("string", bytes),
    "int32": ("integer", Annotated[int, Constraints(minimum=-(2**31), maximum=2**31 - 1)]),
    "int64": ("integer", Annotated[int, Constraints(minimum=-(2**63), maximum=2**63 - 1)]),
}
"""Format -> the kind of value that has it, and its Python type."""

BOUND_KEYS: Final[Mapping[str, Reader]] = {
    "format": one_of(*FORMATS),
    **{key: reader for key, (_, reader, _) in BOUNDS.items()},
}


def formatted(found: Mapping[str, Any], plain: Schema) -> Schema:
    """The type of a scalar with its format."""
    kind, schema = FORMATS.get(found.get("format", ""), ("", plain))
    return schema if found.get("type") == kind else plain


def check_format(at: Cursor, found: Mapping[str, Any]) -> None:
    """Fault a format that is for another kind of value."""
    kind, said, inside = "", found.get("type"), at.child("format", None)
    if found.get("format") in FORMATS:
        kind = FORMATS[found["format"]][0]
    if kind and said != kind and not (isinstance(said, list) and kind in said):
        inside.fault(f"has no effect unless 'type' is {kind!r}")
    if kind and found["format"] == "binary":
        inside.fault("is for the files of a multipart form alone; JSON has 'byte', which is base64")


def bounded(at: Cursor, found: Mapping[str, Any], schema: Schema) -> Schema:
    """The type with its bounds; those that its kind of value cannot pass are faults."""
    said = {key: found[key] for key in BOUNDS if key in found}
    if not said:
        return schema
    kind = _kind(found)
    for key, (_, _, kinds) in BOUNDS.items():
        if key in said and kind not in kinds:
            at.child(key, said[key]).fault(f"has no effect unless 'type' is {' or '.join(map(repr, kinds))}")
    return Annotated[schema, Constraints(**{BOUNDS[key][0]: value for key, value in said.items()})]


def _kind(found: Mapping[str, Any]) -> Any:
    kind = found.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), None)
    return kind or ("object" if "properties" in found else None)
