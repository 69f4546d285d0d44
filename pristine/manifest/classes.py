"""Names and fields -> Model classes. Whatever a field is called on the wire, it gets a Python name by a stated rule.

Nothing is evaluated, and no name of the wire ever becomes part of generated code. A class is cheap until it is first
used, which most classes of a large API never are: then attrs makes its methods.
"""

import keyword
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from types import MethodType
from typing import Any, Final

import attrs

from pristine.manifest.reading import Cursor, Reader, anything, flag, word
from pristine.manifest.written import told_of
from pristine.ports.headers import MASK
from pristine.ports.model import DESCRIPTION, READ_ONLY, REQUIRED, WIRE, WRITE_ONLY, Model
from pristine.ports.serializer import Schema

RESERVED: Final = frozenset({*keyword.kwlist, "self", "NOTHING", "attr_dict"})
"""Names that Python has for itself, and those that the generated __init__ has."""


def attribute_name(wire: str) -> str:
    """The Python name of a field: `max-tokens` -> `max_tokens`, `class` -> `class_`, `1st` -> `f_1st`, `_x` -> `x`."""
    name = re.sub(r"\W", "_", wire, flags=re.ASCII).lstrip("_")
    if not name or name[0].isdigit():
        name = f"f_{name}"
    return f"{name}_" if name in RESERVED else name


def attribute_names(wires: Mapping[str, str | None]) -> dict[str, str]:
    """Wire name -> attribute name, in the order given; the mapping has the names that are chosen.

    Of those that want the same one, who chose it wins, then who has it already.
    """
    # A name that is none is a fault, but the class is made before that is told.
    names = {wire: attribute_name(chosen) for wire, chosen in wires.items() if isinstance(chosen, str) and chosen}
    taken, tried = set(names.values()), Counter[str]()
    for wire in sorted((wire for wire in wires if wire not in names), key=lambda wire: attribute_name(wire) != wire):
        names[wire] = _free(attribute_name(wire), taken, tried)
    return {wire: names[wire] for wire in wires}


def _free(wanted: str, taken: set[str], tried: Counter[str]) -> str:
    """The name, or the next of `name_`, `name__`, `name_3`, `name_4` … that is free; it is taken then."""
    name = wanted
    while name in taken:
        tried[wanted] += 1
        name = f"{wanted}{'_' * tried[wanted] if tried[wanted] < 3 else f'_{tried[wanted]}'}"
    taken.add(name)
    return name


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
    return expression if isinstance(expression, (dict, Mapping)) else {}  # a dict is the quicker to tell


class _Completing:
    """An attribute that a class of _Declared gets when it is completed, which asking for the attribute brings about."""

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        cls = instance if isinstance(instance, type) else owner  # inspect takes a class for an instance, since 3.13
        declared = next((one for one in cls.__mro__ if "_fields" in vars(one)), None)
        if declared is None:
            raise AttributeError(self._name)
        if fields := vars(declared)["_fields"]:
            _complete(declared, fields())
        found = getattr(cls, self._name)
        return found if instance is None or not callable(found) else MethodType(found, instance)


class _Declared(Model):
    """A Model that attrs has not seen yet."""

    __slots__ = ()
    __attrs_attrs__ = _Completing()
    __init__ = _Completing()


def _complete(cls: type, said: Mapping[str, Mapping[str, Any]]) -> None:
    fields = {name: attrs.field(**one) for name, one in said.items()}
    made = attrs.make_class(cls.__name__, fields, bases=(Model,), frozen=True, slots=True, kw_only=True, eq=False)
    for name in vars(made).keys() - vars(cls).keys() - {"__attrs_attrs__", "__annotations__"}:
        type.__setattr__(cls, name, vars(made)[name])
    # Last, and in this order: another thread takes a class that has them to be complete.
    type.__setattr__(cls, "__attrs_attrs__", vars(made)["__attrs_attrs__"])
    type.__setattr__(cls, "_fields", None)


def make_class(
    name: str,
    expressions: Mapping[str, Any],
    required: Collection[str],
    told: Mapping[str, str],
    types: Callable[[], Mapping[str, Schema]],
    *,
    said: str = "",
    is_open: bool = False,
    place: tuple[str | int, ...] = (),
    written: Any = None,
) -> type[Model]:
    """A Model class with a field for each of the type expressions; `types` is asked for theirs when it is first used.

    `told` has the descriptions of fields, `said` the class's own, and `place` is where the manifest says it. A class
    that was `written` for the type is not made again, but told of the manifest.
    """
    names = attribute_names({wire: _said(expression).get("name") for wire, expression in expressions.items()})
    fields = {
        wire: _field(wire, _said(expression), told[wire], required=wire in required)
        for wire, expression in expressions.items()
    }
    known = {"_open": is_open, "_said": attribute_name(name), "_place": place}

    def by_wire() -> dict[str, dict[str, Any]]:
        return {wire: {**fields[wire], "type": schema} for wire, schema in types().items()}

    if written is not None:
        return told_of(written, expressions, by_wire, known)
    body = {
        "__slots__": (*names.values(), "__weakref__"),
        "__doc__": _docstring(said, {names[wire]: told[wire] for wire in expressions if told[wire]}),
        "_fields": staticmethod(lambda: {names[wire]: said for wire, said in by_wire().items()}),
        **known,
    }
    return type(attribute_name(name), (_Declared,), body)


def wrapped(schema: Any, names: tuple[str, ...]) -> Any:
    """The type of an object that has a value of the type at the end of a path of fields."""
    for name in reversed(names):
        types = {name: Any if schema is None else schema}
        schema = make_class("Wrapped", {name: None}, (name,), {name: ""}, types.copy, is_open=True)
    return schema


def _docstring(said: str, attributes: Mapping[str, str]) -> str | None:
    """The description of a class and of its fields, as `help` shows them."""
    listed = "\n".join(f"    {name}: {' '.join(text.split())}" for name, text in attributes.items())
    return "\n\n".join(filter(None, (said, f"Attributes:\n{listed}" if listed else ""))) or None


def _field(wire: str, said: Mapping[str, Any], told: str, *, required: bool) -> dict[str, Any]:
    """What attrs.field is told.

    A field that is for requests or for answers alone is required there by the serializer, not by the class.
    """
    directed = said.get("readOnly") is True, said.get("writeOnly") is True
    metadata = {WIRE: wire, DESCRIPTION: told, REQUIRED: required, READ_ONLY: directed[0], WRITE_ONLY: directed[1]}
    shown = shown_masked if said.get("sensitive") is True else True
    default = _default(said, required=required and not any(directed))
    return {"default": default, "metadata": metadata, "repr": shown}


def shown_masked(value: Any) -> str:
    """What is shown of a value that is sensitive."""
    return repr(None if value is None else MASK)


def _default(expression: Mapping[str, Any], *, required: bool) -> Any:
    if "default" not in expression:
        return attrs.NOTHING if required else None
    value = deepcopy(expression["default"])
    return attrs.Factory(lambda: deepcopy(value)) if isinstance(value, (list, dict)) else value
