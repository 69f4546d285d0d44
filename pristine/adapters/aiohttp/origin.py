"""Where a request goes and which way: what aiohttp is asked with, and what the request says of it.

A proxy's credential goes to the proxy alone, in a field of its own: aiohttp shows its keys, and a user in them.
"""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Mapping
from typing import Final, Self

import aiohttp
import attrs
from yarl import URL

from pristine.ports.errors import ConfigurationError
from pristine.ports.pooling import Server
from pristine.ports.values import frozen

_SCHEMES: Final = frozenset({"http", "https"})


@frozen
class Proxy:
    """A forward proxy: its URL, without a user, and the fields that it is told."""

    url: URL
    fields: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    @classmethod
    def at(cls, given: str | URL, credential: str | None = None) -> Self:
        """From a URL, which may hold `user:password@`; raises ConfigurationError for one that cannot be used."""
        try:
            url = URL(given)
        except ValueError:
            url = URL()
        if url.scheme not in _SCHEMES:
            raise ConfigurationError("proxy: aiohttp has http:// and https:// proxies", setting="proxy")
        if url.raw_user is not None:
            credential = "Basic " + b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
        return cls(url.origin(), {"Proxy-Authorization": credential} if credential else {})


@frozen(eq=False)
class Origin:
    """A server and the way to it.

    `prefix` stands before the target in the first line of a request. `fields` are those that a request has unless it
    has its own: each as it begins among others in small letters, and as it is written.
    """

    asked: aiohttp.ClientRequest = attrs.field(repr=False)
    prefix: str
    fields: tuple[tuple[str, str], ...] = attrs.field(repr=False)

    @classmethod
    def at(cls, url: str, tls: ssl.SSLContext | bool, proxy: Proxy | None) -> Self:
        """Raises ValueError for what is not a URL."""
        asked = aiohttp.ClientRequest(
            "GET",
            URL(url, encoded=True),
            loop=asyncio.get_running_loop(),
            ssl=tls,
            proxy=None if proxy is None else proxy.url,
            proxy_headers=None if proxy is None else proxy.fields,
        )
        host = asked.headers["Host"]
        if proxy is None or asked.is_ssl():
            return cls(asked, "", _written({"Host": host}))
        return cls(asked, f"http://{host}", _written({"Host": host, **proxy.fields}))

    @property
    def server(self) -> Server:
        """Its host and its port."""
        url = self.asked.url
        return url.host or "", url.port or 0


def _written(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"\n{name.lower()}:", f"{name}: {value}\r\n") for name, value in fields.items())
