"""The ways to misbehave, by name: FAULTS is a table of handlers for WireServer, each for one that real servers have.

Each reads a request before it does its worst. What is right to make of it, the contract suites say.
"""

import gzip
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from pristine.testing.server import Handler, Received, Wire, each_request

RESET: Final = "reset"
PAUSE: Final = "pause"
SETTLE: Final = 0.005
"""Seconds; enough for what was sent to arrive before what is done next."""

EVERY: Final = 0.01
"""Seconds between the bytes of a trickle."""

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NINE: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
CHUNKED: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
POISON: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
TEXT: Final = "“çà et là” — £5 🐍\r\n" * 3
"""What the server of `split` says: characters of two, three and four bytes."""

BOMB: Final = 10_000_000
"""Bytes that the small body of `gzip-bomb` would be, decompressed."""

FIELD: Final = "x" * 65_000
"""The value of X-Long in the head of `huge-field`, which is just under 64 KiB with its name."""

ENDLESS: Final = 64_000_000
"""Bytes after which even the endless ends."""


def says(*script: bytes | float | str) -> Handler:
    """Read a request; send bytes, be silent for seconds, PAUSE or RESET, in this order; close."""

    def handle(wire: Wire) -> None:
        if wire.request() is not None:
            for step in script:
                _play(wire, step)

    return handle


def keeps_saying(*script: bytes | float | str) -> Handler:
    """The same for request after request, with the connection kept."""

    def answer(wire: Wire, _: Received) -> None:
        for step in script:
            _play(wire, step)

    return each_request(answer)


def _play(wire: Wire, step: bytes | float | str) -> None:
    if isinstance(step, bytes):
        wire.send(step)
    elif isinstance(step, str):
        wire.reset() if step == RESET else wire.pause()
    else:
        wire.pause(step)


def trickles(at_once: bytes, slowly: bytes, every: float = EVERY) -> Handler:
    """Send some at once, and the rest a byte at a time, `every` seconds."""

    def handle(wire: Wire) -> None:
        if wire.request() is not None:
            wire.send(at_once)
            wire.trickle(slowly, every)

    return handle


def _split(wire: Wire, _: Received) -> None:
    """Every byte in a segment of its own: inside line ends, chunk sizes and characters."""
    body = TEXT.encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:7], body[7:8], body[8:]))
    for byte in CHUNKED + chunks + b"0\r\n\r\n":
        wire.send(bytes([byte]))


@lru_cache
def bomb() -> bytes:
    """A few kilobytes that decompress to BOMB."""
    return gzip.compress(b"\0" * BOMB)


def _bomb(wire: Wire, _: Received) -> None:
    wire.respond(200, bomb(), "Content-Encoding: gzip")


def endless(start: bytes, piece: bytes) -> Handler:
    """Send a start, and the same piece again and again, as fast as the peer takes it."""

    def handle(wire: Wire) -> None:
        if wire.request() is None:
            return
        wire.send(start)
        for _ in range(ENDLESS // len(piece)):
            wire.send(piece)

    return handle


def _closes_when_idle(wire: Wire) -> None:
    if wire.request() is not None:
        wire.send(OK)


def _answers_before_the_body(wire: Wire) -> None:
    """The answer first; then the body is taken and thrown away."""
    if wire.head() is not None:
        wire.respond(413, b"too much", "Connection: close")
        wire.closed_by_peer()


def _answers_and_leaves(wire: Wire) -> None:
    """The answer, and the door shut in the face of the body."""
    if wire.head() is not None:
        wire.respond(413, b"too much", "Connection: close")


NO_CONTENT: Final = b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\nnot a body"
NOT_MODIFIED: Final = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\nnot a body"

FAULTS: Final[Mapping[str, Handler]] = {
    # the connection ends too soon
    "reset-before-head": says(RESET),
    "reset-in-head": says(b"HTTP/1.1 200 OK\r\nContent-Le", SETTLE, RESET),
    "reset-after-head": says(NINE, SETTLE, RESET),
    "reset-in-body": says(NINE + b"abc", SETTLE, RESET),
    "reset-in-chunk": says(CHUNKED + b"9\r\nabc", SETTLE, RESET),
    "reset-for-end": says(b"HTTP/1.1 200 OK\r\n\r\nabc", SETTLE, RESET),
    "close-before-head": says(),
    "close-in-head": says(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "close-after-head": says(NINE),
    "close-in-body": says(NINE + b"abc"),
    "cut-in-chunk": says(CHUNKED + b"9\r\nabc"),
    "cut-in-chunk-size": says(CHUNKED + b"3\r\nabc\r\n1"),
    "cut-between-chunks": says(CHUNKED + b"3\r\nabc\r\n"),
    # lengths that lie
    "length-too-long": says(NINE + b"abc"),
    "length-too-short": keeps_saying(OK + b" and more"),
    "lengths-differ": says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
    "body-of-204": keeps_saying(NO_CONTENT),
    "body-of-304": keeps_saying(NOT_MODIFIED),
    # slowness
    "trickle-head": trickles(b"", b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000),
    "trickle-body": trickles(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x" * 1000),
    "trickle-chunk-size": trickles(CHUNKED, b"1;" + b"x" * 1000),
    "stall-before-head": says(PAUSE),
    "stall-in-head": says(b"HTTP/1.1 200 OK\r\n", PAUSE),
    "stall-after-head": says(NINE, PAUSE),
    "stall-in-body": says(NINE + b"abc", PAUSE),
    "slow-head": keeps_saying(SETTLE, OK),
    # unusual, and right
    "split": each_request(_split),
    "duplicate-fields": keeps_saying(
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nLink: </1>\r\nset-cookie: b=2\r\nContent-Length: 0\r\n"
        b"Link: </2>\r\nSet-Cookie: c=3\r\n\r\n"
    ),
    "interim-100": keeps_saying(b"HTTP/1.1 100 Continue\r\n\r\n" + OK),
    "interim-103": keeps_saying(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", SETTLE, OK),
    "interim-many": keeps_saying(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nLink: </x>\r\n\r\n" * 3 + OK),
    "trailers": keeps_saying(CHUNKED + b"3\r\nabc\r\n0\r\nX-Sum: 7\r\nX-Sum: 8\r\n\r\n"),
    "until-close": says(b"HTTP/1.1 200 OK\r\n\r\nabc"),
    "huge-field": keeps_saying(f"HTTP/1.1 200 OK\r\nX-Long: {FIELD}\r\nContent-Length: 2\r\n\r\nok".encode()),
    "gzip-bomb": each_request(_bomb),
    # what nobody asked for
    "switch": says(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", PAUSE),
    "answer-behind": keeps_saying(OK + POISON),
    "answer-while-idle": keeps_saying(OK, SETTLE, POISON),
    "garbage-behind": keeps_saying(OK + b"\x00\xff garbage\r\n\r\n"),
    "close-when-idle": _closes_when_idle,
    "answer-before-body": _answers_before_the_body,
    "answer-and-leave": _answers_and_leaves,
    # not HTTP
    "not-http": says(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", PAUSE),
    "bad-status": says(b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n", PAUSE),
    "bad-chunk": says(CHUNKED + b"3\r\nabc\r\n", SETTLE, b"zz\r\nabc\r\n", PAUSE),
    "endless-field": endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 65536),
    "endless-head": endless(b"HTTP/1.1 200 OK\r\n", b"X-Again: and again\r\n" * 3000),
}
