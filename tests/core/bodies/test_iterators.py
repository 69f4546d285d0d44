"""Iterators, generators and functions that make them as bodies."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pristine.core.bodies.outgoing import Outgoing
from pristine.core.bodies.sources import body_of, gzipped, with_progress
from pristine.ports.body import AsyncBody, Body
from pristine.ports.errors import BodyChanged, BodyUsed, InvalidPayload, WrongFace
from tests.core.bodies.sources import CONTENT, Counting, Take, ahalves, blocking, both, halves, suspending
from tests.support.ids import shown


def test_an_iterator_is_read_no_further_than_it_is_asked() -> None:
    items = Counting()
    body = body_of(items)
    assert isinstance(body, Outgoing)
    chunks = body.chunks()
    assert items.asked == 0
    next(chunks)
    assert items.asked == 1


@both
@pytest.mark.parametrize("wrong", ["text", 5, None], ids=shown)
def test_a_chunk_that_is_not_bytes_is_an_error_and_never_an_end(wrong: Any, take: Take) -> None:
    with pytest.raises(BodyChanged, match=f"gave a {type(wrong).__name__}"):
        take(body_of(iter([b"ok", wrong, b"ok"])))


@both
@pytest.mark.parametrize("raised", [KeyError("mine"), OSError("mine"), KeyboardInterrupt()], ids=shown)
def test_what_the_callers_iterator_raises_is_the_callers(raised: BaseException, take: Take) -> None:
    def failing() -> Iterator[bytes]:
        yield b"ok"
        raise raised

    with pytest.raises(type(raised)) as caught:
        take(gzipped(with_progress(failing, lambda *_: None)))
    assert caught.value is raised


@pytest.mark.parametrize("take", [suspending], ids=["achunks"])
@pytest.mark.parametrize("make", [ahalves, lambda: ahalves], ids=["iterator", "factory"])
def test_async_sources_have_the_async_face_alone(make: Callable[[], Any], take: Take) -> None:
    body = body_of(make())
    assert isinstance(body, AsyncBody)
    assert not isinstance(body, Body)
    assert not hasattr(body, "chunks")
    assert b"".join(take(body)) == CONTENT
    if body.replayable:
        assert b"".join(take(body)) == CONTENT
    else:
        with pytest.raises(BodyUsed):
            body.achunks()


def test_a_used_async_generator_is_refused() -> None:
    async def use() -> Any:
        items = ahalves()
        async for _ in items:
            pass
        return items

    with pytest.raises(InvalidPayload, match="to its end already"):
        body_of(asyncio.run(use()))


def test_a_generator_that_another_used_up_meanwhile_is_an_error() -> None:
    items = halves()
    one, other = body_of(items), body_of(items)
    blocking(one)
    with pytest.raises(BodyUsed, match="by another"):
        blocking(other)


def test_a_factory_that_turns_out_to_be_async_is_told_the_right_face() -> None:
    body = body_of(lambda *, make=ahalves: make())
    with pytest.raises(WrongFace, match="AsyncPipeline"):
        blocking(body)
    assert b"".join(suspending(body)) == CONTENT


def test_a_factory_that_returns_the_same_iterator_is_refused_the_second_time() -> None:
    same = Counting()
    body = body_of(lambda: same)
    blocking(body)
    with pytest.raises(BodyUsed, match="return a new one each time"):
        blocking(body)


@pytest.mark.parametrize("made", ["text", None, halves], ids=["text", "none", "function"])
def test_a_factory_of_anything_else_is_refused(made: Any) -> None:
    with pytest.raises(InvalidPayload):
        blocking(body_of(lambda: made))


@both
def test_a_file_that_a_factory_opened_is_closed(path: Path, take: Take) -> None:
    files: list[Any] = []

    def make() -> Any:
        files.append(path.open("rb"))
        return files[-1]

    body: Any = body_of(make)
    take(body)
    body.chunks().close()
    assert [file.closed for file in files] == [True] * 2


def test_a_file_of_text_that_a_factory_opened_is_refused_and_closed(path: Path) -> None:
    with path.open() as file:
        body: Any = body_of(lambda: file)
        with pytest.raises(InvalidPayload, match="mode 'rb'"):
            body.chunks()
        assert file.closed


def test_a_generator_is_closed_with_a_sending_that_is_broken_off() -> None:
    ended = []

    def items() -> Iterator[bytes]:
        try:
            yield from halves()
        finally:
            ended.append("blocking")

    async def aitems() -> AsyncIterator[bytes]:
        try:
            async for half in ahalves():
                yield half
        finally:
            ended.append("async")

    async def broken_off(body: Any) -> None:
        chunks = gzipped(with_progress(body, lambda *_: None)).achunks()
        assert [chunk async for chunk in chunks]
        chunks = body_of(aitems).achunks()
        await anext(chunks)
        await chunks.aclose()  # type: ignore[attr-defined]
        await chunks.aclose()  # type: ignore[attr-defined]

    body = with_progress(items(), lambda *_: None)
    assert isinstance(body, Outgoing)
    chunks: Any = body.chunks()
    next(chunks)
    chunks.close()
    assert ended == ["blocking"]
    asyncio.run(broken_off(items))
    assert ended == ["blocking", "blocking", "async"]


def test_a_cancelled_sending_closes_its_source() -> None:
    ended = []

    async def stuck() -> AsyncIterator[bytes]:
        try:
            yield b"x"
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def cancelled() -> None:
        chunks = body_of(stuck()).achunks()
        await anext(chunks)
        task = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == [True]

    asyncio.run(cancelled())
