"""How a manifest says that the server is asked about work: which endpoint is called, and with what.

Values are texts, or hold texts, in which `{id}` and `{iteration}` are filled in.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from pristine.manifest.model import BODYLESS_METHODS, NOTHING, Asking, BodyKind
from pristine.manifest.parameters import PLACEHOLDER, check_path_params
from pristine.manifest.reading import Cursor, ListOf, MappingOf, Reader, members, record, text, word
from pristine.ports.errors import InvalidHeader
from pristine.ports.fields import check_field
from pristine.ports.patterns import pattern

FILLED: Final = ("id", "iteration")
"""What may stand in braces."""

BRACED: Final = pattern(r"\{([\w.-]+)\}", re.ASCII)


def asking(known: Mapping[str, Any], shared_query: Collection[str] = (), *, required: Iterable[str] = ()) -> Reader:
    """A reader of how to ask, by an endpoint among the known ones, which are plain values, as the manifest has them.

    `shared_query` are query parameters that all of them take.
    """

    def read(at: Cursor) -> Asking:
        found = record(ASKING_KEYS, required)(at)
        id = found.get("endpoint", "")
        if id in known:
            _check_call(at, found, known[id] if isinstance(known[id], Mapping) else NOTHING, shared_query)
        elif id:
            at.child("endpoint", id).fault(f"there is no endpoint {id!r}{at.near(id, known)}")
        elif "endpoint" not in found and "endpoint" not in required:
            for key in found:
                at.child(key, found[key]).fault("has no effect without 'endpoint'")
        return Asking(**found)

    return read


def _check_call(at: Cursor, found: Mapping[str, Any], asked: Mapping[str, Any], shared_query: Collection[str]) -> None:
    """Fault what the endpoint has no place for, and what it needs."""
    method, streams = asked.get("method"), asked.get("streaming", False)
    if streams is not False and not (isinstance(streams, Mapping) and "when" in streams):
        at.child("endpoint", None).fault("answers with a stream")
    if "body" in found and method in BODYLESS_METHODS:
        at.child("body", None).fault(f"has no effect: a {method} request has no body")
    if "body" in found and asked.get("body") == BodyKind.RAW:
        at.child("body", None).fault("has no effect: a raw body has no fields")
    _check_path(at, found, asked)
    _check_query(at, found, asked, shared_query)
    if not any(_names_work(found.get(key)) for key in ASKING_KEYS if key != "endpoint"):
        at.fault("says nowhere which work is meant: a value must be or hold {id}")


def _check_path(at: Cursor, found: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    path, given, declared = asked.get("path"), found.get("path_params", NOTHING), asked.get("path_params")
    template = path if isinstance(path, str) else ""
    check_path_params(at, {"path": template, "path_params": given})
    for name in PLACEHOLDER.findall(template):
        said = declared.get(name) if isinstance(declared, Mapping) else None
        if name not in given and not (isinstance(said, Mapping) and "default" in said):
            at.fault(f"'path_params' must have {name!r}: the path is {template}")


def _check_query(at: Cursor, found: Mapping[str, Any], asked: Mapping[str, Any], shared_query: Collection[str]) -> None:
    declared = asked.get("query")
    if isinstance(declared, Mapping):
        names = {*declared, *shared_query}
        for name in found.get("query", NOTHING):
            if name not in names:
                at.child("query", {}).child(name, None).fault(f"the endpoint does not take it{at.near(name, names)}")


def _names_work(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_names_work, value.values()))
    return "{id}" in value if isinstance(value, str) else isinstance(value, list) and any(map(_names_work, value))


def template(at: Cursor) -> Any:
    """A value; texts in it, however deep, may hold `{id}` and `{iteration}`, and no other names in braces."""
    if isinstance(at.value, Mapping):
        MappingOf(template)(at)
    elif isinstance(at.value, list):
        ListOf(template)(at)
    elif isinstance(at.value, str):
        for name in BRACED.findall(at.value):
            if name not in FILLED:
                at.fault(f"there is nothing to fill in for {{{name}}}{at.near(name, FILLED)}")
    return at.value


def _headers(at: Cursor) -> Mapping[str, str]:
    return {name: _header(name, at.child(name, value)) for name, value in members(at)}


def _header(name: str, at: Cursor) -> str:
    value = text(at)
    try:
        check_field(name, value)
    except InvalidHeader as error:
        at.fault(error.message)
    template(at)
    return value


ASKING_KEYS: Final[Mapping[str, Reader]] = {
    "endpoint": word,
    "path_params": MappingOf(template),
    "query": MappingOf(template),
    "headers": _headers,
    "body": MappingOf(template),
}
