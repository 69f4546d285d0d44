"""A call that is made inside another has at most what that one has left; a block of calls may have one together."""

import asyncio
from typing import Any

import attrs
import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.ports.errors import TimeoutExceeded
from pristine.ports.messages import Request, Response
from tests.support.faces import MANIFEST, Async

JSON = {"content-type": "application/json"}
FINE = Response(200, JSON, b"{}")


def totals(transport: MemoryTransport) -> list[float | None]:
    return [request.timeout.total for request in transport.requests]


def test_a_call_for_a_credential_has_what_the_call_has_left(face: type[Any]) -> None:
    clock, tokens = ManualClock(), MemoryTransport([lambda _: FINE])
    inner = pristine.context(base_url="http://tokens", transport=tokens, clock=clock, timeout=60)

    @attrs.frozen
    class Fetching:
        def sign(self, request: Request) -> Request:
            with pristine.Pipeline(MANIFEST, inner) as api:
                api.execute("get")
            clock.wind(1)
            return request

    class AsyncFetching(Fetching):
        async def asign(self, request: Request) -> Request:
            async with pristine.AsyncPipeline(MANIFEST, inner) as api:
                await api.execute("get")
            clock.wind(1)
            return request

    transport = MemoryTransport([Response(503, JSON, b"{}"), FINE])
    auth = AsyncFetching() if face is Async else Fetching()
    ports: dict[str, Any] = {"clock": clock, "auth": auth, "retry": {"base": 2, "jitter": 0}}
    with face(pristine.context(base_url="http://t", transport=transport, timeout=10, **ports)) as api:
        api.execute("get")
        assert totals(tokens) == [10, 7]
        assert totals(transport) == [9, 6]
    with face(inner) as outside:
        outside.execute("get")
    assert totals(tokens)[-1] == 60


def test_a_block_of_calls_has_one_deadline() -> None:
    clock = ManualClock()

    def slow(_: Request) -> Response:
        clock.wind(4)
        return FINE

    transport = MemoryTransport([slow])
    context = pristine.context(base_url="http://t", transport=transport, clock=clock, timeout=30)
    with pristine.Pipeline(MANIFEST, context) as api:
        with pristine.deadline(10, clock=clock) as deadline:
            for _ in range(3):
                api.execute("get")
            assert deadline.left() == -2
            with pytest.raises(TimeoutExceeded, match="total timeout of 10 s passed"):
                api.execute("get")
        api.execute("get")
    assert totals(transport) == [10, 6, 2, 30]


def test_a_call_after_the_deadline_takes_nothing() -> None:
    clock, transport = ManualClock(), MemoryTransport([FINE])
    ports: dict[str, Any] = {"limiter": {"requests": 1}, "breaker": {"failures": 1}, "timeout": {"admission": 0}}
    context = pristine.context(base_url="http://t", transport=transport, clock=clock, **ports)
    with pristine.Pipeline(MANIFEST, context) as api:
        with pristine.deadline(10, clock=clock):
            clock.wind(11)
            for _ in range(2):
                with pytest.raises(TimeoutExceeded, match=r"total timeout of 10 s passed \(phase: wait\)$") as caught:
                    api.execute("get")
                assert caught.value.attempts == ()
        api.execute("get")


async def test_the_shorter_of_two_deadlines_holds() -> None:
    clock, transport = ManualClock(), MemoryTransport([lambda _: FINE])
    context = pristine.context(base_url="http://t", transport=transport, clock=clock)
    async with pristine.AsyncPipeline(MANIFEST, context) as api:
        with pristine.deadline(10, clock=clock):
            await api.execute("get", timeout=3)
            with pristine.deadline(5, clock=clock):
                await api.execute("get")
            with pristine.deadline(50, clock=clock):
                await api.execute("get")
        await api.execute("get")
    assert totals(transport) == [3, 5, 10, None]


async def test_tasks_do_not_feel_each_other() -> None:
    transport = MemoryTransport([lambda _: FINE])
    context = pristine.context(base_url="http://t", transport=transport, clock="manual")

    async def within(seconds: float) -> None:
        with pristine.deadline(seconds, clock=context.clock):
            await asyncio.sleep(0)
            async with pristine.AsyncPipeline(MANIFEST, context) as api:
                await api.execute("get")

    await asyncio.gather(*(within(seconds) for seconds in (3, 5, 7)))
    assert sorted(total or 0 for total in totals(transport)) == [3, 5, 7]
