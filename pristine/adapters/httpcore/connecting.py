"""The way to an origin: TCP, then whatever a proxy and TLS want, and all of it within one limit.

A proxy that is asked by https is verified as the origin is, but never shown the client's certificate. A TLS context is
made at the first connection that needs one.
"""

import ssl
from typing import Any

import attrs

from pristine.adapters.httpcore.exchange import Exchange
from pristine.adapters.httpcore.framing import Fields, Origin
from pristine.adapters.httpcore.tunnels import Proxy, Talk
from pristine.adapters.httpcore.wires import Face
from pristine.adapters.tls import HTTP1, HTTP2, ssl_context
from pristine.ports.connection import ConnectionOptions
from pristine.ports.errors import ConnectFailed


class Connector:
    """Makes wires of one face; raises ConfigurationError for a proxy that names nobody."""

    def __init__(self, face: Face, options: ConnectionOptions) -> None:
        self._face = face
        self._options = options
        self._proxy = None if options.proxy is None else Proxy.at(options.proxy)

    async def wire(self, origin: Origin, exchange: Exchange) -> Any:
        """A wire on which HTTP can be spoken with the origin; raises what the network raises, and ConnectFailed."""
        try:
            return await self._reached(origin, exchange)
        except ValueError as error:
            if isinstance(error, OSError):
                raise  # a certificate that is not trusted is both
            raise ConnectFailed("the host's name cannot be used") from error

    async def _reached(self, origin: Origin, exchange: Exchange) -> Any:
        proxy, face = self._proxy, self._face
        inner = self._context() if origin.scheme == "https" else None
        outer = inner if proxy is None else self._proxy_context() if proxy.origin.scheme == "https" else None
        first = origin if proxy is None else proxy.origin
        wire = await face.dial(first.host, first.port, self._options.local_address, exchange)
        try:
            if outer is not None:
                await face.secure(wire, outer, first.host, exchange)
            if proxy is not None and not self.forwards(origin):
                await self._talk(wire, proxy.talk(origin.host, origin.port), exchange)
                if inner is not None:
                    await face.secure(wire, inner, origin.host, exchange)
        except BaseException:
            wire.close()
            raise
        return wire

    async def _talk(self, wire: Any, talk: Talk, exchange: Exchange) -> None:
        data = next(talk)
        while True:
            if data:
                await self._face.write(wire, data, exchange)
            if not (answer := await self._face.read(wire, exchange)):
                raise ConnectFailed("the proxy closed the connection")
            try:
                data = talk.send(answer)
            except StopIteration:
                return

    def _context(self) -> ssl.SSLContext:
        return ssl_context(self._options.tls, HTTP2 if self._options.http2 else HTTP1)

    def _proxy_context(self) -> ssl.SSLContext:
        return ssl_context(attrs.evolve(self._options.tls, certificate=None, key=None, password=None), HTTP1)

    # -- forwarding ----------------------------------------------------------------------------------------------------

    def forwards(self, origin: Origin) -> bool:
        """Whether a proxy reads the requests to this origin, and is told in each whom it is for (RFC 9112, 3.2.2)."""
        return self._proxy is not None and not self._proxy.is_socks and origin.scheme == "http"

    def addressed(self, origin: Origin, target: str, fields: Fields) -> tuple[str, Fields]:
        """The target and the fields as they are sent on the wire to an origin."""
        if self._proxy is None or not self.forwards(origin):
            return target, fields
        return f"http://{origin.field}{target}", [*fields, *self._proxy.authorization]
