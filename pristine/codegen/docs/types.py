"""The types of an API: each with its fields, or in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pristine.codegen.docs.markdown import code, heading, line, page, paragraphs, table
from pristine.codegen.docs.names import Named
from pristine.codegen.docs.words import Words
from pristine.codegen.literals import literal
from pristine.codegen.schemas import default_of, description_of, fields_of, is_sensitive, may_be_left_out, view
from pristine.ports.model import DESCRIPTION, READ_ONLY, REQUIRED, WRITE_ONLY, Model, is_model, is_open

if TYPE_CHECKING:
    import attrs

COLUMNS: Final = ("Field", "On the wire", "Type", "Presence", "Default", "Description")


def types(words: Words) -> str:
    """The section of the types."""
    listed = words.names.types
    return page([heading(2, "Types"), *(_section(one, words) for one in listed)]).rstrip() if listed else ""


def _section(named: Named, words: Words) -> str:
    title = heading(3, code(named.title), named.anchor)
    if not is_model(named.schema):
        return page([title, f"{_sentence(words.whole(named.schema))}."]).rstrip()
    cls: Any = named.schema
    return page([title, paragraphs(description_of(cls)), *_object(cls, words)]).rstrip()


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}"


def _object(cls: type[Model], words: Words) -> Iterator[str]:
    fields = fields_of(cls)
    yield table(COLUMNS, (_row(wire, field, words) for wire, field in fields.items())) or "It declares no fields."
    if is_open(cls):
        yield "A request may hold other fields, too."


def _row(wire: str, field: "attrs.Attribute[Any]", words: Words) -> tuple[str, ...]:
    default = default_of(field)
    said = words.without_null(field.type)
    return (
        code(field.name),
        code(wire) if wire != field.name else "",
        said,
        ", ".join(presence(field)),
        code(literal(default)) if default is not None else "",
        line(field.metadata.get(DESCRIPTION, "")),
    )


def presence(field: "attrs.Attribute[Any]") -> Iterator[str]:
    """What is said of a field beside its type."""
    yield "required" if field.metadata.get(REQUIRED) and default_of(field) is None else "optional"
    if not may_be_left_out(field) and view(field.type).nullable:
        yield "nullable"
    if field.metadata.get(READ_ONLY):
        yield "read-only"
    if field.metadata.get(WRITE_ONLY):
        yield "write-only"
    if is_sensitive(field):
        yield "sensitive"
