"""What the mock has received: calls by endpoint, with their values as plain Python. A repr shows no secret."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, overload

import attrs

from pristine.manifest.model import NOTHING
from pristine.ports.headers import MASK, Headers, as_headers
from pristine.ports.model import WIRE, Model, is_model
from pristine.ports.serializer import Schema

_SPEAKS: Final = re.compile(r"auth|cookie|credential|(^|[^a-z])key|passw|secret|session|sig|token", re.IGNORECASE)
_LONGEST: Final = 80


@attrs.frozen(kw_only=True, repr=False)
class Received:
    """One call.

    `endpoint` is its id, "" where there is none. `path_params`, `query`, `headers` and `body` are as they were
    declared: numbers are numbers, a form is an object whose files are bytes. `status` is that of the answer, None where
    the connection was broken instead; `refused` says what was wrong with the call, "" if nothing. `repeated`: it was
    answered as an earlier one with its idempotency key. `path` is as it was encoded; in `shown_path` what may be secret
    is masked. `schema` is the type of the body.
    """

    endpoint: str
    method: str
    path: str
    path_params: Mapping[str, Any] = NOTHING
    query: Mapping[str, Any] = NOTHING
    headers: Headers = attrs.field(factory=Headers, converter=as_headers)
    body: Any = None
    status: int | None = None
    refused: str = ""
    repeated: bool = False
    shown_path: str = attrs.field(default="", eq=False)
    schema: Schema = attrs.field(default=None, eq=False)

    def __repr__(self) -> str:
        parts = {
            "path_params": masked(self.path_params),
            "query": masked(self.query),
            "body": masked(self.body, self.schema),
            "status": self.status,
            "refused": self.refused,
        }
        said = "".join(f", {name}={value!r}" for name, value in parts.items() if value not in ({}, None, ""))
        return f"Received({self.endpoint or 'no endpoint'}: {self.method} {self.shown_path}{said})"


def masked(value: Any, schema: Schema = None) -> Any:
    """A value to be shown: what its type calls sensitive, and what no type says but its name speaks of, is masked."""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}…"
    if isinstance(value, Mapping):
        fields = [field for cls in _models(schema) for field in attrs.fields(cls)]  # type: ignore[arg-type]  # made by attrs
        return {
            name: _shown(name, part, [one for one in fields if one.metadata[WIRE] == name])
            for name, part in value.items()
        }
    if isinstance(value, (list, tuple)):
        inner = [one for one in getattr(schema, "__args__", ()) if one is not type(None)]
        return [masked(part, inner[0] if len(inner) == 1 else None) for part in value]
    return value


def _shown(name: str, value: Any, fields: Sequence[Any]) -> Any:
    if any(field.repr is not True for field in fields) or (not fields and is_secret(name) and isinstance(value, str)):
        return MASK
    return masked(value, fields[0].type if fields else None)


def is_secret(name: str) -> bool:
    """Whether a name speaks of a secret."""
    return _SPEAKS.search(name) is not None


def _models(schema: Schema) -> Iterator[type[Model]]:
    if is_model(schema):
        yield schema
    for part in getattr(schema, "__args__", ()):
        yield from _models(part)


class History(Sequence[Received]):
    """Calls in the order in which they came: `history[0]`, `history["chat.completions"]`, `len(history)`."""

    def __init__(self, calls: Iterable[Received]) -> None:
        self._calls = tuple(calls)

    def __len__(self) -> int:
        return len(self._calls)

    @overload
    def __getitem__(self, key: int) -> Received: ...
    @overload
    def __getitem__(self, key: slice | str) -> "History": ...
    def __getitem__(self, key: int | slice | str) -> "Received | History":
        if isinstance(key, str):
            return History([call for call in self._calls if call.endpoint == key])
        return History(self._calls[key]) if isinstance(key, slice) else self._calls[key]

    def __repr__(self) -> str:
        return f"History({list(self._calls)!r})"
