"""The manifest is strict: every key has an effect, and every fault is told, at once, with its place."""

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest

import pristine
from pristine import ManifestError, Timeout
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.core.operation import find
from pristine.manifest.load import (
    IDEMPOTENCY_KEYS,
    MANIFEST_KEYS,
    RECONNECT_KEYS,
    SERVER_KEYS,
    STREAMING_KEYS,
    TIMEOUT_KEYS,
    load_manifest,
)
from pristine.manifest.model import METHODS
from pristine.manifest.parameters import PARAMETER_KEYS
from pristine.manifest.reading import ManifestFault
from pristine.ports.errors import (
    DocumentError,
    EventTooLarge,
    InvalidParameter,
    InvalidPayload,
    ResponseTooLarge,
    StreamInterrupted,
    UnexpectedContent,
)
from tests.support.offline import BASE, manifest, received, refused, sent

ENDPOINT_KEYS: Final = {
    "method",
    "path",
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
}  # fmt: skip
MANUAL: Final = {"context": {"clock": "manual", "timeout": Timeout()}}


def faults(source: Any) -> list[ManifestFault]:
    with pytest.raises(ManifestError) as caught:
        load_manifest(source)
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)
    return list(caught.value.faults)


def fault(source: Any) -> ManifestFault:
    found = faults(source)
    assert len(found) == 1, found
    return found[0]


def endpoint_fault(**endpoint: Any) -> ManifestFault:
    return fault(manifest(endpoint))


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
    assert load_manifest(manifest()).server is None


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


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "manifest": {
        "name": name_is_said,
        "version": version_is_sent,
        "description": description_is_kept,
        "servers": the_first_server_is_called,
        "endpoints": endpoints_are_an_object_or_a_list,
        "types": types_can_be_named,
    },
    "server": {"url": the_first_server_is_called, "description": a_server_has_its_url_and_description},
    "endpoint": {
        "method": the_method_is_used,
        "path": the_path_is_used,
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
    },
    "streaming": {
        "format": the_format_is_one_that_is_known,
        "dispatch_empty": empty_events_are_dispatched,
        "max_event_bytes": an_event_is_bounded,
        "items": items_have_a_type,
        "events": event_types_have_a_type_of_their_own,
        "done": the_sentinel_ends_the_items,
        "media_types": a_mislabelled_stream_is_accepted,
        "reconnect": reconnect_goes_on,
    },
    "reconnect": {"max_attempts": so_many_connections_are_made, "delay": the_first_wait_is_said},
    "timeout": {limit: limit_is_used(limit) for limit in TIMEOUT_KEYS},
    "idempotency": {"header": the_header_carries_the_key},
    "parameter": {"required": a_required_parameter_is_missed, "default": a_default_is_sent},
}
TABLES: Final = {
    "manifest": MANIFEST_KEYS,
    "server": SERVER_KEYS,
    "endpoint": ENDPOINT_KEYS,
    "streaming": {**STREAMING_KEYS, "items": None, "events": None},
    "reconnect": RECONNECT_KEYS,
    "timeout": TIMEOUT_KEYS,
    "idempotency": IDEMPOTENCY_KEYS,
    "parameter": PARAMETER_KEYS,
}


@pytest.mark.parametrize(
    "effect",
    [pytest.param(effect, id=f"{table}.{key}") for table, keys in EFFECTS.items() for key, effect in keys.items()],
)
def test_every_key_has_an_effect(effect: Callable[[], None]) -> None:
    effect()


def test_no_key_is_without_a_test() -> None:
    assert {table: set(keys) for table, keys in EFFECTS.items()} == {table: set(keys) for table, keys in TABLES.items()}
    known = endpoint_fault(zzz=1).message.partition("known: ")[2]
    assert set(known.split(", ")) == ENDPOINT_KEYS


# -- keys that could have none are faults ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "path", "told"),
    [
        ({"method": "GET", "request": "any"}, "request", "a GET request has no body"),
        ({"method": "GET", "idempotency": True}, "idempotency", "has no effect: a GET may be repeated anyway"),
        ({"streaming": {"format": "bytes", "items": "any"}}, "streaming.items", "has no effect on a stream of bytes"),
        ({"streaming": {"format": "ndjson", "reconnect": True}}, "streaming.reconnect", "on a stream of ndjson"),
        ({"streaming": True, "response": "any"}, "response", "has no effect: the answer is a stream"),
        ({"path_params": {"x": "string"}}, "path_params.x", "the path has no {x}"),
        ({"path": "/{user_id}", "path_params": {"userid": "string"}}, "path_params.userid", "mean 'user_id'?"),
        (
            {"path": "/{x}", "path_params": {"x": {"type": "string", "required": False}}},
            "path_params.x.required",
            "always",
        ),
        ({"path": "/{x}", "path_params": {"x": {"type": "array"}}}, "path_params.x", "cannot be of this type"),
        ({"headers": {"X": {"type": "object"}}}, "headers.X", "cannot be of this type"),
        ({"query": {"q": "null"}}, "query.q", "cannot be of this type"),
        ({"headers": {"X-A": "1", "x-a": "2"}}, "headers.x-a", "is there already"),
    ],
)
def test_a_key_that_could_have_no_effect_is_a_fault(endpoint: dict[str, Any], path: str, told: str) -> None:
    found = endpoint_fault(**endpoint)
    assert found.path == f"endpoints.e.{path}"
    assert told in found.message


# -- faults ------------------------------------------------------------------------------------------------------------

WRONG: Final[dict[str, tuple[Any, str, str]]] = {
    "no mapping": (5, "manifest", "must be an object, not a number"),
    "a path": ("chat.json", "manifest", "must be an object, not a string"),
    "a list": ([], "manifest", "must be an object, not an array"),
    "a class": (Path, "manifest", "must be an object, not a Python"),
    "an empty name": ({**manifest(), "name": ""}, "name", "must not be empty"),
    "a name that is none": ({**manifest(), "name": None}, "name", "must be a string, not null"),
    "a key that is no string": ({**manifest(), 5: 1}, "manifest", "key 5 must be a string"),
    "an unknown key": (manifest(nmae="x"), "nmae", "unknown key; did you mean 'name'?"),
    "endpoints of another kind": ({"name": "x", "endpoints": 5}, "endpoints", "must be an object, not a number"),
    "an endpoint that is none": ({"name": "x", "endpoints": {"e": 5}}, "endpoints.e", "must be an object"),
    "an endpoint without a name": ({"name": "x", "endpoints": {"": {}}}, "endpoints", "must not be empty"),
    "an endpoint without an id": ({"name": "x", "endpoints": [{"path": "/"}]}, "endpoints[0]", "'id' is missing"),
    "an id of another kind": (
        {"name": "x", "endpoints": [{"id": ["a"], "method": "GET", "path": "/"}]},
        "endpoints[0].id",
        "must be a string, not an array",
    ),
    "a second endpoint": (
        {"name": "x", "endpoints": [{"id": "a", "method": "GET", "path": "/"}] * 2},
        "endpoints[1]",
        "a second endpoint 'a'",
    ),
    "types of another kind": (manifest(types=[]), "types", "must be an object, not an array"),
    "a server that is none": (manifest(servers=["http://a.test"]), "servers[0]", "must be an object, not a string"),
    "a server without a url": (manifest(servers=[{}]), "servers[0]", "'url' is missing"),
    "an unknown key of a server": (
        manifest(servers=[{"url": "http://a.test", "ulr": 1}]),
        "servers[0].ulr",
        "did you mean 'url'?",
    ),
    "servers of another kind": (manifest(servers="http://a.test"), "servers", "must be an array"),
}  # fmt: skip
WRONG_ENDPOINTS: Final[dict[str, tuple[dict[str, Any], str, str]]] = {
    "an unknown method": ({"method": "FETCH"}, "method", "'FETCH' is not one of"),
    "a method in small letters": ({"method": "post"}, "method", "'post' is not one of"),
    "a method that is no string": ({"method": ["GET"]}, "method", "must be a string, not an array"),
    "a relative path": ({"path": "a"}, "path", "must begin with '/'"),
    "a query in the path": ({"path": "/a?b"}, "path", "no '?'"),
    "a fragment in the path": ({"path": "/a#b"}, "path", "no '#'"),
    "a space in the path": ({"path": "/a b"}, "path", "no ' '"),
    "a line break in the path": ({"path": "/a\r\nEvil: 1"}, "path", "no '\\r'"),
    "letters that URLs lack": ({"path": "/ü"}, "path", "no 'ü'"),
    "a percent sign": ({"path": "/100%"}, "path", "no '%'"),
    "an open brace": ({"path": "/{x"}, "path", "no '{'"),
    "an empty placeholder": ({"path": "/{}"}, "path", "placeholder {} must be a name"),
    "a strange placeholder": ({"path": "/{a-b}"}, "path", "placeholder {a-b} must be a name"),
    "a placeholder twice": ({"path": "/{x}/{x}"}, "path", "names a placeholder twice"),
    "a dot segment": ({"path": "/a/../b"}, "path", "has a segment '.' or '..'"),
    "a hidden dot segment": ({"path": "/a/%2e%2E/b"}, "path", "has a segment '.' or '..'"),
    "an unknown type": ({"request": "Qestion"}, "request", "unknown type 'Qestion'"),
    "a timeout of 0": ({"timeout": 0}, "timeout", "greater than 0"),
    "a timeout that is true": ({"timeout": True}, "timeout", "greater than 0"),
    "a timeout without end": ({"timeout": float("inf")}, "timeout", "greater than 0"),
    "a timeout beyond floats": ({"timeout": 10**400}, "timeout", "greater than 0"),
    "an unknown limit": ({"timeout": {"raed": 1}}, "timeout.raed", "did you mean 'read'?"),
    "an unknown stream option": ({"streaming": {"formt": "sse"}}, "streaming.formt", "did you mean 'format'?"),
    "a format that is no string": ({"streaming": {"format": ["sse"]}}, "streaming.format", "must be a string"),
    "a bound of 0": ({"streaming": {"max_event_bytes": 0}}, "streaming.max_event_bytes", "greater than 0"),
    "streaming of another kind": ({"streaming": "sse"}, "streaming", "must be an object, not a string"),
    "a flag that is no flag": ({"streaming": {"dispatch_empty": 1}}, "streaming.dispatch_empty", "must be true"),
    "an unsendable constant": ({"headers": {"X": "a\nb"}}, "headers.X", "header X: the value holds"),
    "an unsendable header name": ({"headers": {"X Y": "a"}}, "headers['X Y']", "is not a token"),
    "a key's header that is none": ({"idempotency": {"header": "X Y"}}, "idempotency.header", "is not a token"),
    "a default of another type": (
        {"query": {"q": {"type": "integer", "default": "5"}}},
        "query.q.default",
        "the default (a string) is not of the declared type",
    ),
    "an unknown key of a parameter": (
        {"query": {"q": {"type": "integer", "requierd": True}}},
        "query.q.requierd",
        "did you mean 'required'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "path", "told"), WRONG.values(), ids=WRONG)
def test_a_fault_says_where_and_what_to_do(source: Any, path: str, told: str) -> None:
    found = faults(source)[0]
    assert found.path == path
    assert told in found.message
    assert found.line is None


@pytest.mark.parametrize(("endpoint", "path", "told"), WRONG_ENDPOINTS.values(), ids=WRONG_ENDPOINTS)
def test_a_fault_of_an_endpoint_says_where_and_what_to_do(endpoint: dict[str, Any], path: str, told: str) -> None:
    found = endpoint_fault(**endpoint)
    assert found.path == f"endpoints.e.{path}"
    assert told in found.message


@pytest.mark.parametrize(
    "url",
    [
        "a.test",
        "ftp://a.test",
        "http://u:p@a.test",
        "http://a.test?q",
        "http://a.test#f",
        "http://a.test\n",
        "http://a b",
    ],
)
def test_a_server_is_an_absolute_url_without_more(url: str) -> None:
    found = fault(manifest(servers=[{"url": url}]))
    assert found.path == "servers[0].url"
    assert "must be an absolute http(s) URL" in found.message


def test_what_is_required_is_missed_once_and_by_name() -> None:
    assert [found.message for found in faults({})] == ["'name' is missing", "'endpoints' is missing"]
    assert [found.message for found in faults({"name": "x", "endpoints": {"e": {}}})] == [
        "'method' is missing",
        "'path' is missing",
    ]


SEVERAL: Final = {
    "json": """{
  "name": "x",
  "verison": "1",
  "endpoints": {
    "e": {
      "method": "FETCH",
      "path": "/{id}/",
      "path_params": {"idd": "string"},
      "timeout": -1
    }
  },
  "types": {
    "T": {"properties": {"a": "strin"}}
  }
}""",
    "toml": """name = "x"

verison = "1"
[endpoints.e]

method = "FETCH"
path = "/{id}/"
path_params = { idd = "string" }
timeout = -1


[types]
T = { properties = { a = "strin" } }
""",
    "yaml": """name: x

verison: "1"
endpoints:
  e:
    method: FETCH
    path: /{id}/
    path_params: {idd: string}
    timeout: -1


types:
  T: {properties: {a: strin}}
""",
}


@pytest.mark.parametrize("suffix", SEVERAL)
def test_all_faults_of_a_file_are_told_at_once_each_with_its_line(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"api.{suffix}"
    file.write_text(SEVERAL[suffix])
    with pytest.raises(ManifestError) as caught:
        pristine.load_manifest_file(file)
    assert [(found.line, found.path) for found in caught.value.faults] == [
        (3, "verison"),
        (6, "endpoints.e.method"),
        (8, "endpoints.e.path_params.idd"),
        (9, "endpoints.e.timeout"),
        (13, "types.T.properties.a"),
    ]
    assert str(caught.value).startswith(f"{file}: 5 faults\n  line 3: verison: unknown key; did you mean 'version'?\n")
    assert "unknown type 'strin'; did you mean 'string'?" in str(caught.value)


@pytest.mark.parametrize("suffix", ["json", "yaml", "yml", "JSON"])
def test_a_file_means_what_a_mapping_means(suffix: str, tmp_path: Path) -> None:
    source = manifest({"request": "Q", "timeout": 5}, types={"Q": {"properties": {"a": "string"}, "required": ["a"]}})
    file = tmp_path / f"api.{suffix}"
    file.write_text(json.dumps(source))
    loaded, expected = pristine.load_manifest_file(file), load_manifest(source)
    assert loaded.endpoints["e"].timeout == expected.endpoints["e"].timeout
    assert (loaded.name, list(loaded.types)) == (expected.name, list(expected.types))


def test_toml_is_a_manifest_too(tmp_path: Path) -> None:
    file = tmp_path / "api.toml"
    file.write_text(
        'name = "t"\n[endpoints.e]\nmethod = "GET"\npath = "/"\nquery.limit = { type = "integer", default = 0 }\n'
    )
    assert pristine.load_manifest_file(str(file)).endpoints["e"].query["limit"].default == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("api.json", '{"name": "x",}', "api.json:1:"),
        ("api.toml", "name =", "api.toml:1:"),
        ("api.yaml", "a: [", "api.yaml:"),
        ("api.json", '{"name": 1, "name": 2}', "appears twice"),
        ("api.txt", "", "not a kind of file that is known: json, toml, yaml"),
        ("api", "", "not a kind of file that is known"),
    ],
)
def test_a_file_that_cannot_be_read_is_no_manifest(name: str, text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DocumentError) as caught:
        pristine.load_manifest_file(tmp_path / name)
    assert told in str(caught.value)
    assert caught.value.source == str(tmp_path / name)


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="No such file"):
        pristine.load_manifest_file(tmp_path / "none.json")
    (tmp_path / "api.json").write_bytes(b'{"name": "\xff"}')
    with pytest.raises(DocumentError, match="not UTF-8 at byte 10"):
        pristine.load_manifest_file(tmp_path / "api.json")


# -- hostile manifests -------------------------------------------------------------------------------------------------


def nested(depth: int, inside: Any, wrap: Callable[[Any], Any]) -> Any:
    for _ in range(depth):
        inside = wrap(inside)
    return inside


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inside: {"type": "array", "items": inside},
        lambda inside: {"type": "object", "properties": {"a": inside}, "nullable": True},
    ],
    ids=["arrays", "objects"],
)
def test_a_manifest_that_is_nested_too_deeply_is_faulty(wrap: Callable[[Any], Any]) -> None:
    assert fault(manifest(types={"T": nested(5_000, "strin", wrap)})).message == "is nested too deeply, or holds itself"


def test_a_manifest_that_holds_itself_is_faulty() -> None:
    array: dict[str, Any] = {"type": "array"}
    array["items"] = array
    tree: dict[str, Any] = {"properties": {}}
    tree["properties"] = {"left": tree, "right": tree}
    for held in (array, tree):
        assert fault(manifest(types={"T": held})) == ManifestFault("manifest", "is nested too deeply, or holds itself")


def test_a_long_chain_of_names_is_faulty_but_not_one_of_objects() -> None:
    arrays = {f"T{n}": {"type": "array", "items": f"T{n + 1}"} for n in range(2_000)}
    assert fault(manifest(types={**arrays, "T2000": "string"})).message == "is nested too deeply, or holds itself"
    objects = {f"T{n}": {"properties": {"next": f"T{n + 1}"}} for n in range(1_000)}
    types = {**objects, "T1000": "string"}
    assert received(manifest({"response": "T0"}, types=types), {"next": {"next": {}}}).next.next == {}
    assert refused(InvalidPayload, manifest({"request": "T0"}, types=types), {"next": {"next": 5}}).where == "next.next"


@pytest.mark.parametrize(
    "hostile",
    [[[]], {}, [], {"a": {}}, 5, None, 1.5, (), b"x", {5: 5}, object(), float("nan")],
    ids=lambda hostile: repr(hostile).partition(" at ")[0],
)
@pytest.mark.parametrize("key", sorted(ENDPOINT_KEYS))
def test_whatever_stands_under_a_key_it_is_read_or_a_fault(key: str, hostile: Any) -> None:
    for source in (manifest({key: hostile}), manifest({key: {"x": hostile}}), manifest({key: {"type": hostile}})):
        with suppress(ManifestError):
            load_manifest(source)


def test_a_path_is_shown_safely() -> None:
    found = faults(manifest() | {"evil\n\x1b[31m": 1, "a.b/c": 1})
    assert [one.path for one in found] == [r"['evil\n\x1b[31m']", "a.b/c"]


def test_a_list_of_what_is_known_stays_short() -> None:
    types = {f"Type{n:03}": "string" for n in range(500)}
    message = endpoint_fault(request="zzz").message
    assert "known: any, boolean" in message
    found = fault(manifest({"request": "zzz"}, types=types))
    assert found.message.endswith(", and 486 more")


def test_the_source_is_neither_changed_nor_held() -> None:
    source = manifest(
        {"query": {"q": {"type": "array", "default": ["a"]}}, "response": "T"},
        types={"T": {"properties": {"a": {"type": "array", "default": [1]}}}},
    )
    before = copy.deepcopy(source)
    loaded = load_manifest(source)
    assert source == before
    source["endpoints"]["e"]["query"]["q"]["default"].append("b")
    source["types"]["T"]["properties"]["a"]["default"].append(2)
    assert loaded.endpoints["e"].query["q"].default == ["a"]  # type: ignore[index]
    assert loaded.types["T"]().a == [1]
