"""Transport: httpx, both faces, by its transport objects.

Its client is not used: it costs as much again, and redirects, cookies, retries and decoding are not an adapter's.
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

import httpx

from pristine.adapters.httpx.network import Limit
from pristine.adapters.httpx.pool import AsyncPool, Pool
from pristine.adapters.per_loop import PerLoop, PerProcess
from pristine.adapters.timing import Timing
from pristine.ports.blocking import LiftedByteStream, finish
from pristine.ports.body import achunks_of, chunks_of
from pristine.ports.collected import collected
from pristine.ports.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    ProtocolViolation,
    StreamClosed,
    TransportError,
)
from pristine.ports.messages import Request, Response, StreamHead

_LIMITS: Final[Mapping[type[Exception], str]] = {
    httpx.ConnectTimeout: "connect",
    httpx.ReadTimeout: "read",
    httpx.WriteTimeout: "write",
    httpx.PoolTimeout: "pool",
}
_ERRORS: Final[Mapping[type[Exception], type[TransportError]]] = {
    httpx.ConnectError: ConnectFailed,
    httpx.ProxyError: ConnectFailed,
    httpx.UnsupportedProtocol: ConnectFailed,
    httpx.InvalidURL: ConnectFailed,
    httpx.NetworkError: ConnectionLost,
    httpx.ProtocolError: ProtocolViolation,
    httpx.HTTPError: ConnectionLost,
}
_VENDOR: Final = (httpx.HTTPError, httpx.InvalidURL)
"""What httpx raises of its own; whatever else comes is of the caller's body, and stays what it is."""

_CLOSED_EARLY: Final = ("disconnected", "peer closed")
"""How h11 and httpcore word a connection that ended too soon, which httpx files under protocol errors."""


class HttpxTransport:
    """Both faces of Transport and StreamTransport over HTTP/1.1.

    Pools are made at first use, one for each process and one for each event loop, so the same object serves threads,
    forked children and one `asyncio.run` after another. `max_connections` bounds each pool; None is no bound.
    """

    def __init__(self, *, max_connections: int | None = 100) -> None:
        if max_connections is not None and max_connections < 1:
            raise ConfigurationError(f"max_connections={max_connections}: give at least 1, or None for no bound")
        self._blocking = PerProcess(lambda: _Blocking(max_connections))
        self._async = PerLoop(lambda: _Async(max_connections), _Async.aclose)
        self._abandoned: deque[_Stream] = deque()

    def send(self, request: Request) -> Response:
        return finish(collected(request, LiftedByteStream(self.open(request))))

    def open(self, request: Request) -> "_Stream":
        while self._abandoned:
            self._abandoned.popleft().close()
        content = chunks_of(request.body)
        exchange = _Exchange(request, content)
        try:
            response = self._blocking.get().handle_request(exchange.request)
        except _VENDOR as error:
            raise exchange.translated(error, "head") from error
        finally:
            if close := getattr(content, "close", None):
                close()
        return _Stream(response, exchange, self._abandoned)

    def close(self) -> None:
        if (pool := self._blocking.pop()) is not None:
            pool.close()

    async def asend(self, request: Request) -> Response:
        return await collected(request, await self.aopen(request))

    async def aopen(self, request: Request) -> "_AsyncStream":
        pool = await self._async.get()
        content = achunks_of(request.body)
        exchange = _Exchange(request, content)
        try:
            response = await pool.handle_async_request(exchange.request)
        except _VENDOR as error:
            raise exchange.translated(error, "head") from error
        finally:
            if aclose := getattr(content, "aclose", None):
                await aclose()
        return _AsyncStream(response, exchange)

    async def aclose(self) -> None:
        await self._async.aclose()


class _Blocking(httpx.HTTPTransport):
    def __init__(self, max_connections: int | None) -> None:
        self._pool: Any = Pool(max_connections)


class _Async(httpx.AsyncHTTPTransport):
    def __init__(self, max_connections: int | None) -> None:
        self._pool: Any = AsyncPool(max_connections)


class _Exchange:
    """One request on its way: httpx's form of it, its time limits, and httpx's errors translated."""

    def __init__(self, request: Request, content: Any) -> None:
        self.timing = Timing(request.timeout)
        names = ("connect", "read", "write", "pool")
        self._limits = {name: Limit.until(getattr(request.timeout, name), self.timing.ends) for name in names}
        self.request = httpx.Request(
            request.method,
            request.url,
            headers=[(name.encode(), value.encode("latin-1")) for name, value in request.headers.multi_items()],
            content=content,
            extensions={"timeout": self._limits},
        )

    def reading(self, within: float | None) -> None:
        """The next piece of the body is to come `within` seconds; httpcore holds on to the Limit, which is told."""
        self.timing.reading(within)
        self._limits["read"].ends = self.timing.ends

    def translated(self, error: Exception, phase: str) -> TransportError:
        """The port's error for one of httpx's."""
        limit = next((name for kind, name in _LIMITS.items() if isinstance(error, kind)), None)
        if limit is not None:
            return self.timing.timed_out(limit, phase if limit == "read" else limit)
        kind = next(ours for theirs, ours in _ERRORS.items() if isinstance(error, theirs))
        told = str(error) or f"the connection broke ({type(error).__name__})"
        if kind is ProtocolViolation and any(words in told for words in _CLOSED_EARLY):
            kind = ConnectionLost
        return kind(told)


class _Open:
    """What both faces of an open body share."""

    def __init__(self, response: httpx.Response, exchange: _Exchange) -> None:
        self.head = StreamHead(response.status_code, response.headers.multi_items())
        self._response = response
        self._exchange = exchange
        self._finished = False

    def _broken(self, error: Exception) -> TransportError:
        return self._exchange.translated(error, "body")

    def _shut(self) -> None:
        """Shut the socket, which wakes a reader in any thread; not the connection's, once it may serve another."""
        if not self._finished:
            stream = self._response.extensions.get("network_stream")
            connection = stream.get_extra_info("socket") if stream is not None else None
            with contextlib.suppress(OSError):
                if connection is not None:
                    _shutdown(connection)


def _shutdown(connection: Any) -> None:
    if isinstance(connection, socket.socket):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # an SSLSocket's own would take TLS from its reader
    else:
        connection.shutdown(socket.SHUT_RDWR)


class _Stream(_Open):
    def __init__(self, response: httpx.Response, exchange: _Exchange, abandoned: "deque[_Stream]") -> None:
        super().__init__(response, exchange)
        self._chunks: Iterator[bytes] = iter(response.stream)  # type: ignore[arg-type]  # httpx types it as either
        self._abandoned = abandoned

    def next(self, within: float | None = None) -> bytes:
        if self._finished:
            raise StreamClosed("the stream is closed")
        self._exchange.reading(within)
        try:
            for chunk in self._chunks:
                if chunk:
                    return chunk
        except _VENDOR as error:
            raise self._broken(error) from error
        return b""

    def cancel(self) -> None:
        self._shut()
        self._abandoned.append(self)  # closing takes the pool's lock, which a finaliser must not

    def close(self) -> None:
        self._finished = True
        self._response.stream.close()  # type: ignore[union-attr]


class _AsyncStream(_Open):
    def __init__(self, response: httpx.Response, exchange: _Exchange) -> None:
        super().__init__(response, exchange)
        self._chunks: AsyncIterator[bytes] = response.stream.__aiter__()  # type: ignore[union-attr]
        self._loop = asyncio.get_running_loop()
        self._closing: asyncio.Task[None] | None = None

    async def anext(self, within: float | None = None) -> bytes:
        if self._finished:
            raise StreamClosed("the stream is closed")
        self._exchange.reading(within)
        try:
            async for chunk in self._chunks:
                if chunk:
                    return chunk
        except _VENDOR as error:
            raise self._broken(error) from error
        return b""

    def cancel(self) -> None:
        self._shut()
        with contextlib.suppress(RuntimeError):  # the loop is closed, and its pool with it
            self._loop.call_soon_threadsafe(self._close_soon)

    def _close_soon(self) -> None:
        if not self._finished:
            self._closing = self._loop.create_task(self._end())

    async def aclose(self) -> None:
        if self._closing is not None:
            await asyncio.wait({self._closing})
        elif not self._finished:
            await self._end()

    async def _end(self) -> None:
        self._finished = True
        await self._response.stream.aclose()  # type: ignore[union-attr]
