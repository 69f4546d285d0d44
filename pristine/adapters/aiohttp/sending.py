"""A request on its way over a connection of aiohttp's, beside the reading of the answer, which may come first.

What is small is written at once. Else a task goes on as fast as the peer reads, and holds one piece. That the peer is
gone, the reader learns from the connection; what else ends the sending is told to it.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, Protocol

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import StreamWriter

from pristine.adapters.aiohttp.http1 import framed
from pristine.ports.body import AsyncBody

PIECE: Final = 64 * 1024
"""Bytes of a body that are written at a time."""


class Sender(Protocol):
    """Who is told how it went."""

    def sent(self) -> None:
        """All of it is written."""

    def unsent(self, error: Exception) -> None:
        """Sending has failed."""


class Sending:
    """One request. `stall` bounds the wait until a piece is gone; `fault` is what the body's source raised."""

    _task: "asyncio.Task[None] | None" = None
    fault: Exception | None = None
    done = False

    def __init__(self, protocol: ResponseHandler, stall: float | None, sender: Sender) -> None:
        self._protocol = protocol
        self._stall = stall
        self._sender = sender

    def begin(self, head: bytes, body: bytes | AsyncBody | None) -> None:
        if body is None or isinstance(body, bytes):
            content = body or b""
            unsent = self._write(head + content[:PIECE])
            rest = _pieces(content) if unsent or len(content) > PIECE else None
        else:
            rest = self._opened(body)
            self._write(head)
        if rest is None:
            self._end()
        else:
            self._task = asyncio.get_running_loop().create_task(self._go_on(rest))

    def _opened(self, body: AsyncBody) -> AsyncGenerator[bytes]:
        try:
            return framed(body.achunks(), body.length)
        except Exception as error:
            self.fault = error
            raise

    def _write(self, data: bytes) -> int:
        """Write, and say how much is not yet the kernel's."""
        if (transport := self._protocol.transport) is None:
            raise aiohttp.ServerDisconnectedError
        transport.write(data)
        return transport.get_write_buffer_size()

    async def _go_on(self, rest: AsyncGenerator[bytes]) -> None:
        writer = StreamWriter(self._protocol, asyncio.get_running_loop())
        if writer.transport is not None:
            writer.transport.set_write_buffer_limits(0)  # drained is empty
        async with aclosing(rest):
            piece: bytes | None = b""
            while piece is not None:
                if not await self._passes(writer, piece):
                    return
                try:
                    piece = await anext(rest, None)
                except Exception as error:  # noqa: BLE001 the caller's source may raise anything
                    self.fault = error
                    self._sender.unsent(error)
                    return
        self._end()

    async def _passes(self, writer: StreamWriter, piece: bytes) -> bool:
        try:
            self._write(piece)
            async with asyncio.timeout(self._stall):
                await writer.drain()
        except TimeoutError:
            self._sender.unsent(aiohttp.SocketTimeoutError())
            return False
        except (aiohttp.ClientError, OSError):
            return False
        return True

    def _end(self) -> None:
        self.done = True
        self._sender.sent()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def stopped(self) -> None:
        """Return when nothing of it is left running."""
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task})


async def _pieces(content: bytes) -> AsyncGenerator[bytes]:
    for start in range(PIECE, len(content), PIECE):
        yield content[start : start + PIECE]
