"""Bytes of a stream to typed pieces, for the bare transports: Pristine's decoder, then msgspec into attrs classes."""

from collections.abc import Callable

from benchmarks.suite.contestants.shapes import piece
from pristine.streaming.sse import SSEDecoder


class Pieces:
    """What is fed comes out as the text of each piece."""

    def __init__(self, seen: Callable[[str], object]) -> None:
        self._feed, self._seen = SSEDecoder().feed, seen

    def feed(self, chunk: bytes) -> None:
        for event in self._feed(chunk):
            if event.raw != b"[DONE]":
                self._seen(piece(event.raw).choices[0].delta.content or "")
