"""Path, query and header parameters, as Parameter Objects (OpenAPI 3.1, section 4.8.12)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.codegen.openapi.types import Said, Schemas, Writer
from pristine.codegen.schemas import view
from pristine.manifest.model import Endpoint, Parameter
from pristine.manifest.parameters import PLACEHOLDER
from pristine.ports.model import is_model
from pristine.ports.serializer import Schema

NOT_PARAMETERS: Final = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI wants nobody to declare (section 4.8.12.2): they are said elsewhere."""

Examples = Mapping[str, Mapping[str, Any]]
"""Name of a parameter -> its values, by the name of the example."""


def parameters(endpoint: Endpoint, template: str, types: Schemas) -> list[Said]:
    """The parameters of an endpoint; those of its path are called as its template has them."""
    return [*_of_path(endpoint, template, types), *_of_query(endpoint, types), *_of_headers(endpoint, types)]


def _of_path(endpoint: Endpoint, template: str, types: Schemas) -> Iterator[Said]:
    shown = _examples(endpoint, "path_params")
    names = zip(PLACEHOLDER.findall(template), PLACEHOLDER.findall(endpoint.path), strict=True)
    for called, name in names:
        one = endpoint.path_params.get(name, Parameter())
        yield _parameter("path", called, attrs.evolve(one, required=True), types, shown.get(name))


def _of_query(endpoint: Endpoint, types: Schemas) -> Iterator[Said]:
    shown = _examples(endpoint, "query")
    for name, one in queried(endpoint).items():
        yield _parameter("query", name, one, types, shown.get(name))


def queried(endpoint: Endpoint) -> Mapping[str, Parameter]:
    """The query parameters that an endpoint declares, or that are declared for all."""
    return endpoint.query_defaults if endpoint.query is None else endpoint.query


def _of_headers(endpoint: Endpoint, types: Schemas) -> Iterator[Said]:
    for name, one in endpoint.headers.items():
        if name.lower() not in NOT_PARAMETERS:
            yield _parameter("header", name, one, types, None)


def _examples(endpoint: Endpoint, kind: str) -> Examples:
    found: dict[str, dict[str, Any]] = {}
    for title, example in endpoint.examples.items():
        for name, value in getattr(example, kind).items():
            found.setdefault(name, {})[title] = {"value": value}
    return found


def _parameter(kind: str, name: str, found: Parameter, types: Schemas, examples: Mapping[str, Any] | None) -> Said:
    schema = types.of(found.schema)
    if found.default is not None:
        schema["default"] = found.default
    said = {
        "name": name,
        "in": kind,
        "description": found.description,
        "required": found.required,
        **_style(kind, found),
        "schema": schema,
        "examples": examples,
        "x-pristine-name": found.name,
        "x-pristine-allowReserved": found.allow_reserved,
    }
    return {key: value for key, value in said.items() if key not in _UNSAID or value}


_UNSAID: Final = frozenset({"description", "required", "examples", "x-pristine-name", "x-pristine-allowReserved"})
"""Keys that are left out where they say nothing."""


def _style(kind: str, found: Parameter) -> Said:
    """The style; objects in a query nest in brackets where the manifest says none."""
    if found.style:
        return {"style": found.style, **_explode(found)}
    is_nested = kind == "query" and any(map(is_object, view(found.schema).members))
    return dict(_NESTED) if is_nested else {}


def _explode(found: Parameter) -> Said:
    """Whether it is exploded, where that is not what its style is anyway."""
    is_usual = found.style in {"", "deepObject"} or found.explode is (found.style == "form")
    return {} if is_usual else {"explode": found.explode}


_NESTED: Final = {"style": "deepObject", "explode": True, "x-pristine-style": None, "x-pristine-explode": None}


def is_object(schema: Schema) -> bool:
    """Whether values of a type are objects."""
    origin: Any = getattr(schema, "__origin__", None)
    return is_model(schema) or origin is dict


def expressed(found: Mapping[str, Parameter], types: Writer) -> Said:
    """Parameters as a manifest says them."""
    return {name: _expression(one, types) for name, one in found.items()}


def _expression(found: Parameter, types: Writer) -> Said:
    said = types.of(found.schema)
    told = {
        "description": found.description,
        "required": found.required,
        "name": found.name,
        "style": found.style,
        "allowReserved": found.allow_reserved,
    }
    said |= {**{key: value for key, value in told.items() if value}, **_explode(found)}
    return said if found.default is None else {**said, "default": found.default}
