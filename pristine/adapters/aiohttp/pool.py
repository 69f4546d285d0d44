"""aiohttp's connector as a pool: who has a place, who is told of a lost connection, which idle one is used again.

The connector's own bound is left out: when a task that it woke is cancelled, it wakes no other. A connection that has
lain idle is used only if it was silent: nothing is sent again behind the caller's back, so it must not be stale.
"""

import asyncio
import functools
import math
import select
import ssl
import sys
from collections.abc import Callable
from typing import Final, Protocol

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from yarl import URL

EXPIRY: Final = 5.0
"""How long an idle connection is kept, in seconds: less than servers usually do."""

ORIGINS: Final = 256
"""How many origins are remembered."""

_AHEAD: Final = 128 * 1024
"""aiohttp stops reading at twice this: one read of asyncio's, so that a reader who keeps up is never paused."""

_LONGEST, _MOST = 64 * 1024, 1000
"""The longest header field of a response, and how many there may be."""


class User(Protocol):
    """Who has a connection."""

    def lost(self) -> None:
        """The connection is lost."""

    def drop(self) -> None:
        """Let go of it."""


class Line(asyncio.Protocol):
    """A connection for one use after another: what its socket says goes to aiohttp's protocol through here.

    aiohttp parses what arrives together as one, and loses a good head, and the chunks behind it, to a bad chunk that
    came with them. So the head of a chunked body is handed over first.
    """

    def __init__(self, protocol: ResponseHandler, transport: asyncio.Transport, gone: Callable[["Line"], None]) -> None:
        self.protocol = protocol
        self.transport = transport
        self.user: User | None = None
        self.error: Exception | None = None
        self._gone = gone
        self._expects_head = False
        transport.set_protocol(self)

    def take(self, connection: Connection, user: User) -> None:
        self.connection, self.user = connection, user

    def expect(self, method: str) -> None:
        """Get ready for the answer to a request that is about to be sent."""
        self._expects_head = True
        self.protocol.set_response_params(
            skip_payload=method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            read_bufsize=_AHEAD,
            max_line_size=_LONGEST,
            max_field_size=_LONGEST,
            max_headers=_MOST,
        )

    def data_received(self, data: bytes) -> None:
        if self._expects_head:
            self._expects_head = False
            end = data.find(b"\r\n\r\n") + 4
            if 4 <= end < len(data) and data.find(b"hunked", 0, end) > 0:
                self.protocol.data_received(data[:end])
                data = data[end:]
        self.protocol.data_received(data)

    def eof_received(self) -> None:
        self.protocol.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        self.error = error
        self.protocol.connection_lost(error)
        self._gone(self)
        if self.user is not None:
            self.user.lost()

    def pause_writing(self) -> None:
        self.protocol.pause_writing()

    def resume_writing(self) -> None:
        self.protocol.resume_writing()

    def has_input(self) -> bool:
        """Say whether, while idle, it has anything to read: its end, or no answer to what will be sent."""
        if not hasattr(select, "poll"):
            return False  # on Windows the event loop alone knows, a moment later
        poll = select.poll()
        poll.register(self.transport.get_extra_info("socket"), select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        self.transport.abort()  # close() would wait until what was written is sent
        self.connection.close()


class Pool:
    """The connections of one event loop."""

    def __init__(self, max_connections: int | None) -> None:
        self._connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=EXPIRY)
        self._places = asyncio.Semaphore(max_connections or sys.maxsize)
        self._lines: dict[ResponseHandler, Line] = {}
        self._tls: ssl.SSLContext | None = None
        self.origin = functools.lru_cache(ORIGINS)(self._origin)

    def _origin(self, url: str) -> aiohttp.ClientRequest:
        """What the connector is asked with: a request to the origin. Raises ValueError for what is not a URL."""
        if url[:5].lower() == "https" and self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        loop = asyncio.get_running_loop()
        return aiohttp.ClientRequest("GET", URL(url, encoded=True), loop=loop, ssl=self._tls or True)

    async def place(self, limit: float | None) -> None:
        """Take a place, which `leave` or `put` gives back."""
        async with asyncio.timeout(limit if self._places.locked() else None):
            await self._places.acquire()

    def leave(self) -> None:
        self._places.release()

    async def connect(self, origin: aiohttp.ClientRequest, limit: float | None, user: User) -> Line:
        """A connection that is fresh, or has lain idle in silence: neither closed, nor answered ahead."""
        timeout = aiohttp.ClientTimeout(connect=limit, ceil_threshold=math.inf)
        while True:
            connection = await self._connector.connect(origin, [], timeout)
            protocol, transport = connection.protocol, connection.transport
            if protocol is None or transport is None:
                connection.close()
                raise aiohttp.ServerDisconnectedError
            line = self._lines.get(protocol)
            stale = line is not None and (protocol.should_close or line.has_input())
            if line is None:
                line = self._lines[protocol] = Line(protocol, transport, self._gone)
            line.take(connection, user)
            if not stale:
                return line
            line.user = None
            line.close()

    def _gone(self, line: Line) -> None:
        self._lines.pop(line.protocol, None)

    def put(self, line: Line, *, reusable: bool) -> None:
        """Give a connection and its place back."""
        line.user = None
        if reusable:
            line.connection.release()
        else:
            line.close()
        self.leave()

    async def aclose(self) -> None:
        for line in list(self._lines.values()):
            if line.user is not None:
                line.user.drop()
        await self._connector.close()
