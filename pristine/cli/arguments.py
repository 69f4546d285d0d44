"""The texts of a command line -> the values of a call. An error says which argument is wrong and how to write it.

No error repeats a value: what was typed may be a credential.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import click

from pristine.manifest.model import Parameter
from pristine.ports.errors import InvalidHeader, InvalidParameter, InvalidPayload
from pristine.ports.fields import check_field
from pristine.ports.model import Model
from pristine.ports.serializer import Schema

Pairs = tuple[tuple[str, str], ...]


def headers(ctx: click.Context, param: click.Parameter, given: Sequence[str]) -> Pairs:
    """`'Name: value'`, each."""
    return tuple(_header(text, ctx, param) for text in given)


def _header(text: str, ctx: click.Context, param: click.Parameter) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    try:
        check_field(name, value.strip())
    except InvalidHeader as error:
        # The name of a header without a colon is the whole text, and that may be a token.
        told = error.message if colon and re.fullmatch(r"[\w\-]+", name) else "write it as 'Name: value'"
        raise click.BadParameter(told, ctx, param) from None
    if not colon:
        raise click.BadParameter("write it as 'Name: value'", ctx, param)
    return name, value.strip()


def pairs(ctx: click.Context, param: click.Parameter, given: Sequence[str]) -> Pairs:
    """`name=value`, each; what follows the first `=` is the value."""
    parts = [text.partition("=") for text in given]
    if not all(name and equals for name, equals, _ in parts):
        raise click.BadParameter("write it as name=value", ctx, param)
    return tuple((name, value) for name, _, value in parts)


def payload(text: str | None) -> Any:
    """The payload: inline JSON, `-` for stdin, `@file`; raises InvalidPayload with line and column."""
    if text is None:
        return None
    source, data = _source(text)
    try:
        return json.loads(data if isinstance(data, str) else data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        told = f"{error.msg} at line {error.lineno}, column {error.colno}"
    except UnicodeDecodeError as error:
        told = f"no UTF-8 at byte {error.start}"
    except RecursionError:
        told = "nested too deeply"
    except ValueError as error:
        told = str(error)
    raise InvalidPayload(f"{source} is not JSON: {told}", where="payload")


def _source(text: str) -> tuple[str, str | bytes]:
    if text in {"-", "@-"}:
        stdin = getattr(sys.stdin, "buffer", None)  # sys.stdin is None where the process was started without one
        return "the payload on stdin", stdin.read() if stdin else b""
    if not text.startswith("@"):
        return "the payload", text
    try:
        return f"the payload in {text[1:]}", Path(text[1:]).read_bytes()
    except OSError as error:
        raise InvalidPayload(f"the payload in {text[1:]}: {error.strerror}", where="payload") from error


# -- parameters: text, or what the manifest declares -------------------------------------------------------------------


def parameters(given: Pairs, declared: Mapping[str, Parameter], kind: str) -> dict[str, Any]:
    """Parameters of a kind ("path", "query") by name; a repeated name is an array, where there can be one."""
    found: dict[str, list[str]] = {}
    for name, text in given:
        found.setdefault(name, []).append(text)
    schemas = {name: declared[name].schema if name in declared else None for name in found}
    return {name: _value(texts, schemas[name], f"{kind} parameter {name!r}") for name, texts in found.items()}


def _value(texts: list[str], schema: Schema, what: str) -> Any:
    if (items := _items(schema)) is not None:
        return [_converted(text, items) for text in texts]
    if len(texts) == 1:
        return _converted(texts[0], schema)
    if schema not in {None, Any} or what.startswith("path"):
        raise InvalidParameter(f"{what} takes one value, but {len(texts)} were given")
    return texts


def _items(schema: Schema) -> Schema:
    """The type of an array's items, whether or not it may be null; None for what is no array."""
    origin: Any = get_origin(schema)
    if origin is list:
        return get_args(schema)[0]
    found = [_items(one) for one in get_args(schema)] if origin is not Literal else []
    return next(filter(None, found), None)


def _converted(text: str, schema: Schema) -> Any:
    """The text as a value of the type, or as it is: then the call says what it must be."""
    origin: Any = get_origin(schema)
    if origin is Literal:
        return next((member for member in get_args(schema) if _written(member) == text), text)
    if schema in _FORMS:
        form, read = _FORMS[schema]
        return read(text) if form.fullmatch(text) else text
    if origin is dict or (isinstance(schema, type) and issubclass(schema, Model)):
        return _object(text)
    values = (_converted(text, one) for one in get_args(schema))
    return next((value for value in values if value is not text), text)


def _written(member: object) -> str:
    return json.dumps(member) if not isinstance(member, str) else member


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _number(text: str) -> int | float:
    return int(text) if _WHOLE.fullmatch(text) else float(text)


_WHOLE: Final = re.compile(r"[+-]?\d{1,4000}", re.ASCII)
_FORMS: Final[Mapping[Any, tuple[re.Pattern[str], Callable[[str], Any]]]] = {
    int: (_WHOLE, int),
    float: (re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII), _number),
    bool: (re.compile("true|false"), lambda text: text == "true"),
}
