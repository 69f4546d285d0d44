"""A manifest that tries to become code, with every text that it may have and every name that it may choose."""

from typing import Any, Final

EVIL: Final = (
    "__import__('os').system('true')",
    '"""\nimport os\nos.system("true")\n"""',
    "'''; import os; '''",
    "\\",
    '\\"""',
    '"',
    "x\n    def evil(self): ...\n",
    "\u202eevil\u2066 \u2028 \x00 \x1b[31m \u200b",
    "{__import__('os')} %s {0}",
    "# type: ignore\n# noqa",
    "e" * 300,
    "__class__",
    "__init__",
    "self",
    "cls",
    "list",
    "str",
    "Any",
    "Literal",
    "Union",
    "TYPE_CHECKING",
    "annotations",
    "_sdk",
    "_given",
    "_calls",
    "class",
    "None",
    "match",
    "caf\u00e9",
    "\u65e5\u672c",
    "1st",
    "a-b",
    "a_b",
    "A B",
    "aB",
    "AB",
    "con",
    "fields",
    "payload",
    "query",
)
"""Texts that end a literal, a docstring, a line or a bracket, and names that another thing has, or that fold to one."""

LINES: Final = [one for one in EVIL if one.isprintable()]
"""Those that may stand where the language wants a line."""


def hostile() -> dict[str, Any]:
    """The manifest."""
    fields = {name: {"type": "string", "description": name, "default": name} for name in EVIL}
    plain = {name: {"type": "string", "description": name} for name in EVIL}
    enum = {"enum": [*EVIL], "description": EVIL[1]}
    return {
        "name": EVIL[1],
        "version": EVIL[7],
        "description": EVIL[1],
        "servers": [{"url": f"https://{index}.test", "name": name} for index, name in enumerate(LINES)],
        "security_schemes": {
            name: {"type": "apiKey", "in": "header", "name": "X-Key", "description": name} for name in EVIL
        },
        "security": [LINES[0]],
        "errors": {"code": "code", "classes": dict(zip(EVIL, _CLASSES, strict=False))},
        "endpoints": {name: _endpoint(name, index, plain) for index, name in enumerate((*EVIL, *_NESTED))},
        "types": {
            **{name: {"description": name, "properties": fields} for name in EVIL},
            "all": {"properties": {"a": enum, "b": {"type": "array", "items": EVIL[0]}, "any": {"oneOf": [*EVIL]}}},
            "enum": enum,
        },
    }


_CLASSES: Final = ("None", "True", "StatusError", "NotFound", "PLACES", "Exception", "Final", "E" * 100)
_NESTED: Final = (
    *("a.b", "a.b.c", "a.B.c", "a", "a_b.c", "self.list", "self.property", "list.list", "x.str", "x.list"),
    f"{'e' * 300}.x.{'y' * 300}",
)


def _endpoint(name: str, index: int, plain: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"method": "POST", "path": f"/e{index}", "description": name, "deprecated": name}
    said["tags"] = [name]
    if index % 5 == 0:
        return {**said, "request": {"properties": plain, "required": [*EVIL]}, "response": EVIL[index % len(EVIL)]}
    if index % 5 == 1:
        return {**said, "method": "GET", "path": f"/e{index}/{{class}}/{{self}}", "query": plain}
    if index % 5 == 2:
        when = {LINES[index % len(LINES)]: True}
        return {**said, "request": EVIL[0], "response": EVIL[1], "streaming": {"when": when, "items": EVIL[2]}}
    if index % 5 == 3:
        return {**said, "streaming": {"done": name, "items": EVIL[3]}}
    headers = {"X-A": {"type": "string", "description": name}, "X-B": {"type": "string", "default": "\"'"}}
    return {**said, "request": {"type": "array", "items": EVIL[4]}, "headers": headers, "response": "all"}
