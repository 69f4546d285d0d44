"""`pristine call`: what is sent for each option, and how each kind of value is printed."""

import io
import json
import sys
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace

import pytest

from pristine.cli import main
from tests.cli.conftest import Cli
from tests.cli.server import Api


def test_the_installed_command_is_this_one() -> None:
    (script,) = entry_points(group="console_scripts", name="pristine")
    assert script.load() is main


# -- what is printed ---------------------------------------------------------------------------------------------------


def test_a_value_is_indented_json_for_people(cli: Cli, manifest: str) -> None:
    ended = cli("call", manifest, "echo", '{"name": "é"}')
    assert (ended.status, ended.err) == (0, "")
    assert ended.json["json"] == {"name": "é"}
    assert '\n  "json": {\n    "name": "é"\n  }\n}\n'.encode() in ended.out


def test_a_value_is_one_compact_line_for_programs(cli: Cli, manifest: str) -> None:
    ended = cli("call", manifest, "echo", "{}", "--json")
    assert ended.out == json.dumps(ended.json, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def test_a_model_is_printed_as_the_object_that_it_stands_for(cli: Cli, manifest: str) -> None:
    ended = cli("call", manifest, "model", '{"prompt": "Hi"}', "--json")
    assert ended.json["json"] == {"prompt": "Hi"}
    assert "query" in ended.json  # a field that the manifest does not declare
    assert "missing" not in ended.json


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["people", "json"])
def test_no_content_prints_nothing(cli: Cli, manifest: str, options: list[str]) -> None:
    assert cli("call", manifest, "empty", *options).out == b""


def test_text_is_printed_as_text_in_utf8(cli: Cli, manifest: str) -> None:
    assert cli("call", manifest, "text").out == "grüße\n".encode()
    assert cli("call", manifest, "text", "--json").json == "grüße\n"


def test_bytes_are_printed_as_they_are(cli: Cli, manifest: str) -> None:
    assert cli("call", manifest, "bytes").out == b"\x89PNG\r\n\x00\xff"
    assert cli("call", manifest, "bytes", "--json").json == {"base64": "iVBORw0KAP8="}


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["people", "json"])
def test_half_a_surrogate_pair_is_printed_as_the_server_wrote_it(cli: Cli, manifest: str, options: list[str]) -> None:
    ended = cli("call", manifest, "odd", *options)
    assert ended.status == 0
    assert b'"\\ud83d"' in ended.out


def test_output_and_errors_are_utf8_whatever_the_locale(apart: Cli, manifest: str) -> None:
    ended = apart("call", manifest, "echo", '{"name": "é"}', PYTHONIOENCODING="ascii", LC_ALL="C")
    assert ended.json["json"] == {"name": "é"}
    assert apart("call", manifest, "fail", PYTHONIOENCODING="ascii").err.endswith("é\n")


# -- what is sent ------------------------------------------------------------------------------------------------------


def test_a_payload_from_stdin(apart: Cli, manifest: str, api: Api) -> None:
    assert apart("call", manifest, "echo", "-", given='\ufeff{"a": "é"}'.encode()).status == 0
    assert api.requests[0]["json"] == {"a": "é"}


def test_a_payload_from_a_file(cli: Cli, manifest: str, tmp_path: Path) -> None:
    (tmp_path / "body").write_text('{"a": [1]}')
    assert cli("call", manifest, "echo", f"@{tmp_path / 'body'}").json["json"] == {"a": [1]}


def test_headers_are_sent_repeats_included(cli: Cli, manifest: str, api: Api) -> None:
    cli("call", manifest, "free", "--header", "X-One: a:b ", "--header", "X-Two:", "--header", "x-one: c")
    sent = [(name, value) for name, value in api.requests[0]["fields"] if name.startswith("x-")]
    assert sent == [("x-one", "a:b"), ("x-two", ""), ("x-one", "c")]


def test_a_repeated_query_name_is_an_array(cli: Cli, manifest: str, api: Api) -> None:
    cli("call", manifest, "free", "--query", "tag=a", "--query", "q=1=2", "--query", "tag=b", "--query", "e=")
    assert api.requests[0]["query"] == [("tag", "a"), ("tag", "b"), ("q", "1=2"), ("e", "")]


def test_a_timeout_bounds_the_whole_call(cli: Cli, manifest: str) -> None:
    ended = cli("call", manifest, "slow", "--timeout", "0.05")
    assert ended.status == 1
    assert "total timeout of 0.05 s passed" in ended.err


def test_an_idempotency_key_goes_where_the_manifest_says(cli: Cli, manifest: str, api: Api) -> None:
    cli("call", manifest, "key", "--idempotency-key", "k-1")
    cli("call", manifest, "echo", "{}", "--idempotency-key", "k-2")
    assert api.requests[0]["headers"]["x-once"] == "k-1"
    assert api.requests[1]["headers"]["idempotency-key"] == "k-2"


# -- where it is sent --------------------------------------------------------------------------------------------------


def test_the_flag_beats_the_config_and_the_config_the_manifest(cli: Cli, api: Api, tmp_path: Path) -> None:
    manifest, config = tmp_path / "api.json", tmp_path / "config.toml"
    manifest.write_text(api.manifest(servers=[{"url": "http://127.0.0.1:1"}]))
    config.write_text(f'base_url = "{api.url}/config"\n[headers]\nX-From = "file"\n')
    assert cli("call", str(manifest), "free", "--config", str(config)).json["path"] == "/config/free"
    flag = cli("call", str(manifest), "free", "--config", str(config), "--base-url", f"{api.url}/flag")
    assert flag.json["path"] == "/flag/free"
    assert flag.json["headers"]["x-from"] == "file"


def test_a_base_url_is_for_the_one_call_wherever_the_manifest_has_its_endpoint(
    cli: Cli, api: Api, tmp_path: Path
) -> None:
    manifest = tmp_path / "api.json"
    servers = [{"url": "http://127.0.0.1:1", "name": "api"}, {"url": "http://127.0.0.1:1", "name": "uploads"}]
    endpoints = {"e": {"method": "GET", "path": "/free", "server": "uploads"}}
    manifest.write_text(json.dumps({"name": "x", "servers": servers, "endpoints": endpoints}))
    flag = cli("call", str(manifest), "e", "--base-url", f"{api.url}/flag")
    assert flag.json["path"] == "/flag/free"
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"servers": {"uploads": f"{api.url}/file"}}))
    assert cli("call", str(manifest), "e", "--config", str(config)).json["path"] == "/file/free"
    config.write_text(json.dumps({"servers": {"uploads": "nowhere"}}))
    refused = cli("call", str(manifest), "e", "--config", str(config))
    assert "config.json, line 1: servers['uploads'] must be an absolute" in refused.err


def test_a_setting_that_a_flag_replaces_need_not_be_usable(cli: Cli, api: Api, tmp_path: Path) -> None:
    manifest, config = tmp_path / "api.json", tmp_path / "config.json"
    manifest.write_text(api.manifest(servers=[]))
    config.write_text('{"base_url": {"env": "PRISTINE_TEST_UNSET"}, "transport": "nothing"}')
    options = ["--config", str(config), "--base-url", api.url, "--transport", "httpx"]
    assert cli("call", str(manifest), "free", *options).status == 0


def test_a_header_of_the_command_line_beats_the_files_credential(
    cli: Cli, manifest: str, api: Api, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("auth: {name: bearer, token: from-file}\n")
    cli("call", manifest, "free", "--config", str(config))
    cli("call", manifest, "free", "--config", str(config), "--header", "Authorization: Bearer flag")
    sent = [request["headers"]["authorization"] for request in api.requests]
    assert sent == ["Bearer from-file", "Bearer flag"]


@pytest.mark.parametrize("credentials", [{}, {"token": "from-file", "key": "other"}], ids=["none", "the file's"])
def test_a_header_of_the_command_line_is_a_schemes_credential(
    credentials: dict[str, str], cli: Cli, api: Api, tmp_path: Path
) -> None:
    schemes = {"token": {"type": "bearer"}, "key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    (tmp_path / "api.json").write_text(api.manifest(security_schemes=schemes, security=["token"]))
    (tmp_path / "config.json").write_text(json.dumps({"credentials": credentials}))
    call = ("call", str(tmp_path / "api.json"), "free", "--config", str(tmp_path / "config.json"))
    assert cli(*call, "--header", "authorization: Bearer flag").status == 0
    assert api.requests[0]["headers"]["authorization"] == "Bearer flag"


def test_another_header_is_no_credential(cli: Cli, api: Api, tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(api.manifest(security_schemes={"token": {"type": "bearer"}}, security=["token"]))
    ended = cli("call", str(tmp_path / "api.json"), "free", "--header", "X-Key: 1")
    assert ended.status == 2
    assert "a credential is needed: token" in ended.err
    assert not api.requests


def test_an_endpoint_that_streams_when_it_is_asked_to_can_be_called(cli: Cli, api: Api, tmp_path: Path) -> None:
    both = {"method": "POST", "path": "/echo", "streaming": {"when": {"stream": True}}}
    (tmp_path / "api.json").write_text(api.manifest(endpoints={"both": both}))
    assert cli("call", str(tmp_path / "api.json"), "both", '{"n": 1}').json["json"] == {"n": 1}


def test_without_a_base_url_the_ways_to_give_one_are_named(cli: Cli, api: Api, tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(api.manifest(servers=[]))
    ended = cli("call", str(tmp_path / "api.json"), "free")
    assert ended.status == 2
    assert ended.err.startswith("pristine: there is no base URL: give --base-url")


def test_the_transport_is_the_one_that_is_named(cli: Cli, manifest: str, api: Api) -> None:
    ended = cli("call", manifest, "free", "--transport", "memory")
    assert ended.status == 1
    assert ended.err.startswith("pristine: unexpected AssertionError: the script has no answer")
    assert not api.requests


def test_stdin_is_read_only_when_it_is_asked_for(cli: Cli, manifest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO(b'{"b": 1}'))
    monkeypatch.setattr(sys, "stdin", stdin)
    cli("call", manifest, "free")
    assert stdin.buffer.tell() == 0
    assert cli("call", manifest, "echo", "-").json["json"] == {"b": 1}
