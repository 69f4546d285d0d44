"""What the library can write, and that nothing else is sent."""

from pathlib import Path
from typing import Any

import pytest

from pristine.ports.errors import (
    ConnectFailed,
    ProtocolViolation,
)
from pristine.testing.bodies import Pieces
from pristine.testing.certificates import AUTHORITY, server_tls
from pristine.testing.http2 import answers_http2
from pristine.testing.lab import Lab
from pristine.testing.server import Wire, each_request
from tests.adapters.pyreqwest.conftest import chain, quick


def sent(lab: Lab, **parts: Any) -> bytes:
    """The bytes of a request as they arrive."""
    seen: list[bytes] = []

    def read(wire: Wire) -> None:
        seen.append(wire.socket.recv(65536))
        wire.respond()

    server = lab.serve(read)
    lab.call(server, **parts)
    return seen[0].replace(server.url[7:].encode(), b"HOST")


def test_the_request_arrives_as_far_as_the_library_goes(lab: Lab) -> None:
    fields = [("x-b", "1"), ("X-A", "é".encode().decode("latin-1")), ("X-B", "2"), ("host", "other")]
    assert sent(lab, method="PUT", headers=[*fields, ("accept", "a/b"), ("user-agent", "x")], body=b"\xff") == (
        b"PUT / HTTP/1.1\r\nX-B: 1\r\nX-B: 2\r\nX-A: \xc3\xa9\r\nHost: other\r\nAccept: a/b\r\nUser-Agent: x\r\n"
        b"Content-Length: 1\r\n\r\n\xff"
    )
    assert sent(lab, target="/?") == b"GET /? HTTP/1.1\r\nAccept: */*\r\nUser-Agent: \r\nHost: HOST\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        pytest.param("GET / HTTP/1.1\r\nX:", [], None, id="method"),
        pytest.param("GET", [("X-A", "secret\r\nX-B: 2")], None, id="line-break"),
        pytest.param("GET", [("X A", "secret")], None, id="name"),
        pytest.param("GET", [("X-A", "\u20ac secret")], None, id="not-latin-1"),
        pytest.param("GET", [("X-A", "caf\xe9 secret")], None, id="not-utf-8"),
        pytest.param("POST", [("Content-Length", "3")], b"four", id="shorter"),
        pytest.param("GET", [("Content-Length", "5")], None, id="no-body"),
        pytest.param("POST", [("Transfer-Encoding", "chunked")], b"four", id="chunked"),
        pytest.param("POST", [("Content-Length", "4")], Pieces([b"four"]), id="no-length"),
    ],
)
def test_what_is_not_one_request_is_not_sent(lab: Lab, method: str, headers: Any, body: Any) -> None:
    server = lab.serve(each_request(quick))
    error = lab.failure(ProtocolViolation, server, method=method, headers=headers, body=body)
    assert error.retry_safe == "no"
    assert "secret" not in chain(error)
    assert server.connections == 0


@pytest.mark.parametrize("target", ["/a/../b", "/%2e/", "/?q='c'", "/a b", "/a\tb", "/a\\b"])
def test_a_url_that_would_be_rewritten_is_refused(lab: Lab, target: str) -> None:
    server = lab.serve(each_request(quick))
    error = lab.failure(ConnectFailed, server, f"{target}{'&' if '?' in target else '?'}key=secret")
    assert (error.retry_safe, server.connections) == ("no", 0)
    assert "secret" not in chain(error)


def test_user_information_is_neither_a_field_nor_a_fault(lab: Lab) -> None:
    server = lab.serve(each_request(quick))
    assert lab.call(server.url.replace("//", "//user:secret@")).status == 200
    assert server.requests[0].header("authorization") is None


def test_a_get_with_a_body_of_unknown_length_has_it(lab: Lab) -> None:
    """The library leaves it out where it is not told that it is chunked."""
    server = lab.serve(each_request(quick))
    lab.call(server, body=Pieces([b"ab", b"c" * 10]))
    assert (server.requests[0].header("transfer-encoding"), server.requests[0].body) == ("chunked", b"ab" + b"c" * 10)


def test_a_body_goes_over_http2_too(lab: Lab, tmp_path: Path) -> None:
    server = lab.serve(answers_http2, tls=server_tls(protocols=("h2",)))
    (tmp_path / "ca.pem").write_text(AUTHORITY)
    subject = lab.made(http2=True, tls={"ca": str(tmp_path / "ca.pem")})
    assert lab.call(server, by=subject, method="POST", body=Pieces([b"ab"])).body == b"h2"
