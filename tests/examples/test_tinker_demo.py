"""The training run of examples/tinker does what it prints, and its server does not outlive it."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

import pristine
from examples.tinker.demo import SENTENCE, STEPS, Failed, wait
from examples.tinker.server import TinkerServer
from pristine.ports.errors import Gone
from tests.examples.conftest import MANIFESTS
from tests.examples.tinker_calls import INPUT, KEY, MODEL

ROOT: Final = Path(__file__).resolve().parents[2]
ENVIRONMENT: Final = {**os.environ, "PYTHONPATH": str(ROOT)}


def test_the_demo_learns_and_speaks() -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "examples" / "tinker" / "demo.py"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=ENVIRONMENT,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    losses = [float(one) for one in re.findall(r"loss +(\d+\.\d\d)", ran.stdout)]
    assert len(losses) == STEPS
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 10
    spoken = re.findall(r"^(?:sample|stream) +(\w.*) \(", ran.stdout, re.MULTILINE)
    assert len(spoken) == 2
    assert len(set(spoken)) == 1
    assert all(pair in SENTENCE for pair in (spoken[0][at : at + 2] for at in range(len(spoken[0]) - 1)))
    assert "tinker://sess-1:train:0/sampler_weights/demo" in ran.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_the_server_ends_with_whoever_started_it(number: signal.Signals) -> None:
    """The starter's stdout is the server's too, so reading it to the end is the proof."""
    code = (
        "import signal, subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-m', 'examples.tinker.server'], stdin=subprocess.PIPE)\n"
        "signal.pause()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=ENVIRONMENT
    ) as starter:
        assert starter.stdout
        host, port = starter.stdout.readline().strip().removeprefix("http://").split(":")
        starter.send_signal(number)
        starter.communicate(timeout=20)
    with pytest.raises(ConnectionRefusedError), socket.create_connection((host, int(port)), timeout=5):
        pass


@pytest.fixture
def client(tinker_server: TinkerServer) -> Any:
    context = pristine.context(base_url=tinker_server.url, credentials={"key": KEY})
    with pristine.Client(MANIFESTS["tinker"], context) as client:
        yield client


def test_waiting_goes_through_all_that_a_server_may_say(client: Any, tinker_server: TinkerServer) -> None:
    tinker_server.habits.waits = ("try_again", "408", "500", "try_again")
    promise = client.training.forward(forward_input=INPUT, model_id=MODEL)
    tinker_server.requests.clear()
    assert wait(client, promise, "Forward").metrics["loss:sum"] == pytest.approx(38.816, abs=0.001)
    headers = [asked.headers for asked in tinker_server.requests]
    assert [one["X-Tinker-Request-Iteration"] for one in headers] == ["0", "1", "2", "3", "4", "5"]
    assert [one["X-Tinker-Create-Promise-Roundtrip-Time"] is not None for one in headers] == [True] + [False] * 5
    assert {one["X-Tinker-Request-Type"] for one in headers} == {"Forward"}


def test_waiting_ends_where_there_will_be_no_result(client: Any, tinker_server: TinkerServer) -> None:
    with pytest.raises(Failed, match="OptimStep: there are no gradients"):
        wait(client, client.training.optim_step(model_id=MODEL), "OptimStep")
    tinker_server.habits.waits = ("410",)
    with pytest.raises(Gone):
        wait(client, client.training.optim_step(model_id=MODEL), "OptimStep")
