"""A body that is written on, place by place: nothing is put where no value of the type could have it. Pure."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Self, get_args, get_origin

import attrs

from pristine.manifest.model import Where
from pristine.ports.constraints import Discriminator
from pristine.ports.model import WIRE, is_model
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS
from pristine.testing.mock.places import NOWHERE, Path, at, first_fitting, fits, put, type_at, without

_NOTHING_WRONG: Final[tuple[Any, ...]] = (None, "", False, {}, [])
"""What may stand where an error would, if something must."""


@attrs.frozen(kw_only=True)
class Draft:
    """A body of a type, and header fields. `strictly`: only what its type declares is put into it."""

    schema: Schema
    body: Any
    headers: tuple[tuple[str, str], ...] = ()
    strictly: bool = True

    def say(self, places: Sequence[Where], *candidates: Any, strictly: bool = False) -> Self:
        """With the first candidate that fits, at the first of the places that has room for one; or as it is."""
        for where in places:
            if where.header:
                return self.with_header(where.header, candidates[0])
            found = first_fitting(type_at(self.schema, where.path), *candidates)
            if self._has_room(where.path, strictly=strictly) and found is not NOWHERE:
                return attrs.evolve(self, body=put(self.body, where.path, found))
        return self

    def with_header(self, name: str, value: Any) -> Self:
        """With a header field."""
        return attrs.evolve(self, headers=(*self.headers, (name, str(value))))

    def drop(self, places: Sequence[Where]) -> Self:
        """With nothing at the places, or with what means nothing where something must be."""
        draft = self
        for where in places:
            if where.path and at(draft.body, where.path) is not None:
                draft = attrs.evolve(draft, body=draft._dropped(where.path))
        return draft

    def _dropped(self, path: Path) -> Any:
        if all(isinstance(step, str) for step in path) and fits(found := without(self.body, path), self.schema):
            return found
        nothing = first_fitting(type_at(self.schema, path), *_NOTHING_WRONG)
        return self.body if nothing is NOWHERE else put(self.body, path, nothing)

    def _has_room(self, path: Path, *, strictly: bool) -> bool:
        return bool(path) and (declares(self.schema, path) or not (self.strictly or strictly))


def declares(schema: Schema, path: Path) -> bool:
    """Whether a type has a place of its own there; a value that has no type has every place."""
    if schema is None or schema is Any or not path:
        return True
    step, rest = path[0], path[1:]
    origin: Any = get_origin(schema)
    if is_model(schema):
        types = {field.metadata[WIRE]: field.type for field in attrs.fields(schema)}
        return step in types and declares(types[str(step)], rest)
    if origin in UNIONS or origin is Annotated:
        return any(declares(one, path) for one, _ in variants(schema) if one is not schema)
    return origin in {list, dict} and declares(get_args(schema)[-1], rest)


def variants(schema: Schema) -> Iterator[tuple[Schema, dict[str, Any]]]:
    """The types of which a value may be, each with the fields by which it is told from the others."""
    origin: Any = get_origin(schema)
    told = [one for one in get_args(schema)[1:] if isinstance(one, Discriminator)] if origin is Annotated else []
    if told:
        yield from ((member, {told[0].name: value}) for value, member in told[0].members)
    elif origin is Annotated:
        inner = get_args(schema)[0]
        yield from variants(inner) if get_origin(inner) in UNIONS else [(schema, {})]
    elif origin in UNIONS:
        for one in get_args(schema):
            if one is not type(None):
                yield from variants(one)
    else:
        yield schema, {}
