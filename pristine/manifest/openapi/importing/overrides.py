"""What people have chosen, kept beside a document: names, operations that are left out, keys of endpoints.

An operation is named by its operationId, or as `GET /things`; a type by the name of its schema. One that is not there
is a fault that names the nearest, so that a choice is never lost in silence.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import attrs

from pristine.manifest.model import NOTHING
from pristine.manifest.reading import Cursor, Faults, MappingOf, Reader, anything, flag, one_of, record, text
from pristine.ports.documents import Document
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

_ID: Final = pattern(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_TYPE: Final = pattern(r"[A-Z]\w{0,199}", re.ASCII)


def _id(at: Cursor) -> str:
    found = text(at)
    if not _ID.fullmatch(found):
        at.fault("must be names with dots between, such as chat.completions")
    return found


def _type_name(at: Cursor) -> str:
    found = text(at)
    if not _TYPE.fullmatch(found):
        at.fault("must be the name of a class: a capital, then letters, digits and _")
    return found


OPERATION_KEYS: Final[Mapping[str, Reader]] = {"name": _id, "drop": flag, "set": MappingOf(anything)}
TYPE_KEYS: Final[Mapping[str, Reader]] = {"name": _type_name, "fields": MappingOf(text), "set": MappingOf(anything)}
KEYS: Final[Mapping[str, Reader]] = {
    "operations": MappingOf(record(OPERATION_KEYS)),
    "types": MappingOf(record(TYPE_KEYS)),
    "manifest": MappingOf(anything),
    "defaults": one_of("describe", "send"),
}


@frozen
class Asked:
    """An operation, as people name it: by its operationId, "" where it has none, or by its method and path."""

    method: str
    path: str
    name: str = ""


@attrs.define
class Overrides:
    """The overrides of an import, and which of them have been of use."""

    at: Cursor
    operations: Mapping[str, Mapping[str, Any]] = NOTHING
    types: Mapping[str, Mapping[str, Any]] = NOTHING
    manifest: Mapping[str, Any] = NOTHING
    sends_defaults: bool = False
    _seen: dict[str, None] = attrs.field(factory=dict)

    def _of(self, asked: Asked) -> Mapping[str, Any]:
        keys = [f"{asked.method} {asked.path}", *([asked.name] if asked.name else [])]
        self._seen.update(dict.fromkeys(keys))
        return next((self.operations[key] for key in keys if key in self.operations), NOTHING)

    def drops(self, asked: Asked) -> bool:
        """Whether an operation is left out."""
        return self._of(asked).get("drop", False) is True

    def name_of(self, asked: Asked) -> str:
        """What an operation is called; "" where nobody has chosen."""
        return str(self._of(asked).get("name", ""))

    def changed(self, asked: Asked, endpoint: Mapping[str, Any]) -> dict[str, Any]:
        """An endpoint with the keys that are set; null takes one away."""
        return _set(endpoint, self._of(asked).get("set", NOTHING))

    @property
    def names_of_types(self) -> dict[str, str]:
        """Schema -> the name that was chosen for it."""
        return {key: said["name"] for key, said in self.types.items() if "name" in said}

    def finish(self, types: dict[str, Any], wanted: Mapping[str, str]) -> None:
        """Change the types that have been made, and fault what matches nothing."""
        for key, said in self.types.items():
            name = wanted.get(key, key if key in types else None)
            place = self.at.child("types", {}).child(key, said)
            if name is None:
                place.fault(f"there is no type {key!r}{place.near(key, [*wanted, *types])}")
            else:
                types[name] = self._type(place, types[name], said)
        for key in self.operations:
            if key not in self._seen:
                place = self.at.child("operations", {}).child(key, None)
                place.fault(f"there is no operation {key!r}{place.near(key, self._seen)}")

    def _type(self, at: Cursor, expression: Any, said: Mapping[str, Any]) -> Any:
        found = dict(expression) if isinstance(expression, Mapping) else {"type": expression}
        fields = dict(found.get("properties", NOTHING))
        for wire, name in said.get("fields", NOTHING).items():
            if wire not in fields:
                place = at.child("fields", {}).child(wire, name)
                place.fault(f"there is no field {wire!r}{place.near(wire, fields)}")
            else:
                one = fields[wire]
                fields[wire] = {**(one if isinstance(one, Mapping) else {"type": one}), "name": name}
        if fields:
            found["properties"] = fields
        found = _set(found, said.get("set", NOTHING))
        return expression if found == {"type": expression} else found


def _set(found: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**found, **keys}.items() if value is not None or key not in keys}


def overrides(document: Document | None, faults: Faults) -> Overrides:
    """The overrides that a document says; none without one."""
    at = Cursor(document or Document({}), (), {} if document is None else document.value, faults, is_included=True)
    found = record(KEYS)(at)
    return Overrides(
        at,
        found.get("operations", NOTHING),
        found.get("types", NOTHING),
        found.get("manifest", NOTHING),
        found.get("defaults") == "send",
    )
