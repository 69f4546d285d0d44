"""A recording: what stands in the file, line by line, whatever happens while it is made."""

import asyncio
import gc
import json
import os
import resource
import signal
import threading
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from pristine.adapters.cassette import RecordTransport, ReplayTransport
from pristine.adapters.cassette.exchange import How
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.errors import (
    BodyChanged,
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    DocumentError,
    FileError,
    ResponseTooLarge,
    RetrySafe,
    TimeoutExceeded,
)
from pristine.ports.messages import Request, Response
from tests.support.faces import run

GET = Request("GET", "http://a.test/x")
Opened = Callable[[Any, Request], Any]


class Driven:
    """A stream of either face, driven blockingly."""

    def __init__(self, stream: Any, finishing: Callable[[Any], Any] | None) -> None:
        self.stream = stream
        self._finishing = finishing

    def next(self, within: float | None = None) -> bytes:
        chunk: bytes = self._finishing(self.stream.anext(within)) if self._finishing else self.stream.next(within)
        return chunk

    def close(self) -> None:
        if self._finishing:
            self._finishing(self.stream.aclose())
        else:
            self.stream.close()


@pytest.fixture(params=["sync", "async"])
def open_(request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Open a response on one face."""
    if request.param == "sync":
        yield lambda transport, asked: Driven(transport.open(asked), None)
        return
    with asyncio.Runner() as runner:
        yield lambda transport, asked: Driven(runner.run(transport.aopen(asked)), runner.run)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def in_child(act: Callable[[], object]) -> int:
    """Act in a forked process; how that ended."""
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(10)
            act()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def lines(path: Path) -> list[Any]:
    """The exchanges of a cassette, as they are written."""
    data = path.read_bytes()
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()[1:]]


def hear(open_: Opened, transport: Any, request: Request = GET) -> tuple[Any, list[bytes]]:
    """Read a response to its end."""
    stream = open_(transport, request)
    chunks = list(iter(stream.next, b""))
    stream.close()
    return stream.stream.head, chunks


# -- what is written ---------------------------------------------------------------------------------------------------


def test_an_exchange_is_a_line(open_: Opened, path: Path) -> None:
    clock = ManualClock()

    def answer(request: Request) -> Scripted:
        clock.wind(0.25)
        return Scripted([b"data: \xc3\xa9\n\n", b"\xff"], 201, [("Via", "a"), ("via", "b")])

    request = Request("POST", "http://a.test/x?q=1", {"Accept": "*/*"}, b'{"a": 1}')
    hear(open_, RecordTransport(MemoryTransport([answer]), path, clock=clock), request)
    assert json.loads(path.read_text().splitlines()[0])["pristine-cassette"] == 1
    assert lines(path) == [
        {
            "number": 0,
            "request": {
                "method": "POST",
                "url": "http://a.test/x?q=1",
                "headers": [["Accept", "*/*"]],
                "body": {
                    "data": '{"a": 1}',
                    "size": 8,
                    "sha256": "f9d86028c6e0d64e225186f96acb69338b2c59764df79162107f5c4bb34d1310",
                },
            },
            "response": {
                "at": 0.25,
                "status": 201,
                "headers": [["Via", "a"], ["via", "b"]],
                "chunks": [[0.25, "data: é\n\n"], [0.25, {"base64": "/w=="}]],
            },
            "end": {"how": "complete", "at": 0.25},
        }
    ]


def test_offsets_are_of_when_each_piece_came(path: Path) -> None:
    clock = ManualClock()
    stream = RecordTransport(MemoryTransport([Scripted([b"a", b"b"])]), path, clock=clock).open(GET)
    for wait in (0.5, 1.25):
        clock.wind(wait)
        stream.next()
    clock.wind(1)
    stream.close()
    [line] = lines(path)
    assert [at for at, _ in line["response"]["chunks"]] == [0.5, 1.75]
    assert line["end"] == {"how": "closed", "at": 2.75}


@pytest.mark.parametrize(
    ("body", "data"),
    [(None, None), (b"", ""), (b"text", "text"), (b"\xff\xfe", {"base64": "//4="})],
    ids=["none", "empty", "text", "bytes"],
)
def test_a_body_is_text_where_it_is_and_none_is_not_an_empty_one(
    open_: Opened, path: Path, body: Any, data: Any
) -> None:
    hear(open_, RecordTransport(MemoryTransport([Response(204)]), path), attrs.evolve(GET, body=body))
    [line] = lines(path)
    assert (line["request"]["body"] or {}).get("data") == data
    assert (line["request"]["body"] is None) == (body is None)


class Streamed:
    """A body of two chunks, for both faces; `fails` breaks its source between them."""

    content_type = content_encoding = None
    replayable = True

    def __init__(self, *, length: int | None = None, fails: Exception | None = None) -> None:
        self.length = length
        self.fails = fails
        self.begun = 0
        self.closed = 0

    def chunks(self) -> Iterator[bytes]:
        self.begun += 1
        return self._chunks()

    def _chunks(self) -> Iterator[bytes]:
        try:
            yield b"first "
            if self.fails:
                raise self.fails
            yield b"second"
        finally:
            self.closed += 1

    async def achunks(self) -> AsyncIterator[bytes]:
        self.begun += 1
        for chunk in self._chunks():
            yield chunk


class OnlyAsyncBody:
    length = content_type = content_encoding = None
    replayable = False

    async def achunks(self) -> AsyncIterator[bytes]:
        yield b"only"


def test_a_body_in_pieces_is_recorded_as_it_was_sent(open_: Opened, path: Path) -> None:
    inner, body = MemoryTransport([Response(200)]), Streamed(length=12)
    hear(open_, RecordTransport(inner, path), attrs.evolve(GET, body=body))
    assert inner.requests[0].body == b"first second"
    assert body.begun == 1
    assert lines(path)[0]["request"]["body"]["data"] == "first second"


def test_a_body_for_one_face_stays_one_for_one_face(path: Path) -> None:
    transport = RecordTransport(MemoryTransport([Response(200)]), path)
    with pytest.raises(ConfigurationError, match="async iterator"):
        transport.send(attrs.evolve(GET, body=OnlyAsyncBody()))
    run(transport.asend(attrs.evolve(GET, body=OnlyAsyncBody())))
    assert [line["request"]["body"]["data"] for line in lines(path)] == ["only"]


@pytest.mark.parametrize("error", [BodyChanged("it grew"), ValueError("the caller's own")])
def test_what_the_caller_does_wrong_is_no_exchange(open_: Opened, path: Path, error: Exception) -> None:
    transport = RecordTransport(MemoryTransport([Response(200)]), path)
    with pytest.raises(type(error)):
        hear(open_, transport, attrs.evolve(GET, body=Streamed(fails=error)))
    assert lines(path) == []


def test_a_body_that_is_sent_again_is_recorded_once(open_: Opened, path: Path) -> None:
    """As by an adapter that finds its connection closed, and takes another."""

    class Twice(MemoryTransport):
        def open(self, request: Request) -> Any:
            next(request.body.chunks())  # type: ignore[union-attr]
            return super().open(request)

        async def aopen(self, request: Request) -> Any:
            await anext(request.body.achunks())  # type: ignore[union-attr]
            return await super().aopen(request)

    hear(open_, RecordTransport(Twice([Response(200)]), path), attrs.evolve(GET, body=Streamed()))
    assert lines(path)[0]["request"]["body"]["data"] == "first second"


class Lazy(MemoryTransport):
    """Fails before it looks at a body, every other time."""

    fails = True

    def open(self, request: Request) -> Any:
        self.fails = not self.fails
        if not self.fails:
            raise ConnectFailed("refused")
        return super().open(request)

    async def aopen(self, request: Request) -> Any:
        self.fails = not self.fails
        if not self.fails:
            raise ConnectFailed("refused")
        return await super().aopen(request)


def test_a_body_that_was_not_all_sent_is_not_read_for_replay_either(open_: Opened, path: Path) -> None:
    body = Streamed(length=12)
    request = attrs.evolve(GET, body=body)
    with pytest.raises(ConnectFailed):
        open_(RecordTransport(Lazy(), path), request)
    assert lines(path)[0]["request"]["body"] == {"size": 0, "sha256": ""}
    with pytest.raises(ConnectFailed):
        open_(ReplayTransport(path), request)
    assert body.begun == 0
    with pytest.raises(ConnectFailed):
        open_(ReplayTransport(path), attrs.evolve(GET, body=b"any"))


def test_what_was_not_sent_has_its_place_in_the_order(open_: Opened, path: Path) -> None:
    def statuses(transport: Any) -> Iterator[int | None]:
        for _ in range(3):
            try:
                yield hear(open_, transport, attrs.evolve(GET, body=Streamed()))[0].status
            except ConnectFailed:
                yield None

    inner = Lazy([lambda _: Response(200)])
    inner.fails = False
    assert list(statuses(RecordTransport(inner, path))) == [200, None, 200]
    assert list(statuses(ReplayTransport(path))) == [200, None, 200]


# -- how it ends -------------------------------------------------------------------------------------------------------


def test_an_error_keeps_its_class_and_its_data(open_: Opened, path: Path) -> None:
    data = {"phase": "connect", "limit": "connect", "seconds": 5.0, "retry_safe": RetrySafe.YES}
    late = TimeoutExceeded("connect timeout of 5 s passed", **data)
    transport = RecordTransport(MemoryTransport([late, Scripted([b"a", ConnectionLost("reset")])]), path)
    with pytest.raises(TimeoutExceeded) as first:
        open_(transport, GET)
    stream = open_(transport, GET)
    assert stream.next() == b"a"
    with pytest.raises(ConnectionLost):
        stream.next()
    stream.close()
    assert [line["end"]["error"]["class"] for line in lines(path)] == ["TimeoutExceeded", "ConnectionLost"]
    replay = ReplayTransport(path)
    with pytest.raises(TimeoutExceeded) as again:
        open_(replay, GET)
    assert vars(again.value) == vars(first.value)
    stream = open_(replay, GET)
    assert stream.next() == b"a"
    with pytest.raises(ConnectionLost, match="reset"):
        stream.next()


def test_an_error_with_an_answer_in_it_comes_back_with_it(open_: Opened, path: Path) -> None:
    error = ResponseTooLarge("too large", status=200, headers=Response(200, {"via": "x"}).headers, body=b"\xff\x00")
    with pytest.raises(ResponseTooLarge):
        open_(RecordTransport(MemoryTransport([error]), path), GET)
    with pytest.raises(ResponseTooLarge) as again:
        open_(ReplayTransport(path), GET)
    assert vars(again.value) == vars(error)


@pytest.mark.parametrize("ends", ["close", "cancel"])
def test_what_its_reader_leaves_is_recorded_as_far_as_it_went(open_: Opened, path: Path, ends: str) -> None:
    inner = MemoryTransport([Scripted([b"a", b"b"])])
    stream = open_(RecordTransport(inner, path), GET)
    assert stream.next() == b"a"
    (stream.close if ends == "close" else stream.stream.cancel)()
    stream.close()
    assert inner.open_streams == 0
    [line] = lines(path)
    assert line["end"]["how"] == {"close": "closed", "cancel": "cancelled"}[ends]
    assert [chunk for _, chunk in line["response"]["chunks"]] == ["a"]


async def test_a_cancelled_call_is_recorded_as_one_without_an_answer(path: Path) -> None:
    class Silent(MemoryTransport):
        async def aopen(self, request: Request) -> Any:
            await asyncio.Event().wait()

    transport = RecordTransport(Silent(), path)
    task = asyncio.create_task(transport.asend(GET))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lines(path)[0]["end"]["how"] == "cancelled"
    replay = ReplayTransport(path)
    assert replay.unused == ()
    with pytest.raises(ConfigurationError, match="is empty"):
        replay.send(GET)


def test_nothing_is_written_twice_whoever_ends_it(path: Path) -> None:
    stream = RecordTransport(MemoryTransport([Scripted([b"a"])]), path).open(GET)
    assert list(iter(stream.next, b"")) == [b"a"]
    stream.cancel()
    stream.close()
    assert len(lines(path)) == 1


def test_a_finaliser_may_cancel_in_the_middle_of_a_write(path: Path) -> None:
    """The lock of the tape is held, by this very thread, while garbage is collected."""
    transport = RecordTransport(MemoryTransport([Scripted([b"a"]), Scripted([b"b"])]), path)
    stream = transport.open(GET)
    writing = transport._tape._waiting.get().lock
    with writing:
        stream.cancel()
    assert lines(path) == []
    transport.send(GET)
    assert [line["end"]["how"] for line in lines(path)] == ["cancelled", "complete"]
    gc.collect()


# -- bounds ------------------------------------------------------------------------------------------------------------


def test_a_long_answer_is_not_kept_and_replay_says_so(open_: Opened, path: Path) -> None:
    transport = RecordTransport(MemoryTransport([Scripted([b"x" * 6, b"y" * 5])]), path, max_body_bytes=10)
    assert hear(open_, transport)[1] == [b"x" * 6, b"y" * 5], "the caller gets all of it"
    [line] = lines(path)
    assert (line["response"]["chunks"], line["end"]["how"]) == ([], How.OMITTED)
    with pytest.raises(ConfigurationError, match="ends here: its body is above max_body_bytes=10"):
        open_(ReplayTransport(path), GET)


def test_what_is_held_of_a_long_answer_is_let_go_at_once(path: Path) -> None:
    class Endless:
        head = Response(200)
        left = 100

        def next(self, within: float | None = None) -> bytes:
            self.left -= 1
            return bytes(1_000_000) if self.left else b""

        def close(self) -> None: ...

    class Inner(MemoryTransport):
        def open(self, request: Request) -> Any:
            return Endless()

    stream = RecordTransport(Inner(), path, max_body_bytes=3_000_000).open(GET)
    tracemalloc.start()
    try:
        while stream.next():
            pass
        now, peak = tracemalloc.get_traced_memory()
        assert now < 1_000_000
        assert peak < 6_000_000
    finally:
        tracemalloc.stop()


def test_a_long_request_is_found_again_by_its_digest(open_: Opened, path: Path) -> None:
    transport = RecordTransport(MemoryTransport([Response(200), Response(201)]), path, max_body_bytes=10)
    for body in (b"x" * 11, b"y" * 11):
        hear(open_, transport, attrs.evolve(GET, body=body))
    assert "data" not in lines(path)[0]["request"]["body"]
    replay = ReplayTransport(path)
    assert hear(open_, replay, attrs.evolve(GET, body=b"y" * 11))[0].status == 201
    with pytest.raises(ConfigurationError, match="the body is another: 11 bytes, not 11"):
        open_(replay, attrs.evolve(GET, body=b"z" * 11))


@pytest.mark.parametrize("bound", [0, -1, True, 1.5, None])
def test_a_bound_is_a_number(path: Path, bound: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_body_bytes=") as caught:
        RecordTransport(MemoryTransport(), path, max_body_bytes=bound)
    assert caught.value.setting == "max_body_bytes"
    assert not path.exists()


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_file_is_replaced_or_gone_on_with(path: Path) -> None:
    for append, count in ((False, 1), (True, 2), (False, 1), (True, 2), (True, 3)):
        RecordTransport(MemoryTransport([Response(200)]), path, append=append).send(GET)
        assert [line["number"] for line in lines(path)] == list(range(count))


def test_it_is_there_from_the_beginning_and_nobody_else_s_to_read(path: Path) -> None:
    RecordTransport(MemoryTransport(), path)
    assert lines(path) == []
    assert path.stat().st_mode & 0o077 == 0


def test_only_a_tape_of_the_same_rules_is_gone_on_with(path: Path) -> None:
    RecordTransport(MemoryTransport(), path, redact_json=["ssn"])
    with pytest.raises(ConfigurationError, match="other rules"):
        RecordTransport(MemoryTransport(), path, append=True)
    path.write_text("{}\n")
    with pytest.raises(DocumentError, match="it is no cassette"):
        RecordTransport(MemoryTransport(), path, append=True)


@pytest.mark.parametrize("append", [False, True])
def test_an_empty_file_is_a_new_one(path: Path, append: bool) -> None:
    path.touch()
    RecordTransport(MemoryTransport([Response(200)]), path, append=append).send(GET)
    assert len(lines(path)) == 1


def test_a_path_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file") as caught:
        RecordTransport(MemoryTransport(), tmp_path / "none" / "calls.jsonl")
    assert caught.value.setting == "path"


def test_another_working_directory_does_not_move_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    transport = RecordTransport(MemoryTransport([Response(200)]), path.name)
    monkeypatch.chdir("/")
    transport.send(GET)
    assert len(lines(path)) == 1


def test_a_full_disk_is_told_and_leaves_whole_lines(open_: Opened, path: Path) -> None:
    """A limit on the size of files stands in for the disk."""
    transport = RecordTransport(MemoryTransport([lambda _: Response(200, body=b"x" * 3000)]), path)
    hear(open_, transport)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 1000, hard))
    try:
        with pytest.raises(FileError, match="the recording is not complete") as caught:
            hear(open_, transport)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert caught.value.path == str(path)
    assert caught.value.errno is not None
    assert isinstance(caught.value.__cause__, OSError)
    assert len(lines(path)) == 1
    with pytest.raises(FileError):
        open_(transport, GET)
    with pytest.raises(FileError):
        transport.close()


def test_a_crash_leaves_what_had_ended(path: Path) -> None:
    """A child dies in the middle of a stream, and of a line."""

    def die() -> None:
        transport = RecordTransport(MemoryTransport([Response(200), Scripted([b"a", b"b"])]), path)
        transport.send(GET)
        transport.open(GET).next()
        with path.open("ab") as file:
            file.write(b'{"number": 1, "req')
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(die) == signal.SIGKILL
    assert ReplayTransport(path).send(GET).status == 200
    RecordTransport(MemoryTransport([Response(201)]), path, append=True).send(GET)
    replay = ReplayTransport(path)
    assert [replay.send(GET).status for _ in range(2)] == [200, 201]


# -- at once -----------------------------------------------------------------------------------------------------------


def test_threads_do_not_mix_their_lines(path: Path) -> None:
    transport = RecordTransport(MemoryTransport([lambda asked: Response(200, body=asked.url.encode() * 50)]), path)
    requests = [Request("GET", f"http://a.test/{number}") for number in range(300)]
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(transport.send, requests))
    transport.close()
    assert sorted(line["number"] for line in lines(path)) == list(range(300))
    replay = ReplayTransport(path)
    assert all(replay.send(asked).body == asked.url.encode() * 50 for asked in requests)
    replay.verify()


def test_streams_that_are_open_at_once_are_apart(path: Path) -> None:
    async def main() -> None:
        transport = RecordTransport(MemoryTransport([lambda asked: Scripted([asked.url.encode()] * 3)]), path)
        streams = [await transport.aopen(Request("GET", f"http://a.test/{number}")) for number in range(5)]
        for _ in range(4):
            await asyncio.gather(*(stream.anext() for stream in streams))

    run(main())
    assert [{chunk for _, chunk in line["response"]["chunks"]} for line in lines(path)] == [
        {f"http://a.test/{number}"} for number in range(5)
    ]


def test_a_forked_child_writes_lines_of_its_own_though_another_thread_was_writing(path: Path) -> None:
    transport = RecordTransport(MemoryTransport([lambda _: Response(200)]), path)
    transport.send(GET)

    def send() -> None:
        transport.send(GET)
        transport.close()

    with transport._tape._waiting.get().lock:
        assert in_child(send) == 0
    transport.send(GET)
    assert len(lines(path)) == 3


def test_the_order_is_that_of_the_requests_not_of_their_ends(path: Path) -> None:
    transport = RecordTransport(MemoryTransport([Scripted([b"first"]), Scripted([b"second"])]), path)
    first, second = transport.open(GET), transport.open(GET)
    for stream in (second, first):
        while stream.next():
            pass
    assert [line["number"] for line in lines(path)] == [1, 0]
    replay = ReplayTransport(path)
    assert [replay.send(GET).body for _ in range(2)] == [b"first", b"second"]


def test_a_reader_that_waits_is_woken_by_cancel_and_the_end_is_written_once(path: Path) -> None:
    waiting, woken = threading.Event(), threading.Event()

    class Waiting:
        head = Response(200)

        def next(self, within: float | None = None) -> bytes:
            waiting.set()
            assert woken.wait(5)
            raise ConnectionLost("cancelled")

        def cancel(self) -> None:
            woken.set()

        close = cancel

    class Inner(MemoryTransport):
        def open(self, request: Request) -> Any:
            return Waiting()

    stream = RecordTransport(Inner(), path).open(GET)
    canceller = threading.Thread(target=lambda: waiting.wait(5) and stream.cancel())
    canceller.start()
    with pytest.raises(ConnectionLost):
        stream.next()
    canceller.join()
    assert [line["end"]["how"] for line in lines(path)] == ["cancelled"]
