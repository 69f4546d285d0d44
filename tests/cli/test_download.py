"""`pristine download`: a file that is whole or not there, a bar for a person only, and what Ctrl-C leaves."""

import io
import json
import os
import pty
import select
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from pristine.cli.download import Bar, drawn, in_bytes
from pristine.testing.server import Wire
from tests.cli.conftest import COMMAND, Cli, interrupted
from tests.cli.server import PATIENCE
from tests.conftest import Serve

BODY = os.urandom(100_000)
HALF = len(BODY) // 2

Download = Callable[..., list[str]]


class Files:
    """Its first answer breaks off, or waits, in the middle, if it is told to; the others are whole, or the rest."""

    def __init__(self, *, breaks: bool = False, waits: bool = False) -> None:
        self.breaks, self.waits = breaks, waits
        self.ranges: list[str | None] = []

    def __call__(self, wire: Wire) -> None:
        while (request := wire.request()) is not None:
            asked = request.header("range")
            self.ranges.append(asked)
            first = int(asked[6:-1]) if asked else 0
            told = [f"Content-Range: bytes {first}-{len(BODY) - 1}/{len(BODY)}"] if asked else []
            rest = BODY[first:] if not (self.breaks or self.waits) else BODY[:HALF]
            wire.respond(206 if asked else 200, rest, 'ETag: "v"', *told, length=len(BODY) - first)
            if self.waits:
                wire.closed_by_peer(PATIENCE)
            if self.breaks or self.waits:
                self.breaks = self.waits = False
                return


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file.bin"


@pytest.fixture
def download(serve: Serve, tmp_path: Path, target: Path) -> Download:
    """The command line that downloads from a server."""

    def arguments(files: Files, *more: str) -> list[str]:
        endpoint = {"method": "GET", "path": "/file", "streaming": {"format": "bytes"}}
        manifest = {"name": "files", "servers": [{"url": serve(files).url}], "endpoints": {"file": endpoint}}
        (tmp_path / "files.json").write_text(json.dumps(manifest))
        (tmp_path / "config.toml").write_text("retry = 'off'\n")
        fixed = ["--output", str(target), "--config", str(tmp_path / "config.toml")]
        return ["download", str(tmp_path / "files.json"), "file", *fixed, *more]

    return arguments


def test_a_file_arrives_with_one_line_and_no_bar(cli: Cli, download: Download, target: Path) -> None:
    ended = cli(*download(Files(), "--checksum", f"sha256:{sha256(BODY).hexdigest()}"))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.decode() == f"{len(BODY)} bytes in {target}; sha-256 verified\n"
    assert target.read_bytes() == BODY


def test_a_break_is_one_line_and_the_same_command_goes_on(cli: Cli, download: Download, target: Path) -> None:
    files = Files(breaks=True)
    command = download(files, "--json")
    ended = cli(*command)
    assert (ended.status, ended.out) == (1, b"")
    assert ended.err.startswith(f"pristine: file: the stream broke after {HALF} bytes: ")
    assert not target.exists()
    ended = cli(*command)
    assert ended.json == {"path": str(target), "size": len(BODY), "resumed_from": HALF, "verified": []}
    assert files.ranges == [None, None, f"bytes={HALF}-"]
    assert target.read_bytes() == BODY


def test_no_resume_begins_anew(cli: Cli, download: Download, target: Path) -> None:
    files = Files(breaks=True)
    command = download(files)
    assert cli(*command).status == 1
    assert cli(*command, "--no-resume").out.decode() == f"{len(BODY)} bytes in {target}\n"
    assert files.ranges == [None, None]


def test_a_wrong_checksum_is_an_error_and_no_file(cli: Cli, download: Download, target: Path) -> None:
    ended = cli(*download(Files(), "--checksum", f"sha256:{'0' * 64}"))
    assert ended.status == 1
    assert ended.err.startswith("pristine: file: the sha-256 digest is ")
    assert not target.exists()


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        (["--checksum", "crc32:0"], 2, "a checksum is 'sha256:'"),
        (["--output", "/none/file"], 1, "file: /none/file.part: opening it failed: No such file or directory"),
    ],
)
def test_what_cannot_be(cli: Cli, download: Download, more: list[str], status: int, told: str) -> None:
    ended = cli(*download(Files(), *more))
    assert ended.status == status
    assert ended.err.startswith(f"pristine: {told}")
    assert len(ended.err.splitlines()) == 1


def test_a_place_is_needed(cli: Cli) -> None:
    ended = cli("download", "files.json", "file")
    assert (ended.status, ended.err.startswith("pristine: Missing option '--output'")) == (2, True)


def test_help_has_an_example(cli: Cli) -> None:
    assert b"Example:\n    pristine download files.json" in cli("download", "--help").out


# -- for a person ------------------------------------------------------------------------------------------------------


def until(screen: int, text: bytes) -> bytes:
    """What is shown up to this text, which comes soon."""
    shown = b""
    while text not in shown:
        ready, _, _ = select.select([screen], [], [], PATIENCE)
        assert ready, shown
        shown += os.read(screen, 65536)
    return shown


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_is_130_and_leaves_what_can_be_gone_on_with(cli: Cli, download: Download, target: Path) -> None:
    files = Files(waits=True)
    command = download(files)
    screen, stderr = pty.openpty()
    with subprocess.Popen([*COMMAND, *command], stdout=subprocess.PIPE, stderr=stderr) as process:
        try:
            shown = until(screen, b" % of 100.0 kB: ")
            assert interrupted(process)[0] == b""
            shown += until(screen, b"interrupted")
        finally:
            process.kill()
            os.close(screen)
            os.close(stderr)
    assert process.returncode == 130
    assert b"\r\x1b[Kpristine: interrupted" in shown
    assert 0 < target.with_name("file.bin.part").stat().st_size <= HALF
    assert cli(*command).status == 0
    assert str(files.ranges[-1]).startswith("bytes=")
    assert target.read_bytes() == BODY


def test_the_bar() -> None:
    assert drawn(50, 100, 1500) == f"[{'#' * 12}{'.' * 12}]  50 % of 100 B: 50 B, 1.5 kB/s"
    assert drawn(100, 100, 0).startswith(f"[{'#' * 24}] 100 %")
    assert drawn(2_000_000, None, 3e9) == "2.0 MB, 3.0 GB/s"
    assert [in_bytes(number) for number in (0, 999, 1000, 999_949, 10**12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "999.9 kB",
        "1000.0 GB",
    ]


def test_the_bar_is_not_drawn_more_often_than_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    now = [100.0]
    monkeypatch.setattr("pristine.cli.download.tell", told.append)
    monkeypatch.setattr("pristine.cli.download.time.monotonic", lambda: now[0])
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Bar() as bar:
        for done in range(1000, 4000):
            now[0] += 0.001
            bar(done, 5000)
        bar(5000, 5000)
    assert len(told) == 30 + 2
    assert told[-2:] == [f"\r[{'#' * 24}] 100 % of 5.0 kB: 5.0 kB, 1.3 kB/s\x1b[K", "\r\x1b[K"]


def test_there_is_no_bar_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for stderr in (None, io.StringIO()):
        monkeypatch.setattr("sys.stderr", stderr)
        with Bar() as bar:
            bar(1, 2)
        assert stderr is None or stderr.getvalue() == ""
