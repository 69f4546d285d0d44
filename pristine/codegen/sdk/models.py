"""The files of the types: a class, or an alias, in each. A class is attrs', and says what its constructor takes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, get_args, get_origin

import attrs

from pristine.codegen.schemas import description_of, fields_of, is_sensitive, without_bounds
from pristine.codegen.sdk.catalog import Alias, Catalog
from pristine.codegen.sdk.expressions import NONE, Expression, Name, Scope, either
from pristine.codegen.sdk.layout import (
    WIDTH,
    Group,
    Piece,
    docstring,
    imports,
    listed,
    literal,
    prefixed,
    prose,
    text,
    written,
)
from pristine.codegen.sdk.naming import Names, argument_name
from pristine.manifest.reading import pointer
from pristine.ports.model import DESCRIPTION, READ_ONLY, REQUIRED, WIRE, Model, is_model
from pristine.ports.unions import UNIONS

ROOM: Final = 64
"""How long a type is written out where it is used, at most; a longer one gets a name."""

FUTURE: Final = "from __future__ import annotations"


def models(catalog: Catalog, title: str) -> dict[str, str]:
    """The files below `models/`."""
    # The classes come first: writing them may give long types a name.
    files = {f"{catalog.modules[name]}.py": _class(name, cls, catalog) for name, cls in catalog.classes.items()}
    files |= {f"{catalog.modules[one.name]}.py": _alias(one, catalog) for one in catalog.aliases.values()}
    return {"__init__.py": _contents(catalog, title), **files}


def _scope(catalog: Catalog, hidden: frozenset[str] = frozenset(), own: str = "") -> Scope:
    """The scope of a file. Its own class is there; where a field hides it, type checkers import it from the file."""
    return Scope(lambda name: "" if name == own and name not in hidden else f".{catalog.modules[name]}", hidden)


def _contents(catalog: Catalog, title: str) -> str:
    known = listed([*catalog.classes, *catalog.aliases])
    found = imports({f".{catalog.modules[name]}": [name] for name in known}, 4)
    places = {pointer(place): name for name, place in sorted(catalog.places.items())}
    homes = {name: catalog.modules[name] for name in known}
    lines = [
        docstring([f"The types of {title}: each is loaded when it is first used."]),
        "",
        FUTURE,
        "",
        "from typing import TYPE_CHECKING, Final",
        "",
        "from pristine import sdk as _sdk",
        "",
        *(["if TYPE_CHECKING:", *(f"    {line}" for line in found), ""] if found else []),
        written(prefixed("PLACES: Final[dict[str, str]] = ", literal(places))),
        '"""The classes by the places of their types in the manifest."""',
        "",
        written(prefixed("_HOMES: Final[dict[str, str]] = ", literal(homes))),
        "",
        written(prefixed("__all__ = ", literal(known))),
        "",
        "if not TYPE_CHECKING:",
        "    __getattr__ = _sdk.lazily(__name__, _HOMES, globals())",
    ]
    return _joined(lines)


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


# -- aliases -----------------------------------------------------------------------------------------------------------


def _alias(alias: Alias, catalog: Catalog) -> str:
    scope = _scope(catalog)
    scope.of(Name("TypeAlias", "typing"))
    value = scope.assigned(alias.expression, f"{alias.name}: TypeAlias = ")
    shared = ["from pristine import sdk as _sdk"] if "_sdk." in value else []
    imported = sections(scope.imports, shared=shared)
    return _joined([docstring([f"The type {alias.name}."]), "", FUTURE, "", *imported, "", value])


def sections(found: Mapping[str, set[str]], indent: int = 0, *, shared: Sequence[str] = ()) -> list[str]:
    """Imports of the standard library, those of Pristine, and those of the package, apart."""
    own = {home: names for home, names in found.items() if home.startswith(".")}
    first = imports({home: names for home, names in found.items() if home not in own}, indent)
    second = imports(own, indent)
    groups = [group for group in (first, shared, second) if group]
    lines = [line for group in groups for line in ("", *group)][1:]
    return [f"{' ' * indent}{line}" if line else "" for line in lines]


# -- classes -----------------------------------------------------------------------------------------------------------


def _class(name: str, cls: type[Model], catalog: Catalog) -> str:
    fields = _attributes(cls)
    scope = _scope(catalog, frozenset(fields), name)
    lines = [f"    {_field(name, one, field, catalog, scope)}" for one, field in fields.items()]
    checked = scope.imports
    return _joined(
        [
            docstring([f"The type {name}."]),
            "",
            FUTURE,
            "",
            *(["from typing import TYPE_CHECKING", ""] if checked else []),
            "import attrs as _attrs",
            "from pristine import sdk as _sdk",
            "",
            *(["if TYPE_CHECKING:", *sections(checked, 4), ""] if checked else []),
            "",
            "@_attrs.frozen(kw_only=True, eq=False)",
            f"class {name}(_sdk.Model):",
            f"    {docstring(list(_said(cls)), 4)}",
            *(["", *lines] if lines else []),
        ]
    )


def _said(cls: type[Model]) -> Iterator[str]:
    said = prose(description_of(cls), 4)
    yield from said or ["An object of the API."]
    told = {name: field.metadata.get(DESCRIPTION, "") for name, field in _attributes(cls).items()}
    if any(told.values()):
        yield from ("", "Attributes:")
        for name, text_ in told.items():
            yield from described(name, text_)


def described(name: str, said: str) -> Iterator[str]:
    """What is said of a field or an argument, in lines of a list."""
    lines = prose(" ".join(said.split()), 12, 1000)
    if lines:
        yield f"    {name}: {lines[0]}"
        yield from (f"        {line}" for line in lines[1:])


def _attributes(cls: type[Model]) -> "dict[str, attrs.Attribute[Any]]":
    """The fields by the names that they have here: those of the client without generated code, but bounded."""
    names = Names(fold=str)
    return {names.new(argument_name(field.name)): field for field in fields_of(cls).values()}


def _field(owner: str, name: str, field: "attrs.Attribute[Any]", catalog: Catalog, scope: Scope) -> str:
    found, default = _typed(field, catalog)
    options = list(_options(name, field, default))
    room = WIDTH - 4 - len(name) - len(": ") - (len(" = None") if options else 0)
    shown = scope.flat(catalog.short(found, f"{owner}_{name}", min(room, ROOM)))
    plain = _plain(options)
    if plain is not None and len(line := f"{name}: {shown} = {plain}") + 4 <= WIDTH:
        return line
    return written(Group(f"{name}: {shown} = _attrs.field(", options), 4) if options else f"{name}: {shown}"


def _plain(options: list[Piece]) -> str | None:
    """The default alone, where nothing else is said and it is one that the annotation allows."""
    if len(options) == 1 and isinstance(options[0], str) and options[0].startswith("default="):
        said = options[0].removeprefix("default=")
        return None if said.startswith("_sdk.") else said
    return None


def _typed(field: "attrs.Attribute[Any]", catalog: Catalog) -> tuple[Expression, Any]:
    """The annotation of a field and its default: what only requests have may be missing in an answer."""
    found = catalog.expressions.answer(field.type)
    is_from_server = field.metadata.get(READ_ONLY) and field.metadata.get(REQUIRED)
    return (found if field.default is not None or is_from_server else either(found, NONE)), field.default


def _options(name: str, field: "attrs.Attribute[Any]", default: Any) -> Iterator[Piece]:
    """What attrs.field is told."""
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # it is a class
        yield Group("factory=_sdk.default(", [literal(default.factory())])
    elif default is not attrs.NOTHING:
        is_sure = _fits(default, field)
        yield (
            prefixed("default=", literal(default)) if is_sure else Group("default=_sdk.unchecked(", [literal(default)])
        )
    if (wire := field.metadata.get(WIRE, field.name)) != name:
        yield Group("metadata=_sdk.wire(", [text(wire)])
    if is_sensitive(field):
        yield "repr=_sdk.masked"


def _fits(default: Any, field: "attrs.Attribute[Any]") -> bool:
    """Whether a type checker sees that a default is of the field's type."""
    if default is None:
        return not (field.metadata.get(READ_ONLY) and field.metadata.get(REQUIRED))
    return _is_obvious(default, field.type)


def _is_obvious(default: Any, schema: Any) -> bool:
    schema = without_bounds(schema)
    if get_origin(schema) is Literal:
        return any(type(one) is type(default) for one in get_args(schema))
    if get_origin(schema) in UNIONS:
        return any(_is_obvious(default, one) for one in get_args(schema) if not is_model(one))
    return type(default) is schema or (schema is float and type(default) is int) or schema is Any
