"""The changes that a comparison has found so far, each once, however often what it is about is used."""

from typing import Any, Literal, get_args, get_origin

import attrs

from pristine.codegen.diff.rules import RULES
from pristine.codegen.literals import literal
from pristine.codegen.schemas import view
from pristine.manifest.model import Where
from pristine.manifest.reading import shown
from pristine.manifest.types import PRIMITIVES
from pristine.ports import formats
from pristine.ports.model import is_model
from pristine.ports.serializer import Schema

Path = tuple[str | int, ...]


@attrs.frozen
class Change:
    """A difference between two manifests.

    `kind` is one of `RULES`, `where` the path in the manifest, `what` the change in words; `breaking`: it breaks
    callers; `why` it does, or does not. `endpoint` is the id of the one that it is of, "" for what several may use.
    """

    kind: str
    where: str
    what: str
    breaking: bool
    why: str
    endpoint: str = ""


class Found:
    """Collects changes."""

    def __init__(self) -> None:
        self._directions: dict[tuple[str, Path, str], list[str]] = {}

    def add(self, kind: str, where: Path, what: str, direction: str = "") -> None:
        """One more; `direction` is "request" or "response" for what makes a difference."""
        direction = direction if direction in RULES[kind] else ""
        known = self._directions.setdefault((kind, where, what), [])
        if direction not in known:
            known.append(direction)

    def from_to(self, kind: str, where: Path, old: Any, new: Any) -> None:
        """A value that has become another."""
        self.add(kind, where, f"{told(old)} → {told(new)}")

    def changes(self) -> list[Change]:
        """All of them, in the order of the manifests."""
        return [_change(*key, directions) for key, directions in self._directions.items()]


def _change(kind: str, where: Path, what: str, directions: list[str]) -> Change:
    rules = [RULES[kind][direction] for direction in directions]
    breaking = any(rule.breaking for rule in rules)
    why = dict.fromkeys(rule.why for rule in rules if rule.breaking is breaking)
    endpoint = str(where[1]) if where[0] == "endpoints" else ""
    return Change(kind, shown(where), what, breaking, "; ".join(why), endpoint)


def told(value: Any) -> str:
    """A plain value, shortened; "nothing" for None."""
    said = "nothing" if value is None else literal(value)
    return said if len(said) <= 80 else f"{said[:79]}…"


def place(where: Where) -> str:
    """A place in an answer."""
    return f"header {where.header}" if where.header else shown(where.path) if where.path else "the whole"


def difference(old: Any, new: Any, where_both: str = "changed") -> str:
    """Whether something was added, removed, or, where both have it, changed in another way; None is nothing."""
    return "added" if old is None else "removed" if new is None else where_both


def same(old: Any, new: Any) -> bool:
    """Whether plain values are the same; 1 and true are not."""
    return literal(old) == literal(new)


_NAMES = {schema: name for name, schema in PRIMITIVES.items()}


def type_name(schema: Schema) -> str:
    """A type in a few words."""
    found = view(schema)
    words = [_member(one) for one in found.members]
    return " or ".join([*words, *(["null"] if found.nullable else [])])


def _member(schema: Schema) -> str:
    origin: Any = get_origin(schema)
    if origin is Literal:
        return f"one of {told(list(get_args(schema)))[1:-1]}"
    if origin in {list, dict}:
        return f"{'array' if origin is list else 'map'} of {type_name(get_args(schema)[-1])}"
    if is_model(schema):
        return str(schema.__name__)
    return formats.said(schema).partition(",")[0] if schema in formats.TYPES else _NAMES.get(schema, "any")
