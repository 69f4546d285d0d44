"""`$ref`: from a Node to the one that it means, in this document or in another file, which an injected reader opens.

Nothing is fetched, and no file is read that is not in the folder of the first or below. A chain of references ends.
"""

import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import Any, Final
from urllib.parse import unquote

from pristine.manifest.including import MOST, Open
from pristine.manifest.openapi.importing.nodes import Book, Node
from pristine.manifest.reading import is_shallow, kind_of
from pristine.ports.documents import Document
from pristine.ports.errors import DocumentError
from pristine.ports.patterns import pattern

_SCHEME: Final = pattern(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


class Library:
    """All documents of an import by name, the first as ""."""

    def __init__(self, book: Book, first: Document, open_file: Open | None) -> None:
        self._book = book
        self._open = open_file
        self.first = Node(book, first, None, "", first.value)
        self._tops: dict[str, Node | None] = {"": self.first}
        self._resolved: dict[tuple[int, str | int], Node | None] = {}
        self._anchors: dict[str, dict[str, Node]] = {}

    def tops(self) -> list[Node]:
        """The roots of all documents that were read."""
        return [top for top in self._tops.values() if top is not None]

    def resolved(self, node: Node) -> Node | None:
        """What a Node means: itself, or the end of its references. None, with a fault, where there is nothing."""
        seen: dict[tuple[int, str | int], None] = {}
        end: Node | None = node
        while end is not None and isinstance(end.value, dict) and isinstance(end.value.get("$ref"), str):
            if end.identity in self._resolved:
                end = self._resolved[end.identity]
                break
            seen[end.identity] = None
            target = self._target(end, end.take("$ref"))
            if target is not None and target.identity in seen:
                end.fault(f"the $ref {end.value['$ref']!r:.200} leads to itself")
                target = None
            end = target
        self._resolved.update(dict.fromkeys(seen, end))
        return end

    def target(self, node: Node, reference: str) -> Node | None:
        """One step of a reference that stands in a Node."""
        return self._target(node, reference)

    def _target(self, node: Node, reference: str) -> Node | None:
        name, _, fragment = reference.partition("#")
        top = self._top(node, name) if name else node.top
        if top is None:
            return None
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            found: Node | None = self._anchored(top).get(fragment)
        else:
            found = _walked(top, fragment)
        if found is None:
            node.fault(f"the $ref {reference!r:.200} leads to nothing")
        return found

    def _top(self, node: Node, name: str) -> Node | None:
        if _SCHEME.match(name):
            node.fault(f"the $ref {name!r:.200} is a URL, and nothing is fetched: save it beside the document")
            return None
        place = normpath(join(dirname(str(node.top.step)), unquote(name)))
        if place.startswith(("../", "/")) or place == ".." or "\\" in place:
            node.fault(f"the $ref {name!r:.200} leads out of the folder of the document")
            return None
        if place not in self._tops:
            self._tops[place] = self._opened(node, place)
        return self._tops[place]

    def _opened(self, node: Node, place: str) -> Node | None:
        if self._open is None:
            node.fault(f"a mapping refers to no files, and {place!r:.200} is one: import the document from a file")
            return None
        if len(self._tops) > MOST:
            node.fault(f"an API is described in at most {MOST} files")
            return None
        try:
            document = self._open(place)
        except DocumentError as error:
            node.fault(error.message)
            return None
        document = Document(document.value, place, document.lines)
        if not is_shallow(document.value):
            node.fault(f"{place!r:.200} is nested too deeply")
            return None
        if not isinstance(document.value, dict):
            node.fault(f"{place!r:.200} must be an object, not {kind_of(document.value)}")
            return None
        return Node(self._book, document, None, place, document.value)

    def _anchored(self, top: Node) -> dict[str, Node]:
        key = str(top.step)
        if key not in self._anchors:
            self._anchors[key] = {name: _along(top, path) for name, path in _anchors(top.value)}
        return self._anchors[key]


def _walked(top: Node, pointer: str) -> Node | None:
    node: Node | None = top
    for step in pointer.split("/")[1:]:
        key: str | int = step.replace("~1", "/").replace("~0", "~")
        if node is not None and isinstance(node.value, list):
            key = int(step) if re.fullmatch("0|[1-9][0-9]{0,8}", step, re.ASCII) else -1
            node = node.at(key) if key >= 0 else None
        elif node is not None:
            node = node.at(key)
    return node


def _along(top: Node, path: tuple[str | int, ...]) -> Node:
    node = top
    for step in path:
        node = node.at(step) or node
    return node


def _anchors(value: Any) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, dict):
            if isinstance(one.get("$anchor"), str):
                yield one["$anchor"], path
            waiting += [((*path, key), part) for key, part in one.items() if isinstance(part, (dict, list))]
        elif isinstance(one, list):
            waiting += [((*path, index), part) for index, part in enumerate(one) if isinstance(part, (dict, list))]
