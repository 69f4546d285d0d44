"""Work outlives the process that started it: whoever has its token goes on, and gets its result, once."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from pristine.testing.server import Received, Wire, WireServer, each_request

PATIENCE: Final = 30.0

PROGRAM: Final = """
import asyncio, sys
import pristine

face, url, *tokens = sys.argv[1:]
manifest = pristine.load_manifest({
    "name": "works",
    "endpoints": {
        "start": {
            "method": "POST",
            "path": "/works",
            "future": {
                "preset": "status",
                "ask": {"endpoint": "look", "path_params": {"id": "{id}"}},
                "result_url": "result",
                "response": "Thing",
                "pace": {"first": 0},
            },
        },
        "look": {"method": "GET", "path": "/works/{id}"},
    },
    "types": {"Thing": {"properties": {"x": "integer"}, "required": ["x"]}},
})
context = pristine.context(base_url=url, auth=pristine.Bearer("s3kr1t"))

def told(handle):
    print(handle.token(), flush=True)
    return handle

def blocking():
    with pristine.Pipeline(manifest, context) as api:
        handle = api.resume_future(*tokens) if tokens else told(api.execute_future("start", {}))
        return handle.result()

async def awaited():
    async with pristine.AsyncPipeline(manifest, context) as api:
        handle = api.resume_future(*tokens) if tokens else told(await api.execute_future("start", {}))
        return await handle

print(repr(blocking() if face == "sync" else asyncio.run(awaited())))
"""


class Works:
    """A server of one piece of work, which ends when `over` is set; a question is held until then."""

    def __init__(self) -> None:
        self.asked, self.over = threading.Event(), threading.Event()

    def answer(self, wire: Wire, received: Received) -> None:
        if received.target == "/works":
            wire.json(b'{"id": "w1", "status": "running"}', 201)
        elif received.target == "/results/1":
            wire.json(b'{"x": 42}')
        else:
            self.asked.set()
            assert self.over.wait(PATIENCE)
            wire.json(b'{"id": "w1", "status": "completed", "result": "/results/1"}')


@contextmanager
def program(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The program in a process of its own, which is not there any more when the block is left."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("before", "after"), [("sync", "async"), ("async", "sync")])
def test_work_goes_on_in_another_process(before: str, after: str) -> None:
    works = Works()
    with WireServer(each_request(works.answer)) as server:
        with program(before, server.url) as process:
            assert process.stdout is not None
            token = process.stdout.readline().strip()
            assert works.asked.wait(PATIENCE)
            process.kill()
        assert process.returncode == -9
        works.over.set()
        assert json.loads(token)["id"] == "w1"
        assert "s3kr1t" not in token

        with program(after, server.url, token) as process:
            told, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, told.strip(), errors) == (0, "Thing(x=42)", "")
    targets = [request.target for request in server.requests]
    assert (targets.count("/works"), targets.count("/results/1")) == (1, 1)
    assert targets[-2:] == ["/works/w1", "/results/1"]
