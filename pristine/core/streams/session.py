"""One streaming call, from the request to the end of the body: the part that both faces of a response share.

Until the first event a failure is the retry policy's; after it, the break reaches the caller as StreamInterrupted. What
is not read by the caller is not read from the connection.
"""

import builtins
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from operator import attrgetter
from typing import Any

from pristine.core.answers.failures import told
from pristine.core.attempts.classification import message_of, request_id
from pristine.core.bodies.counting import Milestones
from pristine.core.call import Call, CallOptions
from pristine.core.context import Context
from pristine.core.face import Face
from pristine.core.streams.connection import Connection
from pristine.core.streams.formats import FORMATS, event_reader
from pristine.core.streams.reconnection import Reconnection
from pristine.core.streams.supervision import Watch
from pristine.manifest.model import Reconnect, StreamFormat, Streaming
from pristine.ports import signals
from pristine.ports.errors import (
    ConfigurationError,
    ConnectionLost,
    DecodeError,
    ResponseError,
    StreamClosed,
    StreamConsumed,
    StreamFailed,
    StreamInterrupted,
    StreamTimedOut,
    TimeoutExceeded,
    TransportError,
)
from pristine.ports.events import Event
from pristine.ports.messages import StreamHead
from pristine.ports.redaction import shown_url
from pristine.ports.serializer import Schema
from pristine.streaming.ranges import body_length
from pristine.streaming.readers import ChunkDecoder, ItemReader, Reader
from pristine.streaming.response import StreamMetadata


class StreamSession:
    """The Session of `pristine.streaming.view`. `outcome` is None while it is open.

    `later` is where it puts what is to be done as soon as somebody may wait.
    """

    def __init__(
        self,
        context: Context[object],
        face: Face,
        call: Call,
        streaming: Streaming,
        options: CallOptions,
        *,
        later: deque[Callable[[], None]],
    ) -> None:
        self.closed = False
        self.outcome: str | None = None
        self.events = 0
        self._context = context
        self._later = later
        self._call = call
        self._streaming = streaming
        self._connection = Connection(context, face, call, streaming)
        self._feed = Reconnection(_policy(streaming, options), options.get("last_event_id") or "")
        self._goes_on = self._feed.wanted
        self._make: Callable[[], Reader[Any]] | None = None
        self._reader: Reader[Any] = ChunkDecoder()  # until the caller has chosen
        self._at_end = False
        self._overhears = False
        self._json = FORMATS[streaming.format].json
        self._downloaded = Milestones(self._of_download) if call.listening else None
        self._watch = Watch(face.clock.now, call.request.timeout, call.started)

    # -- what a response shows -----------------------------------------------------------------------------------------

    @property
    def head(self) -> StreamHead:
        return self._connection.head

    @property
    def bytes(self) -> int:
        return self._connection.bytes

    @property
    def metadata(self) -> StreamMetadata:
        call = self._call
        return StreamMetadata(
            endpoint=call.operation.id,
            method=call.operation.method,
            url=shown_url(call.request, call.operation.path.secrets(call.request.url)),
            attempts=call.ledger.attempts,
            request_id=request_id(self.head.headers),
            connected_after=self._connection.connected_after,
        )

    @property
    def last_event_id(self) -> str:
        return self._reader.last_event_id or self._feed.last_event_id

    def described(self, error: ResponseError, event: Event | None = None) -> ResponseError:
        """The error, with the facts of the response and the data of the event that it is about."""
        error.status, error.headers = self.head.status, self.head.headers
        error.request_id = request_id(self.head.headers)
        if isinstance(error, StreamFailed):
            event = error.event
        if event is not None:
            error.body = self._call.safe(event.raw)
        if isinstance(error, StreamFailed):
            message, error.code = told(error.body, self._call.operation.endpoint.errors)
            error.message = f"the stream ended with an error: {message or message_of(error.body)}"
            error.message += f" [{error.code[:80]}]" if error.code else ""
        self._call.failed(error)
        return error

    # -- how it is read ------------------------------------------------------------------------------------------------

    def begin(self, make: Callable[[], Reader[Any]]) -> None:
        """Choose the reader; a body has one. It is made anew where the stream is opened again."""
        if self._make is not None:
            told = "the stream is being read, or was read, in another way"
            raise StreamConsumed(told, endpoint=self._call.operation.id)
        self._make = make
        self._reader = make()

    def events_reader(self) -> Reader[Event]:
        return event_reader(self._streaming.format, self._context.max_event_bytes, self._streaming.options)

    def items_reader(self, *, errors: bool = True) -> Reader[Event]:
        return ItemReader(self.events_reader(), self._streaming.done, errors=errors and self._json)

    def converter(self, schema: Schema = None) -> Callable[[Event], Any]:
        """What makes of each event its data, in the declared type or in another."""
        if schema is None and not self._json:
            return attrgetter("raw" if self._streaming.format is StreamFormat.BYTES else "data")
        streaming = self._streaming
        typed, usual = (streaming.events, streaming.items) if schema is None else ({}, schema)
        return partial(self._converted, self._context.serializer.decode, typed, usual)

    def _converted(self, decode: Callable[..., Any], typed: Mapping[str, Any], usual: Schema, event: Event) -> Any:
        try:
            return decode(event.raw, typed.get(event.event, usual) if typed else usual)
        except DecodeError as error:
            raise self.described(error, event) from error.__cause__

    # -- reading -------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect, with retries, up to a good head."""
        if self._call.listening:
            self._call.emit(signals.STREAM_START, **self._call.described)
        try:
            await self._connection.open()
        except BaseException as error:
            self._end("failed", error)
            raise

    async def next(self) -> list[Any] | None:
        """What arrived next, as the reader cuts it; None at the end."""
        if self.closed or self._connection.cancelled:
            return self._no_more()
        watch = self._watch
        try:
            if watch.on:
                watch.begin(self.events)
            while not (self._at_end or self._reader.ended or self._reader.error) or await self._gone_on():
                try:
                    piece = await self._connection.piece(watch.left() if watch.on else None)
                except TransportError as error:
                    await self._recover(watch.named(error))
                    continue
                self._at_end = not piece
                batch = self._reader.feed(piece) if piece else self._reader.close()
                if self._goes_on:
                    batch = self._feed.fresh(batch)
                if batch:
                    if not self.events:
                        await self._begun()
                    if self._overhears:
                        self._overhear(batch)
                    self.events += len(batch)
                    return batch
            await self.complete()
        except BaseException as error:
            await self.fail(error)
            raise
        return None

    def _no_more(self) -> list[Any] | None:
        """None, at the end of a body that was read; else there would have been more, which is not to be had."""
        if self.outcome == "completed":
            return None
        self._connection.check_wanted()
        raise StreamClosed("the stream is closed")

    def _overhear(self, batch: list[Any]) -> None:
        for event in batch:
            self._call.overhear(getattr(event, "raw", b""))

    async def _begun(self) -> None:
        """The first event has come."""
        await self._call.flowing(self.head)
        self._overhears = self._call.is_told_late
        if self._call.listening:
            self._call.emit(signals.STREAM_FIRST_EVENT, duration=self._call.elapsed())

    async def _recover(self, error: TransportError) -> None:
        """After a break: connect again if no event was lost by it, or can be lost, or raise what it means."""
        if isinstance(error, TimeoutExceeded) and error.limit == "first_content":
            raise error
        if self.events:
            await self._go_on(error)
        else:
            await self.take_up({}, error)
            self._start_over()

    async def _gone_on(self) -> bool:
        """After a clean end: connect again if the feed is to be gone on with. A reader's error ends it."""
        if self._reader.error is not None:
            raise self._reader.error  # what came before it has been delivered
        if self._reader.ended or self.head.status == 204 or not self._goes_on:
            return False
        await self._go_on(ConnectionLost("the server ended the feed"), ended=True)
        return True

    async def _go_on(self, error: TransportError, *, ended: bool = False) -> None:
        delay = self._feed.delay(getattr(self._reader, "retry", None))
        if delay is None:
            raise self._interruption(error) from error
        self._feed.last_event_id = self.last_event_id
        await self._connection.aclose()
        broke = None if ended else type(error).__qualname__
        self._call.emit(signals.STREAM_RECONNECT, delay=delay, **self._so_far, **{"error.type": broke})
        await self._call.pause(delay)
        await self.take_up(self._feed.headers())
        self._start_over()

    def _start_over(self) -> None:
        self._at_end = False
        if self._make is not None:
            self._reader = self._make()

    def _interruption(self, error: TransportError) -> StreamInterrupted:
        self._call.restate(error)
        so_far: Mapping[str, Any] = {"last_event_id": self.last_event_id, "events": self.events, "bytes": self.bytes}
        so_far = {**so_far, "gave_up": self._feed.told() or None}
        told = f"the stream broke after {self.events} events: {error.message}"
        if isinstance(error, TimeoutExceeded):
            limits = {"phase": error.phase, "limit": error.limit, "seconds": error.seconds}
            return StreamTimedOut(told, **so_far, **limits)
        return StreamInterrupted(told, **so_far)

    # -- files, which take up a broken body by themselves --------------------------------------------------------------

    async def piece(self) -> builtins.bytes:
        """The next bytes of the body, decoded; b"" at its end. A break is a TransportError and ends nothing."""
        piece = await self._connection.piece()
        if self._downloaded is not None:
            self._downloaded.add(len(piece)) if piece else self._downloaded.end()
        return piece

    def _of_download(self, so_far: int) -> None:
        self._call.emit(signals.DOWNLOAD_PROGRESS, bytes=so_far, total=body_length(self.head.headers))

    async def take_up(
        self, headers: Mapping[str, str], error: TransportError | None = None, *, progress: bool = False
    ) -> None:
        """Send the request again with these fields; after an error only if, and when, the retry policy says so."""
        await self._connection.take_up(headers, error, progress=progress)

    @property
    def fingerprint(self) -> str:
        """What tells the URL from others, without showing it."""
        return sha256(self._call.unsigned.url.encode()).hexdigest()

    # -- ending --------------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """From any thread: whoever waits in `next` gets StreamCancelled."""
        if not self.closed:
            self._connection.cancel()

    def drop(self) -> None:
        """Cancel it, from a finaliser: no listener can be told there, for it may hold a lock; so that is done later."""
        self.cancel()
        if self.outcome is None:
            self.outcome = "dropped"
            self._later.append(partial(self._call.emit, signals.STREAM_STOP, outcome=self.outcome, **self._so_far))

    async def aclose(self) -> None:
        if not self.closed:
            await self._give_back()
            self._end("stopped")

    async def complete(self) -> None:
        """The body has been read to the end that its reader wanted."""
        await self._call.flowing(self.head)
        await self._give_back()
        self._end("completed")

    async def fail(self, error: BaseException) -> None:
        """The reading has failed for good."""
        if isinstance(error, ResponseError) and not error.status:  # one of a later answer has its own facts
            self.described(error)
        await self._give_back()
        self._end("interrupted" if isinstance(error, StreamInterrupted) else "failed", error)

    async def _give_back(self) -> None:
        self.closed = True
        await self._connection.aclose()

    def _end(self, outcome: str, error: BaseException | None = None) -> None:
        self.closed = True
        if self.outcome is not None:
            return
        self.outcome = "cancelled" if self._connection.cancelled else outcome
        self._call.failed(error)
        so_far = self._so_far
        if error is None or self._connection.cancelled:
            self._call.emit(signals.STREAM_STOP, outcome=self.outcome, **so_far)
        else:
            failed = {"error.type": type(error).__qualname__, "status": getattr(error, "status", None)}
            self._call.emit(signals.STREAM_ERROR, **failed, **so_far)

    @property
    def _so_far(self) -> Mapping[str, Any]:
        """What has come, in telemetry's words."""
        return {"events": self.events, "bytes": self.bytes, "duration": self._call.elapsed()}


def _policy(streaming: Streaming, options: CallOptions) -> Reconnect | None:
    """The call's word on reconnecting, or the manifest's."""
    asked = options.get("reconnect")
    if asked is None:
        return streaming.reconnect
    if asked and streaming.format is not StreamFormat.SSE:
        raise ConfigurationError(f"a stream of {streaming.format} cannot be gone on with: reconnect is for sse")
    return (streaming.reconnect or Reconnect()) if asked else None
