"""The parts of an API as classes: which methods and which further parts each has, under which names.

The names are those of the client without generated code. Where two endpoints want the same one, the last has it, as
there; the others, which cannot be called there, get a number.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from pristine.codegen.sdk.naming import Names, class_name, member_name, module_name
from pristine.core.resources import Node, nodes_of, tree_of
from pristine.manifest.model import Endpoint, Manifest

VARIANTS: Final = ("{}", "Async{}", "{}WithRawResponse", "Async{}WithRawResponse", "{}WithStreamingResponse",
                   "Async{}WithStreamingResponse")  # fmt: skip
"""The classes of a part: each face, and each with the response in hand."""

ROOT: Final = "Endpoints"
"""The class of the whole."""


@attrs.define(eq=False)
class Part:
    """A part of an API. `call` is the endpoint that it is itself; `ways` are other ways of calling what it has."""

    name: str
    module: str
    path: tuple[str, ...]
    call: Endpoint | None = None
    methods: dict[str, Endpoint] = attrs.field(factory=dict)
    ways: dict[str, tuple[Endpoint, str]] = attrs.field(factory=dict)
    parts: dict[str, "Part"] = attrs.field(factory=dict)

    def names(self) -> frozenset[str]:
        """The names that it has."""
        return frozenset({*self.methods, *self.ways, *self.parts})


class Parts:
    """Makes the parts of a manifest."""

    def __init__(self, manifest: Manifest) -> None:
        self._classes = Names()
        self._modules = Names(("__init__",))
        top = tree_of(manifest)
        self.root = self._part(top, ROOT)
        self._place_the_rest(manifest, top)

    def all(self) -> Iterator[Part]:
        """Every part, the whole first."""
        waiting = [self.root]
        while waiting:
            part = waiting.pop(0)
            yield part
            waiting += part.parts.values()

    def _part(self, node: Node, wanted: str) -> Part:
        name = self._new(wanted)
        part = Part(name, self._modules.new(module_name(name)), node.path, node.endpoint)
        names = Names(fold=str)
        members = {key: names.new(member_name(key)) for key in node.children}
        for key, child in node.children.items():
            if child.children:
                part.parts[members[key]] = self._part(child, class_name(*child.path))
            elif child.endpoint is not None:
                part.methods[members[key]] = child.endpoint
        for key, child in node.children.items():
            part.ways |= _ways(members[key], child, names)
        return part

    def _new(self, wanted: str) -> str:
        """A name of which all variants are free."""
        number, name = 1, wanted
        while any(self._classes.has(one.format(name)) for one in VARIANTS):
            number += 1
            name = f"{wanted}{number}"
        for one in VARIANTS:
            self._classes.new(one.format(name))
        return name

    def _place_the_rest(self, manifest: Manifest, top: Node) -> None:
        """Endpoints whose place another one has."""
        placed = {id(node.endpoint) for node in nodes_of(top)}
        for endpoint in manifest.endpoints.values():
            if id(endpoint) not in placed:
                _add(self.root, endpoint)


def _add(part: Part, endpoint: Endpoint) -> None:
    names = Names(part.names(), fold=str)
    name = names.new(member_name(module_name(class_name(endpoint.id))))
    part.methods[name] = endpoint


def _ways(name: str, node: Node, names: Names) -> Mapping[str, tuple[Endpoint, str]]:
    """The methods for the other ways of calling a child; where an endpoint has such a name, there is none."""
    if node.endpoint is None:
        return {}
    found = {}
    for end, way in node.ways.items():
        if not names.has(f"{name}{end}"):
            found[names.new(f"{name}{end}")] = (node.endpoint, str(way))
    return found
