"""Bodies over real sockets: what arrives is the whole body or an error, and what may be sent again is."""

import gzip
import io
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

import pristine
from pristine.ports.errors import (
    BodyChanged,
    ConnectionLost,
    InvalidPayload,
    PristineError,
    ServiceUnavailable,
    WrongFace,
)
from pristine.testing.server import Wire, in_turn
from tests.conftest import Connect, Serve
from tests.support.faces import MANIFEST

CONTENT = bytes(range(256)) * 1000
FAST = {"base": 0.001, "cap": 0.002}


def fine(wire: Wire) -> None:
    wire.json(b'{"ok": true}')


def busy(wire: Wire) -> None:
    wire.json(b"{}", 503, "Retry-After: 0")


def pieces() -> Iterator[bytes]:
    for start in range(0, len(CONTENT), 5000):
        yield CONTENT[start : start + 5000]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "data.bin"
    path.write_bytes(CONTENT)
    return path


def opened(path: Path) -> io.BufferedReader:
    file = path.open("rb")
    file.seek(100)
    return file


@pytest.mark.parametrize("source", ["bytes", "path", "file", "factory", "iterator"])
def test_every_kind_of_body_arrives_whole(connect: Connect, serve: Serve, path: Path, source: str) -> None:
    server = serve(in_turn(fine))
    with opened(path) as file:
        body: Any = {
            "bytes": CONTENT,
            "path": path,
            "file": file,
            "factory": pristine.body_of(pieces),
            "iterator": pieces(),
        }[source]
        assert connect(server).execute("post", body) == {"ok": True}
    received = server.requests[0]
    assert received.body == (CONTENT[100:] if source == "file" else CONTENT)
    known = source in {"bytes", "path", "file"}
    assert received.header("Content-Length") == (str(len(received.body)) if known else None)
    assert received.header("Transfer-Encoding") == (None if known else "chunked")
    assert received.header("Content-Type") == "application/octet-stream"


@pytest.mark.parametrize("source", ["bytes", "path", "file", "factory"])
def test_a_body_that_can_be_sent_again_is(connect: Connect, serve: Serve, path: Path, source: str) -> None:
    server = serve(in_turn(busy, busy, fine))
    with opened(path) as file:
        body: Any = {"bytes": CONTENT, "path": path, "file": file, "factory": pristine.body_of(pieces)}[source]
        connect(server, retry=FAST).execute("post", body)
    assert len(server.requests) == 3
    assert len({received.body for received in server.requests}) == 1
    assert len(server.requests[0].body) >= len(CONTENT) - 100


def test_a_body_that_cannot_be_sent_again_is_not(connect: Connect, serve: Serve) -> None:
    server = serve(in_turn(busy, fine))
    with pytest.raises(ServiceUnavailable, match="its body can be sent only once"):
        connect(server, retry=FAST).execute("post", pieces())
    assert len(server.requests) == 1


@pytest.mark.parametrize("change", ["shrunk", "grown"])
def test_a_file_that_changes_meanwhile_is_never_a_whole_request(
    connect: Connect, serve: Serve, path: Path, change: str
) -> None:
    size = path.stat().st_size

    def meddle(done: int, total: int | None) -> None:
        if done < size:
            path.write_bytes(CONTENT[:-1] if change == "shrunk" else CONTENT * 2)

    server = serve(in_turn(fine))
    with pytest.raises(BodyChanged):
        connect(server, retry=FAST).execute("post", pristine.with_progress(path, meddle))
    assert all(len(received.body) < size for received in server.requests)


def test_what_the_callers_iterator_raises_is_the_callers(connect: Connect, serve: Serve) -> None:
    def broken() -> Iterator[bytes]:
        yield b"some"
        raise OSError("my disk")

    server = serve(in_turn(fine))
    with pytest.raises(OSError, match="my disk") as caught:
        connect(server, retry=FAST).execute("post", broken())
    assert not isinstance(caught.value, PristineError)
    assert all(received.body.endswith(b"!") for received in server.requests)


def test_progress_counts_every_byte_and_starts_again_with_the_body(connect: Connect, serve: Serve, path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    body = pristine.with_progress(path, lambda done, total: told.append((done, total)))
    connect(serve(in_turn(busy, fine)), retry=FAST).execute("post", body)
    size = len(CONTENT)
    assert [done for done, _ in told].count(size) == 2
    assert {total for _, total in told} == {size}


def test_a_body_may_be_compressed(connect: Connect, serve: Serve, path: Path) -> None:
    server = serve(in_turn(fine))
    connect(server).execute("post", pristine.gzipped(path))
    received = server.requests[0]
    assert received.header("Content-Encoding") == "gzip"
    assert gzip.decompress(received.body) == CONTENT


def test_a_form_has_its_parts_streamed(connect: Connect, serve: Serve, path: Path) -> None:
    server = serve(in_turn(busy, fine))
    form = pristine.multipart(
        {"title": "é", "file": path, "raw": pristine.Part(b"{}", content_type="application/json")}
    )
    connect(server, retry=FAST).execute("post", form)
    received = server.requests[1]
    content_type = received.header("Content-Type") or ""
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + received.body)
    parts = {
        part.get_param("name", header="content-disposition"): part for part in message.walk() if not part.is_multipart()
    }
    assert parts["title"].get_payload(decode=True) == "é".encode()
    assert parts["file"].get_payload(decode=True) == CONTENT
    assert parts["file"].get_filename() == "data.bin"
    assert parts["raw"].get_content_type() == "application/json"
    assert received.header("Content-Length") == str(len(received.body))


def test_an_empty_file_is_sent_as_an_empty_file(connect: Connect, serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    server = serve(in_turn(fine))
    connect(server).execute("post", tmp_path / "empty")
    assert (server.requests[0].body, server.requests[0].header("Content-Length")) == (b"", "0")


def test_a_file_that_is_not_there_is_an_error_before_anything_is_sent(
    connect: Connect, serve: Serve, tmp_path: Path
) -> None:
    server = serve(in_turn(fine))
    with pytest.raises(InvalidPayload, match="none"):
        connect(server).execute("post", tmp_path / "none")
    assert server.connections == 0


def test_a_stream_may_have_a_body_too(connect: Connect, serve: Serve, path: Path) -> None:
    def feed(wire: Wire) -> None:
        wire.begin_stream()
        wire.chunk(b"data: 1\n\n")
        wire.end_stream()

    server = serve(in_turn(feed))
    assert len(connect(server).events("chat", path)) == 1
    assert server.requests[0].body == CONTENT


def test_a_raw_body_where_a_type_is_declared_is_refused(connect: Connect, serve: Serve) -> None:
    endpoint = {"method": "POST", "path": "/", "request": {"properties": {"a": "string"}}}
    manifest = pristine.load_manifest({"name": "t", "endpoints": {"e": endpoint}})
    with pytest.raises(InvalidPayload, match="declares a type"):
        connect(serve(in_turn(fine)), manifest=manifest).execute("e", b"{}")


async def numbers() -> AsyncIterator[bytes]:
    for number in range(3):
        yield b"%d" % number


async def test_an_async_iterator_is_for_the_async_face(serve: Serve) -> None:
    server = serve(in_turn(fine))
    context = pristine.context(base_url=server.url)
    async with pristine.AsyncPipeline(MANIFEST, context) as api:
        assert await api.execute("post", numbers()) == {"ok": True}
    assert server.requests[0].body == b"012"
    with pristine.Pipeline(MANIFEST, context) as blocking, pytest.raises(WrongFace, match="AsyncPipeline"):
        blocking.execute("post", numbers())


def test_a_peer_that_resets_in_the_middle_of_an_upload_is_a_lost_connection(connect: Connect, serve: Serve) -> None:
    def reset(wire: Wire) -> None:
        wire.socket.recv(1000)
        wire.reset()

    with pytest.raises(ConnectionLost):
        connect(serve(reset)).execute("post", b"x" * 20_000_000)
