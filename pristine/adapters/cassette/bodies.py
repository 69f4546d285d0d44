"""The body of a request, listened to while it is sent, or read to be compared. Bounded: what is longer is a digest."""

from collections.abc import AsyncIterator, Iterator
from hashlib import sha256

import attrs

from pristine.adapters.around import Side
from pristine.adapters.cassette.exchange import Content
from pristine.ports.body import AsyncBody, Body
from pristine.ports.messages import Request
from pristine.ports.values import frozen


class Heard:
    """What has been sent of a body: up to `bound` bytes of it, its length and its digest."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self.again()

    def again(self) -> None:
        """It is sent from its beginning."""
        self.whole = False
        self.size = 0
        self._pieces: list[bytes] = []
        self._hash = sha256()

    def feed(self, piece: bytes) -> None:
        self.size += len(piece)
        self._hash.update(piece)
        if self.size <= self._bound:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    @property
    def data(self) -> bytes | None:
        """The body so far, or None where it is too large."""
        return b"".join(self._pieces) if self.size <= self._bound else None

    @property
    def content(self) -> Content:
        """What is known of it: of a body that was not all sent, nothing."""
        if not self.whole:
            return Content(None, self.size, "")
        return Content(self.data, self.size, self._hash.hexdigest())


class _AsyncListened:
    """An AsyncBody that tells what is sent of it."""

    def __init__(self, body: AsyncBody, heard: Heard) -> None:
        self._body = body
        self._heard = heard
        self.length = body.length
        self.content_type = body.content_type
        self.content_encoding = body.content_encoding
        self.replayable = body.replayable

    def achunks(self) -> AsyncIterator[bytes]:
        chunks = self._body.achunks()
        self._heard.again()
        return _AsyncChunks(chunks, self._heard)


class _Listened(_AsyncListened):
    """A Body that tells what is sent of it."""

    _body: Body

    def chunks(self) -> Iterator[bytes]:
        chunks = self._body.chunks()
        self._heard.again()
        return _Chunks(chunks, self._heard)


@frozen
class _Chunks(Iterator[bytes]):
    chunks: Iterator[bytes]
    heard: Heard

    def __next__(self) -> bytes:
        try:
            piece = next(self.chunks)
        except StopIteration:
            self.heard.whole = True
            raise
        self.heard.feed(piece)
        return piece

    def close(self) -> None:
        if close := getattr(self.chunks, "close", None):
            close()


@frozen
class _AsyncChunks(AsyncIterator[bytes]):
    chunks: AsyncIterator[bytes]
    heard: Heard

    async def __anext__(self) -> bytes:
        try:
            piece = await anext(self.chunks)
        except StopAsyncIteration:
            self.heard.whole = True
            raise
        self.heard.feed(piece)
        return piece

    async def aclose(self) -> None:
        if aclose := getattr(self.chunks, "aclose", None):
            await aclose()


def listened(request: Request, heard: Heard) -> Request:
    """The request with a body that tells `heard` what is sent of it."""
    body = request.body
    if body is None or isinstance(body, bytes):
        heard.feed(body or b"")
        heard.whole = True
        return request
    return attrs.evolve(request, body=_Listened(body, heard) if isinstance(body, Body) else _AsyncListened(body, heard))


async def read(request: Request, heard: Heard, side: Side) -> None:
    """Read the body of a request to its end, as a server would."""
    sent = listened(request, heard).body
    if sent is None or isinstance(sent, bytes):
        return
    chunks = side.chunks(sent)
    try:
        async for _ in chunks:
            pass
    finally:
        if aclose := getattr(chunks, "aclose", None):
            await aclose()
