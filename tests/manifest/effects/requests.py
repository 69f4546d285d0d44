"""What an endpoint sends, and what is known of it before."""

import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, cast

import pytest

import pristine
from pristine import Timeout
from pristine.adapters.memory import MemoryTransport
from pristine.manifest.endpoints import EXAMPLE_KEYS, TIMEOUT_KEYS
from pristine.manifest.load import load_manifest
from pristine.manifest.model import METHODS
from pristine.ports.errors import InvalidPayload
from tests.manifest.faults import endpoint_fault
from tests.support.offline import BASE, call, manifest, refused, sent


def the_method_is_used() -> None:
    assert [sent(manifest({"method": method})).method for method in METHODS] == list(METHODS)


def the_path_is_used() -> None:
    assert sent(manifest({"path": "/a/{x}"}), path_params={"x": 1}).url == f"{BASE}/a/1"


def an_endpoint_s_description_is_kept() -> None:
    assert load_manifest(manifest({"description": "Says it."})).endpoints["e"].description == "Says it."


def the_request_is_checked() -> None:
    source = manifest({"request": {"properties": {"a": "integer"}}})
    assert refused(InvalidPayload, source, {"a": "1"}).where == "a"
    assert sent(source, {"a": 1}).body == b'{"a":1}'


def a_body_may_be_a_form() -> None:
    source = manifest({"body": "form", "request": {"properties": {"a": "integer", "b": {"type": "array"}}}})
    request = sent(source, {"a": 1, "b": ["x y", "z&"]})
    assert (request.body, request.headers["content-type"]) == (b"a=1&b=x+y&b=z%26", "application/x-www-form-urlencoded")
    assert refused(InvalidPayload, source, {"a": "1"}).where == "a"
    parts = sent(manifest({"body": "multipart"}), {"a": 1, "file": b"bytes", "tags": [True, {"k": None}]})
    assert parts.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert isinstance(parts.body, bytes)
    photo = {"properties": {"photo": {"type": "string", "format": "binary"}, "size": "integer"}, "required": ["photo"]}
    source = manifest({"body": "multipart", "request": photo})
    assert b"\r\n\r\npixels\r\n" in cast("bytes", sent(source, {"photo": b"pixels", "size": 5}).body)
    assert refused(InvalidPayload, source, {"size": 5}).where == "photo"
    assert refused(InvalidPayload, source, {"photo": b"x", "size": "5"}).where == "size"
    assert "must be a file" in str(refused(InvalidPayload, source, {"photo": "x"}))
    for piece in (b'name="a"\r\n\r\n1\r\n', b"\r\n\r\nbytes\r\n", b"\r\n\r\ntrue\r\n", b'{"k":null}'):
        assert piece in parts.body
    assert sent(manifest({"body": "raw"}), b"as it is").body == b"as it is"
    assert "not dict" in str(refused(InvalidPayload, manifest({"body": "raw"}), {}))


def a_raw_body_has_its_media_type() -> None:
    source = manifest({"body": "raw", "media_type": "image/png"})
    assert sent(source, b"x").headers["content-type"] == "image/png"
    assert sent(manifest({"body": "raw"}), b"x").headers["content-type"] == "application/octet-stream"


MANUAL: Final = {"context": {"clock": "manual", "timeout": Timeout()}}


def the_timeout_is_a_total_or_limits() -> None:
    assert sent(manifest({"timeout": 5}), **MANUAL).timeout == Timeout(total=5)
    assert sent(manifest({"timeout": {}}), **MANUAL).timeout == Timeout()
    assert sent(manifest({"timeout": None}), context={"timeout": 9, "clock": "manual"}).timeout == Timeout()


def limit_is_used(limit: str) -> Callable[[], None]:
    def effect() -> None:
        assert sent(manifest({"timeout": {limit: 7}}), **MANUAL).timeout == Timeout(**{limit: 7.0})
        assert sent(manifest({"timeout": {limit: None}}), **MANUAL).timeout == Timeout(**{limit: None})

    return effect


def an_idempotent_endpoint_has_a_key() -> None:
    assert "idempotency-key" in sent(manifest({"idempotency": True})).headers
    assert "idempotency-key" in sent(manifest({"idempotency": {}})).headers
    assert "idempotency-key" not in sent(manifest({"idempotency": False})).headers


def the_header_carries_the_key() -> None:
    headers = sent(manifest({"idempotency": {"header": "X-Once"}})).headers
    assert "x-once" in headers
    assert "idempotency-key" not in headers


def led_on(said: Any, **settings: Any) -> int:
    """How many requests are sent where the answers lead on without end."""
    transport = MemoryTransport([pristine.Response(302, {"location": f"/{number}"}) for number in range(12)])
    with suppress(pristine.StatusError):
        call(transport, manifest({"method": "GET", "redirects": said}), context=settings)
    return len(transport.requests)


def redirects_are_followed_or_not() -> None:
    assert [led_on(said) for said in (False, 1, 3, True)] == [1, 2, 4, 11]
    assert [led_on(said, redirects=2) for said in (False, 1, 3, True)] == [1, 2, 4, 3]
    told = {endpoint_fault(redirects=said).message for said in (0, -1, 1.5, "yes", None)}
    assert told == {"must be true, false, or how many: a whole number greater than 0"}


def tags_are_kept() -> None:
    assert load_manifest(manifest({"tags": ["a", "b"]})).endpoints["e"].tags == ("a", "b")


def callers_of_what_is_deprecated_are_warned() -> None:
    for said, told in ((True, "e is deprecated"), ("use f", "e is deprecated: use f")):
        with pytest.warns(DeprecationWarning, match=f"^{told}$"):
            sent(manifest({"deprecated": said}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sent(manifest({"deprecated": False}))


def examples_are_kept() -> None:
    example = {"request": {"a": 1}, "response": [2], "path_params": {"x": 3}, "query": {"q": 4}}
    [kept] = load_manifest(manifest({"path": "/{x}", "examples": {"first": example}})).endpoints["e"].examples.values()
    assert {key: getattr(kept, key) for key in EXAMPLE_KEYS} == example


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "endpoint": {
        "method": the_method_is_used,
        "path": the_path_is_used,
        "description": an_endpoint_s_description_is_kept,
        "request": the_request_is_checked,
        "timeout": the_timeout_is_a_total_or_limits,
        "idempotency": an_idempotent_endpoint_has_a_key,
        "redirects": redirects_are_followed_or_not,
        "body": a_body_may_be_a_form,
        "media_type": a_raw_body_has_its_media_type,
        "tags": tags_are_kept,
        "deprecated": callers_of_what_is_deprecated_are_warned,
        "examples": examples_are_kept,
    },
    "example": dict.fromkeys(EXAMPLE_KEYS, examples_are_kept),
    "timeout": {limit: limit_is_used(limit) for limit in TIMEOUT_KEYS},
    "idempotency": {
        "header": the_header_carries_the_key,
    },
}
