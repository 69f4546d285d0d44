"""A little HTTP for the servers of the examples: requests in, answers out, by a table of routes. Standard library only.

A path is matched as it came, still encoded, so `a%2Fb` is one segment and `a/b` are two.
"""

import json
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote

MAX_BODY: Final = 16 * 1024 * 1024


@dataclass
class Asked:
    """A request."""

    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def path(self) -> str:
        """The path as it came."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The query; of a name that comes twice, the last value."""
        return dict(parse_qsl(self.target.partition("?")[2]))

    def json(self) -> Any:
        """The body; what is not JSON is refused."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Refusal(400, {"detail": "the body is not JSON"}) from None


@dataclass
class Answer:
    """`body` is bytes as they are, or a value for JSON, or None; `events` are the data of server-sent events."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    events: Iterable[str] | None = None


class Refusal(Exception):
    """An answer that says no."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.answer = Answer(body, status, headers or {})


Handle = Callable[..., Answer]
Route = tuple[str, str, Handle]
"""A method, the pattern of a path, and what answers: it gets the request and the groups of the pattern, decoded."""


class Server(ThreadingHTTPServer):
    """A server in this process, for a `with` block. `requests` are all that came."""

    daemon_threads = True

    def __init__(self, routes: Sequence[Route], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.routes = routes
        self.requests: list[Asked] = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(target=lambda: self.serve_forever(poll_interval=0.002))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def answer(self, asked: Asked) -> Answer:
        """The answer to a request."""
        self.requests.append(asked)
        try:
            return self.routed(asked)
        except Refusal as refusal:
            return refusal.answer

    def routed(self, asked: Asked) -> Answer:
        """The answer of the route; raises Refusal."""
        found = [(route, match) for route in self.routes if (match := re.fullmatch(route[1], asked.path))]
        for (method, _, handle), match in found:
            if method == asked.method:
                return handle(asked, *map(unquote, match.groups()))
        raise Refusal(405 if found else 404, {"detail": f"there is nothing for {asked.method} at {asked.path}"})

    def serve_until_stdin_closes(self) -> None:
        """Print the URL, and serve for as long as whoever started the process is there."""
        with self:
            print(self.url, flush=True)
            with suppress(OSError):
                while os.read(0, 1024):  # not sys.stdin, whose lock a waiting thread would hold
                    pass


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 around `Server.answer`."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer one request; a client that goes away is no error."""
        with suppress(ConnectionError):
            body = self._body()
            if body is None:
                self.close_connection = True
                self._send(Answer({"detail": f"a body has at most {MAX_BODY} bytes here"}, 413))
            else:
                self._send(self.server.answer(Asked(self.command, self.path, self.headers, body)))

    def _body(self) -> bytes | None:
        """The whole body, which may come in chunks (RFC 9112 section 7.1); None where it is too large."""
        if self.headers["Transfer-Encoding"] != "chunked":
            length = int(self.headers["Content-Length"] or 0)
            return self.rfile.read(length) if length <= MAX_BODY else None
        body = b""
        while size := int(self.rfile.readline(), 16):
            if len(body) + size > MAX_BODY:
                return None
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_POST = do_DELETE = do_PUT = do_PATCH = do_GET  # noqa: N815 the names are http.server's

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: stdout holds the URL."""

    def _send(self, answer: Answer) -> None:
        body, headers = answer.body, dict(answer.headers)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        self.send_response(answer.status)
        if answer.events is not None:
            headers |= {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"}
        elif answer.status not in {204, 304}:
            headers["Content-Length"] = str(len(body or b""))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.events is None:
            self.wfile.write(body or b"")
            return
        for data in answer.events:
            piece = f"data: {data}\n\n".encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")
