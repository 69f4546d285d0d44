"""Every built-in adapter of the ports beside the transport, held to the contract that others are held to."""

import asyncio
import base64
import importlib.util
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import uuid4

import attrs
import pytest
import structlog

import pristine
from pristine.adapters.auth import ApiKey, Basic, Bearer, StaticHeaders
from pristine.adapters.clock import ManualClock, SystemClock
from pristine.adapters.json import JsonSerializer
from pristine.adapters.limits import GcraLimiter
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.retry import ConstantRetry, DecorrelatedRetry, ExponentialRetry, LinearRetry, NoRetry
from pristine.adapters.semaphores import AdaptiveSemaphore, BytesSemaphore, CountingSemaphore
from pristine.adapters.telemetry import FanOut, Filtered, LoggingTelemetry, Metrics, NoTelemetry, RecordingTelemetry
from pristine.adapters.telemetry.structlog import StructlogTelemetry
from pristine.adapters.tokens import TokenAuth
from pristine.config.adapters import found
from pristine.core.hooks import Hooked
from pristine.ports import admission, auth, clock, future, outcome, retry, serializer, telemetry
from pristine.ports.admission import AsyncPermit, Demand, Scope
from pristine.ports.messages import Request, Response
from pristine.ports.retry import Retry
from pristine.testing.contracts.auth import AuthContract
from pristine.testing.contracts.breaker import CircuitBreakerContract
from pristine.testing.contracts.budget import RetryBudgetContract
from pristine.testing.contracts.classifier import ResultClassifierContract
from pristine.testing.contracts.clock import ClockContract
from pristine.testing.contracts.future import FutureContract
from pristine.testing.contracts.limiter import RateLimiterContract
from pristine.testing.contracts.retry import RetryContract
from pristine.testing.contracts.semaphore import SemaphoreContract
from pristine.testing.contracts.serializer import SerializerContract
from pristine.testing.contracts.telemetry import TelemetryContract
from tests.support import makers
from tests.support.tokens import Tokens

SECRET = "s3kr1t/välue+of=a kind"


class TestJsonSerializer(SerializerContract):
    pairs: ClassVar = [({"a": 10**30}, None), ([10**30], list[int])]

    def make(self) -> JsonSerializer:
        return JsonSerializer()


@pytest.mark.skipif(importlib.util.find_spec("msgspec") is None, reason="msgspec is not installed")
class TestMsgspecSerializer(TestJsonSerializer):
    def make(self) -> JsonSerializer:
        from pristine.adapters.msgspec import MsgspecSerializer

        return MsgspecSerializer()


class TestExponentialRetry(RetryContract):
    def make(self) -> Retry:
        return ExponentialRetry()

    def make_with(self, random: Callable[[], float]) -> Retry:
        return ExponentialRetry(random=random)


class TestPatientExponentialRetry(RetryContract):
    def make(self) -> Retry:
        return self.make_with(lambda: 0.5)

    def make_with(self, random: Callable[[], float]) -> Retry:
        return ExponentialRetry(
            random=random, max_retries=5000, cap=1e9, base=1e-3, jitter=0.3, max_retry_after=float("inf")
        )


class TestLinearRetry(RetryContract):
    def make(self) -> Retry:
        return LinearRetry()

    def make_with(self, random: Callable[[], float]) -> Retry:
        return LinearRetry(random=random, max_retries=50, jitter="factor")


class TestConstantRetry(RetryContract):
    def make(self) -> Retry:
        return ConstantRetry()

    def make_with(self, random: Callable[[], float]) -> Retry:
        return ConstantRetry(random=random, max_retries=50, jitter="additive")


class TestDecorrelatedRetry(RetryContract):
    def make(self) -> Retry:
        return DecorrelatedRetry()

    def make_with(self, random: Callable[[], float]) -> Retry:
        return DecorrelatedRetry(random=random, max_retries=5000)


class TestNoRetry(RetryContract):
    def make(self) -> NoRetry:
        return NoRetry()


class TestNoTelemetry(TelemetryContract):
    def make(self) -> NoTelemetry:
        return NoTelemetry()


class TestRecordingTelemetry(TelemetryContract):
    def make(self) -> RecordingTelemetry:
        return RecordingTelemetry()

    def heard(self, telemetry: RecordingTelemetry) -> list[str]:
        return telemetry.names


class _Kept(logging.Handler):
    """Keeps the names of the signals that are logged."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.names.append(vars(record)["pristine"]["signal"])


class TestLoggingTelemetry(TelemetryContract):
    def make(self) -> LoggingTelemetry:
        self.logger = logging.getLogger(str(uuid4()))
        self.logger.setLevel(logging.DEBUG)
        self.logger.propagate = False
        self.logger.addHandler(_Kept())
        return LoggingTelemetry(logger=self.logger)

    def heard(self, telemetry: LoggingTelemetry) -> list[str]:
        [kept] = self.logger.handlers
        assert isinstance(kept, _Kept)
        return kept.names


class TestStructlogTelemetry(TelemetryContract):
    def make(self) -> StructlogTelemetry:
        self.names: list[str] = []
        self.logger: Any = structlog.wrap_logger(structlog.testing.CapturingLogger(), processors=[self.keep])
        return StructlogTelemetry(logger=self.logger)

    def keep(self, logger: Any, method: str, event: Any) -> Any:
        self.names.append(event["event"])
        raise structlog.DropEvent

    def heard(self, telemetry: StructlogTelemetry) -> list[str]:
        return self.names


class TestFanOut(TelemetryContract):
    def make(self) -> FanOut:
        self.last = RecordingTelemetry()
        self.last.dumps = 1_000  # type: ignore[attr-defined]  # it wants to see messages, too
        return FanOut(NoTelemetry(), RecordingTelemetry(), self.last)

    def heard(self, telemetry: FanOut) -> list[str]:
        return self.last.names


class TestFiltered(TelemetryContract):
    def make(self) -> Filtered:
        return Filtered(inner=RecordingTelemetry(), rate=0.5, endpoints="users.*", failures=True)


class TestOpenTelemetry(TelemetryContract):
    def make(self) -> telemetry.Telemetry:
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.trace import TracerProvider

        from pristine.adapters.otel import OpenTelemetry

        return OpenTelemetry(tracer_provider=TracerProvider(), meter_provider=MeterProvider())


class TestOpenTelemetryWithoutAnSdk(TelemetryContract):
    def make(self) -> telemetry.Telemetry:
        from pristine.adapters.otel import OpenTelemetry

        return OpenTelemetry()


class TestMetrics(TelemetryContract):
    def make(self) -> Metrics:
        return Metrics()


class TestReporter(TelemetryContract):
    """It is a listener, too."""

    @pytest.fixture(autouse=True)
    def stopped(self) -> Iterator[None]:
        self.made: list[pristine.Reporter] = []
        yield
        for reporter in self.made:
            reporter.stop(0)

    def make(self) -> pristine.Reporter:
        transport = MemoryTransport([Response(204)] * 10_000)
        self.made.append(pristine.Reporter(pristine.context(base_url="http://t", transport=transport)))
        return self.made[-1]


class TestAsyncReporter(TelemetryContract):
    def make(self) -> pristine.AsyncReporter:
        context = pristine.context(base_url="http://t", transport=MemoryTransport())
        return pristine.AsyncReporter(context)


class TestHooked(TelemetryContract):
    """What a Context with hooks tells."""

    def make(self) -> telemetry.Telemetry:
        return pristine.context(transport="memory", telemetry="recording").on("request.stop", repr).telemetry


def test_every_listener_that_there_is_is_held_to_the_contract() -> None:
    held = set()
    for contract in TelemetryContract.__subclasses__():
        if contract.__module__ == __name__:
            case: Any = contract()
            case.made = []
            held.add(type(case.make()))
    named = {entry.load() for entry in found("pristine.telemetry").values() if entry.value.startswith("pristine.")}
    assert held == named | {pristine.Reporter, pristine.AsyncReporter, Hooked}


class TestBearer(AuthContract):
    secrets = ("s3kr1t-value",)

    def make(self) -> Bearer:
        return Bearer("s3kr1t-value")

    def failures(self) -> Iterable[Callable[[], object]]:
        return [lambda: Bearer("s3kr1t-value\r\nX: y"), lambda: Bearer(["s3kr1t-value"])]  # type: ignore[arg-type]  # the mistake that is tested


class TestApiKey(AuthContract):
    secrets = ("s3kr1t-value",)

    def make(self) -> ApiKey:
        return ApiKey("s3kr1t-value")

    def failures(self) -> Iterable[Callable[[], object]]:
        return [lambda: ApiKey("s3kr1t-value\0")]


class TestBasic(AuthContract):
    secrets = (SECRET, "s3kr1t-user", base64.b64encode(f"s3kr1t-user:{SECRET}".encode()).decode())

    def make(self) -> Basic:
        return Basic("s3kr1t-user", SECRET)

    def failures(self) -> Iterable[Callable[[], object]]:
        return [lambda: Basic(f"{SECRET}:", SECRET), lambda: Basic("s3kr1t-user", f"{SECRET}\ud800")]


class TestStaticHeaders(AuthContract):
    secrets = ("s3kr1t-value",)

    def make(self) -> StaticHeaders:
        return StaticHeaders([("X-Token", "s3kr1t-value"), ("X-Token", "another s3kr1t-value")])

    def failures(self) -> Iterable[Callable[[], object]]:
        return [lambda: StaticHeaders({"X-Token": "s3kr1t-value\n"})]


class TestTokenAuth(AuthContract):
    secrets = ("token-1",)

    def make(self) -> TokenAuth:
        return TokenAuth(Tokens())


class KeyInTheQuery:
    def __init__(self, key: str) -> None:
        self._key = key

    def sign(self, request: Request) -> Request:
        return attrs.evolve(request, url=f"{request.url}{'&' if '?' in request.url else '?'}key={quote(self._key)}")


class TestKeyInTheQuery(AuthContract):
    secrets = (SECRET,)

    def make(self) -> KeyInTheQuery:
        return KeyInTheQuery(SECRET)


class BlockingClock:
    """A clock with one face."""

    now = staticmethod(time.perf_counter)
    sleep = staticmethod(time.sleep)
    time = staticmethod(time.time)


class TestBlockingClock(ClockContract):
    def make(self) -> BlockingClock:
        return BlockingClock()


class AsyncClock:
    """The other."""

    now = staticmethod(time.monotonic)
    time = staticmethod(time.time)
    asleep = staticmethod(asyncio.sleep)


class TestAsyncClock(ClockContract):
    def make(self) -> AsyncClock:
        return AsyncClock()


class TestSystemClock(ClockContract):
    def make(self) -> SystemClock:
        return SystemClock()


class TestManualClock(ClockContract):
    wound_by_hand = True

    def make(self) -> ManualClock:
        return ManualClock()


class TestCountingSemaphore(SemaphoreContract):
    limit = 3

    def make(self) -> CountingSemaphore:
        return CountingSemaphore(limit=3)


class TestCountingSemaphoreOfTheManifest(SemaphoreContract):
    def make(self) -> CountingSemaphore:
        return CountingSemaphore(groups={"another": 2})


class TestBytesSemaphore(SemaphoreContract):
    def make(self) -> BytesSemaphore:
        return BytesSemaphore(limit=1000)

    def demand(self, scope: Scope, priority: int = 0) -> Demand:
        return Demand(scope=scope, costs={"bytes": 501}, priority=priority)


class TestAdaptiveSemaphore(SemaphoreContract):
    limit = 1

    def make(self) -> AdaptiveSemaphore:
        return AdaptiveSemaphore(initial=1)


class AsyncSemaphore:
    """A semaphore with one face."""

    def __init__(self) -> None:
        self._both = CountingSemaphore(limit=2)

    async def aacquire(self, demand: Demand, within: float | None) -> AsyncPermit | None:
        return await self._both.aacquire(demand, within)


class TestAsyncSemaphore(SemaphoreContract):
    def make(self) -> AsyncSemaphore:
        return AsyncSemaphore()


class BlockingSemaphore:
    """The other."""

    def __init__(self) -> None:
        self.acquire = CountingSemaphore(limit=2).acquire


class TestBlockingSemaphore(SemaphoreContract):
    def make(self) -> BlockingSemaphore:
        return BlockingSemaphore()


class TestGcraLimiter(RateLimiterContract):
    def make(self) -> GcraLimiter:
        return GcraLimiter()


class AsyncLimiter:
    """Limits that are kept elsewhere, as a shared store would keep them."""

    def __init__(self) -> None:
        self._kept = GcraLimiter()

    async def areserve(self, demand: admission.Demand, now: float) -> admission.Reservation:
        await asyncio.sleep(0)
        return self._kept.reserve(demand, now)

    async def adelay(self, reservation: Any, now: float) -> float:
        await asyncio.sleep(0)
        return self._kept.delay(reservation, now)

    async def acancel(self, reservation: Any, now: float) -> None:
        self._kept.cancel(reservation, now)

    async def asettle(self, reservation: Any, report: admission.Report) -> None:
        self._kept.settle(reservation, report)


class TestAsyncLimiter(RateLimiterContract):
    def make(self) -> AsyncLimiter:
        return AsyncLimiter()


class TestHandles(FutureContract):
    secrets = (makers.SECRET,)

    def make(self) -> makers.Maker:
        return makers.Maker()


# -- the contracts and the ports say the same ----------------------------------------------------------------------

PORTS: dict[str, tuple[Any, tuple[type, ...]]] = {
    "Serializer": (SerializerContract, (serializer.Serializer,)),
    "Retry": (RetryContract, (retry.Retry,)),
    "RetryBudget": (RetryBudgetContract, (retry.RetryBudget,)),
    "ResultClassifier": (ResultClassifierContract, (outcome.ResultClassifier,)),
    "CircuitBreaker": (CircuitBreakerContract, (admission.CircuitBreaker, admission.TellingBreaker)),
    "Telemetry": (TelemetryContract, (telemetry.Telemetry,)),
    "Auth": (AuthContract, (auth.Auth, auth.AsyncAuth)),
    "Clock": (ClockContract, (clock.Clock, clock.AsyncClock)),
    "Semaphore": (SemaphoreContract, (admission.Semaphore, admission.AsyncSemaphore)),
    "Future": (FutureContract, (future.Future, future.AsyncFuture)),
    "RateLimiter": (
        RateLimiterContract,
        (admission.RateLimiter, admission.TakingRateLimiter, admission.AsyncRateLimiter),
    ),
}
"""Port -> its contract, and the Protocols whose docstrings number its promises."""


@pytest.mark.parametrize("port", PORTS)
def test_every_promise_of_a_port_has_a_test_and_a_test_a_promise(port: str) -> None:
    contract, protocols = PORTS[port]
    tests = [getattr(contract, name) for name in dir(contract) if name.startswith("test_")]
    numbered = {number for cls in protocols for number in re.findall(r"^ *(\d+)\. ", cls.__doc__ or "", re.MULTILINE)}
    assert {test.promise.number for test in tests} == numbered
    assert {test.promise.port for test in tests} == {port}
    assert len({(test.promise.number, test.promise.text) for test in tests}) == len(numbered)
