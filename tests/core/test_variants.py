"""The response in hand: whole and undecoded, or open and unread; with the errors of the plain call."""

from typing import Any

import pytest

import pristine
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import DecodeError, NotFound
from pristine.ports.messages import Response
from tests.support.faces import MANIFEST

JSON = {"content-type": "application/json", "x-tag": "1"}
GOOD = Response(200, JSON, b'{"name": "a"}')


def blocking(*script: Any) -> tuple[pristine.Pipeline, MemoryTransport]:
    transport = MemoryTransport(script)
    return pristine.Pipeline(MANIFEST, pristine.context(base_url="http://t", transport=transport)), transport


def asynchronous(*script: Any) -> tuple[pristine.AsyncPipeline, MemoryTransport]:
    transport = MemoryTransport(script)
    return pristine.AsyncPipeline(MANIFEST, pristine.context(base_url="http://t", transport=transport)), transport


def test_a_raw_response_is_parsed_when_that_is_asked_for() -> None:
    api, _ = blocking(GOOD, Response(200, JSON, b'{"name": 5}'))
    raw = api.with_raw_response.execute("typed")
    assert (raw.status, raw.headers["x-tag"], raw.body) == (200, "1", b'{"name": "a"}')
    assert raw.parse().name == "a"
    assert "name" not in repr(raw)
    with pytest.raises(DecodeError, match="name: must be a string"):
        api.with_raw_response.execute("typed").parse()


async def test_the_async_face_has_it_too() -> None:
    api, _ = asynchronous(GOOD)
    raw = await api.with_raw_response.execute("typed")
    assert raw.parse().name == "a"


def test_a_status_that_says_no_is_an_error_all_the_same() -> None:
    api, transport = blocking(*[Response(404, JSON, b"{}")] * 2)
    with pytest.raises(NotFound):
        api.with_raw_response.execute("typed")
    with pytest.raises(NotFound):
        api.with_streaming_response.execute("typed")
    assert transport.open_streams == 0


def test_any_response_can_be_read_piece_by_piece() -> None:
    body = Scripted([b'{"na', b'me": "a"}'], 200, JSON)
    api, transport = blocking(body, body)
    with api.with_streaming_response.execute("typed") as response:
        assert response.headers["x-tag"] == "1"
        assert list(response.bytes(5)) == [b'{"nam', b'e": "', b'a"}']
    with api.with_streaming_response.execute("typed") as response:
        assert response.status == 200
    assert transport.open_streams == 0
    assert transport.requests[0].headers["accept"] == "application/json"


async def test_any_response_can_be_read_piece_by_piece_on_the_async_face() -> None:
    api, transport = asynchronous(Scripted([b"ab", b"c"], 200, JSON))
    async with api.with_streaming_response.execute("get") as response:
        assert await response.read() == b"abc"
    assert transport.open_streams == 0


def test_a_feed_can_be_read_as_bytes() -> None:
    api, _ = blocking(Scripted([b"data: 1\n\n"]))
    with api.with_streaming_response.execute("feed") as response:
        assert response.read() == b"data: 1\n\n"
