"""What two endpoints answer: values by status, pages, and how errors are spelled."""

from collections.abc import Mapping
from typing import Any, Final

from pristine.codegen.diff.arguments import Comparison
from pristine.codegen.diff.types import RESPONSE
from pristine.codegen.schemas import answers_of
from pristine.manifest.model import Endpoint, ErrorShape, Pagination, Where
from pristine.ports.errors import StatusError
from pristine.ports.serializer import Schema


def compare_answers(both: Comparison) -> None:
    """The types of answers, by the status that they come with."""
    old, new = answers_of(both.old), answers_of(both.new)
    for status in dict.fromkeys([*old, *new]):
        place = ("response",) if status == "2XX" and (both.old.response or both.new.response) else ("responses", status)
        if place[0] == "responses" and (status in old) is not (status in new):
            kind = "added" if status in new else "removed"
            both.add(f"status-{kind}", place, "a type of its own" if status in new else "no type of its own")
        _compare_type(_type_of(old, status), _type_of(new, status), status, place, both)
    if both.old.unwrap != both.new.unwrap:
        both.from_to("unwrap-changed", "unwrap", ".".join(both.old.unwrap), ".".join(both.new.unwrap))


def _type_of(answers: Mapping[str, Schema], status: str) -> Schema:
    """The type of an answer: that of its status, of its hundred, or of any other."""
    return answers.get(status, answers.get(f"{status[0]}XX", answers.get("default")))


def _compare_type(old: Schema, new: Schema, status: str, place: tuple[str, ...], both: Comparison) -> None:
    is_error = status[0] in "345"
    if is_error and (old is None) is not (new is None):
        kind = "error-type-added" if old is None else "error-type-removed"
        both.add(kind, place, "a type" if old is None else "no type")
    elif old is not None or new is not None:
        both.types.compare(old, new, (*both.where, *place), RESPONSE)


# -- errors ------------------------------------------------------------------------------------------------------------

_FACTS: Final = ("code", "request_id", "retry_after", "documentation")
_SILENT: Final = ErrorShape()


def compare_errors(both: Comparison) -> None:
    """Where errors have what they say, and their classes."""
    old, new = both.old.errors or _SILENT, both.new.errors or _SILENT
    if old.message != new.message:
        both.add("error-message-changed", ("errors", "message"), f"{_place(old.message)} → {_place(new.message)}")
    for name in _FACTS:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            kind = "added" if was is None else "removed" if now is None else "moved"
            both.add(f"error-fact-{kind}", ("errors", name), f"{_place(was)} → {_place(now)}")
    _classes(old.classes, new.classes, both)


def _classes(old: Mapping[str, type[StatusError]], new: Mapping[str, type[StatusError]], both: Comparison) -> None:
    for code in dict.fromkeys([*old, *new]):
        was, now = (one[code].__name__ if code in one else None for one in (old, new))
        if was != now:
            kind = "added" if was is None else "removed" if now is None else "changed"
            both.add(f"error-class-{kind}", ("errors", "classes", code), f"{was or 'none'} → {now or 'none'}")


def _place(where: Where | None) -> str:
    if where is None:
        return "nothing"
    return f"header {where.header}" if where.header else ".".join(map(str, where.path)) or "the whole"


# -- pages -------------------------------------------------------------------------------------------------------------


def compare_pages(both: Comparison) -> None:
    """How a list goes on."""
    old, new = both.old.pagination, both.new.pagination
    if old is None or new is None:
        if old is not new:
            kind = "added" if old is None else "removed"
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
    return _place(value) if isinstance(value, Where) else "" if value is None else str(value)


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
