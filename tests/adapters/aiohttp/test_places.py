"""Cancellation, closing and many at once: no place and no connection is left behind."""

import asyncio
import contextlib
import random
import threading

import pytest

import pristine
from pristine.adapters.aiohttp import AiohttpTransport
from pristine.adapters.aiohttp.places import Places
from pristine.ports.errors import ConnectionLost
from pristine.ports.messages import Request, Response, Timeout
from pristine.testing.server import Wire, each_request
from tests.adapters.aiohttp.conftest import CHUNKED, context, quick, slow, waiting
from tests.conftest import Serve
from tests.support.faces import MANIFEST


@pytest.mark.parametrize("use", ["unary", "stream"])
async def test_cancelled_tasks_leave_no_place_in_the_pool_taken(serve: Serve, use: str) -> None:
    """200 rounds, cancelled at every possible moment, against a pool of two connections."""
    chance = random.Random(7)
    async with pristine.AsyncPipeline(MANIFEST, context(serve(each_request(slow)), max_connections=2)) as api:

        async def call() -> None:
            if use == "unary":
                await api.execute("get")
                return
            async with api.execute_stream("feed") as response:
                async for _ in response:
                    pass

        for _ in range(200):
            tasks = [asyncio.create_task(call()) for _ in range(4)]
            await asyncio.sleep(chance.random() * 0.012)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait_for(asyncio.gather(call(), call()), 2)


@pytest.mark.parametrize("body", [None, b"x" * 2_000_000], ids=["no-body", "large-body"])
async def test_a_task_cancelled_at_any_step_leaves_its_place(serve: Serve, body: bytes | None) -> None:
    server = serve(each_request(quick))
    transport = AiohttpTransport(max_connections=1)
    request = Request("POST", server.url, body=body)
    for ticks in range(30):
        task = asyncio.create_task(transport.asend(request))
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert (await transport.asend(Request("GET", server.url, timeout=Timeout(pool=1)))).status == 200
    await transport.aclose()


async def test_a_task_that_is_cancelled_as_it_is_woken_wakes_the_next(serve: Serve) -> None:
    """aiohttp's own queue for a place forgets the others here."""
    transport = AiohttpTransport(max_connections=1)
    held = await transport.aopen(Request("GET", serve(waiting(CHUNKED)).url))
    request = Request("GET", serve(each_request(quick)).url, timeout=Timeout(pool=1))
    tasks = [asyncio.create_task(transport.asend(request)) for _ in range(3)]
    await asyncio.sleep(0)
    await held.aclose()
    tasks[0].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers[1:]] == [Response, Response]
    await transport.aclose()


async def test_the_books_are_right_whatever_becomes_of_those_who_wait() -> None:
    places = Places(1)
    assert (places.taken(), places.taken(), places.unused) == (True, False, 0)
    first, second, third = [asyncio.create_task(places.wait(None)) for _ in range(3)]
    with pytest.raises(TimeoutError):
        await places.wait(0.01)
    places.leave()
    assert places.unused == 1
    first.cancel()
    await asyncio.wait({first, second})
    assert (first.cancelled(), third.done(), places.unused) == (True, False, 0)
    third.cancel()
    await asyncio.wait({third})
    places.leave()
    assert (places.unused, places.taken(), places.unused) == (1, True, 0)


async def test_a_cancelled_call_closes_its_connection_at_once(serve: Serve, transport: AiohttpTransport) -> None:
    connected, closed = threading.Event(), threading.Event()

    def silent(wire: Wire) -> None:
        connected.set()
        if wire.closed_by_peer():
            closed.set()

    task = asyncio.create_task(transport.asend(Request("GET", serve(silent).url)))
    assert await asyncio.to_thread(connected.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(closed.wait, 5)


async def test_closing_lets_go_of_all_connections_and_may_be_repeated(
    serve: Serve, transport: AiohttpTransport
) -> None:
    gone = threading.Semaphore(0)

    def watch(wire: Wire) -> None:
        for _ in range(2):
            if wire.request() is None:
                break
            wire.json(b"{}")
        if wire.closed_by_peer():
            gone.release()

    server = serve(watch)
    for _ in range(2):
        await transport.asend(Request("GET", server.url))
        await transport.aclose()
        await transport.aclose()
        assert await asyncio.to_thread(gone.acquire, timeout=5)
    assert server.connections == 2


@pytest.mark.parametrize("length", ["Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n", ""])
async def test_closing_wakes_those_who_read(serve: Serve, transport: AiohttpTransport, length: str) -> None:
    """aiohttp lets them wait for ever, or takes it for the end of the body."""
    server = serve(waiting(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode()))
    stream = await transport.aopen(Request("GET", server.url))
    reading = asyncio.create_task(stream.anext())
    await asyncio.sleep(0)
    await transport.aclose()
    with pytest.raises(ConnectionLost):
        await asyncio.wait_for(reading, 1)
