"""Manifests at random, the same for the same seed: types that refer to each other, and endpoints of every kind."""

import copy
from random import Random
from typing import Any, Final

SCALARS: Final[list[Any]] = [
    "string",
    "integer",
    "number",
    "boolean",
    "any",
    {"type": "string", "format": "date-time"},
    {"type": "string", "minLength": 2, "maxLength": 9},
    {"type": "integer", "minimum": 1, "maximum": 9},
    {"type": "string", "nullable": True},
    {"enum": ["a", "b", 1, None]},
    {"const": "x"},
    {"type": ["string", "null"]},
]
FLAGS: Final[list[dict[str, Any]]] = [{}, {}, {"readOnly": True}, {"writeOnly": True}, {"sensitive": True}]


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.names = [f"T{n}" for n in range(self.random.randint(1, 5))]

    def type(self, depth: int = 2) -> Any:
        choices = [*self.random.sample(SCALARS, 3), self.random.choice(self.names)]
        if depth:
            inner = self.type(depth - 1)
            choices += [
                {"type": "array", "items": inner, **self.random.choice([{}, {"maxItems": 3}])},
                {"type": "object", "additionalProperties": inner},
                {"oneOf": [self.type(depth - 1), self.type(depth - 1)]},
                self.object(depth - 1),
            ]
        return copy.deepcopy(self.random.choice(choices))

    def object(self, depth: int = 1) -> dict[str, Any]:
        fields = {f"f-{n}": self.field(depth) for n in range(self.random.randint(0, 4))}
        made = {"properties": fields, "required": [name for name in fields if self.random.random() < 0.4]}
        return {**made, **self.random.choice([{}, {"additionalProperties": True}, {"description": "Said."}])}

    def field(self, depth: int) -> Any:
        said = self.type(depth)
        return {**(said if isinstance(said, dict) else {"type": said}), **self.random.choice(FLAGS)}

    def endpoint(self, index: int) -> dict[str, Any]:
        query = {f"q{n}": {"type": "string", "required": self.random.random() < 0.3} for n in range(2)}
        made: dict[str, Any] = {"method": "POST", "path": f"/e{index}/{{id}}", "response": self.type()}
        parts = [
            {"request": self.object()},
            {"request": self.type()},
            {"query": query},
            {"headers": {"X-A": "1", "X-B": {"type": "integer"}}},
            {"responses": {"201": self.type(), "4XX": self.type(), "default": self.type()}},
            {"pagination": {"style": "cursor", "items": "d", "parameter": "a", "next": "n"}},
            {"tags": ["a"], "deprecated": True, "timeout": 5, "idempotency": True},
            {"security": ["key"], "errors": {"code": "c", "classes": {"a": "One"}}},
        ]
        for part in self.random.sample(parts, 4):
            made.update(part)
        return made if self.random.random() < 0.8 else {"method": "GET", "path": "/s", "streaming": self.stream()}

    def stream(self) -> dict[str, Any]:
        return {"items": self.type(), "events": {"a": self.type()}, "done": "END", "reconnect": True}


def some_manifest(seed: int) -> dict[str, Any]:
    """A manifest that the loader accepts."""
    maker = Maker(seed)
    return {
        "name": "made",
        "servers": [{"url": "https://{r}.test", "name": "a", "variables": {"r": "eu"}}, {"url": "http://b.test"}],
        "security_schemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "endpoints": {f"r{n % 2}.e{n}": maker.endpoint(n) for n in range(maker.random.randint(1, 4))},
        "types": {name: maker.object(2) for name in maker.names},
    }


def mutated(source: dict[str, Any], seed: int) -> dict[str, Any]:
    """The manifest with another field in one of its types, which requests or answers may have, or not."""
    random = Random(-seed)
    chosen = source["types"][random.choice(sorted(source["types"]))]
    chosen["properties"]["new"] = random.choice(SCALARS)
    return source
