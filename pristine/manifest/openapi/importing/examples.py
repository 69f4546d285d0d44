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
) -> dict[str, dict[str, Any]]:
    """The examples of an operation by name."""
    found: dict[str, dict[str, Any]] = {}
    for key, media in (("request", request), ("response", response)):
        for name, value in _of(library, media) if media is not None else ():
            found.setdefault(name, {}).setdefault(key, value)
    for (section, wire), node in parameters.nodes.items():
        for name, value in _of(library, node) if section in ("path_params", "query") else ():
            found.setdefault(name, {}).setdefault(section, {})[wire] = value
    return found


def _of(library: Library, node: Node) -> Iterator[tuple[str, Any]]:
    if node.has("example"):
        yield UNNAMED, node.take("example")
    for one in node.named("examples") if isinstance(node.keys.get("examples"), dict) else ():
        target = library.resolved(one)
        if target is not None and target.has("value"):
            yield str(one.step) or UNNAMED, target.take("value")
