"""Transport, both faces, over the connections of a core: httpcore's, or httpcore2's.

The client above it is not used, nor its transport: they cost as much again, and redirects, cookies, retries and
decoding are not an adapter's.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar, Final, Unpack

from pristine.adapters.httpcore.blocking import BlockingFace
from pristine.adapters.httpcore.bodies import h11
from pristine.adapters.httpcore.errors import Errors, errors_of
from pristine.adapters.httpcore.looped import LoopFace
from pristine.adapters.httpcore.pool import Pool
from pristine.adapters.httpcore.streams import BlockingStream, LoopStream
from pristine.adapters.httpcore.tunnels import Proxy
from pristine.adapters.httpcore.vendor import Vendor
from pristine.adapters.per_loop import PerLoop, PerProcess
from pristine.ports.blocking import LiftedByteStream, finish
from pristine.ports.capabilities import PROMISED, Capability
from pristine.ports.collected import collected
from pristine.ports.connection import ConnectionOptions, ConnectionSettings
from pristine.ports.errors import ConfigurationError
from pristine.ports.messages import Request, Response
from pristine.ports.pooling import Connections, counted

_HTTP1: Final = PROMISED | {
    Capability.STREAMING,
    Capability.PROXY,
    Capability.LOCAL_ADDRESS,
    Capability.CLIENT_CERTIFICATE,
}
ABLE: Final = _HTTP1 | {Capability.HTTP2} if find_spec("h2") else _HTTP1
"""What it can do: HTTP/2 where h2 is installed."""


class HttpcoreTransport:
    """Both faces of Transport and StreamTransport; a subclass says whose core it is by `vendor`."""

    capabilities = ABLE
    shareable = True
    vendor: ClassVar[Vendor]

    def __init__(self, *, client: None = None, **options: Unpack[ConnectionSettings]) -> None:
        settings = ConnectionOptions.of(options)
        if settings.http2 and Capability.HTTP2 not in self.capabilities:
            raise ConfigurationError("http2 needs the package h2: pip install 'pristine-sdk[http2]'", setting="http2")
        if settings.proxy is not None:
            Proxy.at(settings.proxy)  # raises for one that cannot be used
        core = self.vendor.core
        errors = _errors(core, settings)
        self._blocking = PerProcess(lambda: Pool(core, BlockingFace(core), settings, errors))
        self._async = PerLoop(lambda: Pool(core, LoopFace(core), settings, errors), Pool.close)

    def send(self, request: Request) -> Response:
        return finish(collected(request, LiftedByteStream(self.open(request))))

    def open(self, request: Request) -> BlockingStream:
        pool = self._blocking.get()
        pool.reap()
        return BlockingStream(finish(pool.open(request)), pool)

    def close(self) -> None:
        if (pool := self._blocking.pop()) is not None:
            finish(pool.close())

    async def asend(self, request: Request) -> Response:
        return await collected(request, await self.aopen(request))

    async def aopen(self, request: Request) -> LoopStream:
        pool = await self._async.get()
        return LoopStream(await pool.open(request), pool)

    async def aclose(self) -> None:
        await self._async.aclose()

    def connections(self) -> list[Connections]:
        pools = [*self._blocking.made, *self._async.made]
        lines = [((line.origin.host, line.origin.port), used) for pool in pools for line, used in pool.lines().items()]
        return counted((server for server, used in lines if used), (server for server, used in lines if not used))


def _errors(core: Any, options: ConnectionOptions) -> Errors:
    if not options.http2:
        return errors_of(core, h11())
    return errors_of(core, h11(), import_module("h2.exceptions"))
