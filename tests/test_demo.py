"""The demo does what it prints, and whatever becomes of it, its server is gone afterwards.

The server inherits the demo's stderr, so that pipe reaches its end only when both processes are gone: reading it to
the end is the proof, and there is nothing to wait for.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from examples.chat.server import events, pieces, reply_to

ROOT = Path(__file__).resolve().parents[1]
CHAT = ROOT / "examples" / "chat"


def start(demo: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(demo)]
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", env=environment)


def assert_refused(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with pytest.raises(ConnectionRefusedError), socket.create_connection((host, int(port)), timeout=5):
        pass


@pytest.fixture(scope="module")
def shown() -> str:
    """What a demo that worked has printed."""
    with start(CHAT / "demo.py") as demo:
        out, err = demo.communicate(timeout=20)
    assert (demo.returncode, err) == (0, "")
    return out


def test_demo_calls_and_streams(shown: str) -> None:
    assert "create_chat  chat-1, 61 words" in shown
    assert f"stream_chat  {reply_to('Hello')}\n" in shown


def test_demo_reports(shown: str) -> None:
    told = dict(re.findall(r"^(status|events|first event|bytes|the code) +(.+)$", shown, re.MULTILINE))
    assert told["status"] == "200"
    assert told["events"] == "61"
    assert re.fullmatch(r"after \d+\.\d ms", told["first event"])
    assert int(told["bytes"]) == len(events(reply_to("Hello")))
    assert "three lines" in told["the code"]


def test_the_code_it_shows_is_the_code_that_ran(shown: str) -> None:
    code = shown.partition("beside it:\n\n")[2]
    assert len(code.splitlines()) == 3
    assert code.lstrip().startswith("with api.execute_stream(")
    assert code in (CHAT / "demo.py").read_text(encoding="utf-8")


def test_its_server_is_gone(shown: str) -> None:
    found = re.search(r"server +(http://\S+) \(process (\d+)\)", shown)
    assert found
    assert_refused(found[1])
    with pytest.raises(ProcessLookupError):
        os.kill(int(found[2]), 0)


def test_the_stream_is_cut_where_it_hurts() -> None:
    body = events(reply_to("Hello"))
    cut = list(pieces(body))
    assert b"".join(cut) == body
    assert any(piece[-1] & 0x80 and following[0] & 0xC0 == 0x80 for piece, following in pairwise(cut))
    assert any(piece.count(b"\n\n") > 1 for piece in cut)
    assert any(b"\n" not in piece for piece in cut)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda s: s.name)
def test_an_interrupted_demo_leaves_no_server(number: signal.Signals) -> None:
    with start(CHAT / "demo.py") as demo:
        assert demo.stdout
        url = demo.stdout.readline().split()[1]
        assert demo.stdout.readline().startswith("create_chat")
        demo.send_signal(number)
        demo.communicate(timeout=20)
    assert demo.returncode in {128 + number, -number}
    assert_refused(url)


BROKEN = {
    "never starts": "raise SystemExit('no port')",
    "is not there": "import sys\nprint('http://127.0.0.1:9', flush=True)\nsys.stdin.read()",
}


@pytest.mark.parametrize("server", BROKEN.values(), ids=BROKEN)
def test_a_demo_that_fails_says_so_and_leaves_no_server(server: str, tmp_path: Path) -> None:
    shutil.copytree(CHAT, tmp_path, dirs_exist_ok=True)
    (tmp_path / "server.py").write_text(server, encoding="utf-8")
    with start(tmp_path / "demo.py") as demo:
        _, err = demo.communicate(timeout=20)
    assert demo.returncode == 1
    assert "the chat server did not start" in err or "the demo failed: ConnectFailed(" in err


def test_the_server_ends_with_its_stdin() -> None:
    command = [sys.executable, str(CHAT / "server.py")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as server:
        assert server.stdout
        url = server.stdout.readline().strip()
        _, err = server.communicate(timeout=20)  # closes its stdin
    assert (server.returncode, err) == (0, "")
    assert_refused(url)
