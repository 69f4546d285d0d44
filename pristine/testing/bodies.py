"""A body of a request for tests: it gives what it is told to, on both faces, and tells what became of it."""

from collections.abc import AsyncIterator, Iterable, Iterator

Piece = bytes | Exception


class Pieces:
    """A body of these pieces; an exception among them is raised in its place.

    `length` is what it says of itself, true or not. `given` counts the pieces that were taken, `closed` how often its
    iterators ended, whether they were read to the end or closed before it.
    """

    content_type: str | None = None
    content_encoding: str | None = None
    replayable = True

    def __init__(self, pieces: Iterable[Piece], length: int | None = None) -> None:
        self._pieces = pieces
        self.length = length
        self.given = 0
        self.closed = 0

    def chunks(self) -> Iterator[bytes]:
        try:
            for piece in self._pieces:
                self.given += 1
                yield _given(piece)
        finally:
            self.closed += 1

    async def achunks(self) -> AsyncIterator[bytes]:
        try:
            for piece in self._pieces:
                self.given += 1
                yield _given(piece)
        finally:
            self.closed += 1


def _given(piece: Piece) -> bytes:
    if isinstance(piece, Exception):
        raise piece
    return piece
