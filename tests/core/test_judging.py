"""What an attempt comes to: HTTP's tables, over them the manifest, over them the Context; and what is done about it."""

import json
from contextlib import suppress
from typing import Any, Final

import attrs
import pytest

import pristine
from pristine.adapters.classifier import RuleClassifier
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.core.attempts.classification import classify, status_error
from pristine.ports.errors import (
    BodyUsed,
    ConnectFailed,
    ConnectionLost,
    PristineError,
    RetrySafe,
    StatusError,
    TimeoutExceeded,
)
from pristine.ports.headers import Headers
from pristine.ports.messages import Response
from pristine.ports.outcome import Fate, Kind, Outcome, Result
from tests.support.offline import BASE, answer, manifest

JSON: Final = {"content-type": "application/json"}
NOW: Final = 1_700_000_000.0


def failure(status: int, headers: Any = (), body: Any = None) -> StatusError:
    return status_error(status, Headers(headers), b"" if body is None else json.dumps(body).encode(), NOW)


def outcome(error: PristineError, *, repeatable: bool = False) -> Outcome:
    return classify(error, None, repeatable=repeatable)


@pytest.mark.parametrize(
    ("error", "kind", "fate", "may_resend"),
    [
        (failure(429), Kind.RATE_LIMITED, Fate.REFUSED, True),
        (failure(503), Kind.OVERLOADED, Fate.UNKNOWN, False),
        (failure(503, {"retry-after": "1"}), Kind.OVERLOADED, Fate.REFUSED, True),
        (failure(408), Kind.OVERLOADED, Fate.REFUSED, True),
        (failure(529), Kind.OVERLOADED, Fate.UNKNOWN, False),
        (failure(500), Kind.UPSTREAM_FAILURE, Fate.UNKNOWN, False),
        (failure(504), Kind.UPSTREAM_FAILURE, Fate.UNKNOWN, False),
        (failure(400), Kind.CLIENT_ERROR, Fate.PROCESSED, False),
        (failure(500, {"x-should-retry": "true"}), Kind.UPSTREAM_FAILURE, Fate.REFUSED, True),
        (ConnectFailed("no"), Kind.TRANSPORT_ERROR, Fate.NOT_SENT, True),
        (
            TimeoutExceeded(phase="pool", limit="pool", retry_safe=RetrySafe.YES),
            Kind.TRANSPORT_ERROR,
            Fate.NOT_SENT,
            True,
        ),
        (ConnectionLost("refused stream", retry_safe=RetrySafe.YES), Kind.TRANSPORT_ERROR, Fate.REFUSED, True),
        (ConnectionLost("reset"), Kind.TRANSPORT_ERROR, Fate.UNKNOWN, False),
        (BodyUsed("used"), Kind.CLIENT_ERROR, Fate.PROCESSED, False),
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'status', '')}" if isinstance(value, Exception) else "",
)
def test_each_failure_has_a_kind_and_a_fate(error: PristineError, kind: Kind, fate: Fate, may_resend: bool) -> None:
    found = outcome(error)
    assert (found.kind, found.fate, found.may_resend) == (kind, fate, may_resend)
    assert outcome(error, repeatable=True).may_resend


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (503, {"retry-after": "7"}, None, 7),
        (503, {"retry-after-ms": "1500", "retry-after": "7"}, None, 1.5),
        (503, {"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, None, 10),
        (429, {"x-ratelimit-reset": str(int(NOW) + 30)}, None, 30),
        (429, {"x-ratelimit-reset": "12"}, None, 12),
        (429, {"x-ratelimit-reset": "1" + "0" * 400}, None, 365 * 86400),
        (429, {"x-ratelimit-reset": "nan"}, None, None),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 5)}, None, 5),
        (403, {"x-ratelimit-remaining": "9", "x-ratelimit-reset": str(int(NOW) + 5)}, None, None),
        (
            429,
            {},
            {"error": {"details": [{}, {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.5s"}]}},
            2.5,
        ),
        (429, {}, [{"error": {"details": [{"@type": "google.rpc.RetryInfo", "retryDelay": "34s"}]}}], 34),
        (429, {}, {"error": {"details": [{"@type": "google.rpc.RetryInfo", "retryDelay": "-1s"}]}}, None),
        (429, {}, {"error": {"details": "google.rpc.RetryInfo"}}, None),
    ],
)
def test_the_server_s_wish_is_found(status: int, headers: Any, body: Any, seconds: float | None) -> None:
    assert failure(status, headers, body).retry_after == seconds


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"error": {"type": "overloaded_error", "message": "x"}}, ("overloaded_error",)),
        ({"error": {"code": "a", "type": "b"}}, ("a", "b")),
        ({"code": "top"}, ("top",)),
        (
            {"error": {"code": 8, "status": "RESOURCE_EXHAUSTED", "details": [{"reason": "RATE", "@type": "x"}, 1]}},
            ("RESOURCE_EXHAUSTED", "RATE"),
        ),
        ({"error": {"type": "x" * 1000}}, ()),
        (["a"], ()),
        ("error", ()),
    ],
)
def test_the_codes_of_an_error_are_found(body: Any, codes: tuple[str, ...]) -> None:
    assert outcome(failure(500, JSON, body)).codes == codes


# -- who is asked, and who wins ----------------------------------------------------------------------------------------


def attempts(script: list[Any], source: Any = None, **settings: Any) -> int:
    clock = ManualClock()
    context = pristine.context(base_url=BASE, transport=MemoryTransport(script), clock=clock, **settings)
    loaded = pristine.load_manifest(source or manifest({"method": "GET"}))
    with pristine.Pipeline(loaded, context) as api, suppress(pristine.PristineError):
        api.execute("e")
    return len(clock.slept) + 1


CONFLICT: Final = Response(409, JSON, b'{"error": {"code": "locked"}}')


def test_the_manifest_is_stronger_than_http_and_the_context_than_both() -> None:
    errors = {"kinds": {"locked": "overloaded"}, "statuses": {"409": "client_error"}}
    locked = manifest({"method": "GET", "errors": errors})
    assert attempts([CONFLICT]) == 1
    assert attempts([CONFLICT, answer(1)], locked) == 2
    assert attempts([CONFLICT], locked, classifier={"codes": {"locked": "client_error"}}) == 1
    assert (
        attempts([CONFLICT, answer(1)], classifier=RuleClassifier(endpoints={"e": {"statuses": {409: "overloaded"}}}))
        == 2
    )


def test_a_classifier_is_asked_once_for_each_attempt_and_sees_what_came() -> None:
    seen: list[Result] = []

    @attrs.frozen
    class Noting:
        def classify(self, result: Result) -> Outcome:
            seen.append(result)
            return result.usual

    limited = Response(429, {**JSON, "x-trace": "1"}, b'{"code": "slow_down"}')
    assert attempts([limited, answer(1)], classifier=Noting()) == 2
    assert [(one.endpoint, one.usual.kind, one.headers.get("x-trace")) for one in seen] == [
        ("e", Kind.RATE_LIMITED, "1"),
        ("e", Kind.SUCCESS, None),
    ]
    assert seen[0].usual.codes == ("slow_down",)


def test_a_classifier_decides_on_kind_wish_and_word_alone() -> None:
    class Daring:
        def classify(self, result: Result) -> Outcome:
            return attrs.evolve(result.usual, kind=Kind.OVERLOADED, may_resend=True, fate=Fate.NOT_SENT)

    post = manifest({"method": "POST"})
    assert attempts([Response(500, JSON, b"{}")], post, classifier=Daring()) == 1


def test_the_server_s_word_is_heeded() -> None:
    yes = Response(409, {**JSON, "x-should-retry": "true"}, b"{}")
    no = Response(503, {**JSON, "x-should-retry": "false"}, b"{}")
    assert attempts([yes, answer(1)]) == 2
    assert attempts([yes, answer(1)], manifest({"method": "POST"})) == 2
    assert attempts([no]) == 1
    assert attempts([Response(409, {**JSON, "x-should-retry": "perhaps"}, b"{}")]) == 1


def test_a_retry_that_succeeds_gives_back_what_it_cost() -> None:
    busy = Response(503, JSON, b"{}")
    context = pristine.context(
        base_url=BASE,
        transport=MemoryTransport([busy, answer(1)] * 4),
        clock="manual",
        budget={"capacity": 5, "price": 5},
    )
    with pristine.Pipeline(pristine.load_manifest(manifest({"method": "GET"})), context) as api:
        assert [api.execute("e") for _ in range(4)] == [1] * 4


def test_a_budget_is_shared_by_all_calls_of_a_context() -> None:
    busy = Response(503, JSON, b"{}")
    context = pristine.context(
        base_url=BASE,
        transport=MemoryTransport([lambda _: busy]),
        clock="manual",
        budget={"capacity": 15, "price": 5},
    )
    source = pristine.load_manifest(manifest({"method": "GET"}))
    made = []
    with pristine.Pipeline(source, context) as one, pristine.Pipeline(source, context) as other:
        for api in (one, other, one):
            with pytest.raises(pristine.StatusError) as caught:
                api.execute("e")
            made.append((len(caught.value.attempts), caught.value.gave_up))
    assert made == [
        (3, "gave up after 3 attempts"),
        (2, "the retry budget is used up"),
        (1, "the retry budget is used up"),
    ]
