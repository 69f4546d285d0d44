"""How msgspec is told: it reads the annotations of a class, once, and keeps what it learned with the class.

Those of Models do not say what it has to hear: there are none, or `float` where an int is welcome, and it knows fields
by one name only. So Models are disguised, for a while, as dataclasses that have the names of the wire.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import partial
from threading import Lock
from types import MemberDescriptorType
from typing import Any, Final
from weakref import WeakSet

import attrs
import msgspec

from pristine.adapters.msgspec.expressions import Told, fields_of
from pristine.ports.model import Model

_MEMORY: Final = "__msgspec_cache__"
"""Where msgspec keeps what it knows of a class."""

_LOCK: Final = Lock()
_TAUGHT: Final[WeakSet[type[Model]]] = WeakSet()


def decoder(expression: Any, told: Told) -> "msgspec.json.Decoder[Any]":
    """A decoder of an expression that leads to these Models, and no others."""
    with _LOCK:
        new = {cls: expressions for cls, expressions in told.items() if cls not in _TAUGHT}
        with _disguised(new):
            for cls in reversed(new):  # those first that others lead to: so msgspec need not go deep
                msgspec.json.Decoder(cls)
            made = msgspec.json.Decoder(expression)
        _TAUGHT.update(new)
    return made


@contextmanager
def _disguised(told: Told) -> Iterator[None]:
    undo = []
    try:
        for cls, expressions in told.items():
            undo.append(_disguise(cls, expressions))
        yield
    except BaseException:
        for cls in told:
            _forget(cls)
        raise
    finally:
        for step in undo:
            step()


def _disguise(cls: Any, expressions: Mapping[str, Any]) -> Callable[[], None]:
    """Also makes msgspec forget what it learned before, from the class as it is."""
    _forget(cls)
    fields = fields_of(cls)
    for wire, field in fields.items():
        _name(cls, wire, field.name)
    makes_them = getattr(cls, "__annotate__", None)  # Python 3.14; setting the annotations loses it
    kept = ("__annotations__", cls.__annotations__) if makes_them is None else ("__annotate__", makes_them)
    cls.__annotations__ = dict(expressions)
    cls.__dataclass_fields__ = {wire: _dataclass_field(wire, field.default) for wire, field in fields.items()}
    return partial(_undisguise, cls, *kept)


def _undisguise(cls: Any, name: str, value: Any) -> None:
    del cls.__dataclass_fields__
    setattr(cls, name, value)


def _forget(cls: Any) -> None:
    if _MEMORY in vars(cls):
        delattr(cls, _MEMORY)


def _name(cls: Any, wire: str, name: str) -> None:
    """Let a field be set by its wire name too, as msgspec does; raises TypeError where that name is taken."""
    slot = vars(cls).get(name)
    if not wire.isascii():  # msgspec compares bytes, and has them of these alone
        raise TypeError
    if wire == name or vars(cls).get(wire, cls) is slot:
        return
    if not isinstance(slot, MemberDescriptorType) or hasattr(cls, wire):
        raise TypeError
    setattr(cls, wire, slot)


@dataclasses.dataclass
class _Pattern:
    """A dataclass, for its field."""

    field: Any


def _dataclass_field(name: str, default: Any) -> Any:
    field = copy(dataclasses.fields(_Pattern)[0])
    field.name = name
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # it is a class
        field.default_factory = default.factory
    elif default is not attrs.NOTHING:
        field.default = default
    return field
