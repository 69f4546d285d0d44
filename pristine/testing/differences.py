"""How a request differs from what it was to be, part by part, in words that can be shown.

A text that is a member or a parameter of a name which speaks of a secret is masked.
"""

import json as notation
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import attrs

from pristine.core.requests.urls import encode_query
from pristine.ports.headers import MASK, PRINTABLE
from pristine.ports.messages import Request
from pristine.ports.redaction import speaks
from pristine.streaming.content_coding import decode_content

Difference: TypeAlias = tuple[str, str, str]
"""(where, what was expected, what came), ready to be shown."""

WIDTH: Final = 300
"""How much of a value is shown."""

_NOTHING: Final = object()
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\-. ]+")
_SECRET_WORDS: Final = frozenset(
    {"auth", "authorization", "cookie", "credential", "credentials", "key", "passphrase", "password", "passwd"}
    | {"secret", "signature", "token"}
)


@attrs.frozen(kw_only=True)
class Wanted:
    """What a request must be like; `...` is anything."""

    json: Any
    form: Mapping[str, Any] | None
    query: Mapping[str, Any] | None
    headers: Mapping[str, str | None] | None
    body: bytes | None


def differences_of(request: Request, wanted: Wanted) -> Iterator[Difference]:
    """In the order in which they are read: query, headers, body."""
    content = _content(request)
    if wanted.query is not None:
        yield from _in_pairs("query", urlsplit(request.url).query, wanted.query)
    if wanted.headers is not None:
        for name, value in wanted.headers.items():
            yield from _in_header(name, request.headers.get(name), value)
    if wanted.json is not ...:
        try:
            yield from _in_json("json", notation.loads(content), wanted.json, secret=False)
        except ValueError:
            yield "json", "a body that is JSON", _shown(content or _NOTHING)
    if wanted.form is not None:
        yield from _in_pairs("form", content.decode("utf-8", "replace"), wanted.form)
    if wanted.body is not None and content != wanted.body:
        yield "body", _shown(wanted.body), _shown(content or _NOTHING)


def _content(request: Request) -> bytes:
    """The body without its content coding."""
    body = request.body if isinstance(request.body, bytes) else b""
    return decode_content(body, request.headers.get("content-encoding", ""), None)


def _in_pairs(where: str, came: str, expected: Mapping[str, Any]) -> Iterator[Difference]:
    """Between pairs as they are in a query or a form: names in any order, the values of each in theirs."""
    there, wanted = _values(came), _values(encode_query(expected))
    for name in [*wanted, *(name for name in there if name not in wanted)]:
        if there.get(name) != wanted.get(name):
            shown = [_shown(values.get(name, _NOTHING), secret=speaks(name)) for values in (wanted, there)]
            yield f"{where}.{name}", shown[0], shown[1]


def _values(pairs: str) -> dict[str, Any]:
    """Name -> its value, or its values where there are several."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(pairs, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _in_header(name: str, came: str | None, expected: str | None) -> Iterator[Difference]:
    if came != expected:
        secret = speaks(name) and name.lower() not in PRINTABLE
        shown = [_shown(_NOTHING if value is None else value, secret=secret) for value in (expected, came)]
        yield f"header {name}", shown[0], shown[1]


def _in_json(where: str, came: Any, expected: Any, *, secret: bool) -> Iterator[Difference]:
    if isinstance(came, dict) and isinstance(expected, dict):
        for name in [*expected, *(name for name in came if name not in expected)]:
            parts = came.get(name, _NOTHING), expected.get(name, _NOTHING)
            yield from _in_json(f"{where}.{name}", *parts, secret=secret or _speaks(str(name)))
    elif isinstance(came, list) and isinstance(expected, (list, tuple)):
        for index in range(max(len(came), len(expected))):
            parts = (_at(came, index), _at(expected, index))
            yield from _in_json(f"{where}[{index}]", *parts, secret=secret)
    elif not _equal(came, expected):
        yield where, _shown(expected, secret=secret), _shown(came, secret=secret)


def _at(items: Sequence[Any], index: int) -> Any:
    return items[index] if index < len(items) else _NOTHING


def _equal(came: Any, expected: Any) -> bool:
    """Equal as JSON has it, where true is not 1."""
    plain = isinstance(expected, (bool, int, float))
    return bool(expected == came) and not (plain and isinstance(expected, bool) is not isinstance(came, bool))


def _speaks(name: str) -> bool:
    """Whether the name of a member speaks of a secret, by its words: `accessToken` does, `assigned_to` does not."""
    return not _SECRET_WORDS.isdisjoint(_WORDS.sub(" ", name).lower().split())


def _shown(value: Any, *, secret: bool = False) -> str:
    if value is _NOTHING:
        return "nothing"
    return MASK if secret and not isinstance(value, (bool, int, float)) else f"{value!r:.{WIDTH}}"


def members(request: Request) -> Any:
    """The body as JSON, or else as a form."""
    content = _content(request)
    try:
        return notation.loads(content)
    except ValueError:
        return _values(content.decode("utf-8", "replace"))


def spoken(value: Any, secret: bool = False) -> Iterator[str]:
    """The texts that are members of a name that speaks of a secret, or are within one."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from spoken(part, secret or _speaks(str(name)))
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from spoken(part, secret)
    elif secret and isinstance(value, str):
        yield value
