"""A server, its manifest, and two ways to run a command line: in this process, or in one of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from pristine.cli import main
from tests.cli.server import PATIENCE, Api, serving

COMMAND = (sys.executable, "-m", "pristine.cli")


@attrs.frozen
class Ended:
    status: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Ended]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as server:
        yield server


@pytest.fixture
def manifest(api: Api, tmp_path: Path) -> str:
    path = tmp_path / "demo.json"
    path.write_text(api.manifest())
    return str(path)


@pytest.fixture
def cli(capsysbinary: pytest.CaptureFixture[bytes]) -> Cli:
    """Run a command line in this process."""

    def run(*arguments: str) -> Ended:
        status = main(arguments)
        captured = capsysbinary.readouterr()
        return Ended(status, captured.out, captured.err.decode())

    return run


@pytest.fixture
def start(interruptible: None) -> Iterator[Start]:
    """Start a command line in a process of its own, which has ended when the test has."""
    running: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        env = os.environ | {"PYTHONWARNINGS": "error"} | environment
        running.append(subprocess.Popen([*COMMAND, *arguments], env=env, **pipes))  # type: ignore[call-overload]
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.communicate(timeout=PATIENCE)


def interrupted(process: "subprocess.Popen[bytes]") -> tuple[bytes, bytes]:
    """What is left of the output of a command that somebody ends with Ctrl-C.

    Python looks for signals between two steps, so one that comes just before a system call is seen after that call
    only. A person presses the keys again, and so does this.
    """
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=PATIENCE / 4)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        return process.communicate(timeout=PATIENCE)


@pytest.fixture
def apart(start: Start) -> Cli:
    """Run a command line in a process of its own."""

    def run(*arguments: str, given: bytes = b"", **environment: str) -> Ended:
        process = start(*arguments, **environment)
        out, err = process.communicate(given, timeout=PATIENCE)
        return Ended(process.returncode, out, err.decode())

    return run
