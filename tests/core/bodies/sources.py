"""Bodies of every kind, and the ways of taking them."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from pristine.core.bodies.sources import body_of
from pristine.ports.blocking import finish

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


def over(*tables: dict[str, Any]) -> pytest.MarkDecorator:
    rows = {name: make for table in tables for name, make in table.items()}
    return pytest.mark.parametrize("source", rows.values(), ids=rows, indirect=True)
