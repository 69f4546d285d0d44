"""A document is read through Nodes, which note each key that is read. What is left over at the end is told.

`take` is for a value that is used as it is, `at` and `each` for what is read on below; `lose` says what is not used,
and why. So every key is one of these, or nobody has looked at it, which is told, too.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Optional

import attrs

from pristine.manifest.openapi.importing.reasons import KEYS, REASONS, Unexpressed, code_of
from pristine.manifest.reading import Enough, Faults, ManifestFault, kind_of
from pristine.ports.documents import Document, Path
from pristine.ports.values import frozen

EFFORT: Final = 4_000_000
"""How many nodes may be read: a small document can mean many, where its parts are used again and again.

Ten megabytes of an API as they are take some 1,500,000.
"""


@attrs.define(eq=False)
class Book:
    """What is known while a document is imported. `ours`: `pristine export` wrote it, so that its names are chosen.

    `sends_defaults`: a default of the document is one of the manifest, which is sent where nothing is given.
    """

    ours: bool = False
    sends_defaults: bool = False
    faults: Faults = attrs.field(factory=Faults)
    lost: dict[tuple[str, str], Unexpressed] = attrs.field(factory=dict)
    taken: dict[int, set[str | int]] = attrs.field(factory=dict)
    entered: dict[int, set[str | int]] = attrs.field(factory=dict)
    _effort: int = EFFORT

    def spend(self, node: "Node", steps: int = 1) -> None:
        """Count what is read; raises Enough, with a fault, where it is too much."""
        self._effort -= steps
        if self._effort < 0:
            node.fault("takes too long to import: what it stands for is too large")
            raise Enough

    def sweep(self, top: "Node") -> None:
        """Tell of all that nothing has read, below a document's root."""
        waiting = [top]
        while waiting:
            node = waiting.pop()
            done, entered = self.taken.get(id(node.value), ()), self.entered.get(id(node.value), ())
            for key, value in _members(node.value):
                if key in done:
                    continue
                if key in entered:
                    waiting.append(Node(self, node.document, node, key, value))
                else:
                    node.lose(node.left_over(key), key)


@frozen(eq=False)
class Node:
    """A value in a document. `step` is its key or index in its parent."""

    book: Book = attrs.field(repr=False)
    document: Document = attrs.field(repr=False)
    parent: Optional["Node"] = attrs.field(repr=False)
    step: str | int
    value: Any
    hidden: frozenset[str] = frozenset()
    """Keys that are not there for who reads this Node: they are read apart."""

    @property
    def identity(self) -> tuple[int, str | int]:
        """The same for every Node of the same value."""
        return (id(self.parent.value) if self.parent else id(self.document), self.step)

    @property
    def path(self) -> Path:
        """Where it is."""
        found: list[str | int] = []
        node = self
        while node.parent is not None:
            found.append(node.step)
            node = node.parent
        return tuple(reversed(found))

    @property
    def top(self) -> "Node":
        """The root of its document."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    @property
    def keys(self) -> Mapping[str, Any]:
        """The plain object that it is, or an empty one."""
        if self.hidden and isinstance(self.value, dict):
            return {key: value for key, value in self.value.items() if key not in self.hidden}
        return self.value if isinstance(self.value, dict) else {}

    def has(self, key: str) -> bool:
        """Whether the key is there, without reading it."""
        return isinstance(self.value, dict) and key in self.value and key not in self.hidden

    def take(self, key: str | int, default: Any = None) -> Any:
        """The value of a key, used as it is."""
        if not self._holds(key):
            return default
        self.book.taken.setdefault(id(self.value), set()).add(key)
        return self.value[key]

    def at(self, key: str | int) -> Optional["Node"]:
        """The child of a key, to be read on; None where there is none."""
        if not self._holds(key):
            return None
        self.book.spend(self)
        self.book.entered.setdefault(id(self.value), set()).add(key)
        return Node(self.book, self.document, self, key, self.value[key])

    def mapping(self, key: str) -> Optional["Node"]:
        """The same for an object; what is none is lost."""
        return self._of_kind(key, dict)

    def each(self, key: str) -> list["Node"]:
        """The items of an array."""
        found = self._of_kind(key, list)
        return found.items() if found else []

    def named(self, key: str, *, but: str = "") -> list["Node"]:
        """The members of an object, without those whose names begin with `but`."""
        found = self._of_kind(key, dict)
        if found is None or not but:
            return found.items() if found else []
        names = [name for name in found.keys if not name.startswith(but)]
        return [one for name in names if (one := found.at(name)) is not None]

    def items(self) -> list["Node"]:
        """The children of this one: members, or items."""
        return [one for key, _ in _members(self.value) if (one := self.at(key)) is not None]

    def text(self, key: str) -> str:
        """A string that is used as it is; "" where there is none."""
        return str(self._plain(key, str) or "")

    def flag(self, key: str) -> bool:
        """A boolean; false where there is none."""
        return self._plain(key, bool) is True

    def lose(self, code: str, key: str | int | None = None, told: str = "") -> None:
        """Say that this, or the value of a key, is not in the manifest; `told` is more than the code's reason."""
        if key is None:
            if self.parent is not None:
                self.parent.lose(code, self.step, told)
                return
        elif self._holds(key):
            self.book.taken.setdefault(id(self.value), set()).add(key)
        found = self.loss(code, told, key)
        self.book.lost.setdefault((found.source, found.pointer), found)

    def loss(self, code: str, told: str = "", key: str | int | None = None) -> Unexpressed:
        """What is said where this, or the value of a key, is lost."""
        pointer = pointer_of((*self.path, key) if key is not None else self.path)
        source = self.document.source if self.is_elsewhere else ""
        return Unexpressed(pointer, code, f"{REASONS[code]}{f': {told[:200]}' if told else ''}", source)

    def fault(self, message: str) -> None:
        """What cannot be imported at all."""
        source = self.document.source if self.is_elsewhere else ""
        line = self.document.line_of(self.path)
        self.book.faults.append(ManifestFault(pointer_of(self.path), message[:1000], line, source))

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is in another file than the first."""
        return self.top.step != ""

    def left_over(self, key: str | int) -> str:
        """Why a key that nothing has read is not in the manifest."""
        if self.parent is not None and self.parent.step == "components":
            return "unused"
        if isinstance(key, int) or (self.step in HOLDERS and self.parent is not None):
            is_extension = str(key).startswith("x-") and self.step in ("responses", "paths")
            return "extension" if is_extension else KINDS_OF_HOLDERS.get(str(self.step), "malformed")
        if key == "description" and self.parent is not None and self.parent.step == "responses":
            return "answer-description"
        if self.parent is None and self.is_elsewhere and key not in KEYS:
            return "unused"
        return code_of(key)

    def _holds(self, key: str | int) -> bool:
        if isinstance(self.value, dict):
            return key in self.value and key not in self.hidden
        return isinstance(self.value, list) and isinstance(key, int) and key < len(self.value)

    def _of_kind(self, key: str, kind: type) -> Optional["Node"]:
        found = self.at(key)
        if found is None or isinstance(found.value, kind):
            return found
        self.lose("malformed", key, f"must be {kind_of(kind())}, not {kind_of(found.value)}")
        return None

    def _plain(self, key: str, kind: type) -> Any:
        value = self.take(key)
        if value is None or isinstance(value, kind):
            return value
        self.lose("malformed", key, f"must be {kind_of(kind())}, not {kind_of(value)}")
        return None


HOLDERS: Final = frozenset({"properties", "patternProperties", "$defs", "responses", "mapping", "variables", "paths"})
"""Keys whose members have names of the author's."""

KINDS_OF_HOLDERS: Final[Mapping[str, str]] = {"properties": "another-part", "mapping": "discriminator"}


def _members(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def pointer_of(path: Path) -> str:
    """A JSON pointer as a URI fragment."""
    return "#" + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
