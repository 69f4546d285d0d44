"""Work that an endpoint finishes later: how it is asked about, how it ends, and what is known before, in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from pristine.codegen.docs.markdown import code
from pristine.codegen.docs.names import Called
from pristine.codegen.docs.overview import place
from pristine.codegen.docs.words import Words
from pristine.codegen.literals import literal, number
from pristine.manifest.model import Asking, Later, Pace, Where


def futures(called: Called, later: Later, words: Words) -> Iterator[str]:
    """What holds for the work."""
    handle = f"{called.name}_future" if called.name else f"pipeline.execute_future({literal(called.endpoint.id)}, …)"
    yield f"Finished later: {code(handle)} gives a handle"
    yield f"Result of the handle: {words.of(later.response)}, {_result(later)}"
    yield f"Asked about by {_asking(later.ask)}"
    if later.cancel is not None:
        yield f"Stopped by {_asking(later.cancel)}"
    yield from _ends(later)
    yield from (f"{_PLACES[name]}: {_places(getattr(later, name))}" for name in _PLACES if getattr(later, name))
    yield f"Between questions: {_pace(later.pace)}"
    for name, told in _LIMITS.items():
        if (limit := getattr(later, name)) is not None:
            yield f"{told}: {number(limit)} s"


def _result(later: Later) -> str:
    whole = _places(later.result) if later.result else "the whole of the last answer"
    return f"fetched from the URL at {_places(later.result_url)}, else {whole}" if later.result_url else whole


def _places(said: Iterable[Where]) -> str:
    return ", or ".join(map(place, said))


def _asking(said: Asking) -> str:
    if not said.endpoint:
        return "a GET of the URL that is its id"
    given = {
        name: dict(value) for name, value in attrs.asdict(said, recurse=False).items() if isinstance(value, Mapping)
    }
    parts = [f"{name} {code(literal(value))}" for name, value in given.items() if value]
    return f"{code(said.endpoint)} with {' and '.join(parts)}"


def _ends(later: Later) -> Iterator[str]:
    for name, told in _WORDS.items():
        if words := getattr(later, name):
            yield f"{told}: {', '.join(map(_word, words))}"
    for status, became in later.statuses.items():
        yield f"With status {code(status)} it is {became}"


def _word(said: Any) -> str:
    return "no state" if said is None else code(literal(said))


def _pace(pace: Pace) -> str:
    grown = f"times {number(pace.factor)} each, up to {number(pace.cap)} s"
    return f"{number(pace.first)} s, {grown}; a share of {number(pace.jitter)} of each is random"


_WORDS: Final[Mapping[str, str]] = {
    "pending": "It goes on in the states",
    "done": "It is done in the states",
    "failed": "It has failed in the states",
    "expired": "It is not kept any more in the states",
}

_PLACES: Final[Mapping[str, str]] = {
    "id": "The id of the work",
    "state": "Its state",
    "error": "What went wrong",
    "category": "Whose doing that was",
    "queue_state": "How the queue is",
    "queue_reason": "Why it is so",
    "progress": "How far the work is",
    "delay": "Seconds to wait",
    "delay_ms": "Milliseconds to wait",
}

_LIMITS: Final[Mapping[str, str]] = {
    "http_timeout": "A question takes at most",
    "poll_timeout": "The work takes at most",
}
