"""Source code as the formatter would leave it: on one line where it fits, else one part on a line, with a comma each.

A docstring is the text of whoever described the API, and never ends before its end.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, Union

import attrs

from pristine.codegen import literals

WIDTH: Final = 100
_TEXT: Final = 92
"""How long the lines of code and those of docstrings may be."""

Piece: TypeAlias = Union[str, "Group"]


@attrs.frozen
class Group:
    """What stands in brackets; `opening` is what comes before, bracket included."""

    opening: str
    items: Sequence[Piece]
    closing: str = ")"

    def flat(self) -> str:
        """On one line."""
        return f"{self.opening}{', '.join(map(flat, self.items))}{self.closing}"


def flat(piece: Piece) -> str:
    """A piece on one line."""
    return piece if isinstance(piece, str) else piece.flat()


def written(piece: Piece, indent: int = 0, behind: int = 0) -> str:
    """A piece whose first line is behind an indent already; `behind` characters follow the last one."""
    short = flat(piece)
    if isinstance(piece, str) or not piece.items or indent + len(short) + behind <= WIDTH:
        return short
    inner = " " * (indent + 4)
    lines = "".join(f"{inner}{written(item, indent + 4, 1)},\n" for item in piece.items)
    return f"{piece.opening}\n{lines}{' ' * indent}{piece.closing}"


def text(value: str) -> str:
    """A string, in the quotes that need fewer escapes."""
    shown = literals.literal(value)
    if value.count('"') <= value.count("'"):
        return shown
    return "'" + shown[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def literal(value: Any) -> Piece:
    """A plain value, as code."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return Group("{", [_pair(f"{text(str(key))}: ", literal(part)) for key, part in value.items()], "}")
    if isinstance(value, (list, tuple)):
        return Group("[", [literal(part) for part in value], "]")
    return literals.literal(value)


def _pair(start: str, piece: Piece) -> Piece:
    return f"{start}{piece}" if isinstance(piece, str) else attrs.evolve(piece, opening=f"{start}{piece.opening}")


def prefixed(start: str, piece: Piece) -> Piece:
    """A piece with something directly before it."""
    return _pair(start, piece)


def prose(said: str, indent: int, most: int = 4000) -> list[str]:
    """A text in lines that fit: its own lines, each broken where it is too long."""
    printable = "".join(char if char.isprintable() or char == "\n" else " " for char in said[:most])
    plain = re.sub(r"\s*\n\s*\n\s*", "\n\n", printable.strip()).replace("\\", "\\\\").replace('"""', "'''")
    lines: list[str] = []
    for line in plain.splitlines():
        words = " ".join(line.split())
        lines += textwrap.wrap(words, _TEXT - indent, break_long_words=False, break_on_hyphens=False) or [""]
    return lines


def docstring(lines: Sequence[str], indent: int = 0) -> str:
    """Lines as a docstring, with the indent of each but the first."""
    lines = lines or ["It is not described."]
    first = f"'{lines[0][1:]}" if lines[0].startswith('"') else lines[0]
    rest = [line.rstrip() for line in lines[1:]]
    if not rest:
        return f'"""{first[:-1]}\'"""' if first.endswith('"') else f'"""{first}"""'
    space = " " * indent
    body = "".join(f"{space}{line}\n" if line else "\n" for line in rest)
    return f'"""{first}\n{body}{space}"""'


def imports(found: Mapping[str, Iterable[str]], indent: int = 0) -> list[str]:
    """`from … import …` for the names of each module, in the order that linters want."""
    lines = []
    for module, names in sorted(found.items(), key=_of_module):
        renamed = [[name] for name in names if " as " in name]  # a line each
        plain = in_order(name for name in names if " as " not in name)
        ordered = sorted([*renamed, *([plain] if plain else [])], key=lambda line: _of_name(line[0]))
        lines += [_import(module, line, indent) for line in ordered]
    return lines


def _import(module: str, names: Sequence[str], indent: int) -> str:
    start = f"from {module} import "
    short = f"{start}{', '.join(names)}"
    if indent + len(short) <= WIDTH:
        return short
    space = " " * indent
    return f"{start}(\n{''.join(f'{space}    {name},{chr(10)}' for name in names)}{space})"


def in_order(names: Iterable[str]) -> list[str]:
    """Names that are imported, in the order that linters want: constants, then classes, then the rest."""
    return sorted({*names}, key=_of_name)


def listed(names: Iterable[str]) -> list[str]:
    """Names in an `__all__`: the same, but capitals come before small letters."""
    return sorted({*names}, key=lambda name: (_of_name(name)[0], _natural(name)))


def _of_module(one: tuple[str, Any]) -> tuple[Any, ...]:
    """Those of the package last, the farther ones first."""
    dots = len(one[0]) - len(one[0].lstrip("."))
    return bool(dots), -dots, _natural(one[0])


def _of_name(name: str) -> tuple[Any, ...]:
    plain = name.split(" as ", maxsplit=1)[0]
    kind = 0 if len(plain) > 1 and plain.isupper() else 1 if plain[:1].isupper() else 2
    return kind, _natural(plain.lower()), plain


def _natural(name: str) -> list[tuple[int, int, str]]:
    """As people count: `a2` before `a10`."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|\D", name)]
