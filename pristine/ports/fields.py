"""What may be sent as a header field: the check that stands between a caller's text and the wire."""

from typing import Final

from pristine.ports.errors import InvalidHeader
from pristine.ports.headers import Headers, HeaderSource, as_headers
from pristine.ports.patterns import pattern

TOKEN: Final = pattern(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
UNSAFE: Final = pattern(r"[^\t\x20-\x7e\x80-\xff]")


def checked(source: HeaderSource) -> Headers:
    """Headers that are safe to send; raises what `check_field` raises."""
    try:
        headers = as_headers(source)
        for name, value in headers.multi_items():
            check_field(name, value)
    except (TypeError, ValueError):
        raise InvalidHeader("headers must be a mapping from names to values, or pairs of both") from None
    return headers


def check_field(name: str, value: object) -> None:
    """Raise InvalidHeader unless the field can be sent as it is; the message never holds the value.

    A name must be a token; a value must be text without line breaks, other control characters, or characters outside
    Latin-1 (RFC 9110 sections 5.1 and 5.5).
    """
    if not isinstance(name, str):
        raise InvalidHeader(f"header name: must be a str, not {type(name).__name__}")
    if not TOKEN.fullmatch(name):
        # Only its beginning is shown: what follows may be a value that slipped in.
        start = name[: match.end()] if (match := TOKEN.match(name)) else ""
        said = f"beginning {start!r}" if start else "given"
        raise InvalidHeader(f"header name {said} is not a token: use letters, digits and hyphens", where=start)
    if not isinstance(value, str):
        raise InvalidHeader(f"header {name}: the value must be a str, not {type(value).__name__}", where=name)
    if found := UNSAFE.search(value):
        raise InvalidHeader(
            f"header {name}: the value holds {found.group()!r} at index {found.start()}; "
            "line breaks, control characters and characters outside Latin-1 cannot be sent",
            where=name,
        )
