"""What a page can link to: the types of a manifest, those without a name included, and its endpoints as calls."""

from collections.abc import Iterator
from typing import Any, get_args

import attrs

from pristine.codegen.docs.markdown import Anchors
from pristine.codegen.schemas import classes_of, fields_of
from pristine.core.resources import Method, nodes_of, tree_of
from pristine.manifest.model import Endpoint, Manifest
from pristine.ports.model import is_model
from pristine.ports.serializer import Schema


@attrs.frozen
class Named:
    """A type with a heading of its own."""

    title: str
    anchor: str
    schema: Schema


@attrs.frozen
class Called:
    """An endpoint with its name in the client, such as `client.chat.completions`; "" where another one has it."""

    endpoint: Endpoint
    method: Method
    name: str
    anchor: str


class Names:
    """The types and endpoints of a manifest, each with its anchor."""

    def __init__(self, manifest: Manifest) -> None:
        self._anchors = Anchors()
        declared = [Named(name, self.anchor("type", name), schema) for name, schema in manifest.types.items()]
        linked = [one for one in declared if is_model(one.schema) or get_args(one.schema)]
        self._known: dict[Schema, Named] = {}
        for one in linked:
            self._known.setdefault(one.schema, one)
        self.types = [*declared, *self._unnamed(manifest)]
        self.calls = [self._called(*call) for call in _calls(manifest)]

    def anchor(self, kind: str, name: str) -> str:
        """A new anchor."""
        return self._anchors.new(kind, name)

    def of(self, schema: Schema) -> Named | None:
        """The heading of a type."""
        return self._known.get(schema)

    def _unnamed(self, manifest: Manifest) -> Iterator[Named]:
        """The classes that have no name in the manifest, in the order in which a reader comes upon them."""
        roots = [schema for endpoint in manifest.endpoints.values() for schema in self._roots(endpoint)]
        for cls in classes_of([*manifest.types.values(), *roots]):
            if cls not in self._known:
                self._known[cls] = Named(cls.__name__, self.anchor("type", cls.__name__), cls)
                yield self._known[cls]

    def _roots(self, endpoint: Endpoint) -> Iterator[Schema]:
        """The types of an endpoint; those of its arguments for a request that has no name, since they show it all."""
        request: Any = endpoint.request
        if is_model(request) and request not in self._known:
            yield from (field.type for field in fields_of(request).values())
            request = None
        yield from attrs.evolve(endpoint, request=request).schemas()

    def _called(self, endpoint: Endpoint, method: Method, path: tuple[str, ...]) -> Called:
        anchor = self.anchor("call", ".".join(path) or endpoint.id)
        return Called(endpoint, method, ".".join(("client", *path)) if path else "", anchor)


def _calls(manifest: Manifest) -> Iterator[tuple[Endpoint, Method, tuple[str, ...]]]:
    """The endpoints with their places in the client; of two that want the same place the last one has it."""
    found = {id(node.endpoint): node for node in nodes_of(tree_of(manifest)) if node.endpoint is not None}
    for endpoint in manifest.endpoints.values():
        node = found.get(id(endpoint))
        yield endpoint, node.method if node else Method.of(endpoint), node.path if node else ()
