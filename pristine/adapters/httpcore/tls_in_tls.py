"""TLS inside a TLS socket, for the blocking face: a tunnel to an https origin through a proxy that is asked by https.

Python's own sockets cannot be wrapped twice. A time limit is the outer socket's, for each of its reads and writes.
"""

import ssl
from collections.abc import Callable
from typing import Any

_RECORD = 32 * 1024


class TlsInTls:
    """The part of an SSLSocket that a Wire uses."""

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, host: str) -> None:
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.settimeout = outer.settimeout
        self.selected_alpn_protocol = self._tls.selected_alpn_protocol
        self.pending = self._tls.pending

    def do_handshake(self) -> None:
        self._moved(self._tls.do_handshake)

    def recv(self, size: int) -> bytes:
        try:
            return bytes(self._moved(self._tls.read, size))
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""

    def send(self, data: memoryview) -> int:
        return int(self._moved(self._tls.write, data))

    def _moved(self, step: Callable[..., Any], *arguments: Any) -> Any:
        """Do a step of TLS, moving what it wants to read and has written."""
        while True:
            try:
                done = step(*arguments)
            except ssl.SSLWantReadError:
                self._flush()
                if data := self._outer.recv(_RECORD):
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            else:
                self._flush()
                return done

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._outer.sendall(self._outgoing.read())
