"""The body of a request on its way: what the library asks for, piece by piece, and when it does not ask.

What is sent whole is whole: the last piece is given when the source has ended, as long as it said. Whoever gives up
stops the asking first; then the source is closed.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from typing import Any, Final, Self

from pristine.adapters.pyreqwest.driving import Face, Stopped
from pristine.ports.body import AsyncBody
from pristine.ports.errors import ProtocolViolation, RetrySafe

PIECE: Final = 256 * 1024
"""Bytes of a body in memory that are given at a time; a shorter one goes as it is."""


class Upload:
    """An async iterator for the library. `fault` is what the source raised; `asked` is told who is waited for now.

    That is "write", the peer; "read", the peer, which has all of it; or None, the source.
    """

    fault: BaseException | None = None
    done = False

    def __init__(self, body: bytes | AsyncBody, face: Face, asked: Callable[[str | None], None]) -> None:
        chunks, length = (_pieces(body), len(body)) if isinstance(body, bytes) else (face.chunks(body), body.length)
        self._chunks = _exactly(chunks, length)
        self._left = length
        self._face = face
        self._asked = asked
        self._asking: asyncio.Task[Any] | None = None
        self._stopped = False

    async def begin(self) -> None:
        """Before it is given to the library, which does not ask where there is nothing to send: see that it is so."""
        if self._left == 0:
            await anext(self._chunks, None)
            self.done = True

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> "_Turn":
        return _Turn(self)

    async def next(self) -> bytes:
        """The next piece; raises StopAsyncIteration."""
        if self._stopped:
            raise Stopped
        self._asking = self._face.task()
        self._asked(None)
        try:
            return self._counted(await anext(self._chunks))
        except StopAsyncIteration:
            self.done = True
            raise
        except BaseException as error:
            self.fault = error
            raise
        finally:
            self._asking = None
            self._asked("read" if self.done else "write")

    def _counted(self, chunk: bytes) -> bytes:
        if self._left is not None:
            self._left -= len(chunk)
            self.done = self._left == 0  # then the library does not ask again
        return chunk

    def stop(self) -> None:
        """Give nothing more. In the thread of the face."""
        self._stopped = True
        if self._asking is not None:
            self._asking.cancel()

    async def aclose(self) -> None:
        """Return when nothing of it is left running, and the source is closed."""
        self.stop()
        if self._asking is not None:
            await asyncio.wait({self._asking})
        await self._chunks.aclose()


class _Turn:
    """An awaitable that is no coroutine: that would complain where the library does not come back to it."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._steps: Generator[Any, Any, bytes] | None = None

    def __await__(self) -> Generator[Any, Any, bytes]:
        if self._steps is None:  # asked for again at every step, by the `anext` that has a default
            self._steps = self._upload.next().__await__()
        return self._steps


async def _pieces(body: bytes) -> AsyncGenerator[bytes]:
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]


async def _exactly(chunks: AsyncIterator[bytes], length: int | None) -> AsyncGenerator[bytes]:
    """A body's chunks; where its length is known, the last one when it is seen that there is no other."""
    left, last = length, b""
    try:
        async for chunk in chunks:
            left = None if left is None else left - len(chunk)
            if left is None or left > 0:
                yield chunk
            elif left < 0:
                break
            else:
                last = chunk
        if left:
            raise ProtocolViolation(f"the body has not the {length} bytes that it said", retry_safe=RetrySafe.NO)
    finally:
        if aclose := getattr(chunks, "aclose", None):
            await aclose()
    if last:
        yield last
