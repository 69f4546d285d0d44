"""Bodies of requests on their way: as long as they said, as fast as they are taken, from their own thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from pristine.adapters.pyreqwest import PyreqwestTransport, sockets
from pristine.ports.errors import (
    ProtocolViolation,
    TimeoutExceeded,
    WrongFace,
)
from pristine.ports.messages import Request
from pristine.testing.bodies import Pieces
from pristine.testing.lab import Lab, expected
from pristine.testing.server import Wire, each_request
from tests.adapters.pyreqwest.conftest import marked, quick
from tests.conftest import Serve


@pytest.mark.parametrize(("pieces", "length"), [([b"ab"], 4), ([b"ab", b"cde"], 4), ([b"a"], 0)])
def test_a_body_is_never_longer_or_shorter_than_it_said(lab: Lab, pieces: list[bytes], length: int) -> None:
    server, body = lab.serve(each_request(quick)), Pieces(pieces, length)
    error = lab.failure(ProtocolViolation, server, method="POST", body=body)
    assert "the body has not the" in str(error)
    assert body.closed == 1
    assert all(len(received.body) < 4 for received in server.requests)


@pytest.mark.parametrize("length", [4, None])
def test_a_source_that_fails_in_the_end_leaves_no_whole_request(lab: Lab, length: int | None) -> None:
    fault = OSError("mine")
    server = lab.serve(each_request(quick))
    assert lab.failure(OSError, server, method="POST", body=Pieces([b"ab", b"cd", fault], length)) is fault
    lab.call(server)
    assert all(received.body != b"abcd" for received in server.requests)


class Slow(Pieces):
    """A body whose source takes its time."""

    def __init__(self, wait: float, *pieces: bytes, length: int | None = None) -> None:
        super().__init__(pieces, length)
        self.wait = wait
        self.threads: set[int] = set()

    def chunks(self) -> Iterator[bytes]:
        for piece in super().chunks():
            self.threads.add(threading.get_ident())
            threading.Event().wait(self.wait)
            yield piece

    async def achunks(self) -> Any:
        async for piece in super().achunks():
            await asyncio.sleep(self.wait)
            yield piece


def test_a_source_may_take_its_time_whatever_the_peer_may(lab: Lab) -> None:
    server = lab.serve(each_request(quick))
    lab.call(server, method="POST", body=Slow(lab.limit * 2, b"a", b"b"), write=lab.limit, read=lab.limit)
    assert server.requests[0].body == b"ab"


def test_the_total_passes_while_a_source_is_waited_for(lab: Lab) -> None:
    body = Slow(lab.limit * 2, b"a", b"b", b"c")
    error = lab.failure(TimeoutExceeded, lab.serve(each_request(quick)), method="POST", body=body, total=lab.limit)
    assert (error.limit, error.phase, body.closed) == ("total", "write", 1)


def test_a_blocking_source_is_read_by_the_thread_that_sends(serve: Serve) -> None:
    """The library would read it in its own thread, and all other calls would wait."""
    with closing(PyreqwestTransport()) as transport:
        body = Slow(0, b"a", b"b")
        transport.send(Request("POST", serve(each_request(quick)).url, body=body))
    assert body.threads == {threading.get_ident()}


def test_an_async_body_is_not_for_the_blocking_face(serve: Serve) -> None:
    class Async:
        length = content_type = content_encoding = None
        replayable = True

        async def achunks(self) -> Any:
            yield b""

    server = serve(each_request(quick))
    with pytest.raises(WrongFace):
        PyreqwestTransport().send(Request("POST", server.url, body=Async()))
    assert server.connections == 0


def test_an_answer_may_go_on_while_the_body_is_not_read(lab: Lab) -> None:
    def talk(wire: Wire) -> None:
        wire.head()
        wire.begin_stream()
        wire.chunk(b"a")
        wire.server.stopping.wait(lab.limit * 3)
        wire.chunk(b"b")
        wire.end_stream()
        wire.pause()

    body = Pieces([b"x" * 1_000_000] * 30)
    assert lab.call(lab.serve(talk), method="POST", body=body, write=lab.limit).body == b"ab"
    assert body.given < 30
    assert body.closed == 1
    lab.wait(lambda: not marked(), "the connection is closed, since a part of the request is not sent")


@pytest.mark.parametrize("length", [2, None])
def test_after_a_body_its_connection_is_used_again(lab: Lab, length: int | None) -> None:
    server = lab.serve(each_request(quick))
    for _ in range(3):
        lab.call(server, method="POST", body=Pieces([b"a", b"b"], length))
    assert server.connections == 1


def test_a_source_that_fails_while_the_answer_is_read_is_the_failure(lab: Lab) -> None:
    read = threading.Event()

    class Failing(Pieces):
        def chunks(self) -> Iterator[bytes]:
            yield b"x"
            read.wait(5)
            raise LookupError("mine")

        async def achunks(self) -> Any:
            yield b"x"
            await asyncio.to_thread(read.wait, 5)
            raise LookupError("mine")

    def talk(wire: Wire) -> None:
        wire.head()
        wire.begin_stream()
        wire.pause()

    if lab.face == "blocking":
        read.set()
        lab.failure(LookupError, lab.serve(talk), method="POST", body=Failing([]))
        return
    stream = lab.open(lab.serve(talk), method="POST", body=Failing([]))
    read.set()
    expected(LookupError, stream.begin("next"))


@pytest.mark.parametrize("looks", [True, False])
def test_a_body_that_is_given_up_never_looks_whole(lab: Lab, looks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library would take the end of the source for that of the body."""
    go_on, read = threading.Event(), threading.Event()

    def late(wire: Wire) -> None:
        go_on.wait(5)
        wire.request()
        read.set()

    if not looks:
        monkeypatch.setattr(sockets, "can_look", lambda: False)
    server = lab.serve(late)
    body = Pieces([b"x" * 1_000_000] * 30)
    lab.failure(TimeoutExceeded, server, method="POST", body=body, write=lab.limit)
    go_on.set()
    other = lab.serve(each_request(quick))
    lab.wait(lambda: lab.call(other).status == 200 and read.is_set(), "the next use of the transport ends it")
    assert server.requests == [] or server.requests[0].body.endswith(b"!")
