"""As much of HTTP/2 (RFC 9113) as one answer needs: a handler for a server whose TLS has agreed on "h2"."""

import struct
from typing import Final

from pristine.testing.server import Wire

PREFACE: Final = 24
DATA, HEADERS, SETTINGS = 0, 1, 4
END_STREAM = ACK = 1
END_HEADERS: Final = 4
STATUS_200: Final = b"\x88"
"""`:status: 200`, the eighth entry of the static table (RFC 7541, appendix A)."""


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def answers_http2(wire: Wire) -> None:
    """Answer each request, whatever it is, with 200 and the body `h2`."""
    if len(_exactly(wire, PREFACE)) < PREFACE:
        return
    wire.send(_frame(SETTINGS, 0, 0))
    while len(head := _exactly(wire, 9)) == 9:
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        _exactly(wire, int.from_bytes(head[:3]))
        if kind == SETTINGS and not flags & ACK:
            wire.send(_frame(SETTINGS, ACK, 0))
        elif kind == HEADERS:
            wire.send(_frame(HEADERS, END_HEADERS, stream, STATUS_200) + _frame(DATA, END_STREAM, stream, b"h2"))


def _exactly(wire: Wire, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := wire.piece(size - len(data))):
        data += piece
    return data
