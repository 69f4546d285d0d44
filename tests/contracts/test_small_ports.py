"""Every built-in adapter of the ports beside the transport, held to the contract that others are held to."""

import asyncio
import base64
import importlib.util
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, ClassVar
from urllib.parse import quote

import attrs
import pytest

from pristine.adapters.auth import ApiKey, Basic, Bearer, StaticHeaders
from pristine.adapters.clock import ManualClock, SystemClock
from pristine.adapters.json import JsonSerializer
from pristine.adapters.retry import ExponentialRetry, NoRetry
from pristine.adapters.telemetry import NoTelemetry, RecordingTelemetry
from pristine.ports import auth, clock, retry, serializer, telemetry
from pristine.ports.messages import Request
from pristine.ports.retry import Retry
from pristine.testing.contracts.auth import AuthContract
from pristine.testing.contracts.clock import ClockContract
from pristine.testing.contracts.retry import RetryContract
from pristine.testing.contracts.serializer import SerializerContract
from pristine.testing.contracts.telemetry import TelemetryContract

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


class TokenThatIsFetched:
    """A credential that is waited for, as an SDK may have one."""

    def __init__(self) -> None:
        self._token: str | None = None

    async def asign(self, request: Request) -> Request:
        if self._token is None:
            await asyncio.sleep(0)
            self._token = "s3kr1t-value"
        return Bearer(self._token).sign(request)


class TestTokenThatIsFetched(AuthContract):
    secrets = ("s3kr1t-value",)

    def make(self) -> TokenThatIsFetched:
        return TokenThatIsFetched()


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


# -- the contracts and the ports say the same ----------------------------------------------------------------------

PORTS: dict[str, tuple[Any, tuple[type, ...]]] = {
    "Serializer": (SerializerContract, (serializer.Serializer,)),
    "Retry": (RetryContract, (retry.Retry,)),
    "Telemetry": (TelemetryContract, (telemetry.Telemetry,)),
    "Auth": (AuthContract, (auth.Auth, auth.AsyncAuth)),
    "Clock": (ClockContract, (clock.Clock, clock.AsyncClock)),
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
