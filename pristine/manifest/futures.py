"""What a manifest says of work that the server finishes later: how it is known, asked about, and at its end.

A preset stands under what the manifest says itself. A key that could have no effect beside the others is a fault.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from pristine.manifest.answers import places, where
from pristine.manifest.asking import asking
from pristine.manifest.model import NOTHING, Became, Later, Pace, Said, Where
from pristine.manifest.policies import amount, share
from pristine.manifest.presets import NAMING, PRESETS
from pristine.manifest.reading import Cursor, MappingOf, Reader, TupleOf, kind_of, one_of, record, seconds, wait
from pristine.manifest.types import TypeReader
from pristine.ports.patterns import pattern


def future(types: TypeReader, endpoints: Mapping[str, Any], shared_query: Collection[str] = ()) -> Reader:
    """A reader of `future`; `endpoints` are those of the manifest, as it has them, which may be asked."""
    table = {
        **FUTURE_KEYS,
        "ask": asking(endpoints, shared_query),
        "cancel": asking(endpoints, shared_query, required=("endpoint",)),
        "response": types.read,
    }

    def read(at: Cursor) -> Later:
        at.spend(_EFFORT)
        if not isinstance(at.value, Mapping):
            return Later(**record(table)(at))
        preset = _preset(at.value)
        found = record(table)(at.at(at.path, _filled(at.value, preset)))
        _check(at, found, preset)
        found.pop("preset", None)
        return Later(**found)

    return read


def _preset(said: Mapping[str, Any]) -> Mapping[str, Any]:
    name = said.get("preset")
    return PRESETS.get(name, NOTHING) if isinstance(name, str) else NOTHING


def _filled(said: Mapping[str, Any], preset: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the manifest says, over what its preset says; a word of a state is taken out of where the preset has it."""
    own = set(_words(said))
    rest = {key: [one for one in preset[key] if (type(one), one) not in own] for key in STATES if key in preset}
    both = {key: {**preset[key], **said[key]} for key in MERGED if key in preset and isinstance(said.get(key), Mapping)}
    return {**preset, **rest, **said, **both}


def _words(said: Mapping[str, Any]) -> Iterator[tuple[type, Said]]:
    """The words of states, with their types: True is not 1."""
    for key in STATES:
        listed = said.get(key)
        yield from ((type(one), one) for one in (listed if isinstance(listed, list) else ()) if isinstance(one, _WORD))


# -- what has an effect ------------------------------------------------------------------------------------------------


def _check(at: Cursor, found: Mapping[str, Any], preset: Mapping[str, Any]) -> None:
    """Fault what is missing, and what could have no effect."""
    if "id" not in found and "preset" not in found:
        at.fault("'id' is missing")
    for key, needed in NEEDED.items():
        if found.get(key) and not found.keys() & set(needed):
            at.child(key, None).fault(f"has no effect without {' or '.join(map(repr, needed))}")
    taken = set(_words(preset))
    if found.get("done") and any(word not in taken for word in _words({"pending": at.value.get("pending")})):
        at.child("pending", None).fault("has no effect beside 'done': what is not done is pending")
    if found.get("preset") in NAMING and "id" not in at.value and not _asks(found):
        at.fault(f"'ask' must have an 'endpoint': what {found['preset']} gives as the id is no URL")
    _check_words(at)


def _asks(found: Mapping[str, Any]) -> bool:
    return "ask" in found and found["ask"].endpoint != ""


def _check_words(at: Cursor) -> None:
    """Fault a word that is there twice: it could have one meaning alone."""
    seen: dict[tuple[type, Said], str] = {}
    for key in STATES:
        listed = at.value.get(key)
        for index, one in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(one, _WORD) and (type(one), one) in seen:
                at.child(key, listed).child(index, one).fault(f"is there already, in {seen[type(one), one]!r}")
            elif isinstance(one, _WORD):
                seen[type(one), one] = key


# -- keys --------------------------------------------------------------------------------------------------------------


def parts(at: Cursor) -> tuple[Where, ...]:
    """Places, of which "" is the whole answer."""
    return places(at, lambda one: Where() if one.value == "" else where(one))


def said(at: Cursor) -> Said:
    """What may stand where an answer says its state; null is nothing."""
    if not isinstance(at.value, _WORD):
        at.fault(f"must be a string, a whole number, a boolean or null, not {kind_of(at.value)}")
        return None
    return at.value


def growth(at: Cursor) -> float:
    """A number, 1 or more."""
    found = amount(at)
    if found < 1:
        at.fault("must be 1 or more")
    return found


def _became(at: Cursor) -> Became:
    found = one_of(*Became)(at)
    return Became(found) if found in set(Became) else Became.PENDING


def _statuses(at: Cursor) -> Mapping[str, Became]:
    found: Mapping[str, Became] = MappingOf(_became)(at)
    for status in found:
        if not ANSWERED.fullmatch(status):
            at.child(status, None).fault("must be a status of an answer, such as 202, or a range such as 5XX")
    return found


def _pace(at: Cursor) -> Pace:
    return Pace(**record(PACE_KEYS)(at))


_WORD: Final = str | int | None

_EFFORT: Final = 1000

ANSWERED: Final = pattern(r"[2345](\d\d|XX)", re.ASCII)

STATES: Final = ("pending", "done", "failed", "expired")

MERGED: Final = ("statuses", "pace")
"""What is added to a preset's, member by member."""

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(STATES, ("state",)),
    "category": ("error", "failed", "statuses"),
}
"""Keys that have no effect without one of others."""

PACE_KEYS: Final[Mapping[str, Reader]] = {"first": wait, "factor": growth, "cap": wait, "jitter": share}

FUTURE_KEYS: Final[Mapping[str, Reader]] = {
    "preset": one_of(*PRESETS),
    "id": places,
    "state": places,
    **dict.fromkeys(STATES, TupleOf(said)),
    "statuses": _statuses,
    "result": parts,
    "result_url": places,
    **dict.fromkeys(("error", "category", "queue_state", "queue_reason", "progress", "delay", "delay_ms"), places),
    "pace": _pace,
    "http_timeout": seconds,
    "poll_timeout": seconds,
}
"""Beside these there are `ask`, `cancel` and `response`, which need to know the rest of the manifest."""
