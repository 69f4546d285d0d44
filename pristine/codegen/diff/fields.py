"""Two classes of objects, compared field by field: by the names on the wire, and by what programs call them."""

from typing import TYPE_CHECKING, Any, Final

from pristine.codegen.diff.found import Path, difference, same
from pristine.codegen.schemas import default_of, description_of, fields_of, is_sensitive, may_be_left_out
from pristine.ports.model import DESCRIPTION, READ_ONLY, REQUIRED, WRITE_ONLY, Model, is_open

if TYPE_CHECKING:
    import attrs

    from pristine.codegen.diff.types import Types

_HIDDEN: Final = {"request": READ_ONLY, "response": WRITE_ONLY}
"""The flag of the fields that a direction has not."""


def compare_fields(old: type[Model], new: type[Model], where: Path, direction: str, types: "Types") -> None:
    """Add the changes between two classes."""
    before, after = fields_of(old), fields_of(new)
    if is_open(old) is not is_open(new):
        what = f"undeclared fields are {'allowed' if is_open(new) else 'refused'}"
        types.found.add(f"object-{'opened' if is_open(new) else 'closed'}", where, what, direction)
    if description_of(old) != description_of(new):
        types.found.from_to("description-changed", where, description_of(old), description_of(new))
    for wire in dict.fromkeys([*before, *after]):
        place = (*where, wire)
        if wire not in after:
            if not _is_hidden(before[wire], direction):
                types.found.add("field-removed", place, "removed", direction)
        elif wire not in before:
            _added(after[wire], place, direction, types)
        else:
            _compare_field(before[wire], after[wire], place, direction, types)


def _is_hidden(field: "attrs.Attribute[Any]", direction: str) -> bool:
    return bool(field.metadata.get(_HIDDEN[direction]))


def _is_there(field: "attrs.Attribute[Any]", direction: str) -> bool:
    """Whether the field must be in a request, or always has a value in what was read from an answer."""
    has_default = default_of(field) is not None
    required = bool(field.metadata.get(REQUIRED))
    return required and not has_default if direction == "request" else required or has_default


def _added(field: "attrs.Attribute[Any]", where: Path, direction: str, types: "Types") -> None:
    is_needed = direction == "request" and not _is_hidden(field, direction) and _is_there(field, direction)
    kind = "field-added-required" if is_needed else "field-added"
    types.found.add(kind, where, "added, and required" if field.metadata.get(REQUIRED) else "added", direction)


def _compare_field(
    old: "attrs.Attribute[Any]", new: "attrs.Attribute[Any]", where: Path, direction: str, types: "Types"
) -> None:
    _compare_said(old, new, where, types)
    hidden = _is_hidden(old, direction), _is_hidden(new, direction)
    if hidden[0] is not hidden[1]:
        _turned(new, where, direction, types)
    if any(hidden):
        return
    there = _is_there(old, direction), _is_there(new, direction)
    if there[0] is not there[1]:
        required = there[1]
        types.found.add(f"field-{'required' if required else 'optional'}", where, _presence(required), direction)
    else:
        _compare_defaults(default_of(old), default_of(new), where, types)
    null = not (may_be_left_out(old) or may_be_left_out(new))
    types.compare(old.type, new.type, where, direction, null=null)


def _presence(required: bool) -> str:
    return "optional → required" if required else "required → optional"


def _turned(new: "attrs.Attribute[Any]", where: Path, direction: str, types: "Types") -> None:
    """A field has become one of the other direction, or of both."""
    flag = "read-only" if direction == "request" else "write-only"
    if _is_hidden(new, direction):
        types.found.add(flag, where, f"{flag} now", direction)
    else:
        types.found.add(f"{flag}-ended", where, f"no longer {flag}", direction)
        if direction == "request" and _is_there(new, direction):
            types.found.add("field-required", where, _presence(True), direction)


def _compare_said(old: "attrs.Attribute[Any]", new: "attrs.Attribute[Any]", where: Path, types: "Types") -> None:
    """What is said of a field whatever its direction."""
    if old.name != new.name:
        types.found.from_to("field-renamed", where, old.name, new.name)
    if old.metadata.get(DESCRIPTION) != new.metadata.get(DESCRIPTION):
        types.found.from_to("description-changed", where, old.metadata[DESCRIPTION], new.metadata[DESCRIPTION])
    if is_sensitive(old) is not is_sensitive(new):
        types.found.add("sensitive-changed", where, "sensitive now" if is_sensitive(new) else "no longer sensitive")


def _compare_defaults(old: Any, new: Any, where: Path, types: "Types") -> None:
    if not same(old, new):
        kind = difference(old, new)
        types.found.from_to(f"default-{kind}", where, old, new)
