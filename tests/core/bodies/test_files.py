"""Files as bodies: from where they stand, and never less or more than was said."""

import asyncio
import gzip
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from pristine.core.bodies.outgoing import Outgoing
from pristine.core.bodies.sources import CHUNK, body_of, with_progress
from pristine.ports.errors import BodyChanged, BodyUsed, InvalidPayload
from tests.core.bodies.sources import CONTENT, Take, at, blocking, both, halves


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
