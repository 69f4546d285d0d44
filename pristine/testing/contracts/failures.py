"""Transport, promise 4: every failure has a name, and the same one on every adapter."""

import pytest

from pristine.ports.errors import ConnectFailed, ConnectionLost, ProtocolViolation, RetrySafe, TransportError
from pristine.ports.messages import Response
from pristine.testing import faults
from pristine.testing.certificates import server_tls
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import Wire, nobody_listens

NAMED = {
    "reset-before-head": ConnectionLost,
    "reset-in-head": ConnectionLost,
    "close-before-head": ConnectionLost,
    "close-in-head": ConnectionLost,
    "switch": ProtocolViolation,
    "not-http": ProtocolViolation,
    "bad-status": ProtocolViolation,
    "bad-chunk": ProtocolViolation,
    "lengths-differ": ProtocolViolation,
}
CAUSED = ("close-in-body", "cut-in-chunk", "reset-in-body", "stall-before-head")
PRIVATE = "s3cr3t-0f-m1ne"


def caused(error: TransportError, retry_safe: RetrySafe) -> None:
    """An error is to have a cause, and to say whether the request may be sent again."""
    expect(error.retry_safe, retry_safe, f"retry_safe of {error!r}")
    expect(isinstance(error.__cause__, Exception), True, f"an exception is the __cause__ of {error!r}")


class Failures(Contract):
    """Each fault is a TransportError of its own kind, with data."""

    @pytest.mark.parametrize("fault", NAMED)
    @holds("Transport", 4, "a failure is a TransportError of its kind, with the vendor's exception as its __cause__")
    def test_a_failure_has_its_name(self, lab: Lab, fault: str) -> None:
        caused(lab.failure(NAMED[fault], lab.serve(fault)), RetrySafe.UNKNOWN)

    @pytest.mark.parametrize("fault", CAUSED)
    @holds("Transport", 4, "every TransportError has the vendor's exception as its __cause__")
    def test_a_failure_has_its_cause(self, lab: Lab, fault: str) -> None:
        server = lab.serve(fault)
        call = lab.begin(lab.request(server, read=lab.limit))
        if not call.ends_within(lab.limit * 3):
            server.stop()
        outcome = call.outcome()
        if isinstance(outcome, TransportError):  # whether it is one, other promises say
            caused(outcome, RetrySafe.UNKNOWN)

    @holds("Transport", 4, "after a failure its place in the pool is free")
    def test_a_failure_leaves_its_place(self, lab: Lab) -> None:
        subject, good = lab.made(max_connections=1), lab.serve("slow-head")
        broken = [lab.serve(fault).url for fault in ("reset-before-head", "close-in-head", "not-http")]
        for url in [nobody_listens(), *broken]:
            lab.begin(lab.request(url), subject).outcome()
            expect(lab.call(good, by=subject, pool=lab.patience / 2).body, b"ok", "the answer to the next call")

    @holds("Transport", 4, "a connection that is refused is a ConnectFailed")
    def test_a_refused_connection(self, lab: Lab) -> None:
        caused(lab.failure(ConnectFailed, nobody_listens()), RetrySafe.YES)

    @holds("Transport", 4, "TLS that cannot be agreed on is a ConnectFailed")
    def test_tls_with_one_who_does_not_speak_it(self, lab: Lab) -> None:
        server = lab.serve(lambda wire: wire.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
        error = lab.failure(ConnectFailed, server.url.replace("http:", "https:"))
        expect(error.retry_safe, RetrySafe.YES, "retry_safe")

    @holds(
        "Transport", 4, "a certificate that nobody vouches for is a ConnectFailed: not a byte of the request is sent"
    )
    def test_a_certificate_that_is_not_trusted(self, lab: Lab) -> None:
        server = lab.serve("slow-head", tls=server_tls())
        error = lab.failure(ConnectFailed, server)
        expect(error.retry_safe, RetrySafe.YES, "retry_safe")
        expect(server.requests, [], "what arrived")

    @holds("Transport", 4, "ConnectFailed means that not a byte of the request was sent")
    def test_what_was_sent_has_not_failed_to_connect(self, lab: Lab) -> None:
        seen: list[bytes] = []

        def taken(wire: Wire) -> None:
            seen.append(wire.piece(10))
            wire.reset()

        outcome = lab.begin(lab.request(lab.serve(taken), method="POST", body=b"x" * 1000)).outcome()
        expect(bool(seen) and bool(seen[0]), True, "something arrived")
        told = f"a TransportError other than ConnectFailed\n  came: {outcome!r}"
        expect(isinstance(outcome, TransportError) and not isinstance(outcome, ConnectFailed), True, told)

    @pytest.mark.parametrize("fault", ["endless-field", "endless-head"])
    @holds("Transport", 4, "a head without end is a ProtocolViolation, long before memory is at its end")
    def test_a_head_without_end_is_bounded(self, lab: Lab, fault: str) -> None:
        ended: list[bool] = []

        def watched(wire: Wire) -> None:
            faults.FAULTS[fault](wire)
            ended.append(True)

        server = lab.serve(watched)
        lab.failure(ProtocolViolation, server)
        server.stop()
        expect(ended, [], f"the server could send all of its {faults.ENDLESS} bytes")

    @holds("Transport", 4, "an answer cut off by a peer that does not read is that answer, or a ConnectionLost")
    def test_a_peer_that_answers_and_leaves(self, lab: Lab) -> None:
        request = lab.request(lab.serve("answer-and-leave"), method="POST", body=b"x" * 3_000_000)
        outcome = lab.begin(request).outcome()
        if isinstance(outcome, Response):
            expect((outcome.status, outcome.body), (413, b"too much"), "the answer")
        else:
            expect(type(outcome), ConnectionLost, "the kind of error, where there is no answer")

    @holds("Transport", 4, "what is not a URL of HTTP is a ConnectFailed")
    def test_what_cannot_be_requested(self, lab: Lab) -> None:
        lab.failure(ConnectFailed, "ftp://127.0.0.1")

    @holds("Transport", 4, "an error's text shows nothing that may be secret, of the request or of the response")
    def test_an_error_keeps_secrets(self, lab: Lab) -> None:
        headers, target = [("Authorization", f"Bearer {PRIVATE}")], f"/?key={PRIVATE}"
        for said in (
            f"HTTP/1.1 200 OK\r\nSet-Cookie: {PRIVATE}\r\nX-",
            f"{PRIVATE}\r\n\r\n",
            f"HTTP/1.1 200 OK\r\n{PRIVATE}\x00: {PRIVATE}\r\n\r\n",
        ):
            server = lab.serve(faults.says(said.encode()))
            outcome = lab.begin(lab.request(server, target, headers=headers)).outcome()
            if isinstance(outcome, Exception):  # how lenient it is, other promises say
                expect(PRIVATE in f"{outcome} {outcome!r}", False, f"the secret stands in {outcome!r}")
        error = lab.failure(ConnectFailed, nobody_listens(), target, headers=headers)
        expect(PRIVATE in f"{error} {error!r}", False, f"the secret stands in {error!r}")
