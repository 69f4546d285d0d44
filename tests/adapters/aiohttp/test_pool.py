"""Which connection is used again."""

import asyncio
import time

import pytest

from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.errors import StreamClosed
from pristine.ports.messages import Request
from pristine.testing.server import each_request
from tests.adapters.aiohttp.conftest import ONCE, quick, says, says_and_stays, waiting
from tests.conftest import Serve


@pytest.mark.parametrize("blind", [False, True], ids=["seen", "unseen"])
@pytest.mark.parametrize("answer", ONCE.values(), ids=list(ONCE))
async def test_a_connection_is_not_used_where_it_could_give_the_answer_to_another_request(
    serve: Serve, transport: AiohttpTransport, answer: list[bytes], blind: bool
) -> None:
    """aiohttp would take an answer that nobody asked for as that to the next request."""
    server = serve(says_and_stays(*answer))
    for _ in range(3):
        assert (await transport.asend(Request("GET", server.url))).body == b"mine"
        if blind:
            time.sleep(0.05)  # noqa: ASYNC251 the event loop does not see what comes
        else:
            await asyncio.sleep(0.05)
    assert server.connections == 3


async def test_a_connection_that_died_while_the_loop_stood_still_is_not_used(
    serve: Serve, transport: AiohttpTransport
) -> None:
    server = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    for _ in range(3):
        assert (await transport.asend(Request("POST", server.url, body=b"x"))).body == b"ok"
        time.sleep(0.05)  # noqa: ASYNC251 that is the point
    assert server.connections == 3


async def test_many_tasks_share_the_connections_that_there_may_be(serve: Serve, transport: AiohttpTransport) -> None:
    server = serve(each_request(quick))
    request = Request("GET", server.url)
    answers = await asyncio.gather(*(transport.asend(request) for _ in range(100)))
    assert [answer.body for answer in answers] == [b'{"ok": true}'] * 100
    assert server.connections <= 2


async def test_no_bound_is_no_bound(serve: Serve) -> None:
    transport = AiohttpTransport(max_connections=None)
    server = serve(waiting(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"))
    streams = await asyncio.gather(*(transport.aopen(Request("GET", server.url)) for _ in range(150)))
    assert server.connections == 150
    await transport.aclose()
    for stream in streams:
        with pytest.raises(StreamClosed):
            await stream.anext()
