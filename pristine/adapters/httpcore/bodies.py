"""The body of a response: of HTTP/1.1 a piece is all that has come and been parsed, and of HTTP/2 what the core gives.

A core gives each chunk of a chunked body by itself, through three generators, which is a quarter of what an event of a
stream costs. Its parser says at once what there is, and that the end is there, before anybody asks for more.
"""

from functools import cache
from importlib import import_module
from typing import Any

from pristine.adapters.httpcore.exchange import Exchange
from pristine.adapters.httpcore.wires import READ


@cache
def h11() -> Any:
    """The library that both cores stand on, and have loaded."""
    return import_module("h11")


def parser_of(http: Any) -> Any:
    """What parses for a core's HTTP/1.1, a Connection of h11's, which has no public name; of HTTP/2 there is none."""
    return getattr(http, "_h11_state", None)


class Parsed:
    """What a parser makes of a body. It is `whole` when its end has come, though not all of it may be taken."""

    whole = False
    _broken: Exception | None = None

    def __init__(self, parser: Any, wire: Any, exchange: Exchange) -> None:
        self._h11 = h11()
        self._parser = parser
        self._wire = wire
        self._exchange = exchange

    def _taken(self) -> bytes:
        """What has come; what is wrong behind that is raised the next time."""
        if self._broken is not None:
            raise self._broken
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


class BlockingParsed(Parsed):
    """For the blocking face."""

    def next(self) -> bytes:
        """The next piece; b"" at the end."""
        while not (piece := self._taken()) and not self.whole:
            self._parser.receive_data(self._wire.read(READ, self._exchange))
        return piece


class LoopParsed(Parsed):
    """For the async face."""

    async def anext(self) -> bytes:
        """The next piece; b"" at the end."""
        while not (piece := self._taken()) and not self.whole:
            self._parser.receive_data(await self._wire.read(READ, self._exchange))
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
