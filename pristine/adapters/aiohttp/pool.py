"""aiohttp's connector as a pool: who has a place, and which idle connection is used again.

The connector only makes connections. Its own bound forgets those who wait when one of them is cancelled, and it has
none for idle ones. Nothing is sent again behind the caller's back, so a connection that lay idle must not be stale.
"""

import asyncio
import functools
import math
import time
from typing import Final

import aiohttp

from pristine.adapters.aiohttp.alarm import Alarm
from pristine.adapters.aiohttp.line import Line, User
from pristine.adapters.aiohttp.origin import Origin, Proxy
from pristine.adapters.aiohttp.places import Places
from pristine.adapters.tls import ssl_context
from pristine.ports.connection import ConnectionOptions

ORIGINS: Final = 256
"""How many origins are remembered."""

MOMENT: Final = 0.2
"""How many seconds there may be too many idle ones: in a burst, what is put is taken again at once."""

NO_LIMIT: Final = aiohttp.ClientTimeout()
"""The limits are not aiohttp's to keep: it knows neither what they are called nor how much of them is left."""


class Idle:
    """Connections that are kept for later: the last one put is taken first, the first one put is closed first."""

    def __init__(self, most: float, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._lines: dict[Line, None] = {}
        self._to: dict[Origin, dict[Line, None]] = {}
        self._alarm = Alarm(self)  # one for all: whoever came first is the first to go

    def put(self, line: Line) -> None:
        line.expires = time.monotonic() + self._seconds
        self._lines[line] = None
        self._to.setdefault(line.origin, {})[line] = None
        self._alarm.by(line.expires)
        if len(self._lines) > self._most:
            self._watch()

    def take(self, origin: Origin) -> Line | None:
        while lines := self._to.get(origin):
            line = next(reversed(lines))
            self.forget(line)
            if line.is_silent() and time.monotonic() < line.expires:
                return line
            line.close()
        return None

    def shrink(self, most: float) -> None:
        while len(self._lines) > most:
            line = next(iter(self._lines))
            self.forget(line)
            line.close()

    def forget(self, line: Line) -> None:
        if line in self._lines:
            del self._lines[line]
            lines = self._to[line.origin]
            del lines[line]
            if not lines:
                del self._to[line.origin]

    def close(self) -> None:
        self.shrink(0)
        self._alarm.stop()

    def _watch(self) -> None:
        if not self._most:
            self.shrink(0)
        elif (due := self.due()) is not None:
            self._alarm.by(due)

    def due(self) -> float | None:
        """When the first one will have been idle for too long: of too many, for a moment."""
        if not self._lines:
            return None
        expires = next(iter(self._lines)).expires
        too_many = len(self._lines) > self._most
        return min(expires, expires - self._seconds + MOMENT) if too_many else expires

    def late(self) -> None:
        self.shrink(len(self._lines) - 1)
        self._watch()


class Pool:
    """The connections of one event loop; those in use and those that are idle together are `max_connections`."""

    def __init__(self, options: ConnectionOptions, proxy: Proxy | None) -> None:
        local = options.local_address
        self._connector = aiohttp.TCPConnector(limit=0, local_addr=None if local is None else (local, 0))
        self._tls = options.tls
        self._proxy = proxy
        self._places = Places(options.max_connections)
        self._idle = Idle(math.inf if options.max_idle is None else options.max_idle, options.keep_alive)
        self._lines: set[Line] = set()
        self.origin = functools.lru_cache(ORIGINS)(self._origin)

    def _origin(self, url: str) -> Origin:
        secure = url[:5].lower() == "https" or (self._proxy is not None and self._proxy.url.scheme == "https")
        return Origin.at(url, ssl_context(self._tls) if secure else True, self._proxy)

    async def line(self, origin: Origin, user: User) -> Line:
        """A connection, fresh or silent since its last use, and a place; `put` takes both back."""
        if not self._places.taken():
            await self._places.wait(user.waits("pool"))
        try:
            line = self._idle.take(origin) or await self._made(origin, user.waits("connect"))
        except BaseException:
            self._places.leave()
            raise
        line.user = user
        return line

    async def _made(self, origin: Origin, limit: float | None) -> Line:
        self._idle.shrink(self._places.unused)
        async with asyncio.timeout(limit):
            connection = await self._connector.connect(origin.asked, [], NO_LIMIT)
        line = Line(connection, origin, self._gone)
        self._lines.add(line)
        return line

    def _gone(self, line: Line) -> None:
        self._lines.discard(line)
        self._idle.forget(line)

    def put(self, line: Line, *, reusable: bool) -> None:
        line.user = None
        if reusable and not line.protocol.should_close:
            self._idle.put(line)
        else:
            line.close()
        self._places.leave()

    def lines(self) -> tuple[Line, ...]:
        """The open connections; those without a user are idle."""
        return tuple(line for line in tuple(self._lines) if not line.transport.is_closing())

    async def aclose(self) -> None:
        for line in list(self._lines):
            if line.user is not None:
                line.user.drop()
        self._idle.close()
        await self._connector.close()
