"""Where the vendors need help: cancellation, event loops, threads, fork, pools."""

import asyncio
import contextlib
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import pristine
from pristine.ports.errors import ConfigurationError, TransportError
from pristine.testing.server import Wire, each_request
from tests.adapters.httpx.conftest import VENDORS, context, quick, slow
from tests.conftest import Serve
from tests.support.faces import MANIFEST


@pytest.mark.parametrize("use", ["unary", "stream"])
async def test_cancelled_tasks_leave_no_place_in_the_pool_taken(vendor: str, serve: Serve, use: str) -> None:
    """200 rounds, cancelled at every possible moment, against a pool of two connections."""
    chance = random.Random(7)
    async with pristine.AsyncPipeline(MANIFEST, context(serve(each_request(slow)), vendor, max_connections=2)) as api:

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
        await asyncio.wait_for(call(), 2)


async def test_a_task_cancelled_before_its_connection_was_used_leaves_its_place(vendor: str, serve: Serve) -> None:
    """The moment at which httpcore 1.0 alone loses a place: a connection assigned, its request not yet sent."""
    async with pristine.AsyncPipeline(MANIFEST, context(serve(each_request(quick)), vendor, max_connections=1)) as api:
        for ticks in range(30):
            task = asyncio.create_task(api.execute("get"))
            for _ in range(ticks):
                await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        assert await api.execute("get", timeout=pristine.Timeout(pool=1)) == {"ok": True}


def test_one_client_serves_three_event_loops_in_a_row(vendor: str, serve: Serve) -> None:
    server = serve(each_request(quick))
    api = pristine.AsyncPipeline(MANIFEST, context(server, vendor))

    async def main() -> None:
        for _ in range(2):
            assert await api.execute("get") == {"ok": True}

    for _ in range(3):
        asyncio.run(main())
    assert server.connections == 3


def test_two_event_loops_at_once_have_pools_of_their_own(vendor: str, serve: Serve) -> None:
    api = pristine.AsyncPipeline(MANIFEST, context(serve(each_request(quick)), vendor))

    async def main() -> list[Any]:
        return await asyncio.gather(*(api.execute("get") for _ in range(20)))

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(asyncio.run, main()) for _ in range(2)]:
            assert future.result(10) == [{"ok": True}] * 20


async def test_the_blocking_face_works_inside_a_running_loop(vendor: str, serve: Serve) -> None:
    with pristine.Pipeline(MANIFEST, context(serve(each_request(quick)), vendor)) as api:
        assert api.execute("get") == {"ok": True}


def test_one_pipeline_serves_many_threads(vendor: str, serve: Serve) -> None:
    server = serve(each_request(quick))
    with (
        pristine.Pipeline(MANIFEST, context(server, vendor, max_connections=4)) as api,
        ThreadPoolExecutor(16) as threads,
    ):
        futures = [threads.submit(api.execute, "get") for _ in range(200)]
        assert [future.result(10) for future in futures] == [{"ok": True}] * 200
    assert server.connections <= 4


def test_a_forked_child_has_connections_of_its_own(vendor: str, serve: Serve) -> None:
    server = serve(each_request(quick))
    with pristine.Pipeline(MANIFEST, context(server, vendor)) as api:
        assert api.execute("get") == {"ok": True}
        child = os.fork()
        if child == 0:
            os._exit(0 if api.execute("get") == {"ok": True} else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert api.execute("get") == {"ok": True}
    assert server.connections == 2


def test_a_pipeline_closes_the_connections_that_its_context_owns(vendor: str, serve: Serve) -> None:
    closed = threading.Event()

    def watch(wire: Wire) -> None:
        wire.request()
        wire.json(b"{}")
        if wire.closed_by_peer():
            closed.set()

    shared = context(serve(watch), vendor)
    first, second = (pristine.Pipeline(MANIFEST, shared) for _ in range(2))
    first.execute("get")
    second.close()
    assert not closed.wait(0.05)
    first.close()
    assert closed.wait(5)
    first.close()
    with pytest.raises(ConfigurationError, match="the pipeline is closed"):
        first.execute("get")


def test_a_transport_that_was_handed_in_is_not_closed(vendor: str, serve: Serve) -> None:
    server = serve(each_request(quick))
    transport = VENDORS[vendor]()
    for _ in range(2):
        with pristine.Pipeline(MANIFEST, pristine.context(base_url=server.url, transport=transport)) as api:
            api.execute("get")
    assert server.connections == 1
    transport.close()
    transport.close()


def test_the_request_arrives_as_it_was_built(vendor: str, serve: Serve) -> None:
    server = serve(each_request(quick))
    with pristine.Pipeline(MANIFEST, context(server, vendor)) as api:
        api.execute("get", query={"q": "a b&c/ü", "t": [1, 2]}, headers=[("X-Tag", "1"), ("X-Tag", "2")])
        api.execute("post", {"a": "ü"})
    first, second = server.requests
    assert first.target == "/get?q=a%20b%26c%2F%C3%BC&t=1&t=2"
    assert [value for name, value in first.headers if name.lower() == "x-tag"] == ["1", "2"]
    assert first.header("Accept") == "application/json"
    assert first.header("Content-Length") is None
    assert (second.body, second.header("Content-Type")) == ('{"a":"ü"}'.encode(), "application/json")
    assert second.header("Host") == server.url.removeprefix("http://")


@pytest.mark.parametrize("bound", [0, -1])
def test_a_bound_that_admits_nothing_is_refused(vendor: str, bound: int) -> None:
    with pytest.raises(ConfigurationError, match="max_connections"):
        VENDORS[vendor](max_connections=bound)


def test_a_host_that_cannot_exist_is_a_transport_error(vendor: str) -> None:
    nowhere = pristine.context(base_url="http://no-such-host.invalid", retry="off", transport=vendor)
    with pristine.Pipeline(MANIFEST, nowhere) as api:
        began = time.monotonic()
        with pytest.raises(TransportError):
            api.execute("get", timeout=5)
        assert time.monotonic() - began < 6
