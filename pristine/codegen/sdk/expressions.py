"""Types as annotations. An answer may hold what the manifest does not know yet; an argument may be plain values.

An expression is a small tree; the names in it are imported where it is written, under another name where a field or a
method of the same name would hide them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin
from uuid import UUID

import attrs

from pristine.codegen.sdk.layout import WIDTH, Group, literal, written
from pristine.ports.model import is_model
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS, union_of

MODELS: Final = "models"
"""Where the names of the package's own types are; each file says how that is imported from there."""


@attrs.frozen
class Name:
    """A name, and the module that it is imported from."""

    name: str
    home: str


@attrs.frozen
class Of:
    """`head[parts]`."""

    head: Name
    parts: tuple["Expression", ...]


@attrs.frozen
class Either:
    """`a | b`; two or more that differ."""

    parts: tuple["Expression", ...]


@attrs.frozen
class One:
    """A value of a Literal."""

    value: Any


Expression: TypeAlias = Name | Of | Either | One

ANY: Final = Name("Any", "typing")
NONE: Final = Name("None", "")
STR: Final = Name("str", "builtins")
LITERAL: Final = Name("Literal", "typing")
DICT: Final = Of(Name("dict", "builtins"), (STR, ANY))
PLAIN: Final = Of(Name("Mapping", "collections.abc"), (STR, ANY))
"""What stands for an object in an argument."""

_SCALARS: Final[Mapping[Any, Name]] = {
    None: ANY,
    Any: ANY,
    NoneType: NONE,
    str: STR,
    **{one: Name(one.__name__, "builtins") for one in (int, float, bool, bytes)},
    **{one: Name(one.__name__, "datetime") for one in (datetime, date, time, timedelta)},
    UUID: Name("UUID", "uuid"),
    Decimal: Name("Decimal", "decimal"),
}
_TEXTS: Final = frozenset({bytes, datetime, date, time, timedelta, UUID, Decimal})
"""What a text stands for on the wire; an argument may be that text."""


def either(*parts: Expression) -> Expression:
    """One of these, each once, None last."""
    found: dict[Expression, None] = {}
    for part in parts:
        found |= dict.fromkeys(part.parts if isinstance(part, Either) else (part,))
    if ANY in found:
        return ANY
    listed = [one for one in found if one != NONE] + ([NONE] if NONE in found else [])
    return listed[0] if len(listed) == 1 else Either(tuple(listed))


Find: TypeAlias = Callable[[Schema], Name | None]


@attrs.frozen
class Expressions:
    """Types as expressions. `find` knows the names of those that have one."""

    find: Find

    def answer(self, schema: Schema) -> Expression:
        """What an answer has: lists are lists, and enums and unions may hold what is not known."""
        return self._of(schema, argument=False)

    def argument(self, schema: Schema) -> Expression:
        """What an argument may be: objects may be mappings, and what has a format a text."""
        return self._of(schema, argument=True)

    def whole(self, schema: Schema) -> Expression:
        """What a name stands for."""
        return self._composed(schema, argument=False)

    def _of(self, schema: Schema, *, argument: bool) -> Expression:
        named = self.find(schema)
        if named is None:
            return self._composed(schema, argument=argument)
        return (
            either(named, PLAIN)
            if argument and _is_of_objects(schema)
            else (self._composed(schema, argument=True) if argument else named)
        )

    def _composed(self, schema: Schema, *, argument: bool) -> Expression:
        if schema in _SCALARS:
            return either(_SCALARS[schema], STR) if argument and schema in _TEXTS else _SCALARS[schema]
        if is_model(schema):
            return PLAIN if argument else DICT
        origin: Any = get_origin(schema)
        return _ORIGINS[origin](self, get_args(schema), argument) if origin in _ORIGINS else ANY

    def annotated(self, arguments: Sequence[Any], argument: bool) -> Expression:
        return self._of(arguments[0], argument=argument)

    def enum(self, values: Sequence[Any], argument: bool) -> Expression:
        known = tuple(One(value) for value in values if value is not None)
        kinds = dict.fromkeys(type(value) for value in values)
        parts: list[Expression] = [Of(LITERAL, known)] if known else []
        if not argument:
            parts += [_SCALARS[kind] for kind in kinds]
        return either(*parts, *([NONE] if None in values else []))

    def array(self, items: Sequence[Any], argument: bool) -> Expression:
        head = Name("Sequence", "collections.abc") if argument else Name("list", "builtins")
        return Of(head, (self._of(items[0], argument=argument),))

    def mapping(self, parts: Sequence[Any], argument: bool) -> Expression:
        head = Name("Mapping", "collections.abc") if argument else Name("dict", "builtins")
        return Of(head, (STR, self._of(parts[1], argument=argument)))

    def union(self, members: Sequence[Any], argument: bool) -> Expression:
        rest = tuple(one for one in members if one is not NoneType)
        if len(rest) < len(members) and rest:  # a union that has a name has lost it where null was added
            return either(self._of(union_of(rest), argument=argument), NONE)
        strange = (DICT,) if not argument and any(map(is_model, rest)) else ()
        return either(*(self._of(one, argument=argument) for one in members), *strange)


_ORIGINS: Final[Mapping[Any, Callable[[Expressions, Sequence[Any], bool], Expression]]] = {
    Annotated: Expressions.annotated,
    Literal: Expressions.enum,
    list: Expressions.array,
    dict: Expressions.mapping,
    **dict.fromkeys(UNIONS, Expressions.union),
}


def _is_of_objects(schema: Any) -> bool:
    if get_origin(schema) is Annotated:
        return _is_of_objects(get_args(schema)[0])
    return is_model(schema) or (get_origin(schema) in UNIONS and all(map(is_model, get_args(schema))))


# -- in a file ---------------------------------------------------------------------------------------------------------


class Scope:
    """The names of a file: what it imports, and which names are hidden by fields or methods."""

    def __init__(self, models: Callable[[str], str], hidden: frozenset[str] = frozenset()) -> None:
        self._models = models
        self.hidden = hidden
        self.imports: dict[str, set[str]] = {}

    def of(self, name: Name) -> str:
        """A name as it is written here; it is imported."""
        home = self._models(name.name) if name.home == MODELS else name.home
        is_hidden = name.name in self.hidden
        if not home or (home == "builtins" and not is_hidden):
            return name.name
        self.imports.setdefault(home, set()).add(f"{name.name} as _{name.name}" if is_hidden else name.name)
        return f"_{name.name}" if is_hidden else name.name

    def flat(self, expression: Expression) -> str:
        """An expression on one line."""
        if isinstance(expression, Name):
            return self.of(expression)
        if isinstance(expression, One):
            piece = literal(expression.value)
            return piece if isinstance(piece, str) else piece.flat()
        if isinstance(expression, Either):
            return " | ".join(map(self.flat, expression.parts))
        return f"{self.of(expression.head)}[{', '.join(map(self.flat, expression.parts))}]"

    def assigned(self, expression: Expression, before: str) -> str:
        """An expression as the value of an assignment, on several lines where it does not fit on one."""
        short = f"{before}{self.flat(expression)}"
        if len(short) <= WIDTH or isinstance(expression, (Name, One)):
            return short
        parts = [self.flat(part) for part in expression.parts]
        if isinstance(expression, Of):
            return written(Group(f"{before}{self.of(expression.head)}[", parts, "]"))
        inside = " | ".join(parts)
        inside = inside if len(inside) + 4 <= WIDTH else "\n    | ".join(parts)
        return f"{before}(\n    {inside}\n)"
