"""The async face over a client, in the event loop that the client is used in: a deadline and `cancel` end a wait."""

import asyncio
import contextlib
import time
from typing import Any

from pristine.adapters.httpcore.client import ABLE, ClientExchange, OnClient
from pristine.adapters.httpcore.errors import Errors, Passed
from pristine.adapters.httpcore.exchange import AsyncChunks
from pristine.ports.capabilities import Capability
from pristine.ports.collected import collected
from pristine.ports.errors import ConnectionLost, StreamClosed
from pristine.ports.messages import Request, Response, StreamHead


class AsyncClientTransport(OnClient):
    """The async face."""

    capabilities = ABLE | {Capability.CANCEL, Capability.TOTAL_TIMEOUT}

    async def asend(self, request: Request) -> Response:
        return await collected(request, await self.aopen(request))

    async def aopen(self, request: Request) -> "AsyncClientStream":
        exchange = ClientExchange(request, self._errors)
        exchange.atake_content()
        try:
            async with _Wait(exchange):
                response = await self._client.send(self._built(exchange), stream=True, follow_redirects=False)
            try:
                head = exchange.head_of(response)
            except BaseException:
                await response.aclose()
                raise
        except self._errors.kinds as error:
            exchange.fail(error, "head")
        finally:
            if isinstance(exchange.content, AsyncChunks):
                await exchange.content.aclose()
        return AsyncClientStream(head, response, exchange, self._errors)

    async def aclose(self) -> None:
        """There is nothing to close: the client stays open."""


class _Wait:
    """Ends at the moment that ends what is waited for, or when it is told to; then raises Passed."""

    def __init__(self, exchange: ClientExchange) -> None:
        ends = exchange.timing.ends
        loop = asyncio.get_running_loop()
        self._scope = asyncio.timeout_at(None if ends is None else loop.time() + ends - time.monotonic())

    def end(self) -> None:
        self._scope.reschedule(asyncio.get_running_loop().time())

    async def __aenter__(self) -> None:
        await self._scope.__aenter__()

    async def __aexit__(self, *raised: Any) -> None:  # noqa: PYI036 they are handed on
        try:
            await self._scope.__aexit__(*raised)
        except TimeoutError as error:
            raise Passed("read") from error


class AsyncClientStream:
    """An open response of a client; `cancel` alone may come from another thread."""

    _wait: _Wait | None = None
    _closing: "asyncio.Task[None] | None" = None
    _is_over = False

    def __init__(self, head: StreamHead, response: Any, exchange: ClientExchange, errors: Errors) -> None:
        self.head = head
        self._response = response
        self._chunks: Any = aiter(response.stream)  # not its own iterators, which decode, or mind a second reading
        self._exchange = exchange
        self._errors = errors
        self._loop = asyncio.get_running_loop()

    async def anext(self, within: float | None = None) -> bytes:
        if self._is_over:
            raise StreamClosed("the stream is closed")
        self._exchange.reading(within)
        self._wait = _Wait(self._exchange)
        chunk: bytes | None = b""
        try:
            async with self._wait:
                while chunk == b"":
                    chunk = await anext(self._chunks, None)
        except self._errors.kinds as error:
            if not self._is_over:
                self._exchange.fail(error, "body")
        finally:
            self._wait = None
        if self._is_over:
            raise ConnectionLost("the stream was closed while it was read")
        return chunk or b""

    def cancel(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._end_soon)

    def _end_soon(self) -> None:
        if not self._is_over:
            self._is_over = True
            if self._wait is not None:
                self._wait.end()
            self._closing = self._loop.create_task(self._close())

    async def aclose(self) -> None:
        if self._closing is not None:
            await asyncio.wait({self._closing})
        elif not self._is_over:
            self._is_over = True
            await self._close()

    async def _close(self) -> None:
        await self._response.aclose()
        with contextlib.suppress(RuntimeError):  # it is being read
            await self._chunks.aclose()
