"""A pool of connections that speak HTTP by a core's objects, written once for both faces, over a Face that waits.

The cores' own pools lose a place when a task is cancelled between assignment and sending, may close a connection under
the thread that uses it, and look at every connection for every request.
"""

import contextlib
from collections import deque
from typing import Any

import attrs

from pristine.adapters.httpcore.bodies import Parsed, Plain, parser_of, source_of
from pristine.adapters.httpcore.connecting import Connector
from pristine.adapters.httpcore.errors import Errors, Passed
from pristine.adapters.httpcore.exchange import Exchange
from pristine.adapters.httpcore.framing import Fields, Origin, for_http2, framed, split_url
from pristine.adapters.httpcore.places import Places, Waiter
from pristine.adapters.httpcore.wires import Face, Wire
from pristine.ports.connection import ConnectionOptions
from pristine.ports.errors import ProtocolViolation
from pristine.ports.messages import Request, StreamHead


@attrs.define(eq=False)
class Line:
    """A connection to an origin, and the core's object that speaks HTTP on it, for one request at a time."""

    origin: Origin
    wire: Wire
    http: Any
    is_http2: bool

    def is_stale(self) -> bool:
        """Whether it has, while idle, anything to read: its end, or no answer to what will be sent."""
        return not self.wire.is_silent()

    def is_reusable(self) -> bool:
        """Whether it may serve again, now that a response was read to its end."""
        parser = parser_of(self.http)
        ahead = parser is not None and parser.trailing_data[0]  # no core looks at it
        return bool(self.http.is_idle() and self.http.is_available() and not ahead)


@attrs.define(eq=False)
class Opened:
    """A response whose head has arrived, and the connection that is its own until it is put back.

    `body` is the core's, and `source` what is read in its place, if anything is.
    """

    line: Line
    exchange: Exchange
    head: StreamHead
    body: Any
    source: Parsed | Plain | None


class Pool:
    """The connections of one process, or of one event loop."""

    def __init__(self, core: Any, face: Face, options: ConnectionOptions, errors: Errors) -> None:
        self.errors = errors
        self._core = core
        self._face = face
        self._connector = Connector(face, options)
        self._places = Places(options)
        self._lock = face.lock()
        self._used: set[Line] = set()
        self._abandoned: deque[Line] = deque()

    # -- a request -----------------------------------------------------------------------------------------------------

    async def open(self, request: Request) -> Opened:
        """Send a request, and return when the head of its answer is there."""
        origin, target = split_url(request)
        fields = framed(request, target, origin.field)
        exchange = Exchange(request, self.errors)
        self._face.take(exchange)
        try:
            line = await self._line(origin, exchange)
            try:
                return await self._answered(line, self._asked(line, exchange, fields, target), exchange)
            except BaseException:
                self.put(line)
                raise
        except self.errors.kinds as error:
            exchange.fail(error, "head")
        finally:
            await self._face.drop(exchange.content)

    async def _answered(self, line: Line, asked: Any, exchange: Exchange) -> Opened:
        line.wire.corked = not line.is_http2 and (exchange.content is None or isinstance(exchange.content, bytes))
        response = await self._face.handle(line.http, asked)
        if response.status == 101:
            raise ProtocolViolation("the server switched to another protocol unasked")
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
        head = StreamHead(response.status, fields)
        source = source_of(line.http, exchange, head, response.extensions)
        return Opened(line, exchange, head, response.stream, source)

    def _asked(self, line: Line, exchange: Exchange, fields: Fields, target: str) -> Any:
        origin = line.origin
        target, fields = self._connector.addressed(origin, target, fields)
        return self._core.Request(
            exchange.request.method,
            self._core.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target),
            headers=for_http2(fields) if line.is_http2 else fields,
            content=exchange.content,
            extensions={"timeout": {"read": exchange, "write": exchange}},
        )

    # -- connections ---------------------------------------------------------------------------------------------------

    async def _line(self, origin: Origin, exchange: Exchange) -> Line:
        waiter = Waiter(origin, self._face.signal)
        with self._lock:
            at_once = self._places.take(waiter)
        self._bury()
        if not at_once:
            await self._wait(waiter, exchange)
        line: Line = waiter.line or await self._connected(origin, exchange)
        self._used.add(line)
        return line

    async def _wait(self, waiter: Waiter, exchange: Exchange) -> None:
        granted = False
        try:
            granted = await self._face.granted(waiter.signal, exchange.left("pool"))
        finally:
            if not granted:
                with self._lock:
                    self._places.leave(waiter)
                self._bury()
        if not granted:
            raise Passed("pool")

    async def _connected(self, origin: Origin, exchange: Exchange) -> Line:
        exchange.connecting()
        try:
            wire = await self._connector.wire(origin, exchange)
        except BaseException as error:
            self.put(None)
            if isinstance(error, self.errors.kinds):
                exchange.fail(error, "connect")
            raise
        is_http2 = wire.protocol == "h2"
        return Line(origin, wire, self._speaker(origin, wire, http2=is_http2), is_http2)

    def _speaker(self, origin: Origin, wire: Any, *, http2: bool) -> Any:
        named = self._core.Origin(origin.scheme.encode(), origin.host.encode(), origin.port)
        return self._face.http(named, wire, http2=http2)

    def put_whole(self, opened: Opened) -> None:
        """Give the connection of a response back that was read to its end, and closed if that is the core's to do."""
        line, source = opened.line, opened.source
        if isinstance(source, Plain):
            line.http = self._speaker(line.origin, line.wire, http2=False)  # this one waits for a body yet
        self.put(line, reusable=source.clean if isinstance(source, Plain) else line.is_reusable())

    def put(self, line: Line | None, *, reusable: bool = False) -> None:
        """Give a place back, and its connection, which is closed unless it may serve again."""
        if line is not None:
            self._used.discard(line)
        with self._lock:
            self._places.put(line, reusable=reusable)
        self._bury()

    def abandon(self, line: Line) -> None:
        """Give a place back at the next use, from where no lock may be waited for: a finaliser."""
        self._abandoned.append(line)
        if self._places.closed:
            line.wire.close()  # there is no next use

    def reap(self) -> None:
        """Take back what was abandoned."""
        with contextlib.suppress(IndexError):
            while True:
                self.put(self._abandoned.popleft())

    def _bury(self) -> None:
        while self._places.doomed:
            with self._lock:
                doomed, self._places.doomed = self._places.doomed, []
            for line in doomed:
                line.wire.close()

    def lines(self) -> dict[Line, bool]:
        """The open connections, each with whether it serves a request. No lock is taken: each look is whole."""
        used = dict.fromkeys(tuple(self._used), True)
        return {**dict.fromkeys(self._places.idle, False), **used}

    async def close(self) -> None:
        """Let go of all connections: who waits for an answer fails."""
        with self._lock:
            self._places.close()
        for line in list(self._used):
            line.wire.shut()
        self.reap()
        self._bury()
        await self._face.leave()
