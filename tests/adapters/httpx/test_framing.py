"""URLs and fields, as they are written: what is added, what is refused, and that no refusal shows a secret."""

from collections.abc import Iterator
from typing import Any

import pytest

from pristine.adapters.httpcore.framing import Origin, framed, split_url
from pristine.core.bodies.sources import body_of
from pristine.ports.errors import ConnectFailed, ProtocolViolation, RetrySafe
from pristine.ports.messages import Request
from pristine.testing.server import each_request
from tests.adapters.httpx.conftest import Make, get, quick, shown
from tests.conftest import Serve


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("http://a.test", Origin("http", "a.test", 80, "a.test"), "/"),
        ("HTTPS://A.test:443/x", Origin("https", "a.test", 443, "a.test"), "/x"),
        ("http://a.test:/x", Origin("http", "a.test", 80, "a.test"), "/x"),
        ("https://a.test:8443?q=/@", Origin("https", "a.test", 8443, "a.test:8443"), "/?q=/@"),
        ("http://us%40er:p:w@a.test/x@y", Origin("http", "a.test", 80, "a.test"), "/x@y"),
        ("http://[::1]:80/%2F//..#part", Origin("http", "::1", 80, "[::1]"), "/%2F//.."),
        ("http://[FE80::1]:81/", Origin("http", "fe80::1", 81, "[fe80::1]:81"), "/"),
    ],
)
def test_a_url_is_split_as_it_stands(url: str, origin: Origin, target: str) -> None:
    assert split_url(Request("GET", url)) == (origin, target)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/path",
        "ftp://a.test/",
        "http://",
        "http:///x",
        "http://:80/",
        "http://a.test:0/",
        "http://a.test:65536/",
        "http://a.test:http/",
        "http://[::1/",
        "http://::1/",
        "http://a b/",
        "http://a.test/ü",
        "http://a.test/a b",
        "http://a.test/\r\nX: y",
        "http://user:cret@",
    ],
)
def test_what_cannot_be_requested_is_refused_and_shows_no_user(url: str) -> None:
    with pytest.raises(ConnectFailed, match="not a URL that can be requested") as caught:
        split_url(Request("GET", url))
    assert caught.value.retry_safe is RetrySafe.NO
    assert "cret" not in shown(caught.value)


def pieces() -> Any:
    return body_of(iter([b"in ", b"pieces"]))


@pytest.mark.parametrize(
    ("request_", "added"),
    [
        (Request("GET", ""), [(b"Host", b"h")]),
        (Request("GET", "", {"host": "mine"}), []),
        (Request("GET", "", body=b""), [(b"Host", b"h"), (b"Content-Length", b"0")]),
        (Request("POST", ""), [(b"Host", b"h"), (b"Content-Length", b"0")]),
        (Request("DELETE", "", body=b"abc"), [(b"Host", b"h"), (b"Content-Length", b"3")]),
        (Request("PUT", "", {"content-length": "3"}, body=b"abc"), [(b"Host", b"h")]),
        (Request("PUT", "", body=pieces()), [(b"Host", b"h"), (b"Transfer-Encoding", b"chunked")]),
    ],
    ids=repr,
)
def test_host_and_framing_are_added_where_they_are_missing(request_: Request, added: list[tuple[bytes, bytes]]) -> None:
    given = [(name.encode(), value.encode()) for name, value in request_.headers.multi_items()]
    assert sorted(framed(request_, "/", "h")) == sorted(added + given)


def test_fields_are_latin_1_in_order_and_repeated() -> None:
    fields = [("X-A", "é"), ("x-b", " padded\t"), ("X-A", "2"), ("X-Empty", "")]
    assert framed(Request("GET", "", fields), "/", "h")[1:] == [
        (b"X-A", b"\xe9"),
        (b"x-b", b"padded"),
        (b"X-A", b"2"),
        (b"X-Empty", b""),
    ]


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "", {"X-Token": "cret\r\nX: y"}),
        Request("GET", "", {"X-Token": "cret\0"}),
        Request("GET", "", {"X-Token": "cret\N{SNOWMAN}"}),
        Request("GET", "", {"X-Tök": "cret"}),
        Request("GE T", ""),
        Request("", ""),
        Request("POST", "", {"Content-Length": "4"}, body=b"abc"),
        Request("POST", "", {"Content-Length": "4"}),
        Request("POST", "", {"Content-Length": "9"}, body=pieces()),
        Request("POST", "", {"Transfer-Encoding": "chunked"}, body=b"abc"),
    ],
    ids=repr,
)
def test_what_is_not_http_is_refused_before_it_is_sent_and_not_shown(
    make: Make, serve: Serve, request_: Request
) -> None:
    server = serve(each_request(quick))
    subject = make(max_connections=1)
    with pytest.raises(ProtocolViolation, match="the request cannot be written as HTTP") as caught:
        subject.send(Request(request_.method, server.url, request_.headers, request_.body))
    assert caught.value.retry_safe is RetrySafe.NO
    assert "cret" not in shown(caught.value)
    assert server.connections == 0
    assert subject.send(get(server)).status == 200


class Lying:
    """A body that is not as long as it says."""

    content_type = content_encoding = None
    replayable = True

    def __init__(self, length: int) -> None:
        self.length = length

    def chunks(self) -> Iterator[bytes]:
        return iter([b"in ", b"pieces"])

    async def achunks(self) -> Any:
        for chunk in self.chunks():
            yield chunk


@pytest.mark.parametrize("length", [8, 10])
def test_a_body_that_lies_about_its_length_is_not_sent_whole(make: Make, serve: Serve, length: int) -> None:
    server, subject = serve(each_request(quick)), make(max_connections=1)
    for _ in range(2):
        with pytest.raises(ProtocolViolation, match=f"has not the {length} bytes") as caught:
            subject.send(Request("POST", server.url, body=Lying(length)))
        assert caught.value.retry_safe is RetrySafe.NO
    assert subject.send(Request("POST", f"{server.url}/honest", body=Lying(9))).status == 200
    honest = [received for received in server.requests if received.target == "/honest"]  # cut ones may be told later
    assert [received.body for received in honest] == [b"in pieces"]
