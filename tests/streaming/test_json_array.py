"""The elements of a JSON array: what the whole document holds, as soon as it is there, and never less in silence."""

import json
import sys
import tracemalloc
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine.ports.errors import ConfigurationError, DecodeError, EventTooLarge, PristineError, StreamClosed
from pristine.ports.events import Event
from pristine.streaming import json_array
from pristine.streaming.json_array import JsonArrayDecoder

MIB = 1024 * 1024
CHUNK = 16 * 1024
fuzz = settings(max_examples=150, derandomize=True, database=None, deadline=None)


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    """The body as chunks; empty ones where places are the same."""
    edges = [0, *sorted(min(place, len(body)) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def bytewise(body: bytes) -> list[bytes]:
    return [body[at : at + 1] for at in range(len(body))]


def outcome(chunks: Iterable[bytes], limit: int | None = None) -> tuple[list[bytes], PristineError | None]:
    """The elements, and the fault that ended them."""
    decoder = JsonArrayDecoder(max_event_bytes=limit)
    raws: list[bytes] = []
    raised: PristineError | None = None
    try:
        for chunk in chunks:
            raws += [event.raw for event in decoder.feed(chunk)]
        raws += [event.raw for event in decoder.close()]
    except (DecodeError, EventTooLarge) as error:
        raised = error
    assert decoder.error is raised
    return raws, raised


def elements(*chunks: bytes) -> list[bytes]:
    raws, error = outcome(chunks)
    if error:
        raise error
    return raws


ARRAYS: dict[bytes, list[bytes]] = {
    b"[]": [],
    b" \r\n[\t]\n": [],
    b"[1]": [b"1"],
    b"[1,-2.5e+3,true,false,null]": [b"1", b"-2.5e+3", b"true", b"false", b"null"],
    b' [ 1 , "a" , [ ] , { } ] ': [b"1", b'"a"', b"[ ]", b"{ }"],
    b'["", "a,b", "]", "[{", "\\"", "\\\\", "\\\\\\"]"]': [
        b'""',
        b'"a,b"',
        b'"]"',
        b'"[{"',
        b'"\\""',
        b'"\\\\"',
        b'"\\\\\\"]"',
    ],
    b'[{"a": "}"}, {"b": [1, {"c": "\\u005d"}]}]': [b'{"a": "}"}', b'{"b": [1, {"c": "\\u005d"}]}'],
    '["é", {"🧭": "€"}]'.encode(): ['"é"'.encode(), '{"🧭": "€"}'.encode()],
    b'\xef\xbb\xbf["a"]': [b'"a"'],
    b"[[[[[[[[[[1]]]]],[2]]]]]]": [b"[[[[[[[[[1]]]]],[2]]]]]"],
    b'[{"candidates":[{"n":1}]}\r\n,\r\n{"candidates":[]}\r\n]': [b'{"candidates":[{"n":1}]}', b'{"candidates":[]}'],
}


class TestElements:
    @pytest.mark.parametrize(("body", "expected"), ARRAYS.items(), ids=[body.decode() for body in ARRAYS])
    def test_an_array(self, body: bytes, expected: list[bytes]) -> None:
        assert elements(body) == elements(*bytewise(body)) == expected
        assert [json.loads(raw) for raw in expected] == json.loads(body)
        for place in range(len(body)):
            assert elements(body[:place], b"", body[place:]) == expected

    def test_each_comes_as_soon_as_it_is_whole(self) -> None:
        decoder = JsonArrayDecoder()
        steps = {b'[{"a"': [], b": 1}": [b'{"a": 1}'], b',"b': [], b'",12': [b'"b"'], b"3": [], b" ": [b"123"]}
        steps |= {b",nul": [], b"l": [], b",": [b"null"], b"4": [], b"]": [b"4"]}
        for chunk, expected in steps.items():
            assert [event.raw for event in decoder.feed(chunk)] == expected
        assert decoder.close() == []

    def test_it_is_a_reader(self) -> None:
        reader = JsonArrayDecoder()
        assert (reader.error, reader.ended, reader.last_event_id) == (None, False, "")

    def test_events_are_messages(self) -> None:
        [event] = JsonArrayDecoder().feed(b'[{"a": "\xc3\xa9"},')
        assert (event.event, event.id, event.retry, event.json()) == ("message", "", None, {"a": "é"})

    def test_after_close_there_is_nothing(self) -> None:
        decoder = JsonArrayDecoder()
        decoder.feed(b"[1]")
        assert decoder.close() == decoder.close() == []
        with pytest.raises(StreamClosed):
            decoder.feed(b" ")


class TestAnObjectInstead:
    BODY = b'\n{"error": {"code": 429, "message": "slow }] down"}}\n'

    @pytest.mark.parametrize("chunks", [[BODY], bytewise(BODY)], ids=["one-piece", "byte-by-byte"])
    def test_it_is_one_event(self, chunks: list[bytes]) -> None:
        assert elements(*chunks) == [self.BODY.strip()]

    def test_as_an_element_it_is_an_element(self) -> None:
        assert elements(b'[{"n": 1}, {"error": {}}]') == [b'{"n": 1}', b'{"error": {}}']

    @pytest.mark.parametrize("body", [b'{"error": 1', b'{"error": 1}]', b"{}{}", b"{},{}", b"{}1"])
    def test_nothing_may_follow_and_nothing_may_lack(self, body: bytes) -> None:
        for chunks in ([body], bytewise(body)):
            assert isinstance(outcome(chunks)[1], DecodeError)


FAULTS: dict[bytes, tuple[int, str]] = {
    b"": (0, "it is empty"),
    b" \n": (2, "it is empty"),
    b"\xef\xbb": (0, "an array was expected"),
    b"\xef\xbb\xbf": (3, "it is empty"),
    b"\xef\xbb\xbf[1 2]": (6, "a comma or the end of the array was expected, not b'2'"),
    b"<html>": (0, "an array was expected, not b'<'"),
    b'"text"': (0, "an array was expected"),
    b"12": (0, "an array was expected"),
    b"[": (1, "it is cut short"),
    b"[1": (2, "it is cut short"),
    b"[1,": (3, "it is cut short"),
    b'["a': (3, "it is cut short"),
    b'["a\\': (4, "it is cut short"),
    b'[{"a": [': (8, "it is cut short"),
    b"[{}": (3, "it is cut short"),
    b"[1,]": (3, "an element was expected, not b']'"),
    b"[,1]": (1, "an element was expected, not b','"),
    b"[1,,2]": (3, "an element was expected, not b','"),
    b"[1 2]": (3, "a comma or the end of the array was expected, not b'2'"),
    b'["a""b"]': (4, "a comma or the end of the array was expected"),
    b"[{}{}]": (3, "a comma or the end of the array was expected"),
    b"[1}": (2, "a comma or the end of the array was expected"),
    b"[{]": (2, "'}' was expected, not ']'"),
    b'[{"a": [1}]': (9, "']' was expected, not '}'"),
    b"[1] x": (4, "nothing more was expected, not b'x'"),
    b"[1]]": (3, "nothing more was expected"),
    b"[1][2]": (3, "nothing more was expected"),
    b"[\x0b1]": (1, "an element was expected"),
    b"[1\xc2\xa0]": (2, "a comma or the end of the array was expected"),
    b"['a']": (1, "an element was expected"),
    b"[//a\n1]": (1, "an element was expected"),
}


class TestFaults:
    @pytest.mark.parametrize(("body", "expected"), FAULTS.items(), ids=map(repr, FAULTS))
    def test_a_fault_says_where(self, body: bytes, expected: tuple[int, str]) -> None:
        offset, told = expected
        for chunks in ([body], bytewise(body)):
            error = outcome(chunks)[1]
            assert isinstance(error, DecodeError)
            assert error.where == f"byte {offset}"
            assert f": {told}" in error.message
            assert error.message.endswith(f"at byte {offset}")

    def test_the_place_is_counted_over_all_chunks(self) -> None:
        decoder = JsonArrayDecoder()
        decoder.feed(b"\xef\xbb\xbf[" + b"1, " * 100_000)
        with pytest.raises(DecodeError) as caught:
            decoder.feed(b"  ]")
        assert caught.value.where == "byte 300006"

    def test_events_first_then_the_fault_then_nothing_else(self) -> None:
        decoder = JsonArrayDecoder()
        assert decoder.feed(b"[1, 2, }") == [Event(b"1"), Event(b"2")]
        assert isinstance(decoder.error, DecodeError)
        for _ in range(2):
            with pytest.raises(DecodeError):
                decoder.feed(b"3")
        assert decoder.close() == []

    def test_close_raises_what_is_owed(self) -> None:
        decoder = JsonArrayDecoder()
        decoder.feed(b"[1, }")
        with pytest.raises(DecodeError, match="not b'}'"):
            decoder.close()
        assert decoder.close() == []

    def test_the_end_of_a_body_that_is_cut_short_is_a_fault(self) -> None:
        decoder = JsonArrayDecoder()
        assert decoder.feed(b"[1, 2, 3") == [Event(b"1"), Event(b"2")]
        with pytest.raises(DecodeError, match="cut short"):
            decoder.close()
        assert decoder.error is not None


text = st.text(st.sampled_from('ab"\\/[]{},: \n\u0000é€🧭'), max_size=8)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), text)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=3), max_leaves=12
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """An array as some server would write it."""
    array = draw(st.lists(values, max_size=6))
    for _ in range(draw(st.sampled_from([0, 0, 0, 4, 9]))):
        array = [array, draw(scalars)]
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\r\n", " :\t")]))
    indent = draw(st.sampled_from([None, None, 2]))
    return json.dumps(array, ensure_ascii=draw(st.booleans()), separators=separators, indent=indent).encode()


places = st.lists(st.integers(0, 200), max_size=8)


def loaded(body: bytes) -> Any:
    """The document, or None where it is no JSON."""
    try:
        return json.loads(body.decode())
    except ValueError:
        return None


class TestTheWholeDocument:
    @fuzz
    @given(documents(), places)
    def test_it_has_the_same_elements_however_it_is_cut(self, body: bytes, places: list[int]) -> None:
        found = elements(*cut(body, places))
        assert found == elements(body) == elements(*bytewise(body))
        assert [json.loads(raw) for raw in found] == json.loads(body)
        assert all(raw == raw.strip() for raw in found)

    @fuzz
    @given(documents(), places, st.data())
    def test_what_is_cut_short_is_never_silently_less(
        self, body: bytes, places: list[int], data: st.DataObject
    ) -> None:
        short = body[: data.draw(st.integers(0, len(body) - 1))]
        found, error = outcome(cut(short, places))
        assert isinstance(error, DecodeError)
        assert found == elements(body)[: len(found)]
        assert outcome(bytewise(short))[0] == found

    @settings(fuzz, max_examples=400)
    @given(documents(), st.data())
    def test_what_is_damaged_is_a_fault_or_still_what_it_says(self, body: bytes, data: st.DataObject) -> None:
        damaged = bytearray(body)
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(damaged)))
            damaged[at : at + data.draw(st.integers(0, 2))] = data.draw(st.sampled_from(DAMAGE))
        whole = loaded(bytes(damaged))
        found, error = outcome([bytes(damaged)])
        assert outcome(bytewise(bytes(damaged)))[0] == found
        if isinstance(whole, list):
            assert [loaded(raw) for raw in found] == whole
            assert error is None
        elif isinstance(whole, dict):
            assert ([loaded(raw) for raw in found], error) == ([whole], None)
        else:
            assert error or any(not parses(raw) for raw in found)


DAMAGE = [b"", b"", b'"', b"\\", b"[", b"]", b"{", b"}", b",", b":", b" ", b"1", b"a", b"\xc3", b"]]", b"},{"]


def parses(raw: bytes) -> bool:
    try:
        json.loads(raw.decode())
    except ValueError:
        return False
    return True


class TestTheLimit:
    @pytest.mark.parametrize(
        ("body", "raws", "failed"),
        [
            (b'[12345, [1,2], {"a":], ', [b"12345", b"[1,2]"], False),
            (b'["abc"   ,   "abcd"]', [b'"abc"'], True),
            (b"[1, 123456, 2]", [b"1"], True),
            (b"[1, [2,3,4], 5]", [b"1"], True),
            (b"[1, [[[[[[[[2", [b"1"], True),
            (b'{"a":1}', [], True),
            (b"[  1" + b" " * 99 + b", 2]", [b"1", b"2"], False),
        ],
    )  # fmt: skip
    def test_the_elements_before_it_are_not_lost(self, body: bytes, raws: list[bytes], failed: bool) -> None:
        for chunks in ([body], bytewise(body)):
            found, error = outcome(chunks, limit=5)
            assert (found, isinstance(error, EventTooLarge)) == (raws, failed)

    @fuzz
    @given(documents(), places, st.integers(1, 30))
    def test_it_means_the_same_however_the_body_is_cut(self, body: bytes, places: list[int], limit: int) -> None:
        whole = elements(body)
        large = [len(raw) > limit for raw in whole]
        expected = whole[: large.index(True)] if any(large) else whole
        for chunks in ([body], bytewise(body), cut(body, places)):
            found, error = outcome(chunks, limit)
            assert (found, isinstance(error, EventTooLarge)) == (expected, any(large))

    def test_events_first_then_the_error(self) -> None:
        decoder = JsonArrayDecoder(max_event_bytes=3)
        assert decoder.feed(b"[123,1234,1]") == [Event(b"123")]
        assert isinstance(decoder.error, EventTooLarge)
        assert decoder.error.limit == 3
        with pytest.raises(EventTooLarge):
            decoder.close()

    def test_a_wrong_limit(self) -> None:
        with pytest.raises(ConfigurationError, match="max_event_bytes=0"):
            JsonArrayDecoder(max_event_bytes=0)


class Spy:
    """A pattern that counts the bytes that it is shown: those up to where it stops."""

    def __init__(self, pattern: Any) -> None:
        self.pattern = pattern
        self.seen = 0
        self.calls = 0

    def match(self, text: bytes, at: int) -> Any:
        found = self.pattern.match(text, at)
        self.seen += len(text) - at if found is None else found.end() - at
        self.calls += 1
        return found


def repeated(start: bytes, unit: bytes, end: bytes, size: int) -> Iterable[bytes]:
    yield start
    many = unit * (CHUNK // len(unit))
    for _ in range(size // len(many)):
        yield b"".join([many])
    yield end


LARGE = {
    "one-string": (b'["', b"x", b'"]'),
    "escapes": (b'["', b"\\u0041\\n\\\\", b'"]'),
    "objects": (b"[[", b'{"a": "b", "c": [1]},', b"1]]"),
    "strings": (b'[{"a": [', b'"a", ', b"1]}]"),
    "number": (b"[", b"1", b" ]"),
    "blanks": (b"[[", b" ", b"]]"),
}


class TestCost:
    """Without a clock: how many bytes the patterns are shown, and how much memory there is at the worst moment."""

    @pytest.mark.parametrize(("start", "unit", "end"), LARGE.values(), ids=LARGE.keys())
    def test_a_byte_of_a_large_element_is_looked_at_once(
        self, start: bytes, unit: bytes, end: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spies = {name: Spy(getattr(json_array, name)) for name in ("_scalar", "_in_string", "_in_brackets")}
        for name, spy in spies.items():
            monkeypatch.setattr(json_array, name, spy)
        size = 8 * MIB
        [raw], error = outcome(repeated(start, unit, end, size))
        assert error is None
        assert len(raw) > size - CHUNK
        assert sum(spy.seen for spy in spies.values()) <= len(raw) + 2 * CHUNK
        assert sum(spy.calls for spy in spies.values()) < 6 * size // CHUNK

    def test_64_mib(self) -> None:
        [raw], error = outcome(repeated(b'["', b"x", b'"]', 64 * MIB))
        assert error is None
        assert len(raw) == 64 * MIB + 2

    def test_what_is_as_deep_as_it_likes(self) -> None:
        depth = 20 * sys.getrecursionlimit()
        nested = b'{"a":[' * depth + b"]}" * depth
        assert elements(b"[" + nested + b", 1]") == [nested, b"1"]
        assert elements(*repeated(b"[" + nested + b",", b'{"a": 1},', b"1]", CHUNK))[0] == nested

    def test_many_elements_in_one_chunk(self) -> None:
        assert len(elements(b"[" + b"1," * 300_000 + b"1]")) == 300_001

    def test_a_large_element_is_copied_once(self) -> None:
        assert self.peak(repeated(b"[[", b'"a",', b"1]]", 8 * MIB), None) < 2.3 * 8

    def test_a_large_chunk_needs_little_more_than_itself(self) -> None:
        body = b"[[" + b'"a",' * (2 * MIB) + b"1]]"
        assert self.peak([body], None) < 2.3 * 8 + 10

    @pytest.mark.parametrize("unit", [b'"a",', b"[", b'"\\n'])
    def test_no_more_than_the_limit_is_held(self, unit: bytes) -> None:
        assert self.peak(repeated(b"[[", unit, b"", 4 * MIB), MIB // 4) < 2

    def test_one_byte_at_a_time(self) -> None:
        assert self.peak((b'"' for _ in range(50_000)), None, b"[[") < 1

    def peak(self, chunks: Iterable[bytes], limit: int | None, start: bytes = b"") -> float:
        """The most memory that decoding took at any time, in MiB."""
        decoder = JsonArrayDecoder(max_event_bytes=limit)
        decoder.feed(start)
        tracemalloc.start()
        try:
            for chunk in chunks:
                decoder.feed(chunk)
        except EventTooLarge:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1] / MIB
            tracemalloc.stop()
        return peak
