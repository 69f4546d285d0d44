"""Bodies: what has come together is one piece, its end is seen with it, and nothing good is lost to what follows."""

import gc

import pytest

from pristine.ports.errors import ConnectionLost, ProtocolViolation
from pristine.ports.messages import Timeout
from pristine.testing.server import Received, Wire, each_request
from tests.adapters.httpx.conftest import Make, get, quick
from tests.conftest import Serve

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
TWO = b"3\r\none\r\n3\r\ntwo\r\n"


def test_chunks_that_come_together_are_one_piece(make: Make, serve: Serve) -> None:
    def at_once(wire: Wire, received: Received) -> None:
        wire.send(HEAD + TWO + b"0\r\n\r\n")

    stream = make().open(get(serve(each_request(at_once))))
    assert [stream.next(), stream.next(), stream.next()] == [b"onetwo", b"", b""]


def test_a_stream_whose_end_came_with_its_last_piece_gives_its_connection_back(make: Make, serve: Serve) -> None:
    def at_once(wire: Wire, received: Received) -> None:
        wire.send(HEAD + TWO + b"0\r\n\r\n")

    server, subject = serve(each_request(at_once)), make()
    for _ in range(3):
        stream = subject.open(get(server))
        assert stream.next() == b"onetwo"
        stream.close()  # as whoever has seen a last event does
    assert server.connections == 1


def test_one_that_was_left_before_its_end_does_not(make: Make, serve: Serve) -> None:
    def unfinished(wire: Wire, received: Received) -> None:
        wire.send(HEAD + TWO)

    server, subject = serve(each_request(unfinished)), make()
    for _ in range(2):
        stream = subject.open(get(server))
        assert stream.next() == b"onetwo"
        stream.close()
    assert server.connections == 2


@pytest.mark.parametrize(
    ("rest", "error"), [(b"zz\r\n", ProtocolViolation), (b"5\r\nfo", ConnectionLost)], ids=["broken", "cut short"]
)
def test_what_came_before_a_fault_is_given_and_then_the_fault_every_time(
    make: Make, serve: Serve, rest: bytes, error: type[Exception]
) -> None:
    def faulty(wire: Wire) -> None:
        wire.request()
        wire.send(HEAD + TWO + rest)

    stream = make().open(get(serve(faulty)))
    assert stream.next().startswith(b"onetwo")
    for _ in range(2):
        with pytest.raises(error):
            stream.rest()
    stream.close()


def test_a_stream_that_is_dropped_open_leaves_its_place(make: Make, serve: Serve) -> None:
    def endless(wire: Wire, received: Received) -> None:
        wire.begin_stream()
        wire.chunk(b"one")

    server, subject = serve(each_request(endless)), make(max_connections=1)
    for _ in range(3):
        stream = subject.open(get(server, timeout=Timeout(pool=2)))
        assert stream.next() == b"one"
        del stream
        gc.collect()


def test_a_small_body_is_whole_with_its_head(make: Make, serve: Serve) -> None:
    server, subject = serve(each_request(quick)), make(max_connections=1)
    for _ in range(3):
        stream = subject.open(get(server, timeout=Timeout(pool=1)))
        assert stream.next() == b'{"ok": true}'
        stream.close()
    assert server.connections == 1
