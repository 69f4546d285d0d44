"""A server that misbehaves on purpose: a real socket on 127.0.0.1, a thread for each connection.

A handler gets a Wire for each connection and says every byte; when it returns, the connection is closed. Leaving the
`with` block of a server ends its connections and joins its threads; what a handler raised is raised then.
"""

import atexit
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, Self, TypeAlias

import attrs

Handler: TypeAlias = Callable[["Wire"], None]

LONGEST_PAUSE: Final = 30.0
"""Seconds; a server that nobody stops does not wait for ever."""


@attrs.frozen
class Received:
    """A request as it came over the wire: names and values of `headers` as they stood, without the white space."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a field, whatever the case of its name; None where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Wire:
    """One connection of the server; `socket` is there for what has no method."""

    def __init__(self, connection: socket.socket, server: "WireServer") -> None:
        self.socket = connection
        self.server = server
        self._buffer = b""

    # -- what comes ----------------------------------------------------------------------------------------------------

    def request(self) -> Received | None:
        """Read one request; None when the peer has closed."""
        received = self.head()
        if received is None:
            return None
        length = int(received.header("content-length") or 0)
        chunked = received.header("transfer-encoding") == "chunked"
        received = attrs.evolve(received, body=self._chunked() if chunked else self._take(length))
        self.server.requests.append(received)
        return received

    def head(self) -> Received | None:
        """Read the head of a request and leave its body where it is; None when the peer has closed."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        start, *lines = head.decode("latin-1").split("\r\n")
        fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        method, target, _ = start.split(" ")
        return Received(method, target, fields, b"")

    def piece(self, size: int) -> bytes:
        """The next bytes, as they come and at most so many; b"" when the peer has closed."""
        if not self._buffer:
            self._more()
        return self._take(min(size, len(self._buffer)))

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size and self._more():
            pass
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _chunked(self) -> bytes:
        """A chunked body; one that was not ended is marked with a `!` behind it."""
        body = b""
        while True:
            while b"\r\n" not in self._buffer:
                if not self._more():
                    return body + b"!"
            size, _, self._buffer = self._buffer.partition(b"\r\n")
            piece = self._take(int(size, 16) + 2)[:-2]
            if not piece:
                return body
            body += piece

    def _more(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except OSError:
            return False
        self._buffer += data
        return bool(data)

    def closed_by_peer(self, within: float = 5.0) -> bool:
        """Does the peer close the connection in so many seconds? What it sends until then is passed over."""
        self.socket.settimeout(within)
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        return True

    # -- what goes -----------------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """All of the bytes, and nothing else."""
        self.socket.sendall(data)

    def respond(self, status: int = 200, body: bytes = b"", *fields: str, length: int | None = None) -> None:
        """A whole response, with its Content-Length, or with one that lies."""
        head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}", *fields]
        self.send("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    def json(self, body: bytes, status: int = 200, *fields: str) -> None:
        """A response whose content is JSON."""
        self.respond(status, body, "Content-Type: application/json", *fields)

    def begin_stream(self, *fields: str, content_type: str = "text/event-stream") -> None:
        """The head of a chunked response."""
        head = ["HTTP/1.1 200 OK", f"Content-Type: {content_type}", "Transfer-Encoding: chunked", *fields]
        self.send("\r\n".join(head).encode() + b"\r\n\r\n")

    def chunk(self, data: bytes) -> None:
        """One chunk of a chunked response."""
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def end_stream(self) -> None:
        """The end of a chunked response."""
        self.send(b"0\r\n\r\n")

    def trickle(self, data: bytes, every: float) -> None:
        """One byte at a time, until the data, the peer or the server ends."""
        for byte in data:
            if self.server.stopping.wait(every):
                return
            self.send(bytes([byte]))

    def reset(self) -> None:
        """Close with RST, so that the peer's next read fails."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def pause(self, seconds: float = LONGEST_PAUSE) -> None:
        """Stay silent so long, or until the server stops."""
        self.server.stopping.wait(seconds)


class WireServer:
    """Serves connections with a handler; `requests` has what they received, `connections` counts them.

    `tls` is a server's SSLContext; `url` has no slash at its end. `stopping` is set when the server is to end.
    """

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._handler = handler
        self._failures: list[Exception] = []
        self._live: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._tls = tls
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stop()
        if self._failures and kind is None:
            raise self._failures[0]

    def stop(self) -> None:
        """End all connections and threads; it may be called again."""
        self.stopping.set()
        with contextlib.suppress(OSError):  # wakes the thread that accepts, each system in its way
            self._listener.shutdown(socket.SHUT_RDWR)
            socket.create_connection(self._listener.getsockname(), 1).close()
        self._listener.close()
        for connection in list(self._live):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            if thread.is_alive():
                raise RuntimeError("a handler does not end: it waits for something other than its connection")

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._live.add(connection)
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                self._handle(connection)
        except Exception as error:  # noqa: BLE001 raised where the server is left
            self._failures.append(error)
        self._live.discard(connection)

    def _handle(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True)
            self._live.add(connection)
        with connection:
            self._handler(Wire(connection, self))
        self._live.discard(connection)


def each_request(answer: Callable[[Wire, Received], None]) -> Handler:
    """A handler that answers request after request on a kept-alive connection."""

    def handle(wire: Wire) -> None:
        while (received := wire.request()) is not None:
            answer(wire, received)

    return handle


def in_turn(*answers: Callable[[Wire], None]) -> Handler:
    """A handler that gives the answers in turn, over all connections; the last one is repeated."""
    turn = iter(range(10**6))

    def answer(wire: Wire, _: Received) -> None:
        answers[min(next(turn), len(answers) - 1)](wire)

    return each_request(answer)


@contextlib.contextmanager
def nobody_accepts() -> Iterator[str]:
    """The URL of a port that takes no connection and refuses none: its queue is full, and nobody looks at it."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def nobody_listens() -> str:
    """The URL of a port that refuses connections, as long as this process lives."""
    return f"http://127.0.0.1:{_silent().getsockname()[1]}"


@cache
def _silent() -> socket.socket:
    """A port that is taken, so that nobody else comes to listen on it, and does not listen."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    atexit.register(taken.close)
    return taken
