"""A body is sent whole or not at all, and a second time only from its beginning: every source, on both faces."""

import io
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pristine.core.bodies.outgoing import AsyncOutgoing, Outgoing
from pristine.core.bodies.sources import CHUNK, body_of, gzipped, with_progress
from pristine.ports.body import Body
from pristine.ports.errors import BodyChanged, BodyUsed, RetrySafe
from tests.core.bodies.sources import CONTENT, ONCE, REPLAYABLE, UNSIZED, Foreign, Take, blocking, both, halves, over
from tests.support.ids import shown
from tests.support.offline import manifest, sent

# -- every source ------------------------------------------------------------------------------------------------------


@both
@over(REPLAYABLE, UNSIZED)
def test_what_can_be_sent_again_is_sent_whole_each_time(source: Any, take: Take) -> None:
    body = body_of(source)
    assert isinstance(body, Body)
    assert body.replayable
    assert [b"".join(take(body)) for _ in range(3)] == [CONTENT] * 3


@over(REPLAYABLE)
def test_a_length_that_can_be_known_is_known(source: Any) -> None:
    assert body_of(source).length == len(CONTENT)


@over(UNSIZED, ONCE)
def test_another_length_is_unknown(source: Any) -> None:
    assert body_of(source).length is None


@both
@over(ONCE)
def test_what_can_be_sent_once_is_sent_once_and_then_refused(source: Any, take: Take) -> None:
    body = body_of(source)
    assert isinstance(body, Body)
    assert not body.replayable
    assert b"".join(take(body)) == CONTENT
    with pytest.raises(BodyUsed, match=r"sent only once.*give bytes, a Path") as caught:
        body.chunks()
    assert caught.value.retry_safe is RetrySafe.NO
    with pytest.raises(BodyUsed):
        body.achunks()


@over(ONCE)
def test_a_sending_that_was_broken_off_counts(source: Any) -> None:
    body = body_of(source)
    assert isinstance(body, Outgoing)
    next(body.chunks())
    with pytest.raises(BodyUsed):
        body.chunks()


@both
@over(REPLAYABLE, UNSIZED)
def test_a_broken_off_sending_does_not_shorten_the_next(source: Any, take: Take) -> None:
    body: Any = body_of(source)
    started = body.chunks()
    next(started)
    assert b"".join(take(body)) == CONTENT
    started.close()


@both
@over(REPLAYABLE, UNSIZED, ONCE)
def test_chunks_are_bytes_and_never_empty(source: Any, take: Take) -> None:
    assert all(type(chunk) is bytes and chunk for chunk in take(body_of(source)))


@over(REPLAYABLE, UNSIZED, ONCE)
def test_no_repr_shows_content(source: Any) -> None:
    assert "\\x00" not in repr(body_of(source))
    assert len(repr(body_of(source))) < 120


def test_a_repr_says_what_it_is(path: Path) -> None:
    assert repr(body_of(path)) == f"Outgoing(the file 'report.csv', {len(CONTENT)} bytes, replayable)"
    assert repr(gzipped(halves())) == "Outgoing(the generator, gzipped, length unknown, once)"


# -- bytes -------------------------------------------------------------------------------------------------------------


def test_bytes_come_in_chunks_and_are_copied_where_they_could_change() -> None:
    changing = bytearray(CONTENT)
    body = body_of(changing)
    changing[:] = b"else"
    assert [len(chunk) for chunk in blocking(body)] == [CHUNK, CHUNK, len(CONTENT) - 2 * CHUNK]
    assert b"".join(blocking(body)) == CONTENT


@both
@pytest.mark.parametrize("empty", [b"", io.BytesIO(), iter([]), lambda: iter([b""])], ids=shown)
def test_nothing_is_an_honest_body(empty: Any, take: Take) -> None:
    body = body_of(empty if not isinstance(empty, Iterator) or isinstance(empty, io.IOBase) else iter([]))
    assert take(body) == []


def test_an_empty_file_has_length_0(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    assert body_of(tmp_path / "x").length == 0


# -- others' bodies ----------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize(
    ("given_", "length"), [([b"abc"], 4), ([b"abc", b"d"], 3), ([b"abcd"], 3), ([], 1), ([b"x"], 0)]
)
def test_a_foreign_body_is_kept_to_its_length(given_: list[bytes], length: int, take: Take) -> None:
    with pytest.raises(BodyChanged):
        take(body_of(Foreign(given_, length)))


def test_a_foreign_body_keeps_what_it_says_of_itself() -> None:
    body = body_of(Foreign([b"x"], 1, "text/y", "br"))
    assert (body.length, body.content_type, body.content_encoding, body.replayable) == (1, "text/y", "br", True)


@both
@given(st.lists(st.binary(max_size=5)), st.integers(0, 30))
def test_whatever_the_chunks_a_whole_body_is_given_or_none(take: Take, chunks: list[bytes], length: int) -> None:
    given_: list[bytes] = []
    body = with_progress(Foreign(chunks, length), lambda sent, total: None)
    content = b"".join(chunks)
    try:
        given_ = take(body)
    except BodyChanged:
        assert len(content) != length
    else:
        assert b"".join(given_) == content
        assert len(content) == length


# -- memory ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [body_of, gzipped, lambda path: with_progress(path, lambda *_: None)])
def test_a_large_file_takes_no_memory(tmp_path: Path, change: Callable[[Any], AsyncOutgoing]) -> None:
    large = tmp_path / "large"
    large.touch()
    os.truncate(large, 64 << 20)
    body: Any = change(large)
    tracemalloc.start()
    try:
        for _ in body.chunks():
            pass
        assert tracemalloc.get_traced_memory()[1] < 8 * CHUNK
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"x", "image/png"),
        (body_of(b"x"), "image/png"),
        (body_of(b"x", content_type="image/webp"), "image/webp"),
        (gzipped(body_of(b"x", content_type="image/webp")), "image/webp"),
    ],
)
def test_a_raw_body_that_says_its_type_is_of_that_type(payload: Any, kind: str) -> None:
    source = manifest({"body": "raw", "media_type": "image/png"})
    assert sent(source, payload).headers["content-type"] == kind
