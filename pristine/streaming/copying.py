"""A body into an open file, or anything that is written to like one; and what a download to a path shares with that.

A break is an error here: what a file object has taken cannot be taken back.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

import attrs

from pristine.ports.errors import (
    ConfigurationError,
    IntegrityError,
    StreamCancelled,
    StreamClosed,
    StreamInterrupted,
    StreamTimedOut,
    TimeoutExceeded,
    TransportError,
)
from pristine.ports.values import frozen
from pristine.streaming.partial import filing
from pristine.streaming.ranges import body_length, checksum
from pristine.streaming.view import Session

CHUNK: Final = 256 * 1024
"""The most bytes that are written at once, unless the caller says another number."""

Progress: TypeAlias = Callable[[int, int | None], object]
"""Is called after each write with the bytes so far, and how many there will be, or None where that is unknown."""


class Writable(Protocol):
    """A binary file, or what is written to like one."""

    def write(self, data: Any, /) -> Any: ...


@frozen
class Wishes:
    """How a caller wants a file; made before anything is read, it raises ConfigurationError."""

    chunk_size: int = CHUNK
    progress: Progress | None = None
    resume: bool = True
    digests: Mapping[str, str] = attrs.field(default=None, converter=checksum)

    def __attrs_post_init__(self) -> None:
        if self.chunk_size < 1:
            raise ConfigurationError(f"chunk_size={self.chunk_size}: give at least 1", setting="chunk_size")


async def write_to(session: Session, file: Writable, wishes: Wishes) -> int:
    """Write the body to an open binary file; see `StreamResponse.write_to`."""
    name = getattr(file, "name", None) or type(file).__name__
    written = 0
    try:
        check_open(session)
        while piece := await _piece(session, written):
            for at in range(0, len(piece), wishes.chunk_size):
                data = piece[at : at + wishes.chunk_size]
                with filing(name, "writing to it"):
                    _write(file, data)
                written += len(data)
                if wishes.progress is not None:
                    wishes.progress(written, body_length(session.head.headers))
        _check_length(session, written)
        with filing(name, "writing to it"):
            getattr(file, "flush", int)()
    except BaseException as error:
        await fail(session, error)
        raise
    await session.complete()
    return written


def _check_length(session: Session, written: int) -> None:
    length = body_length(session.head.headers)
    if length not in {None, written}:
        raise IntegrityError(f"the body is not as long as announced: {written} bytes of {length}")


async def _piece(session: Session, written: int) -> bytes:
    """The next bytes; before the first one, as often as the retry policy says."""
    while True:
        try:
            return await session.piece()
        except TransportError as error:
            if written:
                raise interruption(error, written) from error
            await session.take_up({}, error)


def _write(file: Writable, data: bytes) -> None:
    """Write all of it: a raw file may take less than it is given. None is "all", except of a raw file."""
    rest = memoryview(data)
    given: Any = data
    while rest:
        taken = file.write(given)
        if taken is None and not isinstance(file, io.RawIOBase):
            return
        if not taken:
            raise BlockingIOError(f"it took {len(data) - len(rest)} of {len(data)} bytes; give a blocking file")
        given = rest = rest[taken:]


def check_open(session: Session) -> None:
    """Raise StreamClosed where there is nothing to read any more."""
    if session.closed:
        raise StreamClosed("the stream is closed")


async def fail(session: Session, error: BaseException) -> None:
    """End the session with an error; one that comes of `cancel()` is a StreamCancelled."""
    await session.fail(error)
    if session.outcome == "cancelled" and isinstance(error, TransportError):
        raise StreamCancelled("the stream was cancelled", endpoint=session.metadata.endpoint) from error


def interruption(error: TransportError, have: int, more: str = "") -> StreamInterrupted:
    """The break as the caller gets it."""
    told = f"the stream broke after {have} bytes: {error.message}{more}"
    so_far: dict[str, Any] = {"bytes": have, "gave_up": error.gave_up}
    if isinstance(error, TimeoutExceeded):
        return StreamTimedOut(told, **so_far, phase=error.phase, limit=error.limit, seconds=error.seconds)
    return StreamInterrupted(told, **so_far)
