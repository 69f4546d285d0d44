"""Header fields: case-insensitive, ordered, multi-valued (RFC 9110 section 5).

A repeated field survives as it came. What is printed is safe: the value of a field that
is not on the short list of harmless ones never reaches a repr.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar, overload

T = TypeVar("T")
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


class Headers(Mapping[str, str]):
    """An immutable list of header fields that reads like a mapping.

    `headers["accept"]` joins repeated fields with `", "` (RFC 9110 section 5.3); `get_all` keeps them
    apart, which `Set-Cookie` needs. Iteration gives each name once, in order of first appearance.
    """

    __slots__ = ("_index", "_pairs")

    def __init__(self, source: HeaderSource = ()) -> None:
        self._pairs = _pairs(source)
        self._index: dict[str, str] | None = None

    def multi_items(self) -> tuple[tuple[str, str], ...]:
        """Every field line as (name, value), in order and with repeats."""
        return self._pairs

    def get_all(self, name: str) -> list[str]:
        """All values of a field, in order; empty where it is absent."""
        wanted = name.lower()
        return [value for own, value in self._pairs if own.lower() == wanted]

    def merged(self, other: HeaderSource) -> "Headers":
        """These headers with the fields of `other` in place of those of the same name."""
        pairs = _pairs(other)
        if not pairs:
            return self
        names = {name.lower() for name, _ in pairs}
        kept = self._pairs
        if not names.isdisjoint(self._lookup()):
            kept = tuple(pair for pair in kept if pair[0].lower() not in names)
        return Headers(kept + pairs)

    def mention(self, text: str) -> bool:
        """Whether a text, in lower case, is in the name of a field."""
        return text in " ".join(self._index or self._lookup())

    def shown(self) -> list[str]:
        """Every field line, with a mask for a value that may be secret."""
        return [f"{name}: {value if name.lower() in PRINTABLE else MASK}" for name, value in self._pairs]

    def _lookup(self) -> dict[str, str]:
        """The values by lower name, repeated fields joined: made when first asked for, and that for every answer."""
        if self._index is None:
            index = {name.lower(): value for name, value in self._pairs}
            if len(index) < len(self._pairs):
                index = {name: ", ".join(values) for name, values in self._by_name().items()}
            self._index = index
        return self._index

    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self._pairs:
            found.setdefault(name.lower(), []).append(value)
        return found

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: T) -> str | T: ...
    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field, as `headers[name]` gives it, or the default."""
        return (self._index or self._lookup()).get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return self._lookup()[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in (self._index or self._lookup())

    def __iter__(self) -> Iterator[str]:
        return iter(self._index or self._lookup())

    def __len__(self) -> int:
        return len(self._lookup())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Headers):
            return self._by_name() == other._by_name()
        if isinstance(other, Mapping):
            return self == Headers(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple((name, tuple(values)) for name, values in sorted(self._by_name().items())))

    def __repr__(self) -> str:
        return f"Headers({', '.join(self.shown())})"

    def __reduce__(self) -> "tuple[type[Headers], tuple[tuple[tuple[str, str], ...]]]":
        return Headers, (self._pairs,)


def as_headers(source: HeaderSource) -> Headers:
    """The source, if it is Headers already; they are immutable."""
    return source if source.__class__ is Headers else Headers(source)


def _pairs(source: HeaderSource) -> tuple[tuple[str, str], ...]:
    kind = source.__class__  # first, for what there is most: to ask whether it is a Mapping takes ten times as long
    if kind is tuple or kind is list:
        return tuple(source)  # type: ignore[arg-type]  # it is no mapping
    if kind is dict:
        return tuple(source.items())  # type: ignore[union-attr]  # it is a mapping
    if isinstance(source, Headers):
        return source.multi_items()
    return tuple(source.items() if isinstance(source, Mapping) else source)
