"""The effects of a manifest's policies: how often, how fast and how long its endpoints may be called."""

from collections.abc import Callable
from typing import Any, Final

import pristine
from pristine import Timeout
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.retry import ExponentialRetry
from pristine.manifest.load import load_manifest
from pristine.ports.admission import Quota, Scope
from pristine.ports.headers import Headers
from tests.manifest.faults import endpoint_fault, faults
from tests.support.admitting import NotingBreaker, NotingLimiter, NotingSemaphore
from tests.support.offline import BASE, answer, manifest

JSON: Final = {"content-type": "application/json"}
BUSY: Final = pristine.Response(503, JSON, b"{}")
LIMIT: Final = {"units": {"requests": {"limit": 5}}}


def failing(source: Any, *answers: pristine.Response, payload: Any = None, **settings: Any) -> tuple[Any, list[float]]:
    """The error of a call that ends in one, or its value; and the waits between its attempts, which are not random."""
    clock = ManualClock()
    context = pristine.context(
        base_url=BASE,
        transport=MemoryTransport(answers),
        clock=clock,
        **settings.pop("context", {}),
    )
    with pristine.Pipeline(load_manifest(source), context) as api:
        try:
            return api.execute("e", payload, **settings), clock.slept
        except pristine.PristineError as error:
            return error, clock.slept


def attempts(source: Any, *answers: pristine.Response, **settings: Any) -> int:
    return len(failing(source, *answers, **settings)[1]) + 1


def asked(source: Any, payload: Any = None, value: Any = None, **settings: Any) -> Any:
    """What a call asks of a limiter, and what it tells it afterwards."""
    limiter = NotingLimiter()
    failing(source, answer(value), payload=payload, context={"limiter": limiter}, **settings)
    return limiter.noted


def fault(**top: Any) -> str:
    return faults(manifest(**top))[0].message


# -- may it be sent again? ---------------------------------------------------------------------------------------------


def safety_says_whether_it_may_be_sent_again() -> None:
    lost = pristine.Response(500, JSON, b"{}")
    assert attempts(manifest(), lost) == 1
    assert attempts(manifest({"safety": "idempotent"}), lost, answer(1)) == 2
    assert attempts(manifest({"method": "PUT", "safety": "unsafe"}), lost) == 1
    keyed = {"defaults": {"idempotency": True}}
    assert "idempotency-key" in sent_headers(manifest({"safety": "idempotent"}, **keyed))
    assert "idempotency-key" not in sent_headers(manifest({"safety": "safe"}, **keyed))
    assert endpoint_fault(method="PUT", safety="idempotent").message == "has no effect: every PUT is that"
    assert "safe request" in endpoint_fault(safety="safe", idempotency=True).message


def sent_headers(source: Any, **settings: Any) -> Headers:
    transport = MemoryTransport([answer(None)])
    context = pristine.context(base_url=BASE, transport=transport, **settings)
    with pristine.Pipeline(load_manifest(source), context) as api:
        api.execute("e")
    return transport.requests[0].headers


def a_code_is_of_a_kind() -> None:
    errors = {"code": "code", "kinds": {"locked": "overloaded", "quota_used_up": "client_error"}}
    locked = pristine.Response(409, JSON, b'{"code": "locked"}')
    source = manifest({"method": "GET", "errors": errors})
    assert attempts(source, locked, answer(1)) == 2
    assert attempts(source, pristine.Response(429, JSON, b'{"error": {"type": "quota_used_up"}}')) == 1
    assert "is not one of rate_limited" in fault(errors={"kinds": {"x": "success"}})


def a_status_is_of_a_kind() -> None:
    source = manifest({"method": "GET", "errors": {"statuses": {"409": "overloaded", "5XX": "client_error"}}})
    assert attempts(source, pristine.Response(409, JSON, b"{}"), answer(1)) == 2
    assert attempts(source, BUSY) == 1
    assert "must be a status that is an error" in fault(errors={"statuses": {"200": "overloaded"}})
    redirects = {"304": "overloaded"}
    answered = endpoint_fault(errors={"statuses": redirects}, responses={"304": "null"})
    assert answered.path == "endpoints.e.errors.statuses.304"
    assert "304 is an answer here" in answered.message
    load_manifest(manifest({"responses": {"304": "null"}}, errors={"statuses": redirects}))


# -- deadlines ---------------------------------------------------------------------------------------------------------


def told(deadline: Any, **limits: Any) -> str | None:
    timeout = Timeout(**{"total": 1.5, "read": 7.2, **limits})
    return sent_headers(manifest({"deadline": deadline}), clock="manual", timeout=timeout).get("x-timeout")


def a_server_is_told_the_deadline() -> None:
    assert told({"header": "X-Timeout"}) == "2"
    assert told({"header": "X-Timeout"}, total=None) is None
    assert sent_headers(manifest({"deadline": {"header": "Stop"}}), timeout=3).get("stop") == "3"
    assert endpoint_fault(deadline={}).message == "'header' is missing"


def a_deadline_has_a_format() -> None:
    assert told({"header": "X-Timeout", "format": "milliseconds"}) == "1500"
    assert told({"header": "X-Timeout", "format": "grpc"}) == "1500m"
    assert told({"header": "X-Timeout", "format": "grpc"}, total=200_000.5) == "200001S"
    assert "did you mean 'seconds'?" in endpoint_fault(deadline={"header": "X", "format": "second"}).message


def a_deadline_is_of_a_limit() -> None:
    assert told({"header": "X-Timeout", "limit": "read"}) == "8"


# -- retries -----------------------------------------------------------------------------------------------------------


def waits(settings: Any, *answers: pristine.Response) -> list[float]:
    source = manifest({"method": "GET", "retry": "slow"}, retries={"slow": {"jitter": 0, **settings}})
    return failing(source, *(answers or [BUSY] * 9))[1]


def retries_are_named() -> None:
    assert waits({"max_retries": 4, "base": 1}) == [1, 2, 4, 8]
    source = manifest({"method": "GET", "retry": False}, defaults={"retry": "slow"}, retries={"slow": {"base": 1}})
    assert failing(source, BUSY)[1] == []
    assert "there is no retry 'sow'; did you mean 'slow'?" in fault(retries={"slow": {}}, defaults={"retry": "sow"})
    assert waits({"max_retries": 4}) == [0.5, 1, 2, 4]
    slow = manifest({"method": "GET", "retry": "slow"}, retries={"slow": {"max_retries": 5}})
    chosen = ExponentialRetry(max_retries=1)
    assert len(failing(slow, *[BUSY] * 9, context={"retry": chosen})[1]) == 1
    assert failing(source, BUSY, context={"retry": chosen})[1] == []


def a_wait_has_a_cap() -> None:
    assert waits({"max_retries": 4, "base": 1, "cap": 3}) == [1, 2, 3, 3]


def waits_are_random_where_it_is_said() -> None:
    assert len({tuple(waits({"jitter": 1})) for _ in range(5)}) > 1
    assert fault(retries={"slow": {"jitter": 2}}) == "must be at most 1"


def the_server_s_wish_is_bounded() -> None:
    asking = pristine.Response(503, {**JSON, "retry-after": "20"}, b"{}")
    assert waits({"max_retry_after": 10}, asking) == []
    assert waits({"max_retry_after": 30}, asking, answer(1)) == [20]


# -- limits ------------------------------------------------------------------------------------------------------------


def limits_are_shared_by_name() -> None:
    source = manifest({"limit": "chat"}, limits={"chat": LIMIT})
    assert asked(source).asked[0].scope == Scope("", BASE, "chat")
    assert asked(manifest()).asked[0].scope == Scope("", BASE)
    assert asked(manifest(limits={"all": LIMIT}, defaults={"limit": "all"})).asked[0].scope.group == "all"
    assert fault(limits={"chat": {}}) == "limits nothing: it needs 'concurrency' or 'units'"
    assert "there is no limit 'chta'" in endpoint_fault(limit="chta").message


def a_limit_has_a_key() -> None:
    source = manifest({"limit": "chat"}, limits={"chat": {**LIMIT, "key": "model"}})
    assert [asked(source, {"model": name}).asked[0].scope.key for name in ("a", "b")] == ["a", "b"]
    assert asked(source, {}).asked[0].scope.key == ""


def so_many_may_be_under_way() -> None:
    semaphore = NotingSemaphore()
    source = manifest({"limit": "chat"}, limits={"chat": {"concurrency": 3}})
    failing(source, answer(1), context={"semaphores": semaphore})
    assert semaphore.noted.asked[0].concurrency == 3


def units_are_limited() -> None:
    units = {"requests": {"limit": 5}, "tokens": {"limit": 90, "base": 2}}
    [demand] = asked(manifest({"limit": "chat"}, limits={"chat": {"units": units}})).asked
    assert demand.quotas == {"requests": Quota(limit=5.0), "tokens": Quota(limit=90.0)}
    assert demand.costs == {"requests": 1.0, "bytes": 0.0, "tokens": 2.0}


def quota(**said: Any) -> Quota:
    [demand] = asked(manifest({"limit": "x"}, limits={"x": {"units": {"requests": {"limit": 5, **said}}}})).asked
    found: Quota = demand.quotas["requests"]
    return found


def a_quota_has_a_window() -> None:
    assert (quota(), quota(per=1)) == (Quota(limit=5.0, per=60.0), Quota(limit=5.0, per=1.0))
    assert "must be a number greater than 0" in fault(limits={"x": {"units": {"requests": {"limit": 0}}}})


def a_quota_has_a_burst() -> None:
    assert quota(burst=2) == Quota(limit=5.0, burst=2.0)


def cost(unit: str, payload: Any = None, **said: Any) -> float:
    source = manifest({"limit": "x"}, limits={"x": {"units": {unit: {"limit": 5, **said}}}})
    [demand] = asked(source, payload).asked
    found: float = demand.costs[unit]
    return found


def a_call_costs_so_much() -> None:
    assert (cost("requests"), cost("requests", base=3), cost("tokens", base=7)) == (1, 3, 7)
    assert "would cost nothing" in fault(limits={"x": {"units": {"tokens": {"limit": 5}}}})


def each_byte_costs_so_much() -> None:
    assert cost("bytes", {"a": 1}) == len(b'{"a":1}')
    assert cost("tokens", {"a": 1}, per_byte=0.5, base=1) == 1 + len(b'{"a":1}') / 2


def a_payload_says_what_it_costs() -> None:
    assert cost("tokens", {"max": 10, "more": [{"n": 5}]}, fields=["max", "more[0].n", "none"], base=1) == 16
    assert cost("tokens", {"max": "many"}, fields=["max"]) == 0


def an_answer_says_what_it_cost() -> None:
    units = {"tokens": {"limit": 5, "base": 9, "actual": "usage.total"}}
    noted = asked(manifest({"limit": "x"}, limits={"x": {"units": units}}), value={"usage": {"total": 4}})
    assert noted.last("settle").costs == {"tokens": 4.0}
    noted = asked(manifest({"limit": "x"}, limits={"x": {"units": units}}), value={})
    assert noted.last("settle").costs == {}


# -- breakers ----------------------------------------------------------------------------------------------------------

BREAKER: Final = {"error_rate": 0.5, "window": 10, "minimum": 4, "cooldown": 7, "probes": 2}


def breakers_are_shared_by_name() -> None:
    breaker = NotingBreaker()
    source = manifest({"breaker": "b", "limit": "l"}, breakers={"b": BREAKER}, limits={"l": LIMIT})
    failing(source, answer(1), context={"breaker": breaker})
    [demand] = breaker.noted.asked
    assert (demand.scope, demand.breaker) == (Scope("", BASE, "b"), BREAKER)
    assert "there is no breaker 'c'" in endpoint_fault(breaker="c").message


def a_breaker_is_of_one_kind() -> None:
    assert fault(breakers={"b": {"error_rate": 0.5, "failures": 3}}) == "has no effect beside 'error_rate'"
    assert fault(breakers={"b": {"window": 3}}) == "has no effect without 'error_rate'"
    breakers_are_shared_by_name()


def of_all(key: str) -> None:
    """A default is what an endpoint has that says nothing."""
    top: dict[str, Any] = {"retries": {"n": {"base": 1}}, "limits": {"n": LIMIT}, "breakers": {"n": BREAKER}}
    value: Any = {"header": "X-Timeout"} if key == "deadline" else "n"
    one = load_manifest(manifest({key: value}, **top)).endpoints["e"]
    other = load_manifest(manifest(**top, defaults={key: value})).endpoints["e"]
    assert getattr(one, key) == getattr(other, key) != getattr(load_manifest(manifest()).endpoints["e"], key)


def default_of(key: str) -> Callable[[], None]:
    def defaults_of_policies_hold() -> None:
        of_all(key)

    return defaults_of_policies_hold


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "manifest": {
        "retries": retries_are_named,
        "limits": limits_are_shared_by_name,
        "breakers": breakers_are_shared_by_name,
    },
    "endpoint": {
        "safety": safety_says_whether_it_may_be_sent_again,
        "deadline": a_server_is_told_the_deadline,
        "retry": retries_are_named,
        "limit": limits_are_shared_by_name,
        "breaker": breakers_are_shared_by_name,
    },
    "error": {"kinds": a_code_is_of_a_kind, "statuses": a_status_is_of_a_kind},
    "default": {key: default_of(key) for key in ("deadline", "retry", "limit", "breaker")},
    "deadline": {
        "header": a_server_is_told_the_deadline,
        "format": a_deadline_has_a_format,
        "limit": a_deadline_is_of_a_limit,
    },
    "retry": {
        "max_retries": retries_are_named,
        "base": retries_are_named,
        "cap": a_wait_has_a_cap,
        "jitter": waits_are_random_where_it_is_said,
        "max_retry_after": the_server_s_wish_is_bounded,
    },
    "limit": {"key": a_limit_has_a_key, "concurrency": so_many_may_be_under_way, "units": units_are_limited},
    "unit": {
        "limit": units_are_limited,
        "per": a_quota_has_a_window,
        "burst": a_quota_has_a_burst,
        "base": a_call_costs_so_much,
        "per_byte": each_byte_costs_so_much,
        "fields": a_payload_says_what_it_costs,
        "actual": an_answer_says_what_it_cost,
    },
    "breaker": dict.fromkeys(
        ("failures", "error_rate", "window", "minimum", "cooldown", "probes"), a_breaker_is_of_one_kind
    ),
}
