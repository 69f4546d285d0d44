"""A body becomes a file, whole, over real sockets."""

import gzip
import io
import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from pristine.ports.errors import StreamClosed, StreamConsumed
from pristine.streaming.files import Downloaded
from tests.conftest import Connect, Serve
from tests.core.downloads.origin import BODY, MANIFEST, PATIENT, WHOLE, Origin, names, opened, save, write


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
