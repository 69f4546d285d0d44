"""A connection of aiohttp's, for one use after another: what its socket says goes to aiohttp's protocol through here.

aiohttp parses what arrives together as one, and loses a good answer to what is wrong behind it: so a head is handed
over first. A large body of known length goes past the parser, which copies. An idle connection is silent, or closed.
"""

import asyncio
import select
import time
from collections.abc import Callable
from typing import Final, Protocol

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from pristine.adapters.aiohttp.alarm import Alarm
from pristine.adapters.aiohttp.origin import Origin

AHEAD: Final = 128 * 1024
"""aiohttp stops reading at twice this: one read of asyncio's, so that a reader who keeps up is never paused."""

LARGE: Final = 256 * 1024
"""Bytes of a body from which it pays to make a new parser after it."""

_LONGEST, _MOST = 64 * 1024, 1000
"""The longest header field of a response, and how many there may be."""


class _Protocol(ResponseHandler):
    """aiohttp's, of which every read asks that it resume, for which it parses once more: here if it was paused."""

    is_paused = False

    def pause_reading(self) -> None:
        self.is_paused = True
        super().pause_reading()

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self.is_paused:
            self.is_paused = False
            super().resume_reading(resume_parser)


class User(Protocol):
    """Who has a connection, or waits for one."""

    def waits(self, phase: str) -> float | None:
        """It waits now, for a place ("pool") or a connection ("connect"): says how many seconds it may last."""

    def due(self) -> float | None:
        """The moment, on the monotonic clock, when what is being waited for is too late."""

    def late(self) -> None:
        """That moment has come."""

    def heard(self) -> None:
        """Something has come, and has been parsed."""

    def lost(self) -> None:
        """The connection is lost."""

    def drop(self) -> None:
        """Let go of it."""


class Line(asyncio.Protocol):
    """`heard` is when it last said something, `expires` when it is idle no longer; both on the monotonic clock."""

    user: User | None = None
    error: Exception | None = None
    heard = expires = 0.0
    _expects_head = False
    _content: aiohttp.StreamReader | None = None
    _unparsed = 0

    def __init__(self, connection: Connection, origin: Origin, gone: Callable[["Line"], None]) -> None:
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None:
            connection.close()
            raise aiohttp.ServerDisconnectedError
        self.protocol, self.transport = protocol, transport
        self.origin = origin
        self.alarm = Alarm(self)
        self._connection = connection
        self._gone = gone
        self._input: select.poll | None = None
        if type(protocol) is ResponseHandler:
            protocol.__class__ = _Protocol
        transport.set_protocol(self)

    def expect(self, method: str) -> None:
        """Get ready for the answer to a request that is about to be sent."""
        self._expects_head = True
        self._parse_anew(skip_payload=method == "HEAD")

    def pass_on(self, content: aiohttp.StreamReader, left: int) -> None:
        """Give what is left of a body, so many bytes, to its reader as it comes, if that pays."""
        if left >= LARGE and content.total_bytes <= 2 * AHEAD:  # else the parser may keep something back
            self._content, self._unparsed = content, left

    def _parse_anew(self, *, skip_payload: bool = False) -> None:
        self.protocol.set_response_params(
            skip_payload=skip_payload,
            read_until_eof=True,
            auto_decompress=False,
            read_bufsize=AHEAD,
            max_line_size=_LONGEST,
            max_field_size=_LONGEST,
            max_headers=_MOST,
        )

    # -- what the socket says ------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if (user := self.user) is None:
            self.close()
            return
        self.heard = time.monotonic()
        if self._content is None:
            self._parse(data)
            if self.user is not user and self.protocol.should_close:  # it was given back in there, and more came
                self.close()
        else:
            self._passed_on(self._content, data)
        user.heard()

    def _parse(self, data: bytes) -> None:
        while self._expects_head and (end := data.find(b"\r\n\r\n") + 4) > 3:
            self._expects_head = data[9:10] == b"1"  # an interim answer: another head comes
            self.protocol.data_received(data[:end])
            data = data[end:]
        if data:
            self.protocol.data_received(data)

    def _passed_on(self, content: aiohttp.StreamReader, data: bytes) -> None:
        left, self._unparsed = self._unparsed, self._unparsed - len(data)
        if self._unparsed > 0:
            content.feed_data(data)
            return
        if self._unparsed < 0:
            self.protocol.force_close()  # nobody has asked for what follows
        self._content = None
        self._parse_anew()  # the parser at hand would say, when the connection ends, that the body was cut short
        content.feed_data(data[:left])
        content.feed_eof()

    def eof_received(self) -> None:
        self.protocol.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        self.error = error
        self.protocol.connection_lost(error)
        self._gone(self)
        if self.user is None:
            self.close()
        else:
            self.user.lost()

    def pause_writing(self) -> None:
        self.protocol.pause_writing()

    def resume_writing(self) -> None:
        self.protocol.resume_writing()

    # -- between two uses ----------------------------------------------------------------------------------------------

    def is_silent(self) -> bool:
        """Say whether, while idle, it has nothing to read: neither its end, nor an answer to what will be sent."""
        if self.transport.is_closing():
            return False
        if self._input is None:  # many a connection is used once
            self._input = _watch(self.transport)
        return self._input is None or not self._input.poll(0)

    def hand_back(self) -> None:
        """Leave the connection to the connector that made it, as it was."""
        self.alarm.stop()
        if type(self.protocol) is _Protocol:
            self.protocol.__class__ = ResponseHandler  # type: ignore[assignment]  # as it was
        self.transport.set_protocol(self.protocol)
        self._connection.release()

    def close(self) -> None:
        self.alarm.stop()
        self.transport.abort()  # close() would wait until what was written is sent
        self._connection.close()

    def due(self) -> float | None:
        return None if self.user is None else self.user.due()

    def late(self) -> None:
        if self.user is not None:
            self.user.late()


def _watch(transport: asyncio.Transport) -> "select.poll | None":
    socket = transport.get_extra_info("socket")
    if socket is None or not hasattr(select, "poll"):
        return None  # on Windows, say: the event loop alone knows, a moment later
    watch = select.poll()
    watch.register(socket, select.POLLIN)
    return watch
