"""The calls themselves, over scripted answers: one body, both faces."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import (
    ConfigurationError,
    ConnectionLost,
    EventTooLarge,
    RetrySafe,
    ServiceUnavailable,
    StreamInterrupted,
    TimeoutExceeded,
    UnknownEndpoint,
    WrongFace,
)
from pristine.ports.messages import Request, Response, Timeout
from pristine.ports.retry import Again, Answer, Decision, GiveUp
from tests.support.faces import FACES, MANIFEST, Face

JSON = {"content-type": "application/json"}
BUSY = Response(503, JSON, b"{}")
FINE = Response(200, JSON, b'{"ok": true}')

Make = Callable[..., Face]


@pytest.fixture(params=FACES.values(), ids=[f"memory-{name}" for name in FACES])
def over(request: pytest.FixtureRequest, stack: Any) -> Make:
    """Make a pipeline of one face over a transport."""

    def make(transport: Any, **settings: Any) -> Face:
        manifest = settings.pop("manifest", MANIFEST)
        settings = {"base_url": "http://test", "clock": ManualClock(), **settings}
        return stack.enter_context(request.param(pristine.context(transport=transport, **settings), manifest))  # type: ignore[no-any-return]

    return make


def test_a_whole_schedule_of_retries_takes_no_time(over: Make) -> None:
    clock = ManualClock()
    retry = {"max_retries": 4, "base": 1, "cap": 5, "jitter": 0}
    api = over(MemoryTransport([BUSY, BUSY, BUSY, BUSY, FINE]), clock=clock, retry=retry)
    assert api.execute("get") == {"ok": True}
    assert clock.slept == [1, 2, 4, 5]


def test_the_deadline_covers_attempts_and_waits_together(over: Make) -> None:
    clock = ManualClock()

    def slow(request: Request) -> Response:
        clock.wind(2)
        return BUSY

    transport = MemoryTransport([slow])
    api = over(transport, clock=clock, retry={"max_retries": 9, "base": 3, "cap": 3, "jitter": 0})
    with pytest.raises(ServiceUnavailable, match="a wait of 3 s is beyond the deadline: 3 s left"):
        api.execute("get", timeout=Timeout(total=10))
    assert clock.slept == [3]
    assert [request.timeout.total for request in transport.requests] == [10, 5]


def test_the_deadline_covers_the_reading_of_a_stream(over: Make) -> None:
    """A transport that knows nothing of totals is held to it between its chunks."""
    clock = ManualClock()

    class Slow(MemoryTransport):
        def open(self, request: Request) -> Any:
            return slowed(super().open(request))

        async def aopen(self, request: Request) -> Any:
            return slowed(await super().aopen(request))

    def slowed(stream: Any) -> Any:
        take = stream.next

        def next_chunk(within: float | None = None) -> bytes:
            clock.wind(0.4)
            return take(within)  # type: ignore[no-any-return]

        stream.next = next_chunk
        return stream

    api = over(Slow([Scripted([b"data: %d\n\n" % number for number in range(9)])]), clock=clock)
    stream = api.open("feed", timeout=1)
    assert [stream.next() is not None, stream.next() is not None] == [True, True]
    with pytest.raises(TimeoutExceeded, match=r"total timeout of 1 s passed \(phase: body\)"):
        stream.next()


def test_a_policy_cannot_make_the_pipeline_send_what_must_not_be_sent_twice(over: Make) -> None:
    @attrs.frozen
    class Reckless:
        def decide(self, outcome: Any, history: Any) -> Decision:
            return Again(0)

    transport = MemoryTransport([ConnectionLost("reset"), FINE])
    with pytest.raises(ConnectionLost):
        over(transport, retry=Reckless()).execute("post", {})
    assert len(transport.requests) == 1


@pytest.mark.parametrize("decision", [Answer(), GiveUp("that is enough")])
def test_a_policy_of_the_users_decides(over: Make, decision: Decision) -> None:
    seen: list[Any] = []

    @attrs.frozen
    class Asked:
        def decide(self, outcome: Any, history: Any) -> Decision:
            seen.append((outcome.kind, outcome.status, outcome.retry_after, outcome.may_resend, len(history)))
            return Again(0) if not history else decision

    later = Response(503, {**JSON, "retry-after": "7"}, b"{}")
    with pytest.raises(ServiceUnavailable) as caught:
        over(MemoryTransport([later, later]), retry=Asked()).execute("post", {})
    assert seen == [("overloaded", 503, 7.0, True, 0), ("overloaded", 503, 7.0, True, 1)]
    assert caught.value.gave_up == getattr(decision, "reason", None)


def test_the_credential_is_fetched_for_each_attempt(over: Make) -> None:
    numbers = itertools.count(1)

    class Fresh:
        def sign(self, request: Request) -> Request:
            return attrs.evolve(request, headers=request.headers.merged({"Authorization": f"t{next(numbers)}"}))

    transport = MemoryTransport([BUSY, FINE])
    over(transport, auth=Fresh(), retry={"base": 0}).execute("get")
    assert [request.headers["authorization"] for request in transport.requests] == ["t1", "t2"]


def test_an_unknown_option_or_endpoint_is_an_error_with_the_nearest_name(over: Make) -> None:
    transport = MemoryTransport([FINE])
    api = over(transport)
    with pytest.raises(ConfigurationError, match="no option 'timout'; did you mean 'timeout'"):
        api.execute("get", timout=1)
    with pytest.raises(UnknownEndpoint, match="no endpoint 'gett'; did you mean 'get'"):
        api.execute("gett")
    with pytest.raises(ConfigurationError, match="use execute_stream"):
        api.execute("feed")
    with pytest.raises(ConfigurationError, match="use execute"):
        api.open("get")
    assert transport.requests == []


def test_the_limits_of_a_call_come_from_the_nearest_place(over: Make) -> None:
    manifest = pristine.load_manifest(
        {"name": "t", "endpoints": {"e": {"method": "GET", "path": "/", "timeout": {"read": 7, "pool": None}}}}
    )
    transport = MemoryTransport([FINE] * 3)
    api = over(transport, manifest=manifest, timeout={"read": 5, "total": 50})
    api.execute("e")
    api.execute("e", timeout=9)
    api.execute("e", timeout=Timeout(connect=1))
    first, second, third = (request.timeout for request in transport.requests)
    assert (first.read, first.pool, first.total) == (7, None, 50)
    assert (second.read, second.total) == (7, 9)
    assert third == Timeout(connect=1)


def test_a_stream_shows_what_it_is(over: Make) -> None:
    script = Scripted([b"id: 1\ndata: a\n\nid: 2\ndata: b\n\n", b"id: 3\n\n"], 200, {"X-Request-Id": "r", "X": "y"})
    stream = over(MemoryTransport([script])).open("feed", query={"key": "hidden"})
    response = stream.response
    assert (response.status, response.headers["x"], response.last_event_id) == (200, "y", "")
    facts = response.metadata
    assert (facts.endpoint, facts.method, len(facts.attempts), facts.request_id) == ("feed", "GET", 1, "r")
    assert facts.url == "http://test/feed?key=***"
    assert stream.next() == pristine.Event(b"a", id="1")
    assert response.last_event_id == "1"
    assert stream.view_next("stream").data == "b"
    assert response.last_event_id == "2"
    assert stream.next() is None
    assert response.last_event_id == "3"
    assert (response.events_received, response.bytes_received, response.closed) == (2, 37, True)
    assert "StreamResponse 200 feed, completed, 2 events" in repr(response)


def test_an_event_above_the_bound_is_an_error_and_closes(over: Make) -> None:
    transport = MemoryTransport([Scripted([b"data: small\n\n", b"data: " + b"x" * 200, b"x" * 200])])
    stream = over(transport, max_event_bytes=100).open("feed")
    assert stream.next() is not None
    with pytest.raises(EventTooLarge) as caught:
        stream.next()
    assert (caught.value.limit, caught.value.endpoint) == (100, "feed")
    assert transport.open_streams == 0


def test_an_event_above_the_bound_is_reported_without_reading_on(over: Make) -> None:
    script = Scripted([b"data: small\n\ndata: " + b"x" * 200, AssertionError("nothing more may be read")])  # type: ignore[list-item]
    stream = over(MemoryTransport([script]), max_event_bytes=100).open("feed")
    assert stream.next() is not None
    with pytest.raises(EventTooLarge):
        stream.next()


def test_the_bound_of_the_manifest_comes_first_and_may_be_none(over: Make) -> None:
    def manifest(bound: int | None) -> pristine.Manifest:
        streaming = {"max_event_bytes": bound}
        return pristine.load_manifest(
            {"name": "t", "endpoints": {"feed": {"method": "GET", "path": "/", "streaming": streaming}}}
        )

    chunks = [b"data: " + b"x" * 200 + b"\n\n"]
    with pytest.raises(EventTooLarge):
        over(MemoryTransport([Scripted(chunks)]), manifest=manifest(50)).events("feed")
    assert (
        len(over(MemoryTransport([Scripted(chunks)]), manifest=manifest(None), max_event_bytes=50).events("feed")) == 1
    )


def test_a_break_before_any_event_obeys_the_same_safety_rule(over: Make) -> None:
    broken = Scripted([b": hi\n\n", ConnectionLost("reset")])
    whole = Scripted([b"data: 1\n\n"])
    transport = MemoryTransport([broken, whole])
    with pytest.raises(ConnectionLost, match="idempotency key"):
        over(transport, retry={"base": 0}).events("chat", {})
    assert len(transport.requests) == 1
    assert transport.open_streams == 0
    again = MemoryTransport([broken, whole])
    events = over(again, retry={"base": 0}).events("chat", {}, idempotency_key="k")
    assert [event.data for event in events] == ["1"]
    assert again.open_streams == 0


def test_a_stream_has_as_many_retries_as_a_call(over: Make) -> None:
    broken = Scripted([b": hi\n\n", ConnectionLost("reset")])
    transport = MemoryTransport([broken, broken, Scripted([b"data: 1\n\n"])])
    stream = over(transport, retry={"base": 0, "max_retries": 2}).open("feed")
    assert stream.next() is not None
    assert len(stream.response.metadata.attempts) == 3
    stream.close()
    with pytest.raises(ConnectionLost, match="gave up after 3 attempts"):
        over(MemoryTransport([broken] * 4), retry={"base": 0, "max_retries": 2}).events("feed")


def test_events_before_a_break_are_delivered_and_the_break_says_how_to_go_on(over: Make) -> None:
    script = Scripted([b"id: 5\ndata: 1\n\n", ConnectionLost("reset", retry_safe=RetrySafe.UNKNOWN)])
    stream = over(MemoryTransport([script])).open("feed")
    assert stream.next() is not None
    with pytest.raises(StreamInterrupted) as caught:
        stream.next()
    error = caught.value
    assert (error.events, error.bytes, error.last_event_id, error.endpoint) == (1, 15, "5", "feed")


def test_an_adapter_of_the_other_colour_is_refused_when_the_pipeline_is_made() -> None:
    class OnlyAsync:
        async def asend(self, request: Request) -> Response:
            return FINE

        async def aclose(self) -> None: ...

    class OnlyBlocking:
        def send(self, request: Request) -> Response:
            return FINE

        def close(self) -> None: ...

    plain = pristine.load_manifest({"name": "t", "endpoints": {"get": {"method": "GET", "path": "/"}}})
    with pytest.raises(WrongFace, match=r"OnlyAsync has no blocking face.*lacks send\(\), close\(\).*AsyncPipeline"):
        pristine.Pipeline(plain, pristine.context(base_url="http://t", transport=OnlyAsync()))  # type: ignore[arg-type]
    with pytest.raises(WrongFace, match=r"OnlyBlocking has no async face.*use Pipeline"):
        pristine.AsyncPipeline(plain, pristine.context(base_url="http://t", transport=OnlyBlocking()))  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="feed streams, but the transport OnlyBlocking has no open"):
        pristine.Pipeline(MANIFEST, pristine.context(base_url="http://t", transport=OnlyBlocking()))
    with pristine.Pipeline(plain, pristine.context(base_url="http://t", transport=OnlyBlocking())) as api:
        assert api.execute("get") == {"ok": True}


def test_a_blocking_port_that_suspends_is_found_out() -> None:
    class Suspends:
        def send(self, request: Request) -> Any:
            return FINE

        def close(self) -> None: ...

    class Waits:
        async def asign(self, request: Request) -> Request:
            await asyncio.sleep(0)
            return request

    plain = pristine.load_manifest({"name": "t", "endpoints": {"get": {"method": "GET", "path": "/"}}})
    with pytest.raises(WrongFace, match="auth Waits has no blocking face"):
        pristine.Pipeline(plain, pristine.context(base_url="http://t", transport=Suspends(), auth=Waits()))


async def test_an_opening_may_be_awaited_or_entered() -> None:
    context = pristine.context(base_url="http://t", transport=MemoryTransport([Scripted([b"data: 1\n\n"])] * 2))
    async with pristine.AsyncPipeline(MANIFEST, context) as api:
        response = await api.execute_stream("feed")
        assert [event.data async for event in response] == ["1"]
        await response.aclose()
        async with api.execute_stream("feed") as response:
            assert [event.data async for event in response.stream] == ["1"]


async def test_a_cancelled_task_closes_its_stream() -> None:
    transport = MemoryTransport([Scripted([b"data: 1\n\n"])])
    started = asyncio.Event()

    async def read() -> None:
        context = pristine.context(base_url="http://t", transport=transport)
        async with pristine.AsyncPipeline(MANIFEST, context) as api, api.execute_stream("feed") as response:
            async for _ in response:
                started.set()
                await asyncio.Event().wait()

    task = asyncio.create_task(read())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.open_streams == 0
