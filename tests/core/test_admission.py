"""Every attempt is admitted in one place and order, and whatever it took comes back, however it ends; on both faces."""

import asyncio
import gc
import threading
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.breaker import Breaker
from pristine.adapters.clock import ManualClock
from pristine.adapters.limits import GcraLimiter
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.adapters.semaphores import CountingSemaphore
from pristine.adapters.telemetry import RecordingTelemetry
from pristine.ports import signals
from pristine.ports.admission import Open, Scope
from pristine.ports.errors import (
    AdmissionRefused,
    CircuitOpen,
    ConnectFailed,
    ConnectionLost,
    RetrySafe,
    ServerError,
    ServiceUnavailable,
    TimeoutExceeded,
    TooManyRequests,
)
from pristine.ports.messages import Request, Response, Timeout
from pristine.ports.outcome import Kind
from tests.support.admitting import Noted, NotingBreaker, NotingLimiter, NotingSemaphore
from tests.support.faces import MANIFEST

JSON: Final = {"content-type": "application/json"}
FINE: Final = Response(200, JSON, b"{}")
BUSY: Final = Response(503, JSON, b"{}")
BROKEN: Final = Response(500, JSON, b"{}")


def calls(face: type[Any], script: list[Any], **settings: Any) -> Any:
    settings = {"retry": {"base": 1, "jitter": 0}, "clock": ManualClock(), **settings}
    return face(pristine.context(base_url="http://t", transport=MemoryTransport(script), **settings), MANIFEST)


def noting(**settings: Any) -> tuple[Noted, dict[str, Any]]:
    noted = Noted()
    ports = {"semaphores": NotingSemaphore(noted), "limiter": NotingLimiter(noted), "breaker": NotingBreaker(noted)}
    return noted, {**ports, **settings}


# -- the order, and what each is told ----------------------------------------------------------------------------------


def test_an_attempt_goes_through_semaphore_limiter_and_breaker(face: type[Any]) -> None:
    noted, ports = noting()
    with calls(face, [FINE], **ports) as api:
        api.execute("post", {"a": 1}, priority=3)
    assert noted.words == ["acquire", "reserve", "admit", "settle", "judge", "release"]
    assert {report.outcome.kind for word, report in noted.told[3:]} == {Kind.SUCCESS}
    demand = noted.asked[0]
    assert (demand.scope, demand.priority) == (Scope("", "http://t"), 3)
    assert demand.costs == {"requests": 1.0, "bytes": float(len(b'{"a":1}'))}


def test_several_semaphores_are_entered_in_their_order_and_left_in_reverse(face: type[Any]) -> None:
    first, second = NotingSemaphore(), NotingSemaphore()
    first.noted.told = second.noted.told
    with calls(face, [FINE], semaphores=[first, second]) as api:
        api.execute("get")
    assert first.noted.words == ["acquire", "acquire", "release", "release"]


def test_each_attempt_is_admitted_and_reported_by_itself(face: type[Any]) -> None:
    clock = ManualClock()

    def slow(_: Request) -> Response:
        clock.wind(2)
        return Response(503, {**JSON, "x-trace": "1"}, b"{}")

    noted, ports = noting(clock=clock)
    with calls(face, [slow, FINE], **ports) as api:
        api.execute("get")
    once = ["acquire", "reserve", "admit", "settle", "judge", "release"]
    assert noted.words == once * 2
    failed = noted.told[4][1]
    assert (failed.outcome.kind, failed.duration, failed.now, failed.headers["x-trace"]) == (Kind.OVERLOADED, 2, 2, "1")
    assert failed.time == clock.time() - 1  # one second was waited since


def test_nothing_is_held_while_waiting_for_the_next_attempt(face: type[Any]) -> None:
    semaphore = CountingSemaphore(limit=1)
    inside: list[int] = []

    class Watching(ManualClock):
        def sleep(self, seconds: float) -> None:
            permit = semaphore.acquire(DEMAND, 0)
            assert permit is not None
            permit.release()
            inside.append(1)
            super().sleep(seconds)

    with calls(face, [BUSY, BUSY, FINE], semaphores=semaphore, clock=Watching()) as api:
        api.execute("get")
    assert inside == [1, 1]


DEMAND: Final = pristine.ports.admission.Demand(scope=Scope("", "http://t"))


def test_tenants_do_not_feel_each_other(face: type[Any]) -> None:
    breaker = Breaker(failures=1)
    settings = {"breaker": breaker, "retry": "off"}
    with calls(face, [BROKEN], tenant="a", **settings) as one, pytest.raises(ServerError):
        one.execute("get")
    with calls(face, [FINE], tenant="b", **settings) as other:
        other.execute("get")
    with calls(face, [], tenant="a", **settings) as one, pytest.raises(CircuitOpen):
        one.execute("get")


# -- waiting -----------------------------------------------------------------------------------------------------------


def test_a_rate_limit_is_waited_for_on_the_clock(face: type[Any]) -> None:
    clock = ManualClock()
    with calls(face, [FINE] * 4, limiter=GcraLimiter(requests=2, per=10, burst=1), clock=clock) as api:
        for _ in range(4):
            api.execute("get")
    assert clock.slept == [5, 5, 5]


def test_a_429_is_waited_for_by_all_calls(face: type[Any]) -> None:
    clock = ManualClock()
    full = Response(429, {**JSON, "retry-after": "7"}, b"{}")
    with calls(face, [full, FINE], limiter="on", clock=clock, retry="off") as api:
        with pytest.raises(TooManyRequests):
            api.execute("get")
        api.execute("get")
    assert sum(clock.slept) == 7


def test_a_wait_beyond_the_deadline_is_refused_at_once(face: type[Any]) -> None:
    clock = ManualClock()
    with calls(face, [FINE], limiter=GcraLimiter(requests=1, per=60), clock=clock) as api:
        api.execute("get")
        with pytest.raises(AdmissionRefused, match="lets it out in 60 s, and it may wait 5 s") as caught:
            api.execute("get", timeout=5)
    assert (caught.value.limit, caught.value.retry_after, caught.value.retry_safe) == ("rate_limit", 60, "yes")
    assert clock.slept == []
    assert [attempt.outcome for attempt in caught.value.attempts] == ["not_admitted"]


def test_who_does_not_want_to_wait_is_told_when_to_come_back(face: type[Any]) -> None:
    limiter = GcraLimiter(requests=1, per=60)
    with calls(face, [FINE, FINE], limiter=limiter, timeout={"admission": 0}) as api:
        api.execute("get")
        with pytest.raises(AdmissionRefused) as caught:
            api.execute("get")
        assert caught.value.retry_after == 60
        api.execute("get", timeout=Timeout(admission=60))


def test_a_place_that_was_not_used_is_given_to_the_next(face: type[Any]) -> None:
    clock = ManualClock()
    with calls(face, [FINE] * 3, limiter=GcraLimiter(requests=1, per=10), clock=clock) as api:
        api.execute("get")
        for _ in range(5):
            with pytest.raises(AdmissionRefused):
                api.execute("get", timeout=1)
        api.execute("get")
    assert clock.slept == [5, 5]


def test_a_semaphore_is_waited_for_as_long_as_the_deadline_allows(face: type[Any]) -> None:
    clock = ManualClock()
    semaphore = CountingSemaphore(limit=1, clock=clock)
    held = semaphore.acquire(DEMAND, 0)
    assert held is not None
    with calls(face, [FINE], semaphores=semaphore, clock=clock) as api:
        with pytest.raises(TimeoutExceeded, match=r"total timeout of 5 s passed \(phase: admission\)"):
            api.execute("get", timeout=5)
        with pytest.raises(AdmissionRefused, match="none ended in the 2 s that it may wait") as caught:
            api.execute("get", timeout=Timeout(admission=2))
        assert caught.value.limit == "concurrency"
        held.release()
        api.execute("get", timeout=Timeout(admission=0))
    assert clock.slept == [5, 2]


def test_waiting_is_told(face: type[Any]) -> None:
    told = RecordingTelemetry()
    with calls(face, [FINE] * 2, limiter=GcraLimiter(requests=1, per=10), telemetry=told) as api:
        api.execute("get")
        api.execute("get")
    [waited] = [signal for signal in told.signals if signal.name == signals.ADMISSION_WAIT]
    assert waited.attributes == {"attempt": 1, "limit": "rate_limit", "wait": 10}


# -- circuit breakers --------------------------------------------------------------------------------------------------


def test_an_open_circuit_is_not_called_and_closes_by_a_probe(face: type[Any]) -> None:
    clock, told = ManualClock(), RecordingTelemetry()
    settings = {"breaker": Breaker(failures=2, cooldown=30), "clock": clock, "retry": "off", "telemetry": told}
    with calls(face, [BROKEN, BROKEN, FINE, FINE], **settings) as api:
        for _ in range(2):
            with pytest.raises(ServerError):
                api.execute("get")
        with pytest.raises(CircuitOpen, match="the circuit is open: ask again in 30 s") as caught:
            api.execute("get")
        assert (caught.value.retry_after, caught.value.limit) == (30, "circuit")
        clock.wind(30)
        api.execute("get")
        api.execute("get")
    changes = [signal.attributes for signal in told.signals if signal.name == signals.BREAKER_STATE_CHANGE]
    assert changes == [
        {"group": "", "before": "closed", "after": "open"},
        {"group": "", "before": "half_open", "after": "closed"},
    ]


def test_that_no_connection_was_free_does_not_open_it(face: type[Any]) -> None:
    full = TimeoutExceeded("pool timeout of 1 s passed", phase="pool", limit="pool", retry_safe=RetrySafe.YES)
    with calls(face, [full, full, FINE], breaker=Breaker(failures=1)) as api:
        api.execute("get")


def test_what_is_the_callers_fault_does_not_open_it(face: type[Any]) -> None:
    missing = Response(404, JSON, b"{}")
    with calls(face, [missing, missing, FINE], breaker=Breaker(failures=1)) as api:
        for _ in range(2):
            with pytest.raises(pristine.StatusError):
                api.execute("get")
        api.execute("get")


def test_a_call_whose_circuit_opens_meanwhile_fails_with_what_it_met(face: type[Any]) -> None:
    with (
        calls(face, [BUSY], breaker=Breaker(failures=1)) as api,
        pytest.raises(ServiceUnavailable, match="the circuit is open") as caught,
    ):
        api.execute("get")
    assert [attempt.outcome for attempt in caught.value.attempts] == ["overloaded", "not_admitted"]


def test_a_refused_attempt_takes_nothing_along(face: type[Any]) -> None:
    noted, ports = noting()
    ports["breaker"] = NotingBreaker(noted, Open(9.0))
    with calls(face, [], **ports) as api, pytest.raises(CircuitOpen):
        api.execute("get")
    assert noted.words == ["acquire", "reserve", "admit", "cancel", "release"]
    assert noted.last("release") is None


# -- streams -----------------------------------------------------------------------------------------------------------

EVENTS: Final = b"data: 1\n\n", b"data: 2\n\n"


def test_a_stream_counts_from_its_first_event_and_holds_its_place_to_its_end(face: type[Any]) -> None:
    noted, ports = noting()
    with calls(face, [Scripted(EVENTS)], **ports) as api:
        stream = api.open("feed")
        assert noted.words == ["acquire", "reserve", "admit"]
        stream.next()
        assert noted.words == ["acquire", "reserve", "admit", "settle", "judge"]
        assert noted.last("judge").outcome.kind is Kind.SUCCESS
        stream.next()
        assert stream.next() is None
        stream.close()
    assert noted.words[5:] == ["release"]


def test_a_stream_that_breaks_before_its_first_event_is_a_failure(face: type[Any]) -> None:
    noted, ports = noting()
    script = [Scripted([ConnectionLost("reset")]), Scripted(EVENTS)]
    with calls(face, script, **ports) as api:
        assert len(api.events("feed")) == 2
    kinds = [report.outcome.kind for word, report in noted.told if word == "judge"]
    assert kinds == [Kind.TRANSPORT_ERROR, Kind.SUCCESS]
    assert noted.words.count("acquire") == noted.words.count("release") == 2


def test_what_was_not_sent_has_cost_nothing(face: type[Any]) -> None:
    noted, ports = noting(retry="off")
    with calls(face, [ConnectFailed("refused")], **ports) as api, pytest.raises(ConnectFailed):
        api.execute("get")
    assert noted.words == ["acquire", "reserve", "admit", "cancel", "judge", "release"]
    assert noted.last("judge").outcome.kind is Kind.TRANSPORT_ERROR


def test_a_stream_that_is_left_gives_its_place_back(face: type[Any]) -> None:
    noted, ports = noting()
    with calls(face, [Scripted(EVENTS)], **ports) as api:
        api.open("feed").close()
    assert noted.words[3:] == ["settle", "judge", "release"]
    assert noted.last("judge") is None


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_stream_that_is_dropped_gives_its_place_back(face: type[Any]) -> None:
    semaphore = CountingSemaphore(limit=1)
    with calls(face, [Scripted(EVENTS), FINE], semaphores=semaphore, timeout={"admission": 0}) as api:
        stream = api.open("feed")
        with pytest.raises(AdmissionRefused):
            api.execute("get")
        del stream
        gc.collect()
        api.execute("get")


def test_an_error_event_or_a_bad_head_gives_its_place_back(face: type[Any]) -> None:
    semaphore = CountingSemaphore(limit=1)
    script = [BROKEN, Response(200, JSON, b"{}"), FINE]
    with calls(face, script, semaphores=semaphore, timeout={"admission": 0}, retry="off") as api:
        for _ in range(2):
            with pytest.raises(pristine.ResponseError):
                api.events("feed")
        api.execute("get")


# -- leaving -----------------------------------------------------------------------------------------------------------


async def test_cancelled_calls_give_everything_back() -> None:
    began = asyncio.Event()

    class Hanging(MemoryTransport):
        async def asend(self, request: Request) -> Response:
            began.set()
            await asyncio.Event().wait()
            raise AssertionError

    noted, ports = noting()
    context = pristine.context(base_url="http://t", transport=Hanging(), **ports)
    async with pristine.AsyncPipeline(MANIFEST, context) as api:
        task = asyncio.create_task(api.execute("get"))
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert noted.words == ["acquire", "reserve", "admit", "settle", "judge", "release"]
    assert noted.last("judge") is noted.last("release") is None


async def test_a_call_that_is_cancelled_while_it_waits_takes_nothing_along() -> None:
    asleep = asyncio.Event()

    class Sleepy(ManualClock):
        async def asleep(self, seconds: float) -> None:
            asleep.set()
            await asyncio.Event().wait()

    noted = Noted()
    ports: dict[str, Any] = {"semaphores": NotingSemaphore(noted), "limiter": NotingLimiter(noted, [60.0])}
    context = pristine.context(base_url="http://t", transport=MemoryTransport(), clock=Sleepy(), **ports)
    async with pristine.AsyncPipeline(MANIFEST, context) as api:
        task = asyncio.create_task(api.execute("get"))
        await asleep.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert noted.words == ["acquire", "reserve", "cancel", "release"]


async def test_no_permit_is_lost_over_many_cancelled_calls() -> None:
    class Slow(MemoryTransport):
        async def asend(self, request: Request) -> Response:
            await asyncio.sleep(0)
            return FINE

    semaphore = CountingSemaphore(limit=3)
    context = pristine.context(base_url="http://t", transport=Slow(), semaphores=semaphore)
    async with pristine.AsyncPipeline(MANIFEST, context) as api:
        for turns in range(40):
            tasks = [asyncio.create_task(api.execute("get")) for _ in range(8)]
            for _ in range(turns % 7):
                await asyncio.sleep(0)
            for task in tasks[::2]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        permits = [semaphore.acquire(DEMAND, 0) for _ in range(4)]
        assert [permit is not None for permit in permits] == [True, True, True, False]


def test_both_faces_and_many_threads_share_one_limit() -> None:
    busy, most, lock = 0, 0, threading.Lock()

    class Counting(MemoryTransport):
        def send(self, request: Request) -> Response:
            nonlocal busy, most
            with lock:
                busy += 1
                most = max(most, busy)
            threading.Event().wait(0.001)
            with lock:
                busy -= 1
            return FINE

        async def asend(self, request: Request) -> Response:
            return await asyncio.to_thread(self.send, request)

    context = pristine.context(base_url="http://t", transport=Counting(), semaphores={"limit": 2})

    def blocking() -> None:
        with pristine.Pipeline(MANIFEST, context) as api:
            for _ in range(10):
                api.execute("get")

    def on_a_loop() -> None:
        async def run() -> None:
            async with pristine.AsyncPipeline(MANIFEST, context) as api:
                await asyncio.gather(*(api.execute("get") for _ in range(10)))

        asyncio.run(run())

    threads = [threading.Thread(target=target) for target in (blocking, on_a_loop) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


# -- what a stream has cost --------------------------------------------------------------------------------------------

COSTLY: Final = pristine.load_manifest(
    {
        "name": "costly",
        "endpoints": {
            "feed": {"method": "GET", "path": "/feed", "streaming": {"done": "[DONE]"}, "limit": "tokens"},
        },
        "limits": {"tokens": {"units": {"tokens": {"limit": 90, "base": 9, "actual": "usage.total"}}}},
    }
)


def costs_of(face: type[Any], *events: str, leave: bool = False) -> tuple[list[str], Any]:
    noted = Noted()
    ports: dict[str, Any] = {"limiter": NotingLimiter(noted), "breaker": NotingBreaker(noted)}
    transport = MemoryTransport([Scripted([f"data: {event}\n\n".encode() for event in events])])
    with face(pristine.context(base_url="http://t", transport=transport, **ports), COSTLY) as api:
        stream = api.open("feed")
        stream.next()
        assert noted.words == ["reserve", "admit", "judge"]
        while not leave and stream.next() is not None:
            pass
        stream.close()
    return noted.words, noted.last("settle")


def test_a_stream_says_at_its_end_what_it_has_cost(face: type[Any]) -> None:
    events = ['{"delta": "a"}', '{"usage": {"total": 1}}', '{"delta": "usage?", "usage": {"total": 42}}', "[DONE]"]
    words, report = costs_of(face, *events)
    assert words == ["reserve", "admit", "judge", "settle"]
    assert (report.costs, report.outcome.kind) == ({"tokens": 42.0}, Kind.SUCCESS)


def test_a_stream_that_is_left_has_cost_what_was_guessed(face: type[Any]) -> None:
    assert costs_of(face, '{"delta": "a"}', '{"usage": {"total": 1}}', leave=True)[1].costs == {}
    assert costs_of(face, '{"delta": "a"}', '{"usage": "many"}')[1].costs == {}
