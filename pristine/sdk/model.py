"""The base of the classes of a generated package, which know of their manifest before anybody has read it.

A class may be asked for its fields by itself: `response.items(models.Order)`. Then the manifest of its package is read,
as far as that type is.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final, get_args

import attrs

from pristine.manifest.model import Manifest
from pristine.manifest.written import FIELDS, Unread
from pristine.ports.model import Model as Plain
from pristine.ports.model import is_model
from pristine.sdk.package import manifest_of

_MODELS: Final = ".models."


class Model(Plain):
    """A typed object of a generated package; see `pristine.Model`."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Attrs makes a class with slots a second time, with its fields."""
        if FIELDS in vars(cls):
            type.__setattr__(cls, FIELDS, _Asking(cls, vars(cls)[FIELDS]))


class _Asking(Unread):
    """The fields of a class whose manifest has not been read as far as its type."""

    def __get__(self, _: object, __: type) -> Any:
        _read(self.cls)
        if vars(self.cls)[FIELDS] is self:  # it is of no manifest: one that an author has derived
            type.__setattr__(self.cls, FIELDS, self.own)
        return getattr(self.cls, FIELDS)


def _read(cls: type) -> None:
    """Read the manifest of a class as far as the type that the class is for."""
    package, found, _ = cls.__module__.rpartition(_MODELS)
    models = import_module(f"{package}{_MODELS.rstrip('.')}") if found else None
    places = {name: place for place, name in getattr(models, "PLACES", {}).items()}
    if cls.__name__ in places:
        _, section, name, *_ = places[cls.__name__].split("/")
        plain = name.replace("~1", "/").replace("~0", "~")
        for _schema in _reached(_roots(manifest_of(package), section, plain)):
            if not isinstance(vars(cls)[FIELDS], _Asking):
                break


def _roots(manifest: Manifest, section: str, name: str) -> list[Any]:
    """The types that a section says under a name."""
    if section == "types":
        return [manifest.types[name]]
    endpoints = [manifest.endpoints[name]] if section == "endpoints" else manifest.endpoints.values()
    return [schema for one in endpoints for schema in one.schemas()]


def _reached(schemas: list[Any]) -> Iterator[Any]:
    """The types, and those that they lead to; the fields of a class are read on the way."""
    seen: set[int] = set()
    waiting = list(schemas)
    while waiting:
        schema = waiting.pop(0)
        yield schema
        if is_model(schema) and id(schema) not in seen:
            seen.add(id(schema))
            waiting += [field.type for field in attrs.fields(schema)]
        else:
            waiting += get_args(schema)
