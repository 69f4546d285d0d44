"""The server that misbehaves on purpose, and what drives a transport against it."""

import asyncio
import gc
import socket
import threading
import warnings
from typing import Any
from urllib.parse import urlsplit

import pytest

import pristine.testing
from pristine.ports.messages import Request
from pristine.testing.contracts.base import Contract
from pristine.testing.faults import FAULTS
from pristine.testing.lab import Case, Lab
from pristine.testing.promises import PromiseBroken
from pristine.testing.server import Received, Wire, WireServer, each_request, in_turn, nobody_accepts, nobody_listens
from pristine.testing.subjects import Cancelled, Hung, Subject
from tests.contracts.broken.good import GoodAsync, GoodBlocking


def say(url: str, data: bytes) -> bytes:
    """What a server answers."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65536), b""))


# -- server ------------------------------------------------------------------------------------------------------------


def test_it_keeps_what_it_received() -> None:
    def answer(wire: Wire, asked: Received) -> None:
        wire.respond(200, asked.body, "Connection: close")
        wire.socket.shutdown(socket.SHUT_WR)

    with WireServer(each_request(answer)) as server:
        assert say(server.url, b"PUT /x HTTP/1.1\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok").endswith(b"\r\n\r\nok")
        chunked = b"POST /y HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n"
        assert say(server.url, chunked + b"0\r\n\r\n").endswith(b"\r\n\r\nabc")
        first, second = server.requests
    assert (first.method, first.target, first.body, first.header("x-a"), first.header("y")) == (
        *("PUT", "/x", b"ok"),
        "1",
        None,
    )
    assert second.body == b"abc"
    assert server.connections == 2


def test_what_a_handler_raises_is_raised_where_the_server_is_left() -> None:
    def wrong(_: Wire) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"), WireServer(wrong) as server:
        say(server.url, b"")


def test_answers_in_turn_and_the_last_again() -> None:
    with WireServer(in_turn(lambda wire: wire.send(b"1"), lambda wire: wire.send(b"2"))) as server:
        parts = urlsplit(server.url)
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n" * 3)
            assert b"".join(connection.recv(1) for _ in range(3)) == b"122"


def test_ports_without_anybody() -> None:
    parts = urlsplit(nobody_listens())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((parts.hostname, parts.port))
    with nobody_accepts() as url, pytest.raises(TimeoutError):
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=0.05)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_when_its_server_is_stopped(fault: str) -> None:
    with WireServer(FAULTS[fault]) as server:
        parts = urlsplit(server.url)
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")
            connection.settimeout(0.5)
            try:
                came = connection.recv(10)
            except (TimeoutError, ConnectionResetError):
                came = b""
            assert came or fault.startswith(("reset-before", "close-before", "stall-before"))


# -- subjects ----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["blocking", "async"])
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def made(face: str, patience: float = 5.0) -> Subject:
    return Subject(GoodBlocking if face == "blocking" else GoodAsync, face, patience)


def test_a_call_that_does_not_end_hangs(face: str) -> None:
    with WireServer(lambda wire: wire.pause()) as server:
        subject = made(face, 0.05)
        call = subject.begin("send", Request("GET", server.url))
        with pytest.raises(Hung, match=r"did not end within 0.05 s"):
            call.result()
    assert call.ends_within(5)
    assert "ConnectionLost" in repr(call.outcome())
    assert subject.end() == []


def test_only_a_task_can_be_cancelled(face: str) -> None:
    asked = threading.Event()

    def taken(wire: Wire) -> None:
        wire.request()
        asked.set()
        wire.pause()

    with WireServer(taken) as server:
        subject = made(face)
        call = subject.begin("send", Request("GET", server.url))
        assert asked.wait(5)
        if face == "async":
            call.cancel()
            with pytest.raises(Cancelled):
                call.result()
        else:
            with pytest.raises(TypeError, match="cannot be cancelled"):
                call.cancel()
            subject.close()
            assert "ConnectionLost" in repr(call.outcome())
        subject.end()


def test_what_is_left_in_an_event_loop_is_told() -> None:
    tasks = []

    async def leave() -> None:
        tasks.append(asyncio.create_task(asyncio.sleep(60)))
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)

    subject = made("async")
    subject.do(leave).result()
    told = subject.end()
    assert "division by zero" in told[0]
    assert "a task is still running" in told[1]


# -- laboratory --------------------------------------------------------------------------------------------------------


def lab(make: Any) -> Lab:
    return Lab(Case("x", "blocking", make), "send", patience=0.5)


class Leaving(GoodBlocking):
    """Leaves what it is told to."""

    def __init__(self, leave: Any) -> None:
        super().__init__()
        self.leave = leave

    def close(self) -> None:
        self.leave()
        super().close()


def warn() -> None:
    warnings.warn("unclosed thing", ResourceWarning, stacklevel=1)


def test_what_is_left_behind_is_a_broken_promise() -> None:
    kept = []

    def connect(server: WireServer) -> None:
        parts = urlsplit(server.url)
        kept.append(socket.create_connection((parts.hostname, parts.port)))

    with (
        pytest.raises(PromiseBroken, match=r"(?s)Transport promise 8.*unclosed thing"),
        lab(lambda: Leaving(warn)) as it,
    ):
        it.call(it.serve("slow-head"))
    with WireServer(lambda wire: wire.pause()) as server:
        with (
            pytest.raises(PromiseBroken, match=r"\d open sockets"),
            lab(lambda: Leaving(lambda: connect(server))) as it,
        ):
            it.call(it.serve("slow-head"))
        kept.pop().close()
    with (
        pytest.raises(PromiseBroken, match="close raised ZeroDivisionError"),
        lab(lambda: Leaving(lambda: 1 / 0)) as it,
    ):
        it.call(it.serve("slow-head"))


def test_nothing_is_told_where_nothing_is_left_or_the_test_has_failed() -> None:
    with lab(GoodBlocking) as it:
        it.call(it.serve("slow-head"))
    with pytest.raises(NotImplementedError), lab(lambda: Leaving(warn)) as it:
        it.subject.do(Contract().make).result()
    assert gc.get_freeze_count() == 0


def test_a_laboratory_that_hung_is_left_at_once() -> None:
    """Its servers go first, or closing would hang as well."""
    with pytest.raises(Hung), lab(GoodBlocking) as it:
        it.call(it.serve("stall-before-head"))
    it.close()
    assert threading.active_count() < 10


# -- table of contents -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pristine.testing.__all__)
def test_every_name_exists(name: str) -> None:
    assert getattr(pristine.testing, name) is not None
    assert name in dir(pristine.testing)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'pristine.testing' has no attribute 'nope'"):
        _ = pristine.testing.nope


def test_a_contract_that_does_not_say_how_is_told() -> None:
    with pytest.raises(NotImplementedError, match="Contract does not say how its transport is made"):
        Contract().make()
