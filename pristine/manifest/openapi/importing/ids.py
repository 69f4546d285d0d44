"""What an operation is called: `resource.method`, by stated rules, without two of a name.

1. An operationId that is of parts (`repos/list-for-org`, `chat.completions.create`) is a path of names.
2. Otherwise the first tag is the resource; the words of the tag are left out of the operationId, if words are left.
3. Without a tag the first part of the path that says something is the resource.
4. Without an operationId the method is by the HTTP method and the path: list, get, create, replace, update, delete.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from pristine.manifest.openapi.importing.naming import Names, snake, words
from pristine.manifest.parameters import PLACEHOLDER
from pristine.ports.patterns import pattern

_PARTS: Final = pattern(r"[./]")
_SILENT: Final = pattern(r"(api|rest|v\d+\w*|\d+)$", re.IGNORECASE)
"""Parts of a path that say nothing of what is there."""

_DOING: Final = {
    "POST": "create",
    "PUT": "replace",
    "PATCH": "update",
    "DELETE": "delete",
    "HEAD": "head",
    "OPTIONS": "options",
    "TRACE": "trace",
}

WAYS: Final = ("", "_stream", "_future")
"""The ends of the methods that an endpoint may have: no other endpoint is called so."""


def id_of(method: str, path: str, operation_id: str, tags: Sequence[Any]) -> str:
    """The name of an operation, which others may want, too."""
    parts = [part for part in _PARTS.split(operation_id) if words(part)]
    if len(parts) > 1:
        return ".".join(snake(part) for part in parts)
    statics = [part for part in path.split("/") if part and not PLACEHOLDER.search(part) and not _SILENT.match(part)]
    tag = next((tag for tag in tags if isinstance(tag, str) and words(tag)), None)
    resource = tag or (statics[0] if statics else "")
    if not parts:
        own = [snake(part) for part in statics] or ["root"]
        return ".".join([*([snake(tag)] if tag and snake(tag) not in own else []), *own, _doing(method, path)])
    if not resource:
        return snake(parts[0])
    return f"{snake(resource)}.{_rest(parts[0], resource)}"


def _doing(method: str, path: str) -> str:
    if method == "GET":
        return "get" if path.rstrip("/").endswith("}") else "list"
    return _DOING.get(method, method.lower())


def _rest(name: str, resource: str) -> str:
    """The words of a name without those of the resource, singular or plural, where they stand together."""
    own, left = words(resource), words(name)
    for start in range(len(left) - len(own) + 1):
        if [_singular(word) for word in left[start : start + len(own)]] == [_singular(word) for word in own]:
            rest = left[:start] + left[start + len(own) :]
            return snake("_".join(rest)) if rest else snake(name)
    return snake(name)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word.removesuffix("s") if not word.endswith("ss") else word


def free_id(names: Names, wanted: str, method: str) -> str:
    """The name, with the HTTP method behind it, or a number, where it is taken."""
    if all(f"{wanted}{end}" not in names for end in WAYS):
        return names.free(wanted, WAYS)
    return names.free(f"{wanted}_{method.lower()}", WAYS, mark="_")
