"""Ids of work: of the type that the answer has at their place, and of the type that a question takes. Pure."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from pristine.core.operation import Operation, find
from pristine.manifest.model import Asking, Manifest
from pristine.ports.errors import ConfigurationError
from pristine.ports.serializer import Schema
from pristine.testing.examples import example, seeded
from pristine.testing.mock.answering import good_status
from pristine.testing.mock.places import NOWHERE, fits, type_at
from pristine.testing.mock.questions import leaves
from pristine.testing.mock.works import MONITORS, by_url, digest, later_of, own_url

_TRIES: Final = 64
"""How many ids there are to try until one is new."""


def ids_of(operation: Operation, manifest: Manifest, host: str, seed: int, number: int) -> Iterator[Any]:
    """Ids for the work of an endpoint, of which this is the `number`th; URLs where they are to be that."""
    if by_url(operation):
        yield own_url(host, MONITORS, operation.id, digest(seed, operation.id, number))
        return
    said, asked = list(_said(operation)), list(_asked(operation, manifest))
    for attempt in range(_TRIES):
        for one in _candidates((*said, *asked), seed, operation.id, number, attempt):
            if _is_any_of(one, said) and all(fits(str(one), each, strictly=True) for each in asked):
                yield one


def _said(operation: Operation) -> Iterator[Schema]:
    """The types of the places where an answer says the id."""
    schema = operation.schema_for(good_status(operation))
    for where in later_of(operation).id:
        found = type_at(schema, where.path) if where.path else NOWHERE
        if found is not NOWHERE:
            yield found


def _asked(operation: Operation, manifest: Manifest) -> Iterator[Schema]:
    """The types of the places where the id stands alone in a call about the work."""
    later = later_of(operation)
    for asking in (later.ask, later.cancel):
        if asking is not None and asking.endpoint:
            found = _taken(asking, find(manifest, asking.endpoint))
            yield from (one for one in found if one is not None and one is not NOWHERE)


def _taken(asking: Asking, operation: Operation) -> Iterator[Schema]:
    endpoint = operation.endpoint
    for name, declared in (("path_params", endpoint.path_params), ("query", endpoint.query or {})):
        for path, said in leaves(getattr(asking, name)):
            if said == "{id}" and path[0] in declared:
                yield type_at(declared[str(path[0])].schema, path[1:])
    yield from (type_at(endpoint.request, path) for path, said in leaves(asking.body) if said == "{id}")


def _candidates(types: tuple[Schema, ...], *parts: object) -> Iterator[Any]:
    name = digest(*parts)
    drawn = (_drawn(one, *parts) for one in types)
    for one in chain((f"work-{name}", int(name, 16) % 10**9), drawn):
        is_plain = isinstance(one, (str, int)) and not isinstance(one, bool)
        if is_plain and str(one).isascii() and str(one).isprintable() and str(one).strip():
            yield one  # which may stand in a path and in a header, too


def _drawn(schema: Schema, *parts: object) -> Any:
    try:
        return None if schema is None else example(schema, seeded(*parts))
    except ConfigurationError:
        return None


def _is_any_of(value: Any, types: list[Schema]) -> bool:
    return not types or any(fits(value, one, strictly=True) for one in types)
