"""What a server may answer, and what becomes of it: the value, or the right error with all that came."""

import gzip
import zlib

import pytest

from pristine.ports.errors import (
    ConnectionLost,
    DecodeError,
    NotFound,
    PristineError,
    ProtocolViolation,
    ServerError,
    StatusError,
    StreamInterrupted,
    TooManyRequests,
    TransportError,
    Unauthorized,
    UnexpectedContent,
)
from pristine.testing.server import Wire, in_turn
from tests.conftest import Connect, Serve


def test_a_401_with_an_html_body_keeps_status_headers_and_text(connect: Connect, serve: Serve) -> None:
    html = "<html><body>Sign in, Zoë</body></html>".encode("latin-1")
    fields = ("Content-Type: text/html; charset=latin-1", "WWW-Authenticate: Bearer", "X-Request-Id: r-1")
    api = connect(serve(in_turn(lambda wire: wire.respond(401, html, *fields))))
    for use in (lambda: api.execute("get"), lambda: api.events("feed")):
        with pytest.raises(Unauthorized, match="401 text/html") as caught:
            use()
        error = caught.value
        assert error.status == 401
        assert error.headers["www-authenticate"] == "Bearer"
        assert error.body == html
        assert error.text == "<html><body>Sign in, Zoë</body></html>"
        assert error.request_id == "r-1"


def test_a_stream_endpoint_that_answers_a_json_error_is_that_error(connect: Connect, serve: Serve) -> None:
    body = b'{"error": {"message": "slow down", "type": "rate_limit"}}'
    api = connect(serve(in_turn(lambda wire: wire.json(body, 429, "Retry-After: 3"))))
    with pytest.raises(TooManyRequests, match="429 slow down") as caught:
        api.events("chat", {})
    assert caught.value.json()["error"]["type"] == "rate_limit"
    assert caught.value.retry_after == 3


def test_a_200_html_page_where_sse_was_declared_is_an_error_with_its_start(connect: Connect, serve: Serve) -> None:
    page = b"<!doctype html><title>Maintenance</title>" + b"x" * 1_000_000
    api = connect(serve(in_turn(lambda wire: wire.respond(200, page, "Content-Type: text/html"))))
    with pytest.raises(UnexpectedContent, match=r"text/event-stream was declared.*Maintenance") as caught:
        api.events("feed")
    assert caught.value.content_type == "text/html"
    assert caught.value.status == 200
    assert caught.value.body.startswith(b"<!doctype html>")
    assert len(caught.value.body) <= 256 * 1024


def test_a_200_json_error_where_sse_was_declared_tells_its_message(connect: Connect, serve: Serve) -> None:
    api = connect(serve(in_turn(lambda wire: wire.json(b'{"error": {"message": "no such model"}}'))))
    with pytest.raises(UnexpectedContent, match="no such model"):
        api.events("chat", {})


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, NotFound), (418, StatusError), (500, ServerError), (302, StatusError), (599, ServerError)],
)
def test_each_status_has_its_class(connect: Connect, serve: Serve, status: int, kind: type[StatusError]) -> None:
    api = connect(serve(in_turn(lambda wire: wire.respond(status, b"", "Location: /elsewhere"))))
    with pytest.raises(kind, match=str(status)) as caught:
        api.execute("get")
    assert caught.value.status == status


def test_a_peer_that_stops_in_the_middle_of_a_body_is_never_a_short_success(connect: Connect, serve: Serve) -> None:
    def short(wire: Wire) -> None:
        wire.respond(200, b'{"ok"', "Content-Type: application/json", length=100)
        wire.socket.shutdown(2)

    def cut_chunk(wire: Wire) -> None:
        wire.begin_stream()
        wire.send(b"20\r\ndata: 1\n\n")
        wire.socket.shutdown(2)

    def unended(wire: Wire) -> None:
        wire.begin_stream()
        wire.chunk(b"data: 1\n\n")
        wire.socket.shutdown(2)

    with pytest.raises(ConnectionLost):
        connect(serve(in_turn(short))).execute("get")
    for handler in (cut_chunk, unended):
        stream = connect(serve(in_turn(handler))).open("feed")
        first = stream.next()
        assert first is not None
        assert first.data == "1"
        with pytest.raises(StreamInterrupted, match="after 1 events"):
            stream.next()


def test_a_peer_that_does_not_speak_http_is_a_protocol_violation(connect: Connect, serve: Serve) -> None:
    def smtp(wire: Wire) -> None:
        wire.request()
        wire.send(b"220 mail.example.com ESMTP\r\n\r\n")

    with pytest.raises(ProtocolViolation):
        connect(serve(smtp)).execute("get")


def test_repeated_header_fields_survive(connect: Connect, serve: Serve) -> None:
    def cookies(wire: Wire) -> None:
        wire.begin_stream("Set-Cookie: a=1", "Set-Cookie: b=2", "Link: </x>; rel=next")
        wire.end_stream()

    stream = connect(serve(in_turn(cookies))).open("feed")
    assert stream.response.headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert stream.response.status == 200
    assert stream.next() is None
    assert stream.next() is None
    stream.close()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw-deflate", "two-members"])
def test_a_content_coding_is_undone(connect: Connect, serve: Serve, coding: str) -> None:
    plain = b'{"text": "' + b"z" * 5000 + b'"}'
    compress = zlib.compressobj(wbits=-15)
    body = {
        "gzip": gzip.compress(plain),
        "deflate": zlib.compress(plain),
        "raw-deflate": compress.compress(plain) + compress.flush(),
        "two-members": gzip.compress(plain[:100]) + gzip.compress(plain[100:]),
    }[coding]
    field = f"Content-Encoding: {'deflate' if 'deflate' in coding else 'gzip'}"
    api = connect(serve(in_turn(lambda wire: wire.json(body, 200, field))))
    assert api.execute("get") == {"text": "z" * 5000}


def test_a_coded_stream_is_decoded_as_it_comes_and_a_cut_one_is_an_error(connect: Connect, serve: Serve) -> None:
    body = gzip.compress(b"data: 1\n\ndata: 2\n\n")

    def coded(wire: Wire) -> None:
        wire.begin_stream("Content-Encoding: gzip")
        for start in range(0, len(body), 7):
            wire.chunk(body[start : start + 7])
        wire.end_stream()

    def cut(wire: Wire) -> None:
        wire.begin_stream("Content-Encoding: gzip")
        wire.chunk(body[:-9])
        wire.end_stream()

    assert [event.data for event in connect(serve(in_turn(coded))).events("feed")] == ["1", "2"]
    with pytest.raises(DecodeError, match="cut short"):
        connect(serve(in_turn(cut))).events("feed")


@pytest.mark.parametrize(
    ("body", "fields", "expected"),
    [
        pytest.param(b"{}", "Content-Type: application/problem+json", {}, id="json-suffix"),
        pytest.param(b"hi", "Content-Type: text/plain", "hi", id="text"),
        pytest.param(b"\xff\x00", "Content-Type: image/png", b"\xff\x00", id="bytes"),
        pytest.param(b"", "Content-Type: application/json", None, id="empty"),
        pytest.param(b"??", "X-Nothing: 1", b"??", id="undeclared"),
    ],
)
def test_without_a_declared_type_a_body_is_what_its_media_type_says(
    connect: Connect, serve: Serve, body: bytes, fields: str, expected: object
) -> None:
    assert connect(serve(in_turn(lambda wire: wire.respond(200, body, fields)))).execute("get") == expected


@pytest.mark.parametrize(
    ("body", "field", "error", "told"),
    [
        pytest.param(b'{"name": 3}', "application/json", DecodeError, "name: must be a string", id="wrong-type"),
        pytest.param(b'{"nam', "application/json", DecodeError, "not JSON", id="not-json"),
        pytest.param(b"", "application/json", DecodeError, "not JSON", id="empty"),
        pytest.param(b"<p>hello", "text/html", UnexpectedContent, "<p>hello", id="html"),
    ],
)
def test_a_body_that_is_not_of_the_declared_type_keeps_what_came(
    connect: Connect, serve: Serve, body: bytes, field: str, error: type[DecodeError], told: str
) -> None:
    api = connect(serve(in_turn(lambda wire: wire.respond(200, body, f"Content-Type: {field}"))))
    with pytest.raises(error, match=told) as caught:
        api.execute("typed")
    assert (caught.value.status, caught.value.body, caught.value.endpoint) == (200, body, "typed")


def test_what_a_server_echoes_of_a_credential_is_masked(connect: Connect, serve: Serve) -> None:
    def echo(wire: Wire) -> None:
        sent = wire.server.requests[-1].header("Authorization")
        wire.json(f'{{"error": {{"message": "bad header {sent}"}}}}'.encode(), 401)

    api = connect(serve(in_turn(echo)), auth={"name": "bearer", "token": "sk-very-secret"})
    for use in (lambda: api.execute("get"), lambda: api.events("feed")):
        with pytest.raises(PristineError) as caught:
            use()
        error = caught.value
        assert "sk-very-secret" not in f"{error} {error!r} {vars(error)}"
        assert "bad header ***" in str(error)


def test_a_credential_is_masked_before_a_long_message_is_cut(connect: Connect, serve: Serve) -> None:
    def echo(wire: Wire) -> None:
        wire.json(b'{"message": "' + b"x" * 190 + b' sk-very-secret"}', 401)

    with pytest.raises(Unauthorized) as caught:
        connect(serve(in_turn(echo)), auth={"name": "bearer", "token": "sk-very-secret"}).execute("get")
    assert "sk-" not in str(caught.value)


def test_a_message_with_half_a_surrogate_pair_is_still_a_message(connect: Connect, serve: Serve) -> None:
    api = connect(serve(in_turn(lambda wire: wire.json(b'{"message": "\\ud800!"}', 400))))
    with pytest.raises(StatusError, match="!") as caught:
        api.execute("get")
    str(caught.value).encode()


def test_no_transport_error_of_the_vendor_crosses_the_border(connect: Connect, serve: Serve) -> None:
    def no_head(wire: Wire) -> None:
        wire.request()

    with pytest.raises(TransportError) as caught:
        connect(serve(no_head)).execute("get")
    vendors = {"httpcore", "httpcore2", "aiohttp", "pyreqwest"}
    assert type(caught.value.__cause__).__module__.partition(".")[0] in vendors
