"""The decoder and the slow reference agree, after every chunk, on streams that are made to be awkward.

For a long run: SSE_FUZZ_EXAMPLES=100000 pytest tests/streaming/test_sse_fuzz.py --timeout 0
"""

import os
from itertools import accumulate, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pristine.ports.errors import EventTooLarge
from pristine.ports.events import Event
from pristine.streaming.sse import SSEDecoder
from tests.streaming.slow_sse import SlowSSE

EXAMPLES = int(os.environ.get("SSE_FUZZ_EXAMPLES", "0"))
fuzz = settings(
    max_examples=EXAMPLES or 1000,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

line_ends = st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\r", b"\r\r\n"])
values = st.sampled_from(
    [b"", b" ", b"x", b"{}", b":", b" : ", b"a\x00b", b"\xff", b"\xf0\x9f\xa7", b"\xe2\x82\xac", b"\xef\xbb\xbf"]
) | st.sampled_from([b"data: x", b"message", b"7", b"007", b"-1", b"\xef\xbc\x91", b"1" * 301, b"0" * 400 + b"5"])
names = st.sampled_from(
    [b"data", b"data", b"event", b"id", b"id", b"retry", b"", b"Data", b"dat", b"data ", b"\xef\xbb\xbfdata"]
)
separators = st.sampled_from([b": ", b": ", b":", b"", b":  ", b" : "])
any_line = st.builds(lambda name, separator, value: name + separator + value, names, separators, values)
# What servers write; and then what looks like it and is not.
plain = st.sampled_from([b"data: a", b"data: bc", b"data: ", b"data: {}"])
typed = st.sampled_from([b"event: a\ndata: 1", b"event: a\ndata: 2", b"event: bb\ndata: 3", b"event: \ndata: "])
almost = st.sampled_from(
    [b"data: a\rb", b"data: a\rdata: b", b"data: a\r", b"data: a\ndata: b", b"data: a\n", b"data: a\nid: 5"]
) | st.sampled_from(
    [b"event: a\ndata: 1\rx", b"event: a\ndata: 1\nid: 6", b"event: a\nid: \ndata: 1", b"event: a", b"event: a\r"]
)
others = st.sampled_from(
    [b": c\ndata: a", b"id: 8\ndata: a", b"data:a", b"id", b": c", b"retry: 9", b"data", b"data\ndata"]
)
odd = st.lists(st.tuples(any_line, line_ends), max_size=4).map(lambda lines: b"".join(map(b"".join, lines)))
noise = st.lists(st.sampled_from(list(b"\r\n:d \x00\xef\xbb\xbf")), max_size=6).map(bytes)
marks = st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\xef\xbb"])


@st.composite
def runs(draw: st.DrawFn) -> list[bytes]:
    """Blocks that are mostly alike, so that whole runs of them are cut at once."""
    alike = draw(st.sampled_from([plain, plain, typed]))
    blocks = draw(st.lists(st.one_of(alike, alike, alike, almost, others), min_size=1, max_size=6))
    end = draw(st.sampled_from([b"\n", b"\n", b"\r\n", b"\r"]))
    return [(block + b"\n\n").replace(b"\n", end) for block in blocks]


@st.composite
def streams(draw: st.DrawFn) -> list[bytes]:
    """Chunks, many of which end where a block does."""
    parts = draw(st.lists(st.one_of(runs(), runs(), st.lists(st.one_of(odd, noise), max_size=2)), max_size=4))
    blocks = [draw(marks), *(block for part in parts for block in part)]
    body = b"".join(blocks)
    ends = list(accumulate(map(len, blocks)))
    cuts = draw(st.lists(st.one_of(st.sampled_from(ends), st.integers(0, len(body))), max_size=10))
    if draw(st.booleans()):
        cuts += ends
    edges = [0, *sorted(cuts), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def fields(events: list[Event]) -> list[tuple[str, str, str, int | None]]:
    return [(event.event, event.data, event.id, event.retry) for event in events]


@fuzz
@given(streams(), st.booleans())
def test_every_chunk_leaves_what_the_slow_decoder_has(chunks: list[bytes], dispatch_empty: bool) -> None:
    decoder = SSEDecoder(dispatch_empty=dispatch_empty)
    events: list[Event] = []
    body = b""
    for chunk in chunks:
        events += decoder.feed(chunk)
        body += chunk
        slow = SlowSSE(body, dispatch_empty)
        assert fields(events) == slow.events
        assert (decoder.last_event_id, decoder.retry) == (slow.last_event_id, slow.retry)
    assert decoder.close() == []


@fuzz
@given(streams(), st.integers(1, 40))
def test_a_limit_means_the_same_however_the_stream_is_cut(chunks: list[bytes], limit: int) -> None:
    body = b"".join(chunks)
    ways = [chunks, [body], [body[at : at + 1] for at in range(len(body))]]
    outcomes = [until_too_large(way, limit) for way in ways]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    events, failed, last_event_id = outcomes[0]
    assert events == SlowSSE(body).events[: len(events)]
    if not failed:
        assert last_event_id == SlowSSE(body).last_event_id
        assert len(events) == len(SlowSSE(body).events)


def until_too_large(chunks: list[bytes], limit: int) -> tuple[list[tuple[str, str, str, int | None]], bool, str]:
    decoder = SSEDecoder(max_event_bytes=limit)
    events: list[Event] = []
    try:
        for chunk in chunks:
            events += decoder.feed(chunk)
        decoder.close()
    except EventTooLarge:
        return fields(events), True, decoder.last_event_id
    return fields(events), False, decoder.last_event_id
