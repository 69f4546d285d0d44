"""Extensions that are known: `x-pristine-KEY` says KEY of what it stands on, in the words of the manifest."""

from collections.abc import Iterable
from typing import Any, Final

from pristine.manifest.openapi.importing.nodes import Node

OWN: Final = "x-pristine-"


def own(node: Node, keys: Iterable[str]) -> dict[str, Any]:
    """What the extensions on a Node say of these keys."""
    if not any(key.startswith(OWN) for key in node.keys):
        return {}
    found = {key: node.take(f"{OWN}{key}") for key in keys if node.has(f"{OWN}{key}")}
    if "name" in found and not (isinstance(found["name"], str) and found["name"]):
        node.lose("malformed", f"{OWN}name", "a name is a text")
        del found["name"]
    return found


def is_ours(value: Any) -> bool:
    """Whether `pristine export` wrote a document: then its names, and its defaults, are those of a manifest."""
    return isinstance(value, dict) and any(isinstance(key, str) and key.startswith("x-pristine") for key in value)
