"""Content codings undone, chunk by chunk and bounded, so that a secret in a compressed body is found."""

import zlib
from collections.abc import Sequence


def decoded(chunks: Sequence[bytes], codings: str, bound: int) -> list[bytes] | None:
    """The chunks without gzip or deflate; None for another coding, a broken body, or one above `bound` bytes."""
    names = [name for part in codings.lower().split(",") if (name := part.strip()) not in {"", "identity"}]
    if not names or not any(chunks):
        return list(chunks)
    if len(names) > 1 or names[0] not in {"gzip", "x-gzip", "deflate"}:
        return None
    first = next(filter(None, chunks))
    wrapped = names[0] != "deflate" or first[0] & 0x0F == 8
    try:
        return _inflated(chunks, 47 if wrapped else -15, bound)  # 47: zlib finds out whose the wrapper is
    except zlib.error:
        return None


def _inflated(chunks: Sequence[bytes], wbits: int, bound: int) -> list[bytes] | None:
    inflate, size, plain = zlib.decompressobj(wbits), 0, list[bytes]()
    for chunk in chunks:
        pieces, rest = list[bytes](), chunk
        while rest:
            pieces.append(inflate.decompress(rest, bound - size + 1))
            size += len(pieces[-1])
            if size > bound:
                return None
            rest = inflate.unused_data.lstrip(b"\0")
            if inflate.eof:
                inflate = zlib.decompressobj(wbits)  # another member may follow
        plain.append(b"".join(pieces))
    return plain
