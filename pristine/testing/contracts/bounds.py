"""Transport, promise 7: a body that is too large is not read to its end."""

import threading

from pristine.ports.errors import ResponseTooLarge
from pristine.testing import faults
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import Handler, Wire

BOUND = 1000


def watched(*script: bytes, closed: threading.Event) -> Handler:
    """Say something, then watch whether the peer closes the connection."""

    def handle(wire: Wire) -> None:
        wire.request()
        for data in script:
            wire.send(data)
        if wire.closed_by_peer(20):
            closed.set()

    return handle


class Bounds(Contract):
    """max_response_bytes."""

    @holds("Transport", 7, "a body that is announced as too large is a ResponseTooLarge at once: it is not waited for")
    def test_an_announced_size_is_enough(self, lab: Lab) -> None:
        self._refused(lab, b"HTTP/1.1 201 X\r\nX-A: 1\r\nContent-Length: 1001\r\n\r\n")

    @holds("Transport", 7, "a body that grows too large is a ResponseTooLarge as soon as it does: the rest is not read")
    def test_a_body_that_grows_is_cut_off(self, lab: Lab) -> None:
        head = b"HTTP/1.1 201 X\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
        self._refused(lab, head + b"3e9\r\n" + b"x" * 1001 + b"\r\n")
        self._refused(lab, b"HTTP/1.1 201 X\r\nX-A: 1\r\n\r\n" + b"x" * 1001)

    @holds("Transport", 7, "a body without end is a ResponseTooLarge")
    def test_a_body_without_end_ends(self, lab: Lab) -> None:
        server = lab.serve(faults.endless(faults.CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n"))
        lab.failure(ResponseTooLarge, server, max_response_bytes=BOUND)

    @holds("Transport", 7, "a body of exactly max_response_bytes is no larger, and HEAD has no body to measure")
    def test_the_bound_itself_is_allowed(self, lab: Lab) -> None:
        for head in (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"):
            answer = lab.call(lab.serve(faults.says(head + b"x" * 9)), max_response_bytes=9)
            expect(answer.body, b"x" * 9, "the body")
        large = lab.serve(faults.keeps_saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"))
        expect(lab.call(large, method="HEAD", max_response_bytes=9).body, b"", "the answer to HEAD")

    def _refused(self, lab: Lab, said: bytes) -> None:
        closed = threading.Event()
        server = lab.serve(watched(said, closed=closed))
        with lab.swift("the refusal of a body that is too large"):
            error = lab.failure(ResponseTooLarge, server, max_response_bytes=BOUND)
        expect((error.status, error.headers.get("x-a")), (201, "1"), "status and field of the error")
        expect(closed.wait(lab.patience), True, "the connection was closed, the rest not being read")
