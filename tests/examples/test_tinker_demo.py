"""The training run of examples/tinker does what it prints, and its server does not outlive it."""

import asyncio
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
from examples.tinker.demo import SENTENCE, STEPS
from examples.tinker.server import TinkerServer
from pristine.ports.errors import FutureExpired, FutureFailed
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
    context = pristine.context(base_url=tinker_server.url, credentials={"key": KEY}, clock="manual")
    with pristine.Client(MANIFESTS["tinker"], context) as client:
        yield client


def test_waiting_goes_through_all_that_a_server_may_say(client: Any, tinker_server: TinkerServer) -> None:
    tinker_server.habits.waits = ("try_again", "408", "500", "try_again")
    handle = client.training.forward_future(forward_input=INPUT, model_id=MODEL)
    tinker_server.requests.clear()
    said: list[Any] = []
    handle.observe(lambda progress: said.append(progress.queue_state))
    assert handle.result().metrics["loss:sum"] == pytest.approx(38.816, abs=0.001)
    headers = [asked.headers for asked in tinker_server.requests]
    assert [one["X-Tinker-Request-Iteration"] for one in headers] == ["0", "1", "2", "3", "4"]
    assert {one["X-Tinker-Request-Type"] for one in headers} == {"Forward"}
    assert set(said) == {"paused_capacity"}


def test_waiting_ends_where_there_will_be_no_result(client: Any, tinker_server: TinkerServer) -> None:
    with pytest.raises(FutureFailed, match="there are no gradients") as caught:
        client.training.optim_step_future(model_id=MODEL).result()
    assert caught.value.category == "user"
    tinker_server.habits.waits = ("410",)
    with pytest.raises(FutureExpired):
        client.training.optim_step_future(model_id=MODEL).result()


async def test_many_wait_at_once(tinker_server: TinkerServer) -> None:
    context = pristine.context(base_url=tinker_server.url, credentials={"key": KEY}, transport="aiohttp")
    async with pristine.AsyncClient(MANIFESTS["tinker"], context) as client:
        handles = [await client.training.forward_future(forward_input=INPUT, model_id=MODEL) for _ in range(20)]
        losses = [result.metrics["loss:sum"] for result in await asyncio.gather(*(one.result() for one in handles))]
    assert losses == pytest.approx([38.816] * 20, abs=0.001)


def test_another_process_may_go_on(client: Any, tinker_server: TinkerServer) -> None:
    token = client.training.forward_future(forward_input=INPUT, model_id=MODEL).token()
    context = pristine.context(base_url=tinker_server.url, credentials={"key": KEY})
    with pristine.Client(MANIFESTS["tinker"], context) as elsewhere:
        assert elsewhere.resume_future(token).result(10).metrics["loss:sum"] == pytest.approx(38.816, abs=0.001)
