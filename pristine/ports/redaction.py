"""What is a credential, and how it is taken out of what is shown or kept: errors, recordings. Pure.

A name may speak of a secret; a value is then masked wherever it occurs, in every spelling that a server may echo.
"""

import json
import re
from base64 import b64decode
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote_plus, urlsplit

from pristine.ports.headers import MASK, PRINTABLE
from pristine.ports.messages import Request

SHORTEST: Final = 4
"""Shorter values are left: masking every "1" would ruin the message and hide nothing."""

_SPEAKS: Final = re.compile(r"auth|cookie|credential|key|passw|secret|session|sig|token", re.IGNORECASE)


def speaks(name: str) -> bool:
    """Whether the name of a header field or of a parameter speaks of a secret."""
    return _SPEAKS.search(name) is not None


def credentials(unsigned: Request, signed: Request) -> list[str]:
    """The secret values of a request, longest first: what its Auth added, and fields whose name speaks of a secret."""
    plain = set(unsigned.headers.multi_items())
    found: set[str] = set()
    for name, value in signed.headers.multi_items():
        if name.lower() not in PRINTABLE and ((name, value) not in plain or speaks(name)):
            found |= {value, value.rpartition(" ")[2], *_password(value)}
    for pair in urlsplit(signed.url).query.split("&"):
        name, _, value = pair.partition("=")
        if speaks(name):
            found |= {value, unquote_plus(value)}
    return longest_first(found)


def longest_first(values: Iterable[str]) -> list[str]:
    """The values that are long enough to be masked, in the order in which that must happen."""
    return sorted({value for value in values if len(value) >= SHORTEST}, key=lambda value: (-len(value), value))


def _password(value: str) -> list[str]:
    """The password of Basic credentials, which a server may echo decoded."""
    return [basic_pair(value)[1]]


def basic_pair(value: str) -> tuple[str, str]:
    """The user and the password of Basic credentials (RFC 7617 section 2); both are "" for what are none."""
    scheme, _, pair = value.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = b64decode(pair).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def spellings(secret: str) -> list[bytes]:
    """A secret as it is, as JSON writes it, and as a URL does; longest first."""
    written = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    written |= {quote(secret, safe="", errors="replace"), quote(secret, errors="replace")}
    return sorted((text.encode("utf-8", "surrogateescape") for text in written), key=len, reverse=True)


def scrub(body: bytes, secrets: list[str]) -> bytes:
    """The body with every secret masked."""
    for secret in secrets:
        for spelling in spellings(secret):
            body = body.replace(spelling, MASK.encode())
    return body
