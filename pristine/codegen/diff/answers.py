"""What two endpoints answer: values by status, pages, and how errors are spelled."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pristine.codegen.diff.arguments import Comparison
from pristine.codegen.diff.found import difference, place
from pristine.codegen.diff.types import RESPONSE
from pristine.codegen.schemas import answers_of
from pristine.manifest.model import Endpoint, ErrorShape, Pagination, Where
from pristine.ports.errors import StatusError
from pristine.ports.outcome import Kind
from pristine.ports.serializer import Schema


def compare_answers(both: Comparison) -> None:
    """The types of answers, by the status that they come with."""
    old, new = answers_of(both.old), answers_of(both.new)
    for status in dict.fromkeys([*old, *new]):
        at = ("response",) if status == "2XX" and (both.old.response or both.new.response) else ("responses", status)
        if at[0] == "responses" and (status in old) is not (status in new):
            _come_or_gone(status, at, both)
            if status[0] == "3":
                continue  # where it is not declared it has no value to compare with
        _compare_type(_type_of(old, status), _type_of(new, status), status, at, both)
    if both.old.unwrap != both.new.unwrap:
        both.from_to("unwrap-changed", "unwrap", ".".join(both.old.unwrap), ".".join(both.new.unwrap))


def _come_or_gone(status: str, at: tuple[str, ...], both: Comparison) -> None:
    """A status that one of them has alone; one of 3xx is an answer where it is declared, and else an error."""
    is_here = status in both.new.responses
    kind = "added" if is_here else "removed"
    if status[0] == "3":
        both.add(f"redirect-answer-{kind}", at, "an answer" if is_here else "an error, or followed")
    else:
        both.add(f"status-{kind}", at, "a type of its own" if is_here else "no type of its own")


def _type_of(answers: Mapping[str, Schema], status: str) -> Schema:
    """The type of an answer: that of its status, of its hundred, or of any other."""
    return answers.get(status, answers.get(f"{status[0]}XX", answers.get("default")))


def _compare_type(old: Schema, new: Schema, status: str, at: tuple[str, ...], both: Comparison) -> None:
    is_error = status[0] in "45"
    if is_error and (old is None) is not (new is None):
        kind = "error-type-added" if old is None else "error-type-removed"
        both.add(kind, at, "a type" if old is None else "no type")
    elif old is not None or new is not None:
        both.types.compare(old, new, (*both.where, *at), RESPONSE)


# -- errors ------------------------------------------------------------------------------------------------------------

_FACTS: Final = ("code", "request_id", "retry_after", "documentation")
_SILENT: Final = ErrorShape()


def compare_errors(both: Comparison) -> None:
    """Where errors have what they say, their classes, and what they come to."""
    old, new = both.old.errors or _SILENT, both.new.errors or _SILENT
    for name in ("message", *_FACTS):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            kind = "error-message-changed" if name == "message" else f"error-fact-{moved(was, now)}"
            both.add(kind, ("errors", name), f"{places(was)} → {places(now)}")
    _classes(old.classes, new.classes, both)
    for name in ("kinds", "statuses"):
        _kinds(name, getattr(old, name), getattr(new, name), both)


def moved(was: Sequence[Where], now: Sequence[Where]) -> str:
    """What became of a fact: where it was is still looked at first, or nowhere at all, or at another place."""
    if now[: len(was)] == was:
        return "added"
    return "moved" if now else "removed"


def places(said: Sequence[Where]) -> str:
    """Places that are looked at one after the other."""
    return ", or ".join(map(place, said)) or "nothing"


def _classes(old: Mapping[str, type[StatusError]], new: Mapping[str, type[StatusError]], both: Comparison) -> None:
    for code in dict.fromkeys([*old, *new]):
        was, now = (one[code].__name__ if code in one else None for one in (old, new))
        if was != now:
            kind = difference(was, now)
            both.add(f"error-class-{kind}", ("errors", "classes", code), f"{was or 'none'} → {now or 'none'}")


def _kinds(name: str, old: Mapping[str, Kind], new: Mapping[str, Kind], both: Comparison) -> None:
    for one in dict.fromkeys([*old, *new]):
        if old.get(one) is not new.get(one):
            what = f"{old.get(one, 'as HTTP has it')} → {new.get(one, 'as HTTP has it')}"
            both.add("error-kind-changed", ("errors", name, one), what)


# -- pages -------------------------------------------------------------------------------------------------------------


def compare_pages(both: Comparison) -> None:
    """How a list goes on."""
    old, new = both.old.pagination, both.new.pagination
    if old is None or new is None:
        if old is not new:
            kind = difference(old, new)
            both.add(f"pagination-{kind}", ("pagination",), kind)
        return
    for name in PAGES:
        was, now = _written(old, name), _written(new, name)
        if was != now:
            both.add(_kind(name, was, now), ("pagination", name), f"{was or 'nothing'} → {now or 'nothing'}")


PAGES: Final = ("style", "items", "parameter", "into", "next", "more", "total", "size", "start")
"""What a pagination says, in the order of the manifest."""


def _written(pagination: Pagination, name: str) -> str:
    value: Any = getattr(pagination, name)
    if isinstance(value, tuple):
        return ".".join(map(str, value))
    return place(value) if isinstance(value, Where) else "" if value is None else str(value)


def _kind(name: str, was: str, now: str) -> str:
    if name == "size" and not (was and now):
        return "page-size-removed" if was else "page-size-added"
    return "pagination-end-changed" if name in {"more", "total"} and not (was and now) else "pagination-changed"


def compare_bounds(both: Comparison) -> None:
    """How large an answer may be."""
    old, new = both.old.max_response_bytes, both.new.max_response_bytes
    if old != new:
        is_lower = new is not None and (old is None or new < old)
        both.from_to(f"response-bound-{'lowered' if is_lower else 'raised'}", "max_response_bytes", old, new)


def is_plain(endpoint: Endpoint) -> bool:
    """Whether it can be called for a value."""
    return endpoint.streaming is None or bool(endpoint.streaming.when)
