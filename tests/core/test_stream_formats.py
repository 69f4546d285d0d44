"""Every format of a stream and every view of one, over real sockets, on every face."""

import asyncio
from typing import Any

import pytest

import pristine
from pristine.ports.errors import (
    DecodeError,
    StreamConsumed,
    StreamFailed,
    StreamInterrupted,
    UnexpectedContent,
)
from pristine.testing.server import Wire, in_turn
from tests.conftest import Connect, Serve

STREAMS: dict[str, dict[str, Any]] = {
    "sse": {"items": "Delta", "done": "[DONE]"},
    "typed_sse": {"events": {"delta": "Delta"}},
    "ndjson": {"format": "ndjson", "items": "Delta"},
    "json_array": {"format": "json_array", "items": "Delta"},
    "lines": {"format": "lines", "done": "END"},
    "bytes": {"format": "bytes"},
    "mislabelled": {"media_types": ["text/plain"]},
}
MANIFEST = pristine.load_manifest(
    {
        "name": "streams",
        "endpoints": {
            name: {"method": method, "path": f"/{name}", "streaming": streaming}
            for (name, streaming), method in zip(
                STREAMS.items(), ["GET", "POST", "PUT", "PATCH", "DELETE", "GET", "POST"], strict=True
            )
        },
        "types": {"Delta": {"properties": {"text": "string"}, "required": ["text"]}},
    }
)


def sends(*chunks: bytes, content_type: str = "text/event-stream") -> Any:
    def handle(wire: Wire) -> None:
        wire.begin_stream(content_type=content_type)
        for chunk in chunks:
            wire.chunk(chunk)
        wire.end_stream()

    return in_turn(handle)


CASES: dict[str, tuple[str, list[bytes], list[str]]] = {
    "sse": ("text/event-stream", [b'data: {"text": "a"}\n', b'\ndata: {"text": "b"}\n\n'], ["a", "b"]),
    "ndjson": ("application/x-ndjson", [b'{"text": "a"}\r\n\n{"te', b'xt": "b"}'], ["a", "b"]),
    "json_array": ("application/json", [b'[{"text": "a"}', b', {"text"', b': "b"}]'], ["a", "b"]),
}


@pytest.mark.parametrize("format", CASES)
def test_items_are_typed_in_every_format_with_any_method(connect: Connect, serve: Serve, format: str) -> None:
    content_type, chunks, texts = CASES[format]
    server = serve(sends(*chunks, content_type=content_type))
    stream = connect(server, manifest=MANIFEST).open(format)
    assert [item.text for item in stream.view("items")] == texts
    assert stream.response.outcome == "completed"
    assert server.requests[0].method == MANIFEST.endpoints[format].method
    accept = server.requests[0].header("Accept")
    assert accept is not None
    assert content_type in accept


def test_lines_are_text_and_end_where_they_are_done(connect: Connect, serve: Serve) -> None:
    api = connect(serve(sends(b"on\r\ntw", b"o\nEND\nthree\n", content_type="text/x-log")), manifest=MANIFEST)
    assert list(api.open("lines").view("items")) == ["on", "two"]


def test_bytes_are_what_arrives(connect: Connect, serve: Serve) -> None:
    api = connect(serve(sends(b"\x00\xff", b"\x01", content_type="image/png")), manifest=MANIFEST)
    assert b"".join(api.open("bytes").view("items")) == b"\x00\xff\x01"
    assert b"".join(event.raw for event in api.events("bytes")) == b"\x00\xff\x01"


def test_items_end_at_the_sentinel_and_events_do_not(connect: Connect, serve: Serve) -> None:
    api = connect(serve(sends(b'data: {"text": "a"}\n\ndata: [DONE]\n\ndata: later\n\n')), manifest=MANIFEST)
    stream = api.open("sse")
    assert [item.text for item in stream.view("items")] == ["a"]
    assert (stream.response.outcome, stream.response.closed) == ("completed", True)
    assert [event.data for event in api.events("sse")] == ['{"text": "a"}', "[DONE]", "later"]


def test_an_event_type_has_a_type_of_its_own(connect: Connect, serve: Serve) -> None:
    api = connect(
        serve(sends(b'event: delta\ndata: {"text": "a"}\n\nevent: usage\ndata: {"n": 1}\n\n')), manifest=MANIFEST
    )
    delta, usage = api.open("typed_sse").view("items")
    assert (delta.text, usage) == ("a", {"n": 1})


@pytest.mark.parametrize(
    "event",
    [
        b'event: error\ndata: {"message": "overloaded"}\n\n',
        b'data: {"error": {"message": "overloaded"}}\n\n',
    ],
)
def test_an_error_among_the_items_is_raised_after_those_before_it(connect: Connect, serve: Serve, event: bytes) -> None:
    api = connect(serve(sends(b'data: {"text": "a"}\n\n' + event + b"data: {}\n\n")), manifest=MANIFEST)
    stream = api.open("sse")
    items = stream.view("items")
    assert next(items).text == "a"
    with pytest.raises(StreamFailed, match="the stream ended with an error: overloaded") as caught:
        next(items)
    assert (caught.value.status, caught.value.endpoint) == (200, "sse")
    assert b"overloaded" in caught.value.body
    assert stream.response.outcome == "failed"


def test_an_error_among_the_items_says_what_the_manifest_has_a_place_for(connect: Connect, serve: Serve) -> None:
    endpoint = {"method": "GET", "path": "/", "streaming": True, "errors": {"message": "error.why", "code": "error.no"}}
    manifest = pristine.load_manifest({"name": "x", "endpoints": {"e": endpoint}})
    event = b'data: {"error": {"why": "too  much", "no": 17}}\n\n'
    with pytest.raises(StreamFailed, match=r"e: the stream ended with an error: too much \[17\]") as caught:
        list(connect(serve(sends(event)), manifest=manifest).open("e").view("items"))
    assert caught.value.code == "17"


def test_an_error_that_says_nothing_is_an_item(connect: Connect, serve: Serve) -> None:
    api = connect(serve(sends(b'event: usage\ndata: {"error": null}\n\n')), manifest=MANIFEST)
    assert list(api.open("typed_sse").view("items")) == [{"error": None}]


def test_an_item_that_is_not_of_its_type_says_where(connect: Connect, serve: Serve) -> None:
    api = connect(serve(sends(b'data: {"text": 3}\n\n')), manifest=MANIFEST)
    stream = api.open("sse")
    with pytest.raises(DecodeError, match="text: must be a string") as caught:
        list(stream.view("items"))
    assert (caught.value.body, caught.value.endpoint, caught.value.status) == (b'{"text": 3}', "sse", 200)
    stream.close()


@pytest.mark.parametrize("format", ["json_array", "ndjson"])
def test_a_truncated_document_is_never_a_silent_end(connect: Connect, serve: Serve, format: str) -> None:
    content_type, chunks, _ = CASES[format]
    stream = connect(serve(sends(chunks[0], content_type=content_type)), manifest=MANIFEST).open(format)
    with pytest.raises(DecodeError):
        list(stream.view("items"))
    stream.close()


def test_an_error_object_instead_of_an_array_is_the_apis_error(connect: Connect, serve: Serve) -> None:
    body = b'{"error": {"message": "quota"}}'
    api = connect(serve(sends(body, content_type="application/json")), manifest=MANIFEST)
    with pytest.raises(StreamFailed, match="quota"):
        list(api.open("json_array").view("items"))


def test_a_known_mislabelling_is_accepted_and_another_is_not(connect: Connect, serve: Serve) -> None:
    api = connect(serve(sends(b"data: 1\n\n", content_type="text/plain")), manifest=MANIFEST)
    assert [event.data for event in api.events("mislabelled")] == ["1"]
    with pytest.raises(UnexpectedContent, match=r"application/x-ndjson.*was declared"):
        api.events("ndjson")


BODY = "é→\nsecond\r\nthird".encode()


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("lines", ["é→", "second", "third"]),
        ("bytes", BODY),
        ("text", BODY.decode()),
        ("read", BODY),
    ],
)
def test_a_body_has_other_views(connect: Connect, serve: Serve, view: str, expected: Any) -> None:
    chunks = [BODY[at : at + 2] for at in range(0, len(BODY), 2)]
    stream = connect(serve(sends(*chunks)), manifest=MANIFEST).open("sse")
    found = stream.view(view)
    if view != "read":
        found = list(found)
    assert (type(expected)().join(found) if view in {"bytes", "text"} else found) == expected


def test_pieces_are_of_the_size_that_is_asked_for(connect: Connect, serve: Serve) -> None:
    stream = connect(serve(sends(b"abc", b"defgh", b"ij")), manifest=MANIFEST).open("sse")
    assert list(stream.view("bytes", 4)) == [b"abcd", b"efgh", b"ij"]


def test_a_body_is_read_once(connect: Connect, serve: Serve) -> None:
    stream = connect(serve(sends(b"data: 1\n\ndata: 2\n\n")), manifest=MANIFEST).open("sse")
    assert stream.next() is not None
    with pytest.raises(StreamConsumed, match="in another way"):
        stream.view("text")
    assert stream.next() is not None
    assert stream.next() is None
    with pytest.raises(StreamConsumed):
        stream.view("items")


class Handler:
    def __init__(self) -> None:
        self.told: list[Any] = []

    def on_content_delta(self, data: Any) -> None:
        self.told.append(("delta", data))

    def on_error(self, data: Any) -> None:
        self.told.append(("error", data))

    def on_unknown(self, type: str, data: Any) -> Any:
        self.told.append((type, data))
        return pristine.STOP if type == "stop" else None


EVENTS = b'event: content.delta\ndata: 1\n\nevent: error\ndata: "bad"\n\nevent: x\ndata: 2\n\nevent: stop\ndata: 3\n\n'


def test_events_are_dispatched_to_methods_until_one_says_stop(connect: Connect, serve: Serve) -> None:
    handler = Handler()
    stream = connect(serve(sends(EVENTS, b"data: 4\n\n")), manifest=MANIFEST).open("typed_sse")
    stream.view("dispatch", handler)
    assert handler.told == [("delta", 1), ("error", "bad"), ("x", 2), ("stop", 3)]
    assert stream.response.outcome == "stopped"


def test_an_error_without_a_method_for_it_is_raised(connect: Connect, serve: Serve) -> None:
    stream = connect(serve(sends(EVENTS)), manifest=MANIFEST).open("typed_sse")
    with pytest.raises(StreamFailed, match="bad") as caught:
        stream.view("dispatch", object())
    assert caught.value.status == 200
    stream.close()


def test_handlers_may_be_async_on_the_async_face(serve: Serve) -> None:
    told = []

    class Slow:
        async def on_message(self, data: Any) -> Any:
            await asyncio.sleep(0)
            told.append(data)
            return pristine.STOP

    async def main() -> None:
        context = pristine.context(base_url=serve(sends(b"data: 1\n\ndata: 2\n\n")).url)
        async with pristine.AsyncPipeline(MANIFEST, context) as api, api.execute_stream("mislabelled") as response:
            await response.dispatch(Slow())

    asyncio.run(main())
    assert told == [1]


def test_an_async_handler_on_the_blocking_face_is_refused(serve: Serve) -> None:
    class Slow:
        async def on_message(self, data: Any) -> None: ...

    context = pristine.context(base_url=serve(sends(b"data: 1\n\n")).url)
    with (
        pristine.Pipeline(MANIFEST, context) as api,
        api.execute_stream("mislabelled") as response,
        pytest.raises(pristine.ConfigurationError, match="AsyncPipeline"),
    ):
        response.dispatch(Slow())


def test_a_break_is_told_in_every_view(connect: Connect, serve: Serve) -> None:
    def broken(wire: Wire) -> None:
        wire.begin_stream()
        wire.chunk(b"data: abc\n\n")
        wire.reset()

    for view in ("lines", "text", "bytes", "items", "read"):
        stream = connect(serve(in_turn(broken)), manifest=MANIFEST).open("mislabelled")
        with pytest.raises((StreamInterrupted, DecodeError)):
            list(stream.view(view))
        stream.close()
