"""Every key of the language has an effect, which a test here would miss."""

import json
import pickle
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

import pytest

import pristine
from pristine import Timeout
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.core.operation import find
from pristine.manifest.answers import ERROR_KEYS, PAGINATION_KEYS
from pristine.manifest.endpoints import DEFAULTS, EXAMPLE_KEYS, IDEMPOTENCY_KEYS, TIMEOUT_KEYS, Shared, _table
from pristine.manifest.load import MANIFEST_KEYS, load_manifest
from pristine.manifest.model import METHODS
from pristine.manifest.parameters import PARAMETER_KEYS
from pristine.manifest.policies import BREAKER_KEYS, DEADLINE_KEYS, LIMIT_KEYS, RETRY_KEYS, UNIT_KEYS
from pristine.manifest.reading import Cursor, Faults
from pristine.manifest.servers import SCHEME_KEYS, SERVER_KEYS, VARIABLE_KEYS
from pristine.manifest.streams import RECONNECT_KEYS, STREAMING_KEYS
from pristine.manifest.types import TypeReader
from pristine.ports import errors
from pristine.ports.documents import Document
from pristine.ports.errors import (
    EventTooLarge,
    InvalidParameter,
    InvalidPayload,
    ResponseTooLarge,
    StreamInterrupted,
    UnexpectedContent,
)
from tests.manifest import futures, policies
from tests.manifest.faults import endpoint_fault, faults
from tests.support.offline import BASE, call, manifest, received, refused, sent

ENDPOINT_KEYS: Final = {
    "method",
    "path",
    "server",
    "description",
    "request",
    "response",
    "streaming",
    "path_params",
    "query",
    "headers",
    "timeout",
    "idempotency",
    "max_response_bytes",
    "redirects",
    "body",
    "media_type",
    "responses",
    "unwrap",
    "pagination",
    "security",
    "errors",
    "tags",
    "deprecated",
    "examples",
    *policies.ENDPOINT,
    *futures.ENDPOINT,
}  # fmt: skip
MANUAL: Final = {"context": {"clock": "manual", "timeout": Timeout()}}


def events(
    streaming: Any, body: bytes, content_type: str = "text/event-stream", **context: Any
) -> list[pristine.Event]:
    script = [Scripted([body], 200, {"content-type": content_type})]
    wired = pristine.context(base_url=BASE, transport=MemoryTransport(script), **context)
    with (
        pristine.Pipeline(load_manifest(manifest({"streaming": streaming})), wired) as api,
        api.execute_stream("e") as response,
    ):
        return list(response)


# -- every key has an effect -------------------------------------------------------------------------------------------


def name_is_said() -> None:
    assert "test has no endpoint" in str(unknown_endpoint(manifest()))
    assert sent({**manifest(), "name": "chat"}).headers["user-agent"] == "pristine-sdk chat"


def unknown_endpoint(source: Any) -> Exception:
    with pytest.raises(pristine.RequestError) as caught:
        find(load_manifest(source), "nope")
    return caught.value


def version_is_sent() -> None:
    assert sent(manifest(version="2.1")).headers["user-agent"] == "pristine-sdk test/2.1"


def description_is_kept() -> None:
    assert load_manifest(manifest(description="An API.")).description == "An API."


def the_first_server_is_called() -> None:
    source = manifest(servers=[{"url": "https://one.test/v1/"}, {"url": "https://two.test"}])
    assert sent(source, context={"base_url": None}).url == "https://one.test/v1/"
    assert [server.url for server in load_manifest(source).servers] == ["https://one.test/v1/", "https://two.test"]
    assert load_manifest(manifest()).server() is None


def endpoints_are_an_object_or_a_list() -> None:
    listed = {"name": "test", "endpoints": [{"id": "e", "method": "PUT", "path": "/l"}]}
    assert (sent(listed).method, sent(listed).url) == ("PUT", f"{BASE}/l")
    assert sent(manifest({"path": "/o"})).url == f"{BASE}/o"


def types_can_be_named() -> None:
    source = manifest({"response": "T"}, types={"T": {"properties": {"a": "integer"}}})
    assert received(source, {"a": 5}).a == 5
    assert list(load_manifest(source).types) == ["T"]


def a_server_has_its_url_and_description() -> None:
    [server] = load_manifest(manifest(servers=[{"url": "http://a.test", "description": "Staging"}])).servers
    assert (server.url, server.description) == ("http://a.test", "Staging")


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


def the_response_is_typed() -> None:
    assert received(manifest({"response": {"properties": {"a": "integer"}}}), {"a": 1}).a == 1
    assert received(manifest(), {"a": 1}) == {"a": 1}


def streaming_makes_a_stream() -> None:
    forms: list[Any] = [True, {}]
    for streaming in forms:
        assert [event.data for event in events(streaming, b"data: x\n\n")] == ["x"]
    assert sent(manifest({"streaming": False})).headers["accept"] == "application/json"


def the_format_is_one_that_is_known() -> None:
    assert events({"format": "sse"}, b"data: x\n\n")[0].data == "x"
    assert events({"format": "ndjson"}, b"1\n2", "application/x-ndjson")[1].json() == 2
    told = endpoint_fault(streaming={"format": "see"}).message
    assert told == "'see' is not one of sse, ndjson, json_array, lines, bytes; did you mean 'sse'?"


def items(streaming: dict[str, Any], body: bytes) -> list[Any]:
    script = [Scripted([body])]
    context = pristine.context(transport=MemoryTransport(script), base_url=BASE)
    source = manifest({"streaming": streaming}, types={"T": {"properties": {"a": "integer"}}})
    with pristine.Pipeline(load_manifest(source), context) as api, api.execute_stream("e") as response:
        return list(response.items())


def items_have_a_type() -> None:
    assert items({"items": "T"}, b'data: {"a": 1}\n\n')[0].a == 1


def event_types_have_a_type_of_their_own() -> None:
    body = b'event: t\ndata: {"a": 1}\n\nevent: u\ndata: {"a": 1}\n\n'
    typed, plain = items({"events": {"t": "T"}}, body)
    assert (typed.a, plain) == (1, {"a": 1})


def the_sentinel_ends_the_items() -> None:
    assert items({"done": "[DONE]"}, b"data: 1\n\ndata: [DONE]\n\ndata: 2\n\n") == [1]


def a_mislabelled_stream_is_accepted() -> None:
    assert events({"media_types": ["text/plain"]}, b"data: x\n\n", "text/plain")[0].data == "x"
    with pytest.raises(UnexpectedContent):
        events(True, b"data: x\n\n", "text/plain")
    assert "must be a media type" in endpoint_fault(streaming={"media_types": ["text/plain; a=b"]}).message


def a_feed_is_gone_on_with(reconnect: Any) -> list[float]:
    clock = ManualClock()
    script = [Scripted([b"data: 1\n\n"]), *[Scripted([b": -\n\n"])] * 8]
    context = pristine.context(transport=MemoryTransport(script), base_url=BASE, clock=clock)
    with (
        pristine.Pipeline(
            load_manifest(manifest({"method": "GET", "streaming": {"reconnect": reconnect}})), context
        ) as api,
        api.execute_stream("e") as response,
        suppress(StreamInterrupted),
    ):
        list(response)
    return clock.slept


def reconnect_goes_on() -> None:
    assert (len(a_feed_is_gone_on_with(True)), len(a_feed_is_gone_on_with(False))) == (5, 0)


def so_many_connections_are_made() -> None:
    assert len(a_feed_is_gone_on_with({"max_attempts": 2})) == 2


def the_first_wait_is_said() -> None:
    assert a_feed_is_gone_on_with({"delay": 0.25})[:3] == [0.25, 0.5, 1]
    assert a_feed_is_gone_on_with({"delay": 0}) == [0] * 5


def an_answer_is_bounded() -> None:
    with pytest.raises(ResponseTooLarge):
        received(manifest({"max_response_bytes": 5}), "more than five")
    assert received(manifest({"max_response_bytes": 50}), "more than five") == "more than five"


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


def empty_events_are_dispatched() -> None:
    body = b"event: ping\n\ndata: x\n\n"
    assert [event.event for event in events({"dispatch_empty": True}, body)] == ["ping", "message"]
    assert [event.event for event in events({"dispatch_empty": False}, body)] == ["message"]


def an_event_is_bounded() -> None:
    body = b"data: 0123456789\n\n"
    with pytest.raises(EventTooLarge):
        events({"max_event_bytes": 5}, body)
    assert len(events({"max_event_bytes": None}, body, max_event_bytes=5)) == 1
    with pytest.raises(EventTooLarge):
        events(True, body, max_event_bytes=5)


def path_parameters_have_types() -> None:
    source = manifest({"path": "/{x}", "path_params": {"x": "integer"}})
    assert sent(source, path_params={"x": 5}).url == f"{BASE}/5"
    assert refused(InvalidParameter, source, path_params={"x": "5"}).where == "x"


def the_query_is_closed_where_it_is_declared() -> None:
    source = manifest({"query": {"limit": "integer"}})
    assert sent(source, query={"limit": 5}).url == f"{BASE}/?limit=5"
    assert "did you mean 'limit'?" in str(refused(InvalidParameter, source, query={"limt": 5}))
    assert "it has none" in str(refused(InvalidParameter, manifest({"query": {}}), query={"q": 1}))
    assert sent(manifest(), query={"anything": 1}).url == f"{BASE}/?anything=1"


def header_parameters_are_sent() -> None:
    source = manifest(
        {"headers": {"X-Const": "1", "X-Page": {"type": "integer", "default": 2}, "X-No": {"type": "any"}}}
    )
    headers = sent(source).headers
    assert (headers["x-const"], headers["x-page"], "x-no" in headers) == ("1", "2", False)
    assert sent(source, headers={"X-Page": "3"}).headers.get_all("x-page") == ["3"]


def the_timeout_is_a_total_or_limits() -> None:
    assert sent(manifest({"timeout": 5}), **MANUAL).timeout == Timeout(total=5)
    assert sent(manifest({"timeout": {}}), **MANUAL).timeout == Timeout()
    assert sent(manifest({"timeout": None}), context={"timeout": 9, "clock": "manual"}).timeout == Timeout()


def an_idempotent_endpoint_has_a_key() -> None:
    assert "idempotency-key" in sent(manifest({"idempotency": True})).headers
    assert "idempotency-key" in sent(manifest({"idempotency": {}})).headers
    assert "idempotency-key" not in sent(manifest({"idempotency": False})).headers


def the_header_carries_the_key() -> None:
    headers = sent(manifest({"idempotency": {"header": "X-Once"}})).headers
    assert "x-once" in headers
    assert "idempotency-key" not in headers


def limit_is_used(limit: str) -> Callable[[], None]:
    def effect() -> None:
        assert sent(manifest({"timeout": {limit: 7}}), **MANUAL).timeout == Timeout(**{limit: 7.0})
        assert sent(manifest({"timeout": {limit: None}}), **MANUAL).timeout == Timeout(**{limit: None})

    return effect


def a_required_parameter_is_missed() -> None:
    source = manifest({"query": {"q": {"type": "string", "required": True, "description": "What to look for."}}})
    error = refused(InvalidParameter, source)
    assert error.where == "q"
    assert str(error) == "e: query parameter 'q' is missing: What to look for."
    sent(manifest({"query": {"q": {"type": "string", "required": False}}}))
    required = manifest({"headers": {"X-H": {"type": "string", "required": True}}})
    assert refused(pristine.RequestError, required).where == "X-H"


def a_default_is_sent() -> None:
    for value, text in ((False, "false"), (0, "0"), ("", ""), ([], None), (["a"], "a")):
        query = {"q": {"type": "any", "default": value}}
        assert sent(manifest({"query": query})).url == (f"{BASE}/" if text is None else f"{BASE}/?q={text}")
    source = manifest({"path": "/{x}", "path_params": {"x": {"type": "string", "default": "me"}}})
    assert sent(source).url == f"{BASE}/me"
    assert sent(source, path_params={"x": "you"}).url == f"{BASE}/you"


# -- servers, security -------------------------------------------------------------------------------------------------

SERVERS: Final = [
    {"url": "https://one.test/v1/"},
    {
        "name": "regional",
        "url": "https://{region}.test/{version}",
        "variables": {"region": {"default": "eu", "enum": ["eu", "us"], "description": "Where."}, "version": "v2"},
    },
]


def url_at(**settings: Any) -> str:
    return sent(manifest(servers=SERVERS), context={"base_url": None, **settings}).url


def refused_server(**settings: Any) -> str:
    with pytest.raises(pristine.ConfigurationError) as caught:
        url_at(**settings)
    return str(caught.value)


def a_server_is_chosen_by_name() -> None:
    assert url_at(server="regional") == "https://eu.test/v2/"
    assert "there is no server 'regonal'; there are regional" in refused_server(server="regonal")
    assert endpoint_or_top_fault(servers=[{"url": "http://a.test", "name": "a"}] * 2) == "a second server 'a'"


def an_endpoint_has_a_server_of_its_own() -> None:
    source = manifest({"server": "regional"}, servers=SERVERS)
    elsewhere = "https://eu.test/v2/"
    for settings in ({"base_url": None}, {"base_url": None, "server": "regional"}):
        assert sent(source, context=settings).url == elsewhere
    assert sent(source, context={"servers": {"regional": "http://a.test/x/"}}).url == "http://a.test/x/"
    told = endpoint_fault_of({"server": "regonal"}, servers=SERVERS)
    assert told == "there is no server 'regonal'; did you mean 'regional'?"
    assert endpoint_fault_of({"server": "a"}) == "there is no server 'a': none has a name"


def endpoint_fault_of(endpoint: dict[str, Any], **top: Any) -> str:
    return faults(manifest(endpoint, **top))[0].message


def a_server_has_variables() -> None:
    assert url_at(server="regional", server_variables={"version": "v3"}) == "https://eu.test/v3/"
    assert "has no variable 'regio'; it has region, version" in refused_server(
        server="regional", server_variables={"regio": "us"}
    )
    assert "may hold letters" in refused_server(server="regional", server_variables={"version": "a/../b"})
    assert "{x} is not among" in endpoint_or_top_fault(servers=[{"url": "http://{x}.test"}])
    assert "has no {x}" in endpoint_or_top_fault(servers=[{"url": "http://a.test", "variables": {"x": "1"}}])


def a_variable_has_a_default() -> None:
    assert url_at(server="regional", server_variables={"region": "us"}) == "https://us.test/v2/"
    assert "'default' is missing" in endpoint_or_top_fault(servers=[{"url": "http://{x}.test", "variables": {"x": {}}}])


def a_variable_is_one_of_some() -> None:
    told = refused_server(server="regional", server_variables={"region": "mars"})
    assert "server variable 'region' must be one of eu, us" in told


def a_variable_is_described() -> None:
    assert load_manifest(manifest(servers=SERVERS)).servers[1].variables["region"].description == "Where."


def endpoint_or_top_fault(**top: Any) -> str:
    return faults(manifest(**top))[0].message


SCHEMES: Final = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key", "description": "From the console."},
    "token": {"type": "bearer"},
    "login": {"type": "basic"},
    "query": {"type": "apiKey", "in": "query", "name": "k"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "c"},
}


def signed(security: Any, *, of_all: bool = False, **settings: Any) -> pristine.Request:
    source = manifest({} if of_all else {"security": security}, security_schemes=SCHEMES)
    return sent({**source, "security": security} if of_all else source, context=settings)


def schemes_say_where_a_credential_goes() -> None:
    assert signed(["key"], credentials={"key": "s"}).headers["x-key"] == "s"
    assert signed(["token"], credentials={"token": "s"}).headers["authorization"] == "Bearer s"
    assert signed(["login"], credentials={"login": "u:p"}).headers["authorization"] == "Basic dTpw"


def a_key_goes_into_the_query_or_a_cookie() -> None:
    assert signed(["query"], credentials={"query": "a b"}).url == f"{BASE}/?k=a%20b"
    request = signed(["cookie"], credentials={"cookie": "s"}, headers={"Cookie": "x=1"})
    assert request.headers.get_all("cookie") == ["x=1; c=s"]


def a_key_has_a_name() -> None:
    assert "'name' is missing" in endpoint_or_top_fault(security_schemes={"k": {"type": "apiKey", "in": "query"}})
    told = endpoint_or_top_fault(security_schemes={"k": {"type": "bearer", "name": "X"}})
    assert told == "has no effect: bearer is the Authorization header"


def a_scheme_is_described() -> None:
    assert load_manifest(manifest(security_schemes=SCHEMES)).schemes["key"].description == "From the console."


def an_endpoint_says_what_signs_it() -> None:
    both = {"key": "s", "token": "t"}
    assert "authorization" not in signed(["key", "token"], credentials=both).headers
    headers = signed([["key", "token"]], credentials=both).headers
    assert (headers["x-key"], headers["authorization"]) == ("s", "Bearer t")
    assert signed(["key", "token"], credentials={"token": "t"}).headers["authorization"] == "Bearer t"
    assert signed(["key"], auth=pristine.Bearer("mine")).headers["authorization"] == "Bearer mine"
    open_to_all = signed([], auth=pristine.Bearer("mine"), credentials=both).headers
    assert not {"authorization", "x-key"} & open_to_all.keys()
    with pytest.raises(
        pristine.ConfigurationError, match="a credential is needed: key or key\\+token; give the Context"
    ):
        signed(["key", ["key", "token"]], credentials={"token": "t"})
    with pytest.raises(pristine.ConfigurationError, match="no security scheme 'kye'; it has key, token"):
        signed(["key"], credentials={"kye": "sekrit"})
    assert "did you mean 'key'?" in faults(manifest({"security": ["kye"]}, security_schemes=SCHEMES))[0].message


def what_signs_all_is_said_once() -> None:
    assert signed(["key"], of_all=True, credentials={"key": "s"}).headers["x-key"] == "s"
    source = manifest({"security": []}, security_schemes=SCHEMES, security=["key"])
    assert "x-key" not in sent(source, context={"credentials": {"key": "s"}}).headers


# -- bodies ------------------------------------------------------------------------------------------------------------


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


# -- answers -----------------------------------------------------------------------------------------------------------


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


# -- pages -------------------------------------------------------------------------------------------------------------


def listing(
    pagination: Any, pages: list[Any], start: Any = None, size: int | None = None, **top: Any
) -> tuple[list[Any], list[str]]:
    """The items of a list, and the targets that were asked for."""
    bodies = [page if isinstance(page, tuple) else (page, {}) for page in pages]
    answers = [
        pristine.Response(200, {"content-type": "application/json", **fields}, json.dumps(page).encode())
        for page, fields in bodies
    ]
    transport = MemoryTransport(answers)
    method = "POST" if top.pop("into_body", False) else "GET"
    endpoint = {"method": method, "pagination": pagination, **top.pop("endpoint", {})}
    with pristine.Pipeline(
        load_manifest(manifest(endpoint, **top)), pristine.context(transport=transport, base_url=BASE)
    ) as api:
        found = list(api.pages("e", start=start, size=size).items())
    said = [request.url.removeprefix(BASE) + str(request.body or b"", "utf-8") for request in transport.requests]  # type: ignore[arg-type]  # bytes
    return found, said


CURSOR: Final = {"style": "cursor", "items": "data", "parameter": "after", "next": "next"}


def pages_go_on_by_cursor() -> None:
    pages = [{"data": [1, 2], "next": "b"}, {"data": [], "next": "c"}, {"data": [3], "next": None}]
    assert listing(CURSOR, pages) == ([1, 2, 3], ["/", "/?after=b", "/?after=c"])
    assert listing(CURSOR, [{"data": [1]}], start="z") == ([1], ["/?after=z"])
    with pytest.raises(pristine.PristineError, match="leads to itself"):
        listing(CURSOR, [{"data": [1], "next": "b"}] * 2)


def pages_go_on_by_offset_number_or_link() -> None:
    offset = {"style": "offset", "items": "data", "parameter": "from"}
    assert listing(offset, [{"data": [1, 2]}, {"data": [3]}, {"data": []}]) == (
        [1, 2, 3],
        ["/", "/?from=2", "/?from=3"],
    )
    number = {"style": "page", "parameter": "page", "start": 1}
    assert listing(number, [[1], [2], []]) == ([1, 2], ["/?page=1", "/?page=2", "/?page=3"])
    link = ([1], {"link": f'<{BASE}/other?x="a">; rel="prev", </p?n=2>; title="a, b"; rel="last next"'})
    assert listing({"style": "link"}, [link, [2]]) == ([1, 2], ["/", "/p?n=2"])
    with pytest.raises(pristine.PristineError, match="another origin"):
        listing({"style": "link"}, [([1], {"link": "<http://evil.test/>; rel=next"}), [2]])
    told = [fault.message for fault in faults(manifest({"method": "GET", "pagination": {"style": "cursor"}}))]
    assert told == ["'next' is missing: pages by cursor need it", "'parameter' is missing: pages by cursor need it"]


def items_are_found_in_a_page() -> None:
    assert listing({**CURSOR, "items": "a.b[0]"}, [{"a": {"b": [[1]]}}])[0] == [1]
    with pytest.raises(pristine.PristineError, match="data: the items of a page must be an array"):
        listing(CURSOR, [{"data": {}}])
    endpoint = {"unwrap": "data"}
    pages = [{"data": [1], "next": 5}, {"data": [2]}]
    assert listing({**CURSOR, "items": ""}, pages, endpoint=endpoint) == ([1, 2], ["/", "/?after=5"])


def the_parameter_goes_on() -> None:
    assert listing({**CURSOR, "parameter": "p"}, [{"data": [], "next": "b"}, {"data": []}])[1] == ["/", "/?p=b"]


def a_page_is_asked_for_in_the_body() -> None:
    pages = [{"data": [1], "next": "b"}, {"data": []}]
    assert listing({**CURSOR, "into": "body"}, pages, into_body=True)[1] == ["/", '/{"after":"b"}']


def the_next_page_is_found() -> None:
    pages = [({"data": [1]}, {"x-next": "q"}), {"data": []}]
    assert listing({**CURSOR, "next": {"header": "X-Next"}}, pages)[1] == ["/", "/?after=q"]
    last = {"style": "cursor", "items": "data", "parameter": "after", "next": "data[-1].id"}
    found = [{"data": [{"id": 1}, {"id": 2}]}, {"data": [{"id": 3}]}, {"data": []}]
    assert listing(last, found) == ([{"id": 1}, {"id": 2}, {"id": 3}], ["/", "/?after=2", "/?after=3"])
    assert listing({**last, "next": "data[1].id"}, found)[1] == ["/", "/?after=2"]
    link = {"style": "link", "items": "data", "next": "links.next"}
    assert listing(link, [{"data": [1], "links": {"next": "/n"}}, {"data": [2]}]) == ([1, 2], ["/", "/n"])


def a_page_says_whether_there_are_more() -> None:
    pages = [{"data": [1], "next": "b", "more": False}]
    assert listing({**CURSOR, "more": "more"}, pages)[1] == ["/"]


def a_page_says_how_many_there_are() -> None:
    offset = {"style": "offset", "items": "data", "parameter": "from", "total": "all"}
    assert listing(offset, [{"data": [1, 2], "all": 3}, {"data": [3], "all": 3}])[1] == ["/", "/?from=2"]


def pages_have_a_size() -> None:
    offset = {"style": "offset", "items": "data", "parameter": "from", "size": "limit"}
    pages = [{"data": [1, 2]}, {"data": [3]}]
    assert listing(offset, pages, size=2) == ([1, 2, 3], ["/?limit=2", "/?from=2&limit=2"])
    with pytest.raises(pristine.ConfigurationError, match="names no 'size'"):
        listing(CURSOR, [], size=2)


def numbers_begin_at_0_or_1() -> None:
    assert listing({"style": "page", "parameter": "page"}, [[]])[1] == ["/?page=0"]
    assert (
        endpoint_fault(method="GET", pagination={"style": "page", "parameter": "p", "start": 2}).message
        == "must be 0 or 1"
    )


def paginations_have_names() -> None:
    assert listing("usual", [{"data": [1]}], paginations={"usual": CURSOR})[0] == [1]
    told = faults(manifest({"method": "GET", "pagination": "usal"}, paginations={"usual": CURSOR}))[0].message
    assert "did you mean 'usual'?" in told


# -- the rest ----------------------------------------------------------------------------------------------------------


def defaults_hold_for_every_endpoint() -> None:
    everything = {
        "headers": {"X-A": "1", "X-B": "2"},
        "query": {"v": {"type": "integer", "default": 3}},
        "timeout": {"read": 8, "total": 9},
        "idempotency": True,
        "max_response_bytes": 5,
    }
    source = manifest({"headers": {"X-B": "3"}, "timeout": {"total": 2}}, defaults=everything)
    request = sent(source, **MANUAL)
    assert (request.headers["x-a"], request.headers["x-b"], request.url) == ("1", "3", f"{BASE}/?v=3")
    assert (request.timeout.read, request.timeout.total, request.max_response_bytes) == (8, 2, 5)
    assert "idempotency-key" in request.headers
    assert sent(source, query={"anything": 1, "v": 4}).url == f"{BASE}/?anything=1&v=4"
    assert sent(manifest({"query": {"q": "string"}}, defaults=everything), query={"q": "x"}).url == f"{BASE}/?q=x&v=3"
    assert "idempotency-key" not in sent(manifest({"method": "GET"}, defaults=everything)).headers
    assert faults(manifest(defaults={"path": "/"}))[0].message.startswith("unknown key")


def files_are_included() -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "parts").mkdir()
        (home / "api.json").write_text(
            '{"name": "x", "include": ["parts/a.yaml", "parts/b.json"], "types": {"A": "string"}}'
        )
        (home / "parts/a.yaml").write_text(
            "include: [parts/b.json]\nendpoints: {one: {method: GET, path: /1, response: B}}"
        )
        (home / "parts/b.json").write_text('{"types": {"B": {"type": "array", "items": "A"}}}')
        whole = pristine.load_manifest_file(home / "api.json")
        assert (list(whole.endpoints), list(whole.types)) == (["one"], ["A", "B"])
        assert whole.endpoints["one"].response == list[str]
    assert "load the manifest from a file" in faults(manifest(include=["x.json"]))[0].message


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


def a_stream_is_asked_for_by_the_payload() -> None:
    source = manifest({"streaming": {"when": {"stream": True}}, "response": {"properties": {"a": "integer"}}})
    transport = MemoryTransport(
        [pristine.Response(200, {"content-type": "application/json"}, b'{"a": 1}'), Scripted([b""])]
    )
    with pristine.Pipeline(load_manifest(source), pristine.context(transport=transport, base_url=BASE)) as api:
        assert api.execute("e", {"q": 1}).a == 1
        with api.execute_stream("e", {"q": 1}) as response:
            assert list(response) == []
    plain, stream = transport.requests
    assert (plain.body, stream.body) == (b'{"q":1}', b'{"q":1,"stream":true}')
    assert (plain.headers["accept"], stream.headers["accept"]) == ("application/json", "text/event-stream")


LIST, OBJECT = {"type": "array", "items": "integer"}, {"type": "object"}


def in_query(value: Any, type_: Any, **said: Any) -> str:
    return sent(manifest({"query": {"q": {**type_, **said}}}), query={"q": value}).url.removeprefix(f"{BASE}/")


def in_path(value: Any, type_: Any, **said: Any) -> str:
    source = manifest({"path": "/{p}/x", "path_params": {"p": {**type_, **said}}})
    return sent(source, path_params={"p": value}).url.removeprefix(BASE).removesuffix("/x")


def in_header(value: Any, type_: Any, **said: Any) -> str | None:
    source = load_manifest(manifest({"headers": {"X-A": {**type_, **said}}}))
    transport = MemoryTransport([pristine.Response(204)])
    with pristine.Client(source, pristine.context(transport=transport, base_url=BASE)) as client:
        client.e(x_a=value)
    return transport.requests[0].headers.get("x-a")


def a_parameter_has_a_style() -> None:
    assert in_header([1, 2], LIST) == in_header([1, 2], LIST, style="simple") == "1,2"
    assert in_header({"a": 1, "b": 2}, OBJECT, style="simple") == "a,1,b,2"
    assert in_query([1, 2], LIST) == in_query([1, 2], LIST, style="form") == "?q=1&q=2"
    assert in_query([1, 2], LIST, style="spaceDelimited") == "?q=1%202"
    assert in_query([1, 2], LIST, style="pipeDelimited") == "?q=1%7C2"
    assert in_query({"a": "x&"}, OBJECT, style="deepObject") == "?q%5Ba%5D=x%26"
    assert in_path([1, 2], LIST, style="simple") == "/1,2"
    assert in_path([1, 2], LIST, style="label") == "/.1,2"
    assert in_path([1, 2], LIST, style="matrix") == "/;p=1,2"
    assert in_path("a/b", {"type": "string"}, style="matrix") == "/;p=a%2Fb"
    assert (
        "has one of simple, label, matrix"
        in endpoint_fault(path="/{p}", path_params={"p": {"type": "string", "style": "form"}}).message
    )
    source = manifest({"query": {"q": {**OBJECT, "style": "form"}}})
    assert refused(InvalidParameter, source, query={"q": {"a": []}}).where == "q"


def a_style_may_be_exploded() -> None:
    assert in_query([1, 2], LIST, style="form", explode=False) == "?q=1,2"
    assert in_query({"a": 1, "b,": 2}, OBJECT, style="form", explode=False) == "?q=a,1,b%2C,2"
    assert in_query({"a": 1, "b": None}, OBJECT, style="form", explode=True) == "?a=1"
    assert in_query([], LIST, style="form", explode=False) == ""
    assert in_path({"a": 1, "b": 2}, OBJECT, style="simple", explode=True) == "/a=1,b=2"
    assert in_path({"a": 1, "b": 2}, OBJECT, style="simple", explode=False) == "/a,1,b,2"
    assert in_path([1, 2], LIST, style="label", explode=True) == "/.1.2"
    assert in_path([1, 2], LIST, style="matrix", explode=True) == "/;p=1;p=2"
    assert in_path({"a": 1}, OBJECT, style="matrix", explode=True) == "/;a=1"
    assert in_header({"a": 1, "b": 2}, OBJECT, style="simple", explode=True) == "a=1,b=2"
    assert "has no effect" in endpoint_fault(query={"q": {"type": "string", "explode": True}}).message


def a_path_parameter_may_be_several_segments() -> None:
    text = {"type": "string"}
    assert in_path("weights/a b", text, allowReserved=True) == "/weights/a%20b"
    assert in_path("weights/a b", text) == "/weights%2Fa%20b"
    source = manifest({"path": "/{p}", "path_params": {"p": {**text, "allowReserved": True}}})
    for evil in ("a/../b", "/a", "a//b", "a/.", "a/"):
        assert "which would lead to another resource" in str(refused(InvalidParameter, source, path_params={"p": evil}))
    assert "it is for a path parameter" in endpoint_fault(query={"q": {**text, "allowReserved": True}}).message


def a_parameter_has_a_name() -> None:
    query = load_manifest(manifest({"query": {"page[size]": {"type": "integer", "name": "size"}}})).endpoints["e"].query
    assert query is not None
    assert query["page[size]"].name == "size"
    assert "a name that Python allows" in endpoint_fault(query={"q": {"type": "any", "name": "a-b"}}).message


def formats_of_parameters() -> None:
    duration = {"type": "string", "format": "duration"}
    assert in_query(timedelta(minutes=5), duration) == in_query("PT5M", duration) == "?q=PT5M"
    source = manifest({"query": {"q": duration, "n": {"type": "integer", "minimum": 1}}})
    assert "must be a duration" in str(refused(InvalidParameter, source, query={"q": "5m"}))
    assert "within its bounds (minimum 1)" in str(refused(InvalidParameter, source, query={"n": 0}))


def test_parameters_have_formats_and_bounds() -> None:
    formats_of_parameters()


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "manifest": {
        "name": name_is_said,
        "version": version_is_sent,
        "description": description_is_kept,
        "servers": the_first_server_is_called,
        "security_schemes": schemes_say_where_a_credential_goes,
        "security": what_signs_all_is_said_once,
        "errors": errors_of_all_are_said_once,
        "paginations": paginations_have_names,
        "defaults": defaults_hold_for_every_endpoint,
        "include": files_are_included,
        "endpoints": endpoints_are_an_object_or_a_list,
        "types": types_can_be_named,
        **policies.DOCUMENT,
    },
    "server": {
        "url": the_first_server_is_called,
        "name": a_server_is_chosen_by_name,
        "description": a_server_has_its_url_and_description,
        "variables": a_server_has_variables,
    },
    "variable": {
        "default": a_variable_has_a_default,
        "enum": a_variable_is_one_of_some,
        "description": a_variable_is_described,
    },
    "scheme": {
        "type": schemes_say_where_a_credential_goes,
        "in": a_key_goes_into_the_query_or_a_cookie,
        "name": a_key_has_a_name,
        "description": a_scheme_is_described,
    },
    "endpoint": {
        "method": the_method_is_used,
        "path": the_path_is_used,
        "server": an_endpoint_has_a_server_of_its_own,
        "description": an_endpoint_s_description_is_kept,
        "request": the_request_is_checked,
        "response": the_response_is_typed,
        "streaming": streaming_makes_a_stream,
        "path_params": path_parameters_have_types,
        "query": the_query_is_closed_where_it_is_declared,
        "headers": header_parameters_are_sent,
        "timeout": the_timeout_is_a_total_or_limits,
        "idempotency": an_idempotent_endpoint_has_a_key,
        "max_response_bytes": an_answer_is_bounded,
        "redirects": redirects_are_followed_or_not,
        "body": a_body_may_be_a_form,
        "media_type": a_raw_body_has_its_media_type,
        "responses": answers_have_a_type_by_status,
        "unwrap": a_value_is_unwrapped,
        "pagination": pages_go_on_by_cursor,
        "security": an_endpoint_says_what_signs_it,
        "errors": an_error_says_its_message,
        "tags": tags_are_kept,
        "deprecated": callers_of_what_is_deprecated_are_warned,
        "examples": examples_are_kept,
        **policies.ENDPOINT,
        **futures.ENDPOINT,
    },
    "error": {
        "message": an_error_says_its_message,
        "code": an_error_has_a_code,
        "request_id": an_error_has_a_request_id,
        "retry_after": an_error_has_the_wish_to_wait,
        "documentation": an_error_has_its_documentation,
        "classes": a_code_has_a_class,
        **policies.ERROR,
    },
    "pagination": {
        "style": pages_go_on_by_offset_number_or_link,
        "items": items_are_found_in_a_page,
        "parameter": the_parameter_goes_on,
        "into": a_page_is_asked_for_in_the_body,
        "next": the_next_page_is_found,
        "more": a_page_says_whether_there_are_more,
        "total": a_page_says_how_many_there_are,
        "size": pages_have_a_size,
        "start": numbers_begin_at_0_or_1,
    },
    "default": {**dict.fromkeys(DEFAULTS, defaults_hold_for_every_endpoint), **policies.DEFAULT},
    "example": dict.fromkeys(EXAMPLE_KEYS, examples_are_kept),
    "streaming": {
        "format": the_format_is_one_that_is_known,
        "dispatch_empty": empty_events_are_dispatched,
        "max_event_bytes": an_event_is_bounded,
        "items": items_have_a_type,
        "events": event_types_have_a_type_of_their_own,
        "done": the_sentinel_ends_the_items,
        "media_types": a_mislabelled_stream_is_accepted,
        "reconnect": reconnect_goes_on,
        "when": a_stream_is_asked_for_by_the_payload,
    },
    "reconnect": {"max_attempts": so_many_connections_are_made, "delay": the_first_wait_is_said},
    "timeout": {limit: limit_is_used(limit) for limit in TIMEOUT_KEYS},
    "idempotency": {"header": the_header_carries_the_key},
    "parameter": {
        "required": a_required_parameter_is_missed,
        "default": a_default_is_sent,
        "name": a_parameter_has_a_name,
        "style": a_parameter_has_a_style,
        "explode": a_style_may_be_exploded,
        "allowReserved": a_path_parameter_may_be_several_segments,
    },
    **policies.TABLES,
    **futures.EFFECTS,
}
TABLES: Final = {
    "manifest": MANIFEST_KEYS,
    "server": SERVER_KEYS,
    "variable": VARIABLE_KEYS,
    "scheme": SCHEME_KEYS,
    "error": ERROR_KEYS,
    "pagination": PAGINATION_KEYS,
    "default": DEFAULTS,
    "example": EXAMPLE_KEYS,
    "endpoint": ENDPOINT_KEYS,
    "streaming": {**STREAMING_KEYS, "items": None, "events": None},
    "reconnect": RECONNECT_KEYS,
    "timeout": TIMEOUT_KEYS,
    "idempotency": IDEMPOTENCY_KEYS,
    "parameter": PARAMETER_KEYS,
    "deadline": DEADLINE_KEYS,
    "retry": RETRY_KEYS,
    "limit": {**LIMIT_KEYS, "units": None},
    "unit": UNIT_KEYS,
    "breaker": BREAKER_KEYS,
    **futures.TABLES,
}


@pytest.mark.parametrize(
    "effect",
    [pytest.param(effect, id=f"{table}.{key}") for table, keys in EFFECTS.items() for key, effect in keys.items()],
)
def test_every_key_has_an_effect(effect: Callable[[], None]) -> None:
    effect()


def test_no_key_is_without_a_test() -> None:
    assert {table: set(keys) for table, keys in EFFECTS.items()} == {table: set(keys) for table, keys in TABLES.items()}
    assert set(_table(Shared(types=TypeReader(Cursor(Document({}), (), {}, Faults()))))) == ENDPOINT_KEYS
