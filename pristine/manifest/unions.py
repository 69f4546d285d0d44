"""Unions: how the members are told apart by the value of a field."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from pristine.manifest.reading import Cursor, MappingOf, Reader, record, text, word
from pristine.ports.constraints import Discriminator
from pristine.ports.model import is_model, name_of
from pristine.ports.serializer import Schema

UNIONS: Final = frozenset({"oneOf", "anyOf"})

DISCRIMINATOR_KEYS: Final[Mapping[str, Reader]] = {"propertyName": word, "mapping": MappingOf(text)}


def discriminated(
    at: Cursor, inside: Cursor, listed: list[Schema], union: Schema, lookup: Callable[[str, Cursor], Schema]
) -> Schema:
    """The union with its discriminator. A member that no value is given for has its own name."""
    before = len(at.faults)
    found = record(DISCRIMINATOR_KEYS, required=("propertyName",))(at)
    field, mapping = found.get("propertyName", ""), found.get("mapping", {})
    names = at.child("mapping", mapping)
    members = {
        value: lookup(name.removeprefix("#/types/"), names.child(value, name)) for value, name in mapping.items()
    }
    known, named = set(map(id, listed)), set(map(id, members.values()))
    for index, member in enumerate(listed):
        if not is_model(member):
            inside.child(index, inside.value[index]).fault("a union with a discriminator is of objects alone")
        elif id(member) not in named:
            members[name_of(member)] = member
    strange = [value for value, member in members.items() if id(member) not in known]
    for value in strange if len(at.faults) == before else ():  # what is unknown is no member either
        names.child(value, None).fault("is not a member of the union")
    return Annotated[union, Discriminator(field, tuple(members.items()))]
