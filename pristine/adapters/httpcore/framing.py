"""A request's URL and fields as HTTP wants them: each field as it is given, in order, in Latin-1 (RFC 9110, 5.5).

Added are `Host` and what says where the body ends. What could be taken for another request is refused before anything
is sent, and no error shows a value or a user.
"""

import functools
from typing import Final, NamedTuple

from pristine.ports.body import METHODS_WITH_BODY, length_of
from pristine.ports.errors import ConnectFailed, ProtocolViolation, RetrySafe
from pristine.ports.messages import Request
from pristine.ports.patterns import pattern

_URL: Final = pattern(r"((?i:https?))://(?:[^/?#]*@)?([!\"$-.0->A-~]+)([!\"$-~]*)(?:#[!-~]*)?")
_AUTHORITY: Final = pattern(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::([0-9]{0,5}))?")
_START: Final = pattern(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [!-~]+")
_CONTROL: Final = pattern(rb"[^\t\x20-\x7e\x80-\xff]")
_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_HOP_BY_HOP: Final = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"upgrade"})

Fields = list[tuple[bytes, bytes]]


class Origin(NamedTuple):
    """Whom to connect to. `field` is what it is called in `Host`: without a port that goes without saying."""

    scheme: str
    host: str
    port: int
    field: str


@functools.lru_cache(1024)
def origin_of(scheme: str, authority: str) -> Origin | None:
    """From a URL's scheme and authority, which has no user; None where it names nobody."""
    match, scheme = _AUTHORITY.fullmatch(authority), scheme.lower()
    port = int(match[2] or _PORTS[scheme]) if match else 0
    if match is None or not 0 < port < 65536:
        return None
    host = match[1].lower()
    return Origin(scheme, host.strip("[]"), port, host if port == _PORTS[scheme] else f"{host}:{port}")


def split_url(request: Request) -> tuple[Origin, str]:
    """The origin and the target: what stands in the request's first line. A user in the URL is passed over."""
    match = _URL.fullmatch(request.url)
    origin = origin_of(match[1], match[2]) if match else None
    if match is None or origin is None:
        raise ConnectFailed(f"not a URL that can be requested: {request.shown_url}", retry_safe=RetrySafe.NO)
    return origin, match[3] if match[3][:1] == "/" else f"/{match[3]}"


def framed(request: Request, target: str, host: str) -> Fields:
    """The fields as they are sent; raises ProtocolViolation for a request that is not HTTP."""
    pairs, length = request.headers.multi_items(), length_of(request.body)
    names = {name.lower() for name, _ in pairs}
    sound = _START.fullmatch(f"{request.method} {target}") and "transfer-encoding" not in names
    if "content-length" in names:
        sound = sound and request.headers["content-length"] == str(length)
    added = [] if "host" in names else [("Host", host)]
    try:
        fields = [(name.encode("ascii"), value.strip(" \t").encode("latin-1")) for name, value in (*added, *pairs)]
    except UnicodeEncodeError:
        sound, fields = None, []
    if not sound or any(_CONTROL.search(value) for _, value in fields):
        raise ProtocolViolation("the request cannot be written as HTTP", retry_safe=RetrySafe.NO)
    if length is None:
        fields.append((b"Transfer-Encoding", b"chunked"))
    elif "content-length" not in names and (request.body is not None or request.method in METHODS_WITH_BODY):
        fields.append((b"Content-Length", b"%d" % length))
    return fields


def for_http2(fields: Fields) -> Fields:
    """Without the fields that are of an HTTP/1.1 connection (RFC 9113 section 8.2.2)."""
    return [(name, value) for name, value in fields if name.lower() not in _HOP_BY_HOP]
