"""What may stand for the state of work: the manifest's words, usual ones, and the members of what is an enum. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, get_args, get_origin

from pristine.manifest.model import Became, Later, Said, Where
from pristine.ports.serializer import Schema
from pristine.testing.mock.drafts import variants
from pristine.testing.mock.places import type_at
from pristine.testing.mock.works import Work, later_of

REMOVE: Final = object()
"""Nothing is to stand there."""

_USUAL: Final = {
    Became.PENDING: "running",
    Became.DONE: "done",
    Became.FAILED: "failed",
    Became.EXPIRED: "expired",
}


def words_of(work: Work, became: Became, schema: Schema, where: Where) -> Iterator[Any]:
    """What may say what became of work at a place of an answer, best first; not all of it says that, or fits."""
    later = later_of(work.operation)
    yield from (REMOVE if one is None else one for one in _said(later, became, cancelled=work.cancelled))
    known = [one for became in Became for one in getattr(later, became.value) if isinstance(one, str)]
    if known:
        usual = _USUAL[became]
        yield from (usual.capitalize(), usual) if known[0][:1].isupper() else (usual, usual.capitalize())
    for one, _ in variants(None if where.header else type_at(schema, where.path)):
        origin: Any = get_origin(one)
        yield from get_args(one) if origin is Literal else ()
    yield from (REMOVE, False)


def _said(later: Later, became: Became, *, cancelled: bool) -> Sequence[Said]:
    """The manifest's own words; a failure that has none is an end with an error."""
    words: Sequence[Said] = getattr(later, became.value)
    if became is Became.FAILED:
        words = sorted(words, key=lambda one: cancelled and "cancel" not in str(one).lower()) or later.done
    return words
