"""Whatever goes wrong: the documented status, one line on stderr, no traceback unless asked, no credential."""

import sys
from pathlib import Path

import pytest

import pristine
from tests.cli.conftest import Cli
from tests.cli.server import Api

SECRET = "sk-very-secret"

CALL = ["call", "MANIFEST"]
PLAIN = "Invalid value for '--header': write it as 'Name: value'"

MISUSES = {
    "no command": ([], "Missing command; see 'pristine --help'"),
    "unknown command": (["cal"], "No such command 'cal'"),
    "unknown option": (["call", "--tokn", "x"], "No such option"),
    "no endpoint": (CALL, "Missing argument 'ENDPOINT'; see 'pristine call --help'"),
    "no manifest": (["call", "none.json", "echo"], "none.json: No such file or directory"),
    "unknown endpoint": ([*CALL, "ecko"], "demo has no endpoint 'ecko'; did you mean 'echo'?"),
    "payload": ([*CALL, "echo", '{"a":\n x}'], "the payload is not JSON: Expecting value at line 2, column 2"),
    "payload type": ([*CALL, "echo", "[]"], "echo: "),
    "payload depth": ([*CALL, "echo", "[" * 100_000], "the payload is not JSON: nested too deeply"),
    "payload file": ([*CALL, "echo", "@none.json"], "the payload in none.json: No such file or directory"),
    "header": ([*CALL, "free", "--header", SECRET], PLAIN),
    "header name": ([*CALL, "free", "--header", f"Bearer {SECRET}:x"], PLAIN),
    "header value": ([*CALL, "free", "--header", f"K: {SECRET}\r\nX: y"], "Invalid value for '--header': header K"),
    "unquoted header": ([*CALL, "free", "--header", "K:", "Bearer", SECRET], "1 argument too many: quote"),
    "query": ([*CALL, "free", "--query", "limit"], "Invalid value for '--query': write it as name=value"),
    "path parameter": ([*CALL, "search", "--path-param", "=7"], "Invalid value for '--path-param'"),
    "missing path parameter": ([*CALL, "search"], "search: path parameter 'user'"),
    "timeout": ([*CALL, "free", "--timeout", "0"], "Invalid value for '--timeout'"),
    "transport": ([*CALL, "free", "--transport", "carrier"], "there is no transport 'carrier'"),
    "base url": ([*CALL, "free", "--base-url", f"http://u:{SECRET}@h"], "base_url must be"),
    "config": ([*CALL, "free", "--config", "none.toml"], "none.toml: No such file or directory"),
}


@pytest.mark.parametrize("case", MISUSES)
def test_a_misuse_is_status_2_and_one_line(cli: Cli, manifest: str, api: Api, case: str) -> None:
    arguments, told = MISUSES[case]
    ended = cli(*[manifest if text == "MANIFEST" else text for text in arguments])
    assert (ended.status, ended.out) == (2, b"")
    assert ended.err.startswith(f"pristine: {told}")
    assert len(ended.err.splitlines()) == 1
    assert SECRET not in ended.err
    assert not api.requests


def test_an_error_in_the_config_says_its_file_and_line(cli: Cli, manifest: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('max_event_bytes = 10\nbase_ulr = "http://x"\n')
    ended = cli("call", manifest, "free", "--config", str(config), "--base-url", "http://x")
    assert ended.err.startswith(f"pristine: {config}, line 2: base_ulr: unknown setting; did you mean")
    assert ended.status == 2


def test_an_answer_that_says_no_is_status_1_and_hides_credentials(cli: Cli, manifest: str) -> None:
    ended = cli("call", manifest, "fail", "--header", f"Authorization: Bearer {SECRET}")
    assert (ended.status, ended.out) == (1, b"")
    assert ended.err == "pristine: fail: 422 no \\x1b[31m  good: *** é\n"


def test_a_network_that_fails_is_status_1(cli: Cli, manifest: str) -> None:
    ended = cli("call", manifest, "free", "--base-url", "http://127.0.0.1:1", "--timeout", "0.2")
    assert ended.status == 1
    assert ended.err.startswith("pristine: free: ")
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("place", ["command", "program"])
def test_debug_shows_the_traceback_before_the_line(cli: Cli, manifest: str, place: str) -> None:
    arguments = ["call", manifest, "fail", "--header", f"Authorization: Bearer {SECRET}"]
    ended = cli("--debug", *arguments) if place == "program" else cli(*arguments, "--debug")
    lines = ended.err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1].startswith("pristine: fail: 422 no")
    assert SECRET not in ended.err


def test_a_manifest_with_faults_is_one_line_for_call(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"name": "x",\n"endpoints": {"a": {"method": "GET"}}}')
    ended = cli("call", str(path), "a")
    assert ended.status == 2
    assert ended.err == f"pristine: {path}: 1 fault: line 2: endpoints.a: 'path' is missing\n"


def test_without_click_the_package_to_install_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "click", None)  # importing it then fails
    for name in [name for name in sys.modules if name.startswith("pristine.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    ended = cli("call")
    assert ended.status == 2
    assert ended.err == "pristine: the command line needs click: pip install 'pristine-sdk[cli]'\n"


def test_the_version(cli: Cli) -> None:
    assert cli("--version").out == f"pristine {pristine.__version__}\n".encode()


@pytest.mark.parametrize("command", ["call", "stream", "validate"])
def test_help_has_an_example_and_the_program_its_statuses(cli: Cli, command: str) -> None:
    ended = cli(command, "--help")
    assert ended.status == 0
    assert f"Example:\n    pristine {command} chat.json".encode() in ended.out
    assert b"  141  the reader of the output went away" in cli("--help").out


def test_help_loads_no_http_library(apart: Cli) -> None:
    ended = apart("call", "--help", PYTHONPROFILEIMPORTTIME="1")
    assert ended.status == 0
    assert "click" in ended.err
    assert "httpx" not in ended.err
