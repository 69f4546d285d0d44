"""What the file system says, and files in use by others."""

import errno
import fcntl
import os
from pathlib import Path
from typing import Any

import pytest

from pristine.ports.errors import FileError
from pristine.streaming.partial import Partial
from tests.conftest import Connect, Serve
from tests.core.downloads.origin import BODY, MANIFEST, Origin, opened, save


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
