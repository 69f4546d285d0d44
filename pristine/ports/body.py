"""Ports: the content of a request, piece by piece.

A body says before it is sent how long it is and whether it can be sent again. It is sent whole, or an error is raised.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Final, Protocol, runtime_checkable

from pristine.ports.errors import WrongFace

METHODS_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
"""Those whose requests say that they have no content by a length of 0 (RFC 9110 section 8.6)."""


@runtime_checkable
class AsyncBody(Protocol):
    """Content that the async face can send.

    1. `length` is how many bytes there are; None means that it is not known before the end (and is sent chunked).
       `content_type` and `content_encoding` are the fields that describe the content, or None. None of these changes.
    2. Each call of `achunks` starts at the beginning. Where `replayable` is false, only the first does: the next
       raises BodyUsed, at the call, before any chunk.
    3. A chunk is bytes and never empty. The iterator ends only where the body does: if there are fewer or more bytes
       than `length`, or the source fails, it raises before the last byte is given, so that nobody takes what was sent
       for a whole request. BodyChanged says so; an exception of the caller's own iterator stays what it is.
    4. It holds a bounded piece of the content, and reads no further than it is asked.
    5. Who sends it takes chunks until the iterator ends, even when `length` is reached; who stops earlier calls its
       `aclose`, if it has one.
    """

    @property
    def length(self) -> int | None: ...
    @property
    def content_type(self) -> str | None: ...
    @property
    def content_encoding(self) -> str | None: ...
    @property
    def replayable(self) -> bool: ...
    def achunks(self) -> AsyncIterator[bytes]: ...


@runtime_checkable
class Body(AsyncBody, Protocol):
    """Content that both faces can send: `chunks` keeps the promises of `achunks`, with `close` for `aclose`.

    6. It raises WrongFace, at the call, where only then it turns out that the source is async.
    """

    def chunks(self) -> Iterator[bytes]: ...


def blocking_chunks(body: AsyncBody) -> Iterator[bytes]:
    """A body's chunks on the blocking face; raises WrongFace for a body that has only the async one."""
    if not isinstance(body, Body):
        raise WrongFace("the body comes from an async iterator, which Pipeline cannot send: use AsyncPipeline")
    return body.chunks()


def length_of(body: bytes | AsyncBody | None) -> int | None:
    """How many bytes are sent; None where nobody knows before the end."""
    return 0 if body is None else len(body) if isinstance(body, bytes) else body.length


def chunks_of(body: bytes | AsyncBody | None) -> bytes | Iterator[bytes] | None:
    """What a blocking transport sends: bytes as they are, a Body's chunks; raises WrongFace for an async body."""
    if body is None or isinstance(body, bytes):  # first: to ask for a Protocol takes ten times as long
        return body
    return blocking_chunks(body)


def achunks_of(body: bytes | AsyncBody | None) -> bytes | AsyncIterator[bytes] | None:
    """What an async transport sends: bytes as they are, a body's chunks."""
    return body if body is None or isinstance(body, bytes) else body.achunks()
