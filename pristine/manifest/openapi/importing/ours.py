"""Documents that `pristine export` wrote: they say what they mean, so that nothing is guessed of them.

What stands in them because OpenAPI wants it there is no loss where the manifest does not say it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pristine.manifest.openapi.importing.extensions import own
from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.statuses import description_of

GOOD: Final = "2XX"
"""The status of every good answer that has no type of its own: what the manifest calls `response`."""

_ENCODINGS: Final = ({"contentType": "application/json"}, {"style": "deepObject", "explode": True})

_TEXT: Final = {"schema": {"type": "string"}}


def overridden(found: Mapping[str, Any], node: Node, keys: Iterable[str]) -> dict[str, Any]:
    """Keys with what the extensions on a Node say of them: null takes one away, and headers are added to others."""
    said = own(node, keys)
    if isinstance(said.get("headers"), dict):
        said["headers"] = {**found.get("headers", {}), **said["headers"]}
    return {key: value for key, value in {**found, **said}.items() if value is not None}


def read_answer(answer: Node, status: str) -> None:
    """Read over the description that every answer of a status has, and the headers that other keys have said."""
    if answer.keys.get("description") == description_of(status):
        answer.take("description")
    headers = answer.keys.get("headers")
    if isinstance(headers, dict) and all(one == _TEXT for one in headers.values()):
        answer.take("headers")


def read_streams(answer: Node, media: Iterable[Node]) -> None:
    """Read over the media types of a stream: `x-pristine-streaming` says it all."""
    content = answer.mapping("content")
    for one in media if content is not None else ():
        if content is not None:
            content.take(one.step)


def read_encoding(one: Node) -> None:
    """Read over how an object in a form is written, where that is what a manifest does."""
    if one.value in _ENCODINGS:
        for key in one.keys:
            one.take(key)


def name_of(node: Node) -> str:
    """What the manifest calls a component."""
    return str(node.take("x-pristine-name", node.step) if isinstance(node.value, dict) else node.step)


def scheme_of(node: Node) -> str:
    """What the manifest calls the security scheme that a Node is, or has the name of."""
    listed = node.top.keys.get("components", {}).get("securitySchemes", {})
    found = Node(node.book, node.document, None, node.step, listed.get(node.step))
    return name_of(found)


def path_of(path: str, *, ours: bool) -> str:
    """The path of endpoints, without the fragment by which an export tells several of one method apart."""
    return path.partition("#")[0] if ours else path


def says_nothing(node: Node, where: str, said: Any) -> bool:
    """Whether a parameter is only there because OpenAPI wants every placeholder of a path declared."""
    return node.book.ours and where == "path" and said == "any"
