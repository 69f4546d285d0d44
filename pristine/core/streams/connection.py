"""The open body of one streaming call: bytes as they arrive, decoded and bounded, from one connection or several.

It decides nothing about what the bytes mean, nor whether to go on after a break.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pristine.core.call import Call
from pristine.core.context import Context
from pristine.core.face import Face
from pristine.core.streams.opening import open_stream
from pristine.manifest.model import Streaming
from pristine.ports import signals
from pristine.ports.collected import check_size
from pristine.ports.errors import StreamCancelled, TransportError
from pristine.ports.messages import StreamHead
from pristine.streaming.content_coding import ContentDecoder, content_decoder

if TYPE_CHECKING:
    from pristine.ports.transport import AsyncByteStream


class Connection:
    """`bytes` counts what has arrived, as it was on the wire, over all connections."""

    def __init__(self, context: Context[Any], face: Face, call: Call, streaming: Streaming) -> None:
        self.bytes = 0
        self.cancelled = False
        self.connected_after = 0.0
        self._max_expansion = context.max_expansion
        self._serializer = context.serializer
        self._face = face
        self._call = call
        self._streaming = streaming
        self._stream: AsyncByteStream
        self._coding: ContentDecoder

    @property
    def head(self) -> StreamHead:
        """The head of the present connection."""
        return self._stream.head

    async def open(self) -> None:
        """Connect, with retries, up to a good head."""
        attempt = partial(open_stream, self._face, self._streaming, self._serializer)
        self._stream = await self._call.run(attempt, holds=True)
        self._coding = content_decoder(self.head.headers.get("content-encoding", ""), self._max_expansion)
        self.connected_after = self._call.elapsed()
        if self._call.listening:
            facts = {"status": self.head.status, "attempts": self._call.attempts, "duration": self.connected_after}
            self._call.emit(signals.STREAM_CONNECTED, **facts)

    async def piece(self, within: float | None = None) -> bytes:
        """The next bytes of the body; b"" at its end. A break is a TransportError; after `cancel`, StreamCancelled."""
        call, limit = self._call, self._call.request.max_response_bytes
        while True:
            if self.cancelled:
                self.check_wanted()
            try:
                chunk = await self._stream.anext(within)
            except TransportError:
                self.check_wanted()
                raise
            if self.cancelled:
                self.check_wanted()
            if call.deadline.at is not None:
                call.check_deadline("body")
            self.bytes += len(chunk)
            if limit is not None:
                check_size(self.bytes, limit, self.head)
            if not chunk:
                self._coding.close()
                return b""
            if piece := self._coding.feed(chunk):
                return piece

    async def take_up(
        self, headers: Mapping[str, str], error: TransportError | None = None, *, progress: bool = False
    ) -> None:
        """Send the request again with these fields; after an error only if, and when, the retry policy says so.

        `progress`: since the last failure something new has come, so the policy is asked as after a first one.
        """
        self.check_wanted()
        await self._stream.aclose()
        if progress:
            self._call.progressed()
        if error is not None:
            await self._call.settle(error)
        self._call.say(headers)
        await self.open()

    def check_wanted(self) -> None:
        """Raise StreamCancelled after `cancel`."""
        if self.cancelled:
            raise StreamCancelled("the stream was cancelled")

    def cancel(self) -> None:
        """From any thread: whoever waits in `piece` gets StreamCancelled."""
        self.cancelled = True
        self._stream.cancel()

    async def aclose(self) -> None:
        """Give the connection back, or close it, and what was taken for it."""
        try:
            await self._stream.aclose()
        finally:
            await self._call.leave(None)
