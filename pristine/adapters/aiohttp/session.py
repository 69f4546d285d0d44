"""The connector of a session that the user made, on its event loop: its limits hold, and nothing of it is closed.

A connection is handed back after each use, since others have the same connector. A call that is cancelled in its queue
passes its turn on: aiohttp does not, and the others would wait until the next connection is given back.
"""

import asyncio
import functools
from contextlib import suppress
from types import SimpleNamespace
from typing import Final

import aiohttp
from aiohttp.connector import Connection
from aiohttp.helpers import get_env_proxy_for_url
from aiohttp.tracing import Trace
from yarl import URL

from pristine.adapters.aiohttp.line import Line, User
from pristine.adapters.aiohttp.origin import Origin, Proxy
from pristine.adapters.aiohttp.pool import NO_LIMIT, ORIGINS
from pristine.ports.errors import ConfigurationError

_NOTHING: Final = aiohttp.TraceConfig()
_NOTHING.freeze()


class SessionPool:
    """The connections that a session's connector lends. Raises ConfigurationError on an event loop not its own."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        if session._loop is not asyncio.get_running_loop():  # noqa: SLF001 the public name is deprecated
            told = "the session belongs to another event loop: make one on each loop, or give options and no session"
            raise ConfigurationError(told, setting="session")
        self._session = session
        self._lines: set[Line] = set()
        self.origin = functools.lru_cache(ORIGINS)(self._origin)

    def _origin(self, url: str) -> Origin:
        return Origin.at(url, True, self._proxy(url))

    def _proxy(self, url: str) -> Proxy | None:
        """The proxy that the session would take."""
        session = self._session
        proxy, user = session._default_proxy, session._default_proxy_auth  # noqa: SLF001 they have no public names
        if proxy is None and session.trust_env:
            with suppress(LookupError):
                proxy, user = get_env_proxy_for_url(URL(url, encoded=True))
        return None if proxy is None else Proxy.at(proxy, user and user.encode())

    async def line(self, origin: Origin, user: User) -> Line:
        """A connection of the connector's, which `put` hands back."""
        while True:
            turn = _Turn(self._session, user)
            async with asyncio.timeout(user.waits("connect")) as turn.limit:
                line = Line(await self._connection(origin, turn), origin, self._lines.discard)
            if turn.is_reused and (line.protocol.should_close or not line.is_silent()):
                line.close()
                continue
            self._lines.add(line)
            line.user = user
            return line

    async def _connection(self, origin: Origin, turn: "_Turn") -> Connection:
        connector = self._session.connector
        if connector is None or connector.closed:
            raise ConfigurationError("the session is closed", setting="session")
        try:
            return await connector.connect(origin.asked, [turn], NO_LIMIT)
        except asyncio.CancelledError:
            with suppress(_PassedOn):
                (await connector.connect(origin.asked, [_Passing(self._session)], NO_LIMIT)).release()
            raise

    def put(self, line: Line, *, reusable: bool) -> None:
        line.user = None
        self._lines.discard(line)
        if reusable:
            line.hand_back()
        else:
            line.close()

    def lines(self) -> tuple[Line, ...]:
        """None: what lies idle in the session's connector is its own matter, and without that the rest misleads."""
        return ()

    async def aclose(self) -> None:
        for line in list(self._lines):
            if line.user is not None:
                line.user.drop()


class _Turn(Trace):
    """What the connector does for one call: whether it waits for a place, and whether the connection is a used one."""

    limit: asyncio.Timeout
    is_reused = False

    def __init__(self, session: aiohttp.ClientSession, user: User) -> None:
        super().__init__(session, _NOTHING, SimpleNamespace())
        self._user = user

    async def send_connection_queued_start(self) -> None:
        self._waits("pool")

    async def send_connection_queued_end(self) -> None:
        self._waits("connect")

    async def send_connection_reuseconn(self) -> None:
        self.is_reused = True

    def _waits(self, phase: str) -> None:
        seconds = self._user.waits(phase)
        self.limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)


class _PassedOn(Exception):
    """Nobody is kept waiting by a turn that was not taken."""


class _Passing(Trace):
    """Goes through the connector without waiting and without a connection: a place that is free wakes the next."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        super().__init__(session, _NOTHING, SimpleNamespace())

    async def send_connection_queued_start(self) -> None:
        raise _PassedOn

    async def send_connection_create_start(self) -> None:
        raise _PassedOn
