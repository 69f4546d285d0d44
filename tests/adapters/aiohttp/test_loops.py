"""One client on several event loops, and the face that it has not."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import pristine
from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.errors import WrongFace
from pristine.ports.transport import AsyncStreamTransport, AsyncTransport, StreamTransport
from pristine.testing.server import each_request
from tests.adapters.aiohttp.conftest import context, quick
from tests.conftest import Serve
from tests.support.faces import MANIFEST, run


def test_one_client_serves_three_event_loops_in_a_row(serve: Serve) -> None:
    server = serve(each_request(quick))
    api = pristine.AsyncPipeline(MANIFEST, context(server))

    async def main() -> None:
        for _ in range(2):
            assert await api.execute("get") == {"ok": True}

    for _ in range(3):
        run(main())
    assert server.connections == 3


def test_two_event_loops_at_once_have_pools_of_their_own(serve: Serve) -> None:
    api = pristine.AsyncPipeline(MANIFEST, context(serve(each_request(quick)), max_connections=5))

    async def main() -> list[Any]:
        return await asyncio.gather(*(api.execute("get") for _ in range(20)))

    with ThreadPoolExecutor(2) as threads:
        for future in [threads.submit(asyncio.run, main()) for _ in range(2)]:
            assert future.result(10) == [{"ok": True}] * 20


def test_it_has_no_blocking_face(serve: Serve) -> None:
    transport = AiohttpTransport()
    assert isinstance(transport, AsyncTransport)
    assert isinstance(transport, AsyncStreamTransport)
    assert not isinstance(transport, StreamTransport)
    with pytest.raises(WrongFace, match=r"AiohttpTransport has no blocking face .*use AsyncPipeline"):
        pristine.Pipeline(MANIFEST, context(serve(each_request(quick))))
