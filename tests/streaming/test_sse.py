"""The decoder, case by case: the corpus in tests/data, then the rules that chunks, limits and options add."""

import copy
import json
import pickle
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pristine.ports.errors import ConfigurationError, EventTooLarge, StreamClosed
from pristine.ports.events import Event, PlainEvent
from pristine.streaming.sse import SSEDecoder
from tests.streaming.slow_sse import SlowSSE

Fields = tuple[str, str, str, int | None]
CASES = json.loads((Path(__file__).parent.parent / "data" / "sse_cases.json").read_text())


def fields(events: list[Event]) -> list[Fields]:
    return [(event.event, event.data, event.id, event.retry) for event in events]


def feed_all(decoder: SSEDecoder, chunks: list[bytes]) -> list[Event]:
    return [event for chunk in chunks for event in decoder.feed(chunk)]


def bytewise(body: bytes) -> list[bytes]:
    return [body[at : at + 1] for at in range(len(body))]


CUTS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "as-given": list,
    "one-piece": lambda chunks: [b"".join(chunks)],
    "byte-by-byte": lambda chunks: bytewise(b"".join(chunks)),
    "with-empty-chunks": lambda chunks: [part for chunk in chunks for part in (b"", chunk, b"")],
}


@pytest.fixture(params=CASES, ids=lambda case: case["name"])
def case(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def expected(case: Any) -> list[Fields]:
    return [(event["event"], event["data"], event["id"], event["retry"]) for event in case["events"]]


@pytest.fixture
def given_chunks(case: Any) -> list[bytes]:
    return [b64decode(chunk) for chunk in case["chunks"]]


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
def test_case(
    case: Any, expected: list[Fields], given_chunks: list[bytes], cut: Callable[[list[bytes]], list[bytes]]
) -> None:
    decoder = SSEDecoder()
    assert fields(feed_all(decoder, cut(given_chunks))) == expected
    assert decoder.close() == []
    assert decoder.last_event_id == case["last_event_id"]
    assert decoder.retry == case["final_retry"]


def test_case_as_a_stream_and_as_a_body(expected: list[Fields], given_chunks: list[bytes]) -> None:
    body = b"".join(given_chunks)
    assert fields(list(SSEDecoder.decode_stream(given_chunks))) == expected
    assert fields(SSEDecoder.decode_body(body)) == expected


def test_the_slow_decoder_agrees_with_the_case(case: Any, expected: list[Fields], given_chunks: list[bytes]) -> None:
    slow = SlowSSE(b"".join(given_chunks))
    assert slow.events == expected
    assert (slow.last_event_id, slow.retry) == (case["last_event_id"], case["final_retry"])


class TestChunks:
    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
    def test_an_event_comes_with_the_first_byte_of_its_blank_line(self, end: bytes) -> None:
        decoder = SSEDecoder()
        assert decoder.feed(b"data: x" + end) == []
        assert decoder.feed(end[:1]) == [Event(b"x")]
        assert decoder.feed(end[1:]) == []

    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
    @pytest.mark.parametrize(
        "block",
        [b"data: x", b"event: a|data: x", b"id: 1|data: x", b"data: x|data: y|id: 2", b"data:x", b": c|data: x"],
        ids=["plain", "typed", "id-first", "many-lines", "no-space", "comment"],
    )
    @pytest.mark.parametrize("size", [1, 7, 64, 1000])
    def test_runs_of_equal_blocks_in_chunks_of_any_size(self, block: bytes, end: bytes, size: int) -> None:
        body = (block + b"||").replace(b"|", end) * 50
        decoder = SSEDecoder()
        events = feed_all(decoder, [body[at : at + size] for at in range(0, len(body), size)])
        assert fields(events) == SlowSSE(body).events
        assert len(events) == 50

    @pytest.mark.parametrize(
        "odd",
        [
            b": ping\n\n",
            b"id: 9\n\n",
            b"\n",
            b"event: ping\n\n",
            b"data: a\rdata: b\n\n",
            b"retry: 5\ndata\n\n",
            b"data: a\n",
        ],
    )
    @pytest.mark.parametrize("block", [b"data: x\n\n", b"event: a\ndata: x\n\n"], ids=["plain", "typed"])
    def test_an_odd_block_within_a_run(self, block: bytes, odd: bytes) -> None:
        body = b"event: a\ndata: 0\n\n" + block * 5 + odd + block * 5 + odd + odd + block
        decoder = SSEDecoder()
        assert fields(decoder.feed(body)) == SlowSSE(body).events
        assert decoder.last_event_id == SlowSSE(body).last_event_id

    @pytest.mark.parametrize("start", [b"x", b":", b"data", b"data: ", b"id: 3\n", b"data: 1\n", b"data: 1\r"])
    def test_a_chunk_like_an_event_is_none_in_the_middle_of_another(self, start: bytes) -> None:
        chunks = [b"data: 0\n\n", start, b"data: x\n\n", b"event: a\ndata: y\n\n"]
        assert fields(feed_all(SSEDecoder(), chunks)) == SlowSSE(b"".join(chunks)).events

    def test_a_chunk_that_is_one_event_keeps_the_id(self) -> None:
        chunks = [b"id: 7\ndata: 0\n\n", b"data: 1\n\n", b"event: a\ndata: 2\n\n", b"event: a\ndata: 3\n\n"]
        assert [event.id for event in feed_all(SSEDecoder(), chunks)] == ["7"] * 4

    def test_more_types_than_are_remembered(self) -> None:
        body = b"".join(b"event: %d\ndata: x\n\n" % (number % 300) for number in range(900))
        assert [event.event for event in SSEDecoder.decode_body(body)] == [str(number % 300) for number in range(900)]

    def test_decode_stream_asks_for_no_chunk_before_it_has_to(self) -> None:
        asked = []

        def chunks() -> Iterator[bytes]:
            for chunk in [b"data: 1\n\ndata: 2\n\n", b"data: 3\n\n"]:
                asked.append(chunk)
                yield chunk

        events = SSEDecoder.decode_stream(chunks())
        assert asked == []
        assert [next(events).data, next(events).data] == ["1", "2"]
        assert len(asked) == 1

    def test_a_body_longer_than_its_slices(self) -> None:
        body = b"".join(b"id: %d\r\ndata: %s\r\n\r\n" % (number, b"x" * number) for number in range(1000))
        events = SSEDecoder.decode_body(body)
        assert [(event.id, len(event.raw)) for event in events] == [(str(number), number) for number in range(1000)]


class TestState:
    def test_an_id_counts_from_its_blank_line_and_a_retry_at_once(self) -> None:
        decoder = SSEDecoder()
        decoder.feed(b"retry: 5\nid: 1\n")
        assert (decoder.last_event_id, decoder.retry) == ("", 5)
        decoder.feed(b"\n")
        assert (decoder.last_event_id, decoder.retry) == ("1", 5)

    @pytest.mark.parametrize(
        "retry", [b"-1", b"+1", b"1_0", b"1.5", b" 1", b"1 ", "\u0661".encode(), "\u00b2".encode(), b"", b"9" * 5000]
    )
    def test_what_is_not_a_number_of_ascii_digits_is_no_retry(self, retry: bytes) -> None:
        decoder = SSEDecoder()
        assert fields(decoder.feed(b"retry: " + retry + b"\ndata: x\n\n")) == [("message", "x", "", None)]
        assert decoder.retry is None

    @pytest.mark.parametrize(
        ("digits", "retry"), [(b"0", 0), (b"0" * 5000, 0), (b"0" * 5000 + b"7", 7), (b"9" * 20, 10**20 - 1)]
    )
    def test_a_retry_of_many_digits(self, digits: bytes, retry: int) -> None:
        assert SSEDecoder.decode_body(b"retry:" + digits + b"\ndata: x\n\n")[0].retry == retry

    def test_the_end_drops_what_has_no_blank_line(self) -> None:
        decoder = SSEDecoder()
        decoder.feed(b"id: 1\ndata: x\n\nid: 2\ndata: y\n")
        assert decoder.close() == []
        assert decoder.close() == []
        assert decoder.last_event_id == "1"

    def test_nothing_is_fed_after_the_end(self) -> None:
        decoder = SSEDecoder()
        decoder.feed(b"data: x\n\n")
        decoder.close()
        with pytest.raises(StreamClosed, match="another"):
            decoder.feed(b"data: y\n\n")


class TestDispatchEmpty:
    @pytest.mark.parametrize(
        ("block", "event"),
        [
            (b"event: ping\n\n", Event(b"", "ping")),
            (b"event:\n\n", Event(b"")),
            (b"id: 1\n\n", Event(b"", id="1")),
            (b"id\n\n", Event(b"")),
            (b"retry: 5\n\n", Event(b"", retry=5)),
            (b"data\n\n", Event(b"")),
        ],
    )
    def test_a_block_with_a_field_is_an_event(self, block: bytes, event: Event) -> None:
        assert SSEDecoder.decode_body(block, dispatch_empty=True) == [event]
        assert list(SSEDecoder.decode_stream(bytewise(block * 2), dispatch_empty=True)) == [event, event]

    @pytest.mark.parametrize(
        "block", [b"\n\n\n\n", b": ping\n\n", b"other: x\n\n", b"id: \0\n\n", b"retry: soon\n\n", b"event: x\n"]
    )
    def test_a_block_in_which_no_field_counts_is_none(self, block: bytes) -> None:
        decoder = SSEDecoder(dispatch_empty=True)
        decoder.feed(b"id: 1\ndata: x\n\n")
        assert decoder.feed(block) == []

    def test_by_default_the_standard_holds(self) -> None:
        assert SSEDecoder.decode_body(b"event: ping\n\nid: 1\n\nretry: 5\n\n") == []


class TestLimit:
    """A block's size is that of its lines, without comments and line ends."""

    SIZED = pytest.mark.parametrize(
        ("body", "size"),
        [
            (b"data: 12345\n\n", 11),
            (b"data:12345\n\n", 10),
            (b"data\ndata\ndata\n\n", 12),
            (b"data: 12345\r\n\r\n", 11),
            (b"event: a\ndata: 1\n\n", 15),
            (b"id: 1\ndata: 1\ndata: 2\n\n", 19),
            (b": comment\ndata: 1\n: comment\n\n", 7),
            (b"other: 12345\ndata: 1\n\n", 19),
            (b"id: 12345\n\n", 9),
        ],
    )
    CUT = pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
    CONTEXT = pytest.mark.parametrize(
        "before", [b"", b"data: 0\n\n", b"event: a\ndata: 0\n\n"], ids=["", "plain", "typed"]
    )

    @SIZED
    @CUT
    @CONTEXT
    def test_up_to_the_limit(
        self, body: bytes, size: int, cut: Callable[[list[bytes]], list[bytes]], before: bytes
    ) -> None:
        decoder = SSEDecoder(max_event_bytes=max(size, 15))
        chunks = cut([before, body, body])
        assert fields(feed_all(decoder, chunks)) == SlowSSE(before + body * 2).events
        decoder.close()

    @SIZED
    @CUT
    def test_above_it(self, body: bytes, size: int, cut: Callable[[list[bytes]], list[bytes]]) -> None:
        decoder = SSEDecoder(max_event_bytes=size - 1)
        with pytest.raises(EventTooLarge) as caught:
            feed_all(decoder, cut([body]))
        assert caught.value.limit == size - 1
        assert "max_event_bytes" in str(caught.value)
        assert decoder.error is caught.value

    @pytest.mark.parametrize("start", [b"data: ", b"data", b"other", b"data: 1\ndata: 2\n", b"id: 1\n", b"data: 1\r\n"])
    def test_an_event_that_does_not_end(self, start: bytes) -> None:
        decoder = SSEDecoder(max_event_bytes=100)
        decoder.feed(b"data: 0\n\n" + start)
        with pytest.raises(EventTooLarge):
            feed_all(decoder, [b"x"] * 101)

    @pytest.mark.parametrize("block", [b"data: 1234567890", b"event: a\ndata: 12"], ids=["plain", "typed"])
    def test_a_chunk_that_is_one_event(self, block: bytes) -> None:
        decoder = SSEDecoder(max_event_bytes=15)
        decoder.feed(b"event: a\ndata: 1\n\n")
        with pytest.raises(EventTooLarge):
            decoder.feed(block + b"\n\n")

    def test_a_comment_that_does_not_end_is_no_event(self) -> None:
        decoder = SSEDecoder(max_event_bytes=10)
        feed_all(decoder, [b": long comment", *[b"x" * 100] * 5, b"\n", b":" + b"x" * 100 + b"\n"])
        assert decoder.feed(b"data: x\n\n") == [Event(b"x")]

    def test_events_before_it_are_returned_and_then_it_is_raised(self) -> None:
        decoder = SSEDecoder(max_event_bytes=20)
        assert decoder.feed(b"id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: " + b"x" * 20) == [
            Event(b"a", id="1"),
            Event(b"b", id="1"),
        ]
        assert isinstance(decoder.error, EventTooLarge)
        for _ in range(2):
            with pytest.raises(EventTooLarge):
                decoder.feed(b"data: c\n\n")
        assert decoder.close() == []
        assert decoder.last_event_id == "1"

    def test_the_end_raises_it_where_no_feed_has(self) -> None:
        decoder = SSEDecoder(max_event_bytes=8)
        decoder.feed(b"data: a\n\ndata: 12345\n\n")
        with pytest.raises(EventTooLarge):
            decoder.close()
        assert decoder.close() == []
        with pytest.raises(StreamClosed):
            decoder.feed(b"")

    def test_a_stream_raises_it_before_it_asks_for_another_chunk(self) -> None:
        def chunks() -> Iterator[bytes]:
            yield b"data: a\n\ndata: 12345\n\n"
            pytest.fail("asked for another chunk")

        events = SSEDecoder.decode_stream(chunks(), max_event_bytes=8)
        assert next(events) == Event(b"a")
        with pytest.raises(EventTooLarge):
            next(events)

    def test_a_body_raises_it(self) -> None:
        with pytest.raises(EventTooLarge):
            SSEDecoder.decode_body(b"data: a\n\ndata: 12345\n\n", max_event_bytes=8)

    def test_none_is_no_limit(self) -> None:
        assert len(SSEDecoder.decode_body(b"data: " + b"x" * 1000 + b"\n\n", max_event_bytes=None)) == 1

    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_limit_that_nothing_can_keep_is_refused(self, limit: int) -> None:
        with pytest.raises(ConfigurationError, match="max_event_bytes"):
            SSEDecoder(max_event_bytes=limit)


class TestEvent:
    def test_defaults(self) -> None:
        event = Event(b"x")
        assert (event.raw, event.data, event.event, event.id, event.retry) == (b"x", "x", "message", "", None)
        assert event.is_message
        assert not Event(b"x", "ping").is_message

    def test_data_is_text_whatever_the_bytes(self) -> None:
        assert Event(b"a\xffb").data == "a\ufffdb"

    def test_json(self) -> None:
        assert Event('{"a": ["é"]}'.encode()).json() == {"a": ["é"]}
        with pytest.raises(ValueError, match="Expecting"):
            Event(b"[DONE").json()

    @pytest.mark.parametrize("other", [Event(b"y"), Event(b"x", "a"), Event(b"x", id="1"), Event(b"x", retry=1), b"x"])
    def test_events_are_equal_by_all_they_say(self, other: object) -> None:
        assert Event(b"x") != other
        assert Event(b"x") == Event(b"x", "message", "", None)

    def test_a_plain_event_is_an_event_in_every_way(self) -> None:
        plain, event = PlainEvent(b"x"), Event(b"x")
        assert isinstance(plain, Event)
        assert plain == event
        assert event == plain
        assert hash(plain) == hash(event)
        assert repr(plain) == repr(event)

    @pytest.mark.parametrize("event", [PlainEvent(b"x"), Event(b"x", "a", "1", 5)], ids=["plain", "full"])
    def test_events_travel(self, event: Event) -> None:
        assert pickle.loads(pickle.dumps(event)) == event
        assert copy.deepcopy(event) == event

    def test_repr_is_short_and_says_what_it_is(self) -> None:
        assert repr(Event(b"hi", "greeting", "7")) == "Event('greeting', id='7', data='hi')"
        assert len(repr(Event("é".encode() * 10_000_000))) < 130
        assert "…" in repr(Event(b"x" * 81))
        assert "…" not in repr(Event(b"x" * 80))
