"""A whole response out of an open stream, for transports: bounded while it grows, and the stream closed in the end."""

from pristine.ports.errors import ResponseTooLarge
from pristine.ports.messages import Request, Response, StreamHead
from pristine.ports.transport import AsyncByteStream


async def collected(request: Request, stream: AsyncByteStream) -> Response:
    """Read a stream to its end; raises ResponseTooLarge where it passes `request.max_response_bytes`."""
    head, pieces, size = stream.head, list[bytes](), 0
    try:
        if request.method != "HEAD":
            check_size(_announced(head), request.max_response_bytes, head)
        while piece := await stream.anext():
            pieces.append(piece)
            size += len(piece)
            check_size(size, request.max_response_bytes, head)
    finally:
        await stream.aclose()
    return Response(head.status, head.headers, b"".join(pieces))


def _announced(head: StreamHead) -> int:
    length = head.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0


def check_size(size: int, limit: int | None, head: StreamHead) -> None:
    """Raise ResponseTooLarge where a body of this size, as it came over the wire, is above the limit."""
    if limit is not None and size > limit:
        told = f"the body is larger than {limit} bytes; if it should be, raise max_response_bytes (None: no limit)"
        raise ResponseTooLarge(told, status=head.status, headers=head.headers)
