"""Servers with their variables, and how calls are signed. The first server is the API's own place."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from pristine.manifest.model import VARIABLE
from pristine.manifest.openapi.importing.extensions import own
from pristine.manifest.openapi.importing.naming import Names, snake, words
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.ours import scheme_of
from pristine.manifest.openapi.importing.references import Library
from pristine.manifest.reading import Cursor, Faults, Reader
from pristine.manifest.servers import schemes, servers
from pristine.ports.documents import Document


def faults_of(read: Reader, value: Any) -> list[str]:
    """What the language says against a value."""
    faults = Faults()
    read(Cursor(Document(value), (), value, faults))
    return [fault.message for fault in faults]


class Servers:
    """The servers of a manifest that is being made: the document's, and those of paths and operations."""

    def __init__(self, first: Node) -> None:
        self._names = Names()
        self.listed: list[dict[str, Any]] = []
        self._known: dict[str, dict[str, Any]] = {}
        found = [(node, said) for node in first.each("servers") if (said := _server(node)) is not None]
        for node, said in found:
            if len(found) > 1 and not node.book.ours:
                said.setdefault("name", self._names.free(_name(said), mark="_"))
            self._add(said)

    def name_for(self, node: Node | None) -> str | None:
        """The name of the server that an operation or a path is at; None where it is the document's first."""
        found = node.each("servers") if node is not None else []
        for other in found[1:]:
            other.lose("server-choice")
        said = _server(found[0]) if found else None
        if said is None or (self.listed and said["url"] == self.listed[0]["url"]):
            return None
        if said["url"] not in self._known:
            said.setdefault("name", self._names.free(_name(said), mark="_"))
            self._add(said)
        return str(self._known[said["url"]].setdefault("name", self._names.free(_name(said), mark="_")))

    def _add(self, said: dict[str, Any]) -> None:
        if "name" in said:
            self._names.take(said["name"])
        self.listed.append(said)
        self._known.setdefault(said["url"], said)


def _server(node: Node) -> dict[str, Any] | None:
    if not isinstance(node.value, dict) or not node.text("url"):
        node.lose("malformed", None, "a server has a url")
        return None
    url, variables = node.text("url"), _variables(node)
    said: dict[str, Any] = {"url": url}
    if faults_of(servers, [{**said, **({"variables": variables} if variables else {})}]):
        url, variables = _without_scheme_variables(node, url, variables)
        said = {"url": url}
        if faults_of(servers, [{**said, **({"variables": variables} if variables else {})}]):
            said, variables = {"url": _filled(url, variables)}, {}
            if message := faults_of(servers, [said]):
                node.lose("server", None, f"{url:.100}: {message[0]}")
                return None
            node.lose("server-variable", "variables")
    if variables:
        said["variables"] = variables
    if told := node.text("description").strip():
        said["description"] = told
    if name := node.text("name").strip():
        said["name"] = name
    return {**said, **own(node, ("name",))}


def _variables(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in node.named("variables"):
        if not isinstance(one.value, dict):
            one.lose("malformed")
            continue
        said = {key: one.take(key) for key in ("enum", "description", "default") if one.has(key)}
        said["default"] = str(said.get("default", ""))
        if "enum" in said:
            said["enum"] = [str(value) for value in said["enum"]] if isinstance(said["enum"], list) else []
        found[str(one.step)] = said["default"] if said.keys() == {"default"} else said
    return found


def _without_scheme_variables(node: Node, url: str, variables: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A variable before `://` is not one of the language: its default is there."""
    scheme, mark, rest = url.partition("://")
    names = VARIABLE.findall(scheme) if mark else []
    inside = node.mapping("variables") if names else None
    for name in names if inside is not None else ():
        if inside is not None:
            inside.lose("server-variable", name)
    kept = {name: one for name, one in variables.items() if name not in names}
    return (f"{_filled(scheme, variables)}://{rest}" if mark else url), kept


def _filled(url: str, variables: Mapping[str, Any]) -> str:
    def default(name: str) -> str:
        one = variables.get(name, "")
        return str(one["default"] if isinstance(one, dict) else one)

    return VARIABLE.sub(lambda match: default(match[1]), url)


def _name(said: Mapping[str, Any]) -> str:
    """What a server is called: by its description, if that is short, or its host."""
    told = words(str(said.get("description", "")))
    if 1 <= len(told) <= 3:
        return "_".join(told)
    host = urlsplit(VARIABLE.sub("x", said["url"])).hostname or "server"
    return snake(host.removeprefix("api.").removeprefix("www."))


# -- security ----------------------------------------------------------------------------------------------------------

_HTTP: Final[Mapping[str, str]] = {"basic": "basic", "bearer": "bearer"}


def security_schemes(library: Library) -> dict[str, Any]:
    """The schemes that the language has: keys, `basic`, and tokens, whoever gives them out."""
    components = library.first.mapping("components")
    found: dict[str, Any] = {}
    for node in components.named("securitySchemes") if components is not None else ():
        one = library.resolved(node)
        said = _scheme(one) if one is not None and isinstance(one.value, dict) else None
        if one is not None and said is not None:
            if told := one.text("description").strip():
                said["description"] = told
            if _scheme_name(node) in found:
                one.lose("security-scheme", None, "another has its name already")
            else:
                found[_scheme_name(node)] = said
    return found


def _scheme_name(node: Node) -> str:
    """What a scheme is called: generated clients take its secret as an argument of the name."""
    return scheme_of(node) if node.book.ours else snake(str(node.step))


def _scheme(node: Node) -> dict[str, Any] | None:
    kind = node.text("type")
    said: dict[str, Any] | None = None
    if kind == "apiKey":
        said = {"type": kind, "in": node.text("in"), "name": node.text("name")}
    elif kind == "http" and (name := node.text("scheme").lower()) in _HTTP:
        said = {"type": _HTTP[name]}
    elif kind in ("oauth2", "openIdConnect"):
        said = {"type": "bearer"}
    if said is None or faults_of(schemes, {"it": said}):
        node.lose("security-scheme", None, f"{kind} {node.keys.get('scheme', '')}".strip())
        return None
    return said


def security(node: Node, known: Mapping[str, Any]) -> list[Any] | None:
    """The alternatives that sign a call; None where nothing is said, or nothing that the language has."""
    if not node.has("security"):
        return None
    found: list[Any] = []
    nothing = False
    listed = node.each("security")
    for one in listed:
        names = [_scheme_name(member) for member in _members(one)]
        if not names:
            nothing = True
            if len(listed) > 1:
                one.lose("optional-security")
        elif missing := [name for name in names if name not in known]:
            one.lose("security-scheme", None, ", ".join(missing))
        else:
            found.append(names[0] if len(names) == 1 else names)
    return found if found or nothing or not listed else None


def _members(one: Node) -> Sequence[Node]:
    found = one.items() if isinstance(one.value, dict) else []
    for scopes in found:
        if isinstance(scopes.value, list):
            for index in range(len(scopes.value)):
                scopes.lose("scope", index, str(scopes.value[index])[:40])
    return found
