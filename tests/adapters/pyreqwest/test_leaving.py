"""The end of a process waits for what the library's thread is at, or Rust would abort it with all its work done."""

import subprocess
import sys
from collections.abc import Callable
from typing import Final

import pytest

from pristine.testing import Received, Wire, WireServer, each_request

PROGRAM: Final = """
import asyncio
from pristine.adapters.pyreqwest import PyreqwestTransport
from pristine.ports.messages import Request

asked = Request("GET", {url!r})
"""
FACES: Final = {
    "blocking": "print(PyreqwestTransport().send(asked).status)",
    "async": "print(asyncio.run(PyreqwestTransport().asend(asked)).status)",
}
THREADED: Final = """
from threading import Event, Thread
from pristine.adapters.pyreqwest import leaving

go, naps = Event(), []
Thread(target=go.wait).start()
leaving.sleep = naps.append
leaving.wait_for_strangers()
go.set()
print(naps)
"""
TIMES: Final = 6


def answer(wire: Wire, received: Received) -> None:
    wire.respond(200, b"ok")


@pytest.mark.parametrize("face", FACES)
def test_a_program_may_end_with_its_answer(face: str, serve: Callable[..., WireServer]) -> None:
    program = PROGRAM.format(url=serve(each_request(answer)).url) + FACES[face]
    for _ in range(TIMES):  # three at once, since it takes a busy machine for the library's thread to be late
        started = [
            subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(3)
        ]
        ended = [(*one.communicate(), one.returncode) for one in started]
        assert ended == [(b"200\n", b"", 0)] * 3


def test_threads_of_python_are_not_waited_for() -> None:
    """In a process that has no others."""
    ended = subprocess.run([sys.executable, "-c", THREADED], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
