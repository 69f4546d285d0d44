"""Streams."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.manifest.load import load_manifest
from pristine.ports.errors import EventTooLarge, StreamInterrupted, UnexpectedContent
from tests.manifest.faults import endpoint_fault
from tests.support.offline import BASE, manifest, sent


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


EFFECTS: Final[dict[str, dict[str, Callable[[], None]]]] = {
    "endpoint": {
        "streaming": streaming_makes_a_stream,
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
        "when": a_stream_is_asked_for_by_the_payload,
    },
    "reconnect": {
        "max_attempts": so_many_connections_are_made,
        "delay": the_first_wait_is_said,
    },
}
