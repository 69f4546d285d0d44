"""Transport, promise 2: the request arrives as it was given, once, and nothing else does."""

import time

from pristine.ports.capabilities import Capability
from pristine.testing.bodies import Pieces
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.faults import OK
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import Received, Wire, each_request

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "PROPFIND")
TARGETS = ("/", "/?", "/%2F;x?q=a%20b+%C3%BC", "/a//b/", "/%7Euser/~x", "/x?a[]=1&a[]=2", "/*:@!$&,=")
TIDIED = ("/a/../b", "/a/./b", "/%2e%2e/b", "/..", "/x?b='c'")
"""What some libraries take the liberty to write otherwise."""


FIELDS = (
    ("X-Tag", "1"),
    ("Accept", "text/*;q=0.5"),
    ("x-tag", "2"),
    ("X-Empty", ""),
    ("Cookie", "a=1; b=2"),
    ("X-Tag", "3"),
    ("Authorization", "Bearer a.b-c"),
)
ADDED = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "proxy-connection"}
)
"""What an adapter may add; of these `te` and `trailer` only as management of the connection."""

PIECE, PIECES = 256 * 1024, 120
"""More than the buffers of two kernels hold."""


def answer(wire: Wire, _: Received) -> None:
    """An answer of no interest."""
    wire.respond(200, b"")


def given(received: Received) -> list[tuple[str, str]]:
    """The fields of a request without those that an adapter may add, their names in lower case."""
    return [(name.lower(), value) for name, value in received.headers if name.lower() not in ADDED]


class Sending(Contract):
    """Method, URL, fields and body are sent as given."""

    @holds("Transport", 2, "the method arrives as given")
    def test_any_method_arrives(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        for method in METHODS:
            lab.call(server, method=method)
        expect([asked.method for asked in server.requests], list(METHODS), "the methods")

    @holds("Transport", 2, "the URL arrives byte for byte")
    def test_the_target_arrives_as_it_is_written(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        for target in TARGETS:
            lab.call(server, target)
        expect([asked.target for asked in server.requests], list(TARGETS), "the targets")

    @holds("Transport", 2, "a URL is not tidied: its dots and quotes are left to the server")
    def test_a_url_is_not_tidied(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        for target in TIDIED:
            lab.call(server, target)
        expect([asked.target for asked in server.requests], list(TIDIED), "the targets")

    @holds("Transport", 2, "the value of a field is Latin-1 (RFC 9110, section 5.5)")
    def test_a_field_is_latin_1(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        lab.call(server, headers=[("X-Latin", "caf\xe9")])
        expect(given(server.requests[0]), [("x-latin", "caf\xe9")], "the fields")

    @holds("Transport", 2, "the fields arrive as given, repeated ones in order")
    def test_the_fields_arrive_as_given(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        lab.call(server, headers=FIELDS)
        for name in {name.lower() for name, _ in FIELDS}:
            came = [value for key, value in given(server.requests[0]) if key == name]
            expect(came, [value for key, value in FIELDS if key.lower() == name], f"the values of {name}")

    @holds("Transport", 2, "no field is added but those of connection management and framing")
    def test_no_field_is_added(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        lab.call(server)
        lab.call(server, method="POST", body=b"x")
        expect([given(asked) for asked in server.requests], [[], []], "the fields, without a body and with one")

    @holds("Transport", 2, "the fields arrive in the order in which they are given")
    def test_the_order_of_the_fields(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        lab.call(server, headers=FIELDS)
        came, wanted = [name for name, _ in given(server.requests[0])], [name.lower() for name, _ in FIELDS]
        expect(came, wanted, "the names of the fields")

    @holds("Transport", 2, "Host is added where it is missing, and left where it is given")
    def test_the_host_is_the_urls_or_the_callers(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        lab.call(server)
        lab.call(server, headers=[("Host", "other.test")])
        hosts = [[value for name, value in asked.headers if name.lower() == "host"] for asked in server.requests]
        expect(hosts, [[server.url.removeprefix("http://")], ["other.test"]], "Host")

    @holds("Transport", 2, "the body arrives as given: b'' is a body of length 0, None is no body")
    def test_a_body_arrives_as_given(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        for body in (b"\x00\xff\r\n\r\n0", bytes(range(256)) * 8192):
            lab.call(server, method="PUT", body=body)
            came = server.requests.pop()
            expect(came.body == body, True, f"the body of {len(body)} bytes is the one that was given")
            expect(came.header("Content-Length"), str(len(body)), "its Content-Length")
        lab.call(server, method="POST", body=b"")
        expect(server.requests.pop().header("Content-Length"), "0", "the Content-Length of b''")
        lab.call(server, method="GET")
        bare = server.requests.pop()
        expect((bare.header("Content-Length"), bare.header("Transfer-Encoding")), (None, None), "the length of no body")

    @holds("Transport", 2, "a Content-Length that is given is sent once")
    def test_a_length_that_is_given_is_sent_once(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        lab.call(server, method="POST", headers=[("content-length", "4")], body=b"four")
        came = [value for name, value in server.requests[0].headers if name.lower() == "content-length"]
        expect((came, server.requests[0].body), (["4"], b"four"), "Content-Length and body")

    @holds("Transport", 2, "a request is sent once: no failure makes the adapter send it again")
    def test_nothing_is_sent_twice_unasked(self, lab: Lab) -> None:
        turns = iter(range(100))

        def once(wire: Wire) -> None:
            while wire.request() is not None:
                if next(turns):
                    return
                wire.send(OK)

        server = lab.serve(once)
        lab.call(server)
        lab.begin(lab.request(server)).outcome()
        expect(len(server.requests), 2, "how many requests arrived for two calls, the second of which was cut off")

    @holds("Transport", 2, "a body in pieces arrives whole, with its length or chunked", needs=Capability.UPLOADS)
    def test_a_body_in_pieces_arrives_whole(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        lab.call(server, method="POST", headers=[("Content-Length", "5")], body=Pieces([b"ab", b"cde"], 5))
        lab.call(server, method="POST", body=Pieces([b"ab", b"c" * 20], None))
        lab.call(server, method="POST", headers=[("Content-Length", "0")], body=Pieces([], 0))
        measured, chunked, empty = server.requests
        expect((measured.body, measured.header("Transfer-Encoding")), (b"abcde", None), "a body of known length")
        expect((chunked.body, chunked.header("Content-Length")), (b"ab" + b"c" * 20, None), "a body of unknown length")
        expect((empty.body, empty.header("Content-Length")), (b"", "0"), "an empty body")

    @holds("Transport", 2, "what the source of a body raises stays what it is", needs=Capability.UPLOADS)
    def test_what_the_source_of_a_body_raises_stays_what_it_is(self, lab: Lab) -> None:
        server = lab.serve(each_request(answer))
        for error in (LookupError("mine"), OSError("mine"), TimeoutError("mine")):
            body = Pieces([b"ab", error])
            expect(lab.failure(type(error), server, method="POST", body=body) is error, True, f"{error!r} itself")
            expect(body.closed, 1, "how often the source was closed")
        whole = [asked.body for asked in server.requests if not asked.body.endswith(b"!")]
        expect(whole, [], "the bodies that arrived as if they were whole")

    @holds("Transport", 2, "a body is taken no faster than it is sent, and closed", needs=Capability.UPLOADS)
    def test_a_body_is_taken_as_it_is_sent(self, lab: Lab) -> None:
        source = Pieces([b"x" * PIECE] * PIECES)
        server = lab.serve(lambda wire: wire.pause())
        call = lab.begin(lab.request(server, method="POST", body=source))
        lab.wait(lambda: source.given > 0, "the body is being sent")
        time.sleep(lab.limit)
        expect(
            source.given < PIECES * 2 // 3, True, f"a peer that reads none made {source.given} of {PIECES} pieces go"
        )
        server.stop()
        call.outcome()
        expect(source.closed, 1, "how often the source was closed, when it was not read to its end")
