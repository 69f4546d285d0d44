"""Bodies: what has come together is one piece, its end is seen with it, and nothing good is lost to what follows."""

import gc
import threading
from contextlib import suppress

import pytest

from pristine.ports.errors import ConnectionLost, ProtocolViolation, TimeoutExceeded
from pristine.ports.messages import Timeout
from pristine.testing.server import Handler, Received, Wire, each_request
from tests.adapters.httpx.conftest import Make, get, quick
from tests.conftest import Serve

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = bytes(range(256)) * 4096
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


# -- large ones, of known length ---------------------------------------------------------------------------------------


def large(*fields: str, behind: bytes = b"", version: bytes = b"HTTP/1.1") -> Handler:
    """Answers with LARGE, and what comes behind it."""

    def answer(wire: Wire, received: Received) -> None:
        lines = [f"Content-Length: {len(LARGE)}", *fields]
        wire.send(version + b" 200 OK\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + LARGE + behind)

    return each_request(answer)


@pytest.mark.parametrize(
    ("handler", "connections"),
    [
        (large(), 1),
        (large(behind=b"x"), 3),
        (large(behind=b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"), 3),
        (large("Connection: Keep-Alive"), 1),
        (large("Connection: close"), 3),
        (large("Connection: keep-alive", "Connection: close"), 3),
        (large(version=b"HTTP/1.0"), 3),
    ],
    ids=["kept", "more", "an answer", "said to be kept", "to be closed", "to be closed after all", "an old version"],
)
def test_a_large_body_is_whole_and_its_connection_serves_again_if_it_may(
    make: Make, serve: Serve, handler: Handler, connections: int
) -> None:
    server, subject = serve(handler), make()
    for _ in range(3):
        assert subject.send(get(server)).body == LARGE
    assert server.connections == connections


def test_after_a_large_body_comes_any_other(make: Make, serve: Serve) -> None:
    def either(wire: Wire, received: Received) -> None:
        wire.respond(200, LARGE if received.target == "/large" else b"small")

    server, subject = serve(each_request(either)), make()
    bodies = [subject.send(get(server, target)).body for target in ("/large", "/", "/large", "/")]
    assert bodies == [LARGE, b"small"] * 2
    assert server.connections == 1


def test_a_large_body_that_is_cut_short_is_an_error_and_says_how_much_came(make: Make, serve: Serve) -> None:
    def short(wire: Wire) -> None:
        wire.request()
        wire.respond(200, LARGE, length=len(LARGE) + 1)

    stream = make().open(get(serve(short)))
    for _ in range(2):
        with pytest.raises(ConnectionLost, match=r"received 1048576 bytes, expected 1048577"):
            stream.rest()
    stream.close()


def test_what_is_left_of_a_large_body_is_waited_for_within_the_limit(make: Make, serve: Serve) -> None:
    def stalls(wire: Wire) -> None:
        wire.request()
        wire.respond(200, LARGE, length=len(LARGE) + 1)
        wire.pause()

    subject = make(max_connections=1)
    server = serve(stalls)
    for _ in range(2):
        stream = subject.open(get(server, timeout=Timeout(read=0.1, pool=1)))
        with pytest.raises(TimeoutExceeded, match=r"read timeout of 0.1 s passed \(phase: body\)"):
            stream.rest()
        stream.close()


def test_chunks_are_chunks_whatever_length_is_said_beside_them(make: Make, serve: Serve) -> None:
    def both(wire: Wire, received: Received) -> None:
        wire.send(HEAD[:-2] + b"Content-Length: 9999999\r\n\r\n" + TWO + b"0\r\n\r\n")

    assert make().send(get(serve(each_request(both)))).body == b"onetwo"


def test_a_large_body_is_not_read_before_it_is_asked_for(make: Make, serve: Serve) -> None:
    sent: list[bytes] = []
    stuck = threading.Event()

    def many(wire: Wire) -> None:
        wire.request()
        wire.respond(200, b"", length=64 * len(LARGE))
        wire.socket.settimeout(0.3)
        with suppress(OSError):
            while len(sent) < 64:
                wire.send(LARGE)
                sent.append(LARGE)
        stuck.set()

    stream = make().open(get(serve(many)))
    assert stream.next()
    assert stuck.wait(5)
    assert len(sent) < 32
    stream.close()
