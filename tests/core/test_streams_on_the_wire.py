"""Open streams over real sockets: back-pressure, leaving early, cancelling, dropping."""

import gc
import socket
import threading
import warnings
from collections.abc import Callable

import pytest

import pristine
from pristine.ports.errors import StreamCancelled, StreamClosed
from pristine.testing.server import Wire, in_turn
from tests.conftest import Connect, Serve
from tests.support.faces import MANIFEST

EVENT = b"data: " + b"x" * 1000 + b"\n\n"


def test_tokens_arrive_as_they_are_sent(connect: Connect, serve: Serve) -> None:
    """The server sends the second event only after the test has the first in its hands."""
    go_on = threading.Event()

    def feed(wire: Wire) -> None:
        wire.begin_stream()
        wire.chunk(b"data: 1\n\nda")
        assert go_on.wait(5)
        wire.chunk(b"ta: 2\n\n")
        wire.end_stream()

    stream = connect(serve(in_turn(feed))).open("feed")
    first = stream.next()
    assert first is not None
    assert first.data == "1"
    go_on.set()
    second = stream.next()
    assert second is not None
    assert second.data == "2"
    assert stream.next() is None
    assert stream.response.closed


def test_a_consumer_that_stops_reading_makes_the_servers_send_block(connect: Connect, serve: Serve) -> None:
    """Nothing reads ahead: with the consumer idle, the server can fill the kernel's buffers and no more."""
    sent, blocked, go_on = [0], threading.Event(), threading.Event()
    total = 64 * 1024 * 1024

    def flood(wire: Wire) -> None:
        wire.request()
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        wire.begin_stream()
        wire.socket.settimeout(0.3)
        frame = b"%x\r\n%s\r\n" % (len(EVENT), EVENT)
        try:
            while sent[0] < total:
                wire.socket.sendall(frame)
                sent[0] += len(EVENT)
        except TimeoutError:
            blocked.set()
            go_on.wait(5)

    server = serve(flood)
    stream = connect(server).open("feed")
    assert stream.next() is not None
    assert blocked.wait(10), "the server was never blocked"
    assert sent[0] < total / 4
    stream.close()
    go_on.set()


def test_leaving_early_closes_the_connection_at_once(connect: Connect, serve: Serve) -> None:
    closed = threading.Event()

    def endless(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        wire.chunk(EVENT)
        if wire.closed_by_peer():
            closed.set()

    api = connect(serve(endless))
    stream = api.open("feed")
    assert stream.next() is not None
    stream.close()
    assert closed.wait(5)
    with pytest.raises(StreamClosed):
        stream.next()
    stream.close()


def test_a_stream_read_to_its_end_returns_its_connection(connect: Connect, serve: Serve) -> None:
    def feed(wire: Wire) -> None:
        wire.begin_stream()
        wire.chunk(EVENT)
        wire.end_stream()

    server = serve(in_turn(feed))
    api = connect(server)
    for _ in range(3):
        assert len(api.events("feed")) == 1
    assert server.connections == 1


def test_an_error_in_the_loop_of_the_caller_closes_the_connection(connect: Connect, serve: Serve) -> None:
    closed = threading.Event()

    def endless(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        wire.chunk(EVENT)
        if wire.closed_by_peer():
            closed.set()

    server = serve(endless)

    def fail(api: pristine.Pipeline) -> None:
        with api.execute_stream("feed") as response:
            for event in response:
                raise LookupError(event.event)

    with pristine.Pipeline(MANIFEST, pristine.context(base_url=server.url)) as api:
        with pytest.raises(LookupError, match="message"):
            fail(api)
        assert closed.wait(5)


def waiting_feed(first: bytes) -> Callable[[Wire], None]:
    def feed(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        wire.chunk(first)
        wire.pause()

    return feed


def test_cancel_from_another_thread_wakes_a_reader_that_waits(connect: Connect, serve: Serve) -> None:
    api = connect(serve(waiting_feed(b"data: 1\n\n")), transport={"max_connections": 1})
    stream = api.open("feed")
    assert stream.next() is not None
    timer = threading.Timer(0.1, stream.response.cancel)
    timer.start()
    with pytest.raises(StreamCancelled):
        stream.next()
    timer.join()
    assert stream.response.closed
    stream.close()
    again = api.open("feed", timeout=pristine.Timeout(pool=1))
    assert again.next() is not None
    again.close()


def test_cancel_before_reading_and_after_the_end(connect: Connect, serve: Serve) -> None:
    def feed(wire: Wire) -> None:
        wire.begin_stream()
        wire.chunk(EVENT)
        wire.end_stream()

    api = connect(serve(in_turn(feed)))
    stream = api.open("feed")
    stream.response.cancel()
    with pytest.raises(StreamCancelled):
        stream.next()
    stream.close()
    stream = api.open("feed")
    assert stream.next() is not None
    assert stream.next() is None
    stream.response.cancel()
    assert len(api.events("feed")) == 1


def test_a_response_that_is_dropped_open_warns_and_gives_its_place_back(connect: Connect, serve: Serve) -> None:
    api = connect(serve(waiting_feed(b"data: 1\n\n")), transport={"max_connections": 1})
    for _ in range(3):
        stream = api.open("feed", timeout=pristine.Timeout(pool=1))
        assert stream.next() is not None
        with pytest.warns(ResourceWarning, match="'feed' was dropped open"):  # noqa: PT031 both lines drop it
            del stream
            gc.collect()


def test_a_response_that_was_closed_does_not_warn(connect: Connect, serve: Serve) -> None:
    stream = connect(serve(waiting_feed(b"data: 1\n\n"))).open("feed")
    stream.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del stream
        gc.collect()
