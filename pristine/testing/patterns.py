"""Texts that a regular expression of Python's finds something in, made by walking its parsed form.

Anchors, assertions and boundaries are passed over: whoever asks tries again with a text that does not fit.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from random import Random
from re import _parser  # type: ignore[attr-defined]  # of the standard library, without a public name
from typing import Any, Final

_PRINTABLE: Final = tuple(map(chr, range(32, 127)))

_MOST: Final = 100_000
"""How often the parts of one text may be repeated."""

_CATEGORIES: Final[Mapping[str, str]] = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


def text_like(pattern: str, random: Random, stretch: int = 3) -> str:
    """A text that the pattern most often matches. `stretch` is how far a repeat may go beyond its least.

    Raises ValueError for a pattern whose texts are too long.
    """
    return _Walk(random, stretch).all(_parser.parse(pattern))


class _Walk:
    """One text in the making; groups are kept for those who refer to them."""

    def __init__(self, random: Random, stretch: int) -> None:
        self._random = random
        self._stretch = stretch
        self._left = _MOST
        self._groups: dict[int, str] = {}
        self._steps: Mapping[str, Callable[[Any], str]] = {
            "LITERAL": chr,
            "NOT_LITERAL": lambda code: self._one(char for char in _PRINTABLE if char != chr(code)),
            "ANY": lambda _: self._random.choice(_PRINTABLE),
            "IN": self._of_set,
            "CATEGORY": lambda code: self._of_set([("CATEGORY", code)]),
            "BRANCH": lambda said: self.all(self._random.choice(said[1])),
            "SUBPATTERN": lambda said: self._group(said[0], said[-1]),
            "ATOMIC_GROUP": self.all,
            "MAX_REPEAT": self._repeat,
            "MIN_REPEAT": self._repeat,
            "POSSESSIVE_REPEAT": self._repeat,
            "GROUPREF": lambda number: self._groups.get(number, ""),
            "GROUPREF_EXISTS": lambda said: self.all(said[1] if said[0] in self._groups else said[2] or ()),
        }

    def all(self, parts: Iterable[Any]) -> str:
        return "".join(self._steps[str(op)](said) if str(op) in self._steps else "" for op, said in parts)

    def _group(self, number: int | None, parts: Iterable[Any]) -> str:
        found = self.all(parts)
        if number is not None:
            self._groups[number] = found
        return found

    def _repeat(self, said: Any) -> str:
        least, most, parts = int(said[0]), int(said[1]), said[2]
        count = self._random.randint(least, min(most, least + self._stretch))
        self._left -= count
        if self._left < 0:
            raise ValueError("its repeats are too many")
        return "".join(self.all(parts) for _ in range(count))

    def _of_set(self, said: Iterable[Any]) -> str:
        tests, named, negated = [], set[str](), False
        for op, code in said:
            if str(op) == "NEGATE":
                negated = True
            elif str(op) == "LITERAL":
                named.add(chr(code))
            elif str(op) == "RANGE":
                named |= {chr(code[0]), chr(code[1])}
                tests.append(re.compile(f"[{re.escape(chr(code[0]))}-{re.escape(chr(code[1]))}]"))
            else:
                tests.append(re.compile(_CATEGORIES[str(code)]))

        def holds(char: str) -> bool:
            return (char in named or any(test.match(char) for test in tests)) is not negated

        return self._one(char for char in (*_PRINTABLE, *sorted(named - {*_PRINTABLE})) if holds(char))

    def _one(self, chars: Iterable[str]) -> str:
        found = list(chars)
        return self._random.choice(found) if found else ""
