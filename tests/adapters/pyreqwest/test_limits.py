"""Limits that the library does not have; and what it goes on with when one has passed."""

import fcntl
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pristine.adapters.pyreqwest import clients, sockets
from pristine.ports.errors import (
    TimeoutExceeded,
)
from pristine.ports.messages import Timeout
from pristine.testing.lab import Lab
from pristine.testing.server import Wire, each_request, nobody_accepts
from tests.adapters.pyreqwest.conftest import ON_LINUX, quick


def silent(wire: Wire) -> None:
    wire.request()
    wire.pause()


@ON_LINUX
def test_a_head_that_trickles_is_not_silence(lab: Lab) -> None:
    def trickling(wire: Wire) -> None:
        wire.request()
        wire.trickle(b"HTTP/1.1 204 No\r\n\r\n", every=lab.limit / 5)

    assert lab.call(lab.serve(trickling), read=lab.limit * 2).status == 204


@ON_LINUX
def test_to_connect_is_not_to_be_silent(lab: Lab) -> None:
    with nobody_accepts() as url:
        error = lab.failure(TimeoutExceeded, url, connect=lab.limit * 4, read=lab.limit)
    assert (error.limit, error.phase, error.seconds, error.retry_safe) == ("connect", "connect", lab.limit * 4, "yes")


def test_a_handshake_that_is_not_answered_is_part_of_connecting(lab: Lab) -> None:
    url = lab.serve(lambda wire: wire.pause()).url.replace("http:", "https:")
    error = lab.failure(TimeoutExceeded, url, connect=lab.limit)
    assert (error.limit, error.phase) == ("connect", "connect")


@ON_LINUX
@pytest.mark.parametrize("limit", ["read", "head", "total"])
def test_a_limit_that_passes_before_the_head_closes_the_connection(lab: Lab, limit: str) -> None:
    """The library goes on with the request, and would have it answered."""
    closed = threading.Event()

    def watch(wire: Wire) -> None:
        wire.request()
        if wire.closed_by_peer():
            closed.set()

    timeout = Timeout(**{limit: lab.limit})
    error = lab.failure(TimeoutExceeded, lab.serve(watch), timeout=timeout)
    assert (error.limit, error.phase) == (limit, "head")
    assert closed.wait(5)


@ON_LINUX
def test_a_connection_that_is_not_found_is_looked_for_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is given up while its host is looked up has no socket yet."""
    closed = threading.Event()

    def watch(wire: Wire) -> None:
        wire.request()
        if wire.closed_by_peer():
            closed.set()

    monkeypatch.setattr(clients, "shut", lambda mark, **_: False)
    lab.failure(TimeoutExceeded, lab.serve(watch), read=lab.limit)
    assert not closed.wait(lab.limit)
    sockets._known.clear()
    monkeypatch.setattr(clients, "shut", sockets.shut)
    lab.call(lab.serve(each_request(quick)))
    assert closed.wait(5)


@ON_LINUX
def test_what_may_yet_be_sent_is_not_safe_to_send_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while its host is looked up: there is no socket that could be shut."""
    monkeypatch.setattr(clients, "silence", lambda mark: None)
    monkeypatch.setattr(clients, "shut", lambda mark, **_: False)
    error = lab.failure(TimeoutExceeded, lab.serve(silent), total=lab.limit)
    assert (error.limit, error.phase, error.retry_safe) == ("total", "connect", "unknown")
    monkeypatch.undo()


@ON_LINUX
def test_a_cancelled_stream_is_closed_though_nobody_uses_the_transport_again(lab: Lab) -> None:
    closed = threading.Event()

    def watch(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        if wire.closed_by_peer():
            closed.set()

    lab.open(lab.serve(watch)).cancel()
    assert closed.wait(5)


@ON_LINUX
def test_nothing_but_the_marked_sockets_is_touched(tmp_path: Path) -> None:
    """A duplicate of a file that is closed would give up the locks that this process has on it."""
    mark, lock = sockets.new_mark(), tmp_path / "lock"
    script = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    with socket.create_server(("127.0.0.1", 0)) as listener, lock.open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        with (
            socket.create_connection(listener.getsockname()) as ours,
            socket.create_connection(listener.getsockname()) as other,
        ):
            assert sockets.silence(mark) is None
            assert not sockets.shut(mark)
            ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, mark)
            assert sockets.silence(mark) is not None
            assert sockets.shut(mark)
            assert ours.recv(1) == b""
            other.setblocking(False)
            with pytest.raises(BlockingIOError):
                other.recv(1)
        assert not sockets.shut(mark)
        assert subprocess.run([sys.executable, "-c", script, lock], capture_output=True, check=False).returncode == 1


def test_where_nobody_can_look_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_TIMEOUT", None)
    assert not sockets.shut(sockets.new_mark())
    assert sockets.silence(sockets.new_mark()) == float("inf")
