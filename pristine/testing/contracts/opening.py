"""StreamTransport, promises 1 and 2, and 3 of its async face: what opening a response is, and what it is not."""

import time

from pristine.ports.capabilities import Capability
from pristine.ports.errors import TimeoutExceeded
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.contracts.cancelling import Watched
from pristine.testing.contracts.pressing import Flood
from pristine.testing.faults import NINE, OK
from pristine.testing.lab import Lab, expected
from pristine.testing.promises import expect
from pristine.testing.server import each_request
from pristine.testing.subjects import Cancelled


class Opening(Contract):
    """open and aopen."""

    @holds("StreamTransport", 1, "open returns when the head has arrived", needs=Capability.STREAMING)
    def test_open_returns_with_the_head(self, lab: Lab) -> None:
        for fault in ("stall-after-head", "close-after-head", "reset-after-head"):
            with lab.swift("the return of open"):
                stream = lab.open(lab.serve(fault))
            expect((stream.head.status, stream.head.headers.get("content-length")), (200, "9"), "status and field")

    @holds("StreamTransport", 1, "open returns whatever the status", needs=Capability.STREAMING)
    def test_open_returns_whatever_the_status(self, lab: Lab) -> None:
        server = lab.serve(each_request(lambda wire, asked: wire.respond(int(asked.target[1:]), b"told", "X-A: 1")))
        for status in (200, 301, 404, 500, 503):
            stream = lab.open(server, f"/{status}")
            expect((stream.head.status, stream.head.headers.get("x-a")), (status, "1"), "status and field")
            expect(stream.rest(), b"told", "the body")
            stream.close()

    @holds(
        "Capability", "trailers", "fields behind a chunked body are the stream's trailers", needs=Capability.TRAILERS
    )
    def test_trailers(self, lab: Lab) -> None:
        stream = lab.open(lab.serve("trailers"))
        expect(stream.rest(), b"abc", "the body")
        came = [(name.lower(), value) for name, value in stream.stream.trailers.multi_items()]
        expect(came, [("x-sum", "7"), ("x-sum", "8")], "trailers")

    @holds("StreamTransport", 1, "the total covers the reading of the body", needs=Capability.TOTAL_TIMEOUT)
    def test_the_total_covers_the_body(self, lab: Lab) -> None:
        server = lab.serve("stall-after-head")

        def attempt(seconds: float) -> None:
            began = time.monotonic()
            stream = lab.open(server, total=seconds * 2)
            error = expected(TimeoutExceeded, stream.begin("next", None))
            told = (error.limit, error.phase, error.seconds)
            expect(told, ("total", "body", seconds * 2), "limit, phase and seconds")
            expect(time.monotonic() - began >= seconds * 1.9, True, "the limit did not pass before its time")

        lab.patiently(attempt)

    @holds("StreamTransport", 2, "a stream that is not read does not disturb the others")
    def test_a_stream_that_is_not_read_disturbs_nobody(self, lab: Lab) -> None:
        peer = Flood(lab)
        lab.open(peer.server).next()
        silent = lab.serve("stall-in-body")
        for _ in range(3):
            lab.open(silent)
        server = lab.serve(each_request(lambda wire, _: wire.send(OK)))
        with lab.swift("other calls, while streams are open that reads"):
            for _ in range(5):
                expect(lab.call(server).body, b"ok", "the answer to another call")
                stream = lab.open(server)
                expect(stream.rest(), b"ok", "another stream")
                stream.close()

    @holds("AsyncStreamTransport", 3, "a cancelled aopen leaves nothing behind", face="async")
    def test_a_cancelled_aopen_leaves_nothing(self, lab: Lab) -> None:
        subject = lab.made(max_connections=1)
        for _ in range(2):
            peer = Watched(lab)
            opening = subject.begin("open", lab.request(peer.server, pool=lab.patience / 2))
            expect(peer.waits.wait(lab.patience), True, "the call is under way")
            opening.cancel()
            expected(Cancelled, opening)
            expect(peer.closed.wait(lab.patience), True, "the connection of the cancelled call was closed")

    @holds(
        "AsyncStreamTransport", 3, "a stream whose anext was cancelled can be closed, and leaves nothing", face="async"
    )
    def test_a_cancelled_anext_leaves_nothing(self, lab: Lab) -> None:
        subject = lab.made(max_connections=1)
        for _ in range(2):
            peer = Watched(lab, NINE + b"abc")
            stream = lab.open(peer.server, by=subject, pool=lab.patience / 2)
            expect(stream.next(), b"abc", "the first piece")
            reading = stream.begin("next", None)
            lab.settle()
            reading.cancel()
            expected(Cancelled, reading)
            stream.close()
            expect(peer.closed.wait(lab.patience), True, "the connection was closed")
