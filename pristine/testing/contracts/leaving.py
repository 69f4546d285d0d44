"""ByteStream, promises 3 and 4: a stream may be left at any moment, by whoever has it."""

import threading
import weakref

from pristine.ports.capabilities import Capability
from pristine.ports.errors import PristineError, StreamClosed
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.faults import CHUNKED, NINE, OK, PAUSE, says
from pristine.testing.lab import Lab, expected
from pristine.testing.promises import expect
from pristine.testing.server import Received, Wire, each_request
from pristine.testing.subjects import Subject

ROUNDS = 200


waiting = says(NINE + b"abc", PAUSE)
"""A piece, and then nothing."""


def whole(wire: Wire, _: Received) -> None:
    """A body with its end."""
    wire.send(CHUNKED + b"2\r\nok\r\n0\r\n\r\n")


class Flag:
    """Something to be collected."""


class Leaving(Contract):
    """cancel, close and aclose."""

    @holds("ByteStream", 3, "cancel wakes a reader that waits, from another thread", needs=Capability.CANCEL)
    def test_cancel_wakes_a_reader_that_waits(self, lab: Lab) -> None:
        for said in (NINE + b"abc", CHUNKED + b"9\r\nabc", b"HTTP/1.1 200 OK\r\n\r\nabc"):
            stream = lab.open(lab.serve(says(said, PAUSE)))
            stream.next()
            reading = stream.begin("next", None)
            lab.settle()
            with lab.swift("the end of a reader that was cancelled"):
                stream.cancel()
                expected(PristineError, reading)

    @holds("ByteStream", 3, "after cancel the place in the pool is free, even without close", needs=Capability.CANCEL)
    def test_cancel_frees_the_place(self, lab: Lab) -> None:
        subject = lab.made(max_connections=1)
        for is_waiting in (True, False):
            stream = lab.open(lab.serve(waiting), by=subject)
            stream.next()
            reading = stream.begin("next", None) if is_waiting else None
            stream.cancel()
            if reading is not None:
                expected(PristineError, reading)
            self._served(lab, subject)

    @holds(
        "ByteStream", 3, f"after {ROUNDS} rounds of cancelled readers the pool serves the next", needs=Capability.CANCEL
    )
    def test_many_rounds_of_cancelled_readers(self, lab: Lab) -> None:
        subject, server = lab.made(max_connections=2), lab.serve(each_request(lambda wire, _: wire.send(NINE + b"abc")))
        request = lab.request(server, pool=lab.patience / 2)
        for turn in range(ROUNDS):
            stream = subject.open(request)
            reading = stream.begin("next", None) if turn % 2 else None
            stream.cancel()
            if reading is not None:
                reading.outcome()
        self._served(lab, subject)

    @holds("ByteStream", 3, "cancel may be called from a finaliser", needs=Capability.CANCEL)
    def test_cancel_from_a_finaliser(self, lab: Lab) -> None:
        subject = lab.made(max_connections=1)
        stream = lab.open(lab.serve(waiting), by=subject)
        stream.next()
        flag = Flag()
        weakref.finalize(flag, stream.cancel)
        del flag
        self._served(lab, subject)

    @holds("ByteStream", 3, "cancel after the end, and again, does no harm to others", needs=Capability.CANCEL)
    def test_cancel_after_the_end_is_harmless(self, lab: Lab) -> None:
        subject, cancelled = lab.made(max_connections=1), threading.Event()

        def slow(wire: Wire, asked: Received) -> None:
            wire.send(NINE + b"abc")
            if asked.target == "/other":
                cancelled.wait(lab.patience)
            wire.send(b"defghi")

        server = lab.serve(each_request(slow))
        ended = lab.open(server, by=subject)
        expect(ended.rest(), b"abcdefghi", "the body")
        ended.close()
        other = lab.open(server, "/other", by=subject)
        ended.cancel()
        ended.cancel()
        cancelled.set()
        expect(other.rest(), b"abcdefghi", "the body of another stream, on the connection that the first one had")
        other.close()
        self._served(lab, subject)

    @holds("ByteStream", 4, "close may be called at any time, and again")
    def test_close_at_any_time(self, lab: Lab) -> None:
        server = lab.serve(waiting)
        for reads in range(2):
            stream = lab.open(server)
            for _ in range(reads):
                stream.next()
            stream.close()
            stream.close()
            expected(StreamClosed, stream.begin("next", None))

    @holds("ByteStream", 4, "close may be called after the end, and again; what is read after close is a StreamClosed")
    def test_close_after_the_end(self, lab: Lab) -> None:
        stream = lab.open(lab.serve(each_request(whole)))
        stream.rest()
        stream.close()
        stream.close()
        expected(StreamClosed, stream.begin("next", None))

    @holds("ByteStream", 4, "the connection of a body that was read to its end is returned")
    def test_the_connection_is_returned(self, lab: Lab) -> None:
        server = lab.serve(each_request(whole))
        for _ in range(3):
            stream = lab.open(server)
            expect(stream.rest(), b"ok", "the body")
            stream.close()
        closes = (server.requests[0].header("Connection") or "").lower() == "close"
        expect(server.connections, 3 if closes else 1, "how many connections were made for three requests")

    @holds("ByteStream", 4, "the connection of a body that was not read to its end is closed")
    def test_leaving_early_closes_the_connection(self, lab: Lab) -> None:
        closed = threading.Event()

        def endless(wire: Wire) -> None:
            wire.request()
            wire.send(NINE + b"abc")
            if wire.closed_by_peer(20):
                closed.set()

        stream = lab.open(lab.serve(endless))
        stream.next()
        stream.close()
        expect(closed.wait(lab.patience), True, "the connection was closed")

    @holds("ByteStream", 4, "half an answer that was left is not the beginning of the next")
    def test_what_was_left_early_is_not_the_next_answer(self, lab: Lab) -> None:
        left = threading.Event()

        def in_halves(wire: Wire, _: Received) -> None:
            wire.send(NINE + b"abc")
            left.wait(lab.patience)
            wire.send(b"defghi")

        server = lab.serve(each_request(in_halves))
        stream = lab.open(server)
        expect(stream.next(), b"abc", "the first half of an answer")
        stream.close()
        left.set()
        for _ in range(2):
            expect(lab.call(server).body, b"abcdefghi", "the next answer")

    def _served(self, lab: Lab, subject: Subject) -> None:
        server = lab.serve(each_request(lambda wire, _: wire.send(OK)))
        expect(lab.call(server, by=subject, pool=lab.patience / 2).body, b"ok", "the answer to the next call")
