"""The ledger says what each attempt came to and why there was or was not another; and it shows no secret."""

import copy
import pickle
from collections.abc import Callable
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.budget import TokenBudget
from pristine.adapters.clock import ManualClock
from pristine.adapters.limits import GcraLimiter
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import ConnectFailed, ConnectionLost, PristineError, ServiceUnavailable
from pristine.ports.ledger import LONGEST, Attempt
from pristine.ports.messages import Request, Response, Timeout
from tests.support.faces import MANIFEST

JSON: Final = {"content-type": "application/json"}
FINE: Final = Response(200, JSON, b'{"ok": 1}')
BUSY: Final = Response(503, JSON, b"{}")


def calls(face: type[Any], script: list[Any], **settings: Any) -> Any:
    settings = {"retry": {"base": 1, "jitter": 0}, "clock": ManualClock(), **settings}
    return face(pristine.context(base_url="http://t", transport=MemoryTransport(script), **settings), MANIFEST)


def failed(face: type[Any], script: list[Any], endpoint: str = "get", **settings: Any) -> PristineError:
    options = settings.pop("options", {})
    with calls(face, script, **settings) as api, pytest.raises(PristineError) as caught:
        api.execute(endpoint, **options)
    return caught.value


def whys(error: PristineError) -> list[str]:
    return [attempt.why for attempt in error.attempts]


def test_an_error_has_every_attempt(face: type[Any]) -> None:
    clock = ManualClock()

    def busy(_: Request) -> Response:
        clock.wind(0.25)
        return Response(503, {**JSON, "retry-after": "3"}, b"{...}")

    again = Response(503, {**JSON, "retry-after": "3"}, b"{}")
    error = failed(face, [ConnectFailed("refused"), busy, again], "post", clock=clock, options={"payload": {"a": 1}})
    assert error.attempts == (
        Attempt(
            number=1,
            started=0,
            duration=0,
            outcome="transport_error",
            error="ConnectFailed",
            message="refused",
            sent=7,
            delay=1,
            why="retried: transport_error, not sent",
        ),
        Attempt(
            number=2,
            started=1,
            duration=0.25,
            outcome="overloaded",
            status=503,
            error="ServiceUnavailable",
            message="503 application/json: {...}",
            sent=7,
            received=5,
            delay=3,
            why="retried: overloaded, refused",
        ),
        Attempt(
            number=3,
            started=4.25,
            duration=0,
            outcome="overloaded",
            status=503,
            error="ServiceUnavailable",
            message="503 application/json: {}",
            sent=7,
            received=2,
            why="not retried: gave up after 3 attempts",
        ),
    )


@pytest.mark.parametrize(
    ("endpoint", "script", "settings", "why"),
    [
        ("get", [Response(404, JSON, b"{}")], {}, "not retried: client_error is final for the policy"),
        (
            "post",
            [Response(500, JSON, b"{}")],
            {},
            "not retried: it may have been processed, and it has no idempotency key",
        ),
        (
            "get",
            [Response(503, {**JSON, "retry-after": "9"}, b"{}")],
            {"timeout": 5},
            "not retried: Retry-After of 9 s is beyond the deadline: 5 s left",
        ),
        ("get", [BUSY], {"budget": TokenBudget(capacity=1)}, "not retried: the retry budget is used up"),
        (
            "get",
            [Response(503, {**JSON, "x-should-retry": "false"}, b"{}")],
            {},
            "not retried: the server says not to retry",
        ),
        ("get", [BUSY], {"retry": "off"}, "not retried: overloaded is final for the policy"),
    ],
    ids=["final", "unsafe", "deadline", "budget", "server", "off"],
)
def test_it_says_why_there_was_no_other(
    face: type[Any], endpoint: str, script: list[Any], settings: dict[str, Any], why: str
) -> None:
    assert whys(failed(face, script, endpoint, **settings)) == [why]


def test_what_waited_for_admission_is_told(face: type[Any]) -> None:
    limiter = GcraLimiter(requests=1, per=10)
    with calls(face, [FINE, Response(404, JSON, b"{}")], limiter=limiter) as api:
        api.execute("get")
        with pytest.raises(PristineError) as caught:
            api.execute("get")
    [attempt] = caught.value.attempts
    assert (attempt.admitted, attempt.started, attempt.duration) == (10, 10, 0)


def test_a_stream_has_the_attempts_it_took(face: type[Any]) -> None:
    with calls(face, [BUSY, Scripted([b"data: 1\n\n", ConnectionLost("reset")])]) as api:
        stream = api.open("feed")
        assert [attempt.outcome for attempt in stream.response.metadata.attempts] == ["overloaded", "success"]
        stream.next()
        with pytest.raises(PristineError) as caught:
            stream.next()
        assert len(caught.value.attempts) == 2


def test_a_head_whose_stream_breaks_at_once_was_no_success(face: type[Any]) -> None:
    with calls(face, [Scripted([ConnectionLost("reset")]), Scripted([b"data: 1\n\n"])]) as api:
        stream = api.open("feed")
        stream.next()
        assert [attempt.outcome for attempt in stream.response.metadata.attempts] == ["transport_error", "success"]
        stream.close()


def test_a_raw_response_has_the_attempts_it_took() -> None:
    context = pristine.context(base_url="http://t", transport=MemoryTransport([BUSY, FINE]), clock="manual")
    with pristine.Pipeline(MANIFEST, context) as api:
        raw = api.with_raw_response.execute("get")
    assert [(one.number, one.status, one.why) for one in raw.attempts] == [
        (1, 503, "retried: overloaded, perhaps processed"),
        (2, 200, "it succeeded"),
    ]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_a_ledger_goes_with_its_error(again: Callable[[Any], Any], face: type[Any]) -> None:
    error = failed(face, [BUSY] * 3)
    assert again(error).attempts == error.attempts
    assert str(error.attempts[0]) == "1. at 0.000 s, 0.000 s: overloaded 503; retried: overloaded, perhaps processed"


def test_it_shows_no_secret(face: type[Any]) -> None:
    echo = Response(503, {**JSON, "x-echo": "sekrit-token"}, b'{"error": {"message": "bad key sekrit-token"}}')
    error = failed(face, [echo] * 3, auth=pristine.Bearer("sekrit-token"))
    assert "sekrit" not in repr(error.attempts) + "".join(map(str, error.attempts))
    assert "***" in (error.attempts[0].message or "")


def test_it_is_bounded(face: type[Any]) -> None:
    error = failed(face, [BUSY] * 300, retry={"max_retries": 250, "base": 0})
    assert isinstance(error, ServiceUnavailable)
    assert [attempt.number for attempt in error.attempts] == list(range(252 - LONGEST, 252))


def test_a_passed_deadline_has_its_attempts(face: type[Any]) -> None:
    clock = ManualClock()

    def slow(_: Request) -> Response:
        clock.wind(4)
        return BUSY

    error = failed(face, [slow, slow, slow], clock=clock, options={"timeout": Timeout(total=8)})
    assert [attempt.started for attempt in error.attempts] == [0, 5]
