"""The terms of JSON Schema (draft 2020-12) that the schema of the language is written in. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from pristine.manifest.words import WORDS, plain

Json: TypeAlias = dict[str, Any]

NEVER: Final = False


def matching(pattern: re.Pattern[str] | str) -> Json:
    """A text that is wholly of a pattern of Python's, in the words that ECMA-262 has for it."""
    written = pattern if isinstance(pattern, str) else pattern.pattern
    in_ascii = written.replace(r"[\w", "[A-Za-z0-9_").replace(r"\w", "[A-Za-z0-9_]").replace(r"\d", "[0-9]")
    end = r"$(?!\n)"  # because Python's $ is satisfied before a line break, too
    return {"type": "string", "pattern": f"^(?:{in_ascii.replace(chr(92) + 'Z', end)}){end}"}


def one_of(values: Iterable[Any]) -> Json:
    """One of some values."""
    return {"enum": list(values)}


def either(*schemas: Any) -> Json:
    """What one or more of the schemas allow."""
    return {"anyOf": list(schemas)}


def has(*keys: str, **values: Any) -> Json:
    """An object that has the keys, and those whose values are of these schemas."""
    found: Json = {"required": [*keys, *values]}
    return found | ({"properties": values} if values else {})


def lacks(*keys: str) -> Json:
    """An object that has none of the keys."""
    return {"not": either(*map(has, keys))}


def only(**values: Any) -> Json:
    """An object whose members of these names are of these schemas, where it has them."""
    return {"properties": values}


def when(condition: Any, *then: Any) -> Json:
    """All of these, where the condition is met."""
    return {"if": condition, "then": then[0] if len(then) == 1 else {"allOf": list(then)}}


def ref(name: str) -> Json:
    """What is under `$defs`."""
    return {"$ref": f"#/$defs/{name}"}


def same(definition: str, keys: Iterable[str]) -> Json:
    """Members that are what those of a definition are."""
    return {key: {"$ref": f"#/$defs/{definition}/properties/{key}"} for key in keys}


def members(values: Any, names: Any = None, *, least: int = 0) -> Json:
    """An object of members that are all alike."""
    found: Json = {"type": "object", "additionalProperties": values}
    return found | ({"propertyNames": names} if names else {}) | ({"minProperties": least} if least else {})


def items(value: Any, least: int = 0) -> Json:
    """An array of items that are all alike."""
    found: Json = {"type": "array", "items": value}
    return found | ({"minItems": least} if least else {})


def record(heading: str, values: Mapping[str, Any], *rules: Json, required: Iterable[str] = ()) -> Json:
    """An object with known keys, which do what is said of them under a heading."""
    found: Json = {"type": "object", "properties": described(heading, values), "additionalProperties": False}
    found |= {"required": list(required)} if required else {}
    return found | ({"allOf": list(rules)} if rules else {})


def described(heading: str, values: Mapping[str, Any]) -> Json:
    """Schemas by key, each with the effect of the key; the keys are those that stand under the heading."""
    return {key: {**values[key], "description": plain(effect)} for key, effect in WORDS[heading].items()}
