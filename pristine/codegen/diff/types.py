"""Two types, compared by what they hold: a value of the old one in a request, a reader of the old one in an answer.

Types are compared by structure, whatever they are called, and each pair once: they may be recursive, and used anywhere.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import attrs

from pristine.codegen.diff import bounds
from pristine.codegen.diff.fields import compare_fields
from pristine.codegen.diff.found import Found, Path, told, type_name
from pristine.codegen.schemas import View, view, without_null
from pristine.manifest.model import Manifest
from pristine.ports.constraints import Discriminator
from pristine.ports.model import Model, is_model
from pristine.ports.serializer import Schema

REQUEST: Final = "request"
RESPONSE: Final = "response"


@attrs.frozen
class Pair:
    """Two classes that stand for each other, in a direction."""

    old: type[Model]
    new: type[Model]
    where: Path
    direction: str


class Types:
    """Compares types, and adds what it finds to `found`; classes wait for `finish`, so chains of them may be long."""

    def __init__(self, found: Found, old: Manifest, new: Manifest) -> None:
        self.found = found
        self._names = _names(old.types), _names(new.types)
        self._seen: set[tuple[Any, ...]] = set()
        self._waiting: deque[Pair] = deque()
        self.compared: set[str] = set()

    def compare(self, old: Schema, new: Schema, where: Path, direction: str, *, null: bool = True) -> None:
        """Compare two types; not `null`: whether they allow null is said in another way."""
        name = self._common_name(old, new)
        if name is not None:
            where = ("types", name)
            self.compared.add(name)
            if not is_model(old) and not self._is_new(name, direction):
                return
        before, after = view(old), view(new)
        bare = without_null(old), without_null(new)
        is_free = Any in before.members or Any in after.members
        if null and before.nullable is not after.nullable and not is_free:
            self.found.add(f"null-{'added' if after.nullable else 'removed'}", where, _turned(old, new), direction)
        if bare != (old, new) and self._common_name(*bare) is not None:
            self.compare(*bare, where, direction)
            return
        self._members(before, after, where, direction)
        for kind, what in bounds.compared(before, after):
            self.found.add(kind, where, what, direction)
        self._discriminators(before.discriminator, after.discriminator, where, direction)

    def finish(self) -> None:
        """Compare the classes that have been met, and those that they lead to."""
        while self._waiting:
            pair = self._waiting.popleft()
            compare_fields(pair.old, pair.new, pair.where, pair.direction, self)

    def _is_new(self, *key: Any) -> bool:
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def _common_name(self, old: Schema, new: Schema) -> str | None:
        name = self._names[0].get(old)
        return name if name is not None and self._names[1].get(new) == name else None

    def _title(self, member: Schema, *, is_old: bool) -> Any:
        """What a member of a union is paired by."""
        if is_model(member):
            return self._names[0 if is_old else 1].get(member, Model)  # those without a name, in their order
        if _is_whole(member):
            inner = view(member).members
            return self._title(inner[0], is_old=is_old) if len(inner) == 1 else Annotated
        origin: Any = get_origin(member)
        return member if origin is None else origin

    # -- members -------------------------------------------------------------------------------------------------------

    def _members(self, old: View, new: View, where: Path, direction: str) -> None:
        coming = list(new.members)
        titles = [self._title(one, is_old=False) for one in coming]
        gone: list[Schema] = []
        for member in old.members:
            title = self._title(member, is_old=True)
            if title in titles:
                at = titles.index(title)
                titles.pop(at)
                self._pair(member, coming.pop(at), where, direction)
            else:
                gone.append(member)
        if len(gone) == len(coming) == 1:
            self._pair(gone[0], coming[0], where, direction)
            return
        self._one_sided("member-removed", gone, new.members, where, direction)
        self._one_sided("member-added", coming, old.members, where, direction)

    def _one_sided(
        self, kind: str, members: Iterable[Schema], others: Iterable[Schema], where: Path, direction: str
    ) -> None:
        wide = [one for one in others if not is_model(one) and not get_args(one)]
        for member in members:
            is_merged = any(accepts(other, member) for other in wide)
            self.found.add("member-merged" if is_merged else kind, where, f"{kind[7:]}: {type_name(member)}", direction)

    def _pair(self, old: Schema, new: Schema, where: Path, direction: str) -> None:
        origins: set[Any] = {get_origin(old), get_origin(new)}
        name = self._common_name(old, new)
        is_told_elsewhere = name is not None and not is_model(old) and where != ("types", name)
        if Annotated in origins or is_told_elsewhere:
            self.compare(old, new, where, direction)
        elif is_model(old) and is_model(new):
            self._models(old, new, where, direction)
        elif origins == {list}:
            self.compare(get_args(old)[0], get_args(new)[0], (*where, "items"), direction)
        elif origins == {dict}:
            self.compare(get_args(old)[1], get_args(new)[1], (*where, "additionalProperties"), direction)
        elif origins == {Literal} and _shared(old, new):
            self._enums(old, new, where, direction)
        elif old != new:
            self.found.add(_relation(old, new, direction), where, _turned(old, new), direction)

    def _models(self, old: Any, new: Any, where: Path, direction: str) -> None:
        if self._is_new(id(old), id(new), direction):
            name = self._names[1].get(new, self._names[0].get(old))
            self.compared.update(names.get(one, "") for names, one in zip(self._names, (old, new), strict=True))
            self._waiting.append(Pair(old, new, where if name is None else ("types", name), direction))

    def _enums(self, old: Schema, new: Schema, where: Path, direction: str) -> None:
        before, after = _values(old), _values(new)
        for key, value in before.items():
            if key not in after:
                self.found.add("enum-member-removed", where, f"removed: {told(value)}", direction)
        for key, value in after.items():
            if key not in before:
                self.found.add("enum-member-added", where, f"added: {told(value)}", direction)

    # -- discriminators ------------------------------------------------------------------------------------------------

    def _discriminators(
        self, old: Discriminator | None, new: Discriminator | None, where: Path, direction: str
    ) -> None:
        if old is None or new is None or old.name != new.name:
            if old is not new:
                what = f"{told(old and old.name)} → {told(new and new.name)}"
                self.found.add("discriminator-changed", where, what, direction)
            return
        before, after = dict(old.members), dict(new.members)
        for value in dict.fromkeys([*before, *after]):
            if value not in after:
                self.found.add("discriminator-value-removed", where, f"removed: {told(value)}", direction)
            elif value not in before:
                self.found.add("discriminator-value-added", where, f"added: {told(value)}", direction)
            elif self._title(before[value], is_old=True) != self._title(after[value], is_old=False):
                what = f"{told(value)}: {type_name(before[value])} → {type_name(after[value])}"
                self.found.add("discriminator-value-moved", where, what, direction)


def _names(types: Mapping[str, Schema]) -> dict[Schema, str]:
    """The names of the types that can be told from others: classes, and what is made of other types."""
    found: dict[Schema, str] = {}
    for name, schema in types.items():
        if is_model(schema) or get_args(schema):
            found.setdefault(schema, name)
    return found


def _turned(old: Schema, new: Schema) -> str:
    return f"{type_name(old)} → {type_name(new)}"


def _values(schema: Schema) -> dict[tuple[type, Any], Any]:
    return {(type(value), value): value for value in get_args(schema)}


def _is_whole(member: Schema) -> bool:
    """Whether a member has bounds of its own, or is a union that is told apart."""
    origin: Any = get_origin(member)
    return origin is Annotated


def _is_enum(schema: Schema) -> bool:
    origin: Any = get_origin(schema)
    return origin is Literal


def _shared(old: Schema, new: Schema) -> bool:
    """Whether two enums have a member in common."""
    return not _values(old).keys().isdisjoint(_values(new))


def _relation(old: Schema, new: Schema, direction: str) -> str:
    """What has become of a type that is another now."""
    is_enum = _is_enum(old), _is_enum(new)
    if accepts(new, old):
        return "enum-opened" if is_enum[0] and new is not Any else "type-widened"
    if accepts(old, new) and not (direction == RESPONSE and _has_class(new)):
        return "enum-closed" if is_enum[1] and old is not Any else "type-narrowed"
    return "type-changed"


def accepts(wide: Schema, narrow: Schema) -> bool:
    """Whether every value of a type is one of another; of classes and containers that is not asked."""
    if wide is Any:
        return True
    if _is_enum(narrow):
        return all(type(value) is wide or (wide is float and type(value) is int) for value in get_args(narrow))
    return wide is float and narrow is int


def _has_class(schema: Schema) -> bool:
    """Whether values of a type are objects with attributes, or hold some."""
    return is_model(schema) or (not _is_enum(schema) and any(map(_has_class, get_args(schema))))
