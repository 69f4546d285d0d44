"""The aiohttp adapter where its vendor needs help: its tests share a transport, and servers that try it."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import trustme

import pristine
from pristine.adapters.aiohttp import AiohttpTransport
from pristine.ports.messages import Request
from pristine.ports.transport import AsyncByteStream
from pristine.testing.server import Received, Wire, WireServer, each_request

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
POISON = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
ONCE = {
    "closing": [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nmine"],
    "more": [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine" + POISON],
    "more-in-the-end": [CHUNKED + b"4\r\nmine\r\n", b"0\r\n\r\n" + POISON],
    "more-later": [CHUNKED + b"4\r\nmine\r\n0\r\n\r\n", POISON],
}
"""Answers, in pieces, after which a connection must not be used again."""
Make: TypeAlias = Callable[..., AiohttpTransport]
Ask: TypeAlias = Callable[..., AbstractAsyncContextManager[AsyncByteStream]]


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport(max_connections=2)
    yield transport
    await transport.aclose()


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """Make a transport with options, that is closed with the test."""
    async with AsyncExitStack() as stack:

        def made(**options: Any) -> AiohttpTransport:
            transport = AiohttpTransport(**options)
            stack.push_async_callback(transport.aclose)
            return transport

        yield made


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca(authority: trustme.CA, tmp_path: Path) -> str:
    """The file of the authority that `tls_server` is of."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@pytest.fixture
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def tls_server(server_context: ssl.SSLContext, stack: ExitStack) -> WireServer:
    """It answers with the name in the client's certificate, if there is one."""

    def answer(wire: Wire, received: Received) -> None:
        assert isinstance(wire.socket, ssl.SSLSocket)
        subject: Any = (wire.socket.getpeercert() or {}).get("subject", ())
        wire.respond(200, dict(pair for pairs in subject for pair in pairs).get("commonName", "").encode())

    return stack.enter_context(WireServer(each_request(answer), tls=server_context))


@pytest.fixture
def ask(transport: AiohttpTransport) -> Ask:
    """Open a response that is closed with the block."""

    @asynccontextmanager
    async def opened(server: WireServer, **options: Any) -> AsyncIterator[AsyncByteStream]:
        stream = await transport.aopen(Request("GET", server.url, **options))
        try:
            yield stream
        finally:
            await stream.aclose()

    return opened


async def rest(stream: AsyncByteStream) -> bytes:
    return b"".join([chunk async for chunk in _chunks(stream)])


async def _chunks(stream: AsyncByteStream) -> AsyncIterator[bytes]:
    while chunk := await stream.anext():
        yield chunk


def slow(wire: Wire, received: Received) -> None:
    """Every phase takes a moment, so that a cancellation can hit any of them."""
    stopping = wire.server.stopping
    stopping.wait(0.002)
    wire.begin_stream()
    for _ in range(3):
        stopping.wait(0.001)
        wire.chunk(b"data: x\n\n")
    wire.end_stream()


def quick(wire: Wire, received: Received) -> None:
    wire.json(b'{"ok": true}')


def says(*sent: bytes) -> Callable[[Wire], None]:
    """A handler that answers a request with these bytes, and closes."""

    def handle(wire: Wire) -> None:
        wire.request()
        for data in sent:
            wire.send(data)

    return handle


def says_and_stays(*sent: bytes) -> Callable[[Wire], None]:
    """A handler that answers a request with these bytes, one after another, and does not close."""

    def handle(wire: Wire) -> None:
        wire.request()
        for data in sent:
            wire.send(data)
            wire.pause(0.02)
        wire.pause()

    return handle


def waiting(head: bytes) -> Callable[[Wire], None]:
    """A handler that answers with a head, and nothing more."""

    def handle(wire: Wire) -> None:
        wire.request()
        wire.send(head)
        wire.pause()

    return handle


def context(server: WireServer, **transport: Any) -> Any:
    return pristine.context(base_url=server.url, retry="off", transport={"name": "aiohttp", **transport})
