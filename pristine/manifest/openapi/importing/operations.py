"""Paths and their operations -> endpoints: what is said of a call, put together under the name that it has."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import attrs

from pristine.manifest.model import METHODS
from pristine.manifest.openapi.importing.answers import answers
from pristine.manifest.openapi.importing.bodies import body, kind_of_body
from pristine.manifest.openapi.importing.examples import examples
from pristine.manifest.openapi.importing.extensions import OWN
from pristine.manifest.openapi.importing.ids import free_id, id_of
from pristine.manifest.openapi.importing.naming import Names, camel
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.ours import overridden, path_of
from pristine.manifest.openapi.importing.overrides import Asked, Overrides
from pristine.manifest.openapi.importing.pages import pagination
from pristine.manifest.openapi.importing.parameters import parameters
from pristine.manifest.openapi.importing.places import Servers, faults_of, security
from pristine.manifest.openapi.importing.types import Types
from pristine.manifest.parameters import path as path_reader
from pristine.manifest.words import WORDS
from pristine.ports.values import frozen

Progress = Callable[[int, int], None]
"""Told how many paths are done, and how many there are."""

_KEYS: Final = tuple(WORDS["Endpoints"])
_ORDER: Final[Mapping[str, int]] = {key: index for index, key in enumerate(_KEYS)}


@frozen
class Around:
    """What the operations of a document have in common."""

    types: Types
    servers: Servers
    schemes: Mapping[str, Any]
    overrides: Overrides
    names: Names
    answers: dict[str, dict[str, Node]] = attrs.field(factory=dict)
    """Endpoint and name -> the example of its answer."""


def endpoints(around: Around, progress: Progress) -> dict[str, dict[str, Any]]:
    """All endpoints of a document by id, in its order."""
    paths = around.types.library.first.named("paths", but="x-")
    found: dict[str, dict[str, Any]] = {}
    for index, node in enumerate(paths):
        item = around.types.library.resolved(node)
        if item is not None and isinstance(item.value, dict):
            for id, endpoint in _endpoints(around, str(node.step), node, item):
                if id in found:
                    item.fault(f"two operations are called {id!r}")
                found[id] = endpoint
        progress(index + 1, len(paths))
    return found


def _endpoints(around: Around, path: str, node: Node, item: Node) -> Iterator[tuple[str, dict[str, Any]]]:
    if not path.startswith("/"):
        node.lose("path", None, "must begin with '/'")
        return
    sayable = parameters(around.types, path_of(path, ours=node.book.ours).partition("?")[0], (), "").path
    if faults := faults_of(path_reader, sayable):
        node.lose("path", None, faults[0])
        return
    for key in item.keys:
        method = key.upper()
        if method not in METHODS or method == key:
            continue
        found = item.mapping(key)
        operation = around.types.library.resolved(found) if found is not None else None
        if operation is None or not isinstance(operation.value, dict):
            continue
        name = operation.keys.get("operationId")
        if around.overrides.drops(Asked(method, path, name if isinstance(name, str) else "")):
            operation.lose("dropped")
            continue
        yield _endpoint(around, Asked(method, path, operation.text("operationId")), item, operation)


def _endpoint(around: Around, asked: Asked, item: Node, operation: Node) -> tuple[str, dict[str, Any]]:
    types, (template, _, query) = around.types, path_of(asked.path, ours=operation.book.ours).partition("?")
    tags = operation.take("tags")
    tags = [tag for tag in tags if isinstance(tag, str) and tag] if isinstance(tags, list) else []
    id = _id(around, asked, tags, operation)
    hint = camel(id)
    said = parameters(types, template, [*item.each("parameters"), *operation.each("parameters")], hint)
    keys, request = body(types, operation, asked.method, hint)
    told = answers(types, operation, request, hint)
    found: dict[str, Any] = {"method": asked.method, "path": said.path, **said.sections, **keys, **told.keys}
    found["headers"] = {**said.sections.get("headers", {}), **keys.get("headers", {})}
    found["query"] = {**_fixed(query), **said.sections.get("query", {})}
    found["server"] = around.servers.name_for(operation if operation.has("servers") else item)
    found["description"] = _description(operation, item)
    found["security"] = security(operation, around.schemes)
    if asked.method == "GET" and not operation.book.ours:
        found["pagination"] = pagination(types, operation, found["query"], told)
    found["tags"] = tags
    found["deprecated"] = operation.flag("deprecated") or None
    shown = request
    if request is not None and not operation.book.ours and kind_of_body(types, request) not in ("json", "form"):
        shown = None
    found["examples"], around.answers[id] = examples(types.library, shown, told.media, said)
    found = {key: value for key, value in found.items() if value or (key == "security" and value is not None)}
    found = overridden(found, operation, _KEYS)
    found = around.overrides.changed(asked, found)
    return id, dict(sorted(found.items(), key=lambda one: _ORDER.get(one[0], len(_ORDER))))


def _id(around: Around, asked: Asked, tags: list[str], operation: Node) -> str:
    chosen = around.overrides.name_of(asked) or operation.text(f"{OWN}id")
    if chosen or (operation.book.ours and asked.name):
        id = chosen or asked.name
        around.names.take(id)
        return id
    return free_id(around.names, id_of(asked.method, asked.path.partition("?")[0], asked.name, tags), asked.method)


def _fixed(query: str) -> dict[str, Any]:
    """The parameters that stand in a path behind a question mark: they are always sent."""
    return {name: {"const": value, "default": value} for name, value in parse_qsl(query, keep_blank_values=True)}


def _description(operation: Node, item: Node) -> str:
    """The summary, and the description below it; those of the path where the operation has none."""
    holder = operation if operation.has("summary") or operation.has("description") else item
    summary, told = holder.text("summary").strip(), holder.text("description").strip()
    found = [summary] if summary and not told.startswith(summary) else []
    found += [told] if told else []
    docs = operation.mapping("externalDocs") if operation.has("externalDocs") else None
    if docs is not None and (url := docs.text("url")):
        found.append(f"See {url}")
    return "\n\n".join(found)
