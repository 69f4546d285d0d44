"""Answers and errors."""

import json
import pickle
from collections.abc import Callable
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport
from pristine.manifest.load import load_manifest
from pristine.ports import errors
from pristine.ports.errors import ResponseTooLarge
from tests.manifest.faults import endpoint_fault
from tests.support.offline import BASE, manifest, received


def the_response_is_typed() -> None:
    assert received(manifest({"response": {"properties": {"a": "integer"}}}), {"a": 1}).a == 1
    assert received(manifest(), {"a": 1}) == {"a": 1}


def an_answer_is_bounded() -> None:
    with pytest.raises(ResponseTooLarge):
        received(manifest({"max_response_bytes": 5}), "more than five")
    assert received(manifest({"max_response_bytes": 50}), "more than five") == "more than five"


def answered(endpoint: dict[str, Any], status: int, value: Any, **top: Any) -> Any:
    """The value, or the error, of a call that is answered so."""
    response = pristine.Response(status, {"content-type": "application/json", "x-a": "7"}, json.dumps(value).encode())
    context = pristine.context(transport=MemoryTransport([response]), base_url=BASE, retry="off")
    with pristine.Pipeline(load_manifest(manifest(endpoint, **top)), context) as api:
        try:
            return api.execute("e")
        except pristine.PristineError as error:
            return error


TYPES: Final = {name: {"properties": {"kind": {"type": "string", "default": name}}} for name in ("A", "B", "Bad")}


def answers_have_a_type_by_status() -> None:
    endpoint = {"response": "A", "responses": {"201": "B", "4XX": "Bad", "default": "B"}}
    kinds = {status: answered(endpoint, status, {}, types=TYPES) for status in (200, 201, 202, 404, 500)}
    assert (kinds[200].kind, kinds[201].kind, kinds[202].kind) == ("A", "B", "A")
    assert (kinds[404].value.kind, kinds[500].value.kind) == ("Bad", "B")
    assert answered(endpoint, 404, [], types=TYPES).value is None
    assert "such as 201" in endpoint_fault(responses={"2xx": "any"}).message
    known = {"response": "A", "responses": {"304": "null"}}
    assert (answered(known, 304, None, types=TYPES), answered(known, 302, None, types=TYPES).status) == (None, 302)


def a_value_is_unwrapped() -> None:
    assert answered({"unwrap": "data", "response": "A"}, 200, {"data": {}, "meta": 1}, types=TYPES).kind == "A"
    assert answered({"unwrap": "data.things"}, 200, {"data": {"things": [1]}}) == [1]
    assert answered({"unwrap": "data.things"}, 200, {"data": {}}).where == "data.things"
    wrong = answered({"unwrap": "data", "response": {"properties": {"a": "integer"}}}, 200, {"data": {"a": "x"}})
    assert wrong.where == "data.a"
    assert answered({"unwrap": "data", "responses": {"200": "A"}}, 200, {}, types=TYPES).kind == "A"
    assert "must be names alone" in endpoint_fault(unwrap="a[0]").message


SHAPE: Final = {
    "message": "error.message",
    "code": "error.code",
    "request_id": {"header": "X-A"},
    "retry_after": "error.wait",
    "documentation": "error.links[0].href",
    "classes": {"no_money": "InsufficientQuota"},
}


SAID: Final = {
    "error": {"message": "pay first", "code": "no_money", "wait": 1.5, "links": [{"href": "https://d.test"}]}
}


def failed(shape: dict[str, Any], said: Any = SAID, status: int = 429) -> Any:
    return answered({"errors": shape}, status, said)


def an_error_says_its_message() -> None:
    assert str(failed({"message": "error.message"})) == "e: 429 pay first"
    assert str(failed({"message": "error.code"})) == "e: 429 no_money"
    assert str(failed({"message": "nowhere"}, {"message": "as usual"})) == "e: 429 as usual"
    assert answered({}, 429, SAID, errors={"message": "error.code"}).message == "429 no_money"
    places = ["error", "error.text", "detail", {"header": "X-A"}]
    for said, told in (({"error": "a"}, "a"), ({"error": {"text": "b"}}, "b"), ({"detail": "c"}, "c"), ([], "7")):
        assert failed({"message": places}, said).message == f"429 {told}"


def an_error_has_a_code() -> None:
    error = failed({"code": "error.code"})
    assert (error.code, str(error)) == ("no_money", "e: 429 pay first [no_money]")
    assert failed({"code": "code"}, {"code": 17}).code == "17"
    assert failed({"code": "code"}, {"code": {"a": 1}}).code is None
    assert failed({}).code is None
    assert failed({"code": ["code", "error.code"]}).code == "no_money"
    assert failed({"code": ["code", "error.code"]}, {"code": None, "error": {"code": 0}}).code == "0"


def an_error_has_a_request_id() -> None:
    assert failed({"request_id": {"header": "X-A"}}).request_id == "7"
    assert failed({"request_id": "id"}, {"id": "r-1"}).request_id == "r-1"
    assert failed({"request_id": ["id", {"header": "x-a"}]}).request_id == "7"


def an_error_has_the_wish_to_wait() -> None:
    assert failed({"retry_after": "error.wait"}).retry_after == 1.5
    assert failed({"retry_after": {"header": "X-A"}}).retry_after == 7
    assert failed({"retry_after": "error.code"}).retry_after is None
    assert failed({"retry_after": ["error.code", "error.wait", {"header": "X-A"}]}).retry_after == 1.5


def an_error_has_its_documentation() -> None:
    assert failed({"documentation": "error.links[0].href"}).documentation == "https://d.test"
    assert failed({"documentation": ["help", "error.links[0].href"]}).documentation == "https://d.test"


def a_code_has_a_class() -> None:
    source = load_manifest(manifest({"errors": SHAPE}))
    shape = source.endpoints["e"].errors
    assert shape is not None
    error = failed(SHAPE)
    assert type(error).__name__ == "InsufficientQuota"
    assert isinstance(error, errors.TooManyRequests)
    assert issubclass(shape.classes["no_money"], pristine.StatusError)
    copied = pickle.loads(pickle.dumps(error))
    assert (type(copied), copied.code, copied.status) == (errors.TooManyRequests, "no_money", 429)
    assert type(failed(SHAPE, status=400)).__mro__[2].__name__ == "BadRequest"
    assert "without 'code'" in endpoint_fault(errors={"classes": {"a": "B"}}).message
    assert "a capital" in endpoint_fault(errors={"code": "a", "classes": {"a": "import os"}}).message


def errors_of_all_are_said_once() -> None:
    assert answered({}, 400, SAID, errors={"code": "error.code"}).code == "no_money"
    assert answered({"errors": {}}, 400, SAID, errors={"code": "error.code"}).code is None


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "manifest": {
        "errors": errors_of_all_are_said_once,
    },
    "endpoint": {
        "response": the_response_is_typed,
        "max_response_bytes": an_answer_is_bounded,
        "responses": answers_have_a_type_by_status,
        "unwrap": a_value_is_unwrapped,
        "errors": an_error_says_its_message,
    },
    "error": {
        "message": an_error_says_its_message,
        "code": an_error_has_a_code,
        "request_id": an_error_has_a_request_id,
        "retry_after": an_error_has_the_wish_to_wait,
        "documentation": an_error_has_its_documentation,
        "classes": a_code_has_a_class,
    },
}
