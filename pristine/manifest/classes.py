"""Names and fields -> Model classes. Whatever a field is called on the wire, it gets a Python name by a stated rule.

Nothing is evaluated, and no name of the wire ever becomes part of generated code.
"""

import keyword
import re
from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any, Final

import attrs

from pristine.manifest.reading import Cursor, Reader, anything, flag, word
from pristine.ports.headers import MASK
from pristine.ports.model import DESCRIPTION, READ_ONLY, REQUIRED, WIRE, WRITE_ONLY, Model

_TAKEN_BY_ATTRS: Final = frozenset({"self", "NOTHING", "attr_dict"})
"""Names that the generated __init__ uses for itself."""


def attribute_name(wire: str) -> str:
    """The Python name of a field: `max-tokens` -> `max_tokens`, `class` -> `class_`, `1st` -> `f_1st`, `_x` -> `x`."""
    name = re.sub(r"\W", "_", wire, flags=re.ASCII).lstrip("_")
    if not name or name[0].isdigit():
        name = f"f_{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in _TAKEN_BY_ATTRS else name


def attribute_names(wires: Mapping[str, str | None]) -> dict[str, str]:
    """Wire name -> attribute name, in the order given; the mapping has the names that are chosen.

    Of those that want the same one, who chose it wins, then who has it already.
    """
    # A name that is none is a fault, but the class is made before that is told.
    names = {wire: attribute_name(chosen) for wire, chosen in wires.items() if isinstance(chosen, str) and chosen}
    taken = set(names.values())
    for wire in sorted((wire for wire in wires if wire not in names), key=lambda wire: attribute_name(wire) != wire):
        name = attribute_name(wire)
        while name in taken:
            name += "_"
        taken.add(name)
        names[wire] = name
    return {wire: names[wire] for wire in wires}


FIELD_KEYS: Final[Mapping[str, Reader]] = {
    "default": anything,
    "name": word,
    "readOnly": flag,
    "writeOnly": flag,
    "sensitive": flag,
}
"""What a property may say besides its type."""


def check_fields(properties: Mapping[str, Cursor]) -> None:
    """Fault names that are none, or are another field's, and flags that exclude each other."""
    said = {wire: _said(one.value) for wire, one in properties.items()}
    taken: set[str] = set()
    for wire, field in said.items():
        if field.get("readOnly") is True and field.get("writeOnly") is True:
            properties[wire].child("writeOnly", True).fault("has no effect: the field is read-only")
        name = field.get("name")
        if isinstance(name, str) and name:
            if attribute_name(name) != name:
                properties[wire].child("name", name).fault("must be a name that Python allows, without a leading _")
            elif name in taken:
                properties[wire].child("name", name).fault("is another field's name, too")
            taken.add(name)


def _said(expression: Any) -> Mapping[str, Any]:
    return expression if isinstance(expression, Mapping) else {}


def make_class(
    name: str,
    expressions: Mapping[str, Any],
    required: Collection[str],
    told: Mapping[str, str],
    *,
    said: str = "",
    is_open: bool = False,
) -> type[Model]:
    """A Model class with a field for each of the type expressions; the fields have no types yet.

    `told` has the descriptions of fields, `said` the class's own.
    """
    names = attribute_names({wire: _said(expression).get("name") for wire, expression in expressions.items()})
    fields = {
        names[wire]: _field(wire, _said(expression), told[wire], required=wire in required)
        for wire, expression in expressions.items()
    }
    body = {
        "__doc__": _docstring(said, {names[wire]: told[wire] for wire in expressions if told[wire]}),
        "_open": is_open,
    }
    cls: type[Model] = attrs.make_class(
        attribute_name(name), fields, bases=(Model,), class_body=body, frozen=True, slots=True, kw_only=True, eq=False
    )
    return cls


def wrapped(schema: Any, names: tuple[str, ...]) -> Any:
    """The type of an object that has a value of the type at the end of a path of fields."""
    for name in reversed(names):
        cls = make_class("Wrapped", {name: None}, (name,), {name: ""}, is_open=True)
        for field in attrs.fields(cls):  # type: ignore[arg-type]  # made by attrs
            object.__setattr__(field, "type", Any if schema is None else schema)
        schema = cls
    return schema


def _docstring(said: str, attributes: Mapping[str, str]) -> str | None:
    """The description of a class and of its fields, as `help` shows them."""
    listed = "\n".join(f"    {name}: {' '.join(text.split())}" for name, text in attributes.items())
    return "\n\n".join(filter(None, (said, f"Attributes:\n{listed}" if listed else ""))) or None


def _field(wire: str, said: Mapping[str, Any], told: str, *, required: bool) -> Any:
    """A field. One that is for requests or for answers alone is required there by the serializer, not by the class."""
    directed = said.get("readOnly") is True, said.get("writeOnly") is True
    metadata = {WIRE: wire, DESCRIPTION: told, REQUIRED: required, READ_ONLY: directed[0], WRITE_ONLY: directed[1]}
    shown = _masked if said.get("sensitive") is True else True
    default = _default(said, required=required and not any(directed))
    return attrs.field(default=default, metadata=metadata, repr=shown)


def _masked(value: Any) -> str:
    return repr(None if value is None else MASK)


def _default(expression: Mapping[str, Any], *, required: bool) -> Any:
    if "default" not in expression:
        return attrs.NOTHING if required else None
    value = deepcopy(expression["default"])
    return attrs.Factory(lambda: deepcopy(value)) if isinstance(value, (list, dict)) else value
