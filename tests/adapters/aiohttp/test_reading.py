"""How a body is read: one waits for it, no read parses what was parsed, and what was paused goes on."""

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler

from pristine.adapters.aiohttp import AiohttpTransport
from pristine.adapters.aiohttp.line import AHEAD
from pristine.ports.messages import Request
from pristine.testing.server import Received, Wire, each_request
from tests.adapters.aiohttp.conftest import CHUNKED, Ask, quick, rest, says_and_stays
from tests.conftest import Serve

PIECES = [b"1\r\na\r\n", b"1\r\nb\r\n", b"1\r\nc\r\n", b"0\r\n\r\n"]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What aiohttp's protocol has been given to parse."""
    given = list[bytes]()
    received = ResponseHandler.data_received

    def heard(self: ResponseHandler, data: bytes) -> None:
        given.append(data)
        received(self, data)

    monkeypatch.setattr(ResponseHandler, "data_received", heard)
    return given


async def test_a_read_parses_nothing_anew(serve: Serve, ask: Ask, parsed: list[bytes]) -> None:
    async with ask(serve(says_and_stays(CHUNKED, *PIECES))) as stream:
        assert await rest(stream) == b"abc"
    assert parsed
    assert b"" not in parsed


async def test_a_body_that_was_paused_goes_on_to_its_end(serve: Serve, ask: Ask, parsed: list[bytes]) -> None:
    """aiohttp pauses the connection, and its parser, which then has some of the body that has not been parsed."""
    piece = bytes(16 * 1024)
    pieces = 64 * AHEAD // len(piece)

    def answer(wire: Wire, received: Received) -> None:
        wire.begin_stream()
        for _ in range(pieces):
            wire.chunk(piece)
        wire.end_stream()

    async with ask(serve(each_request(answer))) as stream:
        await asyncio.sleep(0.2)
        assert sum(map(len, parsed)) < 8 * AHEAD
        assert len(await asyncio.wait_for(rest(stream), 10)) == pieces * len(piece)
    assert b"" in parsed


async def test_a_second_reader_is_refused_and_the_first_goes_on(serve: Serve, ask: Ask) -> None:
    async with ask(serve(says_and_stays(CHUNKED, b"", *PIECES))) as stream:
        first = asyncio.create_task(stream.anext())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="being read already"):
            await stream.anext()
        assert await asyncio.wait_for(first, 2) == b"a"
        assert await rest(stream) == b"bc"


async def test_a_reader_that_is_cancelled_makes_way_for_the_next(serve: Serve, ask: Ask) -> None:
    async with ask(serve(says_and_stays(CHUNKED, b"", *PIECES))) as stream:
        first = asyncio.create_task(stream.anext())
        await asyncio.sleep(0)
        first.cancel()
        assert await asyncio.wait_for(rest(stream), 2) == b"abc"
    assert first.cancelled()


async def test_a_connection_goes_back_to_a_session_as_it_was(serve: Serve) -> None:
    server = serve(each_request(quick))
    async with aiohttp.ClientSession() as session:
        await AiohttpTransport(session=session).asend(Request("GET", server.url))
        connector: Any = session.connector
        kept = [protocol for protocols in connector._conns.values() for protocol, _ in protocols]
    assert [type(protocol) for protocol in kept] == [ResponseHandler]
