"""A pool of httpcore's connections, in both faces, in the place of httpcore's own.

Its own (1.0) loses a place when a task is cancelled between assignment and sending, may close a connection under the
thread that uses it, and looks at every connection for every request. Here a connection belongs to one request from when
it is taken until its response is closed, whatever happens, and a request costs the same at any size of the pool.
"""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final, Protocol

import attrs
import httpcore

from pristine.adapters.httpx.network import AsyncBackend, Backend, left

KEPT: Final = 20
"""How many idle connections are kept."""

EXPIRY: Final = 5.0
"""How long an idle connection is kept, in seconds: less than servers usually do."""


class Connection(Protocol):
    """What the bookkeeping asks of httpcore's connections."""

    def is_idle(self) -> bool: ...
    def is_closed(self) -> bool: ...
    def has_expired(self) -> bool: ...


@attrs.define(eq=False)
class Waiter:
    """A request that waits. `granted` when it may go on: with `connection`, or with a place to make one."""

    origin: httpcore.Origin
    wake: Callable[[], None]
    granted: bool = False
    connection: Any = None


class Places:
    """The books: at most `maximum` connections, taken and put back. No I/O: what is to be closed is `doomed`."""

    def __init__(self, maximum: int | None) -> None:
        self._maximum = maximum
        self._taken = 0
        self._idle: deque[tuple[httpcore.Origin, Any]] = deque()
        self._waiting: deque[Waiter] = deque()
        self.doomed: list[Any] = []

    def take(self, waiter: Waiter) -> bool:
        """Grant a place, with an idle connection if there is one, or put the waiter in the queue."""
        if self._waiting or not self._grant(waiter):
            self._waiting.append(waiter)
        return waiter.granted

    def _grant(self, waiter: Waiter) -> bool:
        waiter.connection = self._reusable(waiter.origin)
        waiter.granted = waiter.connection is not None or self._room()
        self._taken += waiter.granted
        return waiter.granted

    def put(self, origin: httpcore.Origin, connection: Any) -> None:
        """Give a place back, with its connection, which is kept if it can serve again."""
        self._taken -= 1
        if connection is not None and not connection.is_closed():
            if connection.is_idle() and not connection.has_expired():
                self._idle.append((origin, connection))
            else:
                self.doomed.append(connection)
        if len(self._idle) > KEPT:
            self.doomed.append(self._idle.popleft()[1])
        self._serve()

    def leave(self, waiter: Waiter) -> None:
        """A waiter that gives up: out of the queue, and what it was granted goes to the next."""
        if waiter.granted:
            self.put(waiter.origin, waiter.connection)
        else:
            self._waiting.remove(waiter)

    def clear(self) -> None:
        """Doom every idle connection."""
        self.doomed += [connection for _, connection in self._idle]
        self._idle.clear()

    def _serve(self) -> None:
        """Grant what has come free to those who wait, first come first."""
        while self._waiting:
            waiter = self._waiting[0]
            if not self._grant(waiter):
                return
            self._waiting.popleft()
            waiter.wake()

    def _reusable(self, origin: httpcore.Origin) -> Any:
        """The idle connection to an origin that was used last; the expired are doomed on the way."""
        for index in range(len(self._idle) - 1, -1, -1):
            if self._idle[index][0] == origin:
                connection = self._idle[index][1]
                del self._idle[index]
                if not connection.has_expired():
                    return connection
                self.doomed.append(connection)
        return None

    def _room(self) -> bool:
        """Is there room for one more? Another origin's idle connection makes way."""
        if self._maximum is None or self._taken + len(self._idle) < self._maximum:
            return True
        if self._taken < self._maximum:
            self.doomed.append(self._idle.popleft()[1])
            return True
        return False


class _Tls:
    """One TLS context for a pool, made when first needed: that takes 15 ms, and httpcore makes one a connection."""

    _context: Any = None

    def for_origin(self, origin: httpcore.Origin) -> Any:
        if origin.scheme == b"https" and self._context is None:
            self._context = httpcore.default_ssl_context()
        return self._context


# -- blocking ----------------------------------------------------------------------------------------------------------


class Pool:
    """The blocking pool; it may be used from several threads."""

    def __init__(self, max_connections: int | None) -> None:
        self._places = Places(max_connections)
        self._lock = threading.Lock()
        self._tls = _Tls()
        self._backend = Backend()

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        origin = request.url.origin
        connection = self._take(origin, request) or self._make(origin)
        try:
            response = connection.handle_request(request)
        except BaseException:
            self._put(origin, connection)
            raise
        response.stream = _Body(response.stream, lambda: self._put(origin, connection))
        return response  # type: ignore[no-any-return]

    def close(self) -> None:
        with self._lock:
            self._places.clear()
        self._bury()

    def _make(self, origin: httpcore.Origin) -> Any:
        context = self._tls.for_origin(origin)
        return httpcore.HTTPConnection(
            origin, ssl_context=context, keepalive_expiry=EXPIRY, network_backend=self._backend
        )

    def _take(self, origin: httpcore.Origin, request: httpcore.Request) -> Any:
        granted = threading.Event()
        waiter = Waiter(origin, granted.set)
        with self._lock:
            at_once = self._places.take(waiter)
        self._bury()
        if at_once:
            return waiter.connection
        in_time = False
        try:
            in_time = granted.wait(_pool_limit(request))
        finally:
            if not in_time:
                with self._lock:
                    self._places.leave(waiter)
        if not in_time:
            raise httpcore.PoolTimeout
        return waiter.connection

    def _put(self, origin: httpcore.Origin, connection: Any) -> None:
        with self._lock:
            self._places.put(origin, connection)
        self._bury()

    def _bury(self) -> None:
        while self._places.doomed:
            with self._lock:
                doomed, self._places.doomed = self._places.doomed, []
            for connection in doomed:
                connection.close()


class _Body:
    """A response's body that gives its connection back when it is closed, once."""

    def __init__(self, body: Any, give_back: Callable[[], None]) -> None:
        self._body = body
        self._give_back: Callable[[], None] | None = give_back

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            try:
                self._body.close()
            finally:
                give_back()


# -- async -------------------------------------------------------------------------------------------------------------


class AsyncPool:
    """The async pool, for one event loop."""

    def __init__(self, max_connections: int | None) -> None:
        self._places = Places(max_connections)
        self._tls = _Tls()
        self._backend = AsyncBackend()
        self._closing: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        origin = request.url.origin
        connection = await self._take(origin, request) or self._make(origin)
        try:
            response = await connection.handle_async_request(request)
        except BaseException:
            self._put(origin, connection)
            raise
        response.stream = _AsyncBody(response.stream, lambda: self._put(origin, connection))
        return response  # type: ignore[no-any-return]

    async def aclose(self) -> None:
        self._places.clear()
        self._bury()
        while self._closing:
            await asyncio.wait(self._closing)

    def _make(self, origin: httpcore.Origin) -> Any:
        context = self._tls.for_origin(origin)
        return httpcore.AsyncHTTPConnection(
            origin, ssl_context=context, keepalive_expiry=EXPIRY, network_backend=self._backend
        )

    async def _take(self, origin: httpcore.Origin, request: httpcore.Request) -> Any:
        granted = asyncio.Event()
        waiter = Waiter(origin, granted.set)
        at_once = self._places.take(waiter)
        self._bury()
        if at_once:
            return waiter.connection
        try:
            async with asyncio.timeout(_pool_limit(request)):
                await granted.wait()
        except TimeoutError:
            self._leave(waiter)
            raise httpcore.PoolTimeout from None
        except BaseException:
            self._leave(waiter)
            raise
        return waiter.connection

    def _leave(self, waiter: Waiter) -> None:
        self._places.leave(waiter)
        self._bury()

    def _put(self, origin: httpcore.Origin, connection: Any) -> None:
        self._places.put(origin, connection)
        self._bury()

    def _bury(self) -> None:
        """Close what is doomed in tasks of their own: whoever brought it here may be cancelled."""
        doomed, self._places.doomed = self._places.doomed, []
        for connection in doomed:
            task = asyncio.get_running_loop().create_task(connection.aclose())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


class _AsyncBody:
    """The async face of _Body."""

    def __init__(self, body: Any, give_back: Callable[[], None]) -> None:
        self._body = body
        self._give_back: Callable[[], None] | None = give_back

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()  # type: ignore[no-any-return]

    async def aclose(self) -> None:
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            try:
                await self._body.aclose()
            finally:
                give_back()


def _pool_limit(request: httpcore.Request) -> float | None:
    return left(request.extensions.get("timeout", {}).get("pool"), httpcore.PoolTimeout)
