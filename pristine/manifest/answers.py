"""What a manifest says of answers beside their types: how errors are spelled, and how lists go on from page to page."""

import re
from collections.abc import Mapping
from typing import Final

from pristine.manifest.model import ErrorShape, PageStyle, Pagination, Where
from pristine.manifest.parameters import header_name
from pristine.manifest.reading import Cursor, MappingOf, Reader, TupleOf, one_of, record, text, word
from pristine.ports.errors import StatusError
from pristine.ports.outcome import Kind
from pristine.ports.patterns import pattern

_INDEX: Final = r"\[(?:\d{1,9}|-[1-9]\d{0,8})\]"
BODY_PATH: Final = pattern(rf"(?:[^.\[\]]+|{_INDEX})(?:\.[^.\[\]]+|{_INDEX}){{0,99}}", re.ASCII)


_STEP: Final = pattern(r"\[(-?\d+)\]|([^.\[\]]+)", re.ASCII)


def body_path(at: Cursor) -> tuple[str | int, ...]:
    """A path into a JSON body, such as `error.details[0].reason` or `data[-1].id`; "" is the whole."""
    found = text(at)
    if found and not BODY_PATH.fullmatch(found):
        at.fault("must be a path of at most 100 names and indices, such as error.details[0].reason")
        return ()
    return tuple(int(index) if index else name for index, name in _STEP.findall(found))


def where(at: Cursor) -> Where:
    """A place in an answer: a path into its body, or `{header: Name}`."""
    if isinstance(at.value, Mapping):
        return Where(header=record({"header": header_name}, required=("header",))(at).get("header", ""))
    return Where(path=body_path(at) if word(at) else ())


def places(at: Cursor, read: Reader = where) -> tuple[Where, ...]:
    """A place, or a list of them, of which the first that has something counts."""
    if not isinstance(at.value, list):
        return (read(at),)
    if not 1 <= len(at.value) <= MOST_PLACES:
        at.fault(f"must be 1 to {MOST_PLACES} places")
        return ()
    for index, value in enumerate(at.value):
        if value in at.value[:index]:
            at.child(index, value).fault("has no effect: the place is in the list already")
    return TupleOf(read)(at)


MOST_PLACES: Final = 20


def error_shape(at: Cursor) -> ErrorShape:
    """How errors are spelled, with a class for each of `classes`."""
    found = record(ERROR_KEYS)(at)
    if "classes" in found and "code" not in found:
        at.child("classes", found["classes"]).fault("has no effect without 'code'")
    return ErrorShape(**found)


def kind(at: Cursor) -> Kind:
    """What an error comes to; no error is a success."""
    found = one_of(*ERROR_KINDS)(at)
    return Kind(found) if found in ERROR_KINDS else Kind.CLIENT_ERROR


def _classes(at: Cursor) -> Mapping[str, type[StatusError]]:
    named = MappingOf(_class_name)(at)
    at.spend(len(named) * _EFFORT_OF_A_CLASS)
    made: dict[str, type[StatusError]] = {}
    for name in named.values():
        if name not in made:
            made[name] = at.at(("errors", name), name).written() or _made(name)
    return {code: made[name] for code, name in named.items()}


def _made(name: str) -> type[StatusError]:
    return type(name, (StatusError,), {"__doc__": f"{name}: an error of this API."})


def _class_name(at: Cursor) -> str:
    name = text(at)
    if not CLASS_NAME.fullmatch(name):
        at.fault("must be the name of a class: a capital, then letters, digits and _")
    return name


def _statuses(at: Cursor) -> Mapping[str, Kind]:
    found: Mapping[str, Kind] = MappingOf(kind)(at)
    for status in found:
        if not ERROR_STATUS.fullmatch(status):
            at.child(status, None).fault("must be a status that is an error, such as 409, or a range such as 5XX")
    return found


ERROR_STATUS: Final = pattern(r"[345](\d\d|XX)", re.ASCII)

ERROR_KINDS: Final = tuple(one.value for one in Kind if one is not Kind.SUCCESS)

_EFFORT_OF_A_CLASS: Final = 5000

CLASS_NAME: Final = pattern(r"[A-Z]\w{0,99}", re.ASCII)

ERROR_KEYS: Final[Mapping[str, Reader]] = {
    "message": places,
    "code": places,
    "request_id": places,
    "retry_after": places,
    "documentation": places,
    "classes": _classes,
    "kinds": MappingOf(kind),
    "statuses": _statuses,
}


def pagination(at: Cursor) -> Pagination:
    """How a list goes on; keys that its style has no use for are faults."""
    found = record(PAGINATION_KEYS, required=("style",))(at)
    if found.get("style") not in set(PageStyle):
        return Pagination(style=PageStyle.CURSOR)
    style = PageStyle(found["style"])
    for key in found.keys() - USED[style] - {"style", "items"}:
        at.child(key, found[key]).fault(f"has no effect on pages by {style}")
    for key in sorted(NEEDED[style] - found.keys()):
        at.fault(f"{key!r} is missing: pages by {style} need it")
    return Pagination(**{**found, "style": style})


def _start(at: Cursor) -> int:
    if type(at.value) is not int or at.value not in {0, 1}:
        at.fault("must be 0 or 1")
        return 0
    return at.value


PAGINATION_KEYS: Final[Mapping[str, Reader]] = {
    "style": one_of(*PageStyle),
    "items": body_path,
    "parameter": word,
    "into": one_of("query", "body"),
    "next": where,
    "more": where,
    "total": where,
    "size": word,
    "start": _start,
}

_COMMON: Final = {"parameter", "into", "more", "size"}
USED: Final[Mapping[PageStyle, set[str]]] = {
    PageStyle.CURSOR: _COMMON | {"next"},
    PageStyle.OFFSET: _COMMON | {"total"},
    PageStyle.PAGE: _COMMON | {"start"},
    PageStyle.LINK: {"next", "size", "into"},
}
NEEDED: Final[Mapping[PageStyle, set[str]]] = {
    PageStyle.CURSOR: {"parameter", "next"},
    PageStyle.OFFSET: {"parameter"},
    PageStyle.PAGE: {"parameter"},
    PageStyle.LINK: set(),
}
