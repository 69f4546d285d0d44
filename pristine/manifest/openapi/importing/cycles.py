"""Types that are themselves, with no object between: no Python type can be that, so the circle is cut by `any`."""

from collections.abc import Iterator, Mapping
from typing import Any

from pristine.manifest.openapi.importing.nodes import Node


def cut(types: dict[str, Any], sources: Mapping[str, Node]) -> None:
    """Cut every circle where it closes; it is lost there."""
    done: set[str] = set()
    for start in types:
        path: dict[str, Iterator[str]] = {}
        waiting = [start] if start not in done else []
        while waiting:
            name = waiting[-1]
            names = path.setdefault(name, iter(sorted(_names_in(types[name]) & types.keys())))
            following = next((one for one in names if one not in done), None)
            if following is None:
                done.add(waiting.pop())
                path.pop(name)
            elif following in path:
                types[name] = _replaced(types[name], following)
                sources[name].lose("cycle", None, name)
            else:
                waiting.append(following)


def _names_in(expression: Any) -> set[str]:
    """The types that an expression names outside of an object's fields."""
    if isinstance(expression, str):
        return {expression}
    if not isinstance(expression, dict) or "properties" in expression:
        return set()
    found = _names_in(expression["type"]) if isinstance(expression.get("type"), str) else set[str]()
    for one in (*_unions(expression), expression.get("items"), expression.get("additionalProperties")):
        found |= _names_in(one)
    return found


def _unions(expression: Mapping[str, Any]) -> list[Any]:
    return [*expression.get("oneOf", ()), *expression.get("anyOf", ())]


def _replaced(expression: Any, name: str) -> Any:
    if isinstance(expression, str):
        return "any" if expression == name else expression
    if not isinstance(expression, dict) or "properties" in expression:
        return expression
    found = dict(expression)
    for key in ("type", "items", "additionalProperties"):
        if key in found and not isinstance(found[key], (bool, list)):
            found[key] = _replaced(found[key], name)
    for key in ("oneOf", "anyOf"):
        if key in found:
            found[key] = [_replaced(one, name) for one in found[key]]
            found.pop("discriminator", None)
    return found
