"""A server that speaks HTTP/2 over TLS, and misbehaves where a test wants it to."""

import ssl
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from pristine.testing.server import Wire, WireServer

Fields: TypeAlias = list[tuple[str, str]]


class H2Wire:
    """One connection. `requests` yields each request when it is whole: its stream, its fields, its body."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=None))
        self.state.initiate_connection()
        self.flush()

    def requests(self) -> Iterator[tuple[int, dict[str, str], bytes]]:
        heads: dict[int, dict[str, str]] = {}
        bodies: dict[int, bytes] = {}
        for event in self.events():
            if isinstance(event, h2.events.RequestReceived):
                heads[event.stream_id] = {name.decode(): value.decode("latin-1") for name, value in event.headers}
                bodies[event.stream_id] = b""
            elif isinstance(event, h2.events.DataReceived):
                bodies[event.stream_id] += event.data
                self.state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                self.flush()
            elif isinstance(event, h2.events.StreamEnded):
                yield event.stream_id, heads[event.stream_id], bodies[event.stream_id]

    def events(self) -> Iterator[Any]:
        while data := self.wire.socket.recv(65536):
            try:
                events = self.state.receive_data(data)
            except h2.exceptions.ProtocolError:
                return  # it has gone away
            self.flush()
            yield from events

    def flush(self) -> None:
        self.wire.send(self.state.data_to_send())

    def head(self, stream: int, status: int = 200, fields: Fields | None = None, *, end: bool = False) -> None:
        self.state.send_headers(stream, [(":status", str(status)), *(fields or [])], end_stream=end)
        self.flush()

    def data(self, stream: int, data: bytes, *, end: bool = False) -> None:
        self.state.send_data(stream, data, end_stream=end)
        self.flush()

    def json(self, stream: int, body: bytes, *fields: tuple[str, str]) -> None:
        """A whole response."""
        self.head(stream, 200, [("content-type", "application/json"), *fields])
        self.data(stream, body, end=True)


Handler: TypeAlias = Callable[[H2Wire], None]


def h2_server(handler: Handler, tls: ssl.SSLContext) -> WireServer:
    """Not yet started. `tls` is a server's context; it is made to agree on h2."""
    tls.set_alpn_protocols(["h2"])
    return WireServer(lambda wire: handler(H2Wire(wire)), tls=tls)
