"""Names of a document -> names of Python, by stated rules: the same document always gives the same names.

Words are told apart by whatever is no letter or digit, and by capitals. `chat.completion-chunk` is the type
`ChatCompletionChunk`, `maxTokens` the field `max_tokens`. Of two that want one name the later gets a number.
"""

import keyword
import re
from collections.abc import Collection, Iterable
from typing import Final

from pristine.ports.patterns import pattern

_BREAKS: Final = pattern(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_LONGEST: Final = 120
"""How many characters of a name are kept."""

_TAKEN: Final = frozenset({"None", "True", "False"})


def words(text: str) -> list[str]:
    """The words of a name: `GetHTTPResponse-v2` is get, http, response, v2."""
    parts = re.split(r"[^A-Za-z0-9]+", text[:_LONGEST])
    return [word.lower() for part in parts for word in _BREAKS.split(part) if word]


def snake(text: str) -> str:
    """The name of an attribute, a method or an argument."""
    name = "_".join(words(text)) or "unnamed"
    name = f"f_{name}" if name[0].isdigit() else name
    return f"{name}_" if keyword.iskeyword(name) else name


def camel(text: str) -> str:
    """The name of a class: capitals that are there stay."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", text[:_LONGEST]) if part]
    name = "".join(f"{part[0].upper()}{part[1:]}" for part in parts) or "Unnamed"
    name = f"T{name}" if name[0].isdigit() else name
    return f"{name}_" if name in _TAKEN else name


class Names:
    """Names that are taken; of two that want one the later gets a number behind it."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._tried: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def take(self, *names: str) -> None:
        """These belong to somebody."""
        self._taken.update(names)

    def free(self, wanted: str, ends: Collection[str] = ("",), *, mark: str = "") -> str:
        """The name, or the next that is free with each of its ends (`create`, `create_stream`); it is taken then."""
        name, number = wanted, self._tried.get(wanted, 1)
        while any(f"{name}{end}" in self._taken for end in ends):
            number += 1
            name = f"{wanted}{mark}{number}"
        self._tried[wanted] = number
        self._taken.update(f"{name}{end}" for end in ends)
        return name
