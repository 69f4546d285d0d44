"""Types written down: as schemas of JSON Schema 2020-12, which OpenAPI 3.1 has, and as expressions of a manifest.

Both say the same with nearly the same words: a `Writer` knows what they share, and its kinds where they differ.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, get_args, get_origin

from pristine.codegen.openapi.names import Names
from pristine.codegen.schemas import (
    default_of,
    description_of,
    fields_of,
    is_sensitive,
    may_be_left_out,
    without_null,
)
from pristine.manifest.bounds import BOUNDS, FORMATS
from pristine.manifest.classes import attribute_names
from pristine.manifest.types import PRIMITIVES
from pristine.ports.constraints import Constraints, Discriminator
from pristine.ports.model import DESCRIPTION, READ_ONLY, REQUIRED, WRITE_ONLY, is_model, is_open
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS

if TYPE_CHECKING:
    import attrs

Said = dict[str, Any]

_FORMATS: Final = {schema: (kind, name) for name, (kind, schema) in reversed(list(FORMATS.items())) if name != "binary"}
_KINDS: Final = {schema: name for name, schema in PRIMITIVES.items()}
_OF_ONE_KIND: Final = frozenset(
    {"type", "format", "contentEncoding", "items", "properties", "required", "additionalProperties"}
)
"""Keys that are for values of one kind, so that they may stand beside those of another."""


class Writer:
    """Writes types down. A type that has a name is that name, wherever it is not asked for as a `whole`."""

    extension: ClassVar[str] = ""
    """What stands before the keys that JSON Schema has not."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def of(self, schema: Schema) -> Said:
        """A type by its name, or as a whole."""
        name = self.names.of(schema)
        return self.whole(schema) if name is None else self.reference(name)

    def whole(self, schema: Schema) -> Said:
        """A type by what it is."""
        if schema in _FORMATS:
            return self.formatted(*_FORMATS[schema])
        origin: Any = get_origin(schema)
        if origin in UNIONS:
            return self._union(get_args(schema), self.of)
        made_of = {Annotated: self._annotated, Literal: self._enum, list: self._array, dict: self._map}
        if origin in made_of:
            return made_of[origin](*get_args(schema))
        return self.object(schema) if is_model(schema) else self.kind(_KINDS.get(schema, "any"))

    # -- what the two say in different words ---------------------------------------------------------------------------

    def reference(self, name: str) -> Said:
        """A type by its name."""
        return {"$ref": f"#/types/{name}"}

    def kind(self, name: str) -> Said:
        """A kind of value."""
        return {"type": name}

    def formatted(self, kind: str, name: str) -> Said:
        """A kind with a format."""
        return {"type": kind, "format": name}

    def enum(self, values: list[Any]) -> Said:
        """One of some values."""
        return {"const": values[0]} if len(values) == 1 else {"enum": values}

    def nullable(self, said: Said) -> Said:
        """What was written, or null."""
        return {**said, "nullable": True}

    def secret(self, said: Said) -> Said:
        """What is sensitive beside that it is."""
        return said

    def told_apart(self, members: Mapping[str, str]) -> dict[str, str]:
        """The names of types by the values that stand for them."""
        return dict(members)

    # -- what they share -----------------------------------------------------------------------------------------------

    def _enum(self, *values: Any) -> Said:
        return self.enum(list(values))

    def _array(self, items: Schema) -> Said:
        return {"type": "array", "items": self.of(items)}

    def _map(self, _: Schema, values: Schema) -> Said:
        return {"type": "object"} if values is Any else {"type": "object", "additionalProperties": self.of(values)}

    def _annotated(self, schema: Schema, *beside: Any) -> Said:
        told = next((one for one in beside if isinstance(one, Discriminator)), None)
        bounds = Constraints.among(beside)
        if told is not None:
            said = self._discriminated(get_args(schema) or (schema,), told)
        elif bounds and (named := Annotated[schema, bounds[0]]) in _FORMATS:
            said, bounds = self.formatted(*_FORMATS[named]), bounds[1:]
        elif get_origin(schema) in UNIONS:
            said = self._union(get_args(schema), self.whole)  # bounds stand beside kinds, and not beside names
        else:
            said = self.whole(schema)
        return {**said, **{key: value for one in bounds for key, value in _bounds(one)}}

    def _discriminated(self, members: Sequence[Schema], told: Discriminator) -> Said:
        known = {value: self.names.of(member) for value, member in told.members}
        mapping = self.told_apart({value: name for value, name in known.items() if name is not None})
        discriminator: Said = {"propertyName": told.name, **({"mapping": mapping} if mapping else {})}
        return {"oneOf": [self.of(one) for one in members], "discriminator": discriminator}

    def _union(self, arguments: Sequence[Schema], write: Callable[[Schema], Said]) -> Said:
        members = [one for one in arguments if not _is_null(one)]
        said = [write(one) for one in members]
        whole = said[0] if len(said) == 1 else _of_kinds(said) or {"anyOf": said}
        return self.nullable(whole) if len(members) < len(arguments) else whole

    def object(self, cls: Any) -> Said:
        """An object with its fields."""
        fields = fields_of(cls)
        names = _chosen({wire: field.name for wire, field in fields.items()})
        required = [wire for wire, field in fields.items() if field.metadata.get(REQUIRED)]
        said: Said = {"type": "object"}
        if description := description_of(cls):
            said["description"] = description
        said["properties"] = {wire: self._field(field, names.get(wire)) for wire, field in fields.items()}
        if required:
            said["required"] = required
        return {**said, "additionalProperties": True} if is_open(cls) else said

    def _field(self, field: "attrs.Attribute[Any]", name: str | None) -> Said:
        default, description = default_of(field), field.metadata.get(DESCRIPTION, "")
        more = {
            "readOnly": field.metadata.get(READ_ONLY),
            "writeOnly": field.metadata.get(WRITE_ONLY),
            f"{self.extension}name": name,
            f"{self.extension}sensitive": is_sensitive(field),
        }
        said = self.of(without_null(field.type) if may_be_left_out(field) else field.type)
        said = self.secret(said) if is_sensitive(field) else said
        if description != _inherited(field.type):
            said = {**said, ("description" if description else f"{self.extension}description"): description}
        said = {**said, **{key: value for key, value in more.items() if value}}
        return said if default is None else {**said, "default": default}


class Expressions(Writer):
    """Types as a manifest says them."""


class Schemas(Writer):
    """Types as OpenAPI 3.1 says them."""

    extension = "x-pristine-"

    def reference(self, name: str) -> Said:
        """A type by its name."""
        return {"$ref": f"#/components/schemas/{self.names.keys[name]}"}

    def kind(self, name: str) -> Said:
        """A kind of value; a schema that says nothing is for all of them."""
        return {} if name == "any" else {"type": name}

    def formatted(self, kind: str, name: str) -> Said:
        """A kind with a format; base64 is none in JSON Schema, but an encoding."""
        return {"type": kind, "contentEncoding": "base64"} if name == "byte" else {"type": kind, "format": name}

    def enum(self, values: list[Any]) -> Said:
        """One of some values, with what kind they are of, since many tools look there first."""
        if values == [None]:
            return {"type": "null"}
        kinds = list(dict.fromkeys(_KINDS[type(value)] for value in values))
        return {"type": kinds[0] if len(kinds) == 1 else kinds, **super().enum(values)}

    def nullable(self, said: Said) -> Said:
        """What was written, or null, which is one more kind where there are kinds."""
        if not said:
            return said
        if "type" not in said:
            return {"anyOf": [*(said["anyOf"] if said.keys() == {"anyOf"} else [said]), {"type": "null"}]}
        kinds = said["type"] if isinstance(said["type"], list) else [said["type"]]
        if "null" in kinds:
            return said
        values = {"enum": [*said.get("enum", [said.get("const")]), None]} if said.keys() & {"enum", "const"} else {}
        rest = {key: value for key, value in said.items() if key not in {"type", "enum", "const"}}
        return {"type": [*kinds, "null"], **values, **rest}

    def secret(self, said: Said) -> Said:
        """A text that is sensitive has a format of OpenAPI's for it (section 4.4)."""
        return {"type": "string", "format": "password"} if said == {"type": "string"} else said

    def told_apart(self, members: Mapping[str, str]) -> dict[str, str]:
        """References by the values that stand for them."""
        return {value: self.reference(name)["$ref"] for value, name in members.items()}


def _bounds(found: Constraints) -> Iterable[tuple[str, Any]]:
    for key, (attribute, _, _) in BOUNDS.items():
        value = getattr(found, attribute)
        if value is not None and value is not False:
            yield key, value


def _of_kinds(members: list[Said]) -> Said | None:
    """The members as one type of several kinds, where each has a kind of its own and nothing that is of another's."""
    kinds = [said.get("type") for said in members]
    keys = [key for said in members for key in said if key != "type"]
    if not all(isinstance(kind, str) and kind != "any" for kind in kinds) or not _OF_ONE_KIND.issuperset(keys):
        return None
    if len(set(kinds)) < len(kinds) or len(set(keys)) < len(keys):
        return None
    return {"type": kinds, **{key: value for said in members for key, value in said.items() if key != "type"}}


def _inherited(schema: Schema) -> str:
    """What a field says of itself where it says nothing: what its type does, or that of its items."""
    origin: Any = get_origin(schema)
    inside = get_args(schema)
    if origin in UNIONS:
        inside = tuple(one for one in inside if not _is_null(one))
    if origin in {list, Annotated} or (origin in UNIONS and len(inside) == 1):
        return _inherited(inside[0])
    return description_of(schema) if is_model(schema) else ""


def _is_null(schema: Schema) -> bool:
    origin: Any = get_origin(schema)
    return schema is NoneType or (origin is Literal and get_args(schema) == (None,))


def _chosen(names: Mapping[str, str]) -> Mapping[str, str]:
    """Attribute names by field, those that the rule would not give."""
    ruled = attribute_names(dict.fromkeys(names))
    chosen = {wire: name for wire, name in names.items() if ruled[wire] != name}
    return chosen if attribute_names({wire: chosen.get(wire) for wire in names}) == names else names
