"""Transport: httpx2, by its core, or by a client of the caller's. Both are written in adapters/httpcore."""

from typing import TYPE_CHECKING, Any, Self, Unpack, overload

import httpcore2

from pristine.adapters.httpcore.transport import HttpcoreTransport
from pristine.adapters.httpcore.vendor import Vendor
from pristine.ports.connection import ConnectionSettings

if TYPE_CHECKING:  # the client library is slow to load, and who has a client of it has loaded it
    import httpx2

    from pristine.adapters.httpcore.client_blocking import ClientTransport
    from pristine.adapters.httpcore.client_looped import AsyncClientTransport


class Httpx2Transport(HttpcoreTransport):
    """Both faces of Transport and StreamTransport, over the connections of httpcore2.

    Pools are made at first use, one for each process and one for each event loop, so the same object serves threads,
    forked children and one `asyncio.run` after another. The options are those of ConnectionOptions. With `http2`, a
    server that agrees is spoken to in HTTP/2, one request at a time on each connection.

    With `client`, requests go through that client, which is never closed here. The transport then has the one face
    that the client has; its fields, cookies, auth and hooks apply, and it takes no other option.

    Raises ConfigurationError for options that cannot be honoured, and for what is not a client.
    """

    vendor = Vendor("httpx2", httpcore2)

    @overload
    def __new__(cls, *, client: "httpx2.Client") -> "ClientTransport": ...  # type: ignore[misc]  # it is not of this class
    @overload
    def __new__(cls, *, client: "httpx2.AsyncClient") -> "AsyncClientTransport": ...  # type: ignore[misc]  # nor is this
    @overload
    def __new__(cls, *, client: None = None, **options: Unpack[ConnectionSettings]) -> Self: ...
    def __new__(cls, *, client: Any = None, **options: Any) -> Any:
        if client is None:
            return super().__new__(cls)
        from pristine.adapters.httpcore.clients import on_client

        return on_client(cls.vendor, client, options)
