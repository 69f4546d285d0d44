"""The chat API of manifest.json as a real HTTP server, for the demo and the documentation. Standard library only.

Its stream is cut where it hurts: inside lines, inside characters, several events in one piece.
It ends when its stdin is closed or a signal comes, so whoever started it cannot leave it running.
"""

import argparse
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, cycle
from time import sleep
from typing import Any, Final, NoReturn

MAX_BODY: Final = 1024 * 1024
PIECES: Final = (70, 5, 31, 11, 2, 120, 17, 3)
"""How many bytes go out at a time, over and over."""


def reply_to(prompt: str) -> str:
    """What this server has to say: a few dozen words, some of them beyond ASCII."""
    return (
        f"You said “{prompt}”. I am a small server in a process of my own, and I cut my answer in awkward places: "
        "inside a line, inside the é of café, inside the arrow → and the kanji 東京, and now and then I send "
        "several words at once. You should see every word whole, one after the other, as it arrives."
    )


def words_of(text: str) -> list[str]:
    """The words, each but the first with the space in front of it, so that they join to the text."""
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def events(text: str) -> bytes:
    """The text as an event stream (WHATWG HTML section 9.2): a comment, then an event for each word."""
    blocks = [": the words of the reply"]
    for number, word in enumerate(words_of(text), start=1):
        blocks.append(f"id: {number}\ndata: {json.dumps({'text': word}, ensure_ascii=False)}")
    return "".join(f"{block}\n\n" for block in blocks).encode()


def pieces(body: bytes) -> Iterator[bytes]:
    """The body in uneven pieces that respect nothing."""
    start = 0
    for size in cycle(PIECES):
        if start >= len(body):
            return
        yield body[start : start + size]
        start += size


class ChatServer(ThreadingHTTPServer):
    """A thread for each connection; none of them outlives the process."""

    daemon_threads = True

    def __init__(self, port: int, pause: float) -> None:
        super().__init__(("127.0.0.1", port), Chat)
        self.pause = pause
        self.numbers = count(1)
        self.seen: dict[str, dict[str, Any]] = {}

    def reply(self, prompt: str, key: str | None) -> dict[str, Any]:
        """A new reply, or the one that was made for this idempotency key before."""
        text = reply_to(prompt)
        reply = {"id": f"chat-{next(self.numbers)}", "text": text, "usage": {"words": len(text.split())}}
        return reply if key is None else self.seen.setdefault(key, reply)


class Chat(BaseHTTPRequestHandler):
    """The two endpoints."""

    server: ChatServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer one request; a client that goes away is no error."""
        with suppress(ConnectionError):
            self._route()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: stdout holds the URL, and the terminal belongs to the client."""

    def _route(self) -> None:
        prompt = self._prompt()
        if self.path not in {"/chat", "/chat/stream"}:
            self._fail(404, f"there is nothing at {self.path}")
        elif not isinstance(prompt, str) or not prompt.strip():
            self._fail(422, "the prompt is empty")
        elif self.path == "/chat":
            self._json(200, self.server.reply(prompt, self.headers["Idempotency-Key"]))
        else:
            self._stream(events(reply_to(prompt)))

    def _prompt(self) -> object:
        """The prompt of a JSON body, or None where there is none."""
        length = int(self.headers["Content-Length"] or 0)
        if length > MAX_BODY:
            self.close_connection = True
            return None
        try:
            return json.loads(self.rfile.read(length))["prompt"]
        except (ValueError, TypeError, KeyError):
            return None

    def _fail(self, status: int, message: str) -> None:
        self._json(status, {"error": {"message": message}})

    def _json(self, status: int, value: object) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        self._head(status, "application/json", ("Content-Length", str(len(body))))
        self.wfile.write(body)

    def _stream(self, body: bytes) -> None:
        self._head(200, "text/event-stream", ("Transfer-Encoding", "chunked"))
        for piece in pieces(body):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            sleep(self.server.pause)
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, status: int, content_type: str, framing: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header(*framing)
        self.end_headers()


def end_with_stdin(server: ChatServer) -> None:
    """Stop the server when whoever started it closes the other end, or is gone."""
    with suppress(OSError):
        while os.read(0, 1024):  # not sys.stdin, whose lock a waiting thread would hold when the interpreter ends
            pass
    server.shutdown()


def stop(number: int, _: object) -> NoReturn:
    """End on a signal, in an orderly way."""
    raise SystemExit(128 + number)


def main() -> None:
    """Serve until stdin is closed."""
    options = argparse.ArgumentParser(description="A small chat API. It ends when its stdin is closed (Ctrl-D).")
    options.add_argument("--port", type=int, default=0, help="default: 0, any free port")
    options.add_argument("--pause", type=float, default=0.03, help="seconds between two pieces of a stream")
    given = options.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with ChatServer(given.port, given.pause) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        threading.Thread(target=end_with_stdin, args=(server,), daemon=True).start()
        server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
