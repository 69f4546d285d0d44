"""What components are called: OpenAPI allows fewer characters than a manifest, and a type is written out once."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pristine.manifest.classes import attribute_name
from pristine.ports.model import is_model
from pristine.ports.serializer import Schema

_STRANGE: Final = re.compile(r"[^A-Za-z0-9._-]")


def keys_of(names: Iterable[str]) -> dict[str, str]:
    """Names -> keys of components (OpenAPI 3.1, section 4.8.7.1), each another; a name that can be a key is its own."""
    names = list(names)
    found = {name: name for name in names if not _STRANGE.search(name)}
    taken = set(found)
    for name in names:
        if name not in found:
            wanted = _STRANGE.sub("_", name)
            numbers = (f"{wanted}_{number}" for number in range(2, len(names) + 2))
            found[name] = wanted if wanted not in taken else next(one for one in numbers if one not in taken)
            taken.add(found[name])
    return {name: found[name] for name in names}


class Names:
    """The types that have a name, and by which key a document has them."""

    def __init__(self, types: Mapping[str, Schema]) -> None:
        self.types = types
        self.keys = keys_of(types)
        self._known: dict[Any, str] = {}
        for name, schema in types.items():
            if _is_itself(schema):
                self._known.setdefault(_exact(schema), name)
        for name, schema in types.items():
            if is_model(schema) and _is_called(schema, name):  # not by a name that stands for its name
                self._known[_exact(schema)] = name

    def of(self, schema: Schema) -> str | None:
        """The name of a type, if it has one."""
        return self._known.get(_exact(schema))


def _exact(schema: Schema) -> Any:
    """What is equal for the same types in the same order alone: to Python, unions and enums have none."""
    arguments = get_args(schema)
    origin: Any = get_origin(schema)
    if origin is Literal:
        return origin, tuple((type(value), value) for value in arguments)
    return (origin, tuple(map(_exact, arguments))) if arguments else schema


def _is_itself(schema: Schema) -> bool:
    """Whether a type is known by what it is: a class, an enum, something with bounds, or made of these.

    An array of texts is one wherever it stands, whatever some other one is called.
    """
    origin: Any = get_origin(schema)
    if origin is Literal:
        return len(get_args(schema)) > 1
    return is_model(schema) or origin is Annotated or any(map(_is_itself, get_args(schema)))


def _is_called(cls: Any, name: str) -> bool:
    return bool(cls.__name__ == attribute_name(name))
