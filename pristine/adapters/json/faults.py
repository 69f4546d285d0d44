"""What a plain value is called in messages, and what is wrong with one."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

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


class OfField(ValueError):
    """A fault of a field; `step` is its part of the path."""

    def __init__(self, field: str, told: str) -> None:
        super().__init__(told)
        self.step = f".{field}"


def unknown_field(field: str, known: Iterable[str]) -> OfField:
    """The fault of a field that is not declared."""
    return OfField(field, f"unknown field{nearest(field, known)}")


def mismatch(value: Any, expected: type) -> str:
    """What is said of a value of another kind."""
    return f"must be {_NAMES[expected]}, not {_NAMES.get(type(value), type(value).__name__)}"


def nearest(word: Any, known: Iterable[Any]) -> str:
    """`; did you mean 'x'?`, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(str(word)[:_LONGEST], [str(one) for one in known], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
