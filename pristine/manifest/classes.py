"""Names and fields -> Model classes. Whatever a field is called on the wire, it gets a Python name by a stated rule.

Nothing is evaluated, and no name of the wire ever becomes part of generated code.
"""

import keyword
import re
from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any, Final

import attrs

from pristine.ports.model import DESCRIPTION, WIRE, Model

_TAKEN_BY_ATTRS: Final = frozenset({"self", "NOTHING", "attr_dict"})
"""Names that the generated __init__ uses for itself."""


def attribute_name(wire: str) -> str:
    """The Python name of a field: `max-tokens` -> `max_tokens`, `class` -> `class_`, `1st` -> `f_1st`, `_x` -> `x`."""
    name = re.sub(r"\W", "_", wire, flags=re.ASCII).lstrip("_")
    if not name or name[0].isdigit():
        name = f"f_{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in _TAKEN_BY_ATTRS else name


def attribute_names(wires: Mapping[str, Any]) -> dict[str, str]:
    """Wire name -> attribute name, in the order given; of those that want the same one, whoever has it already wins."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for wire in sorted(wires, key=lambda wire: attribute_name(wire) != wire):
        name = attribute_name(wire)
        while name in taken:
            name += "_"
        taken.add(name)
        names[wire] = name
    return {wire: names[wire] for wire in wires}


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
    names = attribute_names(expressions)
    fields = {
        names[wire]: attrs.field(
            default=_default(expression, wire in required), metadata={WIRE: wire, DESCRIPTION: told[wire]}
        )
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


def _default(expression: Any, required: bool) -> Any:
    if not isinstance(expression, Mapping) or "default" not in expression:
        return attrs.NOTHING if required else None
    value = deepcopy(expression["default"])
    return attrs.Factory(lambda: deepcopy(value)) if isinstance(value, (list, dict)) else value
