"""Content codings undone, piece by piece: gzip and deflate (RFC 9110 section 8.4.1). Sans-IO."""

import zlib
from typing import Protocol

from pristine.ports.errors import DecodeError


class ContentDecoder(Protocol):
    """`feed` bytes as they arrive; `close` when there are no more. Both raise DecodeError."""

    def feed(self, data: bytes) -> bytes: ...
    def close(self) -> bytes: ...


class Identity:
    """No coding."""

    def feed(self, data: bytes) -> bytes:
        return data

    def close(self) -> bytes:
        return b""


class Deflated:
    """gzip, of one or more members, or deflate: with its zlib wrapper, or raw as some servers send it."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._fresh()
        self._begun = False

    def _fresh(self, wbits: int = 47) -> None:  # 47: zlib finds out whether the wrapper is gzip's or zlib's
        self._inflate = zlib.decompressobj(wbits)

    def feed(self, data: bytes) -> bytes:
        if not data:
            return b""
        if not self._begun and self._coding == "deflate" and data[0] & 0x0F != 8:
            self._fresh(-15)
        self._begun = True
        try:
            return self._members(data)
        except zlib.error as error:
            raise DecodeError(f"the body is not valid {self._coding}: {error}") from error

    def _members(self, data: bytes) -> bytes:
        parts = [self._inflate.decompress(data)]
        while self._inflate.eof and (rest := self._inflate.unused_data.lstrip(b"\0")):
            self._fresh()
            parts.append(self._inflate.decompress(rest))
        return b"".join(parts)

    def close(self) -> bytes:
        if self._begun and not self._inflate.eof:
            raise DecodeError(f"the {self._coding} body is cut short")
        return b""


def content_decoder(codings: str) -> ContentDecoder:
    """The decoder for a Content-Encoding field; raises DecodeError for a coding that was not asked for."""
    names = [name for part in codings.lower().split(",") if (name := part.strip()) not in {"", "identity"}]
    if not names:
        return Identity()
    if len(names) == 1 and names[0] in {"gzip", "x-gzip", "deflate"}:
        return Deflated(names[0])
    raise DecodeError(f"the body has Content-Encoding {codings!r}, which was not asked for and cannot be decoded")


def decode_content(body: bytes, codings: str) -> bytes:
    """A whole body without its content coding."""
    decoder = content_decoder(codings)
    return decoder.feed(body) + decoder.close()
