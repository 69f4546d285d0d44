"""The mock's answers: every endpoint of a rich manifest through the dynamic client, on both faces, over sockets."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

import pristine
from pristine.adapters.json import JsonSerializer
from pristine.manifest.model import StreamFormat
from pristine.ports.errors import ConfigurationError
from pristine.testing.examples import examples_for
from pristine.testing.mock import MockServer
from pristine.testing.mock.desk import Desk
from pristine.testing.mock.messages import Incoming
from pristine.testing.mock.state import State
from tests.testing.mocked import MANIFEST, THING, UUID, Api, one_endpoint, plain, serving
from tests.testing.schemas import Schemas


@pytest.fixture(params=["sync", "async"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    with serving(request.param) as (server, made):
        made.server = server  # type: ignore[attr-defined]  # for the tests that look at it
        yield made


MESSAGES: Any = [{"role": "user", "text": "Hi"}]
STYLED: Any = {"s": ["a b", "c"], "f": {"x": 1, "y": "a,b"}, "d": {"on": True}}
CALLS: dict[str, Any] = {
    "things.list": lambda c: c.things.list(kind=["new", "used"]),
    "things.create": lambda c: c.things.create(**THING),
    "things.get": lambda c: c.things.get(UUID),
    "things.exists": lambda c: c.things.exists("x"),
    "things.replace": lambda c: c.things.replace("a/b c", parent=THING, max_size=9, price=Decimal("1.50"), **THING),
    "things.remove": lambda c: c.things.remove("7"),
    "things.search": lambda c: c.things.search(text="x"),
    "pages.numbered": lambda c: c.pages.numbered(),
    "pages.linked": lambda c: c.pages.linked(),
    "pages.told": lambda c: c.pages.told(),
    "pages.counted": lambda c: c.pages.counted(),
    "pages.header": lambda c: c.pages.header(),
    "chat.completions": lambda c: c.chat.completions(messages=MESSAGES),
    "feed": lambda c: c.with_options(reconnect=False).feed(),
    "logs.ndjson": lambda c: c.logs.ndjson(),
    "logs.array": lambda c: c.logs.array(),
    "logs.lines": lambda c: c.logs.lines(),
    "logs.bytes": lambda c: c.logs.bytes(),
    "forms.plain": lambda c: c.forms.plain(a=1, b=[True, False], c={"x": 1.5}),
    "forms.upload": lambda c: c.forms.upload(file=b"\r\n--x\r\n", purpose="x", meta={"n": 1}, tags=["a", "b"]),
    "forms.raw": lambda c: c.forms.raw(payload=b"\x89PNG"),
    "files.get": lambda c: c.files.get("a/b c/publish"),
    "files.publish": lambda c: c.files.publish("a/b"),
    "styled": lambda c: c.styled([1, 2], {"k": "a,b", "l": "="}, "PT5M", x_level="low", **STYLED),
    "open": lambda c: c.open(),
    "told": lambda c: c.told("berlin"),
}  # fmt: skip


@pytest.mark.parametrize("endpoint", MANIFEST.endpoints)
def test_every_endpoint_answers_what_its_client_understands(api: Any, endpoint: str) -> None:
    made = CALLS[endpoint](api.client)
    declared = MANIFEST.endpoints[endpoint]
    if declared.pagination is not None:
        assert len(api.listed(made)) >= 24
    elif declared.streaming is not None and not declared.streaming.when:
        least = 1 if declared.streaming.format is StreamFormat.BYTES else 3  # bytes come in what pieces they like
        assert len(api.streamed(made)) >= least
    else:
        api.value(made)
    calls = api.server.history
    assert {(call.endpoint, call.refused) for call in calls} == {(endpoint, "")}
    assert len(calls) >= (2 if declared.pagination is not None else 1)


def test_no_endpoint_is_without_a_call() -> None:
    assert CALLS.keys() == MANIFEST.endpoints.keys()


def test_values_are_of_their_types(api: Any) -> None:
    made = api.value(api.client.things.create(**THING))
    assert made["kind"] in {"new", "used"}
    assert isinstance(made.price, Decimal | None)
    assert len(str(made.id)) == 36
    assert "secret" not in made
    assert api.value(api.client.things.get(UUID)).name
    assert api.value(api.client.things.remove("7")) is None
    assert api.value(api.client.with_raw_response.things.remove("7")).status == 204
    assert api.value(api.client.with_raw_response.things.create(**THING)).status == 201


def test_a_value_is_wrapped(api: Any) -> None:
    raw = api.value(api.client.with_raw_response.things.get(UUID))
    assert set(json.loads(raw.body)) == {"data"}
    assert raw.parse().name == json.loads(raw.body)["data"]["thing"]["name"]


def test_a_stream_is_asked_for_by_a_field(api: Any) -> None:
    reply = api.value(api.client.chat.completions(messages=MESSAGES))
    assert (type(reply.reply), type(reply.usage.tokens)) == (str, int)
    events = api.streamed(api.client.chat.completions_stream(messages=MESSAGES), "events")
    assert events[-1].data == "[DONE]"
    assert [event.event for event in events].count("usage") == 1
    items = api.streamed(api.client.chat.completions_stream(messages=MESSAGES))
    assert len(items) == len(events) - 1
    assert {type(item).__name__ for item in items} == {"Usage", "Delta"}
    assert api.server.history[-1].body == {"messages": MESSAGES, "stream": True}
    with httpx.Client(base_url=api.server.url, headers={"authorization": "Bearer x"}) as http:
        assert (
            http.post("/chat", json={"messages": MESSAGES, "stream": 1}).headers["content-type"] == "application/json"
        )


def test_streams_of_every_format(api: Any) -> None:
    assert {item["kind"] for item in api.streamed(api.client.logs.ndjson())} <= {"cat", "dog"}
    assert all(item.tokens >= 0 for item in api.streamed(api.client.logs.array()))
    lines = api.streamed(api.client.logs.lines(), "events")
    assert lines[-1].data == "END"
    response = api.value(api.client.logs.bytes())
    assert len(b"".join(api.listed(response.bytes()))) >= 600


@pytest.mark.parametrize("format", ["sse", "ndjson", "json_array"])
def test_a_stream_ends_as_its_manifest_says(format: str) -> None:
    streaming = {"format": format, "done": '"end"', "items": "integer"}
    with serving("sync", one_endpoint({"method": "GET", "streaming": streaming})) as (_, api):
        assert all(isinstance(item, int) for item in api.streamed(api.client.e()))
        assert api.streamed(api.client.e(), "events")[-1].data == '"end"'


def test_a_stream_of_declared_events_has_each_of_them() -> None:
    events = {"a": "integer", "b": {"properties": {"c": "string"}, "required": ["c"]}}
    with serving("sync", one_endpoint({"method": "GET", "streaming": {"events": events}})) as (_, api):
        assert [event.event for event in api.streamed(api.client.e(), "events")] == ["a", "b"]


def test_a_feed_goes_on_after_the_last_event_and_ends(api: Any) -> None:
    items = api.streamed(api.client.feed())
    first, second = api.server.history
    assert (first.status, second.status) == (200, 204)
    assert second.headers["last-event-id"] == str(len(items))
    api.server.fault("feed", "truncate")
    assert api.streamed(api.client.feed()) == items
    assert [call.headers.get("last-event-id", "") for call in api.server.history][-1] == str(len(items))


def test_a_list_is_cut_into_pages_of_any_size(api: Any) -> None:
    whole = api.listed(api.client.things.list())
    assert 24 <= len(whole) <= 36
    assert len({item["id"] for item in whole}) == len(whole)
    for size in (1, 7, 50):
        pages = api.listed(api.client.things.list().sized(size).pages())
        assert [item for page in pages for item in page.items] == whole
        assert {len(page.items) for page in pages[:-1]} <= {size}
    middle = api.listed(api.client.things.list().pages())[0].next
    assert api.listed(api.client.things.list().from_(middle)) == whole[10:]
    assert api.listed(api.client.things.list(kind=["new"])) != whole


@pytest.mark.parametrize("name", ["numbered", "linked", "told", "counted", "header"])
def test_every_way_of_going_on_leads_to_the_end(api: Any, name: str) -> None:
    listing = getattr(api.client.pages, name)()
    pages = api.listed(listing.pages())
    sizes = [len(page.items) for page in pages]
    usual = {"numbered": 7, "counted": 9}.get(name, 10)
    assert set(sizes[:-1]) == {usual}
    assert 24 <= sum(sizes) <= 36
    assert api.listed(getattr(api.client.pages, name)().from_(pages[0].next)) == [
        item for page in pages[1:] for item in page.items
    ]


def test_pages_go_on_where_no_query_is_declared() -> None:
    pagination = {"style": "offset", "parameter": "from", "size": "n", "total": "count.all", "items": "rows"}
    count = {"type": "object", "additionalProperties": "integer"}
    response = {"properties": {"rows": {"type": "array"}, "count": count}}
    with serving("sync", one_endpoint({"method": "GET", "pagination": pagination, "response": response})) as (_, api):
        pages = api.listed(api.client.e().sized(8).pages())
        assert {len(page.items) for page in pages[:-1]} == {8}
        assert pages[0].value["count"]["all"] == sum(len(page.items) for page in pages)


@pytest.mark.parametrize("unwrap", [{}, {"unwrap": "data"}])
@pytest.mark.parametrize("query", [{}, {"query": {"after": "integer"}}, {"query": {"after": "string"}}])
def test_a_list_that_goes_on_after_its_last_item(unwrap: Any, query: Any) -> None:
    pagination = {"style": "cursor", "parameter": "after", "next": "data[-1].key.id", "items": "" if unwrap else "data"}
    kind = "integer" if query.get("query") == {"after": "integer"} else "string"
    key = {"properties": {"id": kind}, "required": ["id"]}
    rows = {"type": "array", "items": {"properties": {"key": key}, "required": ["key"]}}
    typed = rows if unwrap else {"properties": {"data": rows}, "required": ["data"]}
    endpoint = {"method": "GET", "pagination": pagination, "response": typed, **unwrap, **query}
    with serving("sync", one_endpoint(endpoint)) as (server, api):
        made = [item.key.id for item in api.client.e()]
        assert len(set(made)) == len(made) >= 24
        given = [{"key": {"id": number if kind == "integer" else f"k{number}"}} for number in range(25)]
        server.expect("e").respond(given)
        assert [item.key.id for item in api.client.e()] == [one["key"]["id"] for one in given]
        assert server.history[-1].query["after"] == given[-1]["key"]["id"]


def test_a_list_of_no_type_goes_on_after_its_last_item() -> None:
    pagination = {"style": "cursor", "parameter": "after", "next": "[-1].id"}
    with serving("sync", one_endpoint({"method": "GET", "pagination": pagination})) as (server, api):
        assert len({item["id"] for item in api.client.e()}) >= 24
        server.expect("e").respond([{"id": number} for number in range(12)])
        assert len(list(api.client.e())) == 12


def test_a_cursor_that_is_of_no_type_is_told() -> None:
    pagination = {"style": "cursor", "parameter": "after", "next": "next", "items": "rows"}
    response = {"properties": {"rows": {"type": "array"}, "next": {"enum": [1, 2]}}}
    endpoint = {"method": "GET", "pagination": pagination, "response": response, "query": {"after": "string"}}
    with plain(one_endpoint(endpoint)) as (_, http):
        assert "no cursor was found for 'after'" in http.get("/e").json()["error"]["message"]


def test_pages_are_asked_for_in_the_body(api: Any) -> None:
    whole = api.listed(api.client.things.search(text="x"))
    assert api.listed(api.client.things.search(text="x").sized(13)) == whole
    assert api.server.history[-1].body == {"text": "x", "offset": 26, "size": 13}


def test_examples_come_first(api: Any) -> None:
    assert api.value(api.client.told("berlin")).text == "Hallo"
    assert api.value(api.client.told("paris")).text == "Hello"


WITH_EXAMPLES = """
name: x
endpoints:
  s: {method: GET, path: /s, streaming: {items: D}, examples: {a: {response: [{text: "1"}, {text: "2"}]}}}
  p:
    method: GET
    path: /p
    query: {after: string}
    pagination: {style: cursor, items: data, parameter: after, next: next}
    examples: {a: {response: {x: 1, data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}}}
  w: {method: GET, path: /w, unwrap: data, examples: {a: {response: {text: in}}}}
  v: {method: GET, path: /v, unwrap: data, examples: {a: {response: {data: {text: out}}}}}
  r:
    method: POST
    path: /r
    request: {type: object}
    examples: {a: {request: {n: 1}, response: 1}, b: {request: {n: 2}, response: 2}}
types: {D: {properties: {text: string}}}
"""


def test_an_example_may_be_of_a_stream_a_page_or_a_wrapped_value(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(WITH_EXAMPLES)
    with serving("sync", pristine.load_manifest_file(tmp_path / "x.yaml")) as (_, api):
        assert [item.text for item in api.streamed(api.client.s())] == ["1", "2"]
        assert api.listed(api.client.p()) == list(range(1, 13))
        assert len(api.listed(api.client.p().pages())) == 2
        assert api.value(api.client.w()) == {"text": "in"}
        assert api.value(api.client.v()) == {"text": "out"}
        assert [api.value(api.client.r(payload={"n": n, "m": 0})) for n in (1, 2, 3)] == [1, 2, 1]


def test_an_example_that_is_not_of_its_type_is_told_at_once() -> None:
    manifest = one_endpoint(
        {"response": {"properties": {"a": "integer"}}, "examples": {"bad": {"response": {"a": "x"}}}}
    )
    with pytest.raises(
        ConfigurationError, match=r"endpoints\.e\.examples\.bad\.response: e does not answer 200 so: a: must"
    ):
        MockServer(manifest)


def test_a_type_without_a_value_is_told_when_it_is_asked_for() -> None:
    with plain(one_endpoint({"response": {"type": "integer", "minimum": 2, "maximum": 1}})) as (server, http):
        answer = http.post("/e")
        assert (answer.status_code, answer.json()["error"]["code"]) == (501, "not_implemented")
        assert "give the endpoint 'examples'" in answer.json()["error"]["message"]
        server.expect("e").respond(5)
        assert http.post("/e").json() == 5


def answers(seed: int) -> list[Any]:
    found: list[Any] = []
    with plain(seed=seed) as (_, http):
        for path in ("/things", "/things?limit=3", f"/things/{UUID}", "/feed", "/bytes", "/ndjson", "/linked", "/open"):
            answer = http.get(path)
            found.append((path, answer.status_code, answer.content.replace(str(http.base_url).encode(), b"")))
        found += [http.post("/things", json={**THING, "name": name}).content for name in ("a", "b")]
    return found


def test_the_same_seed_and_request_give_the_same_answer() -> None:
    first = answers(1)
    assert answers(1) == first
    other = answers(2)
    assert [one for one, two in zip(first, other, strict=True) if one == two] == [first[7]]  # which has no type
    assert first[-1] != first[-2]


def test_the_status_is_the_least_good_one_that_is_declared() -> None:
    for responses, expected in (
        ({}, 200),
        ({"2XX": "any"}, 200),
        ({"202": "any", "201": "string"}, 201),
        ({"default": "any", "404": "any"}, 200),
        ({"204": "any"}, 204),
    ):
        with plain(one_endpoint({"responses": responses})) as (_, http):
            assert http.post("/e").status_code == expected


def test_an_undeclared_answer_is_an_empty_object() -> None:
    with plain(one_endpoint({})) as (_, http):
        assert (http.post("/e").json(), http.post("/e").headers["content-type"]) == ({}, "application/json")


def test_head_has_the_head_of_get() -> None:
    with plain() as (_, http):
        got, head = http.get("/open"), http.head("/open")
        assert (head.status_code, head.headers["content-length"], head.content) == (
            200,
            got.headers["content-length"],
            b"",
        )
        assert http.head("/feed").headers["content-type"] == "text/event-stream"
        assert http.head("/things/5").status_code == 200
        assert http.get("/open").json() == {}


def test_a_server_s_path_may_stand_in_front() -> None:
    with plain() as (server, http):
        assert http.get("/v1/open").status_code == 200
        assert [call.endpoint for call in server.history] == ["open"]
        page = http.get("/v1/linked")
        following = page.links["next"]["url"]
        assert "/v1/linked?_page=10" in following
        assert http.get(following).json() != page.json()


def test_a_cursor_has_the_type_that_is_declared() -> None:
    def cursors(query: Any, place: Any) -> list[Any]:
        response = {"properties": {"data": {"type": "array"}, "next": place}, "required": ["data"]}
        manifest = one_endpoint(
            {
                "method": "GET",
                "query": {"after": query},
                "response": response,
                "pagination": {"style": "cursor", "items": "data", "parameter": "after", "next": "next"},
            }
        )
        with serving("sync", manifest) as (_, api):
            pages = api.listed(api.client.e().pages())
            assert sum(len(page.items) for page in pages) >= 24
            return [page.next for page in pages]

    assert cursors("string", "string")[0] == "after-10"
    assert cursors("integer", "integer")[:2] == [10, 20]
    assert cursors({"type": "string", "pattern": "^[a-f]{8}$"}, "string")[0].isalpha()
    assert len(cursors({"type": "string", "format": "uuid"}, "string")[0]) == 36
    assert cursors("string", {"type": "string", "maxLength": 2})[:2] == ["10", "20"]


def test_every_answer_is_of_its_type_by_the_serializer() -> None:
    serializer = JsonSerializer()
    with plain() as (_, http):
        for limit in (1, 10, 50):
            serializer.decode(http.get(f"/things?limit={limit}").content, MANIFEST.types["Page"])
        last = http.get("/things?limit=50").json()
        assert (last["next"], last["has_more"]) == (None, False)
        assert last["total"] != 0


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_types_right_requests_are_taken_and_answered_in_their_type(seed: int) -> None:
    types = Schemas(seed).types()
    endpoints = {name: {"method": "POST", "path": f"/{name}", "request": name, "response": name} for name in types}
    manifest = pristine.load_manifest({"name": "x", "endpoints": endpoints, "types": types})
    desk = Desk(manifest, seed, State())
    for name, schema in manifest.types.items():
        for value in examples_for(schema, 4, seed=seed, request=True):
            body = json.dumps(value).encode()
            outcome = desk.handle(Incoming("POST", f"/{name}", {"Content-Type": "application/json"}, body))
            assert (outcome.answer.status, outcome.call.refused) == (200, "")
            JsonSerializer().decode(outcome.answer.body, schema)


def test_plain_http_clients_read_a_stream(api: Any) -> None:
    answer = httpx.get(f"{api.server.url}/array", headers={"authorization": "Bearer x"})
    assert isinstance(answer.json(), list)
    assert answer.headers["transfer-encoding"] == "chunked"


def test_a_205_says_that_it_is_empty() -> None:
    """Otherwise a client waits for the connection to end (RFC 9110 section 15.3.6)."""
    with plain(one_endpoint({"responses": {"205": "null"}})) as (_, http):
        answer = http.post("/e")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (205, "0", b"")
