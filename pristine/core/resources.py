"""A manifest as resources and methods: the tree of names, and how a method's arguments become a call. Pure.

Made once for a manifest. An endpoint's id is its place in the tree: `chat.completions` is `client.chat.completions`.
"""

import keyword
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from inspect import Parameter as Argument
from inspect import Signature
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

import attrs

from pristine.core.requests.parameters import fill_parameters
from pristine.core.requests.styles import header_text
from pristine.manifest.model import BODYLESS_METHODS, Endpoint, Manifest, Parameter
from pristine.manifest.parameters import PLACEHOLDER
from pristine.manifest.reading import suggestion
from pristine.ports.errors import InvalidParameter, RequestError
from pristine.ports.model import READ_ONLY, REQUIRED, WIRE, is_model, is_open
from pristine.ports.values import frozen

Place: TypeAlias = tuple[str, str]
"""Where an argument goes: "path", "query", "header" or "body", and its name on the wire; "" is the whole."""

Call: TypeAlias = tuple[Any, dict[str, Any]]
"""A payload, and the options of a call."""


class Way(StrEnum):
    """How an endpoint is called: for its value, for its stream, or for the handle of work that it finishes later."""

    PLAIN = ""
    STREAM = "stream"
    FUTURE = "future"


_WAYS: Final[Mapping[str, Way]] = {"_stream": Way.STREAM, "_future": Way.FUTURE}
_NO_WAYS: Final[Mapping[str, Way]] = {}


@attrs.define(eq=False)
class Node:
    """A name in the tree: a resource, a method, or both."""

    path: tuple[str, ...]
    children: dict[str, "Node"] = attrs.field(factory=dict)
    endpoint: Endpoint | None = None

    @cached_property
    def method(self) -> "Method":
        """What it is called with, where it is an endpoint: worked out when it is first asked for."""
        if self.endpoint is None:
            raise AttributeError(f"'{'.'.join(self.path)}' is no endpoint")
        return Method.of(self.endpoint)

    @property
    def ways(self) -> Mapping[str, Way]:
        """The ways of calling it that have a method of their own, by the end of its name."""
        if self.endpoint is None:
            return _NO_WAYS
        declared = {"_stream": self.endpoint.streaming, "_future": self.endpoint.future}
        return {end: _WAYS[end] for end, one in declared.items() if one is not None}

    def child(self, name: str) -> "Node":
        """The child of a name, made where there is none."""
        return self.children.setdefault(name, Node((*self.path, name)))

    def names(self) -> Iterator[str]:
        """What can be asked of it."""
        for name, node in self.children.items():
            yield name
            for end in node.ways:
                yield f"{name}{end}"

    def unknown(self, name: str) -> str:
        """What is said of a name that there is not."""
        where = f"'{'.'.join(self.path)}'" if self.path else "the client"
        return f"{where} has no {name!r}{suggestion(name, self.names())}"


def tree_of(manifest: Manifest) -> Node:
    """The tree of a manifest, made once."""
    tree = _TREES.get(manifest)
    if tree is None:
        tree = _TREES.setdefault(manifest, _tree(manifest))
    return tree


def nodes_of(top: Node) -> Iterator[Node]:
    """A node and all below it."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children.values())


_TREES: "WeakKeyDictionary[Manifest, Node]" = WeakKeyDictionary()


def _tree(manifest: Manifest) -> Node:
    top = Node(())
    for endpoint in manifest.endpoints.values():
        node = top
        for name in endpoint.id.split("."):
            node = node.child(python_name(name))
        node.endpoint = endpoint
    return top


def python_name(name: str) -> str:
    """A part of an id as an attribute: `create-chat` and `createChat` are `create_chat`."""
    found = re.sub(r"\W", "_", name, flags=re.ASCII)
    found = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", found).lower().lstrip("_") or "_"
    found = f"e_{found}" if found[0].isdigit() else found
    return f"{found}_" if keyword.iskeyword(found) or found in _TAKEN else found


_TAKEN: Final = frozenset(
    {"close", "aclose", "resume_future", "with_options", "with_raw_response", "with_streaming_response"}
)


@frozen(eq=False)
class Method:
    """An endpoint as a method: its arguments by name, those of the path first, and where each goes."""

    endpoint: Endpoint
    arguments: Mapping[str, Place]
    required: frozenset[str]
    positional: tuple[str, ...]

    @classmethod
    def of(cls, endpoint: Endpoint) -> "Method":
        taken: dict[str, Place] = {}
        required: set[str] = set()
        for place, wanted, is_required in _places(endpoint):
            name = f"{wanted}_" if keyword.iskeyword(wanted) else wanted
            while name in taken:
                name += "_"
            taken[name] = place
            if is_required:
                required.add(name)
        positional = tuple(name for name, place in taken.items() if place[0] == "path")
        return cls(endpoint, taken, frozenset(required), positional)

    def call(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call:
        """What arguments mean; raises InvalidParameter for one that there is not, or that is given twice."""
        given = dict(zip(self.positional, args, strict=False)) if args else {}
        if len(args) > len(self.positional) or given.keys() & kwargs.keys():
            raise self._misplaced(args, given, kwargs)
        given.update(kwargs)
        parts: dict[str, dict[str, Any]] = {}
        payload: Any = None
        for name, value in given.items():
            kind, wire = self.arguments.get(name) or self._undeclared(name)
            if value is None and name not in self.required:
                continue
            if wire and kind == "header":
                parts.setdefault(kind, {}).update(self.field(wire, value))
            elif wire:
                parts.setdefault(kind, {})[wire] = value
            elif kind == "body":
                payload = value
            else:
                parts.setdefault(kind, {}).update(value)
        if payload is None:
            payload = parts.pop("body", {} if is_model(self.endpoint.request) else None)
        return payload, {_OPTIONS[kind]: values for kind, values in parts.items()}

    def _undeclared(self, name: str) -> Place:
        """Where an argument goes that is not declared: it is a field of a payload that may have more."""
        if self._open:
            return "body", name
        raise self._unknown(name)

    @property
    def _open(self) -> bool:
        request = self.endpoint.request
        return self.endpoint.method not in BODYLESS_METHODS and is_model(request) and is_open(request)

    def field(self, name: str, value: Any) -> Mapping[str, str]:
        """A header parameter as text; none where it is None, which is told as missing later."""
        if value is None or isinstance(value, str):
            return {} if value is None else {name: value}
        try:
            parameter = self.endpoint.headers[name]
            text = header_text(name, fill_parameters({name: parameter}, {name: value}, "header")[name], parameter)
            # A list of nothing is left out, unless that would mean something else.
            return {name: text} if text or parameter.required or parameter.default is not None else {}
        except RequestError as error:
            error.endpoint = self.endpoint.id
            raise

    def signature(self) -> Signature:
        """The arguments as Python shows them."""
        types = _types(self.endpoint)
        more = [Argument("fields", Argument.VAR_KEYWORD)] if self._open else []
        return Signature([*(self._argument(*one, types) for one in self.arguments.items()), *more])

    def _argument(self, name: str, place: Place, types: Mapping[Place, Any]) -> Argument:
        kind = Argument.POSITIONAL_OR_KEYWORD if name in self.positional else Argument.KEYWORD_ONLY
        default = Argument.empty if name in self.required or name in self.positional else None
        return Argument(name, kind, default=default, annotation=types.get(place, Argument.empty))

    def _unknown(self, name: str) -> InvalidParameter:
        told = f"there is no argument {name!r}{suggestion(name, self.arguments) or '; it has none'}"
        return InvalidParameter(told, where=name, endpoint=self.endpoint.id)

    def _misplaced(
        self, args: tuple[Any, ...], given: Mapping[str, Any], kwargs: Mapping[str, Any]
    ) -> InvalidParameter:
        if len(args) > len(self.positional):
            ones = ", ".join(self.positional) or "none"
            told = f"{len(args)} arguments by position are too many: {ones} may be given so"
        else:
            told = f"the argument {min(given.keys() & kwargs.keys())!r} is given twice"
        return InvalidParameter(told, where="arguments", endpoint=self.endpoint.id)


_OPTIONS: Final[Mapping[str, Any]] = {"path": "path_params", "query": "query", "header": "headers"}


def _places(endpoint: Endpoint) -> Iterator[tuple[Place, str, bool]]:
    """Every argument: its place, the name that it would have, and whether it must be given."""
    for name in dict.fromkeys(PLACEHOLDER.findall(endpoint.path)):
        declared = endpoint.path_params.get(name)
        yield ("path", name), (declared.name if declared and declared.name else name), _must(declared, otherwise=True)
    yield from _declared("query", endpoint.query)
    yield from _declared("header", {name: one for name, one in endpoint.headers.items() if not _is_constant(one)})
    yield from _of_body(endpoint)


def _is_constant(parameter: Parameter) -> bool:
    return parameter.schema is str and parameter.default is not None and not parameter.required


def _must(declared: Parameter | None, *, otherwise: bool) -> bool:
    return otherwise if declared is None else declared.default is None and (declared.required or otherwise)


def _declared(kind: str, parameters: Mapping[str, Parameter] | None) -> Iterator[tuple[Place, str, bool]]:
    if parameters is None:
        yield (kind, ""), kind, False
        return
    for wire, one in parameters.items():
        yield (kind, wire), one.name or python_name(wire), one.required and one.default is None


def _of_body(endpoint: Endpoint) -> Iterator[tuple[Place, str, bool]]:
    if endpoint.method in BODYLESS_METHODS:
        return
    if not is_model(endpoint.request):
        yield ("body", ""), "payload", endpoint.request is not None
        return
    for field in attrs.fields(endpoint.request):
        if not field.metadata.get(READ_ONLY):
            wire, default = field.metadata.get(WIRE, field.name), field.default
            must = field.metadata.get(REQUIRED, default is attrs.NOTHING) and default in {attrs.NOTHING, None}
            yield ("body", wire), field.name, must
    for name, must in endpoint.files.items():
        yield ("body", name), python_name(name), must


def _types(endpoint: Endpoint) -> Mapping[Place, Any]:
    found: dict[Place, Any] = {("path", name): one.schema for name, one in endpoint.path_params.items()}
    found |= {("query", name): one.schema for name, one in (endpoint.query or {}).items()}
    found |= {("header", name): one.schema for name, one in endpoint.headers.items()}
    if is_model(endpoint.request):
        found |= {
            ("body", field.metadata.get(WIRE, field.name)): field.type for field in attrs.fields(endpoint.request)
        }
    return found
