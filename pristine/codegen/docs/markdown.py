"""Markdown out of texts that anybody may have written: what a manifest says is shown, and is never markup.

The flavour is GitHub's (GFM), which has tables. Whatever is not printable is replaced, so that a text cannot steer a
terminal or turn the direction of what stands behind it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

_MARKUP: Final = re.compile(r"[\\`*\[\]~$#]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_OPENING: Final = re.compile(r"(?=[+\-=:])|\d{1,9}(?=[.)])")
"""What stands before the sign that would make a line a list, a rule or a heading."""
_PLAIN: Final = re.compile(r"[^`|]*[^`|\s]")
_UNKNOWN: Final = "\ufffd"
_JOINERS: Final = "\u200c\u200d"
"""Not printable, but part of what is: they hold the letters of some scripts together, or apart."""


def line(said: str) -> str:
    """A text on one line, for a cell of a table or a sentence."""
    shown = " ".join(_printable(said).split())
    escaped = _MARKUP.sub(lambda match: f"\\{match.group()}", shown)
    escaped = re.sub(r"[&<>|]", lambda match: _ENTITIES[match.group()], escaped)
    opening = _OPENING.match(escaped)
    return f"{opening.group()}\\{escaped[opening.end() :]}" if opening else escaped


def paragraphs(said: str) -> str:
    """A text of several paragraphs, each on a line."""
    return "\n\n".join(filter(None, map(line, re.split(r"\n\s*\n", said))))


def code(said: str) -> str:
    """A text as code."""
    shown = "".join(char if char.isprintable() else _UNKNOWN for char in said)
    if _PLAIN.fullmatch(shown) and not shown.startswith(" "):
        return f"`{shown}`"
    spelled = re.sub(r"[&<>`*_\[\]\\~$|#!]", lambda match: f"&#{ord(match.group())};", shown)
    return f"<code>{spelled}</code>"


def _printable(said: str) -> str:
    spaced = (" " if char.isspace() else char for char in said)
    return "".join(char if char.isprintable() or char in _JOINERS else _UNKNOWN for char in spaced)


def block(language: str, source: str) -> str:
    """A fenced block."""
    longest = max(map(len, re.findall("`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{source.rstrip()}\n{fence}"


def link(label: str, anchor: str) -> str:
    """A link to an anchor of the page; `label` is Markdown."""
    return f"[{label}](#{anchor})"


def heading(level: int, label: str, anchor: str = "") -> str:
    """A heading, and before it the anchor that links go to: renderers differ in those they make themselves."""
    place = f'<a id="{anchor}"></a>\n\n' if anchor else ""
    return f"{place}{'#' * level} {label}"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table without the columns that are empty in every row; "" where there are no rows."""
    listed = list(rows)
    kept = [at for at in range(len(columns)) if any(row[at] for row in listed)]
    if not kept:
        return ""
    lines = [columns, ["---"] * len(columns), *listed]
    return "\n".join(f"| {' | '.join(row[at] for at in kept)} |" for row in lines)


def bullets(points: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {point}" for point in points)


def page(parts: Iterable[str]) -> str:
    """The parts that are not empty, a blank line between them."""
    return "\n\n".join(filter(None, parts)) + "\n"


class Anchors:
    """Makes anchors that the page has once, of letters, digits and `.`, `_`, `-`; no heading's own has a dot."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def new(self, kind: str, name: str) -> str:
        """An anchor for a name among those of its kind."""
        plain = re.sub(r"[^a-z0-9_]+", "-", name.lower(), flags=re.ASCII).strip("-")[:80] or "-"
        anchor = f"{kind}.{plain}"
        self._taken[anchor] += 1
        return anchor if self._taken[anchor] == 1 else f"{anchor}.{self._taken[anchor]}"
