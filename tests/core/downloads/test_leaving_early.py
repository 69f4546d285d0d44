"""Callbacks that raise, cancellation and kill leave what can be gone on with."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import pristine
from pristine.ports.errors import StreamCancelled
from pristine.testing.server import Wire
from tests.conftest import Connect, Serve
from tests.core.downloads.origin import BODY, MANIFEST, PARTS, PATIENT, WHOLE, Origin, names, opened, save


@pytest.mark.parametrize("kind", [LookupError, KeyboardInterrupt])
def test_what_progress_raises_comes_out_and_leaves_a_part(
    connect: Connect, serve: Serve, target: Path, kind: type[BaseException]
) -> None:
    def stop(done: int, total: int | None) -> None:
        assert total == len(BODY)
        if done >= 100_000:
            raise kind

    api = connect(serve(Origin()), manifest=MANIFEST)
    stream: Any = api.open("file")
    with pytest.raises(kind):
        save(stream, target, progress=stop)
    assert stream.response.closed
    assert names(target) == PARTS
    assert save(api.open("file"), target).resumed_from >= 100_000
    assert target.read_bytes() == BODY


def test_cancel_leaves_a_part(connect: Connect, serve: Serve, target: Path) -> None:
    stream = opened(connect, serve, Origin(100_000), retry=PATIENT)
    with pytest.raises(StreamCancelled):
        save(stream, target, progress=lambda *_: stream.response.cancel())
    assert stream.response.outcome == "cancelled"
    assert names(target) == PARTS


async def test_a_cancelled_task_leaves_a_part(serve: Serve, target: Path) -> None:
    class Silent(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            super().send(wire, status, rest, cut, fields)
            return not wire.closed_by_peer()

    begun = asyncio.Event()
    context = pristine.context(base_url=serve(Silent(1000)).url)
    async with pristine.AsyncPipeline(MANIFEST, context) as api:
        response = await api.execute_stream("file")
        task = asyncio.create_task(response.to_file(target, progress=lambda *_: begun.set()))
        await asyncio.wait_for(begun.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert response.closed
    assert names(target) == PARTS


CHILD = """
import sys, pristine
manifest = pristine.load_manifest(
    {"name": "x", "endpoints": {"file": {"method": "GET", "path": "/file", "streaming": {"format": "bytes"}}}}
)
with pristine.Pipeline(manifest, pristine.context(base_url=sys.argv[1])) as api, api.execute_stream("file") as response:
    saved = response.to_file(sys.argv[2], progress=lambda done, total: print(done, flush=True))
    print("saved", saved.resumed_from, flush=True)
"""


def test_after_kill_9_another_process_goes_on(serve: Serve, target: Path) -> None:
    class Silent(Origin):
        def send(self, wire: Wire, status: int, rest: bytes, cut: int, fields: list[str]) -> bool:
            more = super().send(wire, status, rest, cut, fields)
            if not more:
                wire.closed_by_peer(30)
            return more

    origin = Silent(200_000, WHOLE)
    command = [sys.executable, "-c", CHILD, serve(origin).url, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert b"200000\n" in iter(child.stdout.readline, b"")
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert names(target) == PARTS
    ended = subprocess.run(command, capture_output=True, check=True, timeout=30)
    assert ended.stdout.splitlines()[-1] == b"saved 200000"
    assert origin.seen == [(None, None), (None, None), ("bytes=200000-", '"v1"')]
    assert target.read_bytes() == BODY
    assert names(target) == {"file.bin"}
