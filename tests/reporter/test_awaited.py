"""The reporter of async programs: the same events, sent by the loop that the application has."""

import asyncio
import os
import pickle
import threading
from typing import Any

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.ports.errors import ConnectionLost
from pristine.ports.messages import Response
from tests.conftest import Serve
from tests.reporter.collector import PATIENCE, Collector

LONG = 3600.0


def reporter(url: str, **options: Any) -> pristine.AsyncReporter:
    context = pristine.context(base_url=url, transport=options.pop("transport", "httpx"))
    return pristine.AsyncReporter(context, **{"interval": LONG, **options})


async def test_it_sends_without_a_thread(serve: Serve) -> None:
    collector = Collector()
    threads = threading.active_count()
    async with reporter(serve(collector).url) as reports:
        reports.log("started", job=7)
        assert await reports.flush(PATIENCE)
        assert threading.active_count() <= threads + 2  # those of the server
        reports.log("the last words")
    assert collector.messages() == ["started"]
    assert collector.messages() == ["the last words"]
    assert reports.counts.sent == 2


async def test_its_task_sends_when_a_batch_is_full_and_when_time_has_come() -> None:
    came = asyncio.Event()

    def kept(_: Any) -> Response:
        came.set()
        return Response(204)

    async with reporter("http://t", transport=MemoryTransport([kept] * 9), batch_size=2) as reports:
        await asyncio.to_thread(reports.log, "1")
        await asyncio.to_thread(reports.log, "2")
        async with asyncio.timeout(PATIENCE):
            while not came.is_set():
                await asyncio.to_thread(reports.log, "more")
    async with reporter("http://t", transport=MemoryTransport([kept] * 9), interval=0.01) as reports:
        came.clear()
        reports.log("3")
        async with asyncio.timeout(PATIENCE):
            await came.wait()


async def test_what_failed_stays_for_the_next_time() -> None:
    transport = MemoryTransport([ConnectionLost("dead"), Response(204)])
    reports = reporter("http://t", transport=transport)
    reports.log("kept")
    assert not await reports.flush(PATIENCE)
    assert (reports.counts.queued, reports.counts.failures) == (1, 1)
    assert await reports.stop(PATIENCE)
    assert (reports.counts.sent, reports.active) == (1, False)
    assert len({request.headers["idempotency-key"] for request in transport.requests}) == 1


async def test_stop_drops_what_it_cannot_send() -> None:
    reports = reporter("http://t", transport=MemoryTransport([ConnectionLost("dead")]))
    reports.log("lost")
    assert not await reports.stop(PATIENCE)
    assert (reports.counts.queued, reports.counts.dropped) == (0, 1)


async def test_it_waits_until_its_task_has_sent_everything() -> None:
    transport = MemoryTransport([Response(204)] * 9)
    async with reporter("http://t", transport=transport, batch_size=2) as reports:
        assert await reports.wait_until_drained(0)
        reports.log("1")
        assert not await reports.wait_until_drained(0.01)
        waits = asyncio.create_task(reports.wait_until_drained(PATIENCE))
        await asyncio.sleep(0)
        for number in range(2, 5):
            reports.log(str(number))
        assert await waits
        assert reports.counts.sent == 4


async def test_what_is_stopped_leaves_nobody_waiting_and_takes_no_more() -> None:
    reports = reporter("http://t", transport=MemoryTransport([ConnectionLost("dead")] * 9))
    reports.log("lost")
    waits = asyncio.create_task(reports.wait_until_drained(PATIENCE))
    await asyncio.sleep(0)
    assert not await reports.stop(PATIENCE)
    assert await waits
    assert await reports.stop(PATIENCE)
    reports.log("after")
    assert (reports.counts.queued, reports.counts.dropped) == (0, 2)


async def test_who_is_cancelled_while_it_stops_is() -> None:
    held = asyncio.Event()

    class Held(MemoryTransport):
        async def asend(self, request: Any) -> Response:
            await held.wait()
            return Response(204)

    reports = reporter("http://t", transport=Held())
    reports.log("held")
    stopping = asyncio.create_task(reports.stop(PATIENCE))
    await asyncio.sleep(0)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    held.set()
    assert await reports.stop(PATIENCE)
    assert reports.counts.sent == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it does not fork")
async def test_a_child_has_nothing_of_its_parent_s() -> None:
    async with reporter("http://t", transport=MemoryTransport([Response(204)] * 9), batch_size=1) as reports:
        await asyncio.sleep(0)
        child = os.fork()
        if not child:
            reports.log("of the child")
            os._exit(0 if (reports.counts.queued, reports._loop, reports._task) == (1, None, None) else 1)
        assert os.waitpid(child, 0)[1] == 0  # noqa: ASYNC222 it ends at once
        assert reports.counts.queued == 0
    with pytest.raises(TypeError, match="make one in each process"):
        pickle.dumps(reports)
