"""What is a credential, and how it is taken out of what is shown or kept: errors, recordings. Pure.

A name may speak of a secret; a value is then masked wherever it occurs, in every spelling that a server may echo.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote_plus, urlsplit

from pristine.ports.headers import MASK, PRINTABLE
from pristine.ports.messages import Request
from pristine.ports.patterns import pattern

SHORTEST: Final = 4
"""Shorter values are left: masking every "1" would ruin the message and hide nothing."""

_SPEAKS: Final = pattern(r"auth|cookie|credential|key|passw|secret|session|sig|token", re.IGNORECASE)


def speaks(name: str) -> bool:
    """Whether the name of a header field or of a parameter speaks of a secret."""
    return _SPEAKS.search(name) is not None


_IS_SECRET: Final = pattern(
    r"((?<!page)(?<!next)(?<!continuation)token|secret|passw(or)?d|passphrase|credentials?|signature|authorization|cookie"
    r"|assertion|jwt|(api|access|private|secret|signing)key)$"
)


def is_secret(name: str) -> bool:
    """Whether what has that name in a path or a body is a secret itself: `reset_token` is, `token_count` is not."""
    return _IS_SECRET.search(name.lower().replace("_", "").replace("-", "")) is not None


def credentials(unsigned: Request, signed: Request) -> list[str]:
    """The secret values of a request, longest first: what its Auth added, and fields whose name speaks of a secret."""
    plain = set(unsigned.headers.multi_items())
    found: set[str] = set()
    for name, value in signed.headers.multi_items():
        if name.lower() not in PRINTABLE and ((name, value) not in plain or speaks(name)):
            found |= {value, value.rpartition(" ")[2], *_password(value)}
            if name.lower() == "cookie":
                found |= {pair.partition("=")[2].strip() for pair in value.split(";")}
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
    """A secret as it is, as JSON writes it, as a URL does, and in base64; longest first."""
    written = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    written |= {text.replace("/", r"\/") for text in written}
    for safe in ("", "/"):
        quoted = quote(secret, safe=safe, errors="replace")
        for url in (quoted, quoted.replace("%20", "+")):
            written |= {url, _ESCAPE.sub(lambda escape: escape[0].lower(), url)}
    found = {text.encode("utf-8", "surrogateescape") for text in written}
    coded = b64encode(secret.encode("utf-8", "surrogateescape"))
    found |= {one.translate(table) for one in (coded, coded.rstrip(b"=")) for table in (None, _FOR_URLS)}
    return sorted(found, key=lambda text: (-len(text), text))


_ESCAPE: Final = pattern("%[0-9A-F]{2}")
_FOR_URLS: Final = bytes.maketrans(b"+/", b"-_")


def scrub(body: bytes, secrets: list[str]) -> bytes:
    """The body with every secret masked."""
    for secret in secrets:
        for spelling in spellings(secret):
            body = body.replace(spelling, MASK.encode())
    return body


def shown_url(request: Request, secrets: list[str]) -> str:
    """The URL of a request without secrets, those that stand in its path included."""
    shown = request.shown_url
    return scrub(shown.encode(errors="replace"), secrets).decode() if secrets else shown


_AROUND: Final = 4096
"""What of the end of a part is not shown: a secret that is cut there is not known to be one."""

_MORE: Final = 1024 * 1024
"""How much more of a body is looked at than is shown, since masks are shorter."""

_MEMBER: Final = pattern(rb'("((?:[^"\\]|\\.){1,100})"\s*:\s*)(?!null|true|false)("(?:[^"\\]|\\.)*+"?|[^\s"{}\[\],]+)')
_FIELD: Final = pattern(rb"((?:\A|(?<=[&?;\s]))([\w.%\[\]\-]{1,100})=)([^&;\s]+)")


def shown_body(body: bytes, secrets: list[str], most: int) -> bytes:
    """The first bytes of a body without secrets: known ones, and members of JSON and fields of forms named as such."""
    around = max(map(len, secrets), default=0) * 6 + _AROUND  # some spell a character by six
    part = body[: most + around + _MORE]
    some = scrub(part, secrets)
    some = _without(_FIELD, _without(_MEMBER, some, b'"%s"' % MASK.encode()), MASK.encode())
    return some[: most if len(part) == len(body) else max(0, min(most, len(some) - around))]


def _without(pattern: "re.Pattern[bytes]", body: bytes, mask: bytes) -> bytes:
    """The values of a pattern's pairs masked, where the name is that of a secret."""

    def instead(pair: "re.Match[bytes]") -> bytes:
        return pair[1] + mask if is_secret(unquote_plus(pair[2].decode("utf-8", "replace"))) else pair[0]

    return pattern.sub(instead, body)
