"""Header fields: case-insensitive, ordered, multi-valued (RFC 9110 section 5).

A repeated field survives as it came. What is printed is safe: the value of a field that
is not on the short list of harmless ones never reaches a repr.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from pristine.ports.errors import InvalidHeader, ResponseError

HeaderSource: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]

PRINTABLE: Final = frozenset(
    """
    accept accept-encoding accept-ranges age allow cache-control connection content-encoding
    content-language content-length content-range content-type date etag expect expires host idempotency-key
    keep-alive last-modified range retry-after retry-after-ms server te trailer transfer-encoding upgrade
    user-agent vary via x-request-id request-id
    """.split()  # noqa: SIM905 thirty quoted words are harder to read
)
"""Fields whose values may be shown. Everything else may carry a credential, whatever its name."""

MASK: Final = "***"

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNSAFE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")


class Headers(Mapping[str, str]):
    """An immutable list of header fields that reads like a mapping.

    `headers["accept"]` joins repeated fields with `", "` (RFC 9110 section 5.3); `get_all` keeps them
    apart, which `Set-Cookie` needs. Iteration gives each name once, in order of first appearance.
    """

    __slots__ = ("_index", "_pairs")

    def __init__(self, source: HeaderSource = ()) -> None:
        pairs = source.multi_items() if isinstance(source, Headers) else _pairs(source)
        self._pairs: tuple[tuple[str, str], ...] = pairs
        self._index: dict[str, list[str]] | None = None

    def multi_items(self) -> tuple[tuple[str, str], ...]:
        """Every field line as (name, value), in order and with repeats."""
        return self._pairs

    def get_all(self, name: str) -> list[str]:
        """All values of a field, in order; empty where it is absent."""
        return list(self._lookup().get(name.lower(), ()))

    def merged(self, other: HeaderSource) -> "Headers":
        """These headers with the fields of `other` in place of those of the same name."""
        theirs = Headers(other)
        if not theirs._pairs:
            return self
        names = theirs._lookup()
        return Headers([pair for pair in self._pairs if pair[0].lower() not in names] + [*theirs._pairs])

    def _lookup(self) -> dict[str, list[str]]:
        if self._index is None:
            index: dict[str, list[str]] = {}
            for name, value in self._pairs:
                index.setdefault(name.lower(), []).append(value)
            self._index = index
        return self._index

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._lookup()[name.lower()])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._lookup()

    def __iter__(self) -> Iterator[str]:
        return iter(self._lookup())

    def __len__(self) -> int:
        return len(self._lookup())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Headers):
            return self._lookup() == other._lookup()
        if isinstance(other, Mapping):
            return self == Headers(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple((name, tuple(values)) for name, values in sorted(self._lookup().items())))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}: {value if name.lower() in PRINTABLE else MASK}" for name, value in self._pairs)
        return f"Headers({shown})"

    def __reduce__(self) -> "tuple[type[Headers], tuple[tuple[tuple[str, str], ...]]]":
        return Headers, (self._pairs,)


def checked(source: HeaderSource) -> Headers:
    """Headers that are safe to send; raises what `check_field` raises."""
    try:
        headers = Headers(source)
        for name, value in headers.multi_items():
            check_field(name, value)
    except (TypeError, ValueError):
        raise InvalidHeader("headers must be a mapping from names to values, or pairs of both") from None
    return headers


def _pairs(source: HeaderSource) -> tuple[tuple[str, str], ...]:
    return tuple(source.items() if isinstance(source, Mapping) else source)


def check_field(name: str, value: object) -> None:
    """Raise InvalidHeader unless the field can be sent as it is; the message never holds the value.

    A name must be a token; a value must be text without line breaks, other control characters, or characters outside
    Latin-1 (RFC 9110 sections 5.1 and 5.5).
    """
    if not isinstance(name, str):
        raise InvalidHeader(f"header name: must be a str, not {type(name).__name__}")
    if not _TOKEN.fullmatch(name):
        # Only its beginning is shown: what follows may be a value that slipped in.
        start = name[: match.end()] if (match := _TOKEN.match(name)) else ""
        said = f"beginning {start!r}" if start else "given"
        raise InvalidHeader(f"header name {said} is not a token: use letters, digits and hyphens", where=start)
    if not isinstance(value, str):
        raise InvalidHeader(f"header {name}: the value must be a str, not {type(value).__name__}", where=name)
    if found := _UNSAFE.search(value):
        raise InvalidHeader(
            f"header {name}: the value holds {found.group()!r} at index {found.start()}; "
            "line breaks, control characters and characters outside Latin-1 cannot be sent",
            where=name,
        )


# An error that was raised without a response has no headers; errors.py cannot say so, being imported here.
ResponseError.headers = Headers()
