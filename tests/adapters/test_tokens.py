"""TokenAuth: one fetch for all who wait, another before the token expires or once it is refused, and nothing shown."""

import asyncio
import os
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.adapters.telemetry import RecordingTelemetry
from pristine.adapters.tokens import TokenAuth
from pristine.ports.auth import AccessToken
from pristine.ports.errors import (
    ConfigurationError,
    ConnectionLost,
    RetrySafe,
    TimeoutExceeded,
    Unauthorized,
    WrongFace,
)
from pristine.ports.messages import Request, Response, Timeout
from pristine.testing.answers import as_json
from tests.support.faces import Blocking
from tests.support.tokens import Tokens

REQUEST = Request("GET", "http://t/get")


def used(auth: TokenAuth, request: Request = REQUEST) -> str:
    return auth.sign(request).headers["authorization"]


def test_it_is_fetched_once_and_again_before_it_expires() -> None:
    clock, source = ManualClock(), Tokens(300)
    auth = TokenAuth(source, ahead=60, clock=clock)
    assert [used(auth), used(auth)] == ["Bearer token-1"] * 2
    clock.wind(239)
    assert used(auth) == "Bearer token-1"
    clock.wind(1)
    assert used(auth) == "Bearer token-2"


def test_one_that_lives_shortly_is_fetched_at_half_of_its_life() -> None:
    clock, source = ManualClock(), Tokens(10)
    auth = TokenAuth(source, clock=clock)
    used(auth)
    clock.wind(4.9)
    assert used(auth) == "Bearer token-1"
    clock.wind(0.1)
    assert used(auth) == "Bearer token-2"


def test_one_that_does_not_expire_is_kept() -> None:
    clock, source = ManualClock(), Tokens()
    auth = TokenAuth(source, header="X-Key", scheme="", clock=clock)
    clock.wind(1e8)
    assert auth.sign(REQUEST).headers["x-key"] == "token-1"
    clock.wind(1e8)
    assert auth.sign(REQUEST).headers["x-key"] == "token-1"


def test_the_old_one_serves_where_no_other_can_be_had() -> None:
    clock, source = ManualClock(), Tokens(100)
    auth = TokenAuth(source, ahead=50, clock=clock)
    used(auth)
    failed: list[int] = []

    def fail() -> None:
        failed.append(1)
        raise ConnectionLost("no")

    source.during = fail
    clock.wind(50)
    assert [used(auth), used(auth)] == ["Bearer token-1"] * 2
    assert len(failed) == 1  # the next time is later
    clock.wind(5)
    assert used(auth) == "Bearer token-1"
    assert len(failed) == 2
    clock.wind(45)
    with pytest.raises(ConnectionLost):
        used(auth)
    source.during = lambda: None
    assert used(auth) == "Bearer token-2"


def test_threads_wait_for_one_fetch() -> None:
    others = threading.Semaphore(0)
    auth: TokenAuth

    def hold() -> None:
        for _ in range(7):
            assert others.acquire(timeout=20)
        while len(auth._waiting) < 7:
            os.sched_yield()

    source = Tokens(during=hold)
    auth = TokenAuth(source)

    def sign(_: int) -> str:
        others.release()
        return used(auth)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(sign, range(8))) == {"Bearer token-1"}
    assert source.fetched == 1


class Slow(Tokens):
    """One that can be waited for; a list of fetches that began, each of which goes on when it is told."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.goes_on: list[asyncio.Event] = []
        self._begins = asyncio.Condition()

    async def begun(self, many: int) -> None:
        async with self._begins:
            await self._begins.wait_for(lambda: len(self.goes_on) >= many)

    async def afetch(self) -> AccessToken:
        self.goes_on.append(asyncio.Event())
        async with self._begins:
            self._begins.notify_all()
        await self.goes_on[-1].wait()
        return await super().afetch()


def test_tasks_wait_for_one_fetch_and_for_the_next_where_it_is_cancelled() -> None:
    async def main() -> None:
        source = Slow()
        auth = TokenAuth(source)
        tasks = [asyncio.create_task(auth.asign(REQUEST)) for _ in range(5)]
        await source.begun(1)
        tasks[0].cancel()
        tasks[3].cancel()
        await source.begun(2)
        source.goes_on[1].set()
        signed = await asyncio.gather(*tasks, return_exceptions=True)
        kinds = [isinstance(one, asyncio.CancelledError) for one in signed]
        assert kinds == [True, False, False, True, False]
        assert (len(source.goes_on), source.fetched) == (2, 1)

    asyncio.run(main())


def test_others_go_on_with_the_old_one_meanwhile() -> None:
    async def main() -> None:
        clock, source = ManualClock(), Slow(100)
        auth = TokenAuth(source, ahead=50, clock=clock)
        first = asyncio.create_task(auth.asign(REQUEST))
        await source.begun(1)
        source.goes_on[0].set()
        await first
        clock.wind(60)
        fetching = asyncio.create_task(auth.asign(REQUEST))
        await source.begun(2)
        assert (await auth.asign(REQUEST)).headers["authorization"] == "Bearer token-1"
        source.goes_on[1].set()
        assert (await fetching).headers["authorization"] == "Bearer token-2"

    asyncio.run(main())


def test_who_waits_has_a_deadline_of_its_own() -> None:
    async def main() -> None:
        source = Slow()
        auth = TokenAuth(source)
        fetching = asyncio.create_task(auth.asign(REQUEST))
        await source.begun(1)
        with pytest.raises(TimeoutExceeded, match="another call fetches the credential") as caught:
            await auth.asign(Request("GET", "http://t/get", timeout=Timeout(total=0.01)))
        assert (caught.value.phase, caught.value.seconds) == ("wait", 0.01)
        fetching.cancel()

    asyncio.run(main())


class OneFaced:
    async def afetch(self) -> AccessToken:
        return AccessToken("a")


def test_a_source_of_the_other_face_is_said_so() -> None:
    with pytest.raises(WrongFace, match=r"its source OneFaced lacks fetch\(\); use AsyncPipeline"):
        TokenAuth(OneFaced()).sign(REQUEST)

    class Other:
        def fetch(self) -> AccessToken:
            return AccessToken("a")

    with pytest.raises(WrongFace, match=r"lacks afetch\(\); use Pipeline"):
        asyncio.run(TokenAuth(Other()).asign(REQUEST))


@pytest.mark.parametrize(
    "make",
    [
        lambda: TokenAuth(object()),  # type: ignore[arg-type]
        lambda: TokenAuth(Tokens),  # type: ignore[arg-type]
        lambda: TokenAuth(Tokens(), ahead=-1),
        lambda: TokenAuth(Tokens(), header="X Key"),
        lambda: TokenAuth(Tokens(), scheme="Bearer\r\nX: "),
        lambda: AccessToken(""),
        lambda: AccessToken("s3kr1t\r\nX-Other: 1"),
        lambda: AccessToken("s3kr1t", -1),
        lambda: AccessToken("s3kr1t", float("nan")),
        lambda: AccessToken("s3kr1t", True),
    ],
)
def test_what_cannot_be_is_refused(make: Any) -> None:
    with pytest.raises(pristine.PristineError) as caught:
        make()
    assert "s3kr1t" not in f"{caught.value!r} {caught.value}"


def test_a_source_gives_a_token() -> None:
    class Wrong:
        def fetch(self) -> str:
            return "s3kr1t"

    with pytest.raises(ConfigurationError, match="it gave str, which is no AccessToken"):
        used(TokenAuth(Wrong()))  # type: ignore[arg-type]


def test_a_copy_has_the_settings_alone() -> None:
    auth = TokenAuth(Source(), header="X-Key", scheme="", ahead=1)
    auth.sign(REQUEST)
    copied = pickle.loads(pickle.dumps(auth))
    assert (copied.header, copied.scheme, copied.ahead) == ("X-Key", "", 1)
    assert "s3kr1t" not in f"{auth!r} {copied!r}"
    assert b"s3kr1t" not in pickle.dumps(auth)


class Source:
    def fetch(self) -> AccessToken:
        return AccessToken("s3kr1t")


# -- under a Pipeline ------------------------------------------------------------------------------------------------


Calls = Callable[..., tuple[Any, MemoryTransport]]


@pytest.fixture
def calls(face: type[Any], stack: ExitStack) -> Calls:
    """Make a pipeline and its transport."""

    def make(script: list[Any], source: Any, **settings: Any) -> tuple[Any, MemoryTransport]:
        transport, clock = MemoryTransport(script), ManualClock()
        ports = {"transport": transport, "clock": clock, "auth": TokenAuth(source, clock=clock), **settings}
        return stack.enter_context(face(pristine.context(base_url="http://t", **ports))), transport

    return make


def said(transport: MemoryTransport) -> list[str]:
    return [request.headers["authorization"] for request in transport.requests]


def test_a_token_that_is_refused_is_fetched_anew(calls: Calls) -> None:
    told = RecordingTelemetry()
    api, transport = calls([as_json({}), Response(401), as_json({"a": 1})], Tokens(), telemetry=told)
    api.execute("get")
    assert api.execute("post", {"x": 1}) == {"a": 1}  # a POST, too: the server has not acted on it
    assert said(transport) == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    refreshed = [signal for signal in told.signals if signal.name == "auth.refresh"]
    assert [one.attributes["attempt"] for one in refreshed] == [1, 2]
    assert [one.attributes["error.type"] for one in refreshed] == [None, None]


def test_it_is_tried_once_more_in_a_call(calls: Calls) -> None:
    api, transport = calls([Response(401), Response(401), as_json({})], Tokens(), retry="off")
    with pytest.raises(Unauthorized) as caught:
        api.execute("get")
    assert len(transport.requests) == 2
    assert "its credential was refused, and another is to be had" in str(caught.value.attempts[0])


def test_a_stream_is_opened_with_a_new_one(calls: Calls) -> None:
    api, transport = calls([Response(401), Scripted([b"data: 1\n\n"])], Tokens())
    assert [event.data for event in api.events("feed")] == ["1"]
    assert said(transport) == ["Bearer token-1", "Bearer token-2"]


def test_a_body_that_is_gone_is_not_sent_again(calls: Calls) -> None:
    api, transport = calls([Response(401), as_json({})], Tokens())
    with pytest.raises(Unauthorized):
        api.execute("post", pristine.body_of(iter([b"x"])))
    assert len(transport.requests) == 1


def test_a_credential_that_cannot_change_is_refused_for_good(calls: Calls) -> None:
    api, transport = calls([Response(401), as_json({})], Tokens(), auth=pristine.Bearer("a"))
    with pytest.raises(Unauthorized):
        api.execute("get")
    assert len(transport.requests) == 1


def test_a_source_that_fails_is_tried_again_like_any_other(calls: Calls) -> None:
    failing = iter([ConnectionLost("no", retry_safe=RetrySafe.YES)])
    told = RecordingTelemetry()

    def fail() -> None:
        for error in failing:
            raise error

    api, transport = calls([as_json({"a": 1})], Tokens(during=fail), telemetry=told)
    assert api.execute("get") == {"a": 1}
    assert said(transport) == ["Bearer token-1"]
    kinds = [signal.attributes["error.type"] for signal in told.signals if signal.name == "auth.refresh"]
    assert kinds == ["ConnectionLost", None]


@pytest.mark.parametrize("face", [Blocking])
def test_a_source_that_asks_through_a_pipeline_has_the_deadline_of_the_call(face: type[Any]) -> None:
    clock = ManualClock()
    seen: list[float | None] = []

    class Asking:
        def __init__(self) -> None:
            transport = MemoryTransport([self.answer])
            self.api = face(pristine.context(base_url="http://auth", transport=transport, clock=clock))

        def answer(self, request: Request) -> Response:
            seen.append(request.timeout.total)
            return as_json({"token": "a"})

        def fetch(self) -> AccessToken:
            return AccessToken(self.api.execute("get")["token"])

    transport = MemoryTransport([as_json({})])
    context = pristine.context(base_url="http://t", transport=transport, clock=clock, auth=TokenAuth(Asking()))
    face(context).execute("get", timeout=7)
    assert seen == [7]


def test_the_401_of_the_source_is_not_that_of_the_call() -> None:
    class Asking:
        def __init__(self) -> None:
            transport = MemoryTransport([as_json({}), Response(401)])
            self.api = Blocking(pristine.context(base_url="http://auth", transport=transport, clock=ManualClock()))
            self.asked = 0

        def fetch(self) -> AccessToken:
            self.asked += 1
            self.api.execute("get")
            return AccessToken("a", 1)

    source, clock = Asking(), ManualClock()
    auth = TokenAuth(source, clock=clock)
    script = [ConnectionLost("no")]
    transport = MemoryTransport(script)
    settings: dict[str, Any] = {"retry": {"base": 10, "jitter": 0}}
    api = Blocking(pristine.context(base_url="http://t", transport=transport, clock=clock, auth=auth, **settings))
    with pytest.raises(Unauthorized):
        api.execute("get")
    assert (source.asked, len(transport.requests)) == (2, 1)
