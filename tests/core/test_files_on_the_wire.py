"""Bodies into files over real sockets: whole or not at all, gone on with after breaks, here or in a later process."""

import asyncio
import errno
import fcntl
import gzip
import io
import json
import os
import signal
import stat
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import (
    ConfigurationError,
    ConnectionLost,
    FileError,
    IntegrityError,
    NotFound,
    StreamCancelled,
    StreamClosed,
    StreamConsumed,
    StreamInterrupted,
    TimeoutExceeded,
    TransportError,
)
from pristine.ports.messages import Request, Response
from pristine.streaming.files import Downloaded
from pristine.streaming.partial import Partial
from pristine.testing.server import Received, Wire
from tests.conftest import Connect, Serve
from tests.support.faces import FACES

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


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file.bin"


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


@pytest.fixture
def left(connect: Connect, serve: Serve, target: Path) -> Left:
    """1000 bytes."""
    return Left(connect, serve, target, Origin(1000))


# -- whole -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("body", [BODY, b""], ids=["whole", "empty"])
def test_a_file_arrives(connect: Connect, serve: Serve, target: Path, body: bytes, chunked: bool) -> None:
    told: list[tuple[int, int | None]] = []
    stream = opened(connect, serve, Origin(body=body, chunked=chunked))
    saved = save(stream, str(target), progress=lambda *now: told.append(now), chunk_size=4096)  # type: ignore[arg-type]
    assert saved == Downloaded(target, len(body))
    assert target.read_bytes() == body
    assert names(target) == {"file.bin"}
    assert stream.response.outcome == "completed"
    total = None if chunked else len(body)
    assert all(now[1] == total for now in told)
    steps = [later[0] - earlier[0] for earlier, later in zip([(0, None), *told], told, strict=False)]
    assert sum(steps) == len(body)
    assert all(0 < step <= 4096 for step in steps)


def test_the_connection_is_given_back(connect: Connect, serve: Serve, target: Path) -> None:
    server = serve(Origin())
    api = connect(server, manifest=MANIFEST)
    for _ in range(3):
        save(api.open("file"), target)
    assert server.connections == 1


def test_a_body_is_read_once(connect: Connect, serve: Serve, target: Path) -> None:
    stream = opened(connect, serve, Origin())
    save(stream, target)
    for read in (lambda: save(stream, target), lambda: write(stream, io.BytesIO())):
        with pytest.raises(StreamConsumed):
            read()
    other = opened(connect, serve, Origin())
    other.close()
    with pytest.raises(StreamClosed):
        save(other, target.with_name("other"))


def test_an_existing_file_keeps_its_mode_and_a_link_stays_a_link(connect: Connect, serve: Serve, target: Path) -> None:
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = target.with_name("link")
    link.symlink_to(target)
    assert save(opened(connect, serve, Origin()), link).path == target
    assert link.is_symlink()
    assert target.read_bytes() == BODY
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_compressed_body_is_saved_decoded(connect: Connect, serve: Serve, target: Path) -> None:
    origin = Origin(1000, WHOLE, body=gzip.compress(BODY), fields=["Content-Encoding: gzip", "Content-Digest: x=:y:"])
    checksum = f"sha256:{sha256(BODY).hexdigest()}"
    saved = save(opened(connect, serve, origin, retry=PATIENT), target, checksum=checksum)
    assert saved == Downloaded(target, len(BODY), 0, ("sha-256",))
    assert target.read_bytes() == BODY
    assert origin.seen == [(None, None)] * 2  # a range would be one of the compressed form


def test_the_bytes_are_on_the_disk_before_the_rename_and_that_after(
    connect: Connect, serve: Serve, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(fd: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(fd).st_mode) else f"{os.fstat(fd).st_size} bytes")
        sync(fd)

    def replaced(self: Path, other: Path) -> Path:
        done.append(f"{self.name} to {other.name}")
        return replace(self, other)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    save(opened(connect, serve, Origin()), target)
    assert done == [f"{len(BODY)} bytes", "file.bin.part to file.bin", "folder"]


# -- breaks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_break_is_gone_on_with(connect: Connect, serve: Serve, target: Path, chunked: bool) -> None:
    origin = Origin(100_000, 1, 0, 70_000, WHOLE, chunked=chunked)
    told: list[int] = []
    saved = save(opened(connect, serve, origin, retry=PATIENT), target, progress=lambda done, _: told.append(done))
    assert saved == Downloaded(target, len(BODY))
    assert target.read_bytes() == BODY
    asked = [100_000, 100_001, 100_001, 170_001]
    assert origin.seen == [(None, None), *((f"bytes={first}-", '"v1"') for first in asked)]
    assert told == sorted(set(told))


def test_without_retries_a_break_leaves_what_can_be_gone_on_with(connect: Connect, serve: Serve, target: Path) -> None:
    target.write_bytes(b"old")
    stream = opened(connect, serve, Origin(1000))
    with pytest.raises(StreamInterrupted, match=r"broke after 1000 bytes.*call again to go on") as caught:
        save(stream, target)
    assert (caught.value.bytes, caught.value.endpoint, stream.response.closed) == (1000, "file", True)
    assert target.read_bytes() == b"old"
    assert target.with_name("file.bin.part").read_bytes() == BODY[:1000]
    assert isinstance(caught.value.__cause__, TransportError)


def test_progress_earns_new_patience(connect: Connect, serve: Serve, target: Path) -> None:
    origin = Origin(*range(1000, 9000, 1000), WHOLE)
    save(opened(connect, serve, origin, retry={"max_retries": 1, "base": 0}), target)
    assert len(origin.seen) == 9
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("etag", ['"v1"', None], ids=["nothing new", "the same again"])
def test_without_progress_it_is_given_up_on(connect: Connect, serve: Serve, target: Path, etag: str | None) -> None:
    origin = Origin(1000, 1000 if etag is None else 0, etag=etag)
    with pytest.raises(StreamInterrupted, match="gave up after"):
        save(opened(connect, serve, origin, retry={"max_retries": 4, "base": 0}), target)
    assert len(origin.seen) < 8


def test_a_silence_is_a_break(connect: Connect, serve: Serve, target: Path) -> None:
    class Silent(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            more = super().send(wire, status, rest, cut, fields)
            if not more:
                wire.pause()
            return more

    stream = opened(connect, serve, Silent(1000), timeout=pristine.Timeout(read=0.1))
    with pytest.raises(TimeoutExceeded, match="broke after 1000 bytes") as caught:
        save(stream, target)
    assert (caught.value.limit, isinstance(caught.value, StreamInterrupted)) == ("read", True)


@pytest.mark.parametrize(
    "unable",
    [{"etag": None}, {"etag": 'W/"v1"'}, {"fields": ["Accept-Ranges: none"]}],
    ids=["no validator", "weak", "accept-ranges: none"],
)
def test_what_has_no_strong_validator_starts_over(
    connect: Connect, serve: Serve, target: Path, unable: dict[str, Any]
) -> None:
    origin = Origin(100_000, 200_000, WHOLE, **unable)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY
    assert origin.seen == [(None, None)] * 3

    with pytest.raises(StreamInterrupted, match="broke after 100000 bytes") as caught:
        save(opened(connect, serve, Origin(100_000, **unable)), target)
    assert "call again" not in str(caught.value)
    assert names(target) == {"file.bin"}


def test_a_server_that_ignores_ranges_starts_over(connect: Connect, serve: Serve, target: Path) -> None:
    origin = Origin(100_000, WHOLE, ranges=False)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY
    assert origin.seen[1] == ("bytes=100000-", '"v1"')


@pytest.mark.parametrize("cuts", [(100_000, WHOLE), (100_000, 50_000, WHOLE)], ids=["once", "and breaks again"])
def test_a_file_that_changes_on_the_way_starts_over(
    connect: Connect, serve: Serve, target: Path, cuts: tuple[int, ...]
) -> None:
    class Changing(Origin):
        def answer(self, wire: Wire, request: Received, cut: int) -> bool:
            more = super().answer(wire, request, cut)
            self.body, self.etag = BODY[::-1], '"v2"'
            return more

    origin = Changing(*cuts)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY[::-1]
    assert origin.seen[2:] == [("bytes=50000-", '"v2"')][: len(cuts) - 2]


def test_a_file_that_changes_while_ranges_are_taken_for_granted_starts_over(
    connect: Connect, serve: Serve, target: Path
) -> None:
    """The server answers with a part of the new version, as if it had not read If-Range."""

    class Deaf(Origin):
        def answer(self, wire: Wire, request: Received, cut: int) -> bool:
            without = Received(request.method, request.target, [("Range", request.header("range") or "")], b"")
            more = super().answer(wire, without if request.header("range") else request, cut)
            self.body, self.etag = BODY[::-1], '"v2"'
            return more

    origin = Deaf(100_000, WHOLE)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY[::-1]
    assert [asked for asked, _ in origin.seen] == [None, "bytes=100000-", "bytes=0-"]


def test_a_server_may_give_less_than_was_asked_for(connect: Connect, serve: Serve, target: Path) -> None:
    class Stingy(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            if status == 206:
                first = len(BODY) - len(rest)
                rest = rest[:90_000]
                fields[-1] = f"Content-Range: bytes {first}-{first + len(rest) - 1}/{len(BODY)}"
            return super().send(wire, status, rest, cut, fields)

    origin = Stingy(100_000, WHOLE)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert target.read_bytes() == BODY
    assert [asked for asked, _ in origin.seen[1:]] == ["bytes=100000-", "bytes=190000-", "bytes=280000-"]


def test_a_post_is_not_gone_on_with(connect: Connect, serve: Serve, target: Path) -> None:
    """Ranges are GET's alone: the idempotency key makes it repeatable, as a whole."""
    origin = Origin(100_000, WHOLE)
    stream = connect(serve(origin), manifest=MANIFEST, retry=PATIENT).open("export")
    save(stream, target)
    assert origin.seen == [(None, None)] * 2
    assert target.read_bytes() == BODY


def test_resume_false_leaves_nothing(connect: Connect, serve: Serve, target: Path) -> None:
    with pytest.raises(StreamInterrupted):
        save(opened(connect, serve, Origin(1000)), target, resume=False)
    assert names(target) == set()


def test_resume_false_takes_nothing(left: Left, target: Path) -> None:
    assert left.again(resume=False).resumed_from == 0
    assert left.asked == [None]
    assert names(target) == {"file.bin"}


# -- in a later call ---------------------------------------------------------------------------------------------------


def test_a_later_call_goes_on(left: Left, target: Path) -> None:
    assert left.part.read_bytes() == BODY[:1000]
    saved = left.again(checksum=f"sha-256:{sha256(BODY).hexdigest()}")
    assert saved == Downloaded(target, len(BODY), 1000, ("sha-256",))
    assert left.origin.seen == [(None, None), ("bytes=1000-", '"v1"')]
    assert target.read_bytes() == BODY
    assert names(target) == {"file.bin"}


def test_another_query_is_another_file(left: Left, target: Path) -> None:
    assert save(left.api.open("file", query={"part": 2}), target).resumed_from == 0
    assert left.asked == [None]


def test_a_later_call_sees_that_the_file_has_changed(left: Left, target: Path) -> None:
    left.origin.body, left.origin.etag = BODY[::-1], '"v2"'
    assert left.again().resumed_from == 0
    assert left.asked == [None]  # the open answer is the new file
    assert target.read_bytes() == BODY[::-1]


def test_another_url_is_another_file(left: Left, connect: Connect, serve: Serve) -> None:
    origin = Origin()  # on another port
    assert save(opened(connect, serve, origin), left.target).resumed_from == 0
    assert origin.seen == [(None, None)]


@pytest.mark.parametrize("note", ["", "{", "[]", '{"url": 1}', "null", "\xff"])
def test_a_part_without_a_note_that_makes_sense_is_no_part(left: Left, target: Path, note: str) -> None:
    target.with_name("file.bin.part.json").write_text(note, encoding="latin-1")
    left.again()
    assert left.asked == [None]
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("change", [{"total": -1}, {"total": "9"}, {"digests": []}, {"validator": None}])
def test_a_note_with_one_wrong_value_is_none(left: Left, target: Path, change: dict[str, Any]) -> None:
    record = target.with_name("file.bin.part.json")
    record.write_text(json.dumps(json.loads(record.read_text()) | change))
    assert left.again().resumed_from == 0
    assert target.read_bytes() == BODY


def test_a_part_that_is_whole_needs_no_request(left: Left, target: Path) -> None:
    left.part.write_bytes(BODY)
    assert left.again() == Downloaded(target, len(BODY), len(BODY))
    assert left.asked == [None]
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("size", [len(BODY), len(BODY) + 1], ids=["whole", "too long"])
def test_a_range_beyond_the_end_is_the_end_or_a_new_beginning(
    connect: Connect, serve: Serve, target: Path, size: int
) -> None:
    """The answers are chunked: only that of 416 tells the total."""
    left = Left(connect, serve, target, Origin(1000, chunked=True))
    left.part.write_bytes((BODY + b"?")[:size])
    whole = size == len(BODY)
    assert left.again().resumed_from == (size if whole else 0)
    assert left.asked == [None, f"bytes={size}-", "bytes=0-"][: 2 if whole else 3]
    assert target.read_bytes() == BODY


def test_a_part_that_is_longer_than_the_file_is_no_part(left: Left, target: Path) -> None:
    left.part.write_bytes(BODY + b"?")
    assert left.again().resumed_from == 0
    assert target.read_bytes() == BODY


def test_a_refusal_when_it_is_to_go_on_keeps_the_part(connect: Connect, serve: Serve, target: Path) -> None:
    class Gone(Origin):
        def answer(self, wire: Wire, request: Received, cut: int) -> bool:
            if request.header("range") is None:
                return super().answer(wire, request, cut)
            wire.respond(404)
            return True

    left = Left(connect, serve, target, Gone(1000))
    with pytest.raises(NotFound) as caught:
        left.again()
    assert caught.value.status == 404
    assert names(target) == PARTS


# -- lies --------------------------------------------------------------------------------------------------------------


def test_a_body_that_is_cut_short_is_never_a_success(connect: Connect, serve: Serve, target: Path) -> None:
    with pytest.raises(StreamInterrupted):
        save(opened(connect, serve, Origin(1000, etag=None)), target)
    assert names(target) == set()


class Lying(Origin):
    """Its second answer is chunked, says one range and sends another number of bytes."""

    def __init__(self, sent: int, **more: Any) -> None:
        super().__init__(1000, WHOLE, **more)
        self.sent = sent

    def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
        if status == 206:
            self.chunked, rest = True, (rest + b"?")[: self.sent]
        return super().send(wire, status, rest, cut, fields)


@pytest.mark.parametrize(
    ("sent", "told"), [(len(BODY) - 999, "longer than announced"), (len(BODY) - 1001, "shorter than announced")]
)
def test_a_range_of_another_length_is_never_a_success(
    connect: Connect, serve: Serve, target: Path, sent: int, told: str
) -> None:
    target.write_bytes(b"old")
    stream = opened(connect, serve, Lying(sent), retry=PATIENT)
    with pytest.raises(IntegrityError, match=told) as caught:
        save(stream, target)
    assert (caught.value.status, caught.value.endpoint, stream.response.outcome) == (206, "file", "failed")
    assert names(target) == {"file.bin"}
    assert target.read_bytes() == b"old"


def test_a_range_that_was_not_asked_for_is_not_appended(connect: Connect, serve: Serve, target: Path) -> None:
    class Off(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            if status == 206 and len(rest) < len(BODY):
                fields[-1] = f"Content-Range: bytes 0-{len(rest) - 1}/{len(BODY)}"
            return super().send(wire, status, rest, cut, fields)

    origin = Off(1000, WHOLE)
    save(opened(connect, serve, origin, retry=PATIENT), target)
    assert [asked for asked, _ in origin.seen] == [None, "bytes=1000-", "bytes=0-"]
    assert target.read_bytes() == BODY


def test_a_server_that_knows_one_range_only_is_given_up_on(connect: Connect, serve: Serve, target: Path) -> None:
    class Stuck(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            if status == 206:
                rest, fields[-1] = BODY[7:9], f"Content-Range: bytes 7-8/{len(BODY)}"
            return super().send(wire, status, rest, cut, fields)

    origin = Stuck(1000, WHOLE)
    with pytest.raises(IntegrityError, match="answers with another range"):
        save(opened(connect, serve, origin, retry=PATIENT), target)
    assert len(origin.seen) == 3
    assert names(target) == set()


@pytest.mark.parametrize("field", ["Content-Digest: sha-256=:{}:", "Repr-Digest: sha-256=:{}:", "Digest: SHA-256={}"])
def test_an_announced_digest_is_compared(connect: Connect, serve: Serve, target: Path, field: str) -> None:
    right = field.format(b64encode(sha256(BODY).digest()).decode())
    saved = save(opened(connect, serve, Origin(1000, WHOLE, fields=[right]), retry=PATIENT), target)
    assert saved.verified == ("sha-256",)
    with pytest.raises(IntegrityError, match="the sha-256 digest is") as caught:
        save(opened(connect, serve, Origin(fields=[right], body=BODY[::-1])), target)
    assert (caught.value.expected, caught.value.found) == (sha256(BODY).hexdigest(), sha256(BODY[::-1]).hexdigest())
    assert target.read_bytes() == BODY
    assert names(target) == {"file.bin"}


def test_a_given_checksum_is_compared(connect: Connect, serve: Serve, target: Path) -> None:
    with pytest.raises(IntegrityError):
        save(opened(connect, serve, Origin()), target, checksum=f"sha256:{'0' * 64}")
    assert names(target) == set()


def test_wishes_that_make_no_sense_are_refused_before_the_body_is_taken(
    connect: Connect, serve: Serve, target: Path
) -> None:
    stream = opened(connect, serve, Origin())
    for wrong in ({"checksum": "crc32:00"}, {"chunk_size": 0}):
        with pytest.raises(ConfigurationError):
            save(stream, target, **wrong)
    save(stream, target)
    api = connect(serve(Origin()), manifest=MANIFEST)
    with pytest.raises(ConfigurationError, match="asks for ranges itself"):
        save(api.open("file", headers={"Range": "bytes=5-"}), target)


# -- what the file system says -----------------------------------------------------------------------------------------


def test_a_full_disk_is_told_and_its_part_gone_on_with(
    connect: Connect, serve: Serve, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.write_bytes(b"old")
    real = os.write
    room = [100_000]

    def full(fd: int, data: Any) -> int:
        if len(data) <= 8:  # an event loop that wakes itself
            return real(fd, data)
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = real(fd, data[: room[0]])
        room[0] -= written
        return written

    monkeypatch.setattr("pristine.streaming.partial.os.write", full)
    api = connect(serve(Origin()), manifest=MANIFEST)
    stream: Any = api.open("file")
    with pytest.raises(FileError, match="No space left on device; make room, and call again") as caught:
        save(stream, target)
    part = target.with_name("file.bin.part")
    assert (caught.value.path, caught.value.errno, caught.value.fault) == (str(part), errno.ENOSPC, "caller")
    assert stream.response.closed
    assert part.stat().st_size == 100_000
    assert target.read_bytes() == b"old"
    monkeypatch.undo()
    assert save(api.open("file"), target).resumed_from == 100_000
    assert target.read_bytes() == BODY


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("none/file.bin", "No such file or directory; make the folder first"),
        ("", "it is a folder"),
        ("/dev/null", "it is not a regular file: open it, and use write_to"),
        ("note.txt/file.bin", "Not a directory"),
        ("x" * 300, "File name too long; choose a shorter name"),
    ],
)
def test_a_place_that_cannot_be_written_to(
    connect: Connect, serve: Serve, tmp_path: Path, path: str, told: str
) -> None:
    (tmp_path / "note.txt").touch()
    stream = opened(connect, serve, Origin())
    with pytest.raises(FileError, match=told):
        save(stream, tmp_path / path)
    assert stream.response.outcome == "failed"


def test_a_link_in_the_place_of_the_part_is_not_followed(connect: Connect, serve: Serve, target: Path) -> None:
    victim = target.with_name("victim")
    victim.write_bytes(b"mine")
    target.with_name("file.bin.part").symlink_to(victim)
    with pytest.raises(FileError, match="it is a symbolic link"):
        save(opened(connect, serve, Origin()), target)
    assert victim.read_bytes() == b"mine"


def test_two_downloads_to_one_file_do_not_mix(connect: Connect, serve: Serve, target: Path) -> None:
    second: list[Exception] = []
    server = serve(Origin())
    other = connect(server, manifest=MANIFEST)

    def start_another(done: int, _: int | None) -> None:
        if not second:
            with pytest.raises(FileError, match="another download is writing it") as caught:
                Partial.open(target)
            second.append(caught.value)

    save(other.open("file"), target, progress=start_another)
    assert len(second) == 1
    assert target.read_bytes() == BODY
    save(other.open("file"), target)


def test_a_part_that_was_put_in_place_before_it_was_locked_is_not_written_to(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = target.with_name("file.bin.part")
    part.write_bytes(b"whole")
    lock = fcntl.flock

    def late(fd: int, how: int) -> None:
        if not target.exists():
            part.replace(target)  # the other download has come to its end
        lock(fd, how)

    monkeypatch.setattr(fcntl, "flock", late)
    mine = Partial.open(target)
    monkeypatch.undo()
    assert mine.size == 0
    mine.write(memoryview(b"new"))
    assert target.read_bytes() == b"whole"
    mine.discard()
    mine.close()


# -- leaving early -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [LookupError, KeyboardInterrupt])
def test_what_progress_raises_comes_out_and_leaves_a_part(
    connect: Connect, serve: Serve, target: Path, kind: type[BaseException]
) -> None:
    def stop(done: int, total: int | None) -> None:
        assert total == len(BODY)
        if done >= 100_000:
            raise kind

    api = connect(serve(Origin()), manifest=MANIFEST)
    stream: Any = api.open("file")
    with pytest.raises(kind):
        save(stream, target, progress=stop)
    assert stream.response.closed
    assert names(target) == PARTS
    assert save(api.open("file"), target).resumed_from >= 100_000
    assert target.read_bytes() == BODY


def test_cancel_leaves_a_part(connect: Connect, serve: Serve, target: Path) -> None:
    stream = opened(connect, serve, Origin(100_000), retry=PATIENT)
    with pytest.raises(StreamCancelled):
        save(stream, target, progress=lambda *_: stream.response.cancel())
    assert stream.response.outcome == "cancelled"
    assert names(target) == PARTS


async def test_a_cancelled_task_leaves_a_part(serve: Serve, target: Path) -> None:
    class Silent(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            super().send(wire, status, rest, cut, fields)
            return not wire.closed_by_peer()

    begun = asyncio.Event()
    context = pristine.context(base_url=serve(Silent(1000)).url)
    async with pristine.AsyncPipeline(MANIFEST, context) as api:
        response = await api.execute_stream("file")
        task = asyncio.create_task(response.to_file(target, progress=lambda *_: begun.set()))
        await asyncio.wait_for(begun.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert response.closed
    assert names(target) == PARTS


CHILD = """
import sys, pristine
manifest = pristine.load_manifest(
    {"name": "x", "endpoints": {"file": {"method": "GET", "path": "/file", "streaming": {"format": "bytes"}}}}
)
with pristine.Pipeline(manifest, pristine.context(base_url=sys.argv[1])) as api, api.execute_stream("file") as response:
    saved = response.to_file(sys.argv[2], progress=lambda done, total: print(done, flush=True))
    print("saved", saved.resumed_from, flush=True)
"""


def test_after_kill_9_another_process_goes_on(serve: Serve, target: Path) -> None:
    class Silent(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            more = super().send(wire, status, rest, cut, fields)
            if not more:
                wire.closed_by_peer(30)
            return more

    origin = Silent(200_000, WHOLE)
    command = [sys.executable, "-c", CHILD, serve(origin).url, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert b"200000\n" in iter(child.stdout.readline, b"")
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert names(target) == PARTS
    ended = subprocess.run(command, capture_output=True, check=True, timeout=30)
    assert ended.stdout.splitlines()[-1] == b"saved 200000"
    assert origin.seen == [(None, None), (None, None), ("bytes=200000-", '"v1"')]
    assert target.read_bytes() == BODY
    assert names(target) == {"file.bin"}


# -- into a file object ------------------------------------------------------------------------------------------------


class Sparing(io.RawIOBase):
    """A raw file that takes less than it is given."""

    def __init__(self, at_once: int | None) -> None:
        self.taken = bytearray()
        self.at_once = at_once

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int | None:
        if self.at_once is None:
            return None
        self.taken += data[: self.at_once]
        return min(len(data), self.at_once)


def test_write_to(connect: Connect, serve: Serve, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with (tmp_path / "file").open("wb") as file:
        stream = opened(connect, serve, Origin())
        assert write(stream, file, chunk_size=1000, progress=lambda *now: told.append(now)) == len(BODY)
        assert (tmp_path / "file").read_bytes() == BODY  # flushed
    assert told[-1] == (len(BODY), len(BODY))
    assert stream.response.outcome == "completed"


def test_write_to_what_takes_less_than_it_is_given(connect: Connect, serve: Serve) -> None:
    file = Sparing(777)
    assert write(opened(connect, serve, Origin()), file) == len(BODY)
    assert file.taken == BODY
    for at_once in (0, None):
        with pytest.raises(FileError, match="it took 0 of"):
            write(opened(connect, serve, Origin()), Sparing(at_once))


def test_write_to_what_says_nothing(connect: Connect, serve: Serve) -> None:
    class Mute:
        def __init__(self) -> None:
            self.taken = bytearray()

        def write(self, data: bytes) -> None:
            self.taken += data

    file = Mute()
    assert write(opened(connect, serve, Origin()), file) == len(BODY)
    assert file.taken == BODY


def test_write_to_is_retried_until_there_are_bytes(connect: Connect, serve: Serve) -> None:
    file = io.BytesIO()
    origin = Origin(0, 1000, WHOLE)
    with pytest.raises(StreamInterrupted, match="broke after 1000 bytes"):
        write(opened(connect, serve, origin, retry=PATIENT), file)
    assert file.getvalue() == BODY[:1000]
    assert origin.seen == [(None, None)] * 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("buffering", [0, 10**6], ids=["raw", "buffered"])
def test_write_to_a_full_disk(connect: Connect, serve: Serve, buffering: int) -> None:
    stream = opened(connect, serve, Origin())
    file = Path("/dev/full").open("wb", buffering=buffering)  # noqa: SIM115 closing it fails too
    with pytest.raises(FileError, match="/dev/full: writing to it failed: No space left on device"):
        write(stream, file)
    assert stream.response.closed
    with pytest.raises(OSError, match="No space") if buffering else file:
        file.close()


# -- in general --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_breaks_and_however_it_is_cut_the_file_is_the_same(
    face: Any, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    body = data.draw(st.binary(max_size=200), "body")
    strong, ranges, announced = (data.draw(st.booleans(), name) for name in ("strong", "ranges", "length"))
    chunk_size = data.draw(st.integers(1, 50), "chunk_size")
    answers = data.draw(st.lists(st.lists(st.integers(1, 60), max_size=6), max_size=8), "pieces before each break")

    def answer(request: Request) -> Response | Scripted:
        first, status = 0, 200
        fields = {"ETag": '"v"' if strong else 'W/"v"'}
        asked = request.headers.get("range")
        if asked and ranges:
            first = int(asked[6:-1])
            if first >= len(body):
                return Response(416, {"Content-Range": f"bytes */{len(body)}"})
            status, fields["Content-Range"] = 206, f"bytes {first}-{len(body) - 1}/{len(body)}"
        if announced:
            fields["Content-Length"] = str(len(body) - first)
        sizes = answers.pop(0) if answers else None
        chunks: list[Any] = []
        for size in sizes or [7] * 40:
            chunks.append(body[first : first + size])
            first += size
        return Scripted([*chunks, ConnectionLost("cut")] if sizes is not None else chunks, status, fields)

    target = tmp_path_factory.mktemp("f") / "file.bin"
    context = pristine.context(base_url="http://t", clock="manual", transport=MemoryTransport([answer]), retry=PATIENT)
    with face(context, MANIFEST) as api:
        saved = save(api.open("file"), target, chunk_size=chunk_size)
    assert saved == Downloaded(target, len(body))
    assert target.read_bytes() == body
    assert names(target) == {"file.bin"}
