"""From a call to its request: who has the last word, and what is refused before anything is sent."""

from typing import Any

import pytest

import pristine
from pristine import ConfigurationError, Timeout
from pristine.adapters.memory import MemoryTransport
from pristine.ports.errors import InvalidHeader, InvalidParameter, InvalidPayload, PristineError, RequestError
from tests.support.offline import BASE, answer, manifest, refused, sent

SECRET = "sekrit-value"


def test_a_url_is_the_base_the_path_and_the_query() -> None:
    source = manifest({"path": "/v1/{x}"}, servers=[{"url": "http://server.test/api/"}])
    bare = {"context": {"base_url": None}}
    assert sent(source, path_params={"x": 1}, query={"q": "ü"}, **bare).url == "http://server.test/api/v1/1?q=%C3%BC"
    assert sent(source, path_params={"x": 1}, context={"base_url": f"{BASE}/"}).url == f"{BASE}/v1/1"


def test_without_any_base_url_nothing_is_sent() -> None:
    assert "no base URL" in str(refused(ConfigurationError, manifest(), context={"base_url": None}))


def test_headers_the_call_wins_over_the_manifest_and_that_over_the_context() -> None:
    source = manifest({"headers": {"X-A": "manifest", "X-B": "manifest"}})
    context = {"headers": {"X-A": "context", "X-B": "context", "X-C": "context", "User-Agent": "mine"}}
    headers = sent(source, headers=[("x-a", "call"), ("X-Many", "1"), ("X-Many", "2")], context=context).headers
    assert [headers.get_all(name) for name in ("x-a", "x-b", "x-c")] == [["call"], ["manifest"], ["context"]]
    assert headers.get_all("x-many") == ["1", "2"]
    assert headers["user-agent"] == "mine"


def test_auth_has_the_very_last_word() -> None:
    headers = sent(manifest(), headers={"authorization": "call"}, context={"auth": pristine.Bearer("t")}).headers
    assert headers.get_all("authorization") == ["Bearer t"]


def test_the_content_type_comes_with_a_body_and_can_be_changed() -> None:
    assert sent(manifest(), {"a": 1}).headers["content-type"] == "application/json"
    assert sent(manifest(), {"a": 1}, headers={"Content-Type": "application/vnd.x+json"}).headers.get_all(
        "content-type"
    ) == ["application/vnd.x+json"]
    without = sent(manifest())
    assert without.body is None
    assert "content-type" not in without.headers


def test_the_call_s_time_limit_wins_over_the_manifest_s_and_that_over_the_context_s() -> None:
    source = manifest({"timeout": {"read": 2, "total": 20}})
    context = {"timeout": {"read": 1, "write": 1, "total": 10}, "clock": "manual"}
    assert sent(source, context=context).timeout == Timeout(read=2, write=1, total=20)
    assert sent(source, timeout=5, context=context).timeout == Timeout(read=2, write=1, total=5)
    assert sent(source, timeout=Timeout(read=9), context=context).timeout == Timeout(read=9)


@pytest.mark.parametrize("timeout", [0, -1, "5", float("nan"), True])
def test_a_time_limit_that_is_none_is_refused(timeout: Any) -> None:
    assert "give seconds" in str(refused(ConfigurationError, manifest(), timeout=timeout))


def test_an_idempotency_key_is_made_where_the_manifest_asks_for_one() -> None:
    keys = {sent(manifest({"idempotency": True})).headers["idempotency-key"] for _ in range(3)}
    assert len(keys) == 3
    assert "idempotency-key" not in sent(manifest()).headers


def test_an_idempotency_key_of_the_caller_wins_and_goes_where_the_manifest_says() -> None:
    assert sent(manifest(), idempotency_key="mine").headers["idempotency-key"] == "mine"
    source = manifest({"idempotency": {"header": "X-Once"}})
    assert sent(source, idempotency_key="mine").headers.get_all("x-once") == ["mine"]
    assert sent(source, headers={"x-once": "mine"}).headers.get_all("x-once") == ["mine"]


def test_one_key_serves_all_attempts() -> None:
    busy = pristine.Response(503)
    transport = MemoryTransport([busy, busy, answer(1)])
    context = pristine.context(base_url=BASE, transport=transport, clock="manual")
    with pristine.Pipeline(pristine.load_manifest(manifest({"idempotency": True})), context) as api:
        assert api.execute("e") == 1
    assert len({request.headers["idempotency-key"] for request in transport.requests}) == 1
    assert len(transport.requests) == 3


@pytest.mark.parametrize("key", ["", "a\r\nb", 5, "\N{SNOWMAN}"])
def test_an_idempotency_key_that_cannot_be_sent_is_refused(key: Any) -> None:
    refused(InvalidHeader, manifest(), idempotency_key=key)


@pytest.mark.parametrize(
    ("error", "options"),
    [
        (ConfigurationError, {"path_parms": {}}),
        (InvalidParameter, {"path_params": [("x", 1)]}),
        (InvalidParameter, {"path_params": {"y": 1}}),
        (InvalidParameter, {"path_params": {5: 1}}),
        (InvalidParameter, {"query": "a=1"}),
        (InvalidParameter, {"query": {5: 1}}),
        (InvalidHeader, {"headers": {"X": f"{SECRET}\r\nEvil: 1"}}),
        (InvalidHeader, {"headers": {"X\r\n": SECRET}}),
        (InvalidHeader, {"headers": "X: y"}),
        (InvalidHeader, {"headers": 5}),
    ],
    ids=str,
)
def test_a_wrong_option_is_refused_and_no_value_is_shown(error: type[PristineError], options: Any) -> None:
    found = refused(error, manifest(), **options)
    assert found.endpoint == "e"
    assert str(found).startswith("e: ")
    assert SECRET not in f"{found!r}{vars(found)}"


def test_an_unknown_option_is_refused_with_the_nearest() -> None:
    assert "did you mean 'path_params'?" in str(refused(ConfigurationError, manifest(), path_parms={}))


@pytest.mark.parametrize("method", ["GET", "HEAD", "TRACE"])
def test_a_request_without_a_body_refuses_a_payload(method: str) -> None:
    assert "has no body" in str(refused(InvalidPayload, manifest({"method": method}), {"a": 1}))


@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "PATCH", "POST", "PUT"])
def test_every_other_method_may_have_one(method: str) -> None:
    assert sent(manifest({"method": method}), {"a": 1}).body == b'{"a":1}'


DEEP: dict[str, Any] = {}
DEEP["self"] = DEEP
UNSENDABLE: dict[str, tuple[Any, str]] = {
    "bytes": ({"a": [{"b": b"x"}]}, "a[0].b"),
    "NaN": ({"a": float("nan")}, "a"),
    "infinity": ([float("-inf")], "[0]"),
    "a key that is no text": ({"a": {5: 1}}, "a"),
    "a key None": ({"a": {None: 1}}, "a"),
    "a lone surrogate": ({"a": ["\ud800"]}, "a[0]"),
    "a lone surrogate in a key": ({"a": {"\ud800": 1}}, "a"),
    "a set": ({"a": {1}}, "a"),
    "a class of one's own": ({"a": object()}, "a"),
    "itself": (DEEP, ""),
}


@pytest.mark.parametrize(("payload", "where"), UNSENDABLE.values(), ids=UNSENDABLE)
@pytest.mark.parametrize("request_type", [None, {"type": "object"}], ids=["undeclared", "declared"])
def test_a_payload_that_cannot_be_serialised_is_refused_where_it_is(
    payload: Any, where: str, request_type: Any
) -> None:
    source = manifest({"request": request_type} if request_type and isinstance(payload, dict) else {})
    error = refused(InvalidPayload, source, payload)
    assert error.where == where
    assert isinstance(error, RequestError)
    str(error).encode()
