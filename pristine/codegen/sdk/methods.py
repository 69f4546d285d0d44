"""An endpoint as methods: one for its value or its list, and one for each other way of calling it.

The arguments are those of the client without generated code. What is written into a body is their names, and literals.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.codegen.schemas import fields_of
from pristine.codegen.sdk.answers import item_of, page_of, result_of, value_of
from pristine.codegen.sdk.arguments import Argument, arguments_of, ordered
from pristine.codegen.sdk.catalog import Catalog
from pristine.codegen.sdk.expressions import ANY, Expression, Name, Of, One, Scope, either
from pristine.codegen.sdk.layout import WIDTH, Group, Piece, docstring, literal, prefixed, prose, text, written
from pristine.codegen.sdk.models import ROOM, described
from pristine.codegen.sdk.naming import argument_name
from pristine.core.resources import Method
from pristine.manifest.model import Endpoint
from pristine.ports.model import is_model

SDK: Final = "_sdk"


@attrs.frozen
class Face:
    """How the methods of a face are written."""

    name: str
    prefix: str
    define: str
    wait: str
    list: str
    stream: str
    handle: str


SYNC: Final = Face("Client", "", "def", "", "ItemList", "StreamResponse", "FutureHandle")
ASYNC: Final = Face("AsyncClient", "Async", "async def", "await ", "AsyncItemList", "Opening", "StartingFuture")


@attrs.frozen(eq=False)
class Endpoints:
    """Writes the methods of endpoints into a file."""

    catalog: Catalog
    scope: Scope
    document: Mapping[str, Any]

    def methods(self, name: str, endpoint: Endpoint, face: Face) -> Iterator[str]:
        """The text of each method, with the indent of a class. `name` is "__call__" where it is a resource, too."""
        arguments = arguments_of(endpoint, self.catalog, self.document)
        streams = endpoint.streaming is not None and not endpoint.streaming.when
        if streams:
            yield self._one(name, endpoint, arguments, face, "stream")
        elif endpoint.pagination is not None:
            yield self._one(name, endpoint, arguments, face, "items")
        elif asked := _asking(endpoint, arguments):
            yield self._either(name, endpoint, arguments, face, asked)
        else:
            yield self._one(name, endpoint, arguments, face, "value")

    def way(self, name: str, endpoint: Endpoint, face: Face, way: str) -> str:
        """The method of a way that has a name of its own: "stream" or "future"."""
        return self._one(name, endpoint, arguments_of(endpoint, self.catalog, self.document), face, way)

    def gives(self, endpoint: Endpoint, face: Face, way: str) -> str:
        """What a method returns."""
        kinds = {"items": face.list, "stream": face.stream, "future": face.handle}
        expression = self.catalog.short(
            _GIVES[way](endpoint, self.catalog.expressions), f"{endpoint.id}_{_HINTS[way]}", 44
        )
        inner = self.scope.flat(expression)
        return f"{SDK}.{kinds[way]}[{inner}]" if way in kinds else inner

    def _one(self, name: str, endpoint: Endpoint, arguments: list[Argument], face: Face, way: str) -> str:
        define, wait = (face.define, face.wait) if way == "value" else ("def", "")
        gives = self.gives(endpoint, face, way)
        made = "anything" if _GIVES[way](endpoint, self.catalog.expressions) == ANY and way == "value" else way
        start = f"{'' if gives == 'None' else 'return '}{wait}self._calls.{made}"
        lines = [
            *_deprecated(endpoint),
            self._signature(f"{define} {name}", arguments, gives, ":"),
            f"        {docstring(list(_said(endpoint, arguments)), 8)}",
            f"        {written(self._call(start, endpoint, arguments), 8)}",
        ]
        return "\n".join(lines)

    def _either(self, name: str, endpoint: Endpoint, arguments: list[Argument], face: Face, asked: str) -> str:
        """A method that streams where an argument asks for it, and gives the value otherwise."""
        value, stream = self.gives(endpoint, face, "value"), self.gives(endpoint, face, "stream")
        if face.wait:
            coroutine = self.scope.of(Name("Coroutine", "collections.abc"))
            value = f"{coroutine}[{self.scope.of(ANY)}, {self.scope.of(ANY)}, {value}]"
        literal_, flag = Name("Literal", "typing"), Name("bool", "builtins")
        both = f"{value} | {stream}"
        fits = len(f"    ) -> {both}: ...") <= WIDTH
        forms = (
            (Of(literal_, (One(False),)), value, False),
            (Of(literal_, (One(True),)), stream, True),
            (flag, both if fits else self.scope.of(ANY), True),
        )
        overload = self.scope.of(Name("overload", "typing"))
        lines: list[str] = []
        for kind, gives, required in forms:
            form = ordered([*_without(arguments, asked), _asked(asked, kind, required=required)])
            lines += [
                *_deprecated(endpoint),
                f"    @{overload}",
                self._signature(f"def {name}", form, gives, ": ..."),
                "",
            ]
        rest = _without(arguments, asked)
        whole = ordered([*rest, _asked(asked, flag, required=False)])
        declared = any(one.name == asked for one in arguments)
        sent = [*rest, attrs.evolve(_asked(asked, flag, required=False), place=("body", asked))] if declared else rest
        lines += [
            self._signature(f"def {name}", whole, self.scope.of(ANY), ":"),
            f"        {docstring(list(_said(endpoint, whole)), 8)}",
            f"        _make: {self.scope.of(ANY)} = self._calls.stream if {asked} else self._calls.value",
            f"        {written(self._call('return _make', endpoint, sent), 8)}",
        ]
        return "\n".join(lines)

    def _signature(self, start: str, arguments: list[Argument], gives: str, end: str) -> str:
        parts: list[Piece] = ["self"]
        is_keyword = False
        for one in arguments:
            if not one.positional and not is_keyword and not one.rest:
                parts.append("*")
                is_keyword = True
            parts.append(self._argument(one))
        return f"    {written(Group(f'{start}(', parts, f') -> {gives}{end}'), 4)}"

    def _argument(self, one: Argument) -> str:
        if one.rest:
            return f"**{one.name}: {self.scope.of(ANY)}"
        default = "" if one.required else " = None"
        room = WIDTH - 8 - len(one.name) - len(": ,") - len(default)
        return f"{one.name}: {self.scope.flat(self.catalog.short(one.type, one.hint, min(room, ROOM)))}{default}"

    def _call(self, start: str, endpoint: Endpoint, arguments: list[Argument]) -> Piece:
        parts: list[Piece] = [text(endpoint.id)]
        payload = _payload(endpoint, [one for one in arguments if one.place[0] == "body" or one.rest])
        parts += [payload] if payload is not None else []
        for kind, option in (("path", "path_params"), ("query", "query")):
            found = [one for one in arguments if one.place[0] == kind]
            if whole := next((one for one in found if not one.place[1]), None):
                parts.append(f"{option}={whole.name}")
            elif found:
                parts.append(prefixed(f"{option}=", _mapping(found)))
        if headers := [one for one in arguments if one.place[0] == "header"]:
            pairs = Group("{", [_pair(one) for one in headers], "}")
            parts.append(Group("headers=self._calls.fields(", [text(endpoint.id), pairs]))
        return Group(f"{start}(", parts)


_GIVES: Final = {"value": value_of, "items": page_of, "stream": item_of, "future": result_of}
_HINTS: Final = {"value": "answer", "items": "item", "stream": "event", "future": "result"}


def _payload(endpoint: Endpoint, arguments: list[Argument]) -> Piece | None:
    """What is sent as the body, if anything may be."""
    if whole := next((one for one in arguments if one.place == ("body", "")), None):
        return whole.name
    if not arguments:
        return "{}" if is_model(endpoint.request) else None
    return _mapping(arguments)


def _pair(one: Argument) -> Piece:
    return f"**{one.name}" if one.rest else f"{text(one.place[1])}: {one.name}"


def _mapping(arguments: list[Argument]) -> Group:
    """Arguments by their names on the wire; those that need not be given are there only where they are."""
    sure = [_pair(one) for one in arguments if one.required]
    rest = [_pair(one) for one in arguments if not one.required and not one.rest]
    others = [_pair(one) for one in arguments if one.rest]
    given = Group("_given(", [Group("{", rest, "}")])
    if not rest:
        return Group("{", [*sure, *others], "}")
    if not sure and not others:
        return given
    return Group("{", [*sure, prefixed("**", given), *others], "}")


def _asking(endpoint: Endpoint, arguments: list[Argument]) -> str:
    """The argument that asks for a stream, where there is one that is true or not."""
    when = endpoint.streaming.when if endpoint.streaming is not None else {}
    if len(when) != 1 or next(iter(when.values())) is not True:
        return ""
    wire = next(iter(when))
    declared = next((one for one in arguments if one.place == ("body", wire)), None)
    is_name = Method.of(endpoint).arguments.get(wire, ("body", wire)) == ("body", wire) and wire.isidentifier()
    if not is_name or wire.startswith("_") or not wire.islower():
        return ""
    if declared is not None:
        field = fields_of(endpoint.request)[wire] if is_model(endpoint.request) else None
        return wire if field is not None and declared.name == wire and _is_flag(field.type) else ""
    return wire if _is_free(wire, arguments) else ""


def _is_flag(schema: Any) -> bool:
    return schema in {bool, bool | None}


def _is_free(name: str, arguments: list[Argument]) -> bool:
    return argument_name(name) == name and all(one.name != name for one in arguments)


def _without(arguments: list[Argument], name: str) -> list[Argument]:
    return [one for one in arguments if one.name != name]


def _asked(name: str, kind: Expression, *, required: bool) -> Argument:
    found = kind if required else either(kind, Name("None", ""))
    said = "" if required else "True for the stream of the answer."
    return Argument(name, ("", ""), found, required=required, said=said)


def _deprecated(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.deprecated is not None:
        told = " ".join((endpoint.deprecated or f"{endpoint.id} is deprecated").split())[:200]
        yield f"    {written(Group(f'@{SDK}.deprecated(', [literal(told)]), 4)}"


def _said(endpoint: Endpoint, arguments: list[Argument]) -> Iterator[str]:
    yield from prose(endpoint.description, 8) or [f"Call {endpoint.method} {endpoint.path}."[:84]]
    if endpoint.deprecated is not None:
        yield from ("", *prose(f"Deprecated. {endpoint.deprecated}".strip(), 8))
    listed = [line for one in arguments if one.said for line in described(one.name, one.said)]
    if listed:
        yield from ("", "Args:", *listed)
