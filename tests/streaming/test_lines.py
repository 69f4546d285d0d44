"""Lines, characters and pieces: the same however the body is cut, bounded, and each byte handled once."""

import tracemalloc
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pristine.ports.errors import ConfigurationError, EventTooLarge, StreamClosed
from pristine.ports.events import Event
from pristine.streaming.lines import LineDecoder, Rechunker, TextDecoder

MIB = 1024 * 1024
CHUNK = 16 * 1024
fuzz = settings(max_examples=200, derandomize=True, database=None, deadline=None)


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    """The body as chunks; empty ones where places are the same."""
    edges = [0, *sorted(min(place, len(body)) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def bytewise(body: bytes) -> list[bytes]:
    return [body[at : at + 1] for at in range(len(body))]


def lines(*chunks: bytes, skip_blank: bool = False) -> list[bytes]:
    decoder = LineDecoder(skip_blank=skip_blank)
    events = [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.close()
    return [event.raw for event in events]


def slow_lines(body: bytes) -> list[bytes]:
    """What lines are, without chunks."""
    parts = body.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    last = parts.pop()
    return [part.removesuffix(b"\r") for part in parts] + [last] * bool(last)


class TestLines:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            (b"", []),
            (b"a\nb\n", [b"a", b"b"]),
            (b"a\nb", [b"a", b"b"]),
            (b"a\r\nb\r\n", [b"a", b"b"]),
            (b"a\rb\n", [b"a\rb"]),
            (b"a\r\r\nb", [b"a\r", b"b"]),
            (b"a\r", [b"a\r"]),
            (b"\n\r\n\n", [b"", b"", b""]),
            (b"\n", [b""]),
            (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", [b"a", b"\xef\xbb\xbfb"]),
            (b"\xef\xbb\xbf", []),
            (b"\xef\xbb", [b"\xef\xbb"]),
            (b"a\x0bb\x0cc\x1cd\xc2\x85e\n", [b"a\x0bb\x0cc\x1cd\xc2\x85e"]),
        ],
    )
    def test_a_line_ends_with_lf_or_crlf_or_the_body(self, body: bytes, expected: list[bytes]) -> None:
        assert lines(body) == lines(*bytewise(body)) == slow_lines(body) == expected

    def test_a_line_is_an_event_as_soon_as_it_ends(self) -> None:
        decoder = LineDecoder()
        assert decoder.feed(b'{"a": 1}\n{"b"') == [Event(b'{"a": 1}')]
        assert decoder.feed(b": 2}\r") == []
        assert decoder.feed(b"\n") == [Event(b'{"b": 2}')]
        assert decoder.close() == []

    def test_blank_lines_are_skipped_where_that_is_asked_for(self) -> None:
        body = b'\n \t\r\n{"a": 1}\n\r\n {"b": 2} \n\n  '
        assert lines(body, skip_blank=True) == [b'{"a": 1}', b' {"b": 2} ']
        assert lines(*bytewise(body), skip_blank=True) == [b'{"a": 1}', b' {"b": 2} ']

    def test_whitespace_that_json_does_not_know_is_no_blank(self) -> None:
        assert lines(b"\x0b\n\xc2\xa0\n", skip_blank=True) == [b"\x0b", b"\xc2\xa0"]

    def test_the_end_is_told_once(self) -> None:
        decoder = LineDecoder()
        decoder.feed(b"a")
        assert decoder.close() == [Event(b"a")]
        assert decoder.close() == []
        with pytest.raises(StreamClosed):
            decoder.feed(b"b\n")

    @fuzz
    @given(
        st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b" ", b"\xef\xbb\xbf", b"\xc3"]), max_size=30),
        st.lists(st.integers(0, 60), max_size=8),
        st.booleans(),
    )
    def test_the_cut_makes_no_difference(self, parts: list[bytes], places: list[int], skip_blank: bool) -> None:
        body = b"".join(parts)
        expected = [line for line in slow_lines(body) if not skip_blank or line.strip(b" \t\r")]
        for chunks in (cut(body, places), [body], bytewise(body)):
            assert lines(*chunks, skip_blank=skip_blank) == expected

    def test_it_is_a_reader(self) -> None:
        for reader in (LineDecoder(), TextDecoder(), Rechunker()):
            assert (reader.error, reader.ended, reader.last_event_id) == (None, False, "")


class TestTheLimit:
    def until_too_large(self, chunks: list[bytes], limit: int) -> tuple[list[bytes], bool]:
        decoder = LineDecoder(max_event_bytes=limit)
        raws: list[bytes] = []
        raised: EventTooLarge | None = None
        try:
            for chunk in chunks:
                raws += [event.raw for event in decoder.feed(chunk)]
            raws += [event.raw for event in decoder.close()]
        except EventTooLarge as error:
            raised = error
        assert decoder.error is raised
        return raws, raised is not None

    @pytest.mark.parametrize(
        ("body", "raws", "failed"),
        [
            (b"abc\nabc\r\nabc", [b"abc"] * 3, False),
            (b"abc\nabcd\nabc\n", [b"abc"], True),
            (b"abc\nabcd", [b"abc"], True),
            (b"abc\r", [], True),
            (b"abc\r\r\n", [], True),
            (b"\xef\xbb\xbfabc\n", [b"abc"], False),
        ],
    )
    def test_the_lines_before_it_are_not_lost(self, body: bytes, raws: list[bytes], failed: bool) -> None:
        assert self.until_too_large([body], 3) == self.until_too_large(bytewise(body), 3) == (raws, failed)

    def test_events_first_then_the_error_then_nothing_else(self) -> None:
        decoder = LineDecoder(max_event_bytes=3)
        assert decoder.feed(b"abc\nabcd\n") == [Event(b"abc")]
        assert isinstance(decoder.error, EventTooLarge)
        assert decoder.error.limit == 3
        with pytest.raises(EventTooLarge):
            decoder.feed(b"a\n")
        with pytest.raises(EventTooLarge):
            decoder.feed(b"a\n")
        assert decoder.close() == []

    def test_close_raises_what_is_owed(self) -> None:
        decoder = LineDecoder(max_event_bytes=3)
        decoder.feed(b"abc\nabcd\n")
        with pytest.raises(EventTooLarge):
            decoder.close()
        assert decoder.close() == []

    @fuzz
    @given(st.text("ab\r\n", max_size=30), st.lists(st.integers(0, 30), max_size=6), st.integers(1, 5))
    def test_it_means_the_same_however_the_body_is_cut(self, text: str, places: list[int], limit: int) -> None:
        body = text.encode()
        outcome = self.until_too_large([body], limit)
        assert self.until_too_large(cut(body, places), limit) == self.until_too_large(bytewise(body), limit) == outcome
        assert outcome[1] == any(len(line) > limit for line in slow_lines(body))

    def test_no_limit_and_a_wrong_one(self) -> None:
        decoder = LineDecoder(max_event_bytes=None)
        decoder.feed(b"x" * MIB)
        assert len(decoder.close()[0].raw) == MIB
        with pytest.raises(ConfigurationError, match="max_event_bytes=0"):
            LineDecoder(max_event_bytes=0)


class TestText:
    def text(self, *chunks: bytes, charset: str = "utf-8") -> list[str]:
        decoder = TextDecoder(charset)
        return [piece for chunk in chunks for piece in decoder.feed(chunk)] + decoder.close()

    def test_a_character_is_never_cut(self) -> None:
        assert self.text(b"\xe2\x82", b"\xac 5", b"", b" \xf0\x9f") == ["€ 5", " ", "\ufffd"]

    @fuzz
    @given(
        st.lists(st.sampled_from(["é".encode(), "🧭".encode(), b"a", b"\xff", b"\xc3", b"\xf0\x9f"])).map(b"".join),
        st.lists(st.integers(0, 60), max_size=8),
    )
    def test_it_is_the_text_of_the_whole_body(self, body: bytes, places: list[int]) -> None:
        assert "".join(self.text(*cut(body, places))) == body.decode("utf-8", "replace")

    def test_another_charset(self) -> None:
        assert "".join(self.text(*bytewise("héllo 🧭".encode("utf-16")), charset="UTF-16")) == "héllo 🧭"
        assert self.text(b"\xe9", charset="latin-1") == ["é"]

    @pytest.mark.parametrize("charset", ["nope", "hex", "idna", "punycode", "unicode_escape", "undefined", "a\0b", ""])
    def test_what_is_no_charset_is_taken_for_utf8(self, charset: str) -> None:
        assert "".join(self.text(*bytewise("é\\x41-".encode()), charset=charset)) == "é\\x41-"


class TestPieces:
    def pieces(self, size: int | None, *chunks: bytes) -> list[bytes]:
        chunker = Rechunker(size)
        return [piece for chunk in chunks for piece in chunker.feed(chunk)] + chunker.close()

    def test_pieces_of_one_size_and_the_rest(self) -> None:
        assert self.pieces(4, b"ab", b"cdefghij", b"", b"klm") == [b"abcd", b"efgh", b"ijkl", b"m"]
        assert self.pieces(2, b"ab", b"cd") == [b"ab", b"cd"]

    def test_without_a_size_the_chunks_are_the_pieces(self) -> None:
        assert self.pieces(None, b"ab", b"", b"cde") == [b"ab", b"cde"]

    def test_a_size_is_at_least_1(self) -> None:
        with pytest.raises(ConfigurationError, match="size=0"):
            Rechunker(0)

    @fuzz
    @given(st.binary(max_size=50), st.lists(st.integers(0, 50), max_size=8), st.integers(1, 20))
    def test_the_cut_makes_no_difference(self, body: bytes, places: list[int], size: int) -> None:
        expected = [body[at : at + size] for at in range(0, len(body), size)]
        assert self.pieces(size, *cut(body, places)) == expected


class TestCost:
    """Without a clock: how often a byte is put aside, and how much memory there is at the worst moment."""

    def peak(self, run: Callable[[], object]) -> float:
        tracemalloc.start()
        try:
            run()
            return tracemalloc.get_traced_memory()[1] / MIB
        finally:
            tracemalloc.stop()

    def test_a_byte_of_a_long_line_is_put_aside_once(self) -> None:
        class Counting(LineDecoder):
            held = 0

            def _hold(self, more: bytes) -> None:
                self.held += len(more)
                super()._hold(more)

        decoder = Counting()
        for _ in range(64 * MIB // CHUNK):
            assert decoder.feed(b"x" * CHUNK) == []
        [event] = decoder.feed(b"\r\n")
        assert len(event.raw) == 64 * MIB
        assert decoder.held == 64 * MIB + len(b"\r")

    def test_a_long_line_is_copied_once(self) -> None:
        decoder = LineDecoder()
        feed = [bytes(CHUNK)] * (16 * MIB // CHUNK) + [b"\n"]
        assert self.peak(lambda: [decoder.feed(chunk) for chunk in feed]) < 2.3 * 16

    def test_millions_of_lines_are_dropped_as_they_come(self) -> None:
        decoder = LineDecoder(skip_blank=True)
        assert self.peak(lambda: decoder.feed(b"\n" * (2 * MIB))) < 4
        plain = LineDecoder()
        count = sum(len(plain.feed(b"\n" * CHUNK)) for _ in range(2 * MIB // CHUNK))
        assert count == 2 * MIB

    def test_one_byte_at_a_time(self) -> None:
        decoder = LineDecoder()
        assert self.peak(lambda: sum(len(decoder.feed(b"x")) for _ in range(50_000))) < 1

    def test_no_more_than_the_limit_is_held(self) -> None:
        decoder = LineDecoder(max_event_bytes=MIB)

        def fill() -> None:
            while decoder.error is None:
                with suppress(EventTooLarge):
                    decoder.feed(bytes(CHUNK))

        assert self.peak(fill) < 1.5

    def test_pieces_larger_than_their_chunks(self) -> None:
        chunker = Rechunker(16 * MIB)
        pieces: list[bytes] = []

        def fill() -> None:
            for _ in range(16 * MIB // CHUNK + 1):
                pieces.extend(chunker.feed(bytes(CHUNK)))

        assert self.peak(fill) < 2.3 * 16 + 16
        assert [len(piece) for piece in pieces + chunker.close()] == [16 * MIB, CHUNK]
