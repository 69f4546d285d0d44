"""Transport: aiohttp, which has the async face alone, by its connector and its parser.

Its session is not used, not even one that is given: it sends a request again of its own accord, and writes fields as
UTF-8.
"""

from collections.abc import Callable
from typing import Final, Unpack

import aiohttp

from pristine.adapters.aiohttp.origin import Proxy
from pristine.adapters.aiohttp.pool import Pool
from pristine.adapters.aiohttp.session import SessionPool
from pristine.adapters.aiohttp.stream import Stream
from pristine.adapters.per_loop import PerLoop
from pristine.adapters.timing import Timing
from pristine.ports.capabilities import PROMISED, Capability
from pristine.ports.collected import collected
from pristine.ports.connection import ConnectionOptions, ConnectionSettings
from pristine.ports.errors import ConfigurationError
from pristine.ports.messages import Request, Response
from pristine.ports.pooling import Connections, counted


class AiohttpTransport:
    """The async face of Transport and StreamTransport over HTTP/1.1.

    The options are those of ConnectionOptions. Pools are made at first use, one for each event loop. Proxies are
    http:// and https://. A wrong option, and one that aiohttp cannot honour, is a ConfigurationError.

    With `session`, there are no other options. Of a session, what makes connections is used: its connector (with its
    TLS, resolver and limits) and its proxies. Its cookies, headers, auth, timeouts, retries, middlewares and traces
    are not: the Context has its own. The wait for a place in a connector that is full is the limit "pool". The session
    is never closed here, and works on its own event loop alone: elsewhere a call is a ConfigurationError.
    """

    capabilities: Final = PROMISED | {
        Capability.STREAMING,
        Capability.PROXY,
        Capability.LOCAL_ADDRESS,
        Capability.CLIENT_CERTIFICATE,
    }
    shareable: Final = True

    def __init__(self, *, session: aiohttp.ClientSession | None = None, **options: Unpack[ConnectionSettings]) -> None:
        make = _pool(options) if session is None else _lender(session, options)
        self._pools = PerLoop[Pool | SessionPool](make, lambda pool: pool.aclose())

    async def asend(self, request: Request) -> Response:
        return await collected(request, await self.aopen(request))

    async def aopen(self, request: Request) -> Stream:
        stream = Stream(await self._pools.get(), Timing(request.timeout))
        try:
            await stream.open(request)
        except BaseException as error:
            await stream.aclose()
            if isinstance(error, Exception) and (ours := stream.translated(error)) is not error:
                raise ours from error
            raise
        return stream

    async def aclose(self) -> None:
        await self._pools.aclose()

    def connections(self) -> list[Connections]:
        lines = [line for pool in self._pools.made for line in pool.lines()]
        used, idle = (
            [line.origin.server for line in lines if (line.user is None) is is_idle] for is_idle in (False, True)
        )
        return counted(used, idle)


def _pool(options: ConnectionSettings) -> Callable[[], Pool]:
    given = ConnectionOptions.of(options)
    given.refuse_beyond(AiohttpTransport.capabilities, "aiohttp")
    proxy = None if given.proxy is None else Proxy.at(given.proxy)
    return lambda: Pool(given, proxy)


def _lender(session: aiohttp.ClientSession, options: ConnectionSettings) -> Callable[[], SessionPool]:
    if not isinstance(session, aiohttp.ClientSession):
        raise ConfigurationError(f"session={session!r}: give an aiohttp.ClientSession", setting="session")
    if options:
        told = f"session: its connector is made already; leave out {', '.join(options)}"
        raise ConfigurationError(told, setting="session")
    return lambda: SessionPool(session)
