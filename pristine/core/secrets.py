"""Credentials are taken out of whatever a server sends back before it becomes part of an error."""

import re
from base64 import b64decode
from typing import Final
from urllib.parse import unquote_plus, urlsplit

from pristine.ports.headers import MASK, PRINTABLE
from pristine.ports.messages import Request

_SHORTEST: Final = 4
"""Shorter values are left: masking every "1" would ruin the message and hide nothing."""

_SPEAKS: Final = re.compile(r"auth|cookie|credential|key|passw|secret|session|sig|token", re.IGNORECASE)


def credentials(unsigned: Request, signed: Request) -> list[str]:
    """The secret values of a request, longest first: what its Auth added, and fields whose name speaks of a secret."""
    plain = set(unsigned.headers.multi_items())
    found: set[str] = set()
    for name, value in signed.headers.multi_items():
        if name.lower() not in PRINTABLE and ((name, value) not in plain or _SPEAKS.search(name)):
            found |= {value, value.rpartition(" ")[2], *_password(value)}
    for pair in urlsplit(signed.url).query.split("&"):
        name, _, value = pair.partition("=")
        if _SPEAKS.search(name):
            found |= {value, unquote_plus(value)}
    return sorted((value for value in found if len(value) >= _SHORTEST), key=len, reverse=True)


def _password(value: str) -> list[str]:
    """The password of Basic credentials, which a server may echo decoded."""
    scheme, _, pair = value.partition(" ")
    if scheme.lower() != "basic":
        return []
    try:
        return [b64decode(pair).decode().partition(":")[2]]
    except ValueError:
        return []


def scrub(body: bytes, secrets: list[str]) -> bytes:
    """The body with every secret masked."""
    for secret in secrets:
        body = body.replace(secret.encode("utf-8", "surrogateescape"), MASK.encode())
    return body
