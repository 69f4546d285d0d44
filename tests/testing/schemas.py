"""Types at random: every kind, with bounds and formats, that refer to each other."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final, TypeAlias

from pristine.manifest.types import PRIMITIVES

TEXTS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"minLength": 3},
    {"maxLength": 4},
    {"minLength": 40, "maxLength": 41},
    {"maxLength": 0},
    {"pattern": "^[a-z]{2,8}-\\d+$"},
    {"pattern": "^(foo|bar)_\\w*$", "maxLength": 12},
    {"pattern": "[A-F0-9]", "minLength": 9},
    *({"format": name} for name in ("date-time", "date", "time", "duration", "uuid", "byte", "decimal")),
    {"format": "byte", "minLength": 20, "maxLength": 24},
)
NUMBERS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"minimum": 3},
    {"maximum": -3},
    {"minimum": 0.5, "maximum": 9.25},
    {"exclusiveMinimum": 3, "exclusiveMaximum": 5},
    {"multipleOf": 7},
    {"multipleOf": 2, "minimum": 11, "maximum": 12},
    {"minimum": 10**12},
)


Choices: TypeAlias = list[Callable[[], Any]]


class Schemas:
    """Manifests of types that refer to each other, at random."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.names = [f"T{index}" for index in range(self.random.randint(1, 5))]

    def types(self) -> dict[str, Any]:
        kinds = {name: self.object(name) for name in self.names}
        self_made = {"Kind": {"oneOf": self.names[:], "discriminator": {"propertyName": "kind"}}}
        bounded = {**self.object("B"), "minProperties": 1, "maxProperties": 6}
        return {**kinds, **(self_made if len(self.names) > 1 else {"Kind": self.names[0]}), "B": bounded}

    def object(self, name: str) -> dict[str, Any]:
        fields = {f"f-{index}": self.field() for index in range(self.random.randint(0, 5))}
        required = [field for field in fields if self.random.random() < 0.4 and not self.recurs(fields[field])]
        made: dict[str, Any] = {"properties": {"kind": {"const": name}, **fields}, "required": ["kind", *required]}
        if self.random.random() < 0.2:
            made["additionalProperties"] = True
        return made

    def field(self) -> Any:
        found = self.type(2)
        said = {} if isinstance(found, str) else found
        if self.random.random() < 0.3:
            said = {**(said or {"type": found}), self.random.choice(["readOnly", "writeOnly", "nullable"]): True}
        return said or found

    def recurs(self, field: Any) -> bool:
        return any(f'"{name}"' in json.dumps(field) for name in (*self.names, "Kind")) and '"array"' not in json.dumps(
            field
        )

    def type(self, depth: int) -> Any:
        choices: Choices = [
            lambda: self.random.choice([name for name in PRIMITIVES if name != "null"]),
            lambda: {"type": "string", **self.random.choice(TEXTS)},
            lambda: {"type": "number", **self.random.choice(NUMBERS)},
            lambda: {"type": "integer", **self.random.choice(NUMBERS)},
            lambda: {"type": "integer", "format": self.random.choice(["int32", "int64"])},
            lambda: {"enum": ["a", 1, True, None]},
            lambda: self.random.choice([*self.names, "Kind"]),
        ]
        inner: Choices = [
            lambda: {"type": "array", "items": self.type(depth - 1), **self.random.choice([{}, {"maxItems": 2}])},
            lambda: {"type": "array", "items": "integer", "uniqueItems": True, "minItems": 4},
            lambda: {"type": "object", "additionalProperties": self.type(depth - 1)},
            lambda: {"type": "object", "minProperties": 2, "maxProperties": 2},
            lambda: {"anyOf": [self.type(depth - 1), self.type(depth - 1)]},
            lambda: {"type": ["string", "null"], "minLength": 3},
        ]
        return self.random.choice([*choices, *inner] if depth else choices)()
