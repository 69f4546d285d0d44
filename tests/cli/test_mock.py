"""`pristine mock`: the URL first, a line for each request as it is answered, and status 130 after Ctrl-C."""

import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Cli, Start, interrupted
from tests.cli.server import PATIENCE

SOURCE: dict[str, Any] = {
    "name": "demo",
    "version": "1.0",
    "security_schemes": {"token": {"type": "bearer"}, "key": {"type": "apiKey", "in": "query", "name": "api_key"}},
    "security": ["token", "key"],
    "endpoints": {
        "echo": {"method": "POST", "path": "/echo/{user_token}", "request": {"properties": {"n": "integer"}}},
        "number": {"method": "GET", "path": "/number", "response": {"type": "integer", "maximum": 10**9}},
        "feed": {"method": "GET", "path": "/feed", "streaming": True},
        "mill": {"method": "POST", "path": "/mill", "future": {"preset": "location"}},
    },
}
KEY = {"api_key": "sekrit-key"}


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "demo.json"
    path.write_text(json.dumps(SOURCE))
    return str(path)


class Mock:
    """A `pristine mock` in a process of its own."""

    def __init__(self, process: Any) -> None:
        self.process = process
        self.first = self.line()
        self.url = self.first.split()[0]

    def line(self) -> str:
        line: bytes = self.process.stdout.readline()
        return line.decode().rstrip("\n")

    def interrupted(self) -> tuple[int, str, str]:
        out, err = interrupted(self.process)
        return self.process.returncode, out.decode(), err.decode()


@pytest.fixture
def mock(start: Start, source: str) -> Mock:
    return Mock(start("mock", source, "--port", "0"))


def test_the_url_comes_first_and_then_a_line_for_each_request(mock: Mock) -> None:
    assert mock.first.endswith(" is demo 1.0: 4 endpoints; Ctrl-C ends it")
    assert httpx.get(f"{mock.url}/number", params=KEY).status_code == 200
    assert mock.line() == "GET /number  number  200"
    assert httpx.post(f"{mock.url}/echo/sekrit", params=KEY, json={"n": "x"}).status_code == 400
    assert mock.line() == "POST /echo/***  echo  400: body.n: must be a whole number, not a string"
    assert httpx.get(f"{mock.url}/nothing?token=sekrit").status_code == 404
    assert mock.line() == "GET /nothing  -  404: path: no endpoint of the manifest has it"
    assert httpx.get(f"{mock.url}/number").status_code == 401
    assert mock.line().startswith(
        "GET /number  number  401: header.Authorization: a credential is needed: token or key"
    )
    assert "data: " in httpx.get(f"{mock.url}/feed", headers={"authorization": "Bearer sekrit"}).text
    assert mock.line() == "GET /feed  feed  200"
    assert mock.interrupted() == (130, "", "pristine: interrupted\n")


def test_ctrl_c_ends_connections_that_are_open(mock: Mock) -> None:
    host, port = mock.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as idle:
        with httpx.Client() as client:
            client.get(f"{mock.url}/number", params=KEY)
            status, _, err = mock.interrupted()
        assert (status, err) == (130, "pristine: interrupted\n")
        assert idle.recv(1) == b""
    with pytest.raises(httpx.ConnectError):
        httpx.get(mock.url)


def test_the_reader_of_the_lines_may_go_away(mock: Mock) -> None:
    mock.process.stdout.close()
    while mock.process.poll() is None:
        try:
            httpx.get(f"{mock.url}/number", params=KEY)
        except httpx.TransportError:
            mock.process.wait(PATIENCE)
    assert mock.process.returncode == 141


def test_a_seed_gives_the_same_answers_in_every_process(start: Start, source: str) -> None:
    def answer(*options: str) -> Any:
        made = Mock(start("mock", source, "--port", "0", *options))
        found = httpx.get(f"{made.url}/number", params=KEY).json()
        assert made.interrupted()[0] == 130
        return found

    assert answer() == answer("--seed", "0") != answer("--seed", "1")


def test_work_is_pending_so_often(start: Start, source: str) -> None:
    made = Mock(start("mock", source, "--port", "0", "--polls", "3"))
    with httpx.Client(params=KEY) as client:
        there = client.post(f"{made.url}/mill").headers["location"]
        assert [client.get(there).status_code for _ in range(4)] == [202, 202, 202, 303]
    assert [made.line().partition("  ")[2] for _ in range(3)] == ["mill  202", "mill:poll  202", "mill:poll  202"]
    assert made.interrupted()[0] == 130


def test_the_command_line_calls_it(cli: Cli, mock: Mock, source: str, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"base_url": mock.url, "credentials": {"token": "sekrit"}}))
    ended = cli("call", source, "number", "--config", str(config), "--json")
    assert (ended.status, ended.json <= 10**9) == (0, True)
    ended = cli("stream", source, "feed", "--config", str(config), "--json")
    assert (ended.status, len(ended.out.splitlines()) >= 3) == (0, True)


def test_what_is_wrong_is_one_line(cli: Cli, source: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = cli("mock", source, "--port", str(port))
        assert (ended.status, ended.out) == (2, b"")
        assert ended.err == f"pristine: 127.0.0.1:{port}: Address already in use\n"
    ended = cli("mock", source, "--port", "70000")
    assert (ended.status, "70000" in ended.err) == (2, True)
    ended = cli("mock", str(tmp_path / "none.json"))
    assert (ended.status, ended.err) == (2, f"pristine: {tmp_path / 'none.json'}: No such file or directory\n")
    (tmp_path / "bad.json").write_text("{}")
    assert cli("mock", str(tmp_path / "bad.json")).status == 2


def test_help_has_an_example(cli: Cli) -> None:
    ended = cli("mock", "--help")
    assert ended.status == 0
    assert b"pristine mock chat.json --port 8000" in ended.out
