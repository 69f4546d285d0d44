"""The mock as a server: HTTP/1.1 to the byte, many connections at once, and nothing left of it once it is closed."""

import asyncio
import gc
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

import pristine
from pristine.ports.errors import ConfigurationError
from pristine.testing.mock import MockServer
from pristine.testing.mock.desk import Desk
from pristine.testing.mock.wire import LARGEST_BODY, LONGEST_HEAD
from tests.testing.mocked import MANIFEST, THING, Api, one_endpoint, plain, serving

HOST: Final = b"Host: mock\r\nAuthorization: Bearer x\r\n"


class Line:
    """A plain socket to a mock."""

    def __init__(self, server: MockServer) -> None:
        port = int(server.url.rpartition(":")[2])
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def head(self) -> tuple[int, dict[str, str]]:
        """The status and fields of the next response."""
        status = int(self.file.readline().split()[1])
        lines = iter(self.file.readline, b"\r\n")
        return status, {
            name.lower(): value.strip() for name, _, value in (line.decode().partition(":") for line in lines)
        }

    def response(self) -> tuple[int, dict[str, str], bytes]:
        status, fields = self.head()
        return status, fields, self.file.read(int(fields.get("content-length", 0)))

    def chunk(self) -> bytes:
        size = int(self.file.readline(), 16)
        return self.file.read(size + 2)[:-2]

    def ended(self) -> bool:
        return self.file.read(1) == b""


@contextmanager
def line(manifest: pristine.Manifest = MANIFEST) -> Iterator[tuple[MockServer, Line]]:
    with MockServer(manifest) as server:
        opened = Line(server)
        with opened.socket, opened.file:
            yield server, opened


def get(path: str, *fields: bytes, version: bytes = b"1.1", method: bytes = b"GET") -> bytes:
    return b"%b %b HTTP/%b\r\n%b%b\r\n" % (
        method,
        path.encode(),
        version,
        HOST,
        b"".join(one + b"\r\n" for one in fields),
    )


def test_a_connection_serves_request_after_request() -> None:
    with line() as (server, wire):
        for _ in range(3):
            wire.send(get("/open"))
            assert wire.response()[::2] == (200, b"{}")
        wire.send(get("/open") * 3)
        assert [wire.response()[0] for _ in range(3)] == [200, 200, 200]
        wire.send(get("/open", method=b"HEAD"))
        status, fields = wire.head()
        assert (status, fields["content-length"]) == (200, "2")
        wire.send(get("/feed", method=b"HEAD"))
        assert wire.head()[1]["transfer-encoding"] == "chunked"
        wire.send(b"DELETE /things/1 HTTP/1.1\r\nHost: mock\r\nCookie: session=x\r\n\r\n")
        status, fields = wire.head()
        assert (status, "content-length" in fields) == (204, False)
        wire.send(get("/nothing"))
        assert wire.response()[0] == 404
        wire.send(get("/open", b"Connection: close"))
        assert wire.response()[1]["connection"] == "close"
        assert wire.ended()
        assert len(server.history) == 11


def test_http_1_0_is_closed_unless_it_says_otherwise() -> None:
    for fields, closed in (((), True), ((b"Connection: keep-alive",), False)):
        with line() as (_, wire):
            wire.send(get("/open", *fields, version=b"1.0"))
            assert ("connection" in wire.response()[1]) is closed
            if closed:
                assert wire.ended()


def test_a_stream_has_no_chunks_for_http_1_0() -> None:
    with line() as (_, wire):
        wire.send(get("/feed", version=b"1.0"))
        status, fields, body = wire.response()
        assert (status, "transfer-encoding" in fields, body.count(b"data: ")) == (200, False, body.count(b"id: "))


def test_each_event_is_a_chunk_of_its_own() -> None:
    with line() as (_, wire):
        wire.send(get("/feed"))
        assert wire.head()[1]["transfer-encoding"] == "chunked"
        chunks = list(iter(wire.chunk, b""))
        assert [chunk.startswith(b"id: %d\ndata: " % index) for index, chunk in enumerate(chunks, 1)] == [True] * len(
            chunks
        )
        wire.send(get("/open"))
        assert wire.response()[0] == 200


def test_a_body_may_come_in_chunks_or_be_waited_for() -> None:
    with line(one_endpoint({"request": {"type": "object"}})) as (server, wire):
        begin = b"POST /e HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\n"
        wire.send(begin + b'Transfer-Encoding: chunked\r\n\r\n5;x=y\r\n{"a":\r\n2\r\n1}\r\n0\r\nX-Trailer: 1\r\n\r\n')
        assert wire.response()[0] == 200
        wire.send(begin + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert wire.head()[0] == 100
        wire.send(b"{}")
        assert wire.response()[0] == 200
        assert [call.body for call in server.history] == [{"a": 1}, {}]


def test_an_absolute_target_is_a_path() -> None:
    with line() as (_, wire):
        wire.send(get("http://mock/open?"))
        assert wire.response()[0] == 200
        wire.send(get("http://mock"))
        assert wire.response()[0] == 404


BAD: Final[list[tuple[bytes, int]]] = [
    (b"nonsense\r\n\r\n", 400),
    (b"GET /open HTTP/2.0\r\n\r\n", 400),
    (b"GET /a b HTTP/1.1\r\n\r\n", 400),
    (b"GET /open HTTP/1.1\r\n\r\n", 400),
    (b"GET /open HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (get("/open", b"Bad Name: x"), 400),
    (get("/open", b"X-A: 1", b" folded"), 400),
    (get("/open", b"X-A: \x00"), 400),
    (get("/open", b"Content-Length: x"), 400),
    (get("/open", b"Content-Length: 1", b"Content-Length: 2"), 400),
    (get("/open", b"Content-Length: 5", b"Transfer-Encoding: chunked"), 400),
    (get("/open", b"Transfer-Encoding: gzip"), 400),
    (get("/open", b"Transfer-Encoding: chunked") + b"zz\r\n", 400),
    (get("/open", b"Transfer-Encoding: chunked") + b"2\r\nabcd", 400),
    (get("/open", b"Content-Length: %d" % (LARGEST_BODY + 1)), 413),
    (get("/open", b"Transfer-Encoding: chunked") + b"%x\r\n" % (LARGEST_BODY + 1), 413),
    (get("/open", b"X-Long: " + b"x" * LONGEST_HEAD), 431),
]


@pytest.mark.parametrize(("data", "status"), BAD, ids=range(len(BAD)))
def test_what_is_not_http_is_refused_and_the_connection_closed(data: bytes, status: int) -> None:
    with line() as (_, wire):
        wire.send(data)
        found, fields, body = wire.response()
        assert (found, fields["connection"]) == (status, "close")
        assert b'"message"' in body


def test_a_request_that_is_cut_short_is_no_call() -> None:
    with line() as (server, wire):
        wire.send(get("/open")[:-10])
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.ended()
    with line() as (server, wire):
        wire.send(get("/open", b"Content-Length: 5") + b"ab")
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.response()[0] == 400
        assert len(server.history) == 0


def test_two_hundred_calls_at_once() -> None:
    async def call(client: Any, number: int) -> Any:
        if number % 4 == 0:
            async with client.feed() as response:
                return [item.text async for item in response.items()]
        if number % 4 == 1:
            return [item["id"] async for item in client.things.list().items(15)]
        made = await client.things.create(**{**THING, "name": f"thing {number % 8}"})
        return made["name"]

    async def all_of(url: str) -> list[Any]:
        transport = {"name": "httpx", "max_connections": 200}
        context = pristine.context(base_url=url, transport=transport, credentials={"token": "t"}, retry="off")
        async with pristine.AsyncClient(MANIFEST, context) as client:
            made = client.with_options(reconnect=False)
            return await asyncio.gather(*(call(made if number % 4 == 0 else client, number) for number in range(200)))

    with MockServer(MANIFEST) as server:
        found = asyncio.run(all_of(server.url))
        assert len(server.history) == 50 + 2 * 50 + 100
        assert {call.refused for call in server.history} == {""}
    for number, answer in enumerate(found):
        assert answer == found[number % 8], number


def test_calls_come_from_many_threads_at_once() -> None:
    with serving("sync") as (server, api):
        threads = [threading.Thread(target=lambda: [api.client.open() for _ in range(10)]) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.history["open"]) == 200


def descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc to count descriptors with")
def test_nothing_is_left_of_a_mock_that_was_closed() -> None:
    before, threads = len(descriptors()), threading.active_count()
    server = MockServer(MANIFEST)
    server.start()
    server.fault("feed", "stall")
    server.fault("told", "slow", seconds=600)
    lines = [Line(server) for _ in range(20)]
    for number, wire in enumerate(lines):
        wire.send([b"", b"GET /op", get("/open"), get("/feed"), get("/told/x")][number % 5])
    assert lines[2].head()[0] == lines[3].head()[0] == lines[4].head()[0] == 200
    server.close()
    assert threading.active_count() == threads
    for wire in lines:
        with suppress(ConnectionResetError):  # of those whose request had not been read
            while wire.file.read(65536):
                pass
        wire.file.close()
        wire.socket.close()
    gc.collect()
    assert len(descriptors()) == before
    server.close()


def test_a_port_that_was_closed_can_be_used_again() -> None:
    with MockServer(MANIFEST) as server:
        port = int(server.url.rpartition(":")[2])
        assert httpx.get(f"{server.url}/open").status_code == 200
        with pytest.raises(ConfigurationError, match=rf"127\.0\.0\.1:{port}: Address already in use") as caught:
            MockServer(MANIFEST, port=port).start()
        assert caught.value.setting == "port"
        with pytest.raises(ConfigurationError, match="serves already"):
            server.start()
    assert server.url == ""
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/open")
    with MockServer(MANIFEST, port=port) as again:
        assert again.url.endswith(f":{port}")
        assert httpx.get(f"{again.url}/open").status_code == 200
    with pytest.raises(ConfigurationError, match="70000"):
        MockServer(MANIFEST, port=70000).start()


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_it_serves_on_ipv6() -> None:
    try:
        with MockServer(MANIFEST, host="::1") as server:
            assert server.url.startswith("http://[::1]:")
            page = httpx.get(f"{server.url}/linked", headers={"authorization": "Bearer x"})
            assert page.links["next"]["url"].startswith(f"{server.url}/linked?")
    except ConfigurationError:
        pytest.skip("this machine has no ::1")


def test_it_can_be_started_again_and_remembers() -> None:
    server = MockServer(MANIFEST)
    for _ in range(2):
        with server:
            httpx.get(f"{server.url}/open")
    assert len(server.history) == 2


def test_the_history_may_be_short() -> None:
    for size, kept in ((None, 3), (2, 2), (0, 0)):
        with MockServer(MANIFEST, history_size=size) as server:
            for path in ("/open", "/nothing", "/open"):
                httpx.get(server.url + path)
            assert [call.path for call in server.history] == ["/open", "/nothing", "/open"][3 - kept :]


def test_each_call_is_told_as_it_comes() -> None:
    told: list[Any] = []
    with MockServer(MANIFEST, on_call=told.append) as server:
        httpx.get(f"{server.url}/open")
        httpx.get(f"{server.url}/nothing")
        assert [(call.endpoint, call.status) for call in told] == [("open", 200), ("", 404)]


def test_a_fault_of_the_mock_s_own_is_told_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("oops")

    with plain() as (server, http):
        monkeypatch.setattr(Desk, "_answered", broken)
        answer = http.get("/open")
        assert (answer.status_code, answer.json()["error"]["message"]) == (
            500,
            "the mock itself failed: RuntimeError: oops",
        )
        monkeypatch.undo()
        assert http.get("/open").status_code == 200
        assert [call.status for call in server.history] == [500, 200]


ALONE: Final = """
import sys, pristine
from urllib.request import urlopen
from pristine.testing.mock import MockServer
from pristine.testing.examples import examples_for
endpoint = {"method": "GET", "path": "/e", "response": "integer"}
with MockServer(pristine.load_manifest({"name": "x", "endpoints": {"e": endpoint}})) as server:
    assert int(urlopen(server.url + "/e").read()) >= 0
vendors = {"httpx", "httpcore", "aiohttp", "anyio", "yaml", "click", "pytest", "hypothesis"}
print(sorted(vendors & {name.partition(".")[0] for name in sys.modules}))
"""


def test_it_needs_nothing_but_the_base_install() -> None:
    command = [sys.executable, "-W", "error", "-c", ALONE]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"


def test_both_faces_share_a_mock() -> None:
    with serving("sync") as (server, api):
        other = Api("async", server.url)
        assert api.value(api.client.told("x")) == other.value(other.client.told("x"))
        other.close()
        assert len(server.history) == 2
