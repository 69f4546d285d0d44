"""Time limits: silence counts while somebody waits, the total always, and each has its name."""

import asyncio
import contextlib
import socket
import threading
import time

import pytest

from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.errors import TimeoutExceeded, TransportError
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Wire, in_turn
from tests.adapters.aiohttp.conftest import CHUNKED, Ask, rest
from tests.conftest import Serve


async def test_silence_counts_only_while_somebody_waits(serve: Serve, ask: Ask) -> None:
    """aiohttp's own limit passes while the reader is busy, and takes what came with it."""
    go_on = threading.Event()

    def late(wire: Wire) -> None:
        wire.request()
        wire.send(CHUNKED + b"1\r\na\r\n")
        go_on.wait(5)
        wire.send(b"1\r\nb\r\n0\r\n\r\n")

    async with ask(serve(late), timeout=Timeout(read=0.1)) as stream:
        assert await stream.anext() == b"a"
        await asyncio.sleep(0.3)
        go_on.set()
        assert await rest(stream) == b"b"


async def test_a_head_that_trickles_is_not_silence(serve: Serve, transport: AiohttpTransport) -> None:
    def trickling(wire: Wire) -> None:
        wire.request()
        wire.trickle(b"HTTP/1.1 204 No\r\n\r\n", every=0.03)

    limits = Timeout(read=0.2)
    assert (await transport.asend(Request("GET", serve(trickling).url, timeout=limits))).status == 204


@pytest.mark.parametrize("within", [0.1, None])
async def test_each_wait_may_have_a_limit_of_its_own(serve: Serve, ask: Ask, within: float | None) -> None:
    go_on = threading.Event()

    def pings(wire: Wire) -> None:
        wire.request()
        wire.send(CHUNKED)
        for _ in range(3):
            wire.send(b"1\r\na\r\n")
            go_on.wait(5)
            go_on.clear()
        wire.pause()

    async with ask(serve(pings), timeout=Timeout(head=1, read=0.2)) as stream:
        for _ in range(3):
            assert await stream.anext(within) == b"a"
            await asyncio.sleep(0.15)
            go_on.set()
        with pytest.raises(TimeoutExceeded) as caught:
            await stream.anext(within)
    assert (caught.value.limit, caught.value.phase) == ("within" if within else "read", "body")


async def test_a_body_that_has_arrived_is_in_time_whenever_it_is_read(serve: Serve, ask: Ask) -> None:
    async with ask(serve(in_turn(lambda wire: wire.respond(200, b"abc"))), timeout=Timeout(total=0.2)) as stream:
        await asyncio.sleep(0.3)
        assert await rest(stream) == b"abc"


@pytest.mark.parametrize(("limit", "seconds"), [("connect", 0.2), ("total", 0.2), ("total", 1e-6)])
async def test_a_connection_that_is_not_accepted_exceeds_a_limit(
    transport: AiohttpTransport, limit: str, seconds: float
) -> None:
    """A listener whose queue is full does not answer."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(TimeoutExceeded) as caught:
            await transport.asend(Request("GET", url, timeout=Timeout(**{"connect": 5, limit: seconds})))
        assert time.monotonic() - began < 0.5
    error = caught.value
    assert (error.limit, error.phase, error.seconds, error.retry_safe) == (limit, "connect", seconds, "yes")


async def test_a_host_that_cannot_exist_is_a_failed_connection(transport: AiohttpTransport) -> None:
    with pytest.raises(TransportError):
        await transport.asend(Request("GET", "http://no-such-host.invalid/", timeout=Timeout(total=5)))
