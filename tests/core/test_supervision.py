"""A stream without content is found out: each limit holds whatever else arrives, and is named in the error."""

import threading
import time

import pytest

from pristine.ports.errors import StreamTimedOut, TimeoutExceeded
from pristine.ports.messages import Timeout
from pristine.testing.server import Wire
from tests.conftest import Connect, Serve

PING = b": ping\n\n"


def pings(wire: Wire, every: float = 0.05) -> None:
    while not wire.server.stopping.wait(every):
        wire.chunk(PING)


def only_pings(wire: Wire) -> None:
    wire.request()
    wire.begin_stream()
    pings(wire)


def one_event_then_pings(wire: Wire) -> None:
    wire.request()
    wire.begin_stream()
    wire.chunk(b"id: 1\ndata: 1\n\n")
    pings(wire)


def one_event_then_silence(wire: Wire) -> None:
    wire.request()
    wire.begin_stream()
    wire.chunk(b"id: 1\ndata: 1\n\n")
    wire.pause()


def test_a_head_that_does_not_come_exceeds_the_head_limit(connect: Connect, serve: Serve) -> None:
    api = connect(serve(lambda wire: wire.pause()))
    for use in (
        lambda: api.execute("get", timeout=Timeout(head=0.2)),
        lambda: api.events("feed", timeout=Timeout(head=0.2)),
    ):
        began = time.monotonic()
        with pytest.raises(TimeoutExceeded) as caught:
            use()
        assert (caught.value.limit, caught.value.phase, caught.value.seconds) == ("head", "head", 0.2)
        assert time.monotonic() - began < 1


def test_the_head_limit_does_not_bound_the_body(connect: Connect, serve: Serve) -> None:
    def slow(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n")
        wire.trickle(b"true", every=0.1)

    assert connect(serve(slow)).execute("get", timeout=Timeout(head=0.2)) is True


def test_pings_are_not_the_first_content(connect: Connect, serve: Serve) -> None:
    api = connect(serve(only_pings))
    began = time.monotonic()
    with pytest.raises(TimeoutExceeded, match=r"first_content timeout of 0.3 s passed \(phase: body\)") as caught:
        api.events("feed", timeout=Timeout(first_content=0.3))
    assert caught.value.limit == "first_content"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("handler", [one_event_then_pings, one_event_then_silence])
def test_a_gap_between_events_exceeds_the_content_limit(connect: Connect, serve: Serve, handler: object) -> None:
    stream = connect(serve(handler)).open("feed", timeout=Timeout(content=0.3))  # type: ignore[arg-type]
    assert stream.next() is not None
    began = time.monotonic()
    with pytest.raises(StreamTimedOut, match=r"after 1 events: content timeout of 0.3 s") as caught:
        stream.next()
    assert 0.25 < time.monotonic() - began < 1
    assert (caught.value.limit, caught.value.last_event_id) == ("content", "1")
    assert stream.response.outcome == "interrupted"


def test_a_slow_consumer_does_not_use_up_the_content_limit(connect: Connect, serve: Serve) -> None:
    go_on = threading.Event()

    def feed(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        wire.chunk(b"data: 1\n\n")
        go_on.wait(5)
        wire.chunk(b"data: 2\n\n")
        wire.end_stream()

    stream = connect(serve(feed)).open("feed", timeout=Timeout(content=0.3))
    assert stream.next() is not None
    go_on.wait(0.5)
    threading.Timer(0.1, go_on.set).start()
    assert stream.next() is not None
    stream.close()
