"""The body of a response: of HTTP/1.1 a piece is all that has come and been parsed, and of HTTP/2 what the core gives.

A core gives each chunk of a chunked body by itself, through three generators, which is a quarter of what an event of a
stream costs. Its parser says at once what there is, and that the end is there, before anybody asks for more. What is
large and has its length before it needs no parser, which would copy it three times.
"""

from functools import cache
from importlib import import_module
from typing import Any, Final

from pristine.adapters.httpcore.exchange import Exchange
from pristine.adapters.httpcore.wires import READ, SPACE
from pristine.ports.headers import Headers
from pristine.ports.messages import StreamHead

LARGE: Final = SPACE
"""Bytes of a body from which it pays to begin anew with the core afterwards, which has not seen the end."""


@cache
def h11() -> Any:
    """The library that both cores stand on, and have loaded."""
    return import_module("h11")


def parser_of(http: Any) -> Any:
    """What parses for a core's HTTP/1.1, a Connection of h11's, which has no public name; of HTTP/2 there is none."""
    return getattr(http, "_h11_state", None)


def source_of(http: Any, exchange: Exchange, head: StreamHead, facts: Any) -> "Parsed | Plain | None":
    """What makes pieces of a response's body; None where the core does. `facts` are what the core says beside it."""
    parser = parser_of(http)
    if parser is None:
        return None
    length = head.headers.get("content-length", "")
    if not (length.isdecimal() and int(length) >= LARGE and head.may_have_body(exchange.request.method)):
        return Parsed(parser)
    is_open = parser.their_state is h11().SEND_BODY and parser.our_state is h11().DONE
    is_kept = facts.get("http_version") == b"HTTP/1.1" and not _says_more(exchange.request.headers)
    if not (is_open and is_kept and not _says_more(head.headers)):
        return Parsed(parser)
    return Plain(parser.trailing_data[0], int(length))


def _says_more(headers: Headers) -> bool:
    """Whether they say more of a body's end, and of what follows it, than its length does."""
    said = headers.get_all("connection")
    return "transfer-encoding" in headers or any(value.lower() != "keep-alive" for value in said)


class Parsed:
    """What a parser makes of a body. It is `whole` when its end has come, though not all of it may be taken."""

    at_once: Final = READ
    whole = False
    _broken: Exception | None = None

    def __init__(self, parser: Any) -> None:
        self._h11 = h11()
        self._parser = parser
        self.feed = parser.receive_data

    def taken(self) -> bytes:
        """What has come; what is wrong behind that is raised the next time."""
        if self._broken is not None:
            broken, self._broken = self._broken, None  # its traceback would hold everything
            raise broken
        if self.whole:
            return b""
        next_event, data, pieces = self._parser.next_event, self._h11.Data, list[bytes]()
        try:
            while type(event := next_event()) is data:
                pieces.append(event.data)
            self.whole = event is not self._h11.NEED_DATA
        except self._h11.RemoteProtocolError as error:
            if not pieces:
                raise
            self._broken = error
        return b"".join(pieces)


class Plain:
    """A body of this length, of which something may have come with the head. It is `clean` if nothing came behind."""

    at_once: Final = SPACE
    whole = False
    clean = True

    def __init__(self, begun: bytes, length: int) -> None:
        self._come = begun
        self._length = self._left = length

    def taken(self) -> bytes:
        """What has come."""
        piece, self._come = self._come, b""
        self._left -= len(piece)
        if self._left < 0:
            piece, self._left, self.clean = piece[: self._left], 0, False
        self.whole = not self._left
        return piece

    def feed(self, data: bytes) -> None:
        """Take what was read; b"" is the end of the connection."""
        if not data:
            so_far = f"(received {self._length - self._left} bytes, expected {self._length})"
            told = f"peer closed connection without sending complete message body {so_far}"
            raise h11().RemoteProtocolError(told)
        self._come = data


class Reading:
    """The body of a source, piece by piece."""

    def __init__(self, source: Parsed | Plain, wire: Any, exchange: Exchange) -> None:
        self._source = source
        self._wire = wire
        self._exchange = exchange

    @property
    def whole(self) -> bool:
        """Whether its end has come."""
        return self._source.whole


class BlockingReading(Reading):
    """For the blocking face."""

    def next(self) -> bytes:
        """The next piece; b"" at the end."""
        source = self._source
        while not (piece := source.taken()) and not source.whole:
            source.feed(self._wire.read(source.at_once, self._exchange))
        return piece


class LoopReading(Reading):
    """For the async face."""

    async def anext(self) -> bytes:
        """The next piece; b"" at the end."""
        source = self._source
        while not (piece := source.taken()) and not source.whole:
            source.feed(await self._wire.read(source.at_once, self._exchange))
        return piece


class BlockingGiven:
    """As the core gives it, to the blocking face."""

    whole = False

    def __init__(self, body: Any) -> None:
        self._chunks = filter(None, body)

    def next(self) -> bytes:
        """The next piece; b"" at the end."""
        piece: bytes = next(self._chunks, b"")
        self.whole = not piece
        return piece


class LoopGiven:
    """As the core gives it, to the async face."""

    whole = False

    def __init__(self, body: Any) -> None:
        self._chunks: Any = aiter(body)

    async def anext(self) -> bytes:
        """The next piece; b"" at the end."""
        piece: bytes | None = b""
        while piece == b"":
            piece = await anext(self._chunks, None)
        self.whole = piece is None
        return piece or b""

    async def aclose(self) -> None:
        """No more of it is wanted; a task that waits for some is not disturbed."""
        if not self._chunks.ag_running:
            await self._chunks.aclose()
