"""Bodies into file objects of the caller's."""

import io
from pathlib import Path
from typing import Any

import pytest

from pristine.ports.errors import FileError, StreamInterrupted
from tests.conftest import Connect, Serve
from tests.core.downloads.origin import BODY, PATIENT, WHOLE, Origin, opened, write


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
