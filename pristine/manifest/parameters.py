"""Paths and their placeholders; path, query and header parameters."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from urllib.parse import unquote

from pristine.manifest.classes import attribute_name
from pristine.manifest.defaults import check_default
from pristine.manifest.model import Parameter
from pristine.manifest.reading import Cursor, Reader, anything, flag, members, one_of, text, word
from pristine.manifest.types import TypeReader
from pristine.ports import formats
from pristine.ports.errors import InvalidHeader
from pristine.ports.fields import check_field
from pristine.ports.patterns import pattern
from pristine.ports.serializer import Schema

PLACEHOLDER: Final = pattern(r"\{([^{}]*)\}")

STYLES: Final[Mapping[str, tuple[str, ...]]] = {
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "path": ("simple", "label", "matrix"),
    "header": ("simple",),
}

_UNSAID_STYLE: Final = {"query": "form", "path": "form", "header": "simple"}

_ALL_STYLES: Final = tuple(dict.fromkeys(style for styles in STYLES.values() for style in styles))

PARAMETER_KEYS: Final[Mapping[str, Reader]] = {
    "required": flag,
    "default": anything,
    "name": word,
    "style": one_of(*_ALL_STYLES),
    "explode": flag,
    "allowReserved": flag,
}
"""What a parameter may say besides its type."""


def path(at: Cursor) -> str:
    """A path template, in which `{name}` stands for a parameter."""
    template = text(at)
    names = PLACEHOLDER.findall(template)
    if not template.startswith("/"):
        at.fault("must begin with '/'")
    if wrong := [name for name in names if not NAME.fullmatch(name)]:
        at.fault(f"placeholder {{{wrong[0]}}} must be a name of letters, digits and _")
    if bad := _NOT_IN_PATHS.search(PLACEHOLDER.sub("", template)):
        at.fault(f"may hold {{name}} placeholders, but no {bad.group()!r} that is not percent-encoded")
    if any(unquote(segment) in {".", ".."} for segment in template.split("/")):
        at.fault("has a segment '.' or '..', which would lead to another resource")
    if len(set(names)) < len(names):
        at.fault("names a placeholder twice")
    return template


NAME: Final = pattern(r"[A-Za-z_]\w*", re.ASCII)
"""What a placeholder of a path may be."""

IN_PATHS: Final = r"A-Za-z0-9\-._~!$&'()*+,;=:@/"
_NOT_IN_PATHS: Final = pattern(rf"[^{IN_PATHS}%]|%(?![0-9A-Fa-f]{{2}})")
"""What RFC 3986 section 3.3 has no place for."""


def check_path_params(at: Cursor, found: Mapping[str, Any]) -> None:
    """Fault parameters that the path has no place for."""
    names = set(PLACEHOLDER.findall(found.get("path", "")))
    for name in found.get("path_params", {}):
        if name not in names:
            at.child("path_params", {}).child(name, None).fault(f"the path has no {{{name}}}{at.near(name, names)}")


def header_name(at: Cursor) -> str:
    """The name of a header field."""
    name = text(at)
    _check_header(at, name, "")
    return name


def _check_header(at: Cursor, name: str, value: str) -> None:
    try:
        check_field(name, value)
    except InvalidHeader as error:
        at.fault(error.message)


def parameters(types: TypeReader, kind: str) -> Callable[[Cursor], dict[str, Parameter]]:
    """A reader of the parameters of a kind: "path", "query" or "header"."""

    def one(at: Cursor) -> Parameter:
        schema = types.read(at, also=PARAMETER_KEYS)
        found = at.value if isinstance(at.value, Mapping) else {}
        if not _has_text(schema, kind, styled="style" in found):
            at.fault(f"a {kind} parameter cannot be of this type; give {_SENDABLE[kind]}")
        _check_style(at, found, kind)
        if "default" in found:
            check_default(at.child("default", found["default"]), schema, types.weight(schema))
        if kind == "path" and found.get("required") is False:
            at.child("required", False).fault("has no effect: a path parameter is always required")
        return Parameter(
            schema=schema,
            required=found.get("required", False),
            default=deepcopy(found.get("default")),
            description=types.described(at.value),
            style=found.get("style", ""),
            explode=found.get("explode", found.get("style", _UNSAID_STYLE[kind]) == "form"),
            allow_reserved=found.get("allowReserved", False),
            name=found.get("name", ""),
        )

    return lambda at: {name: one(at.child(name, value)) for name, value in members(at)}


def _check_style(at: Cursor, found: Mapping[str, Any], kind: str) -> None:
    style, name = found.get("style"), found.get("name")
    if style in _ALL_STYLES and style not in STYLES[kind]:
        at.child("style", style).fault(f"a {kind} parameter has one of {', '.join(STYLES[kind])}")
    if "explode" in found and (style is None or style == "deepObject"):
        at.child("explode", found["explode"]).fault("has no effect without a 'style' that can be exploded")
    if found.get("allowReserved") and (kind != "path" or style is not None):
        at.child("allowReserved", True).fault("has no effect: it is for a path parameter without a 'style'")
    if isinstance(name, str) and name and attribute_name(name) != name:
        at.child("name", name).fault("must be a name that Python allows, without a leading _")


def _has_text(schema: Schema, kind: str, *, styled: bool) -> bool:
    """Whether there is a way to write values of the type into a parameter of the kind."""
    origin: Any = get_origin(schema)
    if schema in {Any, str, int, float, bool, *formats.TYPES} or origin is Literal:
        return True
    if origin is Annotated:
        return _has_text(get_args(schema)[0], kind, styled=styled)
    if origin is list and kind == "header":
        return _has_text(get_args(schema)[0], "item", styled=False)
    if (kind == "query" or styled) and (origin in {list, dict} or isinstance(schema, type)):
        return schema is not type(None)
    return origin is Union and any(_has_text(one, kind, styled=styled) for one in get_args(schema))


_SENDABLE: Final[Mapping[str, str]] = {
    "path": "a string, a number, a boolean or an enum",
    "query": "anything but null",
    "header": "a string, a number, a boolean, an enum or a list of these",
}


def headers(types: TypeReader) -> Reader:
    """Header parameters; a plain string is the value that is always sent."""

    def read(at: Cursor) -> dict[str, Parameter]:
        if not isinstance(at.value, Mapping):
            return parameters(types, "header")(at)
        constant = {name: value for name, value in members(at) if isinstance(value, str)}
        seen: set[str] = set()
        for name, value in members(at):
            one = at.child(name, value)
            _check_header(one, name, constant.get(name, ""))
            if name.lower() in seen:
                one.fault("is there already, in other letters: names of headers ignore case")
            seen.add(name.lower())
        typed = {name: value for name, value in members(at) if name not in constant}
        declared = parameters(types, "header")(at.at(at.path, typed))
        return declared | {name: Parameter(schema=str, default=value) for name, value in constant.items()}

    return read
