"""An endpoint, compiled once per manifest: everything that a call need not work out again."""

import re
import warnings
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin
from uuid import UUID
from weakref import WeakKeyDictionary

import attrs

from pristine.core.streams.formats import FORMATS
from pristine.core.urls import PathTemplate, scalar
from pristine.manifest.classes import wrapped
from pristine.manifest.model import IDEMPOTENT_METHODS, Endpoint, Idempotency, Manifest, Parameter
from pristine.manifest.reading import suggestion
from pristine.ports.errors import InvalidHeader, InvalidParameter, UnknownEndpoint
from pristine.ports.headers import Headers
from pristine.ports.model import WIRE, is_model
from pristine.ports.serializer import Schema


@attrs.frozen(kw_only=True)
class Operation:
    """An endpoint ready to be called. `repeatable`: its method may be sent again by definition."""

    endpoint: Endpoint
    path: PathTemplate
    headers: Headers
    stream_headers: Headers
    repeatable: bool
    responses: Mapping[str, Schema]

    @property
    def id(self) -> str:
        return self.endpoint.id

    @property
    def method(self) -> str:
        return self.endpoint.method

    def warn(self) -> None:
        """Say that the endpoint is deprecated, once for each place that filters tell apart."""
        told = f"{self.id} is deprecated{f': {self.endpoint.deprecated}' if self.endpoint.deprecated else ''}"
        warnings.warn(told, DeprecationWarning, stacklevel=2)

    def schema_for(self, status: int) -> Schema:
        """The declared type of an answer: of its status, of its hundred, or of any."""
        responses = self.responses
        if not responses:
            return None
        exact, hundred = str(status), f"{status // 100}XX"
        return responses.get(exact, responses.get(hundred, responses.get("default")))

    @property
    def key_header(self) -> str:
        """The header of an idempotency key: the manifest's, or the usual one for a key of the caller's."""
        return (self.endpoint.idempotency or _BY_THE_CALLER).header


_BY_THE_CALLER: Final = Idempotency()
_COMPILED: "WeakKeyDictionary[Manifest, dict[str, Operation]]" = WeakKeyDictionary()


def find(manifest: Manifest, endpoint_id: str) -> Operation:
    """The operation of an endpoint, compiled at its first use; raises UnknownEndpoint, with the nearest name."""
    compiled = _COMPILED.get(manifest)
    if compiled is None:
        compiled = _COMPILED.setdefault(manifest, {})
    operation = compiled.get(endpoint_id) if isinstance(endpoint_id, str) else None
    return operation or compiled.setdefault(endpoint_id, _compile(manifest, endpoint_id))


def _compile(manifest: Manifest, endpoint_id: str) -> Operation:
    endpoint = manifest.endpoints.get(endpoint_id) if isinstance(endpoint_id, str) else None
    if endpoint is None:
        hint = suggestion(str(endpoint_id), manifest.endpoints)
        raise UnknownEndpoint(f"{manifest.name} has no endpoint {endpoint_id!r}{hint}", where="endpoint")
    accept = FORMATS[endpoint.streaming.format].accept if endpoint.streaming else ""
    agent = re.sub(r"[^\w.\-/]", "-", f"{manifest.name}/{manifest.version}".rstrip("/"), flags=re.ASCII)
    said = {"User-Agent": f"pristine-sdk {agent}"}
    return Operation(
        endpoint=endpoint,
        path=PathTemplate.parse(endpoint.path),
        headers=Headers({"Accept": "application/json", "Accept-Encoding": "gzip, deflate", **said}),
        # Streams are not compressed: a compressing server may hold events back.
        stream_headers=Headers({"Accept": accept, "Accept-Encoding": "identity", **said}),
        repeatable=endpoint.method in IDEMPOTENT_METHODS,
        responses=_responses(endpoint),
    )


def _responses(endpoint: Endpoint) -> Mapping[str, Schema]:
    """The types of answers by status; that of a good answer is read with what it is wrapped in."""
    good = wrapped(endpoint.response, endpoint.unwrap) if endpoint.unwrap else endpoint.response
    if good is None:
        return endpoint.responses
    return (
        {"2XX": good, **endpoint.responses} if "2XX" not in endpoint.responses else {**endpoint.responses, "2XX": good}
    )


def fill_parameters(declared: Mapping[str, Parameter], given: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The given parameters of a kind ("path", "query", "header"), checked, with the declared defaults.

    Raises InvalidParameter (InvalidHeader for headers) where one is missing or not of its type.
    """
    error = InvalidHeader if kind == "header" else InvalidParameter
    values = dict(given)
    for name, parameter in declared.items():
        if (value := values.get(name, parameter.default)) is not None:
            values[name] = value
            if not accepts(parameter.schema, value):
                raise error(f"{kind} parameter {name!r} must be {said(parameter.schema)}", where=name)
        elif parameter.required:
            told = f": {parameter.description}" if parameter.description else ""
            raise error(f"{kind} parameter {name!r} is missing{told}", where=name)
    return values


def accepts(schema: Schema, value: Any) -> bool:
    """Whether a parameter's value is of its type. Dates and UUIDs are strings that Python has classes for."""
    value = value.value if isinstance(value, Enum) else value
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin is Literal:
        return any(value == one and type(value) is type(one) for one in arguments)
    if origin is list:
        return isinstance(value, (list, tuple)) and all(accepts(arguments[0], item) for item in value)
    if schema in _SCALARS:
        return isinstance(value, _SCALARS[schema]) and (schema is bool or not isinstance(value, bool))
    if origin is dict or is_model(schema):
        return isinstance(value, Mapping) and (origin is dict or _fills(schema, value))
    return any(accepts(one, value) for one in arguments) if arguments else True


def _fills(cls: Any, value: Mapping[str, Any]) -> bool:
    """Whether a mapping has the fields of a class, each of its type."""
    fields = {field.metadata[WIRE]: field for field in attrs.fields(cls)}
    missing = [wire for wire, field in fields.items() if field.default is attrs.NOTHING and value.get(wire) is None]
    return not missing and all(
        name in fields and (part is None or accepts(fields[name].type, part)) for name, part in value.items()
    )


_SCALARS: Final[Mapping[Any, tuple[type, ...]]] = {
    str: (str, date, time, UUID),
    int: (int,),
    float: (int, float, Decimal),
    bool: (bool,),
}


def spells(schema: Schema, text: str) -> bool:
    """Whether a header's text is a value of its declared type."""
    origin: Any = get_origin(schema)
    arguments = get_args(schema)
    if origin is Literal:
        return text in [scalar(one, "", "") for one in arguments if one is not None]
    if schema in _SPELLINGS:
        return _SPELLINGS[schema].fullmatch(text) is not None
    return any(spells(one, text) for one in arguments) if arguments else True


_SPELLINGS: Final[Mapping[Any, re.Pattern[str]]] = {
    int: re.compile(r"[+-]?[0-9]+"),
    float: re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"),
    bool: re.compile(r"true|false"),
}


def said(schema: Schema) -> str:
    """A parameter's type for people."""
    origin: Any = get_origin(schema)
    if origin is Literal:
        return f"one of {', '.join(map(str, get_args(schema)))}"
    if origin is list:
        return f"a list, each item {said(get_args(schema)[0])}"
    if given := [one for one in get_args(schema) if one is not type(None)]:
        return said(given[0])
    names = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
    return names.get(schema, "an object of its declared type")
