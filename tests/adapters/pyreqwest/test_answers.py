"""What comes back, and what the errors tell."""

import gc
import threading
import weakref

import pytest
from pyreqwest.exceptions import RequestError

from pristine.adapters.pyreqwest import PyreqwestTransport
from pristine.adapters.pyreqwest.errors import translated
from pristine.adapters.timing import Timing
from pristine.ports.errors import ConnectFailed, ConnectionLost, ProtocolViolation, TransportError
from pristine.ports.messages import Request, Timeout
from pristine.testing.lab import Lab, expected
from pristine.testing.server import Wire, each_request, nobody_listens
from tests.adapters.pyreqwest.conftest import chain, quick


def test_a_field_that_cannot_be_read_is_marked(lab: Lab) -> None:
    def answer(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 204 No\r\nX-A: 1\r\nX-B: caf\xe9\r\nx-b: 2\r\nX-A: 3\r\n\r\n")

    pairs = lab.call(lab.serve(answer)).headers.multi_items()
    assert pairs == (("x-a", "1"), ("x-a", "3"), ("x-b", "\ufffd"), ("x-b", "2"))


@pytest.mark.parametrize("fault", ["reset-in-body", "cut-in-chunk", "close-in-body", "bad-chunk"])
def test_a_broken_body_stays_broken(lab: Lab, fault: str) -> None:
    """The library says the next time that the body is complete."""
    stream = lab.open(lab.serve(fault))
    assert stream.next() == b"abc"
    for _ in range(2):
        outcome = expected(TransportError, stream.begin("next"))
        assert type(outcome.__cause__).__module__ == "pyreqwest.exceptions"


def test_a_switch_of_protocols_is_not_left_open(lab: Lab) -> None:
    closed = threading.Event()

    def switch(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
        if wire.closed_by_peer():
            closed.set()

    lab.failure(ProtocolViolation, lab.serve(switch))
    assert closed.wait(5)


@pytest.mark.parametrize(
    "fault", ["close-before-head", "reset-before-head", "not-http", "stall-before-head", "refused", "tls", "proxy"]
)
def test_no_error_shows_what_may_be_secret_in_the_url(lab: Lab, fault: str) -> None:
    by = None
    if fault == "refused":
        url = nobody_listens()
    elif fault == "tls":
        url = lab.serve(each_request(quick)).url.replace("http:", "https:")
    elif fault == "proxy":
        by = lab.made(proxy=nobody_listens().replace("//", "//user:secret@"))
        url = "https://a.test"
    else:
        url = lab.serve(fault).url
    url = url.replace("//", "//user:secret@")
    error = lab.failure(TransportError, url, "/?key=secret", by=by, read=lab.limit, connect=lab.limit)
    assert "secret" not in chain(error)


def test_whatever_the_library_tells_of_urls_is_masked() -> None:
    cause = {"message": "the proxy http://user:secret@a.test:1/?key=secret said no for url (http://b.test/(?k=secret))"}
    error = RequestError("m", {"causes": [cause]})  # type: ignore[list-item]  # a TypedDict by any other name
    told = translated(error, "head", Timing(Timeout()))
    assert str(told) == "the proxy *** said no"
    assert "secret" not in repr((error, error.args, error.details))


def test_an_end_that_comes_too_early_is_a_break(lab: Lab) -> None:
    """The library says so of its own accord; it would not if its reader were gone."""

    class Gone:
        async def read_chunk(self) -> None:
            return None

    stream = lab.open(lab.serve("stall-in-body"))
    assert stream.next() == b"abc"
    stream.stream._reader = Gone()
    for _ in range(2):
        expected(ConnectionLost, stream.begin("next"))


def test_the_place_is_free_when_the_last_byte_is_read(lab: Lab) -> None:
    subject = lab.made(max_connections=1)
    server = lab.serve(each_request(quick))
    stream = lab.open(server, by=subject)
    assert stream.next() == b'{"ok": true}'
    lab.call(server, by=subject, pool=lab.limit)
    assert stream.next() == b""
    assert server.connections == 1


def test_an_error_is_gone_with_its_last_name() -> None:
    """And with it the frames of the call, which have the connection."""
    gc.disable()
    try:
        with pytest.raises(ConnectFailed) as caught:
            PyreqwestTransport().send(Request("GET", nobody_listens()))
        error = weakref.ref(caught.value)
        del caught
        assert error() is None
    finally:
        gc.enable()
