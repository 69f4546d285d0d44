"""Content codings undone, piece by piece: gzip and deflate (RFC 9110 section 8.4.1). Sans-IO, and no bomb goes off.

A body may grow by `max_expansion`; what is under FREE bytes may grow by any factor.
"""

import zlib
from typing import Final, Protocol

from pristine.ports.errors import DecodeError, ResponseTooLarge
from pristine.streaming.bounds import MAX_EXPANSION

FREE: Final = 16 * 1024 * 1024


class ContentDecoder(Protocol):
    """`feed` bytes as they arrive; `close` when there are no more. Both raise DecodeError or ResponseTooLarge."""

    def feed(self, data: bytes) -> bytes: ...
    def close(self) -> None: ...


class Identity:
    """No coding."""

    def feed(self, data: bytes) -> bytes:
        return data

    def close(self) -> None:
        """There is nothing to check."""


_IDENTITY: Final = Identity()


class Deflated:
    """gzip, of one or more members, or deflate: with its zlib wrapper, or raw as some servers send it."""

    def __init__(self, coding: str, max_expansion: float | None) -> None:
        self._coding = coding
        self._max_expansion = max_expansion
        self._begun = False
        self._taken = self._given = 0
        self._fresh()

    def _fresh(self, wbits: int = 47) -> None:  # 47: zlib finds out whether the wrapper is gzip's or zlib's
        self._inflate = zlib.decompressobj(wbits)

    def feed(self, data: bytes) -> bytes:
        if not data:
            return b""
        if not self._begun and self._coding == "deflate" and data[0] & 0x0F != 8:
            self._fresh(-15)
        self._begun = True
        self._taken += len(data)
        try:
            return self._members(data)
        except zlib.error as error:
            raise DecodeError(f"the body is not valid {self._coding}: {error}") from error

    def _members(self, data: bytes) -> bytes:
        parts = [self._inflated(data)]
        while self._inflate.eof and (rest := self._inflate.unused_data.lstrip(b"\0")):
            self._fresh()
            parts.append(self._inflated(rest))
        return b"".join(parts)

    def _inflated(self, data: bytes) -> bytes:
        if self._max_expansion is None:
            return self._inflate.decompress(data)
        room = int(max(FREE, self._taken * self._max_expansion)) - self._given
        found = self._inflate.decompress(data, max(room, 0) + 1)
        self._given += len(found)
        if len(found) > room:
            told = f"the {self._coding} body grows more than {self._max_expansion:g} times as it is decoded"
            raise ResponseTooLarge(f"{told}; if it should, raise max_expansion (None: no limit)")
        return found

    def close(self) -> None:
        if self._begun and not self._inflate.eof:
            raise DecodeError(f"the {self._coding} body is cut short")


def content_decoder(codings: str, max_expansion: float | None = MAX_EXPANSION) -> ContentDecoder:
    """The decoder for a Content-Encoding field; raises DecodeError for a coding that was not asked for."""
    if not codings:
        return _IDENTITY
    names = [name for part in codings.lower().split(",") if (name := part.strip()) not in {"", "identity"}]
    if not names:
        return _IDENTITY
    if len(names) == 1 and names[0] in {"gzip", "x-gzip", "deflate"}:
        return Deflated(names[0], max_expansion)
    raise DecodeError(f"the body has Content-Encoding {codings!r}, which was not asked for and cannot be decoded")


def decode_content(body: bytes, codings: str, max_expansion: float | None = MAX_EXPANSION) -> bytes:
    """A whole body without its content coding."""
    decoder = content_decoder(codings, max_expansion)
    decoded = decoder.feed(body)
    decoder.close()
    return decoded
