"""A manifest as plain values that are the same for manifests that mean the same, and no others.

Ways of writing one thing are one: names that stand for no class, kinds in a list or a union of them, a bound that is
said of a whole or of the member that it is for, nullable and null among others, a parameter of a path that is any. The
order of a union or enum is none of theirs: Python, which keeps types that are equal, gives one that it has made before.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Annotated, Any, Final, Literal, Optional, get_args, get_origin
from uuid import UUID

import attrs

import pristine
from pristine.codegen.schemas import default_of, description_of, fields_of, is_sensitive
from pristine.manifest.bounds import BOUNDS
from pristine.manifest.model import Endpoint, ErrorShape, Later, Parameter, Streaming
from pristine.manifest.parameters import PLACEHOLDER
from pristine.ports.constraints import Constraints, Discriminator
from pristine.ports.model import DESCRIPTION, READ_ONLY, REQUIRED, WRITE_ONLY, is_model, is_open
from pristine.ports.unions import UNIONS

KINDS: Final[Mapping[Any, str]] = {
    **dict.fromkeys((str, datetime, date, time, timedelta, UUID, bytes, Decimal), "string"),
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}


class Meaning:
    def __init__(self, manifest: pristine.Manifest) -> None:
        self.manifest = manifest
        self.names: dict[int, str] = {}
        for name, schema in manifest.types.items():
            if is_model(schema) and (id(schema) not in self.names or schema.__name__ == name):
                self.names[id(schema)] = name

    def whole(self) -> dict[str, Any]:
        found = self.manifest
        return {
            "said": [found.name, found.version, found.description.strip()],
            "servers": [_told(one) for one in found.servers],
            "schemes": {name: _told(one) for name, one in found.schemes.items()},
            "types": {name: self._named(name, schema) for name, schema in found.types.items()},
            "endpoints": {id: self.endpoint(one) for id, one in found.endpoints.items()},
        }

    def _named(self, name: str, schema: Any) -> Any:
        return self.object(schema) if self.names.get(id(schema)) == name else self.type(schema)

    # -- types ---------------------------------------------------------------------------------------------------------

    def type(self, schema: Any) -> Any:
        members, nullable = self._members(schema, ())
        if "any" in members:
            return "any"
        distinct = [one for at, one in enumerate(members) if one not in members[:at]]
        return {"members": sorted(distinct, key=_written), "nullable": nullable}

    def _members(self, schema: Any, bounds: tuple[Constraints, ...]) -> tuple[list[Any], bool]:
        origin: Any = get_origin(schema)
        arguments = get_args(schema)
        if schema is NoneType:
            return [], True
        if origin in UNIONS:
            found = [self._members(one, bounds) for one in arguments]
            return [member for members, _ in found for member in members], any(null for _, null in found)
        if origin is Literal:
            values = [value for value in arguments if value is not None]
            return ([{"enum": sorted(values, key=_written)}] if values else []), None in arguments
        if origin is Annotated:
            told = [one for one in arguments[1:] if isinstance(one, Discriminator)]
            if told:
                return [self._told_apart(arguments[0], told[0])], False
            return self._members(arguments[0], (*bounds, *Constraints.among(arguments[1:])))
        return [self._one(schema, bounds)], False

    def _told_apart(self, schema: Any, told: Discriminator) -> Any:
        mapping = {value: self.type(member) for value, member in told.members}
        return {"by": told.name, "mapping": mapping, "members": self.type(schema)}

    def _one(self, schema: Any, bounds: tuple[Constraints, ...]) -> Any:
        origin: Any = get_origin(schema) or schema
        if schema is None or schema is Any:
            return "any"
        kind = "object" if is_model(schema) else KINDS.get(origin)
        said = {
            key: getattr(one, attribute)
            for one in bounds
            for key, (attribute, _, kinds) in BOUNDS.items()
            if kind in kinds and getattr(one, attribute) not in (None, False)
        }
        return {"is": self._bare(schema, origin), "bounds": said}

    def _bare(self, schema: Any, origin: Any) -> Any:
        if is_model(schema):
            return self.names.get(id(schema)) or self.object(schema)
        if origin in (list, dict):
            return [origin.__name__, self.type(get_args(schema)[-1])]
        return origin.__name__

    def object(self, cls: Any) -> Any:
        fields = [self._field(wire, field) for wire, field in fields_of(cls).items()]
        return {"fields": fields, "open": is_open(cls), "description": " ".join(description_of(cls).split())}

    def _field(self, wire: str, field: "attrs.Attribute[Any]") -> Any:
        said = field.metadata
        default = default_of(field)
        is_optional = not said.get(REQUIRED) and default is None
        return {
            "names": [wire, field.name],
            "type": self.type(Optional[field.type] if is_optional else field.type),  # noqa: UP045 made at run time
            "default": default,
            "flags": [bool(said.get(key)) for key in (REQUIRED, READ_ONLY, WRITE_ONLY)],
            "sensitive": is_sensitive(field),
            "description": " ".join(said.get(DESCRIPTION, "").split()),
        }

    # -- endpoints -----------------------------------------------------------------------------------------------------

    def endpoint(self, found: Endpoint) -> dict[str, Any]:
        declared = {name: found.path_params.get(name, Parameter()) for name in PLACEHOLDER.findall(found.path)}
        return {
            **{field.name: _plain(getattr(found, field.name)) for field in attrs.fields(Endpoint)},
            "description": found.description.strip(),
            "request": self._declared(found.request),
            "response": self._declared(found.response),
            "responses": {status: self.type(schema) for status, schema in found.responses.items()},
            "path_params": {name: self.parameter(attrs.evolve(one, required=True)) for name, one in declared.items()},
            "query": None if found.query is None else self._parameters(found.query),
            "query_defaults": self._parameters(found.query_defaults),
            "headers": self._parameters(found.headers),
            "streaming": self._streaming(found.streaming),
            "future": self._future(found.future),
            "errors": _errors(found.errors),
        }

    def _declared(self, schema: Any) -> Any:
        return None if schema is None else self.type(schema)

    def _parameters(self, found: Mapping[str, Parameter]) -> Any:
        return {name: self.parameter(one) for name, one in found.items()}

    def parameter(self, found: Parameter) -> Any:
        more = {"schema": self.type(found.schema), "description": " ".join(found.description.split())}
        explode = found.explode if found.style and found.style != "deepObject" else None
        return {**_plain(found), **more, "explode": explode}

    def _streaming(self, found: Streaming | None) -> Any:
        if found is None:
            return None
        events = {name: self.type(schema) for name, schema in found.events.items()}
        return {**_plain(found), "items": self._declared(found.items), "events": events}

    def _future(self, found: Later | None) -> Any:
        return None if found is None else {**_plain(found), "response": self._declared(found.response)}


def _errors(found: ErrorShape | None) -> Any:
    if found is None:
        return None
    return {**_plain(found), "classes": {code: cls.__name__ for code, cls in found.classes.items()}}


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _told(found: Any) -> Any:
    return {**_plain(found), "description": found.description.strip()}


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def meaning(manifest: pristine.Manifest) -> dict[str, Any]:
    """What a manifest means."""
    return Meaning(manifest).whole()
