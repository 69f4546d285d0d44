"""A SOCKS5 proxy (RFC 1928, RFC 1929): it connects to where it is asked for, and keeps what it was asked."""

import contextlib
import socket
import threading

from pristine.testing.server import Wire, WireServer


class SocksProxy(WireServer):
    """SOCKS5; with a user and a password if it wants them. `asked` are the hosts and ports that it was asked for."""

    def __init__(self, *, user: str | None = None, reply: int = 0) -> None:
        super().__init__(self._talk)
        self._wanted = user
        self._reply = reply
        self.asked: list[tuple[str, int]] = []

    def at(self, user: str | None = None) -> str:
        """Its URL, with a user or without."""
        return self.url.replace("http://", "socks5://" if user is None else f"socks5://{user}@")

    def _talk(self, wire: Wire) -> None:
        offered = _exactly(wire, _exactly(wire, 2)[1])
        method = 0 if self._wanted is None else 2
        if method not in offered:
            wire.send(b"\5\xff")
            return
        for byte in bytes([5, method]):  # as slowly as it may come
            wire.send(bytes([byte]))
        if method == 2 and not self._knows(wire):
            return
        host = self._host(wire, _exactly(wire, 4)[3])
        port = int.from_bytes(_exactly(wire, 2), "big")
        self.asked.append((host, port))
        wire.send(bytes([5, self._reply, 0, 1, 0, 0, 0, 0, 0, 0]))
        if not self._reply:
            join(wire.socket, socket.create_connection((host, port)))

    def _knows(self, wire: Wire) -> bool:
        user = _exactly(wire, _exactly(wire, 2)[1]).decode()
        password = _exactly(wire, _exactly(wire, 1)[0]).decode()
        known = f"{user}:{password}" == self._wanted
        wire.send(bytes([1, not known]))
        return known

    def _host(self, wire: Wire, kind: int) -> str:
        if kind == 3:
            return _exactly(wire, _exactly(wire, 1)[0]).decode()
        family = socket.AF_INET if kind == 1 else socket.AF_INET6
        return socket.inet_ntop(family, _exactly(wire, 4 if kind == 1 else 16))


def _exactly(wire: Wire, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += wire.socket.recv(size - len(data)) or (_ for _ in ()).throw(ConnectionError("it left"))
    return data


def join(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until either side ends."""
    back = threading.Thread(target=_carry, args=(other, one))
    back.start()
    _carry(one, other)
    back.join()
    other.close()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            socket.socket.shutdown(end, socket.SHUT_RDWR)
