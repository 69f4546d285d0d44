"""A transport around another has the faces, the methods and the capabilities of the inner one, and no others."""

from typing import Any

import pytest

import pristine
from pristine.adapters.aiohttp import AiohttpTransport
from pristine.adapters.around import Around, OpenStream, Side, Whole
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.capabilities import Capability, capabilities_of, faces_of
from pristine.ports.errors import ConfigurationError, StreamClosed, WrongFace
from pristine.ports.messages import Request, Response
from tests.support.faces import MANIFEST, run

REQUEST = Request("GET", "http://a.test/")
UNARY = pristine.load_manifest({"name": "x", "endpoints": {"e": {"method": "GET", "path": "/"}}})


class Passing(Around):
    """Does nothing of its own."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner, None)

    async def _open(self, side: Side, request: Request) -> OpenStream:
        return _Stream(await side.streams.aopen(request))


class _Stream(OpenStream):
    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.head = inner.head

    async def anext(self, within: float | None = None) -> bytes:
        chunk: bytes = await self.inner.anext(within)
        return chunk

    def cancel(self) -> None:
        self.inner.cancel()

    async def aclose(self) -> None:
        await self.inner.aclose()


class Blocking:
    """A transport that can only send."""

    closed = 0

    def send(self, request: Request) -> Response:
        return Response(201, {"x": "y"}, b"whole" if request.method == "GET" else b"")

    def close(self) -> None:
        self.closed += 1


class Async:
    async def asend(self, request: Request) -> Response:
        return Response(202, {}, b"whole")

    async def aclose(self) -> None: ...


@pytest.mark.parametrize(
    ("inner", "faces", "opens"),
    [(Blocking(), ("blocking",), []), (Async(), ("async",), []), (AiohttpTransport(), ("async",), ["aopen"])],
    ids=["blocking", "async", "aiohttp"],
)
def test_a_face_that_is_missing_inside_is_missing_outside(inner: Any, faces: Any, opens: list[str]) -> None:
    twice = Passing(Passing(inner))
    assert faces_of(twice) == faces
    assert [name for name in ("open", "aopen") if hasattr(twice, name)] == opens
    assert [name for name in ("close", "aclose") if hasattr(twice, name)] == [
        {"blocking": "close", "async": "aclose"}[face] for face in faces
    ]


def test_a_pipeline_is_told_of_the_wrong_face() -> None:
    with pytest.raises(WrongFace, match=r"transport Passing has no blocking face \(it lacks send\(\), close\(\)\)"):
        pristine.Pipeline(UNARY, pristine.context(transport=Passing(AiohttpTransport())))
    with pytest.raises(WrongFace, match="async face"):
        pristine.AsyncPipeline(UNARY, pristine.context(transport=Passing(Blocking())))
    with pytest.raises(ConfigurationError, match="has no open"):
        pristine.Pipeline(MANIFEST, pristine.context(transport=Passing(Blocking())))


def test_capabilities_are_those_of_the_inner_one() -> None:
    class Odd(Blocking):
        capabilities = frozenset({Capability.PROXY})

    assert capabilities_of(Passing(Odd())) == {Capability.PROXY}
    for inner in (MemoryTransport(), Blocking(), AiohttpTransport()):
        assert capabilities_of(Passing(inner)) == capabilities_of(inner)


def test_one_that_cannot_stream_gives_its_response_whole() -> None:
    blocking = Passing(Blocking())
    assert blocking.send(REQUEST) == Response(201, {"x": "y"}, b"whole")
    assert blocking.send(Request("HEAD", "http://a.test/")).body == b""
    blocking.close()
    assert blocking.inner.closed == 1
    assert run(Passing(Async()).asend(REQUEST)) == Response(202, {}, b"whole")


@pytest.mark.parametrize("leave", [Whole.close, Whole.cancel], ids=["close", "cancel"])
def test_a_whole_response_that_is_left_is_over(leave: Any) -> None:
    stream = Whole(Response(200, body=b"whole"))
    assert [stream.next(), stream.next(), stream.next()] == [b"whole", b"", b""]
    leave(stream)
    with pytest.raises(StreamClosed):
        stream.next()


def test_both_faces_read_the_same() -> None:
    transport = Passing(MemoryTransport([Scripted([b"a", b"b"]), Scripted([b"a", b"b"])]))
    stream = transport.open(REQUEST)
    assert list(iter(stream.next, b"")) == [b"a", b"b"]
    stream.close()
    with pytest.raises(StreamClosed):
        stream.next()

    async def main() -> list[bytes]:
        stream = await transport.aopen(REQUEST)
        chunks = [await stream.anext() for _ in range(3)]
        await stream.aclose()
        await transport.aclose()
        return chunks

    assert run(main()) == [b"a", b"b", b""]
    assert transport.inner.open_streams == 0


def test_an_answer_above_its_bound_is_refused_and_its_stream_closed() -> None:
    transport = Passing(MemoryTransport([Scripted([b"12345", b"6"])]))
    with pytest.raises(pristine.ResponseError):
        transport.send(Request("GET", "http://a.test/", max_response_bytes=5))
    assert transport.inner.open_streams == 0


@pytest.mark.parametrize("inner", ["httpx", MemoryTransport, None, object()])
def test_what_is_no_transport_is_refused(inner: Any) -> None:
    with pytest.raises(ConfigurationError, match="inner: give a transport"):
        Passing(inner)


def test_its_repr_names_both() -> None:
    assert repr(Passing(MemoryTransport())) == "Passing(MemoryTransport)"
