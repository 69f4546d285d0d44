"""Classes that were written before the manifest was read: attrs classes of a generated package, one for each type.

Their names, defaults and methods are their own. The types of their fields are the manifest's, and are read when the
first of their values is: an annotation is for people and type checkers, and says less.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pristine.ports.errors import ConfigurationError
from pristine.ports.model import WIRE, Model, is_model

if TYPE_CHECKING:
    import attrs

FIELDS: Final = "__attrs_attrs__"

Fields = Callable[[], Mapping[str, Mapping[str, Any]]]
"""Gives what attrs.field is told, by the name on the wire."""


def told_of(cls: Any, wires: Collection[str], fields: Fields, known: Mapping[str, Any]) -> type[Model]:
    """The class, which gets its fields' types and metadata from `fields` when somebody asks for them.

    Its attributes may have names of their own: `wires` are those on the wire, which it has in its metadata.
    Raises ConfigurationError for a class that is none, or has other fields.
    """
    if not is_model(cls) or FIELDS not in vars(cls):
        raise ConfigurationError(
            f"{cls!r} is no class of typed objects: it must be an attrs class under pristine.Model"
        )
    own = _own(cls)
    if [_wire(one) for one in own] != list(wires):
        missing = ", ".join(sorted({*wires} ^ {*map(_wire, own)})) or "in another order"
        told = f"{cls.__name__} has not the fields of its manifest ({missing}): generate the package again"
        raise ConfigurationError(told)
    for name, value in known.items():
        type.__setattr__(cls, name, value)
    type.__setattr__(cls, FIELDS, Told(cls, own, fields))
    return cls  # type: ignore[no-any-return]  # a Model


class Unread:
    """The fields of a class as it was written, as long as nobody has asked for what the manifest says of them."""

    def __init__(self, cls: type, own: Any) -> None:
        self.cls = cls
        self.own = own


class Told(Unread):
    """Gets their types and metadata from the manifest, when the first asks."""

    def __init__(self, cls: type, own: Any, fields: Fields) -> None:
        super().__init__(cls, own)
        self._fields = fields

    def __get__(self, _: object, __: type) -> Any:
        said = self._fields()
        for one in self.own:  # attrs itself sets types so, when it resolves them
            object.__setattr__(one, "metadata", MappingProxyType(said[_wire(one)]["metadata"]))
            object.__setattr__(one, "type", said[_wire(one)]["type"])
        type.__setattr__(self.cls, FIELDS, self.own)
        return self.own


def _wire(field: "attrs.Attribute[Any]") -> str:
    return str(field.metadata.get(WIRE, field.name))


def _own(cls: Any) -> tuple["attrs.Attribute[Any]", ...]:
    found = vars(cls)[FIELDS]
    return found.own if isinstance(found, Unread) else found  # type: ignore[no-any-return]  # they are attrs' own
