"""Large input costs time in proportion to its bytes and memory in proportion to one event.

The bound on time is for a decoder that is quadratic: it takes minutes where this one takes a tenth of a second.
"""

import time
import tracemalloc
from collections.abc import Iterable, Iterator

import pytest

from pristine.ports.errors import EventTooLarge
from pristine.ports.events import Event
from pristine.streaming.bounds import MAX_EVENT_BYTES
from pristine.streaming.sse import SSEDecoder

MIB = 1024 * 1024
SIZE = 64 * MIB
CHUNK = 16 * 1024
QUADRATIC = 10.0  # seconds


def repeated(start: bytes, unit: bytes, end: bytes, size: int = SIZE) -> Iterator[bytes]:
    """A stream of `size` bytes in chunks, each a new object as it would be from a socket."""
    yield start
    many = unit * (CHUNK // len(unit) + 1)
    at = 0
    for _ in range(size // CHUNK):
        yield b"".join([many[at : at + CHUNK]])
        at = (at + CHUNK) % len(unit)
    yield unit[at:] + end


def timed(chunks: Iterable[bytes]) -> list[Event]:
    start = time.thread_time()
    events = list(SSEDecoder.decode_stream(chunks))
    assert time.thread_time() - start < QUADRATIC
    return events


SHAPES = {
    "one-line": (b"data: ", b"x", b"\n\n", [SIZE + 1]),
    "one-line-crlf": (b"data: ", b"x", b"\r\n\r\n", [SIZE + 1]),
    "one-line-without-space": (b"data:", b"x", b"\n\n", [SIZE + 1]),
    "data-lines": (b"", b"data: " + b"x" * 1017 + b"\n", b"\n", [SIZE // 1024 * 1018 + 1017]),
    "data-lines-crlf": (b"", b"data: " + b"x" * 1016 + b"\r\n", b"\r\n", [SIZE // 1024 * 1017 + 1016]),
    "one-comment": (b"data: x\n\n:", b"x", b"\n\n", [1]),
    "unknown-line": (b"data: x\n\n", b"x", b"\n\n", [1]),
}


@pytest.mark.parametrize(("start", "unit", "end", "lengths"), SHAPES.values(), ids=SHAPES.keys())
def test_64_mib(start: bytes, unit: bytes, end: bytes, lengths: list[int]) -> None:
    assert [len(event.raw) for event in timed(repeated(start, unit, end))] == lengths


@pytest.mark.parametrize("unit", [b"\n", b"\r\n", b"\r", b": ping\n", b"x\n"])
def test_millions_of_lines_that_say_nothing(unit: bytes) -> None:
    assert timed(repeated(b"data: x\n\n", unit, b"\n", 16 * MIB)) == [Event(b"x")]


@pytest.mark.parametrize("unit", [b"x", b"data: x\n", b": ping\n", b"\n", b"id: 1\n", b"event: x\n\n"])
def test_one_byte_at_a_time(unit: bytes) -> None:
    body = b"data: " + unit * (300_000 // len(unit)) + b"\n\n"
    assert timed(body[at : at + 1] for at in range(len(body))) == SSEDecoder.decode_body(body)


@pytest.mark.parametrize(
    "unit",
    [
        b"\n",
        b"data: x\n\n",
        b"data: x\nid: 1\n\n",
        b"event: a\ndata: x\n\n",
        b"event: a\n\n",
        b"id: 1\n",
        b"data: x\r\r\n",
    ],
)
def test_a_body_of_many_blocks(unit: bytes) -> None:
    start = time.thread_time()
    SSEDecoder.decode_body(unit * (4 * MIB // len(unit)))
    assert time.thread_time() - start < QUADRATIC


def peak(chunks: Iterable[bytes], max_event_bytes: int = MAX_EVENT_BYTES) -> float:
    """The most memory that decoding took at any time, in MiB; events are dropped as they come."""
    decoder = SSEDecoder(max_event_bytes=max_event_bytes)
    tracemalloc.start()
    try:
        for chunk in chunks:
            decoder.feed(chunk)
        return tracemalloc.get_traced_memory()[1] / MIB
    except EventTooLarge:
        return tracemalloc.get_traced_memory()[1] / MIB
    finally:
        tracemalloc.stop()


def test_a_long_line_is_kept_once_and_copied_once() -> None:
    assert peak(repeated(b"data: ", b"x", b"\n\n")) < 2.2 * SIZE / MIB


def test_tiny_chunks_take_no_more_than_their_bytes() -> None:
    assert peak(bytes([65 + at % 26, 66]) for at in range(200_000)) < 1


def test_a_comment_is_not_kept() -> None:
    assert peak(repeated(b":", b"x", b"\n")) < 1


def test_comment_lines_are_not_kept() -> None:
    assert peak(repeated(b"", b": ping\n", b"\n", 4 * MIB)) < 1


def test_no_more_than_the_limit_is_kept() -> None:
    assert peak(repeated(b"data: ", b"x", b"\n\n"), max_event_bytes=MIB) < 1.5
