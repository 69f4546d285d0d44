"""Every transport over TLS: verified by default, one context for a pool, and everything else as without it."""

import ssl
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

import pristine
from pristine.ports.errors import ConnectFailed, StreamCancelled, TimeoutExceeded
from pristine.ports.messages import Timeout
from pristine.testing.server import Handler, Wire, WireServer, in_turn
from tests.conftest import Connect, Serve


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process trust the authority, as a user would, by OpenSSL's environment variable."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def serve_tls(authority: trustme.CA, stack: ExitStack) -> Serve:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def start(handler: Handler) -> WireServer:
        return stack.enter_context(WireServer(handler, tls=context))

    return start


def waiting(wire: Wire) -> None:
    wire.request()
    wire.begin_stream()
    wire.chunk(b"data: 1\n\n")
    wire.pause()


@pytest.mark.usefixtures("trusted")
def test_calls_and_streams_go_over_tls(connect: Connect, serve_tls: Serve) -> None:
    def feed(wire: Wire) -> None:
        wire.begin_stream()
        wire.chunk(b"data: 1\n\n")
        wire.end_stream()

    server = serve_tls(in_turn(lambda wire: wire.json(b'{"ok": true}'), feed))
    api = connect(server)
    assert api.execute("get") == {"ok": True}
    assert [event.data for event in api.events("feed")] == ["1"]
    assert server.connections == 1


def test_a_certificate_that_is_not_trusted_is_refused_before_anything_is_sent(
    connect: Connect, serve_tls: Serve
) -> None:
    server = serve_tls(in_turn(lambda wire: wire.json(b"{}")))
    with pytest.raises(ConnectFailed, match=r"(?i)certificate"):
        connect(server, auth=pristine.Bearer("secret-token")).execute("get")
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_cancel_wakes_a_reader_behind_tls(connect: Connect, serve_tls: Serve) -> None:
    stream = connect(serve_tls(waiting)).open("feed")
    assert stream.next() is not None
    timer = threading.Timer(0.1, stream.response.cancel)
    timer.start()
    with pytest.raises(StreamCancelled):
        stream.next()
    timer.join()
    stream.close()


@pytest.mark.usefixtures("trusted")
def test_the_total_holds_behind_tls(connect: Connect, serve_tls: Serve) -> None:
    stream = connect(serve_tls(waiting)).open("feed", timeout=Timeout(total=0.5))
    assert stream.next() is not None
    with pytest.raises(TimeoutExceeded, match=r"total timeout of 0.5 s"):
        stream.next()
