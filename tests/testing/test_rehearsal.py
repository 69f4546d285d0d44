"""A rehearsal is the real pipeline over a script: its trace is what a call does."""

import time
from typing import Any

import attrs
import pytest

import pristine
from pristine.adapters.memory import Scripted
from pristine.adapters.retry import ExponentialRetry
from pristine.ports.errors import ConnectFailed, ServiceUnavailable, TimeoutExceeded, UnknownEndpoint
from pristine.ports.messages import Request
from pristine.testing.rehearsal import Decode, Fail, Rehearsal, Send, Sign, Sleep, rehearse
from tests.support.faces import MANIFEST
from tests.support.offline import answer

RETRY = ExponentialRetry(max_retries=3, jitter=0)
BUSY = pristine.Response(503)


def rehearsed(endpoint: str, answers: Any, **settings: Any) -> Rehearsal:
    context = pristine.context(transport="httpx", **{"retry": RETRY, **settings.pop("context", {})})
    return rehearse(MANIFEST, context, endpoint, answers=answers, **settings)


def test_the_trace_of_a_call_that_is_retried() -> None:
    done = rehearsed("get", [ConnectFailed("refused"), BUSY, answer({"a": 1})])
    assert str(done) == "Send, Sleep(0.5), Send, Sleep(1), Send, Decode"
    assert (done.value, done.error, done.seconds, done.slept) == ({"a": 1}, None, 1.5, [0.5, 1.0])
    assert [request.url for request in done.requests] == ["http://rehearsal.invalid/get"] * 3


def test_a_failure_is_the_last_step() -> None:
    done = rehearsed("get", [BUSY] * 4)
    assert str(done).endswith("Send, Fail(ServiceUnavailable)")
    assert isinstance(done.error, ServiceUnavailable)
    assert done.value is None


def test_a_schedule_of_ten_minutes_takes_no_time() -> None:
    began = time.monotonic()
    patient = ExponentialRetry(max_retries=100, base=6, cap=6, jitter=0)
    done = rehearsed("get", [BUSY] * 100 + [answer(1)], context={"retry": patient})
    assert done.seconds == 600
    assert time.monotonic() - began < 5  # a bound that ten real minutes cannot meet, and a slow machine can


def test_the_deadline_is_the_real_one() -> None:
    done = rehearsed("get", [BUSY] * 9, context={"timeout": 1.2})
    assert str(done) == "Send, Sleep(0.5), Send, Fail(ServiceUnavailable)"
    assert "beyond the deadline" in str(done.error)
    [first, second] = done.requests
    assert (first.timeout.total, second.timeout.total) == (1.2, 0.7)


def test_every_attempt_is_signed() -> None:
    done = rehearsed("get", [BUSY, answer(1)], context={"auth": pristine.Bearer("x")})
    assert str(done) == "Sign, Send, Sleep(0.5), Sign, Send, Decode"
    assert done.requests[1].headers["authorization"] == "Bearer x"
    assert done.steps == (Sign(), Send(done.requests[0]), Sleep(0.5), Sign(), Send(done.requests[1]), Decode())


class Fetched:
    """An Auth that has to wait for its credential."""

    async def asign(self, request: Request) -> Request:
        return attrs.evolve(request, headers=request.headers.merged({"authorization": "fetched"}))


def test_an_auth_that_waits_is_rehearsed_on_the_async_face() -> None:
    done = rehearsed("get", [answer(1)], context={"auth": Fetched()})
    assert str(done) == "Sign, Send, Decode"
    assert done.requests[0].headers["authorization"] == "fetched"
    feed = rehearsed("feed", [Scripted([b"data: 1\n\ndata: 2\n\n"])], context={"auth": Fetched()})
    assert feed.value == [1, 2]


def test_a_stream_is_read_to_its_end() -> None:
    done = rehearsed("feed", [BUSY, Scripted([b"data: 1\n\n", b'data: {"a": 2}\n\n'])])
    assert str(done) == "Send, Sleep(0.5), Send, Decode, Decode"
    assert done.value == [1, {"a": 2}]
    broken = rehearsed("feed", [Scripted([b"data: 1\n\n", TimeoutExceeded(phase="body", limit="read")])])
    assert str(broken) == "Send, Decode, Fail(StreamTimedOut)"


def test_options_are_those_of_the_call() -> None:
    done = rehearsed("keyed", [BUSY, answer(1)], payload={"x": 1}, idempotency_key="k", headers={"X-A": "b"})
    assert {request.headers["idempotency-key"] for request in done.requests} == {"k"}
    assert done.requests[0].headers["x-a"] == "b"


def test_a_script_that_is_too_short_is_the_test_s_fault() -> None:
    with pytest.raises(AssertionError, match="the script has no answer"):
        rehearsed("get", [BUSY])


def test_what_never_is_sent_has_one_step() -> None:
    done = rehearsed("gett", [])
    assert (str(done), done.requests) == ("Fail(UnknownEndpoint)", [])
    assert isinstance(done.error, UnknownEndpoint)
    assert done.steps == (Fail(done.error),)


def test_the_context_is_left_as_it_was() -> None:
    context: Any = pristine.context(transport="httpx", needs={"total_timeout"})
    before = attrs.asdict(context, recurse=False)
    rehearse(MANIFEST, context, "get", answers=[answer(1)])
    assert attrs.asdict(context, recurse=False) == before
