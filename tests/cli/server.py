"""A small API on 127.0.0.1: it echoes calls, and streams as the test says. Every wait is bounded."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

PATIENCE: Final = 20.0

ENDPOINTS: Final[dict[str, Any]] = {
    "echo": {"method": "POST", "path": "/echo", "request": {"type": "object"}, "description": "Says\n  it again."},
    "model": {"method": "POST", "path": "/echo", "request": "Ask", "response": "Echo"},
    "search": {
        "method": "GET",
        "path": "/users/{user}/items",
        "path_params": {"user": "integer"},
        "query": {
            "limit": "integer",
            "ratio": "number",
            "deep": "boolean",
            "word": "string",
            "level": {"enum": [1, 2, "max"]},
            "maybe": {"type": "integer", "nullable": True},
            "ids": {"type": "array", "items": "integer"},
            "filter": {"type": "object"},
        },
    },
    "free": {"method": "GET", "path": "/free"},
    "text": {"method": "GET", "path": "/text"},
    "bytes": {"method": "GET", "path": "/bytes"},
    "empty": {"method": "DELETE", "path": "/empty"},
    "odd": {"method": "GET", "path": "/odd"},
    "fail": {"method": "POST", "path": "/fail"},
    "slow": {"method": "GET", "path": "/slow"},
    "key": {"method": "POST", "path": "/echo", "idempotency": {"header": "X-Once"}},
    "events": {"method": "POST", "path": "/events", "streaming": True},
    "endless": {"method": "GET", "path": "/endless", "streaming": True},
    "flood": {"method": "GET", "path": "/flood", "streaming": True},
    "raw": {"method": "GET", "path": "/bytes", "streaming": {"format": "bytes"}},
    "broken": {"method": "GET", "path": "/broken", "streaming": True},
}
TYPES: Final = {
    "Ask": {"properties": {"prompt": "string"}, "required": ["prompt"]},
    "Echo": {"properties": {"path": "string", "json": "Ask", "missing": "string"}, "required": ["path"]},
}
ANSWERS: Final[dict[str, tuple[int, str, bytes]]] = {
    "/text": (200, "text/plain; charset=latin-1", "grüße\n".encode("latin-1")),
    "/bytes": (200, "image/png", b"\x89PNG\r\n\x00\xff"),
    "/empty": (204, "", b""),
    "/odd": (200, "application/json", b'{"cut":"\\ud83d","pi":3.0}'),
}


class Api(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.go_on = threading.Event()
        self.closed = threading.Event()
        self.arrived = threading.Event()
        self.requests: list[dict[str, Any]] = []

    def manifest(self, **changes: Any) -> str:
        servers = [{"url": self.url}]
        whole = {"name": "demo", "version": "1.0", "servers": servers, "endpoints": ENDPOINTS, "types": TYPES}
        return json.dumps(whole | changes)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: Api

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        request = {
            "path": url.path,
            "query": parse_qsl(url.query, keep_blank_values=True),
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "fields": [(name.lower(), value) for name, value in self.headers.items()],
            "json": json.loads(body) if body else None,
        }
        self.server.requests.append(request)
        self.server.arrived.set()
        if url.path in STREAMS:
            self.stream(STREAMS[url.path])
        elif url.path == "/slow":
            self.await_close()
        elif url.path == "/fail":
            token = self.headers.get("authorization", "")
            told = {"error": {"message": f"no\n\x1b[31m  good: {token} é"}}
            self.answer(422, "application/json", json.dumps(told).encode())
        else:
            echo = (200, "application/json", json.dumps(request, ensure_ascii=False).encode())
            self.answer(*ANSWERS.get(url.path, echo))

    do_POST = do_DELETE = do_GET  # noqa: N815 the library's names

    def answer(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        if media_type:
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, events: "Callable[[Handler], Iterator[bytes]]") -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for data in events(self):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        except OSError:
            self.server.closed.set()

    def await_close(self) -> None:
        """Wait for the client to close the connection."""
        self.close_connection = True
        try:
            gone = self.rfile.read(1) == b""
        except TimeoutError:
            return
        except OSError:
            gone = True
        if gone:
            self.server.closed.set()

    def log_message(self, format: str, *args: Any) -> None:
        """Be quiet."""


def two_events(handler: Handler) -> Iterator[bytes]:
    yield 'data: {"text": "é"}\n\n'.encode()
    handler.server.go_on.wait(PATIENCE)
    yield b"event: tick\nid: 7\nretry: 30\ndata: a\ndata: b\n\n"
    yield b""


def first_then_silence(handler: Handler) -> Iterator[bytes]:
    yield b"data: first\n\n"
    handler.await_close()


def without_end(_: Handler) -> Iterator[bytes]:
    while True:
        yield b"data: %s\n\n" % (b"x" * 1000)


def breaks_off(handler: Handler) -> Iterator[bytes]:
    yield b"data: first\n\n"
    handler.connection.close()


STREAMS: Final = {
    "/events": two_events,
    "/endless": first_then_silence,
    "/flood": without_end,
    "/broken": breaks_off,
}


@contextmanager
def serving() -> Iterator[Api]:
    with Api() as api:
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield api
        finally:
            api.go_on.set()
            api.shutdown()
            thread.join(PATIENCE)
