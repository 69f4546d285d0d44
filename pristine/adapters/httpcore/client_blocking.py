"""The blocking face over a client: a deadline, or the limit of one wait, is looked at between two pieces of a body."""

import contextlib
import socket
from collections import deque
from types import ModuleType
from typing import Any

from pristine.adapters.httpcore.client import ABLE, ClientExchange, OnClient
from pristine.adapters.httpcore.errors import Errors
from pristine.adapters.httpcore.exchange import Chunks
from pristine.ports.blocking import LiftedByteStream, finish
from pristine.ports.collected import collected
from pristine.ports.errors import ConnectionLost, StreamClosed
from pristine.ports.messages import Request, Response, StreamHead


class ClientTransport(OnClient):
    """The blocking face."""

    capabilities = ABLE

    def __init__(self, library: ModuleType, client: Any) -> None:
        super().__init__(library, client)
        self._abandoned: deque[Any] = deque()

    def send(self, request: Request) -> Response:
        return finish(collected(request, LiftedByteStream(self.open(request))))

    def open(self, request: Request) -> "ClientStream":
        self.close()
        exchange = ClientExchange(request, self._errors)
        exchange.take_content()
        try:
            response = self._client.send(self._built(exchange), stream=True, follow_redirects=False)
            try:
                head = exchange.head_of(response)
            except BaseException:
                response.close()
                raise
        except self._errors.kinds as error:
            exchange.fail(error, "head")
        finally:
            if isinstance(exchange.content, Chunks):
                exchange.content.close()
        return ClientStream(head, response, exchange, self._errors, self._abandoned)

    def close(self) -> None:
        """Close what was cancelled; the client stays open."""
        with contextlib.suppress(IndexError):
            while True:
                self._abandoned.popleft().close()


class ClientStream:
    """An open response of a client."""

    _is_over = False

    def __init__(
        self, head: StreamHead, response: Any, exchange: ClientExchange, errors: Errors, abandoned: "deque[Any]"
    ) -> None:
        self.head = head
        self._response = response
        self._chunks = filter(None, response.stream)  # not its own iterators, which decode, or mind a second reading
        self._exchange = exchange
        self._errors = errors
        self._abandoned = abandoned

    def next(self, within: float | None = None) -> bytes:
        if self._is_over:
            raise StreamClosed("the stream is closed")
        self._exchange.reading(within)
        try:
            self._exchange.left("read")
            chunk: bytes = next(self._chunks, b"")
        except self._errors.kinds as error:
            self._exchange.fail(error, "body")
        if self._is_over:
            raise ConnectionLost("the stream was closed while it was read")
        return chunk

    def cancel(self) -> None:
        """Wake a reader where the connection is the stream's own: HTTP/1. The rest is closed at the next use."""
        if not self._is_over:
            self._is_over = True
            if self._response.http_version.startswith("HTTP/1"):
                _shut(self._response.extensions.get("network_stream"))
            self._abandoned.append(self._response)

    def close(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._response.close()


def _shut(stream: Any) -> None:
    connection = None if stream is None else stream.get_extra_info("socket")
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
