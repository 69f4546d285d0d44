"""The async face: tasks that wait, and a race between the addresses of a host."""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator
from itertools import zip_longest
from typing import Any, Final

from pristine.adapters.httpcore.errors import Passed
from pristine.adapters.httpcore.exchange import AsyncChunks, Exchange
from pristine.adapters.httpcore.loop_wire import LoopWire, settle, waited
from pristine.adapters.httpcore.wires import READ, SPACE

_HEAD_START: Final = 0.25
"""Seconds that one address of a host has before the next is tried beside it (RFC 8305 section 5)."""


class _Signal:
    def __init__(self) -> None:
        self.future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def set(self) -> None:
        settle(self.future)


class LoopFace:
    """A task waits."""

    def __init__(self, core: Any) -> None:
        self._core = core
        self._space = bytearray(SPACE)  # for all: what is read into it is taken from it at once
        self._wires: set[LoopWire] = set()

    def lock(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def signal(self) -> _Signal:
        return _Signal()

    async def granted(self, signal: _Signal, seconds: float | None) -> bool:
        return await waited(signal.future, seconds)

    async def dial(self, host: str, port: int, local: str | None, exchange: Exchange) -> LoopWire:
        async with _within(exchange):
            sock = await _dialled(host, port, local)
            loop = asyncio.get_running_loop()
            wire = LoopWire(self._space, self._core.WriteError, self._wires.discard)
            self._wires.add(wire)
            try:
                await loop.create_connection(lambda: wire, sock=sock)
            except BaseException:
                self._wires.discard(wire)
                sock.close()
                raise
        return wire

    async def secure(self, wire: LoopWire, context: ssl.SSLContext, host: str, exchange: Exchange) -> None:
        async with _within(exchange):
            await wire.secure(context, host)

    async def write(self, wire: LoopWire, data: bytes, exchange: Exchange) -> None:
        await wire.write(data, exchange, "connect")

    async def read(self, wire: LoopWire, exchange: Exchange) -> bytes:
        return await wire.read(READ, exchange, "connect")

    def take(self, exchange: Exchange) -> None:
        exchange.atake_content()

    async def drop(self, content: Any) -> None:
        if isinstance(content, AsyncChunks):
            await content.aclose()

    def http(self, origin: Any, wire: LoopWire, *, http2: bool) -> Any:
        if http2:
            return self._core.AsyncHTTP2Connection(origin, wire)
        made = self._core.AsyncHTTP11Connection(origin, wire)
        # Its own lock is anyio's, which costs 10 µs of a call, and 10 ms of the first. In a version that calls it
        # otherwise this does nothing.
        made._state_lock = asyncio.Lock()  # noqa: SLF001 as above
        return made

    async def handle(self, http: Any, request: Any) -> Any:
        return await http.handle_async_request(request)

    async def leave(self) -> None:
        for wire in list(self._wires):
            wire.close()
        if closing := [wire.gone for wire in self._wires]:
            await asyncio.wait(closing)


@contextlib.asynccontextmanager
async def _within(exchange: Exchange) -> AsyncIterator[None]:
    """Bound what is inside by what is left of `connect`."""
    limit = asyncio.timeout(exchange.left("connect"))
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if limit.expired():
            raise Passed("connect") from error
        raise


async def _dialled(host: str, port: int, local: str | None) -> socket.socket:
    """A socket, connected to the first address that answers."""
    loop = asyncio.get_running_loop()
    waiting, attempts = deque(await _addresses(host, port)), set[asyncio.Task[socket.socket]]()
    failed: BaseException = OSError("the host's name has no address")
    try:
        while waiting or attempts:
            if waiting:
                attempts.add(loop.create_task(_connected(waiting.popleft(), local)))
            patience = _HEAD_START if waiting else None
            await asyncio.wait(attempts, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for attempt in [attempt for attempt in attempts if attempt.done()]:
                attempts.remove(attempt)
                if (error := attempt.exception()) is None:
                    return attempt.result()
                failed = error
        raise failed
    finally:
        for attempt in attempts:
            attempt.cancel()
            attempt.add_done_callback(_let_go)


async def _connected(found: tuple[Any, ...], local: str | None) -> socket.socket:
    family, kind, protocol, _, address = found
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        if local is not None:
            sock.bind((local, 0))
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def _let_go(attempt: "asyncio.Task[socket.socket]") -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()


async def _addresses(host: str, port: int) -> list[Any]:
    """Those of both families in turn, the system's first choice first (RFC 8305 section 4)."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    first = [one for one in found if one[0] == found[0][0]]
    second = [one for one in found if one[0] != found[0][0]]
    return [one for pair in zip_longest(first, second) for one in pair if one is not None]
