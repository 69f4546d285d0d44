"""The types of a package: a class for every object that an answer or an argument may be, and a name for other types.

A class is known by its place in the manifest: there the runtime asks for it.
"""

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

import attrs

from pristine.codegen.schemas import classes_of, fields_of, without_bounds
from pristine.codegen.sdk.expressions import MODELS, NONE, Either, Expression, Expressions, Name, Of, One, either
from pristine.codegen.sdk.naming import TYPING, Names, class_name, module_name, name_at
from pristine.manifest.model import Endpoint, Manifest
from pristine.ports.model import Model, is_model, place_of
from pristine.ports.serializer import Schema
from pristine.ports.unions import UNIONS

PART: Final = 88
"""How long a part of an alias may be, which has a line of its own."""


@attrs.frozen(eq=False)
class Alias:
    """A name for a type that is no class."""

    name: str
    expression: Expression
    said: str = ""


class Catalog:
    """The classes and aliases of a package, each with a name and a module of its own."""

    def __init__(self, manifest: Manifest) -> None:
        self._names = Names(TYPING)
        self._modules = Names(("__init__",))
        self._by_schema: dict[Any, Name] = {}
        self._by_expression: dict[Expression, Name] = {}
        self.modules: dict[str, str] = {}
        self.classes: dict[str, type[Model]] = {}
        self.aliases: dict[str, Alias] = {}
        self.expressions = Expressions(self._by_schema.get)
        self._declare(manifest)

    @property
    def places(self) -> Mapping[str, tuple[str | int, ...]]:
        """Where the type of each class stands in the manifest."""
        return {name: place_of(cls) for name, cls in self.classes.items()}

    def name_of(self, cls: type[Model]) -> str:
        """The name of a class of the manifest."""
        return self._by_schema[cls].name

    def short(self, expression: Expression, hint: str, room: int) -> Expression:
        """The expression, or the name of an alias for it where it is longer than there is room for."""
        if isinstance(expression, (Name, One)) or _length(expression) <= room:
            return expression
        if isinstance(expression, Either) and NONE in expression.parts:
            rest = either(*(one for one in expression.parts if one != NONE))
            return either(self.short(rest, hint, room - len(" | None")), NONE)
        if expression not in self._by_expression:
            name = self._new(class_name(hint))
            self.aliases[name.name] = Alias(name.name, self._compact(expression, hint))
            self._by_expression[expression] = name
        return self._by_expression[expression]

    def _compact(self, expression: Expression, hint: str) -> Expression:
        """What an alias stands for: parts of it that are long have aliases, too."""
        if isinstance(expression, (Name, One)) or (expression.parts[:1] and isinstance(expression.parts[0], One)):
            return expression
        parts = (self.short(one, f"{hint}_{'known' if _is_enum(one) else 'part'}", PART) for one in expression.parts)
        return attrs.evolve(expression, parts=tuple(parts))

    def _declare(self, manifest: Manifest) -> None:
        declared = {name: self._new(class_name(name)) for name in manifest.types}
        for name, schema in manifest.types.items():
            if is_model(schema) and schema not in self._by_schema and place_of(schema) == ("types", name):
                self._add(schema, declared[name])
        for cls in _unnamed(manifest):
            if cls not in self._by_schema and place_of(cls):
                self._add(cls, self._new(name_at(place_of(cls))))
        others = {name: schema for name, schema in manifest.types.items() if declared[name].name not in self.classes}
        for name, schema in others.items():
            if _deserves_a_name(schema):
                self._by_schema.setdefault(schema, declared[name])
        for name, schema in others.items():
            is_own = self._by_schema.get(schema) == declared[name]
            found = self.expressions.whole(schema) if is_own else self.expressions.answer(schema)
            self.aliases[declared[name].name] = Alias(declared[name].name, self._compact(found, declared[name].name))

    def _add(self, cls: Any, name: Name) -> None:
        self._by_schema[cls] = name
        self.classes[name.name] = cls

    def _new(self, wanted: str) -> Name:
        name = self._names.new(wanted)
        self.modules[name] = self._modules.new(module_name(name))
        return Name(name, MODELS)


def _unnamed(manifest: Manifest) -> Iterator[Any]:
    roots = [*manifest.types.values()]
    for endpoint in manifest.endpoints.values():
        roots += _roots(endpoint)
    return classes_of(roots)


def _roots(endpoint: Endpoint) -> Iterator[Schema]:
    """The types of an endpoint; a request without a name is written as arguments, and needs no class."""
    request: Any = endpoint.request
    if is_model(request) and place_of(request)[:1] != ("types",):
        yield from (field.type for field in fields_of(request).values())
        request = None
    yield from attrs.evolve(endpoint, request=request).schemas()


def _deserves_a_name(schema: Any) -> bool:
    """Whether a type is written by its name wherever it is used: an enum, and a union of objects."""
    plain: Any = without_bounds(schema)
    origin: Any = get_origin(plain)
    members = [one for one in get_args(plain) if one is not NoneType]
    return len(members) > 1 and (origin is Literal or (origin in UNIONS and any(map(is_model, members))))


def _is_enum(expression: Expression) -> bool:
    return isinstance(expression, Of) and isinstance(expression.parts[0], One)


def _length(expression: Expression) -> int:
    if isinstance(expression, Name):
        return len(expression.name)
    if isinstance(expression, One):
        return len(repr(expression.value))
    inside = sum(map(_length, expression.parts))
    if isinstance(expression, Either):
        return inside + 3 * len(expression.parts) - 3
    return len(expression.head.name) + inside + 2 * len(expression.parts)
