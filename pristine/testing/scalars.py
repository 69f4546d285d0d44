"""Texts and numbers within bounds, and texts of every format, from one source of randomness."""

import math
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any, Final
from uuid import UUID

from pristine.ports import formats
from pristine.ports.constraints import Constraints
from pristine.testing.patterns import text_like

_TRIES: Final = 200
_LONGEST: Final = 1_000_000
# fmt: off
_WORDS: Final = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "juniper", "kestrel", "lagoon",
    "maple", "nectar", "opal", "pebble", "quartz", "river", "spruce", "tundra", "umber", "violet", "willow", "zephyr",
)
# fmt: on


class NoValue(Exception):
    """Nothing was found that is within the bounds."""


def text(random: Random, bounds: Constraints) -> str:
    """A text of its length that its pattern matches, if it has one; raises NoValue."""
    least, most = bounds.min_length or 0, bounds.max_length
    if least > _LONGEST or (most is not None and most < least):
        raise NoValue(f"a text of {least} characters")
    if bounds.pattern is None:
        return _of_length(random, least, most)
    for stretch in range(_TRIES):
        found = _matching(random, bounds.pattern, stretch)
        found += "x" * (least - len(found))  # where the end is open, whatever is missing may be added
        if bounds.fault(found) is None:
            return found
    raise NoValue(str(bounds))


def _matching(random: Random, pattern: str, stretch: int) -> str:
    try:
        return text_like(pattern, random, 1 + stretch // 10)
    except (ValueError, RecursionError):
        raise NoValue(f"pattern {pattern}") from None


def _of_length(random: Random, least: int, most: int | None) -> str:
    found = " ".join(random.sample(_WORDS, 2))
    while len(found) < least:
        found = f"{found} {random.choice(_WORDS)}" if least - len(found) < 1000 else found * 2
    longest = max(least, len(found)) if most is None else most
    return found[:longest].rstrip() if len(found[:longest].rstrip()) >= least else found[:longest].replace(" ", "-")


def whole(random: Random, bounds: Constraints) -> int:
    """A whole number; raises NoValue."""
    step = Fraction(str(bounds.multiple_of or 1)).numerator  # the least that is whole, too
    return int(_stepped(random, bounds, Fraction(step), 100))


def number(random: Random, bounds: Constraints) -> float:
    """A number; raises NoValue."""
    if bounds.multiple_of is not None:
        return _plain(_stepped(random, bounds, Fraction(str(bounds.multiple_of)), 100))
    for places in (2, 6, 12):
        try:
            return _plain(_stepped(random, bounds, Fraction(1, 10**places), 10000))
        except NoValue:
            continue
    for edge in (bounds.minimum, bounds.maximum):
        if edge is not None and bounds.fault(edge) is None:
            return edge
    raise NoValue(str(bounds))


def _plain(found: Fraction) -> float:
    return int(found) if found.denominator == 1 and abs(found) >= 2**53 else float(found)


def _stepped(random: Random, bounds: Constraints, step: Fraction, spread: int) -> Fraction:
    """A multiple of the step between the bounds, at most `spread` steps from the one that is nearest to 0."""
    lows = [math.ceil(Fraction(bounds.minimum) / step)] if bounds.minimum is not None else []
    highs = [math.floor(Fraction(bounds.maximum) / step)] if bounds.maximum is not None else []
    if bounds.exclusive_minimum is not None:
        lows.append(math.floor(Fraction(bounds.exclusive_minimum) / step) + 1)
    if bounds.exclusive_maximum is not None:
        highs.append(math.ceil(Fraction(bounds.exclusive_maximum) / step) - 1)
    low = max(lows) if lows else min([0, *(high - spread for high in highs)])
    high = min(highs) if highs else max(low, 0) + spread
    if low > high:
        raise NoValue(str(bounds))
    near = min(max(low, 0), high)
    for _ in range(_TRIES):
        found = random.randint(max(low, near - spread), min(high, near + spread)) * step
        if bounds.fault(_plain(found)) is None:
            return found
    raise NoValue(str(bounds))


_START: Final = datetime(2025, 1, 1, tzinfo=UTC)


def _moment(random: Random) -> datetime:
    return _START + timedelta(seconds=random.randrange(365 * 86400))


_FORMATS: Final[Mapping[Any, Callable[[Random], Any]]] = {
    datetime: _moment,
    date: lambda random: _moment(random).date(),
    time: lambda random: time(random.randrange(24), random.randrange(60), random.randrange(60)),
    timedelta: lambda random: timedelta(seconds=random.randrange(1, 200_000)),
    UUID: lambda random: UUID(int=random.getrandbits(128), version=4),
    Decimal: lambda random: Decimal(random.randrange(1_000_000)) / 100,
}


def formatted(random: Random, kind: Any, bounds: Constraints) -> str:
    """The text of a value that has a format; raises NoValue."""
    for _ in range(_TRIES):
        found = _bytes(random, bounds) if kind is bytes else formats.writes(_FORMATS[kind](random))
        if bounds.fault(found) is None:
            return found
    raise NoValue(str(bounds))


def _bytes(random: Random, bounds: Constraints) -> str:
    least = min(bounds.min_length or 0, _LONGEST)
    most = least + 24 if bounds.max_length is None else bounds.max_length
    return b64encode(random.randbytes(random.randint((least + 3) // 4 * 3, max(least, most) // 4 * 3))).decode()
