"""Record from a real server, stop it, replay: the same bytes and chunks, on either face, and no secret on disk."""

import gzip
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pristine
from pristine.adapters.aiohttp import AiohttpTransport
from pristine.adapters.cassette import RecordTransport, ReplayTransport
from pristine.adapters.httpx import HttpxTransport
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import (
    ConnectFailed,
    ConnectionLost,
    PristineError,
    ProtocolViolation,
    RetrySafe,
    TimeoutExceeded,
)
from pristine.ports.headers import PRINTABLE
from pristine.ports.messages import Request, Timeout
from pristine.testing.server import Received, Wire, WireServer, each_request
from tests.support.faces import FACES, MANIFEST, Async, Blocking, run

KEY: Final = "sk-live-0123456789-secret"
BACKENDS: Final[dict[str, Any]] = {
    "httpx-sync": (Blocking, HttpxTransport),
    "httpx-async": (Async, HttpxTransport),
    "aiohttp": (Async, AiohttpTransport),
}


@pytest.fixture(params=BACKENDS.values(), ids=list(BACKENDS))
def live(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def answer(wire: Wire, received: Received) -> None:
    """What this server says, by the path that is asked for."""
    key = (received.header("Authorization") or "").encode()
    match received.target.partition("?")[0]:
        case "/get":
            wire.json(b'{"n": 1, "you": "%s"}' % key, 200, "Set-Cookie: a=1", "Set-Cookie: b=2", "Link: </get?page=2>")
        case "/post":
            wire.respond(200, gzip.compress(b'{"said": %s, "key": "%s"}' % (received.body, key)), *GZIPPED)
        case "/feed":
            wire.begin_stream()
            for piece in (b"data: on", b"e\n\ndata: caf\xc3", b"\xa9\n\n", b"data: %s\n\n" % key):
                wire.chunk(piece)
                wire.server.stopping.wait(0.02)  # so that they come one by one
            wire.end_stream()
        case "/chat":
            wire.begin_stream()
            wire.chunk(b"data: 1\n\n")
            wire.server.stopping.wait(0.02)
            wire.reset()
        case _:
            wire.respond(404, b"<html>")


GZIPPED: Final = ("Content-Type: application/json", "Content-Encoding: gzip")


def everything(api: Any) -> list[Any]:
    """Every endpoint, once."""
    heard: list[Any] = [api.execute("get"), api.execute("post", {"a": [1, "é"]})]
    heard += [event.data for event in api.events("feed")]
    stream = api.open("chat", {})
    heard.append(stream.next().data)
    with pytest.raises(pristine.StreamInterrupted) as caught:
        stream.next()
    stream.close()
    heard += [type(caught.value.__cause__), caught.value.events]
    with pytest.raises(pristine.StatusError) as refused:
        api.execute("typed")
    return [*heard, refused.value.status, refused.value.body]


def context(url: str, transport: Any) -> Any:
    return pristine.context(base_url=url, transport=transport, retry="off", auth=pristine.Bearer(KEY))


@pytest.mark.parametrize("other", FACES.values(), ids=list(FACES))
def test_what_was_recorded_is_replayed_on_either_face(live: Any, other: Any, path: Path) -> None:
    face, inner = live
    with WireServer(each_request(answer)) as server, face(context(server.url, RecordTransport(inner(), path))) as api:
        said = everything(api)
        if face is Blocking:
            api.pipeline._engine.context.transport.close()
        else:
            api.runner.run(api.pipeline._engine.context.transport.aclose())
    replay = ReplayTransport(path)
    with other(context(server.url, replay)) as api:
        assert everything(api) == [masked(value) for value in said]
    replay.verify()
    assert KEY.encode() not in path.read_bytes()
    assert KEY.encode() not in b"".join(unpacked(path))


def masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: masked(part) for key, part in value.items()}
    return value.replace(f"Bearer {KEY}", "***").replace(KEY, "***") if isinstance(value, str) else value


def unpacked(path: Path) -> Iterator[bytes]:
    """Every body in a cassette, with its coding undone, where there is one left."""
    for exchange in ReplayTransport(path).unused:
        body = b"".join(chunk for _, chunk in exchange.chunks)
        yield gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def feed(wire: Wire, received: Received) -> None:
    wire.begin_stream()
    for number in range(5):
        wire.chunk(b"data: %d\n\nda" % number)
        wire.server.stopping.wait(0.02)
        wire.chunk(b"ta: \xff\n\n")
    wire.end_stream()


async def chunks(transport: Any, request: Request, found: list[bytes]) -> Any:
    stream = await transport.aopen(request)
    try:
        while chunk := await stream.anext():
            found.append(chunk)
        return stream.head
    finally:
        await stream.aclose()


def blocking_chunks(transport: Any, request: Request, found: list[bytes]) -> Any:
    stream = transport.open(request)
    try:
        while chunk := stream.next():
            found.append(chunk)
        return stream.head
    finally:
        stream.close()


def read(face: Any, transport: Any, request: Request, found: list[bytes] | None = None) -> tuple[Any, list[bytes]]:
    """The head of a response, and its chunks, which `found` has even if there comes an error."""
    found = [] if found is None else found
    if face is Blocking:
        return blocking_chunks(transport, request, found), found
    return run(chunks(transport, request, found)), found


def test_chunks_are_those_that_came_over_the_wire(live: Any, path: Path) -> None:
    face, inner = live
    transport = RecordTransport(inner(), path)
    with WireServer(each_request(feed)) as server:
        request = Request("GET", server.url + "/feed")
        heard = read(face, transport, request)
        transport.close() if face is Blocking else None
    assert len(heard[1]) > 2
    for other in (Blocking, Async):
        assert read(other, ReplayTransport(path), request) == heard


@pytest.mark.parametrize(
    ("breaks", "error", "timeout"),
    [
        (lambda wire: wire.reset(), ConnectionLost, None),
        (lambda wire: wire.send(b"nonsense\r\n\r\n"), ProtocolViolation, None),
        (lambda wire: wire.pause(), TimeoutExceeded, 0.1),
        (lambda wire: wire.respond(200, b"short", length=10), ConnectionLost, None),
    ],
    ids=["reset", "nonsense", "silence", "short"],
)
def test_a_failure_comes_again_as_it_came(live: Any, path: Path, breaks: Any, error: Any, timeout: Any) -> None:
    face, inner = live

    def once(wire: Wire) -> None:
        wire.request()
        breaks(wire)

    transport = RecordTransport(inner(), path)
    with WireServer(once) as server:
        request = Request("GET", server.url, timeout=Timeout(read=timeout))
        with pytest.raises(error) as live_error:
            read(face, transport, request)
    for other in (Blocking, Async):
        with pytest.raises(error) as again:
            read(other, ReplayTransport(path), request)
        assert vars(again.value) == vars(live_error.value)
        assert type(again.value) is type(live_error.value)


def test_a_refused_connection_comes_again(live: Any, path: Path) -> None:
    face, inner = live
    with WireServer(lambda wire: None) as server:
        pass
    request = Request("GET", server.url)
    with pytest.raises(ConnectFailed):
        read(face, RecordTransport(inner(), path), request)
    with pytest.raises(ConnectFailed) as again:
        read(face, ReplayTransport(path), request)
    assert again.value.retry_safe is RetrySafe.YES


def test_a_connection_goes_back_to_a_pool_of_one(live: Any, path: Path) -> None:
    face, inner = live
    transport = RecordTransport(inner(max_connections=1), path)
    with WireServer(each_request(answer)) as server, face(context(server.url, transport)) as api:
        for _ in range(3):
            api.execute("get", timeout=pristine.Timeout(pool=1))
            stream = api.open("feed", timeout=pristine.Timeout(pool=1))
            stream.next()
            stream.close()
        if face is Blocking:
            transport.close()
        else:
            api.runner.run(transport.aclose())


def test_a_forked_child_records_too(path: Path) -> None:
    transport = RecordTransport(HttpxTransport(), path)
    with WireServer(each_request(answer)) as server:
        transport.send(Request("GET", server.url + "/get?from=parent"))
        child = os.fork()
        if child == 0:
            try:
                signal.alarm(10)
                transport.send(Request("GET", server.url + "/get?from=child"))
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        transport.close()
    assert [exchange.asked.url.partition("=")[2] for exchange in ReplayTransport(path).unused] == ["parent", "child"]


def test_upload_from_pieces_is_found_again(live: Any, path: Path) -> None:
    face, inner = live

    def upload(api: Any) -> Any:
        return api.execute("post", pristine.body_of(iter([b"[1,", b"2]"]), content_type="application/json"))

    transport = RecordTransport(inner(), path)
    with WireServer(each_request(answer)) as server, face(context(server.url, transport)) as api:
        said = upload(api)
        if face is Blocking:
            transport.close()
        else:
            api.runner.run(transport.aclose())
    for other in FACES.values():
        with other(context(server.url, ReplayTransport(path))) as api:
            assert upload(api) == masked(said)


# -- any script --------------------------------------------------------------------------------------------------------

FIELDS: Final = st.tuples(
    st.sampled_from(sorted(PRINTABLE - {"content-encoding", "content-length"})),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=10),
)
FAULTS: Final = st.sampled_from([ConnectFailed("no"), ConnectionLost("gone"), TimeoutExceeded("late", limit="read")])
STEPS: Final = st.one_of(
    FAULTS,
    st.builds(
        Scripted,
        st.builds(
            lambda chunks, fault: [*chunks, *([fault] if fault else [])],
            st.lists(st.one_of(st.binary(min_size=1), st.text(min_size=1).map(str.encode)), max_size=5),
            st.none() | FAULTS,
        ),
        st.integers(200, 599),
        st.lists(FIELDS, max_size=4),
    ),
)


def outcome(transport: Any, request: Request, face: Any) -> Any:
    """The head and the chunks, or the chunks and the error that ended them."""
    found: list[bytes] = []
    try:
        return read(face, transport, request, found)
    except PristineError as error:
        return found, type(error), vars(error)


@pytest.mark.parametrize("face", [Blocking, Async], ids=["sync", "async"])
@given(script=st.lists(STEPS, min_size=1, max_size=4), bodies=st.lists(st.binary(max_size=9), min_size=4, max_size=4))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_replay_is_what_was_recorded(face: Any, path: Path, script: list[Any], bodies: list[bytes]) -> None:
    requests = [Request("POST", "http://a.test/", body=body) for body, _ in zip(bodies, script, strict=False)]
    record = RecordTransport(MemoryTransport(script), path)
    said = [outcome(record, request, face) for request in requests]
    for other in (Blocking, Async):
        replay = ReplayTransport(path)
        assert [outcome(replay, request, other) for request in requests] == said
        replay.verify()


def test_the_manifest_of_these_tests_has_what_they_ask_for() -> None:
    assert {"get", "post", "feed", "chat", "typed"} <= MANIFEST.endpoints.keys()
