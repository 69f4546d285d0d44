"""Transport, promise 10: a connection is used again only if it is still what it was."""

import threading
from collections.abc import Callable

import pytest

from pristine.testing.contracts.base import Contract, holds
from pristine.testing.faults import OK, POISON, SETTLE, keeps_saying
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import Wire

SPOILT = ("answer-behind", "garbage-behind", "length-too-short")


def poison(wire: Wire) -> None:
    """An answer, a moment later, that nobody asked for."""
    wire.pause(SETTLE)
    wire.send(POISON)


class Later:
    """A server that answers, and then does something of which the client is not told by an answer."""

    def __init__(self, lab: Lab, then: Callable[[Wire], None]) -> None:
        self.done = threading.Event()
        self._then = then
        self.server = lab.serve(self._handle)

    def _handle(self, wire: Wire) -> None:
        while wire.request() is not None:
            wire.send(OK)
            self._then(wire)
            self.done.set()

    def answers(self, lab: Lab, method: str = "GET") -> None:
        """Call again and again, each time after it was done."""
        body = b"x" if method == "POST" else None
        for _ in range(3):
            expect(lab.call(self.server, method=method, body=body).body, b"ok", "the answer, on a new connection")
            expect(self.done.wait(lab.patience), True, "the server has answered")
            self.done.clear()
            lab.pause(0.005)


class Keeping(Contract):
    """Idle connections."""

    @pytest.mark.parametrize("method", ["GET", "POST"])
    @holds("Transport", 10, "a connection that the server has closed meanwhile is not used")
    def test_a_connection_that_was_closed_is_not_used(self, lab: Lab, method: str) -> None:
        Later(lab, lambda wire: wire.socket.close()).answers(lab, method)

    @holds("Transport", 10, "what comes while nobody asks is never the answer to another request")
    def test_what_comes_while_idle_is_no_answer(self, lab: Lab) -> None:
        Later(lab, poison).answers(lab)

    @pytest.mark.parametrize("fault", SPOILT)
    @holds("Transport", 10, "what is left behind an answer is never the answer to another request")
    def test_what_is_left_behind_an_answer_is_no_answer(self, lab: Lab, fault: str) -> None:
        server = lab.serve(fault)
        for _ in range(3):
            expect(lab.call(server).body, b"ok", "the answer to a request")

    @holds("Transport", 10, "what follows an answer that has no body is never the answer to another request")
    def test_a_body_that_may_not_be_is_no_answer(self, lab: Lab) -> None:
        for fault, status in (("body-of-204", 204), ("body-of-304", 304)):
            server = lab.serve(fault)
            for _ in range(2):
                expect(lab.call(server).status, status, "the status")
        server = lab.serve(keeps_saying(OK))
        for _ in range(3):
            expect(lab.call(server, method="HEAD").status, 200, "the status of HEAD, to which a body is sent")

    @holds("Transport", 10, "a connection that the server says it will close is not used")
    def test_a_server_that_wants_to_close_is_believed(self, lab: Lab) -> None:
        def last(wire: Wire) -> None:
            for _ in range(2):
                if wire.request() is not None:
                    wire.respond(200, b"", "Connection: close")

        server = lab.serve(last)
        for _ in range(2):
            lab.call(server)
        expect(server.connections, 2, "how many connections were made for two requests")
