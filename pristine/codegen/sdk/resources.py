"""The files of the parts: the classes of both faces, and those whose calls give their responses."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pristine.codegen.sdk.catalog import Catalog
from pristine.codegen.sdk.expressions import ANY, Scope
from pristine.codegen.sdk.layout import docstring, imports
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
    variants = [one.format(part.name) for one in VARIANTS]
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
    lines = [docstring([_titled(part)]), "", FUTURE, "", *head, *([""] if head else []), *own, ""]
    lines += ["if TYPE_CHECKING:", *sections(checked, 4), ""] if checked else []
    return "\n".join([*lines, "", "\n\n\n".join(classes)]) + "\n"


_AT_RUN_TIME: Final = frozenset({"typing", "functools"})


def _titled(part: Part) -> str:
    return f"The part {'.'.join(part.path)[:60]} of the API." if part.path else "The whole API."


def _class(part: Part, face: Face, writer: Endpoints) -> str:
    name = f"{face.prefix}{part.name}"
    what = f"`client.{'.'.join(part.path)[:60]}`" if part.path else "All of the API"
    lines = [f"class {name}(_sdk.Resource):", f"    {docstring([f'{what}{_awaited(face)}.'], 4)}"]
    members = [_part(key, one, face.prefix, "") for key, one in part.parts.items()]
    if part.call is not None and part.path:
        members += writer.methods("__call__", part.call, face)
    for key, endpoint in part.methods.items():
        members += writer.methods(key, endpoint, face)
    members += [writer.way(key, endpoint, face, way) for key, (endpoint, way) in part.ways.items()]
    return "\n".join([*lines, *(f"\n{one}" for one in members)])


def _awaited(face: Face) -> str:
    return ", to be awaited" if face.wait else ""


def _part(key: str, part: Part, prefix: str, suffix: str) -> str:
    name = f"{prefix}{part.name}{suffix}"
    lines = [
        "    @cached_property",
        f"    def {key}(self) -> {name}:",
        f"        {docstring([f'Part `{key[:50]}`.'], 8)}",
        f"        from .{part.module} import {name}",
        "",
        f"        return {name}(self._calls)",
    ]
    return "\n".join(lines)


def _responding(part: Part, face: Face, suffix: str, kind: str, scope: Scope) -> str:
    """The class whose calls give responses: those of the other, with another type."""
    of, name = f"{face.prefix}{part.name}", f"{face.prefix}{part.name}With{suffix}"
    what = {"raw": "whole responses", "streamed": "open responses"}[kind]
    lines = [f"class {name}(_sdk.Resource):", f"    {docstring([f'The calls of {of}, which give {what}.'], 4)}"]
    if part.methods:
        lines += ["", "    def __init__(self, calls: _sdk.Calls) -> None:", f"{_INDENT}super().__init__(calls)"]
        lines += [f"{_INDENT}_of = {of}(calls)", *_wrapped(part.methods, face, kind)]
    lines += [f"\n{_part(key, one, face.prefix, f'With{suffix}')}" for key, one in part.parts.items()]
    if part.call is not None and part.path:
        lines += ["", *_called(of, face, kind, scope)]
    return "\n".join(lines)


def _wrapped(methods: Mapping[str, Endpoint], face: Face, kind: str) -> Iterator[str]:
    for key, endpoint in methods.items():
        how = f"async_{kind}" if face.wait else kind
        if kind == "raw" and (endpoint.pagination is not None or endpoint.streaming is not None):
            how += "_any"
        note = "  # pyright: ignore[reportDeprecated]" if endpoint.deprecated is not None else ""
        yield f"{_INDENT}self.{key} = _sdk.{how}(_of.{key}){note}"


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
    yield f"    {define} __call__(self, *args: {anything}, **kwargs: {anything}) -> {gives}:"
    yield f"        {docstring([f'Call it as {of}.'], 8)}"
    yield f"        return {wait}_sdk.{how}({of}(self._calls))(*args, **kwargs)"
