"""ByteStream, promise 1: bytes come as they arrive, and the end is the end."""

import threading
import time

import pytest

from pristine.ports.errors import ConnectionLost, TimeoutExceeded
from pristine.testing import faults
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.faults import CHUNKED
from pristine.testing.lab import Lab, expected
from pristine.testing.promises import expect
from pristine.testing.server import Wire

CUT = (
    "close-in-body",
    "cut-in-chunk",
    "cut-in-chunk-size",
    "cut-between-chunks",
    "reset-in-body",
    "reset-in-chunk",
    "reset-for-end",
)


class Turns:
    """A server that says a piece each time when it is told to."""

    def __init__(self, lab: Lab, *pieces: bytes) -> None:
        self.go_on = threading.Semaphore(0)
        self._pieces = pieces
        self.server = lab.serve(self._handle)

    def _handle(self, wire: Wire) -> None:
        wire.request()
        wire.send(CHUNKED)
        for piece in self._pieces:
            while not self.go_on.acquire(timeout=0.01):
                if wire.server.stopping.is_set():
                    return
            wire.send(piece)
        wire.pause()


class Arriving(Contract):
    """next and anext."""

    @holds("ByteStream", 1, "what has arrived is returned at once, whatever is still to come")
    def test_bytes_come_as_they_arrive(self, lab: Lab) -> None:
        peer = Turns(lab, b"3\r\nabc\r\n", b"9\r\nde", b"fghijkl\r\n", b"0\r\n\r\n")
        stream = lab.open(peer.server)
        for wanted in (b"abc", b"de", b"fghijkl", b""):
            peer.go_on.release()
            expect(stream.next(), wanted, "the bytes that the server had sent so far, and nobody had read")

    @holds("ByteStream", 1, "b'' means that the body is complete, and is never returned otherwise")
    def test_the_end_is_the_end(self, lab: Lab) -> None:
        peer = Turns(lab, b"1;x=", b"y\r\na", b"\r\n1", b"\r\nb\r\n0\r\nX-Sum: 1", b"\r\n\r\n")
        stream = lab.open(peer.server)
        for wanted, parts in ((b"a", 2), (b"b", 2), (b"", 1)):
            reading = stream.begin("next", None)
            for _ in range(parts - 1):
                peer.go_on.release()
                came = reading.outcome() if reading.ends_within(lab.limit) else None
                expect(came, None, "what came, where only a part of a chunk's frame had arrived")
            peer.go_on.release()
            expect(reading.result(), wanted, "what came, where the rest of it had arrived")
        expect(stream.next(), b"", "the end, asked for again")

    @holds("ByteStream", 1, "the pieces together are the body, wherever it was cut")
    def test_the_pieces_are_the_body(self, lab: Lab) -> None:
        expect(lab.open(lab.serve("split")).rest().decode(), faults.TEXT, "the text that came byte by byte")

    @pytest.mark.parametrize("fault", CUT)
    @holds("ByteStream", 1, "a break is a ConnectionLost, after what came before it, and never an end")
    def test_a_break_is_not_an_end(self, lab: Lab, fault: str) -> None:
        stream = lab.open(lab.serve(fault))
        expect(stream.next(), b"abc", "what came before the break")
        for _ in range(2):
            expected(ConnectionLost, stream.begin("next", None))

    @holds("ByteStream", 1, "within bounds one wait: TimeoutExceeded, limit 'within'")
    def test_a_wait_may_have_a_limit_of_its_own(self, lab: Lab) -> None:
        stream = lab.open(lab.serve("stall-in-body"))
        expect(stream.next(lab.patience), b"abc", "what came in time")
        began = time.monotonic()
        error = expected(TimeoutExceeded, stream.begin("next", lab.limit))
        told = (error.limit, error.phase, error.seconds)
        expect(told, ("within", "body", lab.limit), "limit, phase and seconds of the error")
        expect(time.monotonic() - began >= lab.limit * 0.9, True, "the limit did not pass before its time")

    @holds("ByteStream", 1, "of within and the read limit the shorter one passes, and within is for one wait")
    def test_within_does_not_take_the_place_of_the_read_limit(self, lab: Lab) -> None:
        server = lab.serve("stall-in-body")

        def attempt(seconds: float) -> None:
            stream = lab.open(server, read=seconds)
            expect(stream.next(lab.patience), b"abc", "what came in time")
            error = expected(TimeoutExceeded, stream.begin("next", lab.patience))
            expect((error.limit, error.seconds), ("read", seconds), "limit and seconds of the error")

        lab.patiently(attempt)

    @holds("ByteStream", 1, "silence counts while somebody waits: who reads late is not late")
    def test_silence_counts_while_somebody_waits(self, lab: Lab) -> None:
        lab.patiently(lambda seconds: self._late(lab, seconds * 4))

    def _late(self, lab: Lab, limit: float) -> None:
        peer = Turns(lab, b"1\r\na\r\n", b"1\r\nb\r\n0\r\n\r\n")
        stream = lab.open(peer.server, read=limit)
        peer.go_on.release()
        expect(stream.next(), b"a", "the first piece")
        time.sleep(limit * 1.25)
        peer.go_on.release()
        expect(stream.rest(), b"b", "what came after a silence in which nobody waited")
