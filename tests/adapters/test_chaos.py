"""Chaos: each fault is the one that was asked for, on both faces, the same each time, and it leaves nothing open."""

import asyncio
import contextlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pristine
from pristine.adapters.aiohttp import AiohttpTransport
from pristine.adapters.chaos import ChaosTransport, Injected, Injection
from pristine.adapters.clock import ManualClock
from pristine.adapters.httpx import HttpxTransport
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.adapters.retry import ExponentialRetry
from pristine.ports.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    Fault,
    RetrySafe,
    ServiceUnavailable,
    StreamClosed,
    StreamTimedOut,
    TimeoutExceeded,
    TransportError,
)
from pristine.ports.messages import Request, Response, Timeout
from pristine.testing.server import Received, Wire, WireServer, each_request
from tests.support.faces import FACES, Async, Blocking, run

GET: Final = Request("GET", "http://a.test/x?key=secret", timeout=Timeout(read=2))
CHUNKS: Final = [b"12345", b"67890", b"abcde"]


def inner(**options: Any) -> MemoryTransport:
    return MemoryTransport([lambda _: Scripted(list(CHUNKS), **options)])


class Driver:
    """A transport of either face, driven blockingly."""

    def __init__(self, finishing: Callable[[Any], Any] | None) -> None:
        self._finishing = finishing

    def send(self, transport: Any, request: Request = GET) -> Response:
        answer: Response = self._finishing(transport.asend(request)) if self._finishing else transport.send(request)
        return answer

    def open(self, transport: Any, request: Request = GET) -> Any:
        return self._finishing(transport.aopen(request)) if self._finishing else transport.open(request)

    def next(self, stream: Any, within: float | None = None) -> bytes:
        chunk: bytes = self._finishing(stream.anext(within)) if self._finishing else stream.next(within)
        return chunk

    def chunks(self, stream: Any) -> Iterator[bytes]:
        """The chunks, until the end or an error."""
        while chunk := self.next(stream):
            yield chunk

    def close(self, stream: Any) -> None:
        if self._finishing:
            self._finishing(stream.aclose())
        else:
            stream.close()


@pytest.fixture(params=["sync", "async"])
def face(request: pytest.FixtureRequest) -> Iterator[Driver]:
    if request.param == "sync":
        yield Driver(None)
        return
    with asyncio.Runner() as runner:
        yield Driver(runner.run)


def faults(transport: ChaosTransport) -> list[tuple[int, str]]:
    return [(injected.number, injected.injection.value) for injected in transport.report]


# -- what befalls a request --------------------------------------------------------------------------------------------


def test_nothing_is_done_unasked(face: Driver) -> None:
    memory = inner()
    transport = ChaosTransport(memory)
    assert face.send(transport).body == b"1234567890abcde"
    assert transport.report == ()
    assert memory.open_streams == 0


def test_a_drop_sends_nothing(face: Driver) -> None:
    memory = inner()
    transport = ChaosTransport(memory, drop=1)
    for take in (face.send, face.open):
        with pytest.raises(ConnectFailed, match="injected: no connection") as caught:
            take(transport)
        assert (caught.value.retry_safe, caught.value.fault) == (RetrySafe.YES, Fault.NETWORK)
        assert isinstance(caught.value.__cause__, ConnectionRefusedError)
    assert memory.requests == []
    assert faults(transport) == [(1, "drop"), (2, "drop")]


def test_a_reset_loses_an_answer_that_was_made(face: Driver) -> None:
    memory = inner()
    transport = ChaosTransport(memory, reset=1)
    for take in (face.send, face.open):
        with pytest.raises(ConnectionLost, match="before the answer") as caught:
            take(transport)
        assert (caught.value.retry_safe, caught.value.fault) == (RetrySafe.UNKNOWN, Fault.NETWORK)
        assert isinstance(caught.value.__cause__, ConnectionResetError)
    assert len(memory.requests) == 2
    assert memory.open_streams == 0


@pytest.mark.parametrize(
    ("after", "chunks"),
    [(0, []), (5, [b"12345"]), (7, [b"12345", b"67"]), (15, CHUNKS), (99, CHUNKS)],
)
def test_a_truncated_body_breaks_after_so_many_bytes(face: Driver, after: int, chunks: list[bytes]) -> None:
    memory = inner()
    transport = ChaosTransport(memory, truncate=1, after=(after, after))
    stream = face.open(transport)
    assert [face.next(stream) for _ in chunks] == chunks
    with pytest.raises(ConnectionLost, match="in the middle of the body") as caught:
        face.next(stream)
    assert caught.value.retry_safe is RetrySafe.UNKNOWN
    assert isinstance(caught.value.__cause__, ConnectionResetError)
    assert memory.open_streams == 0
    with pytest.raises(StreamClosed):
        face.next(stream)
    assert faults(transport) == [(1, "truncate")]
    with pytest.raises(ConnectionLost):
        face.send(transport)
    assert memory.open_streams == 0


def test_a_body_whose_length_is_known_is_never_whole(face: Driver) -> None:
    memory = inner(headers={"content-length": "15"})
    stream = face.open(ChaosTransport(memory, truncate=1, after=(99, 99)))
    assert [face.next(stream) for _ in range(3)] == [b"12345", b"67890", b"abcd"]
    with pytest.raises(ConnectionLost):
        face.next(stream)


@pytest.mark.parametrize(
    ("method", "status", "length"), [("HEAD", 200, "15"), ("GET", 204, None), ("GET", 304, None), ("GET", 200, "0")]
)
@pytest.mark.parametrize("fault", ["truncate", "stall"])
def test_where_there_is_no_body_none_is_cut(face: Driver, fault: str, method: str, status: int, length: Any) -> None:
    fields = {} if length is None else {"content-length": length}
    memory = MemoryTransport([Response(status, fields)])
    chances: dict[str, Any] = {fault: 1}
    transport = ChaosTransport(memory, **chances)
    assert face.send(transport, attrs.evolve(GET, method=method)).status == status
    assert transport.report == ()


@pytest.mark.parametrize(
    ("timeout", "within", "limit", "seconds"),
    [
        (Timeout(read=2), None, "read", 2.0),
        (Timeout(read=9, total=3), None, "total", 3.0),
        (Timeout(read=None), 0.5, "within", 0.5),
    ],
)
def test_a_stall_lasts_until_a_limit_passes(
    face: Driver, timeout: Timeout, within: float | None, limit: str, seconds: float
) -> None:
    memory, clock = inner(), ManualClock()
    transport = ChaosTransport(memory, stall=1, after=(5, 5), clock=clock)
    stream = face.open(transport, attrs.evolve(GET, timeout=timeout))
    assert face.next(stream, within) == b"12345"
    with pytest.raises(TimeoutExceeded) as caught:
        face.next(stream, within)
    error = caught.value
    assert (error.phase, error.limit, error.seconds, error.retry_safe) == ("body", limit, seconds, RetrySafe.UNKNOWN)
    assert clock.slept == [seconds]
    assert memory.open_streams == 0
    assert faults(transport) == [(1, "stall")]


def test_a_stall_without_a_limit_ends_with_a_cancel(face: Driver) -> None:
    memory = inner()
    no_limit = attrs.evolve(GET, timeout=Timeout(read=None))
    stream = face.open(ChaosTransport(memory, stall=1, after=(0, 0), clock=ManualClock()), no_limit)
    canceller = threading.Timer(0.02, stream.cancel)
    canceller.start()
    with pytest.raises(ConnectionLost, match="cancelled"):
        face.next(stream)
    canceller.join()
    assert memory.open_streams == 0


async def test_a_stall_ends_where_the_stream_is_closed() -> None:
    memory = inner()
    no_limit = attrs.evolve(GET, timeout=Timeout(read=None))
    stream = await ChaosTransport(memory, stall=1, after=(0, 0)).aopen(no_limit)
    reader = asyncio.create_task(stream.anext())
    await asyncio.sleep(0)
    await stream.aclose()
    with pytest.raises(ConnectionLost):
        await reader
    assert memory.open_streams == 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, (503, None)), ({"status": 500}, (500, None)), ({"retry_after": 1.5}, (503, "1.5"))],
)
def test_a_server_error_is_an_answer_of_its_own(face: Driver, options: dict[str, Any], expected: Any) -> None:
    memory = inner()
    transport = ChaosTransport(memory, server_errors=1, **options)
    answer = face.send(transport)
    assert (answer.status, answer.headers.get("retry-after")) == expected
    assert answer.headers["content-type"] == "application/json"
    stream = face.open(transport)
    assert b"".join(face.chunks(stream)) == answer.body
    face.close(stream)
    assert memory.requests == []
    assert faults(transport) == [(1, "server_error"), (2, "server_error")]


def test_server_errors_come_in_bursts() -> None:
    transport = ChaosTransport(MemoryTransport([lambda _: Response(200)]), burst=(0.05, 0.2), seed=3)
    failed = [transport.send(GET).status == 503 for _ in range(2000)]
    rows = "".join("x" if each else " " for each in failed).split()
    assert 0.1 < sum(failed) / 2000 < 0.3, "0.05 / (0.05 + 0.2) of them"
    assert 3 < sum(map(len, rows)) / len(rows) < 8, "1 / 0.2 in a row"


@pytest.mark.parametrize(
    ("latency", "low", "high"),
    [(0.5, 0.5, 0.5), ((0.1, 0.4), 0.1, 0.4), ([0, 2], 0, 2), (lambda chance: chance.choice([0.25]), 0.25, 0.25)],
)
def test_the_head_comes_late(face: Driver, latency: Any, low: float, high: float) -> None:
    clock = ManualClock()
    transport = ChaosTransport(inner(), latency=latency, clock=clock)
    assert [face.send(transport).status for _ in range(20)] == [200] * 20
    assert len(clock.slept) == 20
    assert all(low <= seconds <= high for seconds in clock.slept)
    assert len(set(clock.slept)) == (1 if low == high else 20)
    assert faults(transport)[0] == (1, "latency")


@pytest.mark.parametrize(
    ("timeout", "limit", "seconds"),
    [(Timeout(read=2), "read", 2), (Timeout(head=1), "head", 1), (Timeout(total=0.5), "total", 0.5)],
)
def test_latency_keeps_the_limits_of_the_request(face: Driver, timeout: Timeout, limit: str, seconds: float) -> None:
    memory, clock = inner(), ManualClock()
    transport = ChaosTransport(memory, latency=5, clock=clock)
    with pytest.raises(TimeoutExceeded) as caught:
        face.send(transport, attrs.evolve(GET, timeout=timeout))
    assert (caught.value.phase, caught.value.limit, caught.value.seconds) == ("head", limit, seconds)
    assert clock.slept == [seconds]
    assert memory.open_streams == 0


def test_chunks_come_late(face: Driver) -> None:
    clock = ManualClock()
    transport = ChaosTransport(inner(), slow_chunks=1, chunk_latency=0.25, clock=clock)
    assert face.send(transport).body == b"1234567890abcde"
    assert clock.slept == [0.25] * 4
    assert faults(transport) == [(1, "slow_chunks")]
    clock = ManualClock()
    stream = face.open(ChaosTransport(inner(), slow_chunks=1, clock=clock))
    assert list(face.chunks(stream)) == CHUNKS
    assert all(0.05 <= seconds <= 0.5 for seconds in clock.slept)
    face.close(stream)


def test_a_chunk_that_comes_too_late_is_a_timeout(face: Driver) -> None:
    memory = inner()
    stream = face.open(ChaosTransport(memory, slow_chunks=1, chunk_latency=3, clock=ManualClock()))
    with pytest.raises(TimeoutExceeded, match="read timeout of 2 s"):
        face.next(stream)
    assert memory.open_streams == 0


def test_what_is_left_of_within_is_the_inner_one_s(face: Driver) -> None:
    asked: list[float | None] = []

    class Inner(MemoryTransport):
        def open(self, request: Request) -> Any:
            stream: Any = super().open(request)
            following = stream.next

            def next_(within: float | None = None) -> bytes:
                asked.append(within)
                chunk: bytes = following()
                return chunk

            stream.next = next_
            return stream

        async def aopen(self, request: Request) -> Any:
            return self.open(request)

    transport = ChaosTransport(
        Inner([lambda _: Scripted([b"a"])]), slow_chunks=1, chunk_latency=0.25, clock=ManualClock()
    )
    face.next(face.open(transport), 1.0)
    face.next(face.open(transport))
    assert asked == [0.75, None]


def test_the_first_of_several_faults_is_the_one(face: Driver) -> None:
    chances: dict[str, Any] = dict.fromkeys(("drop", "server_errors", "reset", "truncate", "stall"), 1.0)
    seen = []
    for name in list(chances):
        transport = ChaosTransport(inner(), **chances)
        with contextlib.suppress(TransportError):
            face.send(transport)
        seen += [injected.injection for injected in transport.report]
        chances.pop(name)
        if len(chances) == 1:
            break
    assert seen == [Injection.DROP, Injection.SERVER_ERROR, Injection.RESET, Injection.TRUNCATE]


# -- the same each time ------------------------------------------------------------------------------------------------

WILD: Final[dict[str, Any]] = {
    "drop": 0.1,
    "server_errors": 0.1,
    "burst": (0.1, 0.5),
    "reset": 0.1,
    "truncate": 0.2,
    "stall": 0.2,
    "slow_chunks": 0.3,
    "latency": (0.0, 1.0),
}


def ran(seed: Any, count: int, **options: Any) -> tuple[tuple[Injected, ...], list[float]]:
    """The report of a run, and its sleeps."""
    clock = ManualClock()
    transport = ChaosTransport(inner(), seed=seed, clock=clock, **{**WILD, **options})
    for _ in range(count):
        with contextlib.suppress(TransportError):
            transport.send(GET)
    return transport.report, clock.slept


@given(st.integers() | st.text())
def test_a_seed_is_a_run(seed: int | str) -> None:
    assert ran(seed, 20) == ran(seed, 20)


def test_the_report_tells_what_was_done_to_which_request() -> None:
    report, _ = ran(7, 5)
    assert {injected.request for injected in report} == {"GET http://a.test/x?key=***"}
    assert [injected.number for injected in report] == sorted(injected.number for injected in report)
    assert ran(8, 5)[0] != report


def test_it_is_the_same_on_every_machine() -> None:
    """What these seeds do must never change: others have written them down."""
    rest = ["3 slow_chunks", "3 stall", "4 server_error", "5 drop"]
    assert [[f"{one.number} {one.injection}" for one in ran(seed, 6, latency=0)[0]] for seed in (1, "a")] == [
        ["1 slow_chunks", "2 drop", *rest],
        ["1 truncate", "2 reset", *rest, "6 drop"],
    ]


def test_another_setting_does_not_change_what_befalls_by_the_first() -> None:
    def drops(**options: Any) -> list[int]:
        return [injected.number for injected in ran(5, 200, **options)[0] if injected.injection is Injection.DROP]

    assert drops() == drops(reset=0.0, stall=0.0, latency=0.0, burst=None, after=(5, 5))
    assert set(drops()) <= set(drops(drop=0.2))


def test_threads_have_no_say_in_it() -> None:
    alone = Counter((one.number, one.injection) for one in ran(3, 200, stall=0.0, slow_chunks=0.0)[0])

    def send(transport: ChaosTransport) -> None:
        with contextlib.suppress(TransportError):
            transport.send(GET)

    for _ in range(3):
        transport = ChaosTransport(inner(), seed=3, clock=ManualClock(), **{**WILD, "stall": 0.0, "slow_chunks": 0.0})
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: send(transport), range(200)))  # noqa: B023 it is used up within the loop
        assert Counter((one.number, one.injection) for one in transport.report) == alone


@pytest.mark.parametrize("name", ["drop", "server_errors", "reset", "truncate", "slow_chunks"])
def test_a_probability_is_how_often(name: str) -> None:
    chances: dict[str, Any] = {name: 0.25}
    transport = ChaosTransport(inner(), clock=ManualClock(), **chances)
    for _ in range(2000):
        with contextlib.suppress(TransportError):
            transport.send(GET)
    assert 400 < len(transport.report) < 600


# -- over real connections ---------------------------------------------------------------------------------------------

BACKENDS: Final[dict[str, Any]] = {
    "httpx-sync": (Blocking, HttpxTransport),
    "httpx-async": (Async, HttpxTransport),
    "aiohttp": (Async, AiohttpTransport),
}


def answer(wire: Wire, received: Received) -> None:
    if received.target == "/get":
        wire.json(b'{"n": "%s"}' % (b"x" * 3000))
    else:
        wire.begin_stream()
        for _ in range(300):
            wire.chunk(b"data: 0123456789\n\n")
        wire.end_stream()


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=list(BACKENDS))
def test_a_pool_of_one_survives_every_fault(backend: Any) -> None:
    """A connection that was not given back would make the next call wait for the pool, and fail."""
    face, adapter = backend
    chances: dict[str, Any] = {"server_errors": 0.1, "drop": 0.1, "reset": 0.2, "truncate": 0.3, "stall": 0.5}
    transport = ChaosTransport(adapter(max_connections=1), clock=ManualClock(), latency=0.001, **chances)
    timeout = Timeout(pool=5, read=5)
    with WireServer(each_request(answer)) as server:
        context = pristine.context(base_url=server.url, transport=transport, retry="off", timeout=timeout)
        with face(context) as api:
            seen = Counter(_ended(api, number) for number in range(120))
            if face is Blocking:
                transport.close()
            else:
                api.runner.run(transport.aclose())
    assert not {name for name in seen if "pool" in name}
    assert {"fine", "ConnectFailed", "ConnectionLost", "ServiceUnavailable", "TimeoutExceeded read"} <= seen.keys()


def _ended(api: Any, number: int) -> str:
    try:
        api.execute("get") if number % 2 else api.events("feed")
    except TimeoutExceeded as error:
        return f"TimeoutExceeded {error.limit}"
    except pristine.PristineError as error:
        return type(error).__name__
    return "fine"


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
def test_a_policy_gets_through(face: Any) -> None:
    clock = ManualClock()
    transport = ChaosTransport(
        MemoryTransport([lambda _: Response(200, {"content-type": "application/json"}, b"1")]),
        drop=0.3,
        server_errors=0.3,
        retry_after=2,
        seed=11,
    )
    retry = ExponentialRetry(max_retries=20, base=0)
    context = pristine.context(base_url="http://a.test", transport=transport, clock=clock, retry=retry)
    with face(context) as api:
        assert [api.execute("get") for _ in range(20)] == [1] * 20
    done = Counter(injected.injection for injected in transport.report)
    assert clock.slept.count(2) == done[Injection.SERVER_ERROR] > 5
    assert clock.slept.count(0) == done[Injection.DROP] > 5


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
def test_a_stream_is_interrupted_and_says_how_far_it_came(face: Any) -> None:
    memory = MemoryTransport([lambda _: Scripted([b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"])])
    transport = ChaosTransport(memory, stall=1, after=(18, 18), clock=ManualClock())
    with face(pristine.context(base_url="http://a.test", transport=transport, retry="off")) as api:
        stream = api.open("feed")
        assert [stream.next().data for _ in range(2)] == ["1", "2"]
        with pytest.raises(StreamTimedOut) as caught:
            stream.next()
        stream.close()
    assert (caught.value.events, caught.value.limit) == (2, "read")
    assert memory.open_streams == 0


def test_an_error_of_its_own_is_like_any_other() -> None:
    transport = ChaosTransport(inner(), server_errors=1, retry_after=3)
    context = pristine.context(base_url="http://a.test", transport=transport, retry="off")
    with Blocking(context) as api, pytest.raises(ServiceUnavailable, match="injected") as caught:
        api.execute("get")
    assert (caught.value.retry_after, caught.value.status) == (3.0, 503)


async def test_a_task_that_is_cancelled_while_it_waits_leaves_nothing_open() -> None:
    sent = asyncio.Event()

    def answer(_: Request) -> Scripted:
        sent.set()
        return Scripted(CHUNKS)

    memory = MemoryTransport([answer])
    transport = ChaosTransport(memory, latency=60)
    task = asyncio.create_task(transport.asend(attrs.evolve(GET, timeout=Timeout(read=None))))
    await sent.wait()
    assert memory.open_streams == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert memory.open_streams == 0


# -- options -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        *[({name: 1.1}, f"{name}=1.1: give a probability") for name in ("drop", "reset", "truncate", "stall")],
        ({"server_errors": -0.1}, "server_errors=-0.1: give a probability"),
        ({"slow_chunks": True}, "slow_chunks=True: give a probability"),
        ({"drop": "often"}, "drop='often': give a probability"),
        ({"burst": 0.5}, "burst=0.5: give two numbers"),
        ({"burst": (0.5, 2)}, "burst=2: give a probability"),
        ({"latency": -1}, "latency=-1: give seconds"),
        ({"latency": (2, 1)}, "latency=(2, 1): give seconds"),
        ({"latency": "1 s"}, "latency='1 s': give two numbers"),
        ({"chunk_latency": [1, 2, 3]}, "chunk_latency=[1, 2, 3]: give two numbers"),
        ({"after": (5, 1)}, "after=(5, 1): give the least and the most"),
        ({"after": 5}, "after=5: give two numbers"),
        ({"after": (0.5, 1)}, "after=(0.5, 1): give the least"),
        ({"status": 404}, "status=404: give a number from 500"),
        ({"retry_after": -1}, "retry_after=-1: give seconds"),
        ({"seed": None}, "seed=None: give a whole number"),
        ({"clock": "system"}, "clock: give an instance"),
    ],
)
def test_a_wrong_option_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ChaosTransport(inner(), **options)
    assert told in str(caught.value)
    assert caught.value.setting == next(iter(options))


def test_it_can_be_configured_by_name() -> None:
    choice = {"name": "chaos", "inner": {"name": "memory"}, "seed": 1, "latency": [0.1, 0.2], "burst": [0.1, 0.5]}
    assert isinstance(pristine.Context.from_config({"transport": choice}).transport, ChaosTransport)


def test_a_forked_child_goes_on_by_itself() -> None:
    transport = ChaosTransport(inner(), drop=1)
    with transport._locks.get():
        child = os.fork()
        if child == 0:
            try:
                with pytest.raises(ConnectFailed):
                    transport.send(GET)
                os._exit(0)
            finally:
                os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def test_both_faces_take_from_one_count() -> None:
    transport = ChaosTransport(inner(), reset=1)
    for send in (transport.send, lambda request: run(transport.asend(request))) * 2:
        with pytest.raises(ConnectionLost):
            send(GET)
    assert faults(transport) == [(number, "reset") for number in range(1, 5)]
