"""`explain` says what a call would do, shows no credential, and sends nothing."""

from typing import Any

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.retry import NoRetry
from pristine.ports.errors import UnknownEndpoint
from tests.support.faces import FACES
from tests.support.offline import BASE

MANIFEST = pristine.load_manifest(
    {
        "name": "test",
        "endpoints": {
            "get": {"method": "GET", "path": "/things/{id}", "timeout": {"read": 9}, "max_response_bytes": 1000},
            "make": {"method": "POST", "path": "/things", "request": "Thing"},
            "keyed": {"method": "POST", "path": "/things", "idempotency": True},
            "put": {"method": "PUT", "path": "/things"},
            "feed": {"method": "GET", "path": "/feed", "streaming": True},
        },
        "types": {"Thing": {"properties": {"name": "string"}, "required": ["name"]}},
    }
)

TEXT = """\
get: GET http://api.test/things/5?key=***
  deadline    7 s in all; connect 5 s, read 9 s, write 60 s, pool 60 s
  retry       NoRetry()
  resend      yes: GET is safe
  admission   none
  redirects   Redirects(limit=3, other_origins=True)
  limits      answer at most 1000 bytes, expansion at most 200 times
  auth        Bearer
  transport   MemoryTransport: back_pressure, cancel, streaming, total_timeout, uploads
  header      Accept: application/json
  header      Accept-Encoding: gzip, deflate
  header      User-Agent: pristine-sdk test
  header      X-Api-Key: ***
  body        none"""


BREAKER = "Breaker(failures=5, cooldown=30.0, probes=1, successes=1)"


@pytest.fixture(params=FACES.values(), ids=list(FACES))
def explain(request: pytest.FixtureRequest) -> Any:
    transport = MemoryTransport()

    def plan(endpoint: str, payload: Any = None, **options: Any) -> Any:
        settings = {
            "redirects": 3,
            "retry": NoRetry(),
            "headers": {"X-Api-Key": "sekrit"},
            **options.pop("context", {}),
        }
        auth = pristine.Bearer("sekrit")
        context = pristine.context(transport=transport, base_url=BASE, auth=auth, timeout=7, **settings)
        with request.param(context, MANIFEST) as api:
            return api.pipeline.explain(endpoint, payload, **options)

    yield plan
    assert transport.requests == []


def test_a_plan_is_a_paragraph_for_people(explain: Any) -> None:
    assert str(explain("get", path_params={"id": 5}, query={"key": "sekrit"})) == TEXT


def test_a_plan_is_data_for_programs(explain: Any) -> None:
    plan = explain("make", {"name": "a"}, timeout=2)
    assert (plan.endpoint, plan.method, plan.url) == ("make", "POST", f"{BASE}/things")
    assert plan.timeout.total == 2
    assert plan.body == "application/json, 12 bytes"
    assert plan.problem is None
    assert repr(plan) == f"Plan(make: POST {BASE}/things)"


@pytest.mark.parametrize(
    ("endpoint", "options", "told"),
    [
        ("get", {"path_params": {"id": 1}}, "yes: GET is safe"),
        ("put", {}, "yes: PUT is idempotent"),
        ("keyed", {}, "yes: under one Idempotency-Key"),
        ("make", {"payload": {"name": "x"}}, "only where it was certainly not processed: it has no idempotency key"),
    ],
)
def test_it_says_whether_the_request_may_be_sent_again(explain: Any, endpoint: str, options: Any, told: str) -> None:
    assert explain(endpoint, **options).resend == told


@pytest.mark.parametrize(
    ("ports", "told"),
    [
        ({"limiter": "on", "breaker": "on"}, f"GcraLimiter(learn=True), {BREAKER}"),
        ({"semaphores": {"limit": 8}}, "CountingSemaphore(limit=8, groups=None)"),
        (
            {"limiter": {"requests": 60, "learn": False}},
            "GcraLimiter(quotas={'requests': Quota(limit=60, per=60.0, burst=None)}, learn=False)",
        ),
        (
            {"limiter": {"groups": {"chat": {"requests": 5}}}},
            "GcraLimiter(groups={'chat': {'requests': Quota(limit=5, per=60.0, burst=None)}}, learn=True)",
        ),
        (
            {"breaker": {"error_rate": 0.5, "groups": {"chat": {"cooldown": 5}}}},
            "Breaker(error_rate=0.5, cooldown=30.0, probes=1, successes=1, groups={'chat': {'cooldown': 5}})",
        ),
    ],
    ids=["both", "semaphore", "limiter", "group", "breaker"],
)
def test_it_says_what_admits_an_attempt(explain: Any, ports: Any, told: str) -> None:
    assert explain("put", context=ports).admission == told


def test_without_what_a_call_wants_it_is_the_plan_of_the_endpoint(explain: Any) -> None:
    plan = explain("get", timeout=1)
    assert plan.url == f"{BASE}/things/{{id}}"
    assert "path parameter 'id' of /things/{id} is missing" in str(plan)
    assert (plan.timeout.total, plan.timeout.read) == (1, 9)
    assert "X-Api-Key: ***" in str(plan)
    assert explain("make", {"nam": 1}).problem.startswith("nam: unknown field")


def test_what_has_no_limit_says_so(explain: Any) -> None:
    plan = explain("put", context={"max_expansion": None, "redirects": None})
    assert (plan.limits, plan.redirects) == ("none", "not followed")
    assert "event at most 268435456 bytes" in explain("feed").limits


def test_a_body_of_unknown_length_is_told(explain: Any) -> None:
    assert explain("put", pristine.body_of(iter([b"x"]))).body == "application/octet-stream, of unknown length"


def test_an_unknown_endpoint_or_option_is_an_error(explain: Any) -> None:
    with pytest.raises(UnknownEndpoint):
        explain("gett")
    with pytest.raises(pristine.ConfigurationError, match="no option"):
        explain("put", tiemout=1)
