"""The raw floor: what a keep-alive client written by hand for this one server costs, on sockets and on asyncio.

It checks only what it has to: there is nothing in it that a library could leave out.
"""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from benchmarks.suite.contestants.asked import ASKED, FILE, PATH
from benchmarks.suite.contestants.shapes import completion, encoded, piece

Seen = Callable[[str], object]

SIZE: Final = b"Content-Length: "


def _sized(data: bytes, end: int) -> int:
    at = data.index(SIZE) + len(SIZE)
    return int(data[at : data.index(b"\r\n", at, end + 4)])


class Unchunked:
    """Takes the chunks of a body apart, and the events of its data, as the bytes come."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._rest, self._event = b"", b""
        self.done = False

    def feed(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        at = 0
        while (line := data.find(b"\r\n", at)) > 0:
            size = int(data[at:line], 16)
            end = line + 2 + size
            if size == 0 or end + 2 > len(data):
                self.done = size == 0
                break
            self._events(data[line + 2 : end])
            at = end + 2
        self._rest = data[at:]

    def _events(self, data: bytes) -> None:
        if (
            not self._event and data[-2:] == b"\n\n" and 10 not in (event := data[6:-2])
        ):  # 150 times faster than a split
            if event != b"[DONE]":
                self._seen(piece(event).choices[0].delta.content or "")
            return
        *events, self._event = (self._event + data).split(b"\n\n")
        for event in events:
            self._seen(piece(event[6:]).choices[0].delta.content or "")


class Line(asyncio.Protocol):
    """A connection with one request under way."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._loop = asyncio.get_running_loop()
        self._data, self._whole = b"", 0
        self._take = self._answered

    def ask(self, request: bytes, seen: Seen | None = None) -> asyncio.Future[bytes]:
        """The body; of a stream, when it is over."""
        self._answer: asyncio.Future[bytes] = self._loop.create_future()
        if seen is not None:
            self._body, self._take = Unchunked(seen), self._begun
        self.transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._take(data)

    def _answered(self, data: bytes) -> None:
        self._data = data = self._data + data
        if not self._whole and (end := data.find(b"\r\n\r\n")) > 0:
            self._whole = end + 4 + _sized(data, end)
        if len(data) == self._whole:
            self._data, self._whole = b"", 0
            self._answer.set_result(data[data.index(b"\r\n\r\n") + 4 :])

    def _begun(self, data: bytes) -> None:
        self._data += data
        if (end := self._data.find(b"\r\n\r\n")) > 0:
            rest, self._data, self._take = self._data[end + 4 :], b"", self._streamed
            self._streamed(rest)

    def _streamed(self, data: bytes) -> None:
        self._body.feed(data)
        if self._body.done:
            self._take = self._answered
            self._answer.set_result(b"")


class Saving(asyncio.BufferedProtocol):
    """Receives a body straight into a file."""

    def __init__(self, path: Path) -> None:
        self._file, self._buffer = path.open("wb", buffering=0), bytearray(256 * 1024)
        self._view, self._head, self._missing = memoryview(self._buffer), b"", -1
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        data = self._view[:nbytes]
        if self._missing < 0:
            self._head += data
            if (end := self._head.find(b"\r\n\r\n")) < 0:
                return
            self._missing, data = _sized(self._head, end), memoryview(self._head)[end + 4 :]
        self._missing -= self._file.write(data)
        if self._missing == 0:
            self._file.close()
            self.done.set_result(None)


class _Asking:
    """The address, and what is written to it but for the length and the body of a POST."""

    def __init__(self, root: str) -> None:
        parts = urlsplit(root)
        self._address = (parts.hostname or "", parts.port or 80)
        host = f"Host: {parts.netloc}\r\n"
        post = f"POST {parts.path}{PATH} HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: "
        self._post = post.encode()
        self._get = f"GET {parts.path}{FILE} HTTP/1.1\r\n{host}\r\n".encode()


class Async(_Asking):
    """On an asyncio protocol; a list of idle connections is its pool."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self._idle: list[Line] = []

    async def call(self) -> str:
        line = self._idle.pop() if self._idle else await self._connected()
        body = encoded(ASKED)
        answer = await line.ask(b"%s%d\r\n\r\n%s" % (self._post, len(body), body))
        self._idle.append(line)
        return completion(answer).choices[0].message.content

    async def stream(self, seen: Seen) -> None:
        line = self._idle.pop() if self._idle else await self._connected()
        body = encoded(ASKED)
        await line.ask(b"%s%d\r\n\r\n%s" % (self._post, len(body), body), seen)
        self._idle.append(line)

    async def save(self, path: Path) -> None:
        loop = asyncio.get_running_loop()
        transport, saving = await loop.create_connection(lambda: Saving(path), *self._address)
        transport.write(self._get)
        await saving.done
        transport.close()

    async def _connected(self) -> Line:
        _, line = await asyncio.get_running_loop().create_connection(Line, *self._address)
        return line

    async def close(self) -> None:
        for line in self._idle:
            line.transport.close()
        await asyncio.sleep(0)


class Blocking(_Asking):
    """On sockets; a list of idle ones is its pool, which threads share."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self._idle: list[socket.socket] = []

    def call(self) -> str:
        try:
            peer = self._idle.pop()
        except IndexError:
            peer = self._connected()
        body = encoded(ASKED)
        peer.sendall(b"%s%d\r\n\r\n%s" % (self._post, len(body), body))
        data = peer.recv(65536)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += peer.recv(65536)
        whole = end + 4 + _sized(data, end)
        while len(data) < whole:
            data += peer.recv(65536)
        self._idle.append(peer)
        return completion(data[end + 4 :]).choices[0].message.content

    def save(self, path: Path) -> None:
        buffer = memoryview(bytearray(256 * 1024))
        with self._connected() as peer, path.open("wb", buffering=0) as file:
            peer.sendall(self._get)
            head = peer.recv(4096)
            end = head.index(b"\r\n\r\n")
            missing = _sized(head, end) - file.write(head[end + 4 :])
            while missing:
                missing -= file.write(buffer[: peer.recv_into(buffer)])

    def _connected(self) -> socket.socket:
        peer = socket.create_connection(self._address)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return peer

    def close(self) -> None:
        for peer in self._idle:
            peer.close()
