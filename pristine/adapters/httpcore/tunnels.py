"""How a proxy is asked for a way through, without I/O: HTTP's CONNECT, and SOCKS5.

A talk yields what to send and is given what arrives; it returns when the way is open, and raises ConnectFailed where
the proxy refuses. A credential is sent and never shown.
"""

import ipaddress
import re
from base64 import b64encode
from collections.abc import Generator
from typing import Final, Self
from urllib.parse import unquote_to_bytes

import attrs

from pristine.adapters.httpcore.framing import Origin, origin_of
from pristine.ports.errors import ConfigurationError, ConnectFailed, RetrySafe
from pristine.ports.patterns import pattern
from pristine.ports.values import frozen

Talk = Generator[bytes, bytes, None]

LONGEST: Final = 64 * 1024
"""The longest answer of a proxy, in bytes."""

_URL: Final = pattern(r"([a-z0-9]+)://(?:([^/@]*)@)?([^/@?#]+)/?", re.IGNORECASE)
_STATUS: Final = pattern(rb"HTTP/1\.[01] ([0-9]{3})(?: |\r|$)")
_REFUSALS: Final = {
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "expired on the way",
    8: "address type not supported",
}
_OFFER_NOTHING, _OFFER_PASSWORD, _NOTHING, _PASSWORD = b"\5\1\0", b"\5\2\0\2", 0, 2


@frozen
class Proxy:
    """Where it is, and as whom to come."""

    origin: Origin
    user: bytes | None = attrs.field(default=None, repr=False)
    password: bytes = attrs.field(default=b"", repr=False)

    @classmethod
    def at(cls, url: str) -> Self:
        """From a URL; raises ConfigurationError for one that names nobody."""
        match = _URL.fullmatch(url)
        origin = origin_of(match[1], match[3]) if match else None
        if match is None or origin is None:
            raise ConfigurationError("proxy: its host and port cannot be used", setting="proxy")
        if match[2] is None:
            return cls(origin)
        user, password = (unquote_to_bytes(part) for part in match[2].partition(":")[::2])
        if max(len(user), len(password)) > 255:
            raise ConfigurationError("proxy: a user and a password have at most 255 bytes", setting="proxy")
        return cls(origin, user, password)

    @property
    def is_socks(self) -> bool:
        """Whether it is asked for every connection, whatever is spoken on it."""
        return self.origin.scheme.startswith("socks")

    @property
    def authorization(self) -> list[tuple[bytes, bytes]]:
        """The field that tells an HTTP proxy who comes (RFC 9110 section 11.7.2), where it wants to know."""
        if self.user is None:
            return []
        return [(b"Proxy-Authorization", b"Basic " + b64encode(self.user + b":" + self.password))]

    def talk(self, host: str, port: int) -> Talk:
        """Ask for a way to a host."""
        return self._socks(host, port) if self.is_socks else self._connect(host, port)

    def _connect(self, host: str, port: int) -> Talk:
        """CONNECT (RFC 9110 section 9.3.6)."""
        target = f"[{host}]:{port}".encode() if ":" in host else f"{host}:{port}".encode()
        fields = [(b"Host", target), *self.authorization]
        lines = [b"CONNECT %b HTTP/1.1" % target, *(b"%b: %b" % field for field in fields), b"", b""]
        answer = yield b"\r\n".join(lines)
        while True:
            head, ended, rest = answer.partition(b"\r\n\r\n")
            status = _STATUS.match(head)
            if not ended and len(head) < LONGEST:
                answer += yield b""
            elif not ended or status is None:
                raise ConnectFailed("what the proxy answered is not HTTP")
            elif status[1][0:1] == b"1":
                answer = rest or (yield b"")
            else:
                return _check(int(status[1]))

    def _socks(self, host: str, port: int) -> Talk:
        """SOCKS5 (RFC 1928), the name resolved by the proxy, with a password where there is one (RFC 1929)."""
        answer = yield _OFFER_NOTHING if self.user is None else _OFFER_PASSWORD
        version, method = (yield from _bytes(answer, 2))[:2]
        if version == 5 and method == _PASSWORD and self.user is not None:
            answer = yield b"\1%c%b%c%b" % (len(self.user), self.user, len(self.password), self.password)
            if (yield from _bytes(answer, 2))[1]:
                raise ConnectFailed("the proxy does not take this user and password", retry_safe=RetrySafe.NO)
        elif version != 5 or method != _NOTHING:
            raise ConnectFailed("the proxy wants to know who comes in another way", retry_safe=RetrySafe.NO)
        answer = yield b"\5\1\0%b%b" % (_address(host), port.to_bytes(2, "big"))
        reply = yield from _bytes(answer, 5)
        if reply[1]:
            raise ConnectFailed(f"the proxy could not connect: {_REFUSALS.get(reply[1], 'it failed')}")
        length = {1: 10, 4: 22}.get(reply[3], 7 + reply[4])
        yield from _bytes(reply, length)


def _bytes(data: bytes, size: int) -> Generator[bytes, bytes, bytes]:
    """At least so many bytes of an answer, which are all that are to come."""
    while len(data) < size:
        data += yield b""
    return data


def _address(host: str) -> bytes:
    try:
        packed = ipaddress.ip_address(host).packed
    except ValueError:
        return b"\3%c%b" % (len(host), host.encode("ascii"))
    return (b"\1" if len(packed) == 4 else b"\4") + packed


def _check(status: int) -> None:
    if not 200 <= status < 300:
        safe = RetrySafe.NO if status == 407 else RetrySafe.YES
        raise ConnectFailed(f"the proxy refused: {status}", retry_safe=safe)
