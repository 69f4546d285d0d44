"""Port: text in some notation -> plain values that still know which line they came from."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import attrs

from pristine.ports.values import frozen

Path: TypeAlias = "tuple[str | int, ...]"
"""Where a value sits in a document: ("endpoints", "list_models", "method")."""


@frozen
class Document:
    """A parsed document. `lines` maps a value's path to the 1-based line where its key or item begins."""

    value: Any
    source: str = "<mapping>"
    lines: Mapping[Path, int] = attrs.field(factory=dict, repr=False)

    def line_of(self, path: Path) -> int | None:
        """The line of a path, or of the nearest enclosing value that has one."""
        for length in range(len(path), -1, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return line
        return None


class DocumentReader(Protocol):
    """Reads one notation.

    1. The value consists of dict, list, str, int, float, bool and None; other scalars of the notation
       (a TOML or YAML date) become the text they were written as.
    2. Text that cannot be parsed, and a key that appears twice, is a DocumentError with source and line.
    3. `lines` has every key and item of the document.
    """

    def __call__(self, text: str, source: str) -> Document: ...
