"""HTTP/2, against a server of our own: one request at a time on a connection, and none suffers for another."""

import ssl
import threading
from collections.abc import Callable
from contextlib import ExitStack
from queue import SimpleQueue
from typing import Any, TypeAlias

import h2.errors
import pytest

from pristine.core.bodies.sources import body_of
from pristine.ports.errors import ConnectionLost, ResponseTooLarge, RetrySafe, TimeoutExceeded, TransportError
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import WireServer, each_request
from pristine.testing.subjects import Subject
from tests.adapters.httpx.conftest import VENDORS, Make, get, quick
from tests.conftest import Serve
from tests.support.h2server import H2Wire, Handler, h2_server

Start: TypeAlias = Callable[[Handler], WireServer]


@pytest.fixture
def start(server_tls: ssl.SSLContext, stack: ExitStack) -> Start:
    return lambda handler: stack.enter_context(h2_server(handler, server_tls))


@pytest.fixture
def options(ca: str) -> dict[str, Any]:
    return {"http2": True, "tls": {"ca": ca}}


def answering(wire: H2Wire) -> None:
    for stream, _, _ in wire.requests():
        wire.json(stream, b'{"ok": true}')


def first_only(wire: H2Wire, does: Callable[[int], None]) -> None:
    for stream, _, _ in wire.requests():
        does(stream)


# -- what is sent and received -----------------------------------------------------------------------------------------


def test_requests_follow_one_another_on_a_connection(make: Make, start: Start, options: dict[str, Any]) -> None:
    seen: list[tuple[int, dict[str, str], bytes]] = []

    def keep(wire: H2Wire) -> None:
        for stream, fields, body in wire.requests():
            seen.append((stream, fields, body))
            wire.json(stream, body or b"none", ("x-tag", "1"), ("x-tag", "2"))

    server, subject = start(keep), make(**options)
    fields = [("X-Tag", "1"), ("X-Tag", "é"), ("Connection", "keep-alive")]
    for body in (None, b"whole", body_of(iter([b"in ", b"pieces"]))):
        answer = subject.send(Request("POST", f"{server.url}/a?b=c", fields, body=body))
        assert answer.body == (b"none" if body is None else body if isinstance(body, bytes) else b"in pieces")
        assert answer.headers.get_all("x-tag") == ["1", "2"]
    assert [stream for stream, _, _ in seen] == [1, 3, 5]
    assert server.connections == 1
    first = seen[0][1]
    assert {name: first[name] for name in (":method", ":path", ":scheme", ":authority")} == {
        ":method": "POST",
        ":path": "/a?b=c",
        ":scheme": "https",
        ":authority": server.url.removeprefix("https://"),
    }
    assert "connection" not in first
    assert [fields.get("content-length") for _, fields, _ in seen] == ["0", "5", None]


def test_a_server_that_does_not_speak_it_is_spoken_to_in_http1(
    make: Make, serve: Serve, server_tls: ssl.SSLContext, stack: ExitStack, options: dict[str, Any]
) -> None:
    server_tls.set_alpn_protocols(["http/1.1"])
    secure, plain = stack.enter_context(WireServer(each_request(quick), tls=server_tls)), serve(each_request(quick))
    subject = make(**options)
    assert [subject.send(get(server)).status for server in (secure, plain)] == [200, 200]


def test_without_the_option_it_is_not_offered(make: Make, start: Start, ca: str) -> None:
    agreed: SimpleQueue[str | None] = SimpleQueue()

    def look(wire: H2Wire) -> None:
        agreed.put(wire.wire.socket.selected_alpn_protocol())  # type: ignore[attr-defined]  # it is of TLS

    assert isinstance(make(tls={"ca": ca}).begin("send", get(start(look))).outcome(), TransportError)
    assert agreed.get(timeout=10) is None  # the client may be gone before the server has looked


def test_large_bodies_go_both_ways_within_the_windows(make: Make, start: Start, options: dict[str, Any]) -> None:
    large = bytes(range(256)) * 20_000

    def echo(wire: H2Wire) -> None:
        for stream, _, body in wire.requests():
            wire.head(stream)
            for sent in range(0, len(body), 16_384):
                while wire.state.local_flow_control_window(stream) < 16_384:
                    wire.state.receive_data(wire.wire.socket.recv(65536))
                wire.data(stream, body[sent : sent + 16_384])
            wire.data(stream, b"", end=True)

    assert make(**options).send(Request("POST", start(echo).url, body=large)).body == large


def test_what_comes_before_and_behind_the_answer_is_passed_over(
    make: Make, start: Start, options: dict[str, Any]
) -> None:
    """Informational answers, pings, settings and trailers."""

    def wordy(wire: H2Wire) -> None:
        for stream, _, _ in wire.requests():
            wire.head(stream, 103, [("link", "</a>")])
            wire.state.ping(b"12345678")
            wire.state.update_settings({3: 7})
            wire.head(stream, 200, [("x", "y")])
            wire.data(stream, b"body")
            wire.state.send_headers(stream, [("x-trailer", "z")], end_stream=True)
            wire.flush()

    server, subject = start(wordy), make(**options)
    for _ in range(2):
        answer = subject.send(get(server))
        assert (answer.status, answer.body, dict(answer.headers)) == (200, b"body", {"x": "y"})


# -- many at once ------------------------------------------------------------------------------------------------------


def test_many_at_once_have_a_connection_each_up_to_the_bound(make: Make, start: Start, options: dict[str, Any]) -> None:
    at_once = threading.Barrier(4)

    def together(wire: H2Wire) -> None:
        for stream, _, body in wire.requests():
            at_once.wait(10)
            wire.json(stream, body)

    server, subject = start(together), make(**options, max_connections=4)
    pending = [subject.begin("send", Request("POST", server.url, body=b"%d" % each)) for each in range(12)]
    assert [each.result().body for each in pending] == [b"%d" % each for each in range(12)]
    assert server.connections == 4


def test_a_stream_that_is_left_or_cancelled_does_not_disturb_the_others(
    make: Make, start: Start, options: dict[str, Any]
) -> None:
    go_on = threading.Event()

    def halting(wire: H2Wire) -> None:
        for stream, _, _ in wire.requests():
            wire.head(stream)
            wire.data(stream, b"one")
            go_on.wait(10)
            wire.data(stream, b"two", end=True)

    server, subject = start(halting), make(**options, max_connections=3)
    streams = [subject.open(get(server, timeout=Timeout(pool=1))) for _ in range(3)]
    assert [stream.next() for stream in streams] == [b"one"] * 3
    pending = [stream.begin("next", None) for stream in streams[1:]]
    streams[1].cancel()
    streams[0].close()
    assert isinstance(pending[0].outcome(), Exception)
    again = [subject.begin("send", get(server, timeout=Timeout(pool=1))) for _ in range(2)]
    go_on.set()
    assert pending[1].result() == b"two"
    assert [streams[2].next() for _ in range(2)] == [b"", b""]
    assert [each.result().body for each in again] == [b"onetwo"] * 2


def test_rounds_of_cancelled_calls_leave_no_place_taken(vendor: str, start: Start, options: dict[str, Any]) -> None:
    server, subject = start(answering), Subject(lambda: VENDORS[vendor](**options, max_connections=2), "async")
    for turn in range(30):
        pending = [subject.begin("send", get(server)) for _ in range(4)]
        if turn % 3:
            pending[turn % 4].outcome()
        for each in pending:
            each.cancel()
        for each in pending:
            each.outcome()
    assert subject.send(get(server, timeout=Timeout(pool=2))).status == 200
    assert subject.end() == []


# -- when it breaks ----------------------------------------------------------------------------------------------------


def reset(code: h2.errors.ErrorCodes) -> Handler:
    def handle(wire: H2Wire) -> None:
        for stream, _, _ in wire.requests():
            wire.state.reset_stream(stream, code)
            wire.flush()

    return handle


def going_away(last: int) -> Handler:
    def handle(wire: H2Wire) -> None:
        for _ in wire.requests():
            wire.state.close_connection(last_stream_id=last)
            wire.flush()

    return handle


def short(wire: H2Wire) -> None:
    for stream, _, _ in wire.requests():
        wire.head(stream, 200, [("content-length", "100")])
        wire.data(stream, b"short", end=True)


def closing(wire: H2Wire) -> None:
    next(wire.requests())


@pytest.mark.parametrize(
    ("handler", "told", "safe"),
    [
        pytest.param(reset(h2.errors.ErrorCodes.REFUSED_STREAM), "REFUSED_STREAM", RetrySafe.YES, id="refused"),
        pytest.param(reset(h2.errors.ErrorCodes.CANCEL), "CANCEL", RetrySafe.UNKNOWN, id="reset"),
        pytest.param(going_away(0), "ended the connection", RetrySafe.YES, id="goaway-before-it"),
        pytest.param(going_away(1), "ended the connection", RetrySafe.UNKNOWN, id="goaway-behind-it"),
        pytest.param(short, ".", RetrySafe.UNKNOWN, id="short-body"),
        pytest.param(closing, ".", RetrySafe.UNKNOWN, id="closed"),
    ],
)
def test_a_break_is_a_lost_connection_that_says_whether_the_request_was_processed(
    make: Make, start: Start, options: dict[str, Any], handler: Handler, told: str, safe: RetrySafe
) -> None:
    server, subject = start(handler), make(**options, max_connections=1)
    for _ in range(2):
        with pytest.raises(ConnectionLost, match=told) as caught:
            subject.send(get(server, timeout=Timeout(pool=1)))
        assert caught.value.retry_safe is safe
        assert caught.value.__cause__ is not None


def test_a_break_in_the_body_comes_after_what_came_before_it(make: Make, start: Start, options: dict[str, Any]) -> None:
    def breaking(wire: H2Wire) -> None:
        for stream, _, _ in wire.requests():
            wire.head(stream)
            wire.data(stream, b"one")
            wire.state.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
            wire.flush()

    stream = make(**options).open(get(start(breaking)))
    assert stream.next() == b"one"
    for _ in range(2):
        with pytest.raises(ConnectionLost, match=r"ended the stream \(INTERNAL_ERROR\)"):
            stream.next()
    stream.close()


def test_an_idle_connection_that_the_server_ends_is_not_used_again(
    make: Make, start: Start, options: dict[str, Any]
) -> None:
    said = threading.Semaphore(0)

    def leaving(wire: H2Wire) -> None:
        stream, _, _ = next(wire.requests())
        wire.json(stream, b"1")
        wire.state.close_connection()
        wire.flush()
        said.release()
        wire.wire.pause()

    server, subject = start(leaving), make(**options)
    for _ in range(3):
        assert subject.send(get(server)).body == b"1"
        assert said.acquire(timeout=5)
    assert server.connections == 3


@pytest.mark.parametrize("limits", [{"read": 0.1}, {"total": 0.1}, {"head": 0.1}])
def test_a_limit_passes_and_the_place_comes_back(
    make: Make, start: Start, options: dict[str, Any], limits: dict[str, float]
) -> None:
    def silent(wire: H2Wire) -> None:
        for _ in wire.requests():
            pass

    server, subject = start(silent), make(**options, max_connections=1)
    for _ in range(2):
        with pytest.raises(TimeoutExceeded, match=f"{next(iter(limits))} timeout of 0.1 s passed \\(phase: head\\)"):
            subject.send(get(server, timeout=Timeout(pool=1, **limits)))


def test_a_piece_of_the_body_that_does_not_come_within_its_time(
    make: Make, start: Start, options: dict[str, Any]
) -> None:
    def halting(wire: H2Wire) -> None:
        for stream, _, _ in wire.requests():
            wire.head(stream)
            wire.data(stream, b"one")

    stream = make(**options).open(get(start(halting)))
    assert stream.next(5) == b"one"
    with pytest.raises(TimeoutExceeded, match=r"within timeout of 0.1 s passed \(phase: body\)"):
        stream.next(0.1)
    stream.close()


def test_a_body_above_the_bound_is_not_read_on(make: Make, start: Start, options: dict[str, Any]) -> None:
    def endless(wire: H2Wire) -> None:
        for stream, _, _ in wire.requests():
            wire.head(stream)
            while wire.state.local_flow_control_window(stream) > 16_384:
                wire.data(stream, b"x" * 16_384)

    server, subject = start(endless), make(**options)
    with pytest.raises(ResponseTooLarge):
        subject.send(get(server, max_response_bytes=100_000))
