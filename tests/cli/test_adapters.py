"""`pristine adapters`: what is installed, where it comes from, and what it can do."""

import json
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest

from pristine.config import PORTS, adapters
from pristine.config.adapters import ALWAYS
from tests.cli.conftest import Cli


def listed(cli: Cli) -> list[dict[str, Any]]:
    ended = cli("adapters", "--json")
    assert (ended.status, ended.err) == (0, "")
    return [json.loads(line) for line in ended.out.splitlines()]


def test_every_registered_adapter_is_listed_with_its_origin(cli: Cli) -> None:
    found = {(one["port"], one["name"]): one for one in listed(cli)}
    for port, (group, default) in PORTS.items():
        for entry in entry_points(group=group):
            one = found[port, entry.name]
            assert (one["value"], one["default"], one["problem"]) == (
                entry.value,
                entry.name == default and port in ALWAYS,
                None,
            )
            assert one["origin"].startswith("pristine-sdk ")


def test_faces_and_capabilities_are_told(cli: Cli) -> None:
    found = {one["name"]: one for one in listed(cli) if one["port"] in {"transport", "retry", "auth"}}
    assert found["httpx"]["faces"] == ["blocking", "async"]
    assert found["aiohttp"]["faces"] == ["async"]
    assert {"streaming", "cancel", "total_timeout"} <= set(found["aiohttp"]["capabilities"])
    assert (found["exponential"]["faces"], found["exponential"]["capabilities"]) == ([], [])
    assert found["bearer"]["faces"] == ["blocking", "async"]


def test_a_line_for_people(cli: Cli) -> None:
    lines = cli("adapters").out.decode().splitlines()
    assert len(lines) == len(listed(cli))
    [line] = [line.split() for line in lines if "httpx (default)" in line]
    assert line[:2] == ["transport", "httpx"]
    assert "blocking+async" in line


def test_what_cannot_be_loaded_says_why(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("theirs", "somebody_s_package:X", "pristine.transports")
    real = adapters.found
    monkeypatch.setattr("pristine.config.listing.found", lambda group: {**real(group), "theirs": broken})
    monkeypatch.setattr("pristine.config.adapters.found", lambda group: {**real(group), "theirs": broken})
    [one] = [one for one in listed(cli) if one["port"] == "transport" and one["name"] == "theirs"]
    assert "No module named 'somebody_s_package'" in one["problem"]
    assert one["origin"] == "unknown"
    assert "not usable: " in cli("adapters").out.decode()
