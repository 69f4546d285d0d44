"""Manifest types of all kinds, and JSON texts that are of them, or nearly, or damaged; the same for the same seed.

hypothesis draws the seed. Left alone it prefers very small types and texts, in which little can go wrong.
"""

import json
from collections.abc import Callable, Sequence
from random import Random
from types import UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import attrs

import pristine
from pristine.ports.model import is_model, wire_names
from tests.support.offline import manifest

T = TypeVar("T")

NAMES = ["A", "B", "C"]
FIELDS = ["a", "b", "items", "get", "x-y", "class", "_x", "self", ""]
ODD = ["__class__", "__dict__", "_wire", "_names", "mro", "é"]
"""Names that cannot be given to a class."""
MEMBERS: list[Any] = ["new", "", 1, 0, True, None]
STRINGS = ['""', '"a"', '"new"', '"é"', '"\\u0061\\n\\/"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00x"', '"1.0"']
WHOLE = ["0", "1", "-1", "-0", "9007199254740993", "18446744073709551615", "18446744073709551616", "1" + "0" * 40]
NUMBERS = [
    "-0.0", "1.0", "1e2", "1E-2", "100e-2", "2.5", "0.1", "1e400", "-1e400", "1e-400", "5e-324", "9007199254740993.0",
    "-9223372036854775809", "0." + "3" * 40, "0e999", "7" * 4300, "7" * 4301, "1e23", "2.2250738585072011e-308",
]  # fmt: skip
BOOLEANS = ["true", "false"]
OTHERS = ["[]", "{}", "[1]", '{"a": 1}', '[{"a": null}]', "[[0.5]]", '{"b": {"a": [true]}}']
RAW = ['"\udcff"', '"\udced\udca0\udc80"', '"\udcc0\udc80"']
"""Bytes that are not UTF-8, by surrogateescape."""
BROKEN = [*RAW, "NaN", "-Infinity", "01", "1.", ".5", "+1", "1e", "-", "tru", "nan", '"\t"', '"\\x"', '"\\u12"', "'a'"]
ANYTHING = [*RAW, *STRINGS, *WHOLE, *NUMBERS, *BOOLEANS, "null", *OTHERS]
SCALARS: dict[Any, list[str]] = {
    str: STRINGS, int: WHOLE, float: WHOLE + NUMBERS, bool: BOOLEANS, type(None): ["null"], Any: ANYTHING,
}  # fmt: skip
TEXTS = ['"2025-01-31"', '"AP8="', '"1.50"', '"00000000-0000-0000-0000-000000000005"', '"other"']
"""What has a format."""
SPACES = ["", "", "", " ", "\n\t\r "]
WORDS = ["string", "integer", "number", "number", "boolean", "null", "any"]


class Author:
    """Writes schemas, and texts for them."""

    def __init__(self, seed: int) -> None:
        self._luck = Random(seed)

    def _one(self, choices: Sequence[T]) -> T:
        return self._luck.choice(choices)

    def _some(self, most: int) -> range:
        return range(self._luck.randint(0, most))

    def _in_one_of(self, number: int) -> bool:
        return not self._luck.randrange(number)

    # -- schemas -------------------------------------------------------------------------------------------------------

    def schema(self) -> Any:
        """What a manifest makes: a Model that may lead to others and to itself, or something with it in it."""
        types = pristine.load_manifest(manifest(types={name: self._declaration() for name in NAMES})).types
        cls = types["A"]
        return self._one([cls, cls, cls, list[cls], dict[str, cls], cls | None, dict[str, list[cls | None]]])  # type: ignore[valid-type]

    def _declaration(self, deep: int = 0) -> Any:
        names = FIELDS + ODD if self._in_one_of(20) else FIELDS
        fields = self._luck.sample(names, self._luck.randint(1, 5))
        required = [name for name in fields if self._in_one_of(2)]
        return {"properties": {name: self._field(deep) for name in fields}, "required": required}

    def _field(self, deep: int) -> Any:
        defaults = [{"type": "integer", "default": 7}, {"type": "array", "items": "A", "default": []}]
        if self._in_one_of(10):
            return self._one(defaults)
        directed = {"type": "integer", self._one(["readOnly", "writeOnly"]): True}
        return directed if self._in_one_of(15) else self._expression(deep + 1)

    def _expression(self, deep: int) -> Any:
        kinds: list[Callable[[int], Any]] = [self._word, self._word, self._word, self._enum, self._bounded]
        kinds += [self._object, self._array, self._nullable, self._map] if deep < 3 else []
        kinds += (
            [self._union, self._formatted] if deep < 3 and self._in_one_of(6) else []
        )  # few: most are not msgspec's
        return self._one(kinds)(deep)

    def _bounded(self, _: int) -> Any:
        return self._one([{"type": "integer", "minimum": 3}, {"type": "string", "maxLength": 1}, {"const": "new"}])

    def _formatted(self, _: int) -> Any:
        return {"type": "string", "format": self._one(["date", "byte", "decimal", "uuid"])}

    def _map(self, deep: int) -> Any:
        return {"type": "object", "additionalProperties": self._expression(deep + 1)}

    def _union(self, deep: int) -> Any:
        return {self._one(["oneOf", "anyOf"]): [self._expression(deep + 1), self._expression(deep + 1)]}

    def _word(self, _: int) -> Any:
        return self._one([*WORDS, *NAMES])

    def _enum(self, _: int) -> Any:
        return {"enum": self._luck.sample(MEMBERS, self._luck.randint(1, 3))}

    def _object(self, deep: int) -> Any:
        return self._declaration(deep) if self._in_one_of(2) else {"type": "object"}

    def _array(self, deep: int) -> Any:
        return {"type": "array", "items": self._expression(deep + 1)}

    def _nullable(self, deep: int) -> Any:
        one = self._expression(deep + 1)
        said = {"$ref": one} if one in NAMES else {"type": one} if isinstance(one, str) else one
        return {**said, "nullable": True}

    # -- texts ---------------------------------------------------------------------------------------------------------

    def document(self, schema: Any) -> bytes:
        return self._text(schema, 0).encode(errors="surrogateescape")

    def damaged(self, document: bytes) -> bytes:
        at = self._luck.randint(0, len(document))
        return self._one(DAMAGE)(document[:at], document[at:])

    def _text(self, schema: Any, deep: int) -> str:
        if self._in_one_of(80) or deep > 5:
            return self._one(BROKEN if self._in_one_of(3) else ANYTHING)
        if is_model(schema):
            return self._object_text(_wire_fields(schema), deep)
        if get_origin(schema) in COMPOSED:
            return COMPOSED[get_origin(schema)](self, deep, *get_args(schema))
        return self._one(ANYTHING if self._in_one_of(30) else SCALARS.get(schema, TEXTS))

    def _object_text(self, fields: list[tuple[str, Any, bool]], deep: int) -> str:
        sent = [(name, part) for name, part, required in fields if not self._in_one_of(20 if required else 3)]
        return self._members(sent, deep)

    def _enum_text(self, _: int, *members: Any) -> str:
        return json.dumps(self._one([*members, "other"]))

    def _array_text(self, deep: int, part: Any) -> str:
        return f"[{','.join(self._part(part, deep) for _ in self._some(2))}]"

    def _map_text(self, deep: int, _: Any, part: Any) -> str:
        return self._members([(self._one(FIELDS), part) for _ in self._some(2)], deep)

    def _union_text(self, deep: int, *schemas: Any) -> str:
        return self._text(schemas[-1] if deep > 3 else self._one(schemas), deep)

    def _annotated_text(self, deep: int, schema: Any, *_: Any) -> str:
        return self._text(schema, deep)

    def _members(self, fields: list[tuple[str, Any]], deep: int) -> str:
        """An object, perhaps with fields that are not declared, fields twice, and names that are escaped."""
        fields = [*fields, *[(self._one(["more", *FIELDS]), Any) for _ in self._some(1)]]
        fields += self._luck.sample(fields, 1) if fields and self._in_one_of(5) else []
        self._luck.shuffle(fields)
        return f"{{{','.join(f'{self._name(name)}:{self._part(part, deep)}' for name, part in fields)}}}"

    def _name(self, name: str) -> str:
        return f'"\\u{ord(name[0]):04x}{name[1:]}"' if name and self._in_one_of(10) else json.dumps(name)

    def _part(self, schema: Any, deep: int) -> str:
        return self._one(SPACES) + self._text(schema, deep + 1) + self._one(SPACES)


def _wire_fields(cls: Any) -> list[tuple[str, Any, bool]]:
    names = {name: wire for wire, name in wire_names(cls).items()}
    return [(names[field.name], field.type, field.default is attrs.NOTHING) for field in attrs.fields(cls)]


COMPOSED: Final[dict[Any, Callable[..., str]]] = {
    Literal: Author._enum_text,
    Annotated: Author._annotated_text,
    list: Author._array_text,
    dict: Author._map_text,
    Union: Author._union_text,
    UnionType: Author._union_text,
}
DAMAGE: Final[list[Callable[[bytes, bytes], bytes]]] = [
    lambda start, _: start,
    lambda start, rest: start + b"\xff" + rest,
    lambda start, rest: start + b"\xed\xa0\x80" + rest,
    lambda start, rest: start + b"\0" + rest,
    lambda start, rest: start + b"," + rest,
    lambda start, rest: start + rest[1:],
    lambda start, rest: start + rest + b"]",
    lambda start, rest: b"\xef\xbb\xbf" + start + rest,
    lambda start, rest: (start + rest).decode(errors="replace").encode("utf-16"),
    lambda start, rest: (start + rest).decode(errors="replace").encode("utf-16-be"),
    lambda start, rest: (start + rest).decode(errors="replace").encode("utf-32-le"),
]
