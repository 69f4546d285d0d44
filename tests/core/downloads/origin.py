"""A file server that breaks off where it is told to, and what is done with its answers."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import pristine
from pristine.ports.errors import StreamInterrupted
from pristine.streaming.files import Downloaded
from pristine.testing.server import Received, Wire
from tests.conftest import Connect, Serve

BODY = os.urandom(300_000)
MANIFEST = pristine.load_manifest(
    {
        "name": "files",
        "endpoints": {
            "file": {"method": "GET", "path": "/file", "streaming": {"format": "bytes"}},
            "export": {"method": "POST", "path": "/export", "streaming": {"format": "bytes"}, "idempotency": True},
        },
    }
)
PATIENT = {"name": "exponential", "max_retries": 20, "base": 0}
WHOLE = 10**9


class Origin:
    """A file server. Its nth answer breaks off after `cuts[n]` bytes; the last one is for all that follow."""

    def __init__(
        self,
        *cuts: int,
        body: bytes = BODY,
        etag: str | None = '"v1"',
        ranges: bool = True,
        fields: Sequence[str] = (),
        chunked: bool = False,
    ) -> None:
        self.cuts = list(cuts) or [WHOLE]
        self.body, self.etag, self.ranges, self.fields, self.chunked = body, etag, ranges, list(fields), chunked
        self.seen: list[tuple[str | None, str | None]] = []

    def __call__(self, wire: Wire) -> None:
        while (request := wire.request()) is not None:
            self.seen.append((request.header("range"), request.header("if-range")))
            cut = self.cuts.pop(0) if len(self.cuts) > 1 else self.cuts[0]
            if not self.answer(wire, request, cut):
                return

    def answer(self, wire: Wire, request: Received, cut: int) -> bool:
        status, first, fields = 200, 0, [*self.fields, *([f"ETag: {self.etag}"] if self.etag else [])]
        asked = request.header("range")
        if asked and self.ranges and request.header("if-range") in {None, self.etag}:
            first = int(asked.removeprefix("bytes=").removesuffix("-"))
            if first >= len(self.body):
                wire.respond(416, b"", *fields, f"Content-Range: bytes */{len(self.body)}")
                return True
            status = 206
            fields.append(f"Content-Range: bytes {first}-{len(self.body) - 1}/{len(self.body)}")
        return self.send(wire, status, self.body[first:], cut, fields)

    def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
        if not self.chunked:
            wire.respond(status, rest[:cut], *fields, length=len(rest))
            return cut >= len(rest)
        wire.send("\r\n".join([f"HTTP/1.1 {status} X", "Transfer-Encoding: chunked", *fields, "", ""]).encode())
        if rest[:cut]:
            wire.chunk(rest[:cut])
        if cut >= len(rest):
            wire.end_stream()
        return cut >= len(rest)


def save(stream: Any, path: Path, **options: Any) -> Downloaded:
    return run(stream, stream.response.to_file(path, **options))  # type: ignore[no-any-return]


def write(stream: Any, file: Any, **options: Any) -> int:
    return run(stream, stream.response.write_to(file, **options))  # type: ignore[no-any-return]


def run(stream: Any, result: Any) -> Any:
    return stream.runner.run(result) if asyncio.iscoroutine(result) else result


def opened(connect: Connect, serve: Serve, origin: Callable[[Wire], None], **settings: Any) -> Any:
    return connect(serve(origin), manifest=MANIFEST, **settings).open("file")


def names(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir()}


PARTS = {"file.bin.part", "file.bin.part.json"}


class Left:
    """What an earlier call has left of a file, and the server, for a later call."""

    def __init__(self, connect: Connect, serve: Serve, target: Path, origin: "Origin") -> None:
        self.origin, self.target = origin, target
        self.api = connect(serve(origin), manifest=MANIFEST)
        with pytest.raises(StreamInterrupted):
            save(self.api.open("file"), target)
        assert names(target) == PARTS
        origin.cuts, origin.seen = [WHOLE], []

    @property
    def part(self) -> Path:
        return self.target.with_name("file.bin.part")

    @property
    def asked(self) -> list[str | None]:
        return [asked for asked, _ in self.origin.seen]

    def again(self, **options: Any) -> Downloaded:
        return save(self.api.open("file"), self.target, **options)
