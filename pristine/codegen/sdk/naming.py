"""The names of a generated package: of letters, digits and _, bounded, no keyword, and no two alike in a place.

Nothing but what these rules give is ever written as a name; what a manifest calls a thing is a literal beside it.
"""

import builtins
import keyword
import re
from collections.abc import Callable, Iterable
from typing import Final

from pristine.manifest.classes import attribute_name

LONGEST: Final = 50
"""How many characters a name has at most, without what tells it from another."""

TYPING: Final = frozenset(
    {"Any", "Client", "AsyncClient", "Final", "Literal", "Mapping", "Sequence", "TypeAlias", "Union", "PLACES"}
)
"""What the modules of a package use themselves: a type of such a name gets a number."""

_PORTS: Final = {f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10)}
_DEVICES: Final = frozenset({"aux", "con", "nul", "prn", *_PORTS})
"""What no file may be called on some systems."""

_STEPS: Final = {"types": "", "properties": "", "endpoints": "", "oneOf": "", "anyOf": "", "items": "Item",
                 "additionalProperties": "Value"}  # fmt: skip


def class_name(*parts: str | int) -> str:
    """`chat.completions`, `request` -> `ChatCompletionsRequest`; what begins with a digit has a `T` before it."""
    words = [word for part in parts for word in re.split(r"[^A-Za-z0-9]+", str(part)) if word]
    name = "".join(f"{word[0].upper()}{word[1:]}" for word in words)[:LONGEST]
    name = name if name[:1].isalpha() else f"T{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def name_at(place: Iterable[str | int]) -> str:
    """The name of a class by its place in the manifest."""
    return class_name(*(_STEPS.get(str(step), step) for step in place))


def module_name(name: str) -> str:
    """`ChatRequest` -> `chat_request`."""
    found = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    found = re.sub(r"[^a-z0-9_]+", "_", found).strip("_")[:LONGEST] or "e"
    found = f"e_{found}" if found[0].isdigit() else found
    return f"{found}_" if keyword.iskeyword(found) or found in _DEVICES or hasattr(builtins, found) else found


def member_name(name: str) -> str:
    """The name of a method or a part, as the client without generated code has it, if that can be one."""
    found = re.sub(r"\W", "_", name[:LONGEST], flags=re.ASCII)
    return (
        found if found.isidentifier() and not found.startswith("_") and not keyword.iskeyword(found) else f"e_{found}"
    )


def argument_name(name: str) -> str:
    """The name of an argument: as the client without generated code has it, if that can be one."""
    return attribute_name(name[:LONGEST])


class Names:
    """Names that differ; those of files in more than upper and lower case, since systems may not tell these apart."""

    def __init__(self, taken: Iterable[str] = (), *, fold: Callable[[str], str] = str.lower) -> None:
        self._fold = fold
        self._taken = set(map(fold, taken))

    def new(self, wanted: str) -> str:
        """The name, or with the first number from 2 that makes it another; it is taken then."""
        name, number = wanted, 1
        while self._fold(name) in self._taken:
            number += 1
            name = f"{wanted}{'_' if wanted[-1].isdigit() else ''}{number}"
        self._taken.add(self._fold(name))
        return name

    def has(self, name: str) -> bool:
        """Whether a name is taken."""
        return self._fold(name) in self._taken
