"""A forward proxy: requests for http:// are passed on, and CONNECT opens a tunnel (RFC 9110 sections 3.7 and 9.3.6).

`requests` has what it was asked for, a tunnel's content excepted.
"""

import http.client
import select
import socket
import ssl
from urllib.parse import urlsplit

from pristine.testing.server import Received, Wire, WireServer


class Proxy(WireServer):
    """`credential` is the value of Proxy-Authorization that it wants, or None; `url` has no user in it."""

    def __init__(self, credential: str | None = None, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._answer, tls=tls)
        self._credential = credential

    def _answer(self, wire: Wire) -> None:
        while (received := wire.request()) is not None:
            if self._credential not in (None, received.header("proxy-authorization")):
                wire.respond(407, b"", 'Proxy-Authenticate: Basic realm="proxy"')
            elif received.method == "CONNECT":
                _tunnel(wire, received.target)
                return
            else:
                _pass_on(wire, received)


def _pass_on(wire: Wire, received: Received) -> None:
    url = urlsplit(received.target)
    connection = http.client.HTTPConnection(url.netloc)
    try:
        fields = {name: value for name, value in received.headers if not name.lower().startswith("proxy-")}
        connection.request(received.method, f"{url.path}?{url.query}".rstrip("?"), received.body, fields)
        response = connection.getresponse()
        wire.respond(response.status, response.read(), "Via: 1.1 proxy")
    finally:
        connection.close()


def _tunnel(wire: Wire, target: str) -> None:
    host, _, port = target.rpartition(":")
    with socket.create_connection((host, int(port))) as upstream:
        wire.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        other = {wire.socket: upstream, upstream: wire.socket}
        while True:
            waiting = isinstance(wire.socket, ssl.SSLSocket) and wire.socket.pending()
            for source in [wire.socket] if waiting else select.select(list(other), [], [])[0]:
                data = source.recv(65536)
                if not data:
                    return
                other[source].sendall(data)
