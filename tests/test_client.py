"""The dynamic client: a manifest's endpoints as methods, on both faces, with help for whoever mistypes."""

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.adapters.retry import NoRetry
from pristine.ports.errors import ConfigurationError, InvalidHeader, InvalidParameter, InvalidPayload, ServerError
from tests.support.driven import Driven
from tests.support.offline import BASE

MANIFEST = pristine.load_manifest(
    {
        "name": "shop",
        "endpoints": {
            "health": {"method": "GET", "path": "/health"},
            "chat.completions": {
                "method": "POST",
                "path": "/chat",
                "description": "Answers.",
                "request": "Question",
                "response": "Answer",
                "streaming": {"when": {"stream": True}, "done": "[DONE]", "items": "Answer"},
            },
            "chat.completions.cancel": {"method": "POST", "path": "/chat/{id}/cancel"},
            "feeds.prices": {"method": "GET", "path": "/prices", "streaming": True},
            "things.list": {
                "method": "GET",
                "path": "/things",
                "query": {"tag": {"type": "array", "items": "string"}, "limit": "integer", "after": "string"},
                "headers": {"X-Trace": {"type": "string"}, "X-Always": "1"},
                "pagination": {
                    "style": "cursor",
                    "items": "data",
                    "parameter": "after",
                    "next": "next",
                    "size": "limit",
                },
            },
            "things.get": {"method": "GET", "path": "/users/{user_id}/things/{id}", "query": {"id": "string"}},
            "things.putAll": {"method": "PUT", "path": "/things", "request": {"type": "array", "items": "integer"}},
            "old": {"method": "GET", "path": "/old", "deprecated": "use health"},
            "class": {"method": "GET", "path": "/class"},
        },
        "types": {
            "Question": {
                "properties": {
                    "prompt": "string",
                    "max-tokens": "integer",
                    "note": {"type": "string", "nullable": True},
                    "at": {"type": "string", "format": "date-time", "readOnly": True},
                },
                "required": ["prompt", "at"],
            },
            "Answer": {"properties": {"text": "string"}},
        },
    }
)


class Api(Driven):
    """A client of one face over a script."""

    def __init__(self, face: str, script: list[Any], **settings: Any) -> None:
        self.transport = MemoryTransport(script)
        given = {"retry": "off", **settings}
        super().__init__(face, MANIFEST, pristine.context(transport=self.transport, base_url=BASE, **given))

    @property
    def sent(self) -> Any:
        return self.transport.requests[-1]


Make = Callable[..., Api]


@pytest.fixture(params=["sync", "async"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    made: list[Api] = []

    def build(*script: Any, **settings: Any) -> Api:
        made.append(Api(request.param, list(script), **settings))
        return made[-1]

    yield build
    for api in made:
        api.close()


def answer(value: Any, status: int = 200) -> pristine.Response:
    return pristine.Response(status, {"content-type": "application/json"}, json.dumps(value).encode())


def always(value: Any) -> Callable[[Any], pristine.Response]:
    return lambda _: answer(value)


def test_an_endpoint_is_a_method(make: Make) -> None:
    api = make(always({"text": "hi"}))
    assert api.value(api.client.chat.completions(prompt="x", max_tokens=3)).text == "hi"
    assert (api.sent.method, api.sent.url, api.sent.body) == ("POST", f"{BASE}/chat", b'{"prompt":"x","max-tokens":3}')
    assert api.value(api.client.health()) == {"text": "hi"}
    assert api.value(api.client.class_()) == {"text": "hi"}


def test_a_method_may_have_methods_of_its_own(make: Make) -> None:
    api = make(always(1))
    api.value(api.client.chat.completions.cancel("7", payload={"why": "late"}))
    assert (api.sent.url, api.sent.body) == (f"{BASE}/chat/7/cancel", b'{"why":"late"}')


def test_arguments_go_where_they_are_declared(make: Make) -> None:
    api = make(always({"data": []}))
    api.listed(api.client.things.list(tag=["a", "b"], x_trace="t"))
    assert api.sent.url == f"{BASE}/things?tag=a&tag=b"
    assert (api.sent.headers["x-trace"], api.sent.headers["x-always"]) == ("t", "1")
    api.value(api.client.things.get("u", 5, id_="q"))
    assert api.sent.url == f"{BASE}/users/u/things/5?id=q"
    api.value(api.client.things.get(id=5, user_id="u"))
    assert api.sent.url == f"{BASE}/users/u/things/5"
    api.value(api.client.things.put_all(payload=[1, 2]))
    assert api.sent.body == b"[1,2]"


def test_a_header_of_any_type_is_an_argument() -> None:
    headers = {
        "X-Count": {"type": "integer", "minimum": 1},
        "X-Rate": {"type": "number"},
        "X-Flag": {"type": "boolean", "required": True},
        "X-At": {"type": "string", "format": "date-time"},
    }
    manifest = pristine.load_manifest(
        {"name": "x", "endpoints": {"e": {"method": "GET", "path": "/", "headers": headers}}}
    )
    transport = MemoryTransport([always({})])
    client = pristine.Client(manifest, pristine.context(transport=transport, base_url=BASE))
    client.e(x_count=3, x_rate=0.5, x_flag=False, x_at=datetime(2026, 1, 2, tzinfo=UTC))
    sent = transport.requests[-1].headers
    assert [sent[name] for name in headers] == ["3", "0.5", "false", "2026-01-02T00:00:00Z"]
    client.e(x_count="4", x_flag="true")
    for wrong in (0, True, 1.5, "many"):
        with pytest.raises(InvalidHeader, match="e: header parameter 'X-Count' must be a whole number"):
            client.e(x_count=wrong, x_flag=True)
    with pytest.raises(InvalidHeader, match="e: header parameter 'X-Flag' is missing"):
        client.e(x_flag=None)
    assert len(transport.requests) == 2


def test_a_payload_that_may_have_more_fields_takes_more_arguments() -> None:
    open_ = {"properties": {"a": "integer"}, "additionalProperties": True}
    endpoint = {"method": "POST", "path": "/{id}", "request": open_}
    manifest = pristine.load_manifest({"name": "x", "endpoints": {"e": endpoint}})
    transport = MemoryTransport([always({})])
    client = pristine.Client(manifest, pristine.context(transport=transport, base_url=BASE))
    client.e("1", a=2, more={"b": [3]}, less=None)
    assert transport.requests[-1].body == b'{"a":2,"more":{"b":[3]}}'
    assert str(inspect.signature(client.e)).endswith(", **fields)")
    with pytest.raises(InvalidPayload, match="a: must be a whole number"):
        client.e("1", a="2", more=1)


def test_none_is_left_out_and_null_is_sent(make: Make) -> None:
    api = make(always({}))
    api.value(api.client.chat.completions(prompt="x", note=None, max_tokens=None))
    assert api.sent.body == b'{"prompt":"x"}'
    api.value(api.client.chat.completions(prompt="x", note=pristine.NULL))
    assert api.sent.body == b'{"prompt":"x","note":null}'


def test_a_stream_is_asked_for_by_its_name(make: Make) -> None:
    api = make(Scripted([b'data: {"text": "a"}\n\ndata: [DONE]\n\n']))
    response = api.value(api.client.chat.completions_stream(prompt="x"))
    assert [item.text for item in api.listed(response.items())] == ["a"]
    assert api.sent.body == b'{"prompt":"x","stream":true}'


def test_what_only_streams_needs_no_other_name(make: Make) -> None:
    for name in ("prices", "prices_stream"):
        api = make(Scripted([b"data: 1\n\n"]))
        response = api.value(getattr(api.client.feeds, name)())
        assert [event.data for event in api.listed(response)] == ["1"]


PAGES = [{"data": [1, 2], "next": "b"}, {"data": [3, 4], "next": "c"}, {"data": [5]}]


def test_a_list_is_read_item_by_item_and_no_further_than_needed(make: Make) -> None:
    api = make(*map(answer, PAGES))
    listing = api.client.things.list()
    assert api.transport.requests == []
    assert api.listed(listing.items(3)) == [1, 2, 3]
    assert len(api.transport.requests) == 2
    assert api.listed(make(*map(answer, PAGES)).client.things.list().items(0)) == []


def test_a_list_is_iterated_as_it_is(make: Make) -> None:
    api = make(*map(answer, PAGES))
    assert api.listed(api.client.things.list(tag=["x"])) == [1, 2, 3, 4, 5]
    assert [request.url.partition("?")[2] for request in api.transport.requests] == [
        "tag=x",
        "tag=x&after=b",
        "tag=x&after=c",
    ]


def test_a_list_goes_on_from_a_token_and_in_pages_of_a_size(make: Make) -> None:
    api = make(*map(answer, PAGES))
    [first, *rest] = api.listed(api.client.things.list().sized(2).pages())
    assert (first.items, first.next, [page.items for page in rest]) == ([1, 2], "b", [[3, 4], [5]])
    assert api.transport.requests[0].url == f"{BASE}/things?limit=2"
    again = make(*map(answer, PAGES[1:]))
    assert again.listed(again.client.things.list().from_(first.next)) == [3, 4, 5]


def test_a_page_that_fails_is_tried_again_by_whoever_goes_on(make: Make) -> None:
    api = make(answer(PAGES[0]), answer({}, 500), *map(answer, PAGES[1:]))
    pages = api.client.things.list().pages()
    items = pages.items()
    step: Any = (lambda: api.value(anext(items))) if api.runner else (lambda: next(items))
    assert [step(), step()] == [1, 2]
    with pytest.raises(ServerError):
        step()
    assert pages.token == "b"
    assert api.listed(pages.items()) == [3, 4, 5]
    assert (pages.token, pages.ended) == (None, True)


def test_options_hold_for_every_call(make: Make) -> None:
    api = make(always({}))
    client = api.client.with_options(timeout=7, headers={"X-A": "1"}, query={"v": 2}, idempotency_key="k")
    api.value(client.health())
    assert (api.sent.headers["x-a"], api.sent.headers["idempotency-key"], api.sent.url) == (
        "1",
        "k",
        f"{BASE}/health?v=2",
    )
    assert 0 < api.sent.timeout.total <= 7
    api.value(client.with_options(headers={"X-B": "2"}).health())
    assert "x-a" not in api.sent.headers
    api.value(api.client.health())
    assert "x-b" not in api.sent.headers


def test_ports_can_be_replaced_for_some_calls(make: Make) -> None:
    busy = answer({}, 503)
    api = make(busy, busy, answer(1), retry="exponential", clock="manual")
    with pytest.raises(ServerError):
        api.value(api.client.with_options(retry=NoRetry()).health())
    assert len(api.transport.requests) == 1
    assert api.value(api.client.with_options(auth=pristine.Bearer("t")).health()) == 1
    assert api.sent.headers["authorization"] == "Bearer t"
    with pytest.raises(ConfigurationError, match="did you mean 'timeout'"):
        api.client.with_options(tiemout=1)


def test_the_response_can_be_had_whole_or_open(make: Make) -> None:
    api = make(always({"text": "hi"}))
    raw = api.value(api.client.with_raw_response.chat.completions(prompt="x"))
    assert (raw.status, raw.parse().text) == (200, "hi")
    later = api.client.with_options(auth=pristine.Bearer("t")).with_raw_response
    assert api.value(later.health()).status == 200
    assert api.value(api.client.with_raw_response.with_options(auth=pristine.Bearer("t")).health()).status == 200
    response = api.value(api.client.with_streaming_response.health())
    assert b"".join(api.listed(response.bytes())) == b'{"text": "hi"}'


def test_a_stream_is_an_open_response_already(make: Make) -> None:
    api = make(always({}))
    for client in (api.client.with_raw_response, api.client.with_streaming_response):
        with pytest.raises(ConfigurationError, match=r"chat\.completions: a method that streams"):
            client.chat.completions_stream(prompt="x")
    assert api.transport.requests == []


def test_whoever_mistypes_is_told_what_there_is(make: Make) -> None:
    client = make().client
    with pytest.raises(AttributeError, match="the client has no 'chatt'; did you mean 'chat'"):
        _ = client.chatt
    with pytest.raises(AttributeError, match="'chat' has no 'compltions'; did you mean 'completions'"):
        _ = client.chat.compltions
    with pytest.raises(AttributeError, match="'things' has no 'list_stream'"):
        _ = client.things.list_stream
    with pytest.raises(
        InvalidParameter, match=r"chat.completions: there is no argument 'promt'; did you mean 'prompt'"
    ):
        client.chat.completions(promt="x")
    with pytest.raises(InvalidParameter, match="no argument 'at'"):
        client.chat.completions(at="x")
    with pytest.raises(InvalidParameter, match="2 arguments by position are too many: none"):
        client.health(1, 2)
    with pytest.raises(InvalidParameter, match="the argument 'id' is given twice"):
        client.things.get("u", 5, id=5)
    with pytest.raises(ConfigurationError, match="'chat' is no endpoint: it has completions, completions_stream"):
        client.chat()


def test_a_payload_is_checked_as_ever(make: Make) -> None:
    api = make()
    with pytest.raises(InvalidPayload, match="prompt: is missing"):
        api.value(api.client.chat.completions())
    with pytest.raises(InvalidParameter, match="'id'"):
        api.value(api.client.things.get("u"))


def test_help_shows_types_as_people_write_them() -> None:
    fields = {
        "title": {"type": "string", "minLength": 1, "maxLength": 9},
        "tags": {"type": "array", "items": "Tag", "maxItems": 3},
        "state": {"enum": ["open", "closed"]},
        "size": {"oneOf": ["integer", "string"]},
        "due": {"type": "string", "format": "date", "nullable": True},
        "more": {"type": "object", "additionalProperties": "number"},
        "any": "any",
    }
    source = {
        "name": "notes",
        "endpoints": {"add": {"method": "POST", "path": "/{id}", "query": {}, "request": "Note"}},
        "types": {"Note": {"properties": fields, "required": list(fields)}, "Tag": {"properties": {"word": "string"}}},
    }
    client = pristine.Client(pristine.load_manifest(source), pristine.context(base_url="http://a.example"))
    assert client.add.__doc__.partition("\n")[0] == (
        "add(id, *, title: str, tags: list[Tag], state: Literal['open', 'closed'], size: int | str, "
        "due: date | None, more: dict[str, float], any: Any)"
    )
    client.close()


def test_names_can_be_listed_and_methods_have_signatures(make: Make) -> None:
    client = make().client
    assert {"chat", "things", "with_options", "with_raw_response"} <= set(dir(client))
    assert dir(client.things) == ["get", "list", "put_all"]
    assert dir(client.chat) == ["completions", "completions_stream"]
    assert str(inspect.signature(client.things.get)) == "(user_id, id, *, id_: str = None)"
    arguments = inspect.signature(client.chat.completions).parameters
    assert {name: one.default is inspect.Parameter.empty for name, one in arguments.items() if name != "query"} == {
        "prompt": True,
        "max_tokens": False,
        "note": False,
    }
    assert client.chat.completions.__doc__.endswith("POST /chat\n\nAnswers.")
    assert "Deprecated. use health" in client.old.__doc__
    assert len(dir(client)) == len(set(dir(client)))  # what was asked for before is there once
    assert repr(client.things) == "<things: it has get, list, put_all>"
    assert repr(client.things.get) == "<things.get: GET /users/{user_id}/things/{id}>"
    assert repr(client).startswith(("Client('shop', Context(", "AsyncClient('shop', Context("))
    assert not callable(getattr(client, "__len__", None))


def test_a_parameter_that_python_has_a_word_for_gets_an_underscore() -> None:
    source = {"name": "x", "endpoints": {"e": {"method": "GET", "path": "/{from}/{from_}", "query": {}}}}
    client = pristine.Client(pristine.load_manifest(source), pristine.context(base_url="http://a.example"))
    assert str(inspect.signature(client.e)) == "(from_, from__)"
    client.close()


def test_a_deprecated_method_warns(make: Make) -> None:
    api = make(always(1))
    with pytest.warns(DeprecationWarning, match="old is deprecated: use health"):
        api.value(api.client.old())


def test_a_client_is_closed_with_its_block() -> None:
    context = pristine.context(transport=MemoryTransport([always(1)]), base_url=BASE)
    with pristine.Client(MANIFEST, context) as client:
        assert client.health() == 1
    with pytest.raises(ConfigurationError, match="closed"):
        client.health()

    async def use() -> None:
        async with pristine.AsyncClient(MANIFEST, context) as client:
            assert await client.health() == 1
        with pytest.raises(ConfigurationError, match="closed"):
            await client.health()

    asyncio.run(use())
