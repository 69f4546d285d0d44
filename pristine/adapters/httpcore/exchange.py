"""One request under way: how long each wait may be, what it sends, and what its errors are called.

A core hands a time limit on untouched, so an Exchange goes in the place of one: who is about to wait asks it how long
that may last. So a deadline holds however the bytes trickle.
"""

import math
import time
from collections.abc import AsyncIterator, Iterator
from copy import copy
from typing import Any, NoReturn

from pristine.adapters.httpcore.errors import Errors, Passed
from pristine.adapters.timing import Timing
from pristine.ports.body import achunks_of, chunks_of
from pristine.ports.errors import BodyUsed, ProtocolViolation, RetrySafe
from pristine.ports.messages import Request


class Exchange:
    """The clock starts when it is made. `content` is the request's body as a core sends it."""

    content: "bytes | Chunks | AsyncChunks | None" = None
    _connected_by: float | None = None
    _broken: Exception | None = None

    def __init__(self, request: Request, errors: Errors) -> None:
        self.request = request
        self.timing = Timing(request.timeout)
        self._errors = errors

    # -- limits --------------------------------------------------------------------------------------------------------

    def left(self, limit: str) -> float | None:
        """The seconds that a wait under this limit may last now; raises Passed where there are none."""
        seconds: float | None = getattr(self.timing.timeout, limit)
        ends = self.timing.ends
        if limit == "connect" and self._connected_by is not None:
            ends = self._connected_by if ends is None else min(ends, self._connected_by)
        if ends is not None:
            seconds = min(math.inf if seconds is None else seconds, ends - time.monotonic())
            if seconds <= 0:
                raise Passed(limit)
        return seconds

    def connecting(self) -> None:
        """From now on, the limit `connect` is for all there is to do until the connection stands."""
        limit = self.timing.timeout.connect
        self._connected_by = None if limit is None else time.monotonic() + limit

    def reading(self, within: float | None) -> None:
        """The next piece of the answer is to come `within` seconds; raises what has broken it, every time."""
        if self._broken is not None:
            raise copy(self._broken)
        self.timing.reading(within)

    # -- errors --------------------------------------------------------------------------------------------------------

    def fail(self, error: Exception, phase: str) -> NoReturn:
        """Raise the port's error for one of `errors.kinds`; what the source of the body raised stays what it is."""
        is_fault = isinstance(self.content, (Chunks, AsyncChunks)) and error is self.content.fault
        ours = error if is_fault else self._errors.translated(error, phase, self.timing)
        if ours is error:
            raise error
        self._broken = copy(ours)  # that has no traceback, which would hold everything
        raise ours from error

    # -- the request's body --------------------------------------------------------------------------------------------

    def take_content(self) -> None:
        """Begin with the body, for a blocking core; raises WrongFace and BodyUsed."""
        content: Any = chunks_of(self.request.body)
        is_whole = content is None or isinstance(content, bytes)
        self.content = content if is_whole else Chunks(content, self.request.body)

    def atake_content(self) -> None:
        """Begin with the body, for an async core; raises BodyUsed."""
        content: Any = achunks_of(self.request.body)
        is_whole = content is None or isinstance(content, bytes)
        self.content = content if is_whole else AsyncChunks(content, self.request.body)


class _Counted:
    """Chunks that are refused where there are more or fewer than was said; `fault` is what their source raised."""

    fault: Exception | None = None

    def __init__(self, chunks: Any, body: Any) -> None:
        self._chunks = chunks
        self._length: int | None = body.length
        self._sent = 0

    def _begin(self) -> None:
        """It may be asked for more than once, but not after it has begun."""
        if self._sent:
            raise BodyUsed("the client wants to send the body again, which has been sent")

    def _count(self, chunk: bytes) -> bytes:
        self._sent += len(chunk)
        if self._length is not None and self._sent > self._length:
            self._end()
        return chunk

    def _end(self) -> None:
        if self._length is not None and self._sent != self._length:
            told = f"the body has not the {self._length} bytes that it said"
            raise ProtocolViolation(told, retry_safe=RetrySafe.NO)


class Chunks(_Counted):
    """For a blocking core."""

    def __iter__(self) -> Iterator[bytes]:
        self._begin()
        return self

    def __next__(self) -> bytes:
        try:
            return self._count(next(self._chunks))
        except StopIteration:
            self._end()
            raise
        except Exception as error:
            self.fault = error
            raise

    def close(self) -> None:
        """No more of it is wanted."""
        if close := getattr(self._chunks, "close", None):
            close()


class AsyncChunks(_Counted):
    """For an async core."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._begin()
        return self

    async def __anext__(self) -> bytes:
        try:
            return self._count(await anext(self._chunks))
        except StopAsyncIteration:
            self._end()
            raise
        except Exception as error:
            self.fault = error
            raise

    async def aclose(self) -> None:
        """No more of it is wanted."""
        if aclose := getattr(self._chunks, "aclose", None):
            await aclose()
