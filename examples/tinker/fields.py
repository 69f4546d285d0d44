"""The fields of a request, in any of the dialects in use: one that is null is as good as left out.

Standard library only. What is wrong is answered 422, with where it is.
"""

from collections.abc import Callable
from typing import Any, Final

from examples.serving import Refusal

KINDS: Final[dict[str, Callable[[Any], bool]]] = {
    "a string": lambda value: isinstance(value, str),
    "an integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "a number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "true or false": lambda value: isinstance(value, bool),
    "a list": lambda value: isinstance(value, list),
    "an object": lambda value: isinstance(value, dict),
}


class Fields:
    """An object of a request. A field `type` may be there; it must then be the right one."""

    def __init__(self, value: Any, type: str = "", where: str = "body") -> None:
        self.where = where
        self.value: dict[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            raise self.wrong("", "must be an object")
        if type and self.value.get("type") not in {None, type}:
            raise self.wrong("type", f"must be {type!r}")

    def wrong(self, name: str, told: str) -> Refusal:
        """What is answered to a wrong field."""
        return Refusal(422, {"detail": [{"loc": [*self.where.split("."), *filter(None, [name])], "msg": told}]})

    def get(self, name: str, kind: str, default: Any = None) -> Any:
        """An optional field."""
        value = self.value.get(name)
        if value is None:
            return default
        if not KINDS[kind](value):
            raise self.wrong(name, f"must be {kind}")
        return value

    def need(self, name: str, kind: str) -> Any:
        """A field that must be there."""
        value = self.get(name, kind)
        if value is None:
            raise self.wrong(name, "is missing")
        return value

    def inner(self, name: str, type: str = "") -> "Fields":
        """An object in a field that must be there."""
        return Fields(self.need(name, "an object"), type, f"{self.where}.{name}")

    def each(self, name: str) -> "list[Fields]":
        """The objects of a list that must be there."""
        return [Fields(one, where=f"{self.where}.{name}.{at}") for at, one in enumerate(self.need(name, "a list"))]

    def page(self, name: str, usual: int, found: list[Any]) -> dict[str, Any]:
        """The page of a list that a query asks for, and where it is in it."""
        limit, offset = self.get("limit", "an integer", usual), self.get("offset", "an integer", 0)
        if limit < 1 or offset < 0:
            raise self.wrong("limit", "must be 1 or more, and the offset 0 or more")
        cursor = {"offset": offset, "limit": limit, "total_count": len(found)}
        return {name: found[offset : offset + limit], "cursor": cursor}

    def visible(self, owner: str, things: list[Any]) -> list[Any]:
        """Those of an owner, or by `access_scope` those of everybody; the newest first."""
        scope = self.get("access_scope", "a string", "owned")
        if scope not in {"owned", "accessible"}:
            raise self.wrong("access_scope", "must be 'owned' or 'accessible'")
        return [one for one in things if scope == "accessible" or one.owner == owner][::-1]


def refused(status: int, told: str, **more: Any) -> Refusal:
    """The API's way to say no."""
    return Refusal(status, {"detail": told, **more})
