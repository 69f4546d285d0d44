"""What is put around a body: content types, progress, gzip."""

import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pristine.core.bodies.outgoing import AsyncOutgoing, Outgoing
from pristine.core.bodies.sources import CHUNK, body_of, guess_type, gzipped, with_progress
from pristine.ports.body import Body
from pristine.ports.errors import BodyChanged, BodyUsed, ConfigurationError, InvalidHeader, InvalidPayload
from tests.core.bodies.sources import (
    CONTENT,
    ONCE,
    REPLAYABLE,
    UNSIZED,
    Take,
    ahalves,
    blocking,
    both,
    halves,
    over,
    suspending,
)
from tests.support.ids import shown

# -- content types -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.json", "application/json"),
        ("A.PNG", "image/png"),
        ("x.tar.gz", "application/gzip"),
        ("v1.2.txt", "text/plain"),
        ("none", None),
        ("x.unheard-of", None),
        ("data:a/b\r\nInjected: 1,x", None),
        ("", None),
    ],
)
def test_a_type_is_guessed_by_the_suffix(name: str, expected: str | None) -> None:
    assert guess_type(name) == expected


def test_a_content_type_that_is_given_wins(path: Path) -> None:
    assert body_of(path).content_type == "text/csv"
    assert body_of(path, content_type="text/x").content_type == "text/x"
    assert body_of(body_of(path), content_type="text/x").content_type == "text/x"
    assert body_of(b"x").content_type is None
    with path.open("rb") as file:
        assert body_of(file).content_type == "text/csv"


def test_a_content_type_cannot_add_a_line() -> None:
    with pytest.raises(InvalidHeader):
        body_of(b"x", content_type="text/x\r\nInjected: 1")


# -- progress ----------------------------------------------------------------------------------------------------------


@both
def test_progress_is_told_after_each_chunk_and_from_0_again(take: Take) -> None:
    told: list[tuple[int, int | None]] = []
    body = with_progress(CONTENT, lambda sent, total: told.append((sent, total)))
    assert (body.length, body.replayable) == (len(CONTENT), True)
    whole = [(CHUNK, len(CONTENT)), (2 * CHUNK, len(CONTENT)), (len(CONTENT), len(CONTENT))]
    take(body)
    assert told == whole
    take(body)
    assert told == whole * 2


def test_progress_is_told_when_a_chunk_was_handed_over_and_not_before() -> None:
    told: list[int] = []
    body = with_progress(CONTENT, lambda sent, total: told.append(sent))
    assert isinstance(body, Outgoing)
    chunks = body.chunks()
    next(chunks)
    assert told == []
    next(chunks)
    assert told == [CHUNK]


@pytest.mark.parametrize("make", [halves, ahalves], ids=["blocking", "async"])
def test_progress_without_a_total_keeps_the_face(make: Callable[[], Any]) -> None:
    told: list[tuple[int, int | None]] = []
    source = make()
    body = with_progress(source, lambda sent, total: told.append((sent, total)))
    assert isinstance(body, Body) == isinstance(source, Iterator)
    suspending(body)
    assert told == [(1000, None), (len(CONTENT), None)]


@both
@pytest.mark.parametrize("raised", [RuntimeError("stop"), StopIteration(), StopAsyncIteration()], ids=shown)
def test_a_callback_that_raises_ends_the_call_and_never_the_body(raised: Exception, take: Take) -> None:
    def callback(sent: int, total: int | None) -> None:
        raise raised

    with pytest.raises((RuntimeError, StopAsyncIteration)):  # the latter does not leave an `async for`
        take(with_progress(CONTENT, callback))


def test_an_async_callback_is_refused() -> None:
    async def callback(sent: int, total: int | None) -> None: ...

    with pytest.raises(ConfigurationError, match="plain function"):
        with_progress(b"x", callback)


# -- gzip --------------------------------------------------------------------------------------------------------------


@both
@over(REPLAYABLE, UNSIZED, ONCE)
def test_gzip_comes_back_and_is_the_same_each_time(source: Any, take: Take) -> None:
    body = gzipped(source)
    assert (body.length, body.content_encoding) == (None, "gzip")
    first = b"".join(take(body))
    assert gzip.decompress(first) == CONTENT
    assert first[4:8] == bytes(4)
    if body.replayable:
        assert b"".join(take(body)) == first
    else:
        with pytest.raises(BodyUsed):
            take(body)


def test_gzip_of_an_async_source_is_async() -> None:
    body = gzipped(ahalves())
    assert type(body) is AsyncOutgoing
    assert gzip.decompress(b"".join(suspending(body))) == CONTENT


def test_gzip_keeps_the_type_and_is_not_put_on_twice(path: Path) -> None:
    assert gzipped(path).content_type == "text/csv"
    with pytest.raises(InvalidPayload, match="gzip already"):
        gzipped(gzipped(path))


def test_a_gzipped_file_that_changes_is_an_error(path: Path) -> None:
    body = gzipped(path)
    os.truncate(path, 10)
    with pytest.raises(BodyChanged):
        blocking(body)


@given(st.binary())
def test_any_content_survives_gzip(content: bytes) -> None:
    assert zlib.decompress(b"".join(blocking(gzipped(content))), 31) == content
