"""`pristine stream`: events at once, in two notations; and the ways in which it ends before the stream does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Cli, Start, interrupted
from tests.cli.server import PATIENCE, Api


def test_an_event_is_printed_before_the_next_one_is_sent(start: Start, manifest: str, api: Api) -> None:
    process = start("stream", manifest, "events")
    assert process.stdout is not None
    first = process.stdout.readline()
    assert not api.go_on.is_set()
    api.go_on.set()
    rest, err = process.communicate(timeout=PATIENCE)
    assert first == '{"text": "é"}\n'.encode()
    assert (rest, err, process.returncode) == (b"tick: a\nb\n", b"", 0)


def test_json_is_one_object_on_a_line(cli: Cli, manifest: str, api: Api) -> None:
    api.go_on.set()
    ended = cli("stream", manifest, "events", '{"stream": true}', "--json")
    first, second = ended.out.splitlines()
    assert json.loads(first) == {"event": "message", "data": '{"text": "é"}', "id": "", "retry": None}
    assert second == b'{"event":"tick","data":"a\\nb","id":"7","retry":30}'
    assert api.requests[0]["json"] == {"stream": True}


def test_a_stream_of_bytes_is_printed_as_it_is(cli: Cli, manifest: str) -> None:
    assert cli("stream", manifest, "raw").out == b"\x89PNG\r\n\x00\xff"


def test_ctrl_c_closes_the_connection_and_is_130(start: Start, manifest: str, api: Api) -> None:
    process = start("stream", manifest, "endless")
    assert process.stdout is not None
    assert process.stdout.readline() == b"first\n"
    out, err = interrupted(process)
    assert (process.returncode, out, err) == (130, b"", b"pristine: interrupted\n")
    assert api.closed.wait(PATIENCE)


def test_ctrl_c_while_the_head_is_awaited(start: Start, manifest: str, api: Api) -> None:
    process = start("call", manifest, "slow", "--debug")
    assert api.arrived.wait(PATIENCE)
    assert interrupted(process) == (b"", b"pristine: interrupted\n")
    assert process.returncode == 130


def test_the_connection_is_closed_by_the_command_not_by_the_end_of_its_process(
    cli: Cli, manifest: str, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pristine.cli.app.show_event", interrupt)
    assert cli("stream", manifest, "endless").status == 130
    assert api.closed.wait(PATIENCE)


def test_a_pipe_that_closes_ends_it_quietly(start: Start, manifest: str, api: Api) -> None:
    process = start("stream", manifest, "flood")
    assert process.stdout is not None
    head = subprocess.run(
        [sys.executable, "-c", "print(input())"], stdin=process.stdout, capture_output=True, check=True
    )
    process.stdout.close()
    assert process.wait(PATIENCE) == 141
    assert head.stdout.strip() == b"x" * 1000
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert api.closed.wait(PATIENCE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_one_line(manifest: str) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([*COMMAND, "validate", manifest], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (1, b"pristine: No space left on device\n")


def test_a_stream_that_breaks_is_one_line_after_what_came(cli: Cli, manifest: str) -> None:
    ended = cli("stream", manifest, "broken")
    assert (ended.status, ended.out) == (1, b"first\n")
    assert ended.err.startswith("pristine: broken: the stream broke after 1 events")
    assert len(ended.err.splitlines()) == 1


def test_a_timeout_bounds_the_stream(cli: Cli, manifest: str) -> None:
    ended = cli("stream", manifest, "endless", "--timeout", "0.3")
    assert ended.status == 1
    assert "total timeout of 0.3 s passed" in ended.err


def test_each_command_names_the_other_for_the_others_endpoints(cli: Cli, manifest: str) -> None:
    assert cli("stream", manifest, "echo").err.startswith("pristine: echo does not stream: use 'pristine call'")
    assert cli("call", manifest, "events").err.startswith("pristine: events streams: use 'pristine stream'")
