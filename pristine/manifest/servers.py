"""Where an API is served, and how its callers say who they are."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pristine.manifest.model import BASE_URL, VARIABLE, Scheme, Server, Variable
from pristine.manifest.parameters import header_name
from pristine.manifest.reading import (
    Cursor,
    ListOf,
    MappingOf,
    Reader,
    TupleOf,
    members,
    one_of,
    record,
    text,
    word,
)
from pristine.ports.errors import ConfigurationError
from pristine.ports.patterns import pattern


def servers(at: Cursor) -> tuple[Server, ...]:
    """The list of servers; names are unique."""
    found = ListOf(_server)(at)
    seen = {""}
    for index, one in enumerate(found):
        if one.name and one.name in seen:
            at.child(index, None).fault(f"a second server {one.name!r}")
        seen.add(one.name)
    return tuple(found)


def _server(at: Cursor) -> Server:
    server = Server(**{"url": "", **record(SERVER_KEYS, required=("url",))(at)})
    used = VARIABLE.findall(server.url)
    for name in [name for name in used if name not in server.variables]:
        at.child("url", server.url).fault(f"the variable {{{name}}} is not among 'variables'")
    for name in server.variables.keys() - set(used):
        at.child("variables", {}).child(name, None).fault(f"the URL has no {{{name}}}{at.near(name, used)}")
    return server


def _server_url(at: Cursor) -> str:
    url = text(at)
    if not BASE_URL.fullmatch(VARIABLE.sub("x", url)):
        at.fault("must be an absolute http(s) URL without user, query or fragment")
    return url


def _variable(at: Cursor) -> Variable:
    before = len(at.faults)
    if isinstance(at.value, str):
        found: dict[str, Any] = {"default": at.value}
    else:
        found = record(VARIABLE_KEYS, required=("default",))(at)
        found["allowed"] = tuple(found.pop("enum", ()))
    variable = Variable(**{"default": "", **found})
    try:
        Server(url="", variables={"x": variable}).filled({})
    except ConfigurationError as error:
        if len(at.faults) == before:
            at.fault(error.message.replace("server variable 'x'", "the default"))
    return variable


VARIABLE_KEYS: Final[Mapping[str, Reader]] = {"default": text, "enum": ListOf(word), "description": text}

SERVER_KEYS: Final[Mapping[str, Reader]] = {
    "url": _server_url,
    "name": word,
    "description": text,
    "variables": MappingOf(_variable),
}


def schemes(at: Cursor) -> dict[str, Scheme]:
    """The ways to authenticate, by name."""
    return {name: _scheme(at.child(name, value)) for name, value in members(at)}


def _scheme(at: Cursor) -> Scheme:
    found = record(SCHEME_KEYS, required=("type",))(at)
    kind = found.get("type")
    if kind not in SCHEMES:
        return Scheme(kind="")
    for key in ("in", "name"):
        if kind == "apiKey" and key not in found:
            at.fault(f"{key!r} is missing: an apiKey needs it")
        elif kind != "apiKey" and key in found:
            at.child(key, found[key]).fault(f"has no effect: {kind} is the Authorization header")
    location, name = found.get("in", "header"), found.get("name", "Authorization")
    if location == "header":
        header_name(at.child("name", name))
    elif not KEY_NAME.fullmatch(name):
        at.child("name", name).fault("must be a name of letters, digits and . _ - [ ]")
    return Scheme(kind=kind, location=location, name=name, description=found.get("description", ""))


KEY_NAME: Final = pattern(r"[\w.\-\[\]]+", re.ASCII)
"""The name of a query parameter or cookie that carries a key."""

SCHEMES: Final = ("apiKey", "bearer", "basic")

SCHEME_KEYS: Final[Mapping[str, Reader]] = {
    "type": one_of(*SCHEMES),
    "in": one_of("header", "query", "cookie"),
    "name": word,
    "description": text,
}


def security(known: Mapping[str, Scheme]) -> Reader:
    """A reader of `security`: alternatives, each the name of a scheme or a list of those that it takes together."""

    def one(at: Cursor) -> str:
        name = word(at)
        if name not in known:
            at.fault(f"there is no security scheme {name!r}{at.near(name, known)}")
        return name

    def alternative(at: Cursor) -> tuple[str, ...]:
        if not isinstance(at.value, list):
            return (one(at),)
        if not at.value:
            at.fault("must not be empty: 'security: []' says that nothing is needed")
        return TupleOf(one)(at)

    return TupleOf(alternative)
