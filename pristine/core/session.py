"""One streaming call, from the request to the last event: the part that both faces of a stream response share.

Until the first event a failure is the retry policy's; after it, the break reaches the caller as StreamInterrupted. What
is not read by the caller is not read from the connection.
"""

from typing import Final

from pristine.core.call import Call
from pristine.core.classification import is_success, media_type_of, message_of, request_id, status_error
from pristine.core.context import Context
from pristine.core.face import Face
from pristine.core.operation import MEDIA_TYPES
from pristine.manifest.model import Streaming
from pristine.ports import telemetry as signals
from pristine.ports.errors import (
    ConfigurationError,
    StreamCancelled,
    StreamClosed,
    StreamInterrupted,
    StreamTimedOut,
    TimeoutExceeded,
    TransportError,
    UnexpectedContent,
)
from pristine.ports.events import Event
from pristine.ports.messages import Request, StreamHead
from pristine.ports.transport import AsyncByteStream
from pristine.streaming.content_coding import content_decoder
from pristine.streaming.response import StreamMetadata
from pristine.streaming.sse import SSEDecoder

_ERROR_BODY: Final = 256 * 1024
"""How many bytes of a body that is not the declared stream are read for its error."""


class StreamSession:
    """The Session of `pristine.streaming.response`. `outcome` is None while it is open."""

    def __init__(self, context: Context[object], face: Face, call: Call, streaming: Streaming) -> None:
        self.closed = False
        self.outcome: str | None = None
        self.events = 0
        self.bytes = 0
        self._context = context
        self._face = face
        self._call = call
        self._streaming = streaming
        self._cancelled = False
        self._stream: AsyncByteStream
        self._fresh()

    # -- what a response shows -----------------------------------------------------------------------------------------

    @property
    def head(self) -> StreamHead:
        return self._stream.head

    @property
    def metadata(self) -> StreamMetadata:
        call = self._call
        return StreamMetadata(
            endpoint=call.operation.id,
            method=call.operation.method,
            url=call.request.shown_url,
            attempts=call.attempts,
            request_id=request_id(self.head.headers),
            connected_after=self._connected_after,
        )

    @property
    def last_event_id(self) -> str:
        return self._decoder.last_event_id

    # -- opening -------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect, with retries, up to a good head."""
        call = self._call
        call.emit(signals.STREAM_START, **call.described)
        try:
            await self._connect()
        except BaseException as error:
            self._end("failed", error)
            raise

    async def _connect(self) -> None:
        self._fresh()
        self._stream = await self._call.run(self._attempt)
        self._coding = content_decoder(self.head.headers.get("content-encoding", ""))
        self._connected_after = self._call.elapsed()
        self._call.emit(
            signals.STREAM_CONNECTED,
            status=self.head.status,
            attempts=self._call.attempts,
            duration=self._connected_after,
        )

    def _fresh(self) -> None:
        options = {"max_event_bytes": self._context.max_event_bytes, **self._streaming.options}
        self._decoder = SSEDecoder(**options)

    async def _attempt(self, request: Request) -> tuple[int, AsyncByteStream]:
        if self._face.streams is None:
            raise ConfigurationError("the transport cannot stream: it lacks open() or aopen()")
        stream = await self._face.streams.aopen(request)
        try:
            await self._check(stream)
        except BaseException:
            await stream.aclose()
            raise
        return stream.head.status, stream

    async def _check(self, stream: AsyncByteStream) -> None:
        """Raise what the head means where it is not the head of the declared stream."""
        head = stream.head
        found = media_type_of(head.headers)
        declared = MEDIA_TYPES[self._streaming.format]
        if is_success(head.status) and found in {"", declared}:
            return
        body = await self._start_of(stream)
        if not is_success(head.status):
            raise status_error(head.status, head.headers, body, self._face.clock.time())
        raise UnexpectedContent(
            f"{declared} was declared, but the {head.status} answer is {found}: {message_of(body)}",
            status=head.status,
            headers=head.headers,
            body=body,
            request_id=request_id(head.headers),
            content_type=found,
        )

    async def _start_of(self, stream: AsyncByteStream) -> bytes:
        """The body, or as much of it as arrives in good order."""
        decoder = content_decoder(stream.head.headers.get("content-encoding", ""))
        body = bytearray()
        try:
            while len(body) < _ERROR_BODY and (chunk := await stream.anext()):
                self._call.check_deadline("body")
                body += decoder.feed(chunk)
        except TransportError:
            if not body:
                raise
        return self._call.safe(bytes(body))[:_ERROR_BODY]

    # -- reading -------------------------------------------------------------------------------------------------------

    async def next(self) -> list[Event] | None:
        """The next events that arrived together; None at the end."""
        if self.outcome == "completed":
            return None
        self._check_wanted()
        if self.closed:
            raise StreamClosed("the stream is closed")
        try:
            return await self._batch()
        except BaseException as error:
            await self._give_back()
            self._end("cancelled" if self._cancelled else "failed", error)
            raise

    async def _batch(self) -> list[Event] | None:
        if self._decoder.error is not None:
            self._decoder.close()  # raises it: the events that came before it have been delivered
        while True:
            try:
                batch = self._decode(await self._stream.anext())
            except TransportError as error:
                await self._recover(error)
                continue
            if batch:
                self._count(batch)
                return batch
            if batch is None:
                await self._give_back()
                self._end("completed")
                return None

    def _decode(self, chunk: bytes) -> list[Event] | None:
        """The events that a chunk completes; None where it was the last and there are none."""
        self._check_wanted()
        self._call.check_deadline("body")
        self.bytes += len(chunk)
        if chunk:
            return self._decoder.feed(self._coding.feed(chunk))
        rest = self._coding.close()
        return [*self._decoder.feed(rest), *self._decoder.close()] or None

    def _check_wanted(self) -> None:
        if self._cancelled:
            raise StreamCancelled("the stream was cancelled")

    def _count(self, batch: list[Event]) -> None:
        if not self.events:
            self._call.emit(signals.STREAM_FIRST_EVENT, duration=self._call.elapsed())
        self.events += len(batch)

    async def _recover(self, error: TransportError) -> None:
        """After a break: connect again if no event was lost by it, or raise what it means."""
        self._check_wanted()
        if self.events:
            raise self._interruption(error) from error
        await self._stream.aclose()
        await self._call.settle(error)
        await self._connect()

    def _interruption(self, error: TransportError) -> StreamInterrupted:
        self._call.restate(error)
        so_far = {"last_event_id": self.last_event_id, "events": self.events, "bytes": self.bytes}
        told = f"the stream broke after {self.events} events: {error.message}"
        if isinstance(error, TimeoutExceeded):
            limits = {"phase": error.phase, "limit": error.limit, "seconds": error.seconds}
            return StreamTimedOut(told, **so_far, **limits)
        return StreamInterrupted(told, **so_far)

    # -- ending --------------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """From any thread: whoever waits in `next` gets StreamCancelled."""
        if not self.closed:
            self._cancelled = True
            self._stream.cancel()

    async def aclose(self) -> None:
        if not self.closed:
            await self._give_back()
            self._end("cancelled" if self._cancelled else "stopped")

    async def _give_back(self) -> None:
        self.closed = True
        await self._stream.aclose()

    def _end(self, outcome: str, error: BaseException | None = None) -> None:
        self.closed = True
        if self.outcome is not None:
            return
        self.outcome = outcome
        self._call.failed(error)
        so_far = {"events": self.events, "bytes": self.bytes, "duration": self._call.elapsed()}
        if error is None or self._cancelled:
            self._call.emit(signals.STREAM_STOP, outcome=outcome, **so_far)
        else:
            self._call.emit(signals.STREAM_ERROR, **{"error.type": type(error).__qualname__}, **so_far)
