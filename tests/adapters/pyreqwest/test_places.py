"""Who waits for a connection; event loops, threads and processes."""

import asyncio
import os
import random
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from pristine.adapters.pyreqwest import PyreqwestTransport, clients, pool, sockets
from pristine.ports.errors import (
    ConnectFailed,
    ConnectionLost,
)
from pristine.ports.messages import Request, Timeout
from pristine.testing.bodies import Pieces
from pristine.testing.lab import Lab
from pristine.testing.server import Received, Wire, each_request
from tests.adapters.pyreqwest.conftest import marked, quick
from tests.conftest import Serve


def test_those_who_wait_are_served_in_turn(lab: Lab) -> None:
    server = lab.serve(each_request(quick))
    subject = lab.made(max_connections=1)
    held = lab.open(lab.serve("stall-after-head"), by=subject)
    waiting = []
    for number in range(4):
        waiting.append(lab.begin(lab.request(server, f"/{number}"), subject))
        lab.settle()
    assert server.connections == 0
    held.close()
    assert [pending.result().status for pending in waiting] == [200] * 4
    assert [received.target for received in server.requests] == ["/0", "/1", "/2", "/3"]


def test_the_idle_connection_of_another_origin_makes_way(lab: Lab) -> None:
    first, second = (lab.serve(each_request(quick)) for _ in range(2))
    subject = lab.made(max_connections=1)
    for server in (first, second, second, first):
        lab.call(server, by=subject, pool=lab.limit)
    assert (first.connections, second.connections) == (2, 1)


async def test_what_is_given_up_ends_by_itself(serve: Serve) -> None:
    """The library connects again where the connection of a request that it has not begun to send is closed."""

    def answer(wire: Wire, received: Received) -> None:
        if received.target == "/":
            quick(wire, received)
        else:
            wire.closed_by_peer(30)

    chance, server = random.Random(5), serve(each_request(answer))
    transport = PyreqwestTransport(max_connections=2)
    for _ in range(150):
        await transport.asend(Request("GET", f"{server.url}/"))
        task = asyncio.create_task(transport.asend(Request("GET", f"{server.url}/never")))
        for _ in range(chance.randrange(8)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    async with asyncio.timeout(5):
        while (await transport._async.get())._orphans:  # noqa: ASYNC110 the library tells nobody
            await asyncio.sleep(0.001)
    assert len(marked()) <= 2
    await transport.aclose()


async def test_the_running_loop_stays_the_running_loop(serve: Serve) -> None:
    loop = asyncio.get_running_loop()
    with closing(PyreqwestTransport()) as transport:
        for _ in range(2):
            transport.send(Request("POST", serve(each_request(quick)).url, body=Pieces([b"a"])))
            assert asyncio.get_running_loop() is loop


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # the server has threads
def test_what_a_child_does_with_a_stream_of_its_parents_is_not_the_parents(serve: Serve) -> None:
    go_on = threading.Event()

    def answer(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
        go_on.wait(5)
        wire.send(b"abc")

    with closing(PyreqwestTransport()) as transport:
        stream = transport.open(Request("GET", serve(answer).url))
        child = os.fork()
        if child == 0:
            stream.cancel()
            os._exit(0)
        os.waitpid(child, 0)
        go_on.set()
        assert stream.next() == b"abc"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # the server has threads
def test_a_child_of_a_child_is_told_that_the_library_cannot_be_used(serve: Serve) -> None:
    """It has two kinds of threads, each for one process and its children never."""
    request = Request("GET", serve(each_request(quick)).url)
    transport = PyreqwestTransport()
    transport.send(request)
    statuses = (_forked(lambda: _in_child(transport, request), 10) for _ in range(3))
    assert next((one for one in statuses if one != -signal.SIGALRM), None) == 0
    transport.close()


def _forked(run: Callable[[], int], seconds: int) -> int:
    """What a child comes to, which ends by SIGALRM where a thread of the library's has held a lock at the fork: in the
    child that lock is held for ever.
    """
    if (child := os.fork()) == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)
        os._exit(run())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _in_child(transport: PyreqwestTransport, request: Request) -> int:
    try:
        works = transport.send(request).status == 200
        status = _forked(lambda: 0 if _is_refused(transport, request) else 1, 5)
        if status == -signal.SIGALRM:
            os.kill(os.getpid(), signal.SIGALRM)
        return 0 if works and status == 0 else 1
    except BaseException:  # noqa: BLE001 the parent's tests must not go on here
        return 2


def _is_refused(transport: PyreqwestTransport, request: Request) -> bool:
    try:
        transport.send(request)
    except ConnectFailed as error:
        return "fork" in str(error) and error.retry_safe == "no"
    return False


async def test_many_that_are_cancelled_at_once_are_looked_for_together(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[None] = []
    look = sockets.look

    def counted() -> None:
        looks.append(None)
        look()

    def never(wire: Wire) -> None:
        wire.request()
        wire.closed_by_peer(30)

    server, transport = serve(never), PyreqwestTransport(max_connections=None)
    tasks = [asyncio.create_task(transport.asend(Request("GET", server.url))) for _ in range(100)]
    async with asyncio.timeout(5):
        while len(server.requests) < 100:  # noqa: ASYNC110 it is in other threads
            await asyncio.sleep(0.001)
        monkeypatch.setattr(sockets, "look", counted)
        monkeypatch.setattr(pool, "look", counted)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        while (await transport._async.get())._orphans:  # noqa: ASYNC110 the library tells nobody
            await asyncio.sleep(0.001)
    assert len(looks) < 50
    assert marked() == []
    await transport.aclose()


async def test_a_reader_that_is_cancelled_in_both_ways_leaves_its_place(serve: Serve) -> None:
    def stalls(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        wire.pause()

    transport = PyreqwestTransport(max_connections=1)
    stream = await transport.aopen(Request("GET", serve(stalls).url))
    reading = asyncio.create_task(stream.anext())
    await asyncio.sleep(0)
    stream.cancel()
    reading.cancel()
    await asyncio.wait({reading})
    request = Request("GET", serve(each_request(quick)).url, timeout=Timeout(pool=1))
    assert (await transport.asend(request)).status == 200
    await transport.aclose()


@pytest.mark.parametrize("looks", [True, False])
def test_close_from_another_thread_wakes_a_blocking_reader(
    serve: Serve, looks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = threading.Event()

    def stalls(wire: Wire) -> None:
        wire.request()
        wire.begin_stream()
        if wire.closed_by_peer():
            closed.set()

    if not looks:
        monkeypatch.setattr(sockets, "can_look", lambda: False)
    transport = PyreqwestTransport()
    stream = transport.open(Request("GET", serve(stalls).url, timeout=Timeout(read=30)))
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(stream.next)
        while not stream._waited_for:
            threading.Event().wait(0.001)
        transport.close()
        assert isinstance(reading.exception(5), ConnectionLost)
    assert closed.wait(5)


def test_a_place_is_free_again_where_no_client_can_be_made(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    server, subject = lab.serve(each_request(quick)), lab.made(max_connections=1)

    def fails(*_: object, **__: object) -> None:
        raise ConnectFailed("no")

    with monkeypatch.context() as patch:
        patch.setattr(clients.Made, "_built", fails)
        lab.failure(ConnectFailed, server, by=subject)
    assert lab.call(server, by=subject, pool=lab.limit).status == 200
