"""Transport: pyreqwest, both faces, each over its async client.

A connection belongs to one stream until its body is whole. What the library leaves out is here: its limits hold for a
client and not for a request, it ends nothing that is cancelled, and after an error it says that the body is complete.
"""

import math
from time import monotonic
from typing import Any, ClassVar, Final, Unpack

from pyreqwest.client import Client
from pyreqwest.exceptions import BodyDecodeError, PyreqwestError, ReadError
from pyreqwest.request import StreamRequest
from pyreqwest.response import ResponseBodyReader

from pristine.adapters.per_loop import PerLoop, PerProcess
from pristine.adapters.pyreqwest.clients import Clients, Given, Line, Made
from pristine.adapters.pyreqwest.driving import Call, Overdue, Stopped
from pristine.adapters.pyreqwest.errors import translated
from pristine.adapters.pyreqwest.loops import Loop
from pristine.adapters.pyreqwest.pool import Orphan, Pool, stops_reading
from pristine.adapters.pyreqwest.requests import has_upload, head_of, prepared
from pristine.adapters.pyreqwest.threads import Threads
from pristine.adapters.pyreqwest.uploads import Upload
from pristine.adapters.timing import Timing
from pristine.ports.blocking import finish
from pristine.ports.capabilities import Capability
from pristine.ports.collected import collected
from pristine.ports.connection import ConnectionOptions, ConnectionSettings
from pristine.ports.errors import ConnectionLost, RetrySafe, StreamClosed, TimeoutExceeded
from pristine.ports.messages import Request, Response, StreamHead

_AHEAD: Final = 64 * 1024
"""Bytes of a body that come with the head where all of it is wanted: who waits is woken once for most answers."""

_MOMENT: Final = 0.1
"""Seconds in which the library says that a connection was shut."""

_IN_BODY: Final = (ReadError, BodyDecodeError)
"""What it raises once it has the head."""


class PyreqwestTransport:
    """Both faces of Transport and StreamTransport over HTTP/1.1, and over HTTP/2 with one request a connection.

    Pools are made at first use, one for each process and one for each event loop. `client` is one that you made; it is
    then used as it is set up, never closed, and `max_connections` is the only option beside it. `tls.ca` is trusted
    beside the system's authorities: the library cannot leave those out.
    """

    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - {Capability.TRAILERS}
    shareable: ClassVar[bool] = True

    def __init__(self, *, client: Client | None = None, **options: Unpack[ConnectionSettings]) -> None:
        settings = ConnectionOptions.of(options)
        settings.refuse_beyond(self.capabilities, "pyreqwest")
        clients: Clients = Made(settings) if client is None else Given(client, options)
        most = settings.max_connections
        self._blocking = PerProcess(lambda: Pool(clients, most, Threads()))
        self._async = PerLoop(lambda: Pool(clients, most, Loop()), Pool.aclose)

    def send(self, request: Request) -> Response:
        return finish(self._whole(self._blocking.get(), request))

    def open(self, request: Request) -> "_Stream":
        return finish(_opened(self._blocking.get(), request))

    def close(self) -> None:
        if (pool := self._blocking.pop()) is not None:
            finish(pool.aclose())

    async def asend(self, request: Request) -> Response:
        return await self._whole(await self._async.get(), request)

    async def aopen(self, request: Request) -> "_Stream":
        return await _opened(await self._async.get(), request)

    async def aclose(self) -> None:
        await self._async.aclose()

    async def _whole(self, pool: Pool, request: Request) -> Response:
        stream = await _opened(pool, request, whole=True)
        body = stream.at_hand()
        if body is None:
            return await collected(request, stream)
        return Response(stream.head.status, stream.head.headers, body)


async def _opened(pool: Pool, request: Request, *, whole: bool = False) -> "_Stream":
    """The response to a request; `whole` if nothing is to be done with it before its body is there."""
    stream = _Stream(pool, request, whole=whole)
    try:
        await stream.open()
    except BaseException as error:  # noqa: BLE001 it is raised again
        ours = stream.translated(error)
        try:
            await stream.aclose()
            if ours is error:
                raise
            raise ours from error
        finally:
            del ours  # whose traceback has this frame
    return stream


class _Stream:
    """One request and its response, with both faces. Whoever waits for it lets go of the connection."""

    head: StreamHead
    _request: StreamRequest | None = None
    _reader: ResponseBodyReader
    _upload: Upload | None = None
    _failure: BaseException | None = None
    _left: int | None = None
    _opening: Call | None = None
    _ahead = 0
    _waited_for = _whole = _closed = False
    _phase = "pool"
    _quiet: str | None = "pool"
    _since = 0.0

    def __init__(self, pool: Pool, request: Request, *, whole: bool) -> None:
        self._pool = pool
        self._uploads = has_upload(request)
        self._face = pool.face(uploads=self._uploads)
        self._given = request
        self._wanted = whole
        self._timing = Timing(request.timeout)
        self._limits = request.timeout
        self._lines: list[Line] = []  # one, or none: who takes it from the list lets go of it

    # -- opening -------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        request = prepared(self._given)
        if self._uploads and self._given.body is not None:
            self._upload = Upload(self._given.body, self._face, self._sending)
            await self._upload.begin()
        line = self._pool.at_hand(request.origin, self) or await self._granted(request.origin)
        self._lines.append(line)
        self._enter("head", "read")
        self._ahead = self._read_ahead(line)
        self._request = request.on(line.client, self._upload, self._ahead)
        self._opening = self._request.__aenter__()  # in a name of its own: it may go on without us
        response = await self._waited(self._opening)
        self._opening, self._phase = None, "body"
        self.head = head_of(response)
        self._reader = response.body_reader
        self._expect()

    def _read_ahead(self, line: Line) -> int:
        """How much may come with the head: nothing where something depends on when that comes."""
        given = self._given
        waits = self._uploads or self._limits.head is not None or given.max_response_bytes is not None
        return _AHEAD if self._wanted and line.seen and not waits else 0

    async def _granted(self, origin: str) -> Line:
        self._enter("pool", "pool")
        waiter = self._pool.ask(origin, self._face)
        try:
            await self._waited(waiter)
        except BaseException:
            self._pool.leave(waiter)
            raise
        return self._pool.line(waiter, self._limits.connect, self)

    def _expect(self) -> None:
        """See from the head how the body ends (RFC 9112 section 6.3)."""
        headers = self.head.headers
        if self.head.status == 101:
            self._lines[0].shut()
            raise PyreqwestError("the server switched to another protocol unasked")
        length = headers.get("content-length", "")
        if not self.head.may_have_body(self._given.method):
            self._left = 0
        elif length.isdecimal() and "transfer-encoding" not in headers:
            self._left = int(length)
        if self._left == 0:
            self._end()

    # -- reading -------------------------------------------------------------------------------------------------------

    def next(self, within: float | None = None) -> bytes:
        return finish(self.anext(within))

    async def anext(self, within: float | None = None) -> bytes:
        if self._closed:
            raise StreamClosed("the stream is closed")
        if self._failure is not None:
            raise self._failure
        if self._whole:
            return b""
        self._timing.reading(within)
        self._enter("body", "read")
        try:
            return self._taken(await self._waited(self._reader.read_chunk()))
        except Exception as error:
            self._failure = self.translated(error)
            self._let_go()
            if self._failure is error:
                raise
            raise self._failure from error

    def at_hand(self) -> bytes | None:
        """The whole body, if it is known to be here: what was announced, and is short enough to have come ahead."""
        if not self._ahead or self._left is None or self._left >= self._ahead or self._closed:
            return None
        if self._whole:
            return b""
        try:
            self._face.ask(self._reader.bytes())
        except StopIteration as answer:
            if len(answer.value) == self._left:
                self._end()
                return bytes(answer.value)
        return None

    async def _waited(self, call: Call) -> Any:
        """The result of a call, within the limits. Others see that it is waited for, and leave it to that to let go."""
        self._waited_for = True
        try:
            while True:
                try:
                    return await self._face.run(call, self._ends)
                except Overdue as late:
                    await self._overdue(call, late)
        finally:
            if call is not self._opening:  # which goes on, and is not to be lost from sight
                call.close()
            self._waited_for = False
            if self._closed:
                self._let_go()

    def _taken(self, chunk: Any) -> bytes:
        if self._closed:
            raise Stopped
        data: bytes = b"" if chunk is None else chunk.to_bytes()
        if self._left is not None:
            self._left -= len(data)
            if self._left and not data:
                raise PyreqwestError("the connection was closed in the middle of the body")
        if not data or self._left == 0:
            self._end()
        return data

    def _end(self) -> None:
        self._whole = True
        self._let_go(reusable=self._upload is None or self._upload.done)

    # -- ending --------------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        self._closed = True
        for line in self._lines:
            line.shut()
        self._face.later(self.drop)

    def close(self) -> None:
        finish(self.aclose())

    async def aclose(self) -> None:
        self.drop()
        if self._upload is not None:
            await self._upload.aclose()

    def drop(self) -> None:
        """Let go of everything; who waits for it fails."""
        self._closed = True
        if self._waited_for:
            self._face.stop()
        else:
            self._let_go()

    def _let_go(self, *, reusable: bool = False) -> None:
        try:
            line = self._lines.pop()
        except IndexError:
            return
        if not reusable:
            self._abort(line)
        self._pool.put(line, reusable=reusable, user=self)

    def _abort(self, line: Line) -> None:
        if self._upload is not None:
            self._upload.stop()
        if self._request is None:
            return
        sent = self._upload is None or self._upload.done
        if self._opening is not None:
            self._pool.orphan(Orphan(self._request, self._opening, line, self._face))
        elif not (sent and stops_reading(self._request)):
            line.shut()

    # -- waiting -------------------------------------------------------------------------------------------------------

    def _enter(self, phase: str, quiet: str | None) -> None:
        """From now on it is this phase, and this limit on silence counts; None is none."""
        self._phase, self._quiet, self._since = phase, quiet, monotonic()

    def _sending(self, quiet: str | None) -> None:
        if self._phase == "head":
            self._enter("head", quiet)
            self._face.changed()

    def _ends(self) -> float | None:
        ends = self._timing.ends
        limit: float | None = None if self._quiet is None else getattr(self._limits, self._quiet)
        if limit is None:
            return ends
        return self._since + limit if ends is None else min(self._since + limit, ends)

    async def _overdue(self, call: Call, late: Overdue) -> None:
        """Raise for the limit that has passed, unless data has gone or come meanwhile: the library does not tell."""
        now, ends = monotonic(), self._ends()
        if ends is None or ends > now:
            return
        line = self._lines[0] if self._phase == "head" and self._lines else None
        silent = line.silence() if line is not None else math.inf
        over = self._timing.ends is not None and now >= self._timing.ends
        limit: float | None = getattr(self._limits, self._quiet or "read")
        if not over and silent is None:
            self._since = now  # it is being connected, for which the library has a limit
        elif not over and silent is not None and limit is not None and silent < limit:
            self._since = now - silent
        else:
            if self._ahead and line is not None and silent is not None and await self._had_head(call, line):
                self._phase = "body"
            raise self._timed_out(line if silent is None else None) from late

    async def _had_head(self, call: Call, line: Line) -> bool:
        """Whether it is the body of an answer that is late: the library tells that without the connection."""
        moment = monotonic() + _MOMENT if line.shut() else 0.0
        try:
            await self._face.run(call, lambda: moment)
        except _IN_BODY:
            return True
        except (PyreqwestError, Overdue):
            return False
        return True

    def _timed_out(self, connecting: Line | None) -> TimeoutExceeded:
        sending = self._phase == "head" and self._upload is not None and not self._upload.done
        phase = "connect" if connecting is not None else "write" if sending else self._phase
        error = self._timing.timed_out(self._quiet or "read", phase)
        if connecting is not None and not connecting.shut():
            error.retry_safe = RetrySafe.UNKNOWN  # it may yet be made
        return error

    def translated(self, error: BaseException) -> BaseException:
        """The port's error for one of the library's; what the source of the body raised stays what it is."""
        if isinstance(error, PyreqwestError):
            ours = translated(error, self._phase, self._timing)
            return (self._upload and self._upload.fault) or ours
        return ConnectionLost("the stream was closed") if isinstance(error, Stopped) else error
