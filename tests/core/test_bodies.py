"""A body is sent whole or not at all, and a second time only from its beginning: every source, on both faces."""

import asyncio
import gzip
import io
import os
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pristine.core.bodies.outgoing import AsyncOutgoing, Outgoing
from pristine.core.bodies.sources import CHUNK, body_of, guess_type, gzipped, with_progress
from pristine.ports.blocking import finish
from pristine.ports.body import AsyncBody, Body
from pristine.ports.errors import (
    BodyChanged,
    BodyUsed,
    ConfigurationError,
    InvalidHeader,
    InvalidPayload,
    RetrySafe,
    WrongFace,
)
from tests.support.ids import shown
from tests.support.offline import manifest, sent

CONTENT: Final = bytes(range(256)) * 700  # more than two chunks, and not a multiple of one
Take = Callable[[Any], list[bytes]]


def blocking(body: Any) -> list[bytes]:
    return list(body.chunks())


def suspending(body: Any) -> list[bytes]:
    async def collect() -> list[bytes]:
        return [chunk async for chunk in body.achunks()]

    return asyncio.run(collect())


def unsuspended(body: Any) -> list[bytes]:
    """The async face without a loop: a body of a blocking source does not need one."""

    async def collect() -> list[bytes]:
        return [chunk async for chunk in body.achunks()]

    return finish(collect())


both = pytest.mark.parametrize("take", [blocking, suspending, unsuspended], ids=["chunks", "achunks", "no-loop"])


class Pipe(io.BytesIO):
    """A file without offsets, as a socket or a pipe is."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: Any) -> int:
        raise io.UnsupportedOperation("seek")

    tell = seek


@attrs.define
class Foreign:
    """A body that somebody else wrote, with what it promises and what it does."""

    given: list[bytes]
    length: int | None = None
    content_type: str | None = "text/x"
    content_encoding: str | None = None
    replayable: bool = True

    def chunks(self) -> Iterator[bytes]:
        return iter(self.given)

    async def achunks(self) -> AsyncIterator[bytes]:
        for chunk in self.given:
            yield chunk


def halves() -> Iterator[bytes]:
    yield CONTENT[:1000]
    yield b""
    yield CONTENT[1000:]


async def ahalves() -> AsyncIterator[bytes]:
    for half in halves():
        await asyncio.sleep(0)
        yield half


class Counting:
    """An iterator that is no generator, and counts what was asked of it."""

    def __init__(self) -> None:
        self.asked, self._items = 0, halves()

    def __iter__(self) -> "Counting":
        return self

    def __next__(self) -> bytes:
        self.asked += 1
        return next(self._items)


def at(path: Path, offset: int) -> io.BufferedReader:
    file = path.open("rb")
    file.seek(offset)
    return file


REPLAYABLE: Final[dict[str, Callable[[Path], Any]]] = {
    "bytes": lambda path: CONTENT,
    "bytearray": lambda path: bytearray(CONTENT),
    "memoryview": lambda path: memoryview(CONTENT),
    "path": lambda path: path,
    "file": lambda path: path.open("rb"),
    "file-at-offset": lambda path: at(path, 0),
    "bytes-io": lambda path: io.BytesIO(CONTENT),
    "body": lambda path: body_of(CONTENT),
    "foreign-body": lambda path: Foreign([CONTENT], len(CONTENT)),
}
UNSIZED: Final[dict[str, Callable[[Path], Any]]] = {
    "factory-of-generators": lambda path: halves,
    "factory-of-files": lambda path: partial(path.open, "rb"),
    "factory-of-bytes": lambda path: lambda: CONTENT,
    "foreign-unsized": lambda path: Foreign([CONTENT]),
}
ONCE: Final[dict[str, Callable[[Path], Any]]] = {
    "generator": lambda path: halves(),
    "iterator": lambda path: Counting(),
    "pipe": lambda path: Pipe(CONTENT),
    "foreign-once": lambda path: Foreign([CONTENT], replayable=False),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "report.csv"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def source(request: pytest.FixtureRequest, path: Path) -> Iterator[Any]:
    value = request.param(path)
    yield value
    if isinstance(value, io.IOBase):
        assert not value.closed or isinstance(value, Pipe)
        value.close()


def over(*tables: dict[str, Any]) -> pytest.MarkDecorator:
    rows = {name: make for table in tables for name, make in table.items()}
    return pytest.mark.parametrize("source", rows.values(), ids=rows, indirect=True)


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


# -- files -------------------------------------------------------------------------------------------------------------


@both
def test_a_file_is_sent_from_its_current_offset_each_time(path: Path, take: Take) -> None:
    with at(path, 70_000) as file:
        body = body_of(file)
        assert body.length == len(CONTENT) - 70_000
        assert [b"".join(take(body)) for _ in range(2)] == [CONTENT[70_000:]] * 2


def test_a_file_that_stands_at_its_end_is_refused_rather_than_sent_empty(path: Path) -> None:
    with path.open("ab+") as file, pytest.raises(InvalidPayload, match=r"stands at its end.*seek\(0\)"):
        body_of(file)


def test_a_file_whose_offset_is_moved_meanwhile_is_sent_right(path: Path) -> None:
    with path.open("rb") as file:
        body = body_of(file)
        assert isinstance(body, Outgoing)
        one, other = body.chunks(), body.chunks()
        pairs = list(zip(one, other, strict=True))
    assert b"".join(chunk for chunk, _ in pairs) == b"".join(chunk for _, chunk in pairs) == CONTENT


def test_the_size_of_a_gzip_file_is_that_of_what_it_gives(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "x.txt.gz", "wb") as writer:
        writer.write(CONTENT)
    with gzip.open(tmp_path / "x.txt.gz") as file:
        body = body_of(file)
        assert (body.length, body.content_type) == (len(CONTENT), None)
        assert b"".join(blocking(body)) == CONTENT


def test_a_file_of_the_operating_system_without_offsets_is_sent_once() -> None:
    reading, writing = os.pipe()
    with open(writing, "wb") as writer:  # noqa: PTH123 a descriptor has no path
        writer.write(b"piped")
    with open(reading, "rb") as file:  # noqa: PTH123
        body = body_of(file)
        assert (body.length, body.replayable, blocking(body)) == (None, False, [b"piped"])


@both
def test_a_file_that_was_closed_meanwhile_is_refused(path: Path, take: Take) -> None:
    with path.open("rb") as file:
        body = body_of(file)
        take(body)
    with pytest.raises(BodyUsed, match=r"cannot be rewound.*keep it open"):
        take(body)


@both
@pytest.mark.parametrize("opened", [False, True], ids=["path", "file"])
@pytest.mark.parametrize("size", [0, 10, CHUNK, len(CONTENT) - 1], ids=str)
def test_a_truncated_file_is_an_error(path: Path, take: Take, opened: bool, size: int) -> None:
    with path.open("rb") as file:
        body = body_of(file if opened else path)
        os.truncate(path, size)
        with pytest.raises(BodyChanged, match=f"'report.csv' has {size} of the {len(CONTENT)} bytes"):
            take(body)


@pytest.mark.parametrize("opened", [False, True], ids=["path", "file"])
def test_a_file_truncated_while_it_is_sent_is_an_error(path: Path, opened: bool) -> None:
    with path.open("rb") as file:
        body = body_of(file if opened else path)
        assert isinstance(body, Outgoing)
        chunks = body.chunks()
        next(chunks)
        os.truncate(path, CHUNK + 5)
        with pytest.raises(BodyChanged):
            list(chunks)


@both
@pytest.mark.parametrize("opened", [False, True], ids=["path", "file"])
@pytest.mark.parametrize("size", [CHUNK, 2 * CHUNK, 100, 0], ids=str)
def test_a_file_that_grows_never_makes_a_whole_request(path: Path, take: Take, opened: bool, size: int) -> None:
    os.truncate(path, size)
    taken: list[bytes] = []
    with path.open("rb") as file:
        body = with_progress(file if opened else path, lambda sent, _: taken.append(b"x" * sent))
        with path.open("ab") as writer:
            writer.write(b"more")
        with pytest.raises(BodyChanged, match="has more than"):
            take(body)
    assert not size or len(taken[-1] if taken else b"") < size


def test_a_path_that_is_gone_by_the_second_time_is_an_error(path: Path) -> None:
    body = body_of(path)
    blocking(body)
    path.unlink()
    with pytest.raises(BodyChanged, match="can no longer be opened") as caught:
        blocking(body)
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_a_file_that_fails_while_it_is_read_is_an_error() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if size and self.tell():
                raise OSError(5, "Input/output error")
            return super().read(size)

    with pytest.raises(BodyChanged, match="could not be read to its end") as caught:
        blocking(body_of(Broken(CONTENT)))
    assert isinstance(caught.value.__cause__, OSError)


def test_a_non_blocking_file_is_an_error_rather_than_an_end() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with open(writing, "wb"), open(reading, "rb", buffering=0) as file:  # noqa: PTH123
        body = body_of(file) if file.read(0) == b"" else None
        with pytest.raises(BodyChanged, match="non-blocking"):
            blocking(body)


def test_a_path_leaves_no_file_open(path: Path, recwarn: pytest.WarningsRecorder) -> None:
    def opened() -> int:
        return sum(str(path) == os.path.realpath(fd) for fd in Path("/proc/self/fd").iterdir())

    body: Any = body_of(path)
    blocking(body)
    chunks = body.chunks()
    next(chunks)
    assert opened() == 1
    chunks.close()
    assert (opened(), len(recwarn)) == (0, 0)


REFUSED: Final[dict[str, tuple[Callable[[Path], Any], str]]] = {
    "str": (lambda path: "text", "encode it"),
    "none": (lambda path: None, "a NoneType is no body"),
    "dict": (lambda path: {}, "a dict is no body"),
    "list": (lambda path: [b"x"], "a list is no body"),
    "int": (lambda path: 1, "an iterator of bytes"),
    "missing": (lambda path: path / "no", "cannot be read"),
    "nul": (lambda path: Path("a\0b"), "cannot be read"),
    "directory": (lambda path: path.parent, "not a regular file"),
    "text-io": (lambda path: io.StringIO("text"), "mode 'rb'"),
    "coroutine-function": (lambda path: asyncio.sleep, "async function"),
    "used-generator": (lambda path: spent(), "to its end already"),
    "closed-file": (lambda path: closed(path), "closed file"),  # noqa: PLW0108 defined below
}


def spent() -> Iterator[bytes]:
    generator = halves()
    list(generator)
    return generator


def closed(path: Path) -> Any:
    with path.open("rb") as file:
        pass
    return file


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_body_is_refused_with_a_hint(name: str, path: Path) -> None:
    make, said = REFUSED[name]
    with pytest.raises(InvalidPayload, match=said):
        body_of(make(path))


def test_files_that_cannot_be_read_as_bytes_are_refused(path: Path) -> None:
    with path.open() as text, pytest.raises(InvalidPayload, match="mode 'rb'"):
        body_of(text)
    with path.open("wb") as writer, pytest.raises(InvalidPayload, match="cannot be read"):
        body_of(writer)


def test_a_file_whose_read_is_async_is_refused() -> None:
    class Upload:
        async def read(self, size: int) -> bytes:
            return b""

    with pytest.raises(InvalidPayload, match="async iterator"):
        body_of(Upload())


# -- iterators and factories -------------------------------------------------------------------------------------------


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
