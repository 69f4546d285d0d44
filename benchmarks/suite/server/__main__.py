"""The load server: one thread, one selector, answers made beforehand. `python -m benchmarks.suite.server [--core N]`.

It listens on a free port of 127.0.0.1, whose URL is its first line of output, until its stdin is closed. A request that
has the same head as one before it costs a receive, a lookup and a send. `/cpu` tells what the process has used.
"""

import argparse
import heapq
import os
import resource
import selectors
import socket
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Final

from benchmarks.suite.machine import pin
from benchmarks.suite.server import answers

AT_ONCE: Final = 256 * 1024
"""Bytes handed to a socket at once."""

HEADS: Final = 128
"""How many heads of requests are remembered."""


class Connection:
    """A keep-alive connection: what has come of a request, and what has yet to be sent."""

    def __init__(self, server: "Server", peer: socket.socket) -> None:
        self.server, self.peer, self.rest = server, peer, b""
        self.waiting: deque[Callable[[], None]] = deque()

    def readable(self) -> None:
        try:
            data = self.peer.recv(65536)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self.server.forget(self)
            return
        self.rest = self._answered(self.rest + data if self.rest else data)

    def _answered(self, data: bytes) -> bytes:
        """Answer the requests in the data; give what is left of it."""
        heads = self.server.heads
        while (end := data.find(b"\r\n\r\n") + 4) > 3:
            head = data[:end]
            length, answer = heads.get(head) or self.server.learn(head)
            if len(data) < end + length:
                break
            data = data[end + length :]
            answer(self) if callable(answer) else self.send(answer)
        return data

    def send(self, data: bytes) -> None:
        """Send it all, now or when there is room."""
        try:
            sent = 0 if self.waiting else self.peer.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the client is gone
        if sent < len(data):
            self.wait(partial(self._more, memoryview(data), [sent]))

    def _more(self, data: memoryview, at: list[int]) -> None:
        while at[0] < len(data):
            at[0] += self.peer.send(data[at[0] : at[0] + AT_ONCE])

    def wait(self, more: Callable[[], None]) -> None:
        """Call `more` whenever there is room, until it has sent everything, and raises no BlockingIOError any more."""
        self.waiting.append(more)
        self.server.watch(self, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def writable(self) -> None:
        try:
            while self.waiting:
                self.waiting[0]()
                self.waiting.popleft()
        except BlockingIOError:
            return
        except ConnectionError:
            self.waiting.clear()
        self.server.watch(self, selectors.EVENT_READ)


Answer = bytes | Callable[[Connection], None]


class Server:
    """All connections, and what is to be sent at some time."""

    def __init__(self) -> None:
        self.heads: dict[bytes, tuple[int, Answer]] = {}
        self._selector = selectors.DefaultSelector()
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 it is the process's own
        self._plans: dict[str, Callable[..., Answer]] = {
            "call": answers.unary,
            "burst": answers.burst,
            "timed": lambda words, *numbers: partial(self._timed, words, *numbers),
            "file": lambda _, size: partial(self._sendfile, size),
            "cpu": lambda _: lambda connection: connection.send(answers.told(time.process_time())),
        }

    def learn(self, head: bytes) -> tuple[int, Answer]:
        """How long the body behind a head is, and what answers it."""
        line, *fields = head.decode("latin-1").lower().split("\r\n")
        sizes = [int(field.split(":")[1]) for field in fields if field.startswith("content-length:")]
        if any(field.startswith("transfer-encoding:") for field in fields):
            raise ValueError(f"the load server wants bodies with a length: {line}")
        path = head.split(b" ", 2)[1].decode("latin-1")
        plan, *numbers = path.split("/")[1].split(",")
        if len(self.heads) >= HEADS:
            self.heads.clear()
        known = (sizes[0] if sizes else 0, self._plans[plan](answers.words_of(path), *map(int, numbers)))
        self.heads[head] = known
        return known

    def serve(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ, partial(self._accept, listener))
        self._selector.register(sys.stdin, selectors.EVENT_READ, sys.exit)
        while True:
            until = max(0.0, self._later[0][0] - time.monotonic()) if self._later else None
            for key, events in self._selector.select(until):
                if isinstance(key.data, Connection):
                    self._serve(key.data, events)
                else:
                    key.data()
            while self._later and self._later[0][0] <= time.monotonic():
                heapq.heappop(self._later)[2]()

    def _serve(self, connection: Connection, events: int) -> None:
        try:
            if events & selectors.EVENT_READ:
                connection.readable()
            if events & selectors.EVENT_WRITE:
                connection.writable()
        except Exception:  # noqa: BLE001 what one contestant asks wrongly is not the end of the others
            traceback.print_exc()
            self.forget(connection)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(BlockingIOError):
            while True:
                peer, _ = listener.accept()
                peer.setblocking(False)
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._selector.register(peer, selectors.EVENT_READ, Connection(self, peer))

    def watch(self, connection: Connection, events: int) -> None:
        if connection.peer.fileno() >= 0:
            self._selector.modify(connection.peer, events, connection)

    def forget(self, connection: Connection) -> None:
        if connection.peer.fileno() >= 0:
            self._selector.unregister(connection.peer)
            connection.peer.close()

    def _at(self, when: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._later, (when, next(self._number), call))

    def _timed(self, words: str, number: int, delay: int, every: int, connection: Connection) -> None:
        """The head now, the first event after `delay`, each other one after `every`, in microseconds."""
        connection.send(answers.before(words))
        left, right = answers.stampable(words)
        start = time.monotonic() + delay / 1e6

        def next_event(at: int) -> None:
            if at == number:
                connection.send(answers.after(words))
                return
            connection.send(b"%s%019d%s" % (left, time.monotonic_ns(), right))
            self._at(start + (at + 1) * every / 1e6 if at + 1 < number else 0.0, partial(next_event, at + 1))

        self._at(start, partial(next_event, 0))

    def _sendfile(self, size: int, connection: Connection) -> None:
        """So many bytes of a file that has nothing in it, sent by the kernel."""
        self._file.truncate(max(size, self._file.seek(0, 2)))
        kind = b"Content-Type: application/octet-stream\r\n"
        connection.send(b'HTTP/1.1 200 OK\r\n%sETag: "%d"\r\nContent-Length: %d\r\n\r\n' % (kind, size, size))
        at = 0

        def more() -> None:
            nonlocal at
            while at < size:
                at += os.sendfile(connection.peer.fileno(), self._file.fileno(), at, min(size - at, 4 * AT_ONCE))

        connection.wait(more)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", type=int, help="the core to stay on")
    options = parser.parse_args()
    pin(options.core)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        Server().serve(listener)


if __name__ == "__main__":
    main()
