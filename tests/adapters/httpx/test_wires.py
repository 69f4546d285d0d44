"""Sockets below the cores: what goes in one packet, whom to connect to, what may be used again."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from pristine.adapters.httpcore.errors import Passed, errors_of
from pristine.adapters.httpcore.exchange import Exchange
from pristine.core.bodies.sources import body_of
from pristine.ports.errors import ConnectFailed, ConnectionLost, ProtocolViolation, TimeoutExceeded
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Received, Wire, each_request, nobody_accepts
from tests.adapters.httpx.conftest import VENDORS, Make, get, quick
from tests.conftest import Serve

# -- sending -----------------------------------------------------------------------------------------------------------


def test_a_small_request_goes_in_one_packet(make: Make, serve: Serve) -> None:
    packets: list[bytes] = []

    def keep(wire: Wire) -> None:
        while data := wire.socket.recv(65536):
            packets.append(data)
            wire.respond()

    server, subject = serve(keep), make()
    for _ in range(2):
        subject.send(Request("POST", server.url, body=b"x" * 10_000))
    assert [packet[-10_000:] for packet in packets] == [b"x" * 10_000] * 2


def test_the_head_does_not_wait_for_a_body_in_pieces(make: Make, serve: Serve, face: str) -> None:
    arrived = threading.Event()

    def look(wire: Wire) -> None:
        head = wire.head()
        assert head is not None
        arrived.set()
        while wire.piece(65536)[-5:] != b"0\r\n\r\n":
            pass
        wire.respond()

    def source() -> Iterator[bytes]:
        assert arrived.wait(5)
        yield b"one"

    async def asource() -> AsyncIterator[bytes]:
        assert await asyncio.to_thread(arrived.wait, 5)
        yield b"one"

    body = body_of(source() if face == "blocking" else asource())
    assert make().send(Request("POST", serve(look).url, body=body)).status == 200


def test_an_answer_that_comes_before_the_request_is_sent_is_an_answer(make: Make, serve: Serve) -> None:
    def early(wire: Wire) -> None:
        wire.head()
        wire.respond(413, b"too much", "Connection: close")
        wire.socket.shutdown(socket.SHUT_WR)
        while wire.piece(65536):
            pass

    response = make().send(Request("POST", serve(early).url, body=b"x" * 5_000_000))
    assert (response.status, response.body) == (413, b"too much")


def test_a_peer_that_does_not_read_runs_into_the_limit_of_writing(make: Make, serve: Serve) -> None:
    server, subject = serve(lambda wire: wire.pause()), make(max_connections=1)
    for _ in range(2):
        with pytest.raises(TimeoutExceeded, match=r"write timeout of 0.2 s passed \(phase: write\)"):
            subject.send(Request("POST", server.url, body=b"x" * 50_000_000, timeout=Timeout(write=0.2, pool=1)))


# -- connecting --------------------------------------------------------------------------------------------------------


def resolved(monkeypatch: pytest.MonkeyPatch, *urls: str) -> None:
    """Let the name "many.test" have these addresses."""
    real = socket.getaddrinfo
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, int(port)))
        for host, port in (url.removeprefix("http://").split(":") for url in urls)
    ]

    def look_up(host: str, *arguments: Any, **options: Any) -> Any:
        is_numeric = bool(options.get("flags"))
        return found if host == "many.test" and not is_numeric else real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_the_next_address_is_tried_when_one_does_not_answer(
    make: Make, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(each_request(quick))
    with nobody_accepts() as silent:
        resolved(monkeypatch, silent, "http://127.0.0.1:1", server.url)
        began = time.monotonic()
        assert make().send(Request("GET", "http://many.test/", timeout=Timeout(connect=1.5))).status == 200
        assert time.monotonic() - began < 1.4


def test_all_addresses_together_have_one_limit(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    with nobody_accepts() as silent:
        resolved(monkeypatch, silent, silent, silent)
        began = time.monotonic()
        with pytest.raises(TimeoutExceeded, match=r"connect timeout of 0.3 s passed \(phase: connect\)"):
            make().send(Request("GET", "http://many.test/", timeout=Timeout(connect=0.3)))
        assert time.monotonic() - began < 1


def test_a_refusal_of_all_addresses_is_a_failure_to_connect(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, "http://127.0.0.1:1", "http://127.0.0.1:2")
    with pytest.raises(ConnectFailed, match=r"refused|failed"):
        make().send(Request("GET", "http://many.test/"))


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".test", "."])
def test_a_name_that_cannot_be_is_a_failure_to_connect(make: Make, host: str) -> None:
    subject = make(max_connections=1)
    for _ in range(2):
        with pytest.raises(ConnectFailed):
            subject.send(Request("GET", f"http://{host}/", timeout=Timeout(pool=1)))


def open_files() -> int:
    """How many this process has, where the system says so."""
    return len(list(Path("/proc/self/fd").glob("*")))


async def test_a_race_that_is_cancelled_leaves_no_socket_open(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = VENDORS[vendor](max_connections=1)
    with nobody_accepts() as silent:
        before = open_files()
        resolved(monkeypatch, silent, silent)
        for _ in range(3):
            with pytest.raises(TimeoutError):  # when both addresses are being tried
                await asyncio.wait_for(transport.asend(Request("GET", "http://many.test/")), 0.3)
        await transport.aclose()
        await asyncio.sleep(0)
        assert open_files() <= before
    monkeypatch.undo()


# -- using again -------------------------------------------------------------------------------------------------------


def test_what_stands_behind_an_answer_is_not_the_answer_to_the_next_request(make: Make, serve: Serve) -> None:
    def twice(wire: Wire, received: Received) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmineHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")

    server, subject = serve(each_request(twice)), make()
    assert [subject.send(get(server)).body for _ in range(3)] == [b"mine"] * 3
    assert server.connections == 3


def test_a_place_is_free_as_soon_as_a_body_is_read(make: Make, serve: Serve) -> None:
    server, subject = serve(each_request(quick)), make(max_connections=1)
    streams = []
    for _ in range(3):
        streams.append(subject.open(get(server, timeout=Timeout(pool=1))))
        assert streams[-1].rest() == b'{"ok": true}'
        assert streams[-1].next() == b""
    assert server.connections == 1


def test_closing_wakes_who_waits_and_the_transport_may_be_used_again(make: Make, serve: Serve) -> None:
    waits = threading.Event()

    def first_silent(wire: Wire, received: Received) -> None:
        if received.target == "/wait":
            waits.set()
            wire.pause()
        quick(wire, received)

    server, subject = serve(each_request(first_silent)), make()
    pending = subject.begin("send", get(server, "/wait"))
    assert waits.wait(5)
    subject.close()
    assert isinstance(pending.outcome(), ConnectionLost)
    assert subject.send(get(server)).status == 200


def test_an_error_shows_nothing_that_the_server_sent(make: Make, serve: Serve) -> None:
    def garbage(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 two-hundred cret\r\n\r\n")

    with pytest.raises(ProtocolViolation) as caught:
        make().send(get(serve(garbage)))
    assert "cret" not in str(caught.value)
    assert str(caught.value).startswith("illegal status line")


# -- limits ------------------------------------------------------------------------------------------------------------


def exchange(**limits: Any) -> Exchange:
    return Exchange(Request("GET", "http://a.test", timeout=Timeout(**limits)), errors_of())


def test_an_exchange_knows_what_is_left_of_a_limit() -> None:
    assert exchange(read=None).left("read") is None
    assert exchange(read=3).left("read") == 3
    assert (exchange(read=3, total=1).left("read") or 9) <= 1
    assert (exchange(read=None, head=1).left("write") or 9) <= 1


def test_connecting_has_one_limit_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    one = exchange(connect=2)
    one.connecting()
    now += 1.5
    assert one.left("connect") == 0.5
    assert one.left("read") == 60
    now += 0.5
    with pytest.raises(Passed):
        one.left("connect")
