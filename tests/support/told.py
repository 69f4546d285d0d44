"""A value as everything that can be seen of it, to compare with another's."""

from typing import Any

from pristine.ports.model import Model, sent_fields, wire_names


def told(value: Any) -> Any:
    """Everything that can be seen of a value: kinds, order, attributes, and what was on the wire at every level."""
    if isinstance(value, Model):
        attributes = [(name, told(getattr(value, name))) for name in wire_names(type(value)).values()]
        return type(value), attributes, told(sent_fields(value)), list(value), len(value)
    if isinstance(value, dict):
        return dict, [(key, told(part)) for key, part in value.items()]
    if isinstance(value, list):
        return list, [told(part) for part in value]
    return type(value), repr(value)
