"""Transport, promise 3: the response is whole, and as the server sent it, or it is an error."""

import pytest

from pristine.ports.errors import ConnectionLost, ProtocolViolation
from pristine.testing import faults
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import each_request

BROKEN = (
    "close-after-head",
    "close-in-body",
    "length-too-long",
    "cut-in-chunk",
    "cut-in-chunk-size",
    "cut-between-chunks",
    "reset-after-head",
    "reset-in-body",
    "reset-in-chunk",
    "reset-for-end",
)
REPEATED = [
    ("set-cookie", "a=1"),
    ("link", "</1>"),
    ("set-cookie", "b=2"),
    ("link", "</2>"),
    ("set-cookie", "c=3"),
]


class Receiving(Contract):
    """Fields survive in order, and a body is complete."""

    @holds("Transport", 3, "repeated fields of the response survive, in order")
    def test_repeated_fields_survive_in_order(self, lab: Lab) -> None:
        answer = lab.call(lab.serve("duplicate-fields"))
        came = [(name.lower(), value) for name, value in answer.headers.multi_items()]
        for field in ("set-cookie", "link"):
            wanted = [pair for pair in REPEATED if pair[0] == field]
            expect([pair for pair in came if pair[0] == field], wanted, f"the values of {field}")

    @holds("Transport", 3, "the value of a field is Latin-1 (RFC 9110, section 5.5)")
    def test_a_field_of_the_response_is_latin_1(self, lab: Lab) -> None:
        server = lab.serve(faults.keeps_saying(b"HTTP/1.1 204 X\r\nX-Latin: caf\xe9\r\n\r\n"))
        expect(lab.call(server).headers.get("x-latin"), "caf\xe9", "the field")

    @holds("Transport", 3, "the body is complete, however it is framed and cut into segments")
    def test_a_body_is_complete_however_it_comes(self, lab: Lab) -> None:
        expect(lab.call(lab.serve("split")).body.decode(), faults.TEXT, "the text that came byte by byte")
        expect(lab.call(lab.serve("until-close")).body, b"abc", "the body that ends with its connection")
        expect(lab.call(lab.serve("trailers")).body, b"abc", "the body before trailers")
        large = bytes(range(256)) * 12_000
        server = lab.serve(each_request(lambda wire, _: wire.respond(200, large)))
        expect(lab.call(server).body == large, True, f"the body of {len(large)} bytes is the one that was sent")

    @pytest.mark.parametrize("fault", BROKEN)
    @holds("Transport", 3, "a body that is cut short is a ConnectionLost")
    def test_a_body_that_is_cut_short_is_an_error(self, lab: Lab, fault: str) -> None:
        lab.failure(ConnectionLost, lab.serve(fault))

    @holds("Transport", 3, "a body ends where its Content-Length says")
    def test_what_stands_behind_a_body_is_not_of_it(self, lab: Lab) -> None:
        expect(lab.call(lab.serve("length-too-short")).body, b"ok", "the body, of Content-Length 2")

    @holds("Transport", 3, "answers to HEAD, and 204 and 304, have no body, whatever is sent")
    def test_what_can_have_no_body_has_none(self, lab: Lab) -> None:
        expect(lab.call(lab.serve("body-of-204")).body, b"", "the body of a 204")
        expect(lab.call(lab.serve("body-of-304")).body, b"", "the body of a 304")
        for length in ("9", "10000000"):
            said = faults.NINE.replace(b"9", length.encode())
            head = lab.call(lab.serve(faults.keeps_saying(said)), method="HEAD")
            expect(
                (head.status, head.headers.get("content-length"), head.body), (200, length, b""), "the answer to HEAD"
            )
            unchanged = lab.call(lab.serve(faults.keeps_saying(said.replace(b"200 OK", b"304 Not Modified"))))
            expect((unchanged.status, unchanged.body), (304, b""), "a 304 that says how long the body would be")

    @holds("Transport", 3, "content codings are left as they are")
    def test_content_codings_are_left_as_they_are(self, lab: Lab) -> None:
        answer = lab.call(lab.serve("gzip-bomb"), headers=[("Accept-Encoding", "gzip")])
        expect(answer.headers.get("content-encoding"), "gzip", "Content-Encoding")
        expect(len(answer.body), len(faults.bomb()), "how many bytes the compressed body has")
        expect(answer.body == faults.bomb(), True, "the body is the one that was sent")

    @holds("Transport", 3, "a field of 64 KiB comes whole, or is a ProtocolViolation")
    def test_a_huge_field_is_whole_or_an_error(self, lab: Lab) -> None:
        server = lab.serve("huge-field")
        outcome = lab.begin(lab.request(server)).outcome()
        if not isinstance(outcome, ProtocolViolation):
            if isinstance(outcome, BaseException):
                raise outcome
            expect(outcome.headers.get("x-long") == faults.FIELD, True, "the field is the one that was sent")
