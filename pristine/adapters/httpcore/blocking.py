"""The blocking face: sockets that time out, and a lock. It never touches an event loop."""

import contextlib
import select
import socket
import ssl
import threading
from typing import Any, NoReturn

from pristine.adapters.httpcore.errors import Passed
from pristine.adapters.httpcore.exchange import Chunks, Exchange
from pristine.adapters.httpcore.tls_in_tls import TlsInTls
from pristine.adapters.httpcore.wires import PIECE


class SocketWire:
    """A socket. `failed_to_write` is what a core bears with while it sends, and then reads the answer."""

    corked = False

    def __init__(self, bottom: socket.socket, failed_to_write: type[Exception]) -> None:
        self._bottom = bottom  # has the file descriptor
        self._socket: Any = bottom  # is read and written: the same, or TLS in its TLS
        self._failed_to_write = failed_to_write
        self._seconds: float | None = -1.0
        self._held = b""

    @property
    def protocol(self) -> str | None:
        agreed = getattr(self._socket, "selected_alpn_protocol", None)
        return None if agreed is None else agreed()

    def read(self, max_bytes: int, timeout: Exchange, limit: str = "read") -> bytes:
        if self._held:
            with contextlib.suppress(OSError):
                held, self._held = self._held, b""
                self._send(held, timeout, "write")
        self._wait(timeout, limit)
        try:
            return self._socket.recv(max_bytes)  # type: ignore[no-any-return]
        except TimeoutError as error:
            _passed(error, limit)

    def write(self, buffer: bytes, timeout: Exchange, limit: str = "write") -> None:
        if self.corked and len(self._held) + len(buffer) < PIECE:
            self._held += buffer
            return
        parts, self._held = (self._held, buffer), b""
        try:
            for part in parts:
                self._send(part, timeout, limit)
        except OSError as error:
            raise self._failed_to_write(str(error)) from error

    def _send(self, data: bytes, timeout: Exchange, limit: str) -> None:
        view = memoryview(data)
        while view:
            self._wait(timeout, limit)
            try:
                view = view[self._socket.send(view[:PIECE]) :]
            except TimeoutError as error:
                _passed(error, limit)

    def _wait(self, timeout: Exchange, limit: str) -> None:
        """Set the limit of what comes next."""
        seconds = timeout.left(limit)
        if seconds != self._seconds:
            self._seconds = seconds
            self._socket.settimeout(seconds)

    def secure(self, context: ssl.SSLContext, host: str, timeout: Exchange) -> None:
        """Put TLS on it, or TLS in its TLS."""
        if isinstance(self._bottom, ssl.SSLSocket):
            self._socket = TlsInTls(self._bottom, context, host)
        else:
            self._bottom = context.wrap_socket(self._bottom, server_hostname=host, do_handshake_on_connect=False)
            self._socket = self._bottom
        self._seconds = -1.0
        self._wait(timeout, "connect")
        try:
            self._socket.do_handshake()
        except TimeoutError as error:
            _passed(error, "connect")

    def is_silent(self) -> bool:
        if isinstance(self._bottom, ssl.SSLSocket) and self._socket.pending():
            return False
        if not hasattr(select, "poll"):
            return not select.select([self._bottom], [], [], 0)[0]
        poll = select.poll()
        poll.register(self._bottom, select.POLLIN)
        return not poll.poll(0)

    def shut(self) -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._bottom, socket.SHUT_RDWR)  # an SSLSocket's own takes TLS from its reader

    def close(self) -> None:
        self._bottom.close()


def _passed(error: TimeoutError, limit: str) -> NoReturn:
    """A timeout is ours, unless it is the system's."""
    if error.errno is None:
        raise Passed(limit) from error
    raise error


class BlockingFace:
    """A thread waits."""

    def __init__(self, core: Any) -> None:
        self._core = core

    def lock(self) -> threading.Lock:
        return threading.Lock()

    def signal(self) -> threading.Event:
        return threading.Event()

    async def granted(self, signal: threading.Event, seconds: float | None) -> bool:
        return signal.wait(seconds)

    async def dial(self, host: str, port: int, local: str | None, exchange: Exchange) -> SocketWire:
        return SocketWire(_dialled(host, port, local, exchange), self._core.WriteError)

    async def secure(self, wire: SocketWire, context: ssl.SSLContext, host: str, exchange: Exchange) -> None:
        wire.secure(context, host, exchange)

    async def write(self, wire: SocketWire, data: bytes, exchange: Exchange) -> None:
        wire.write(data, exchange, "connect")

    async def read(self, wire: SocketWire, exchange: Exchange) -> bytes:
        return wire.read(PIECE, exchange, "connect")

    def take(self, exchange: Exchange) -> None:
        exchange.take_content()

    async def drop(self, content: Any) -> None:
        if isinstance(content, Chunks):
            content.close()

    def http(self, origin: Any, wire: SocketWire, *, http2: bool) -> Any:
        return (self._core.HTTP2Connection if http2 else self._core.HTTP11Connection)(origin, wire)

    async def handle(self, http: Any, request: Any) -> Any:
        return http.handle_request(request)

    async def leave(self) -> None:
        """What is closed is gone at once."""


def _dialled(host: str, port: int, local: str | None, exchange: Exchange) -> socket.socket:
    """A socket, connected to the first address that answers; each has its share of the time that is left."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failed: OSError = OSError("the host's name has no address")
    for index, (family, kind, protocol, _, address) in enumerate(found):
        seconds = exchange.left("connect")
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(None if seconds is None else seconds / (len(found) - index))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if local is not None:
                sock.bind((local, 0))
            sock.connect(address)
            return sock
        except BaseException as error:
            sock.close()
            if not isinstance(error, OSError):
                raise
            failed = error
    if isinstance(failed, TimeoutError):
        _passed(failed, "connect")
    raise failed
