"""A whole answer is waited for once, and little is done for that."""

import asyncio
import os
import socket
import threading
from contextlib import suppress
from typing import Any

import pytest
from pyreqwest.client import ClientBuilder

from pristine.adapters.pyreqwest import PyreqwestTransport, loops
from pristine.ports.errors import ConnectionLost, TimeoutExceeded
from pristine.ports.messages import Request, Timeout
from pristine.testing.faults import FAULTS
from pristine.testing.lab import Lab
from pristine.testing.server import Received, Wire, each_request
from tests.adapters.pyreqwest.conftest import ON_LINUX, quick
from tests.conftest import Serve

AHEAD = 64 * 1024


def in_pieces(size: int) -> bytes:
    return b"".join([b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (b"x" * size, b"y" * size)]) + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [0, 1, AHEAD - 1, AHEAD, AHEAD + 1, 5 * AHEAD])
def test_a_body_is_whole_whatever_of_it_comes_with_the_head(lab: Lab, size: int) -> None:
    def answer(wire: Wire, received: Received) -> None:
        if received.target == "/known":
            wire.respond(200, b"x" * size)
        else:
            wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + in_pieces(size or 1))

    server = lab.serve(each_request(answer))
    assert lab.call(server, "/known").body == b"x" * size
    assert lab.call(server, "/chunked").body == b"x" * (size or 1) + b"y" * (size or 1)
    assert lab.call(server, "/known", method="HEAD").body == b""
    assert server.connections == 1


@ON_LINUX
@pytest.mark.parametrize("limit", ["read", "total"])
@pytest.mark.parametrize(
    ("fault", "phase"),
    [("stall-before-head", "head"), ("stall-in-head", "head"), ("stall-after-head", "body"), ("stall-in-body", "body")],
)
def test_a_limit_says_which_part_of_an_answer_was_late(lab: Lab, fault: str, phase: str, limit: str) -> None:
    error = lab.failure(TimeoutExceeded, lab.serve(fault), timeout=Timeout(**{limit: lab.limit}))
    assert (error.limit, error.phase, error.seconds) == (limit, phase, lab.limit)
    assert f"(phase: {phase})" in str(error)
    assert lab.call(lab.serve(each_request(quick))).status == 200


@ON_LINUX
def test_a_body_that_trickles_is_not_silence(lab: Lab) -> None:
    def trickling(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n")
        wire.trickle(b"x" * 19, every=lab.limit / 5)

    assert lab.call(lab.serve(trickling), read=lab.limit * 2).body == b"x" * 19


def test_a_body_that_breaks_is_an_error_though_it_came_with_the_head(lab: Lab) -> None:
    def breaks(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")

    assert type(lab.failure(ConnectionLost, lab.serve(breaks)).__cause__).__module__ == "pyreqwest.exceptions"


async def test_calls_that_end_in_time_have_one_timer_for_all(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, begun = asyncio.get_running_loop(), list[float]()
    later = loop.call_later

    def counted(delay: float, *rest: Any) -> asyncio.TimerHandle:
        begun.append(delay)
        return later(delay, *rest)

    monkeypatch.setattr(loop, "call_later", counted)
    transport, request = PyreqwestTransport(), Request("GET", serve(each_request(quick)).url)
    for _ in range(20):
        await asyncio.gather(*(transport.asend(request) for _ in range(5)))
    assert len(begun) == 1
    await transport.aclose()


async def test_the_first_to_be_late_is_told_first(serve: Serve) -> None:
    def silent(wire: Wire) -> None:
        wire.request()
        wire.closed_by_peer(30)

    transport, url, told = PyreqwestTransport(), serve(silent).url, list[float | None]()

    async def call(total: float) -> None:
        with pytest.raises(TimeoutExceeded) as caught:
            await transport.asend(Request("GET", url, timeout=Timeout(total=total)))
        told.append(caught.value.seconds)

    await asyncio.gather(call(0.3), call(0.1), call(0.2))
    assert told == [0.1, 0.2, 0.3]
    await transport.aclose()


async def test_a_bell_that_is_rung_already_is_heard(serve: Serve) -> None:
    """Another ring does not fit, which is an error in the library's thread."""
    go_on = threading.Event()

    def late(wire: Wire, received: Received) -> None:
        go_on.wait(5)
        quick(wire, received)

    loop, transport, server = asyncio.get_running_loop(), PyreqwestTransport(), serve(each_request(late))
    waits = (await transport._async.get())._waits
    assert isinstance(waits, loops.Loop)
    (_, _, (_, _, heard, bell), _) = waits._end.peek() or pytest.fail("it is closed")
    loop.remove_reader(heard)
    with suppress(BlockingIOError):
        while True:
            bell.send(b"x" * 100)
    pending = asyncio.create_task(transport.asend(Request("GET", server.url)))
    while not server.requests:  # noqa: ASYNC110 the server has no loop
        await asyncio.sleep(0)
    go_on.set()
    while not waits._ready:  # noqa: ASYNC110 the library has none, either
        await asyncio.sleep(0)
    loop.add_reader(heard, loops._rung, heard, waits._ready)
    assert (await pending).status == 200
    await transport.aclose()


async def test_who_waits_for_a_place_when_the_transport_is_closed_is_served_yet(serve: Serve) -> None:
    transport = PyreqwestTransport(max_connections=1)
    stream = await transport.aopen(Request("GET", serve(FAULTS["stall-after-head"]).url))
    waiting = asyncio.create_task(transport.asend(Request("GET", serve(each_request(quick)).url)))
    while not (await transport._async.get())._waiting:  # noqa: ASYNC110 it has no event
        await asyncio.sleep(0)
    await transport.aclose()
    assert (await waiting).status == 200
    await stream.aclose()


async def test_a_child_does_not_unplug_the_bell_of_its_parent() -> None:
    loop = asyncio.get_running_loop()
    ends = socket.socketpair()
    loop.add_reader(ends[0], bool)
    loops._unplug(os.getpid() + 1, loop, ends[1])
    assert loop.remove_reader(ends[0])
    ends[0].close()


async def test_middleware_of_a_client_that_was_handed_in_has_the_event_loop(serve: Serve) -> None:
    async def pausing(request: Any, following: Any) -> Any:
        await asyncio.sleep(0)
        return await following.run(request)

    client = ClientBuilder().no_proxy().with_middleware(pausing).build()
    transport = PyreqwestTransport(client=client)
    assert (await transport.asend(Request("GET", serve(each_request(quick)).url))).status == 200
    await transport.aclose()
