"""The arguments of an endpoint's methods: those of the client without generated code, with their types."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs

from pristine.codegen.schemas import fields_of, without_null
from pristine.codegen.sdk.catalog import Catalog
from pristine.codegen.sdk.expressions import ANY, NONE, PLAIN, STR, Expression, Name, either
from pristine.codegen.sdk.naming import Names, argument_name
from pristine.core.resources import Method, Place
from pristine.manifest.model import Endpoint, Parameter
from pristine.ports.model import DESCRIPTION, is_model, is_open, place_of

Documents: TypeAlias = Mapping[str, Any]

_SEGMENT: Final = either(STR, Name("int", "builtins"))
"""What a parameter of a path is of which nothing is said."""

_NULL: Final = Name("_sdk.Null", "")
_HOPS: Final = 32


@attrs.frozen(eq=False)
class Argument:
    """An argument: its place in the call, and what may be given. `rest` takes what has no name of its own."""

    name: str
    place: Place
    type: Expression
    required: bool = False
    positional: bool = False
    rest: bool = False
    said: str = ""
    hint: str = ""


def arguments_of(endpoint: Endpoint, catalog: Catalog, document: Documents) -> list[Argument]:
    """The arguments, those of the path first, then those that must be given."""
    method, names = Method.of(endpoint), Names(("self",), fold=str)
    found = [
        Argument(
            name=(name := names.new(argument_name(wanted))),
            place=place,
            type=_type(place, endpoint, catalog, document, required=wanted in method.required),
            required=wanted in method.required,
            positional=wanted in method.positional,
            said=_said(place, endpoint),
            hint=f"{endpoint.id}_{name}",
        )
        for wanted, place in method.arguments.items()
    ]
    if is_model(endpoint.request) and is_open(endpoint.request):
        found.append(Argument(names.new("fields"), ("body", "*"), ANY, rest=True))
    return ordered(found)


def ordered(arguments: list[Argument]) -> list[Argument]:
    """Those of the path first, then those that must be given, then the others."""
    return sorted(arguments, key=lambda one: (not one.positional, one.rest, not one.required))


def _type(place: Place, endpoint: Endpoint, catalog: Catalog, document: Documents, *, required: bool) -> Expression:
    kind, wire = place
    if kind == "body":
        found = _of_body(wire, endpoint, catalog, document)
        return found if required else either(found, NONE)
    if not wire:
        return either(PLAIN, NONE)
    declared = _parameters(endpoint, kind).get(wire)
    found = catalog.expressions.argument(declared.schema) if declared is not None else _SEGMENT
    return found if required else either(found, NONE)


def _parameters(endpoint: Endpoint, kind: str) -> Mapping[str, Parameter]:
    known = {"path": endpoint.path_params, "query": endpoint.query or {}, "header": endpoint.headers}
    return known[kind]


def _of_body(wire: str, endpoint: Endpoint, catalog: Catalog, document: Documents) -> Expression:
    if not wire:
        return ANY if endpoint.request is None else catalog.expressions.argument(endpoint.request)
    field = fields_of(endpoint.request).get(wire) if is_model(endpoint.request) else None
    if field is None:
        return ANY  # a file: whatever `body_of` takes
    if not _is_nullable(_said_at((*place_of(endpoint.request), "properties", wire), document), document):
        return catalog.expressions.argument(without_null(field.type))
    return either(catalog.expressions.argument(field.type), _NULL, NONE)


def _said_at(place: tuple[str | int, ...], document: Any) -> Any:
    """What the manifest says at a place."""
    for step in place:
        document = document.get(step) if isinstance(document, Mapping) else None
    return document


def _is_nullable(expression: Any, document: Documents) -> bool:
    """Whether a type expression allows null by its own word, or by that of the type that it names."""
    for _ in range(_HOPS):
        if isinstance(expression, str):
            if expression in {"null", "any"}:
                return True
            expression = document.get("types", {}).get(expression.removeprefix("#/types/"))
        if not isinstance(expression, Mapping):
            return False
        kind = expression.get("type")
        if expression.get("nullable") or (isinstance(kind, list) and "null" in kind):
            return True
        if None in expression.get("enum", ()) or expression.get("const", 0) is None:
            return True
        if options := expression.get("oneOf", expression.get("anyOf")):
            return any(_is_nullable(one, document) for one in options)
        expression = expression.get("$ref", kind)
    return False


def _said(place: Place, endpoint: Endpoint) -> str:
    kind, wire = place
    if kind != "body":
        declared = _parameters(endpoint, kind).get(wire)
        return declared.description if declared is not None else ""
    field = fields_of(endpoint.request).get(wire) if is_model(endpoint.request) else None
    return str(field.metadata.get(DESCRIPTION, "")) if field is not None else ""
