"""The base of typed objects: attributes by Python name, items by wire name, nothing of the wire lost.

Models are frozen attrs classes. The mapping-like behaviour is in special methods alone, so that no field name of any
API ("items", "keys", "get") can collide with it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final, TypeAlias

import attrs

WIRE: str = "pristine.wire"
"""Metadata key of an attrs field: its name on the wire, where that is not a Python name."""

DESCRIPTION: str = "pristine.description"
"""Metadata key of an attrs field: what the API's author says about it."""

Place: TypeAlias = list[Any] | tuple[Any, ...]
"""Where an object is in a document that was not read into plain values: a list of its bytes and what reads them, whose
first element becomes what was read; or, further in, a tuple of a place and the steps from there."""


REQUIRED: str = "pristine.required"
READ_ONLY: str = "pristine.read_only"
WRITE_ONLY: str = "pristine.write_only"
"""Metadata keys of an attrs field: whether it must be there, and whether in answers or in requests alone."""


class Null:
    """The type of NULL."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NULL"

    def __reduce__(self) -> str:
        return "NULL"


NULL: Final = Null()
"""A field that is sent as null. None leaves an optional field out, as it is where nothing is given."""


class Model:
    """A typed object.

    `reply.text` is the declared field; `reply["text"]` is by wire name and reaches fields that the manifest does not
    declare; `"usage" in reply` tells what the server sent.
    """

    __slots__ = ("_wire",)
    _names: ClassVar[Mapping[str, str]]
    _open: ClassVar[bool] = False
    _said: ClassVar[str] = ""
    _place: ClassVar[tuple[str | int, ...]] = ()
    _wire: Mapping[str, Any] | Place

    def __getitem__(self, name: str) -> Any:
        names = wire_names(type(self))
        return getattr(self, names[name]) if name in names else sent_fields(self)[name]

    def __contains__(self, name: object) -> bool:
        return name in sent_fields(self)

    def __iter__(self) -> Iterator[str]:
        return iter(sent_fields(self))

    def __len__(self) -> int:
        return len(sent_fields(self))

    def __eq__(self, other: object) -> bool:
        """Equal to the same JSON object, typed alike or plain."""
        if isinstance(other, Model):
            return type(self) is type(other) and sent_fields(self) == sent_fields(other)
        return sent_fields(self) == other if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # like the dict it stands for

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle with what was on the wire."""
        values = {name: getattr(self, name) for name in wire_names(type(self)).values()}
        return _restore, (type(self), values, sent_fields(self) if hasattr(self, "_wire") else None)


def _restore(cls: type[Model], values: Mapping[str, Any], wire: Mapping[str, Any] | None) -> Model:
    model = cls(**values)
    if wire is not None:
        remember(model, wire)
    return model


def sent_fields(model: Model) -> Mapping[str, Any]:
    """The object as it was on the wire; for one built in Python, its fields that are not None."""
    wire: Any = getattr(model, "_wire", None)
    if isinstance(wire, (list, tuple)):
        wire = _at(wire)
        remember(model, wire)
    if wire is not None:
        return wire  # type: ignore[no-any-return]
    values = ((wire, getattr(model, name)) for wire, name in wire_names(type(model)).items())
    return {wire: value for wire, value in values if value is not None}


def _at(place: Place) -> Any:
    """The plain value at a place; its document is read once, whoever asks, and whoever else asks meanwhile."""
    steps: list[Any] = []
    while isinstance(place, tuple):
        steps += reversed(place[1:])
        place = place[0]
    value = place[0]
    if isinstance(value, bytes):
        value = place[0] = place[1](value)
    while steps:
        value = value[steps.pop()]
    return value


remember: Final[Callable[[Model, Mapping[str, Any] | Place], None]] = vars(Model)["_wire"].__set__
"""Keep what the object was made from, or its place in that; for serializers."""


def is_model(schema: object) -> bool:
    """Whether a schema is a class of typed objects."""
    return isinstance(schema, type) and issubclass(schema, Model)


def is_open(cls: type[Model]) -> bool:
    """Whether a request may hold fields that the class does not declare."""
    return getattr(cls, "_open", False)


def name_of(cls: type[Model]) -> str:
    """What a class is called by what it was made from: a class that was written may have a name of its own."""
    return cls._said or cls.__name__


def place_of(cls: type[Model]) -> tuple[str | int, ...]:
    """Where the type of a class stands in its manifest; () where it is of none."""
    return cls._place


def wire_names(cls: Any) -> Mapping[str, str]:
    """Wire name -> attribute name, in order of declaration; made once for a class."""
    names: Mapping[str, str] | None = vars(cls).get("_names")
    if names is None:
        names = {field.metadata.get(WIRE, field.name): field.name for field in attrs.fields(cls)}
        type.__setattr__(cls, "_names", names)
    return names
