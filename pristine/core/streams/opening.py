"""The head of a stream: whether it is the head of what was declared, and if not, which error it is."""

from typing import Final

from pristine.core.answers.failures import shaped
from pristine.core.attempts.classification import facts, is_success, media_type_of, message_of, status_error
from pristine.core.call import Call
from pristine.core.face import Face
from pristine.core.streams.formats import FORMATS
from pristine.manifest.model import StreamFormat, Streaming
from pristine.ports.errors import ConfigurationError, TransportError, UnexpectedContent
from pristine.ports.messages import StreamHead
from pristine.ports.serializer import Serializer
from pristine.ports.transport import AsyncByteStream
from pristine.streaming.content_coding import content_decoder

ERROR_BODY: Final = 256 * 1024
"""How many bytes of a body that is not the declared stream are read for its error."""


async def open_stream(
    face: Face, streaming: Streaming, serializer: Serializer, call: Call
) -> tuple[int, AsyncByteStream]:
    """One attempt of a call: open a stream and check its head.

    Raises what the head means, with the start of the body, where it is wrong.
    """
    if face.streams is None:
        raise ConfigurationError("the transport cannot stream: it lacks open() or aopen()")
    stream = await call.exchange(face.streams.aopen)
    if _is_good(stream.head, call, streaming):
        return stream.head.status, stream
    try:
        error = await _meaning(stream, face, call, streaming, serializer)
    finally:
        await stream.aclose()
    raise error


def _is_good(head: StreamHead, call: Call, streaming: Streaming) -> bool:
    found = media_type_of(head.headers)
    known = not found or found in streaming.media_types or FORMATS[streaming.format].takes(found)
    return _is_answer(head.status, call, streaming) and known


def _is_answer(status: int, call: Call, streaming: Streaming) -> bool:
    """Whether a status is one to be read: of events 2xx alone, because a 304 or 302 has none."""
    if streaming.format is StreamFormat.BYTES:
        return call.operation.endpoint.answers(status)
    return is_success(status)


async def _meaning(
    stream: AsyncByteStream, face: Face, call: Call, streaming: Streaming, serializer: Serializer
) -> Exception:
    head = stream.head
    body = await _start_of(stream, call)
    if not _is_answer(head.status, call, streaming):
        error = status_error(head.status, head.headers, body, face.clock.time())
        return shaped(error, call.operation, serializer)
    found, declared = media_type_of(head.headers), FORMATS[streaming.format].accept
    return UnexpectedContent(
        f"{declared} was declared, but the {head.status} answer is {found}: {message_of(body)}",
        content_type=found,
        **facts(head, body),
    )


async def _start_of(stream: AsyncByteStream, call: Call) -> bytes:
    """The body, or as much of it as arrives in good order."""
    decoder = content_decoder(stream.head.headers.get("content-encoding", ""))
    body = bytearray()
    try:
        while len(body) < ERROR_BODY and (chunk := await stream.anext()):
            call.check_deadline("body")
            body += decoder.feed(chunk)
    except TransportError:
        if not body:
            raise
    return call.safe(bytes(body))[:ERROR_BODY]
