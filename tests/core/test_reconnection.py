"""Going on with a feed: after breaks and ends, with the last id, without repeats, and not for ever."""

from typing import Any

import pytest

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import ConfigurationError, ConnectionLost, StreamInterrupted, TimeoutExceeded
from pristine.ports.messages import Response
from tests.support.faces import Face

BREAK = ConnectionLost("reset")


def manifest(reconnect: Any) -> pristine.Manifest:
    streaming = {"reconnect": reconnect, "done": "[DONE]"}
    return pristine.load_manifest(
        {
            "name": "t",
            "endpoints": {
                "feed": {"method": "GET", "path": "/", "streaming": streaming},
                "rows": {"method": "GET", "path": "/", "streaming": {"format": "ndjson"}},
            },
        }
    )


def feed(
    face: Any, script: list[Any], reconnect: Any = True, **settings: Any
) -> tuple[Face, MemoryTransport, ManualClock]:
    transport, clock = MemoryTransport(script), ManualClock()
    settings = {"base_url": "http://t", "retry": "off", **settings}
    context = pristine.context(transport=transport, clock=clock, **settings)
    return face(context, manifest(reconnect)), transport, clock


def test_a_feed_goes_on_after_a_break_and_after_an_end(face: Any) -> None:
    script = [
        Scripted([b"retry: 2000\nid: 1\ndata: a\n\n", BREAK]),
        Scripted([b"id: 2\ndata: b\n\n"]),
        Scripted([b"id: 3\ndata: c\n\n"]),
        Response(204),
    ]
    api, transport, clock = feed(face, script)
    stream = api.open("feed")
    assert [event.data for event in iter(stream.next, None)] == ["a", "b", "c"]
    assert [request.headers.get("last-event-id") for request in transport.requests] == [None, "1", "2", "3"]
    assert clock.slept == [2, 1, 1]
    assert (stream.response.outcome, stream.response.last_event_id) == ("completed", "3")
    assert transport.open_streams == 0
    api.close()


def test_an_event_that_was_delivered_is_not_delivered_again(face: Any) -> None:
    script = [
        Scripted([b"id: 1\ndata: a\n\nid: 2\ndata: b\n\n", BREAK]),
        Scripted([b"id: 2\ndata: b\n\n", b"data: c\n\n"]),
        Response(204),
    ]
    api, _, _ = feed(face, script)
    assert [event.data for event in api.events("feed")] == ["a", "b", "c"]
    api.close()


def test_events_without_ids_are_all_delivered(face: Any) -> None:
    api, transport, _ = feed(face, [Scripted([b"data: a\n\n", BREAK]), Scripted([b"data: a\n\n"]), Response(204)])
    assert [event.data for event in api.events("feed")] == ["a", "a"]
    assert "last-event-id" not in transport.requests[1].headers
    api.close()


def test_a_server_that_flaps_is_given_up_on(face: Any) -> None:
    script = [Scripted([b"id: 1\ndata: a\n\n", BREAK]), *([Scripted([b": hello\n\n"])] * 9)]
    api, transport, clock = feed(face, script, {"max_attempts": 4, "delay": 1})
    stream = api.open("feed")
    assert stream.next() is not None
    with pytest.raises(StreamInterrupted, match="gave up after 4 connections without a new event") as caught:
        stream.next()
    assert clock.slept == [1, 2, 4, 8]
    assert len(transport.requests) == 5
    assert (caught.value.last_event_id, stream.response.outcome) == ("1", "interrupted")
    api.close()


def test_progress_earns_new_patience(face: Any) -> None:
    turns = [part for n in range(6) for part in (Scripted([b": -\n\n"]), Scripted([b"id: %d\ndata: x\n\n" % n]))]
    api, _, clock = feed(face, [*turns, Response(204)], {"max_attempts": 2, "delay": 1})
    assert len(api.events("feed")) == 6
    assert clock.slept == [1, 1, 2] + [1, 2] * 4 + [1]
    api.close()


def test_it_is_off_unless_asked_for_and_a_call_has_the_last_word(face: Any) -> None:
    for in_manifest, in_call, requests in ((False, None, 1), (False, True, 2), (True, False, 1), (True, None, 2)):
        api, transport, _ = feed(face, [Scripted([b"data: a\n\n"]), Response(204)], in_manifest)
        assert len(api.events("feed", reconnect=in_call)) == 1
        assert len(transport.requests) == requests
        api.close()


def test_the_sentinel_of_the_items_ends_it(face: Any) -> None:
    api, transport, _ = feed(face, [Scripted([b"data: 1\n\ndata: [DONE]\n\n"])])
    assert list(api.open("feed").view("items")) == [1]
    assert len(transport.requests) == 1
    api.close()


def test_a_connection_that_fails_is_the_retry_policys_and_then_the_end(face: Any) -> None:
    script = [Scripted([b"data: a\n\n", BREAK]), *[Response(503)] * 3]
    api, transport, _ = feed(face, script, retry={"base": 0, "max_retries": 2})
    stream = api.open("feed")
    assert stream.next() is not None
    with pytest.raises(pristine.StatusError, match="gave up after 3 attempts"):
        stream.next()
    assert len(transport.requests) == 4
    api.close()


def test_the_deadline_holds_over_all_connections(face: Any) -> None:
    script = [Scripted([b"retry: 9000\ndata: a\n\n", BREAK])]
    api, _, _ = feed(face, script)
    stream = api.open("feed", timeout=5)
    assert stream.next() is not None
    with pytest.raises(TimeoutExceeded, match=r"total timeout of 5 s passed \(phase: wait\)"):
        stream.next()
    api.close()


def test_a_caller_may_resume_by_hand(face: Any) -> None:
    api, transport, _ = feed(face, [Scripted([b"data: a\n\n"])], False)
    stream = api.open("feed", last_event_id="né")
    assert stream.response.last_event_id == "né"
    stream.close()
    assert transport.requests[0].headers["last-event-id"].encode("latin-1") == "né".encode()
    api.close()


def test_what_has_no_effect_is_refused(face: Any) -> None:
    api, transport, _ = feed(face, [])
    with pytest.raises(ConfigurationError, match="reconnect is for sse"):
        api.open("rows", reconnect=True)
    assert transport.requests == []
    api.close()
