"""What is sent again, and what is not, as a real server sees it."""

import time

import pytest

from pristine.ports.errors import ConnectFailed, ConnectionLost, PristineError, ServiceUnavailable, StreamInterrupted
from pristine.ports.messages import Timeout
from pristine.testing.server import Wire, WireServer, each_request, in_turn
from tests.conftest import Connect, Serve

FAST = {"base": 0.001, "cap": 0.002}


def busy(wire: Wire) -> None:
    wire.json(b'{"error": {"message": "busy"}}', 503, "Retry-After: 0")


def fine(wire: Wire) -> None:
    wire.json(b'{"ok": true}')


def feed(wire: Wire) -> None:
    wire.begin_stream()
    wire.chunk(b"data: 1\n\ndata: 2\n\n")
    wire.end_stream()


def reset(wire: Wire) -> None:
    wire.reset()


def headless_feed(wire: Wire) -> None:
    wire.begin_stream()
    wire.chunk(b": welcome\n\n")
    wire.reset()


def test_a_503_then_200_recovers(connect: Connect, serve: Serve) -> None:
    server = serve(in_turn(busy, busy, fine))
    assert connect(server, retry=FAST).execute("post", {"a": 1}) == {"ok": True}
    assert [request.body for request in server.requests] == [b'{"a":1}'] * 3


def test_a_503_then_200_recovers_for_streams_too(connect: Connect, serve: Serve) -> None:
    server = serve(in_turn(busy, feed))
    api = connect(server, retry=FAST)
    stream = api.open("chat", {"a": 1})
    assert len(stream.response.metadata.attempts) == 2
    assert [event.data for event in iter(stream.next, None)] == ["1", "2"]
    stream.close()
    assert len(server.requests) == 2


def test_it_gives_up_after_the_last_retry_and_says_so(connect: Connect, serve: Serve) -> None:
    server = serve(in_turn(busy))
    with pytest.raises(ServiceUnavailable, match=r"busy.*gave up after 3 attempts") as caught:
        connect(server, retry=FAST).execute("get")
    assert (len(caught.value.attempts), caught.value.endpoint) == (3, "get")
    assert len(server.requests) == 3


@pytest.mark.parametrize("endpoint", ["post", "chat"])
def test_an_unsafe_request_is_not_sent_again_after_an_ambiguous_reset(
    connect: Connect, serve: Serve, endpoint: str
) -> None:
    server = serve(in_turn(reset, fine))
    api = connect(server, retry=FAST)
    with pytest.raises(ConnectionLost, match="idempotency key"):
        api.execute(endpoint, {}) if endpoint == "post" else api.events(endpoint, {})
    assert len(server.requests) == 1


def test_with_idempotency_it_is_under_the_same_key(connect: Connect, serve: Serve) -> None:
    server = serve(in_turn(reset, busy, fine, fine))
    api = connect(server, retry=FAST)
    assert api.execute("keyed", {}) == {"ok": True}
    keys = [request.header("Idempotency-Key") for request in server.requests]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0]
    api.execute("keyed", {})
    assert server.requests[-1].header("Idempotency-Key") != keys[0]


def test_a_key_of_the_callers_makes_any_request_repeatable(connect: Connect, serve: Serve) -> None:
    server = serve(in_turn(reset, fine))
    assert connect(server, retry=FAST).execute("post", {}, idempotency_key="mine") == {"ok": True}
    assert [request.header("Idempotency-Key") for request in server.requests] == ["mine", "mine"]


def test_a_safe_request_is_sent_again_after_a_reset(connect: Connect, serve: Serve) -> None:
    server = serve(in_turn(reset, fine))
    assert connect(server, retry=FAST).execute("get") == {"ok": True}


def test_a_stream_that_breaks_before_its_first_event_is_opened_again(connect: Connect, serve: Serve) -> None:
    server = serve(in_turn(headless_feed, feed))
    assert [event.data for event in connect(server, retry=FAST).events("feed")] == ["1", "2"]
    assert len(server.requests) == 2


def test_a_stream_that_breaks_after_an_event_is_not(connect: Connect, serve: Serve) -> None:
    def broken(wire: Wire) -> None:
        wire.begin_stream()
        wire.chunk(b"id: a\ndata: 1\n\n")
        wire.chunk(b"id: b\ndata: 2\n\nid: c\ndata: lost")
        wire.reset()

    server = serve(in_turn(broken))
    stream = connect(server, retry=FAST).open("feed")
    seen: list[object] = []
    with pytest.raises(StreamInterrupted) as caught:
        seen.extend(iter(stream.next, None))
    assert caught.value.events == 2
    assert caught.value.last_event_id == stream.response.last_event_id == "b"
    assert caught.value.bytes == 46
    assert isinstance(caught.value.__cause__, ConnectionLost)
    assert len(server.requests) == 1


def test_a_retry_after_within_the_deadline_is_waited_for(connect: Connect, serve: Serve) -> None:
    def later(wire: Wire) -> None:
        wire.json(b"{}", 503, "Retry-After-Ms: 80")

    api = connect(serve(in_turn(later, fine)), retry=FAST)
    began = time.monotonic()
    assert api.execute("get", timeout=5) == {"ok": True}
    assert time.monotonic() - began >= 0.08


@pytest.mark.parametrize("endpoint", ["get", "feed"])
def test_a_retry_after_beyond_the_deadline_fails_at_once_and_says_so(
    connect: Connect, serve: Serve, endpoint: str
) -> None:
    def much_later(wire: Wire) -> None:
        wire.json(b"{}", 503, "Retry-After: 60")

    server = serve(in_turn(much_later, fine))
    api = connect(server, retry=FAST)
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="Retry-After of 60 s is beyond the deadline") as caught:
        (api.execute if endpoint == "get" else api.events)(endpoint, timeout=Timeout(total=2))
    assert time.monotonic() - began < 1
    assert caught.value.retry_after == 60
    assert len(server.requests) == 1


def test_a_refused_connection_is_tried_again_whatever_the_method(connect: Connect, serve: Serve) -> None:
    with WireServer(each_request(lambda wire, _: fine(wire))) as gone:
        pass
    with pytest.raises(ConnectFailed, match="gave up after 3 attempts") as caught:
        connect(gone, retry=FAST).execute("post", {})
    assert len(caught.value.attempts) == 3


def test_off_is_off(connect: Connect, serve: Serve) -> None:
    server = serve(in_turn(busy, fine))
    with pytest.raises(PristineError):
        connect(server, retry="off").execute("get")
    assert len(server.requests) == 1
