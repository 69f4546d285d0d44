"""Time limits over real sockets: the total holds however the bytes trickle, and each limit is named."""

import time
from collections.abc import Callable

import pytest

from pristine.ports.errors import TimeoutExceeded, UnexpectedContent
from pristine.ports.messages import Timeout
from pristine.testing.server import Wire
from tests.conftest import Connect, Serve
from tests.support.faces import Face

TOTAL = 0.4
"""Seconds; the trickles below would take ten times as long, one byte well within it."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 4000\r\n\r\n"


def trickling_body(content_type: bytes) -> Callable[[Wire], None]:
    def handle(wire: Wire) -> None:
        wire.request()
        wire.send(HEAD % content_type)
        wire.trickle(b"data: x" * 100, every=TOTAL / 5)

    return handle


def trickling_head(wire: Wire) -> None:
    wire.request()
    wire.trickle(HEAD % b"application/json", every=TOTAL / 5)


def trickling_chunk_size(wire: Wire) -> None:
    wire.request()
    wire.begin_stream()
    wire.trickle(b"1;" + b"x" * 100, every=TOTAL / 5)


def call(api: Face) -> None:
    api.execute("get", timeout=Timeout(total=TOTAL))


def stream(api: Face) -> None:
    api.events("feed", timeout=Timeout(total=TOTAL))


@pytest.mark.parametrize(
    ("handler", "use", "phase"),
    [
        pytest.param(trickling_body(b"application/json"), call, "body", id="unary-body"),
        pytest.param(trickling_body(b"text/event-stream"), stream, "body", id="stream-body"),
        pytest.param(trickling_head, call, "head", id="unary-head"),
        pytest.param(trickling_head, stream, "head", id="stream-head"),
        pytest.param(trickling_chunk_size, stream, "body", id="stream-chunk-size"),
        pytest.param(lambda wire: wire.pause(), call, "head", id="unary-silence"),
    ],
)
def test_a_trickle_cannot_outlast_the_total(
    connect: Connect, serve: Serve, handler: Callable[[Wire], None], use: Callable[[Face], None], phase: str
) -> None:
    api = connect(serve(handler))
    began = time.monotonic()
    with pytest.raises(TimeoutExceeded) as caught:
        use(api)
    assert TOTAL * 0.9 < time.monotonic() - began < TOTAL * 1.2 + 0.2
    assert (caught.value.limit, caught.value.phase, caught.value.seconds) == ("total", phase, TOTAL)
    assert f"total timeout of {TOTAL:g} s passed" in str(caught.value)


def test_one_byte_a_second_for_ten_seconds_fails_within_the_total_of_one(connect: Connect, serve: Serve) -> None:
    """The letter of the promise, once."""

    def slow(wire: Wire) -> None:
        wire.request()
        wire.send(HEAD % b"text/event-stream")
        wire.trickle(b"data: x\n\n\n", every=1.0)

    api = connect(serve(slow))
    began = time.monotonic()
    with pytest.raises(TimeoutExceeded, match="phase: body"):
        api.events("feed", timeout=Timeout(total=1))
    assert time.monotonic() - began < 1.2


def test_an_error_page_that_trickles_is_reported_with_what_came_in_time(connect: Connect, serve: Serve) -> None:
    api = connect(serve(trickling_body(b"text/html")))
    began = time.monotonic()
    with pytest.raises(UnexpectedContent, match="text/html: dat"):
        stream(api)
    assert time.monotonic() - began < TOTAL * 1.2 + 0.2


def test_a_silent_body_exceeds_the_read_limit(connect: Connect, serve: Serve) -> None:
    def stall(wire: Wire) -> None:
        wire.request()
        wire.send(HEAD % b"application/json" + b"{")
        wire.pause()

    with pytest.raises(TimeoutExceeded) as caught:
        connect(serve(stall)).execute("get", timeout=Timeout(read=0.1))
    assert (caught.value.limit, caught.value.phase, caught.value.seconds) == ("read", "body", 0.1)


def test_a_peer_that_does_not_read_exceeds_the_write_limit(connect: Connect, serve: Serve) -> None:
    with pytest.raises(TimeoutExceeded) as caught:
        connect(serve(lambda wire: wire.pause())).execute("post", "x" * 30_000_000, timeout=Timeout(write=0.2))
    assert (caught.value.limit, caught.value.phase) == ("write", "write")


def test_a_full_pool_exceeds_the_pool_limit(connect: Connect, serve: Serve) -> None:
    def feed(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        wire.pause()

    api = connect(serve(feed), transport={"max_connections": 1})
    held = api.open("feed")
    with pytest.raises(TimeoutExceeded) as caught:
        api.execute("get", timeout=Timeout(pool=0.1))
    assert (caught.value.limit, caught.value.phase) == ("pool", "pool")
    assert caught.value.retry_safe == "yes"
    held.close()


def test_a_stream_between_events_is_bound_by_read_and_total(connect: Connect, serve: Serve) -> None:
    def feed(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        wire.chunk(b"id: 7\ndata: first\n\n")
        wire.pause()

    api = connect(serve(feed))
    for limit, timeout in {"read": Timeout(read=0.1), "total": Timeout(total=0.2)}.items():
        stream = api.open("feed", timeout=timeout)
        event = stream.next()
        assert event is not None
        assert event.data == "first"
        with pytest.raises(TimeoutExceeded) as caught:
            stream.next()
        assert caught.value.limit == limit
        assert caught.value.last_event_id == "7"  # type: ignore[attr-defined]  # it is a StreamTimedOut
        assert stream.response.closed
