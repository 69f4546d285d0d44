"""`--stats`: a table on stderr at the end of whatever makes calls, and nothing where it is not asked for."""

import re
import sys
from importlib.util import find_spec as find
from pathlib import Path
from typing import Any

import pytest

from pristine.adapters.telemetry import Metrics
from pristine.cli.stats import HEADINGS, drawn, in_time, row
from pristine.ports.telemetry import Signal
from tests.cli.conftest import Cli


def cells(err: str, endpoint: str) -> dict[str, str]:
    """The row of an endpoint, as it was printed."""
    [line] = [line for line in err.splitlines() if line.strip().startswith(endpoint)]
    return dict(zip(HEADINGS, re.split(r" {2,}", line.strip()), strict=True))


def test_a_call_is_told_of_on_stderr(cli: Cli, manifest: str) -> None:
    ended = cli("call", manifest, "echo", '{"a": 1}', "--json", "--stats")
    assert ended.json["json"] == {"a": 1}
    told = cells(ended.err, "echo")
    assert (told["calls"], told["failed"], told["attempts"], told["events"], told["sent"]) == (
        "1",
        "0",
        "1",
        "-",
        "7 B",
    )
    assert told["p50"] == told["p99"] != "-"


def test_a_call_that_fails_is_told_of_too(cli: Cli, manifest: str) -> None:
    ended = cli("call", manifest, "echo", "{}", "--base-url", "http://127.0.0.1:9", "--stats", "--timeout", "0.5")
    assert ended.status == 1
    assert cells(ended.err, "echo")["failed"] == "1"


def test_nothing_is_told_where_nobody_asks(cli: Cli, manifest: str) -> None:
    assert cli("call", manifest, "echo", "{}").err == ""


def test_the_listener_of_the_configuration_is_told_too(cli: Cli, manifest: str, tmp_path: Path) -> None:
    config = tmp_path / "a.toml"
    config.write_text('telemetry = "recording"\n')
    ended = cli("call", manifest, "echo", "{}", "--config", str(config), "--stats")
    assert (ended.status, cells(ended.err, "echo")["calls"]) == (0, "1")


def test_without_rich_it_is_said_what_to_install(cli: Cli, manifest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str, package: str | None = None) -> Any:
        return None if name == "rich" else find(name, package)

    monkeypatch.setattr("pristine.cli.stats.find_spec", without)
    ended = cli("call", manifest, "echo", "{}", "--stats")
    assert (ended.status, ended.out) == (2, b"")
    assert "--stats needs rich: pip install 'pristine-sdk[cli]'" in ended.err


def test_rich_is_imported_only_where_it_is_wanted() -> None:
    import subprocess

    code = "import sys, pristine.cli.app; print(sum(name.partition('.')[0] == 'rich' for name in sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "0"


def test_a_stream_has_its_events_and_its_first() -> None:
    metrics = Metrics()
    metrics.emit(Signal("stream.start", "1", "feed [bold]"))
    metrics.emit(Signal("stream.first_event", "1", "feed [bold]", {"duration": 0.25}))
    metrics.emit(Signal("stream.stop", "1", "feed [bold]", {"events": 3, "bytes": 1500, "duration": 2.5}))
    told = dict(zip(HEADINGS, row(metrics.snapshot(), "feed [bold]"), strict=True))
    assert (told["events"], told["received"], told["first event"], told["p95"]) == ("3", "1.5 kB", "250.0 ms", "2.50 s")
    assert "feed [bold]" in drawn(metrics.snapshot())


@pytest.mark.parametrize(("seconds", "text"), [(None, "-"), (0.0, "0.0 ms"), (0.0123, "12.3 ms"), (61.0, "61.00 s")])
def test_time_is_for_people(seconds: float | None, text: str) -> None:
    assert in_time(seconds) == text
