"""The files of the parts: the classes of both faces, and those whose calls give their responses."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pristine.codegen.sdk.catalog import Catalog
from pristine.codegen.sdk.expressions import ANY, Scope
from pristine.codegen.sdk.layout import Group, docstring, imports, written
from pristine.codegen.sdk.methods import ASYNC, SYNC, Endpoints, Face
from pristine.codegen.sdk.models import FUTURE, sections
from pristine.codegen.sdk.tree import VARIANTS, Part, Parts
from pristine.manifest.model import Endpoint

_INDENT: Final = "        "


def resources(parts: Parts, catalog: Catalog, document: Mapping[str, Any]) -> dict[str, str]:
    """The files below `resources/`."""
    files = {f"{part.module}.py": _file(part, catalog, document) for part in parts.all()}
    return {
        "__init__.py": f"{docstring(['The parts of the API, each in a file that is loaded when it is used.'])}\n",
        **files,
    }


def _file(part: Part, catalog: Catalog, document: Mapping[str, Any]) -> str:
    variants = [one.format(each.name) for each in (part, *part.parts.values()) for one in VARIANTS]
    scope = Scope(lambda _: "..models", part.names() | {*variants})
    writer = Endpoints(catalog, scope, document)
    classes = [_class(part, face, writer) for face in (SYNC, ASYNC)]
    for suffix, kind in (("RawResponse", "raw"), ("StreamingResponse", "streamed")):
        classes += [_responding(part, face, suffix, kind, scope) for face in (SYNC, ASYNC)]
    needs = {home: names for home, names in scope.imports.items() if home in _AT_RUN_TIME}
    checked = {home: names for home, names in scope.imports.items() if home not in needs}
    for one in part.parts.values():
        checked[f".{one.module}"] = {variant.format(one.name) for variant in VARIANTS}
    needs.setdefault("typing", set())
    if "typing" in checked:
        needs["typing"] |= checked.pop("typing")
    if checked:
        needs["typing"].add("TYPE_CHECKING")
    if part.parts:
        needs.setdefault("functools", set()).add("cached_property")
    head = imports({home: names for home, names in needs.items() if names})
    own = ["from pristine import sdk as _sdk"]
    own += ["from pristine.sdk import given as _given"] if any("_given(" in one for one in classes) else []
    deprecated = any(one.deprecated is not None for one in part.methods.values())
    note = [_DEPRECATED, ""] if deprecated else []
    lines = [docstring([_titled(part)]), "", *note, FUTURE, "", *head, *([""] if head else []), *own, ""]
    lines += ["if TYPE_CHECKING:", *sections(checked, 4), ""] if checked else []
    return "\n".join([*lines, "", "\n\n\n".join(classes)]) + "\n"


_DEPRECATED: Final = "# pyright: reportDeprecated=false\n# The classes that give responses name every method."

_AT_RUN_TIME: Final = frozenset({"typing", "functools"})


def _titled(part: Part) -> str:
    return f"The part {'.'.join(part.path)[:60]} of the API." if part.path else "The whole API."


def _class(part: Part, face: Face, writer: Endpoints) -> str:
    name = f"{face.prefix}{part.name}"
    what = f"`client.{'.'.join(part.path)[:60]}`" if part.path else "All of the API"
    lines = [_headed(name), f"    {docstring([f'{what}{_awaited(face)}.'], 4)}"]
    members = [_part(key, one, face.prefix, "") for key, one in part.parts.items()]
    if part.call is not None and part.path:
        members += writer.methods("__call__", part.call, face)
    for key, endpoint in part.methods.items():
        members += writer.methods(key, endpoint, face)
    members += [_way(key, part, face, writer) for key in part.ways]
    return "\n".join([*lines, *(f"\n{one}" for one in members)])


def _way(key: str, part: Part, face: Face, writer: Endpoints) -> str:
    """A method that calls in another way; of one that streams anyway it is another name."""
    endpoint, way = part.ways[key]
    streams = endpoint.streaming is not None and not endpoint.streaming.when
    plain = next((name for name, one in part.methods.items() if one is endpoint), "")
    if plain and streams and way == "stream":
        return f"    {key} = {plain}"
    return writer.way(key, endpoint, face, way)


def _headed(name: str) -> str:
    return written(Group(f"class {name}(", ["_sdk.Resource"], "):"))


def _awaited(face: Face) -> str:
    return ", to be awaited" if face.wait else ""


def _part(key: str, part: Part, prefix: str, suffix: str) -> str:
    name = f"{prefix}{part.name}{suffix}"
    lines = [
        "    @cached_property",
        f"    {written(Group(f'def {key}(', ['self'], f') -> {name}:'), 4)}",
        f"        {docstring([f'Part `{key[:50]}`.'], 8)}",
        *(f"        {line}" for line in imports({f".{part.module}": [name]}, 8)),
        "",
        f"        {written(Group(f'return {name}(', ['self._calls']), 8)}",
    ]
    return "\n".join(lines)


def _responding(part: Part, face: Face, suffix: str, kind: str, scope: Scope) -> str:
    """The class whose calls give responses: those of the other, with another type."""
    of, name = f"{face.prefix}{part.name}", f"{face.prefix}{part.name}With{suffix}"
    what = {"raw": "whole responses", "streamed": "open responses"}[kind]
    lines = [_headed(name), f"    {docstring([f'The calls of {of}, which give {what}.'], 4)}"]
    if part.methods:
        lines += ["", "    def __init__(self, calls: _sdk.Calls) -> None:", f"{_INDENT}super().__init__(calls)"]
        lines += [f"{_INDENT}{written(Group(f'_of = {of}(', ['calls']), 8)}", *_wrapped(part.methods, face, kind)]
    lines += [f"\n{_part(key, one, face.prefix, f'With{suffix}')}" for key, one in part.parts.items()]
    if part.call is not None and part.path:
        lines += ["", *_called(of, face, kind, scope)]
    return "\n".join(lines)


def _wrapped(methods: Mapping[str, Endpoint], face: Face, kind: str) -> Iterator[str]:
    for key, endpoint in methods.items():
        how = f"async_{kind}" if face.wait else kind
        if kind == "raw" and (endpoint.pagination is not None or endpoint.streaming is not None):
            how += "_any"
        yield f"{_INDENT}{written(Group(f'self.{key} = _sdk.{how}(', [f'_of.{key}']), 8)}"


def _called(of: str, face: Face, kind: str, scope: Scope) -> Iterator[str]:
    """A part that is an endpoint itself."""
    anything = scope.of(ANY)
    how = f"async_{kind}_any" if face.wait and kind == "raw" else f"async_{kind}" if face.wait else kind
    how = "raw_any" if how == "raw" else how
    gives = {
        "raw_any": "_sdk.RawResponse",
        "async_raw_any": "_sdk.RawResponse",
        "streamed": "_sdk.StreamResponse",
        "async_streamed": "_sdk.Opening",
    }[how]
    define, wait = ("async def", "await ") if how == "async_raw_any" else ("def", "")
    arguments = ["self", f"*args: {anything}", f"**kwargs: {anything}"]
    yield f"    {written(Group(f'{define} __call__(', arguments, f') -> {gives}:'), 4)}"
    yield f"        {docstring([f'Call it as {of}.'], 8)}"
    yield f"        {written(Group(f'_of = {of}(', ['self._calls']), 8)}"
    yield f"        return {wait}_sdk.{how}(_of)(*args, **kwargs)"
