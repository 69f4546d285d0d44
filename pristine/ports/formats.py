"""Values that JSON and URLs have as text: how they are written, and read again. One table for all who need it."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from pristine.ports.patterns import pattern

_DURATION: Final = pattern(
    r"(?P<sign>-?)P(?:(?P<weeks>\d{1,9})W|(?P<days>\d{1,9})D)?"
    r"(?P<clock>T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,15}(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
_LONGEST_NUMBER: Final = 4300
"""Digits of a decimal: as many as Python reads into an int."""


def _datetime(text: str) -> datetime:
    if len(text) < 16 or text[10] not in "Tt ":
        raise ValueError
    return datetime.fromisoformat(text[:-1] + "Z" if text[-1:] == "z" else text)


def _date(text: str) -> date:
    if len(text) != 10:
        raise ValueError
    return date.fromisoformat(text)


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        raise ValueError
    parts = match.groupdict()
    units = {unit: float(parts[unit]) for unit in ("weeks", "days", "hours", "minutes", "seconds") if parts[unit]}
    try:
        found = timedelta(**units)
    except OverflowError:
        raise ValueError from None
    return -found if parts["sign"] else found


def _decimal(text: str) -> Decimal:
    if len(text) > _LONGEST_NUMBER or not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?", text, re.ASCII):
        raise ValueError
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError from None


def _write_datetime(value: datetime) -> str:
    if value.utcoffset() is None:
        raise ValueError("a date and time needs its offset from UTC: give it a tzinfo")
    text = value.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def _write_duration(value: timedelta) -> str:
    """ISO 8601: `P1DT2H3M4.5S`."""
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    exact = f"{seconds}.{value.microseconds:06}".rstrip("0").rstrip(".")
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (exact, "S")) if n not in {0, "0"})
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}{'T' if clock else ''}{clock}" if days or clock else "PT0S"


def _write_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not a decimal number")
    return str(value)


_FORMATS: Final[Mapping[type, tuple[str, Callable[[str], Any], Callable[[Any], str]]]] = {
    datetime: ("a date and time, such as 2025-01-31T12:00:00Z", _datetime, _write_datetime),
    date: ("a date, such as 2025-01-31", _date, date.isoformat),
    time: ("a time, such as 12:00:00", time.fromisoformat, time.isoformat),
    timedelta: ("a duration, such as PT1H30M", _duration, _write_duration),
    UUID: ("a UUID", UUID, str),
    bytes: ("base64", lambda text: b64decode(text, validate=True), lambda value: b64encode(value).decode()),
    Decimal: ("a decimal number, as text", _decimal, _write_decimal),
}
"""Type -> what it is called, how it is read (raises ValueError), how it is written (RFC 3339, ISO 8601, RFC 4648)."""

TYPES: Final = tuple(_FORMATS)


def said(kind: Any) -> str:
    """What a type is called in messages."""
    return _FORMATS[kind][0]


def reads(kind: Any, text: Any) -> Any:
    """The value that a text stands for; raises ValueError, which says what it must be."""
    said, read, _ = _FORMATS[kind]
    if isinstance(text, str):
        try:
            return read(text)
        except (ValueError, AttributeError):
            pass
    raise ValueError(f"must be {said}")


def writes(value: Any) -> str:
    """The text of a value; raises ValueError where it has none."""
    kind = next(kind for kind in (datetime, *_FORMATS) if isinstance(value, kind))
    return _FORMATS[kind][2](value)
