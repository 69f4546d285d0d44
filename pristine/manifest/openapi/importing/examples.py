"""Examples of calls: those of bodies, answers and parameters that have one name are one call."""

from collections.abc import Iterator
from typing import Any, Final

from pristine.manifest.openapi.importing.nodes import Node
from pristine.manifest.openapi.importing.parameters import Parameters
from pristine.manifest.openapi.importing.references import Library

UNNAMED: Final = "example"
"""What an example is called that has no name."""


def examples(
    library: Library, request: Node | None, response: Node | None, parameters: Parameters
) -> tuple[dict[str, dict[str, Any]], dict[str, Node]]:
    """The examples of an operation by name, and where those of its answer are."""
    found: dict[str, dict[str, Any]] = {}
    answers: dict[str, Node] = {}
    for key, media in (("request", request), ("response", response)):
        for name, node, value in _of(library, media) if media is not None else ():
            found.setdefault(name, {}).setdefault(key, value)
            if key == "response":
                answers.setdefault(name, node)
    for (section, wire), node in parameters.nodes.items():
        for name, _, value in _of(library, node) if section in ("path_params", "query") else ():
            found.setdefault(name, {}).setdefault(section, {})[wire] = value
    return found, answers


def _of(library: Library, node: Node) -> Iterator[tuple[str, Node, Any]]:
    """The name of each example, where it is, and its value."""
    if node.has("example"):
        yield UNNAMED, node, node.take("example")
    for one in node.named("examples") if isinstance(node.keys.get("examples"), dict) else ():
        target = library.resolved(one)
        if target is not None and target.has("value"):
            yield str(one.step) or UNNAMED, one, target.take("value")
