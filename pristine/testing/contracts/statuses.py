"""Transport, promise 1: what the server says is the answer, whatever it says."""

from pristine.testing.contracts.base import Contract, holds
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import Received, Wire, each_request

STATUSES = (200, 201, 202, 204, 206, 299, 304, 400, 401, 404, 407, 418, 429, 499, 500, 503, 599)
REDIRECTS = (301, 302, 303, 307, 308)


def as_asked(wire: Wire, received: Received) -> None:
    """Answer with the status that is the path."""
    status = int(received.target[1:])
    challenge = 'WWW-Authenticate: Basic realm="x"', 'Proxy-Authenticate: Basic realm="x"'
    wire.respond(status, b"" if status in {204, 304} else b"body", *challenge)


class Statuses(Contract):
    """Every status is a Response."""

    @holds("Transport", 1, "every status is a response")
    def test_every_status_is_a_response(self, lab: Lab) -> None:
        server = lab.serve(each_request(as_asked))
        for status in STATUSES:
            expect(lab.call(server, f"/{status}").status, status, "the status")
        expect(len(server.requests), len(STATUSES), "how many requests arrived")

    @holds("Transport", 1, "redirects are not followed")
    def test_redirects_are_not_followed(self, lab: Lab) -> None:
        server = lab.serve(each_request(lambda wire, asked: wire.respond(int(asked.target[1:]), b"", "Location: /200")))
        for status in REDIRECTS:
            answer = lab.call(server, f"/{status}")
            expect((answer.status, answer.headers.get("location")), (status, "/200"), "status and location")
        expect(
            [asked.target for asked in server.requests], [f"/{status}" for status in REDIRECTS], "what was asked for"
        )

    @holds("Transport", 1, "cookies are not kept")
    def test_cookies_are_not_kept(self, lab: Lab) -> None:
        server = lab.serve(each_request(lambda wire, _: wire.respond(200, b"", "Set-Cookie: a=1; Path=/")))
        for _ in range(2):
            lab.call(server)
        expect(server.requests[1].header("Cookie"), None, "the cookie that came back to the server")

    @holds("Transport", 1, "interim answers (1xx) are skipped")
    def test_interim_answers_are_skipped(self, lab: Lab) -> None:
        for fault in ("interim-100", "interim-103", "interim-many"):
            server = lab.serve(fault)
            for _ in range(2):
                answer = lab.call(server)
                expect((answer.status, answer.body), (200, b"ok"), f"the answer behind {fault}")
                expect(answer.headers.get("link"), None, "the interim answer's field in the final head")

    @holds("Transport", 1, "a switch of protocols (101) that nobody asked for is no answer")
    def test_a_switch_of_protocols_is_no_answer(self, lab: Lab) -> None:
        outcome = lab.begin(lab.request(lab.serve("switch"))).outcome()
        expect(isinstance(outcome, Exception), True, f"an error, and not {outcome!r}")

    @holds("Transport", 1, "an answer that comes before the body of the request was read is the answer")
    def test_an_answer_may_come_before_the_request_was_read(self, lab: Lab) -> None:
        server = lab.serve("answer-before-body")
        for _ in range(2):
            answer = lab.call(server, method="POST", body=b"x" * 3_000_000)
            expect((answer.status, answer.body), (413, b"too much"), "the answer")

    @holds("Transport", 1, "an answer that takes its time is the answer")
    def test_a_slow_head_is_waited_for(self, lab: Lab) -> None:
        expect(lab.call(lab.serve("slow-head")).body, b"ok", "the body")
