"""The memory transport plays its script step by step, the same on both faces."""

from typing import Any

import pytest

from pristine import Request, Response
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import ConnectFailed, ConnectionLost, StreamClosed
from pristine.ports.messages import StreamHead
from tests.support.faces import run

REQUEST = Request("GET", "http://a.test/")
HTML = Response(500, {"content-type": "text/html"}, b"<html>")


class Blocking:
    def send(self, transport: MemoryTransport) -> Response:
        return transport.send(REQUEST)

    def open(self, transport: MemoryTransport) -> tuple[StreamHead, list[bytes]]:
        stream = transport.open(REQUEST)
        return stream.head, list(iter(stream.next, b""))


class Async:
    def send(self, transport: MemoryTransport) -> Response:
        return run(transport.asend(REQUEST))

    def open(self, transport: MemoryTransport) -> tuple[StreamHead, list[bytes]]:
        async def whole() -> tuple[StreamHead, list[bytes]]:
            stream = await transport.aopen(REQUEST)
            chunks = []
            while chunk := await stream.anext():
                chunks.append(chunk)
            await stream.aclose()
            return stream.head, chunks

        return run(whole())


@pytest.fixture(params=[Blocking(), Async()], ids=["sync", "async"])
def face(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_steps_are_taken_in_order_and_requests_are_kept(face: Any) -> None:
    transport = MemoryTransport([Response(200), Response(201)])
    assert [face.send(transport).status for _ in range(2)] == [200, 201]
    assert transport.requests == [REQUEST, REQUEST]


def test_an_error_is_raised_in_its_place(face: Any) -> None:
    transport = MemoryTransport([ConnectFailed("no"), Response(200)])
    with pytest.raises(ConnectFailed):
        face.send(transport)
    assert face.send(transport).status == 200
    with pytest.raises(ConnectionLost):
        face.open(MemoryTransport([Scripted([b"a", ConnectionLost("gone")])]))


def test_at_its_end_the_script_fails(face: Any) -> None:
    with pytest.raises(AssertionError, match=r"the script has no answer for Request\(GET http://a.test/"):
        face.send(MemoryTransport())


def test_a_function_answers_by_the_request_and_the_last_one_for_ever(face: Any) -> None:
    transport = MemoryTransport([lambda _: Response(500), lambda request: Response(200, body=request.url.encode())])
    assert [face.send(transport).status for _ in range(4)] == [500, 200, 200, 200]
    with pytest.raises(ConnectFailed):
        face.send(MemoryTransport([lambda _: ConnectFailed("no")]))


@pytest.mark.parametrize("step", [None, "x", {"status": 200}, lambda _: None])
def test_a_step_of_another_kind_is_told(face: Any, step: Any) -> None:
    with pytest.raises(TypeError, match="a step is a Response, a Scripted, an error or a function"):
        face.send(MemoryTransport([step]))


def test_a_stream_and_a_response_stand_for_each_other(face: Any) -> None:
    whole = face.send(MemoryTransport([Scripted([b"a", b"", b"b"], 206, {"x": "y"})]))
    assert whole == Response(206, {"x": "y"}, b"ab")
    assert face.open(MemoryTransport([HTML])) == (StreamHead(500, HTML.headers), [b"<html>"])
    assert face.open(MemoryTransport([Response(200)]))[1] == []


def test_an_empty_chunk_is_not_the_end_of_a_stream(face: Any) -> None:
    head, chunks = face.open(MemoryTransport([Scripted([b"", b"a", b"", b"b", b""])]))
    assert chunks == [b"a", b"b"]
    assert head.headers["content-type"] == "text/event-stream"


def test_a_stream_counts_its_reads_and_is_counted_while_it_is_open() -> None:
    transport = MemoryTransport([Scripted([b"a", b"b"]), Scripted([b"c"])])
    first, second = transport.open(REQUEST), transport.open(REQUEST)
    assert transport.open_streams == 2
    assert (first.next(), first.reads, second.reads) == (b"a", 1, 0)
    first.close()
    first.close()
    second.cancel()
    assert transport.open_streams == 0
    with pytest.raises(StreamClosed):
        first.next()


def test_closing_holds_nothing_back(face: Any) -> None:
    transport = MemoryTransport([Response(200)])
    transport.close()
    run(transport.aclose())
    assert face.send(transport).status == 200
