"""A body that is collected piece by piece, for transports: bounded while it grows."""

from pristine.ports.errors import ResponseTooLarge
from pristine.ports.messages import Request, Response, StreamHead


class Collected:
    """Takes the pieces of a response's body; `response` is the whole."""

    def __init__(self, request: Request, head: StreamHead) -> None:
        self._head = head
        self._limit = request.max_response_bytes
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Take a piece; raises ResponseTooLarge where the body passes `request.max_response_bytes`."""
        self._pieces.append(piece)
        self._size += len(piece)
        check_size(self._size, self._limit, self._head)

    @property
    def response(self) -> Response:
        """The head with all that was added."""
        return Response(self._head.status, self._head.headers, b"".join(self._pieces))


def check_size(size: int, limit: int | None, head: StreamHead) -> None:
    """Raise ResponseTooLarge where a body of this size, as it came over the wire, is above the limit."""
    if limit is not None and size > limit:
        told = f"the body is larger than {limit} bytes; if it should be, raise max_response_bytes (None: no limit)"
        raise ResponseTooLarge(told, status=head.status, headers=head.headers)
