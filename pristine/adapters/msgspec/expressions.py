"""What msgspec is told of a schema, so that it accepts what JsonSerializer accepts and makes the same of it.

Everything here raises, whatever it likes, for a schema of which that cannot be said.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Optional, TypeAlias, Union, get_args, get_origin

import attrs

from pristine.adapters.json.filling import is_only_filled
from pristine.ports.constraints import Discriminator
from pristine.ports.model import READ_ONLY, REQUIRED, Model, is_model, wire_names
from pristine.ports.serializer import Schema

Told: TypeAlias = Mapping[type[Model], Mapping[str, Any]]
"""Model class -> name on the wire -> type, in the words for msgspec."""

_SCALARS: Final[Mapping[Any, Any]] = {
    None: Any,
    Any: Any,
    str: str,
    int: int,
    bool: bool,
    NoneType: NoneType,
    float: int | float,  # an int stays one
}


class Expressions:
    """Schemas in the words for msgspec."""

    def __init__(self) -> None:
        self._models: list[type[Model]] = []

    def of(self, schema: Schema) -> Any:
        if is_model(schema):
            if schema not in self._models:
                self._models.append(schema)
            return schema
        origin = get_origin(schema)
        return _SCALARS[schema] if origin is None else _COMPOSED[origin](self, *get_args(schema))

    def of_models(self) -> Told:
        """Those of the fields of every Model that has been met, or is met on the way."""
        return {cls: {wire: self.of(field.type) for wire, field in fields_of(cls).items()} for cls in self._models}

    def literal(self, *members: Any) -> Any:
        return reduce(or_, (_SCALARS[type(member)] for member in members))  # answers are open

    def array(self, schema: Schema) -> Any:
        return list[self.of(schema)]  # type: ignore[misc]  # made at run time

    def mapping(self, key: Schema, schema: Schema) -> Any:
        if key is not str:
            raise TypeError
        return dict[str, self.of(schema)]  # type: ignore[misc]  # made at run time

    def bounded(self, schema: Schema, *said: Any) -> Any:
        if leads_to_models(schema) or any(isinstance(one, Discriminator) for one in said):
            raise TypeError
        return self.of(schema)  # answers are read without their bounds

    def optional(self, *members: Schema) -> Any:
        (schema,) = (member for member in members if member is not NoneType)
        return Optional[self.of(schema)]  # noqa: UP045 `Any | None` is not a runtime type


_COMPOSED: Final[Mapping[Any, Callable[..., Any]]] = {
    Literal: Expressions.literal,
    Annotated: Expressions.bounded,
    list: Expressions.array,
    dict: Expressions.mapping,
    Union: Expressions.optional,
    UnionType: Expressions.optional,
}


def leads_to_models(schema: Schema) -> bool:
    """Whether a value may hold Models."""
    return is_model(schema) or any(map(leads_to_models, get_args(schema)))


# -- Models that msgspec makes as their classes do ---------------------------------------------------------------------


def fields_of(cls: Any) -> "dict[str, attrs.Attribute[Any]]":
    """Wire name -> field, of a Model whose objects are made by setting those, and nothing else."""
    if any(isinstance(field.type, str) for field in attrs.fields(cls)):
        attrs.resolve_types(cls)
    fields = attrs.fields_dict(cls)
    if not is_only_filled(cls) or not all(map(_is_plain, fields.values())):
        raise TypeError
    return {wire: fields[name] for wire, name in wire_names(cls).items()}


def _is_plain(field: "attrs.Attribute[Any]") -> bool:
    default: Any = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # it is a class
        default = default.factory() if leads_to_models(field.type) else None
    given = leads_to_models(field.type) and default is not attrs.NOTHING and default
    # The first has no place, and the second is demanded of answers, but not by the class.
    return not given and not (field.metadata.get(READ_ONLY) and field.metadata.get(REQUIRED))
