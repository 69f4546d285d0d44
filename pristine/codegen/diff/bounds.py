"""The bounds of two types: which of them leave less room than before. Whole numbers have whole bounds."""

import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

import attrs

from pristine.codegen.diff.found import told
from pristine.codegen.schemas import View
from pristine.ports.constraints import Constraints

_LEAST: Final = ("min_length", "min_items", "min_properties")
_MOST: Final = ("max_length", "max_items", "max_properties")


@attrs.frozen
class Bound:
    """What is said of a value: in words, and how tight it is (greater is tighter), where that can be compared."""

    said: str
    tightness: Any = None


def bounds_of(found: View) -> Mapping[str, Bound]:
    """The bounds of a type by what they are of; of several, the tightest."""
    made: dict[str, Bound] = {}
    for name, bound in (pair for one in found.bounds for pair in _bounds(one, is_whole=found.members == (int,))):
        if name not in made or bound.tightness > made[name].tightness:
            made[name] = bound
    return made


def _bounds(one: Constraints, *, is_whole: bool) -> Iterator[tuple[str, Bound]]:
    for edge in _edges(one):
        yield edge[0], _edge(*edge[1:], is_whole=is_whole)
    for name in _LEAST + _MOST:
        if (value := getattr(one, name)) is not None:
            yield name, Bound(f"{name.replace('_', ' ')} {value}", value if name in _LEAST else -value)
    if one.pattern is not None:
        yield f"pattern {one.pattern}", Bound(f"pattern {told(one.pattern)}", 0)
    if one.multiple_of is not None:
        yield "multiple of", Bound(f"multiple of {told(one.multiple_of)}", Fraction(str(one.multiple_of)))
    if one.unique_items:
        yield "unique items", Bound("unique items", 0)


def _edges(one: Constraints) -> Iterable[tuple[str, int, float, bool]]:
    """The name of an edge, its sign, its value, and whether the value itself is outside."""
    said = (
        ("minimum", 1, one.minimum, False),
        ("minimum", 1, one.exclusive_minimum, True),
        ("maximum", -1, one.maximum, False),
        ("maximum", -1, one.exclusive_maximum, True),
    )
    return ((name, sign, value, is_outside) for name, sign, value, is_outside in said if value is not None)


def _edge(sign: int, value: float, is_outside: bool, *, is_whole: bool) -> Bound:
    if is_whole:
        inward = math.ceil if sign > 0 else math.floor
        rounded = inward(value)
        value, is_outside = rounded + sign * (is_outside and rounded == value), False
    words = {(1, False): "at least", (1, True): "more than", (-1, False): "at most", (-1, True): "less than"}
    return Bound(f"{words[sign, is_outside]} {told(value)}", (sign * value, is_outside))


def compared(old: View, new: View) -> Iterator[tuple[str, str]]:
    """The changes of bounds: "bound-narrowed" or "bound-widened", and what has become of what."""
    before, after = bounds_of(old), bounds_of(new)
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            yield "bound-widened" if now is None else "bound-narrowed", f"{_said(was)} → {_said(now)}"
        elif was.tightness != now.tightness:
            yield _turned(name, was, now), f"{was.said} → {now.said}"


def _said(bound: Bound | None) -> str:
    return "unbounded" if bound is None else bound.said


def _turned(name: str, was: Bound, now: Bound) -> str:
    is_looser = was.tightness % now.tightness == 0 if name == "multiple of" else now.tightness < was.tightness
    return "bound-widened" if is_looser else "bound-narrowed"
