"""Clients of pyreqwest, made by ConnectionOptions, with all switched off that is not an adapter's.

Each has one connection at most, and a mark by which its socket is found. One for http:// is made without authorities,
which takes 3 µs in place of 4 ms: nothing is ever sent over TLS by it.
"""

import math
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import attrs
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.proxy import ProxyBuilder

from pristine.adapters.pyreqwest.sockets import can_look, new_mark, shut, silence
from pristine.adapters.tls import ssl_context
from pristine.ports.connection import ConnectionOptions
from pristine.ports.errors import ConfigurationError, ConnectFailed, RetrySafe
from pristine.ports.values import frozen

_RUNTIMES: Final = (None, True, False)
"""How the library's threads are asked for: as it is set up, or else of the kind that no parent has begun."""


@frozen(eq=False)
class Line:
    """A client, for one request at a time, and what it was made for."""

    origin: str
    client: Client
    mark: int | None
    seen: bool = False
    """Whether its socket can be found here, and what it does."""
    process: int = attrs.field(factory=os.getpid)

    def shut(self, *, seen: bool = False) -> bool:
        """End its connection at once; False where it is not found (or `seen`), or a parent's, which is left to it."""
        return self.mark is not None and self.process == os.getpid() and shut(self.mark, seen=seen)

    def silence(self) -> float | None:
        """Seconds since data went or came; None while it is not connected, infinite where nobody can tell."""
        return math.inf if self.mark is None else silence(self.mark)


class Clients(Protocol):
    """Where lines come from. `kept` bounds how many are kept for later; `ask`: somebody's middleware may be called."""

    kept: int | None
    ask: bool

    def line(self, origin: str, connect: float | None) -> Line: ...


class Made:
    """Clients of our own. Raises ConfigurationError for what the library cannot do, or does not understand."""

    ask = False

    def __init__(self, options: ConnectionOptions) -> None:
        self._options = options
        self._pem = _read(options)
        self.kept: int | None = options.max_idle
        self._secure_proxy = (options.proxy or "")[:6].lower() == "https:"
        self._builder(secure=True)

    def line(self, origin: str, connect: float | None) -> Line:
        """A fresh line; raises ConnectFailed where the library cannot run, as in a child of a child of its process."""
        mark = new_mark()
        secure = self._secure_proxy or origin[:6] == "https:"
        return Line(origin, self._built(mark, connect, secure=secure), mark, can_look())

    def _built(self, mark: int, connect: float | None, *, secure: bool) -> Client:
        unusable: Exception | None = None
        for runtime in _RUNTIMES:
            builder = self._builder(secure=secure).tcp_user_timeout(timedelta(milliseconds=mark))
            if connect is not None:
                builder = builder.connect_timeout(timedelta(seconds=connect))
            if runtime is not None:
                builder = builder.runtime_multithreaded(runtime)
            try:
                return builder.build()
            except (RuntimeError, PyreqwestError) as error:
                unusable = unusable or error
        told = f"pyreqwest makes no client here: {str(unusable).partition('.')[0]}"
        raise ConnectFailed(told, retry_safe=RetrySafe.NO) from unusable

    def _builder(self, *, secure: bool) -> ClientBuilder:
        options = self._options
        builder = ClientBuilder().follow_redirects(False).user_agent("").http2(options.http2)
        builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)
        builder = builder.pool_max_idle_per_host(1)
        builder = builder.pool_idle_timeout(timedelta(seconds=options.keep_alive))
        try:
            builder = builder.local_address(options.local_address)
        except ValueError as error:
            told = f"local_address={options.local_address!r}: give an IP address"
            raise ConfigurationError(told, setting="local_address") from error
        return self._trusting(self._through(builder), secure=secure)

    def _through(self, builder: ClientBuilder) -> ClientBuilder:
        if self._options.proxy is None:
            return builder.no_proxy()
        try:
            return builder.proxy(ProxyBuilder.all(self._options.proxy))
        except ValueError:
            raise ConfigurationError("proxy: it is not a URL that pyreqwest understands", setting="proxy") from None

    def _trusting(self, builder: ClientBuilder, *, secure: bool) -> ClientBuilder:
        if not secure or not self._options.tls.verify:
            builder = builder.danger_accept_invalid_certs(True)
        try:
            if "ca" in self._pem:
                builder = builder.add_root_certificate_pem(self._pem["ca"])
            if "certificate" in self._pem:
                builder = builder.identity_pem(self._pem["certificate"])
        except ValueError as error:
            raise ConfigurationError(f"tls: pyreqwest cannot read the PEM files: {error}", setting="tls") from None
        return builder


class Given:
    """One client that somebody made, for all lines. It keeps its connections itself, and nothing of it is closed."""

    kept: int | None = 0
    ask = True

    def __init__(self, client: Any, options: Mapping[str, Any]) -> None:
        if not isinstance(client, Client):
            told = f"client={type(client).__name__}: give a pyreqwest.client.Client, which serves both faces here"
            raise ConfigurationError(told, setting="client")
        if beyond := sorted(options.keys() - {"max_connections"}):
            raise ConfigurationError(f"{beyond[0]}: that is up to the client that is given", setting=beyond[0])
        self._client = client

    def line(self, origin: str, connect: float | None) -> Line:
        return Line(origin, self._client, None)


def _read(options: ConnectionOptions) -> dict[str, bytes]:
    """The PEM files, which must be good for the ssl module too: it says best what is wrong with them."""
    tls = options.tls
    if tls.password is not None:
        raise ConfigurationError("pyreqwest cannot open a key that has a password", setting="tls.password")
    if tls.ca is None and tls.certificate is None:
        return {}
    ssl_context(tls)
    paths = {"ca": (tls.ca,), "certificate": (tls.certificate, tls.key)}
    found = {name: [Path(path).read_bytes() for path in group if path] for name, group in paths.items()}
    return {name: b"\n".join(parts) for name, parts in found.items() if parts}
