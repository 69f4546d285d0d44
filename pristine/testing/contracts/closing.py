"""Transport, promise 8: after close nothing is left; and the transport may be used again."""

import threading

from pristine.testing.contracts.base import Contract, holds
from pristine.testing.faults import NINE, OK
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import Wire, each_request


class Closing(Contract):
    """close and aclose."""

    @holds("Transport", 8, "close closes the connections that are kept")
    def test_close_lets_go_of_idle_connections(self, lab: Lab) -> None:
        gone = threading.Semaphore(0)

        def watch(wire: Wire) -> None:
            if wire.request() is not None:
                wire.send(OK)
                if wire.closed_by_peer(20):
                    gone.release()

        server = lab.serve(watch)
        for _ in range(2):
            lab.call(server)
            lab.subject.close()
            expect(gone.acquire(timeout=lab.patience), True, "the connection was closed")

    @holds("Transport", 8, "close may be called again, and before anything was sent")
    def test_close_may_be_repeated(self, lab: Lab) -> None:
        lab.subject.close()
        lab.call(lab.serve(each_request(lambda wire, _: wire.respond())))
        lab.subject.close()
        lab.subject.close()

    @holds("Transport", 8, "a call after close opens new connections")
    def test_it_may_be_used_after_close(self, lab: Lab) -> None:
        server = lab.serve(each_request(lambda wire, _: wire.respond(200, b"ok")))
        for _ in range(3):
            expect(lab.call(server).body, b"ok", "the answer after close")
            lab.subject.close()
        expect(server.connections, 3, "how many connections were made")

    @holds("Transport", 8, "close lets go of connections in use too: whoever waits for one fails")
    def test_close_ends_what_is_under_way(self, lab: Lab) -> None:
        closed = threading.Event()

        def silent(wire: Wire) -> None:
            wire.request()
            wire.send(NINE + b"abc")
            if wire.closed_by_peer(20):
                closed.set()

        server = lab.serve(silent)
        pending = lab.begin(lab.request(server))
        lab.wait(lambda: bool(server.requests), "the call is under way")
        lab.subject.close()
        expect(closed.wait(lab.patience), True, "the connection was closed")
        expect(isinstance(pending.outcome(), Exception), True, "the call that was under way failed")
