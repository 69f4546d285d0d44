"""Unions: how the members are told apart by the value of a field."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from pristine.manifest.reading import Cursor, Reader, mapping_of, record, text, word
from pristine.ports.constraints import Discriminator
from pristine.ports.model import is_model
from pristine.ports.serializer import Schema

UNIONS: Final = frozenset({"oneOf", "anyOf"})

DISCRIMINATOR_KEYS: Final[Mapping[str, Reader]] = {"propertyName": word, "mapping": mapping_of(text)}


def discriminated(
    at: Cursor, inside: Cursor, listed: list[Schema], union: Schema, lookup: Callable[[str, Cursor], Schema]
) -> Schema:
    """The union with its discriminator. A member that no value is given for has its own name."""
    found = record(DISCRIMINATOR_KEYS, required=("propertyName",))(at)
    field, mapping = found.get("propertyName", ""), found.get("mapping", {})
    names = at.child("mapping", mapping)
    members = {
        value: lookup(name.removeprefix("#/types/"), names.child(value, name)) for value, name in mapping.items()
    }
    for index, member in enumerate(listed):
        place = inside.child(index, inside.value[index])
        if not is_model(member):
            place.fault("a union with a discriminator is of objects alone")
        elif not any(one is member for one in members.values()):
            members[member.__name__] = member
    for value, member in members.items():
        if not any(one is member for one in listed):
            names.child(value, None).fault("is not a member of the union")
    return Annotated[union, Discriminator(field, tuple(members.items()))]
