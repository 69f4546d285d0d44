"""Streams in company: hundreds at once, one of them poisoned, and a process that ends in the middle of one."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest

import pristine
from pristine.ports.errors import StreamInterrupted
from pristine.testing.server import Received, Wire, each_request
from tests.conftest import Serve
from tests.support.faces import MANIFEST

TRANSPORTS = ["httpx", "aiohttp"]


def feed(wire: Wire, received: Received) -> None:
    """Ten events; the poisoned one breaks after five."""
    wire.begin_stream()
    for number in range(10):
        if number == 5 and received.target.endswith("poison=1"):
            wire.send(b"this is no chunk\r\n")
            wire.pause()
        wire.chunk(b"data: %d\n\n" % number)
        wire.server.stopping.wait(0.002)
    wire.end_stream()


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_hundreds_of_streams_are_not_disturbed_by_a_poisoned_one(serve: Serve, transport: str) -> None:
    context = pristine.context(base_url=serve(each_request(feed)).url, retry="off", transport=transport)
    async with pristine.AsyncPipeline(MANIFEST, context) as api:

        async def read(number: int) -> Any:
            query = {"poison": 1} if number % 50 == 7 else {}
            async with api.execute_stream("feed", query=query) as response:
                return [int(event.data) async for event in response]

        found = await asyncio.gather(*(read(number) for number in range(300)), return_exceptions=True)
    broken = [one for one in found if isinstance(one, StreamInterrupted)]
    assert len(broken) == 6
    assert {one.events for one in broken} == {5}
    assert [one for one in found if one not in broken] == [list(range(10))] * 294


END_IN_THE_MIDDLE = """
import asyncio, sys
import pristine
from tests.support.faces import MANIFEST

url, transport, how = sys.argv[1:]
context = pristine.context(base_url=url, transport=transport)

async def main():
    asyncio.get_running_loop().slow_callback_duration = 60  # a busy machine is no complaint of ours
    api = pristine.AsyncPipeline(MANIFEST, context)
    response = await api.execute_stream("feed")
    async for event in response:
        if how == "raise":
            raise SystemExit("left")
        if how == "return":
            return
        await asyncio.get_running_loop().shutdown_default_executor()
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

def blocking():
    api = pristine.Pipeline(MANIFEST, context)
    for event in api.execute_stream("feed"):
        return

try:
    blocking() if how == "blocking" else asyncio.run(main())
except asyncio.CancelledError:
    pass
"""


@pytest.mark.parametrize(
    ("transport", "how"),
    [("httpx", "blocking"), *((name, how) for name in TRANSPORTS for how in ("raise", "return", "cancel"))],
)
def test_a_process_that_ends_in_the_middle_of_a_stream_says_only_that(serve: Serve, transport: str, how: str) -> None:
    """Nothing of unclosed sockets, pending tasks or destroyed generators: one warning, of the response."""
    server = serve(each_request(feed))
    command = [sys.executable, "-X", "dev", "-c", END_IN_THE_MIDDLE, server.url, transport, how]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    complaints = [line for line in ended.stderr.splitlines() if line and not line.startswith(" ")]
    told = [line for line in complaints if "dropped open" not in line and line != "left" and "tracemalloc" not in line]
    assert told == [], ended.stderr
    assert ended.returncode == (1 if how == "raise" else 0)
