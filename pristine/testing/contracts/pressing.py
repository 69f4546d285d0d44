"""ByteStream, promise 2: what is not asked for stays with the peer."""

import socket
import threading

from pristine.ports.capabilities import Capability
from pristine.testing.contracts.base import Contract, holds
from pristine.testing.faults import CHUNKED
from pristine.testing.lab import Lab
from pristine.testing.promises import expect
from pristine.testing.server import Wire

FLOOD = 24 * 1024 * 1024
"""Far more than the buffers of two kernels hold."""

PIECE = 64 * 1024
LARGEST = 1024 * 1024


class Flood:
    """A server that sends as fast as it can, until nothing goes any more."""

    def __init__(self, lab: Lab) -> None:
        self.sent, self.blocked = 0, threading.Event()
        self._stall = lab.limit * 2
        self.server = lab.serve(self._handle)

    def _handle(self, wire: Wire) -> None:
        wire.request()
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PIECE)
        wire.send(CHUNKED)
        wire.socket.settimeout(self._stall)
        frame = b"%x\r\n%b\r\n" % (PIECE, b"x" * PIECE)
        while self.sent < FLOOD:
            at = self.sent % len(frame)
            try:
                self.sent += wire.socket.send(frame[at:])
            except TimeoutError:
                self.blocked.set()
        wire.pause()


class Pressing(Contract):
    """Back-pressure."""

    @holds("ByteStream", 2, "not reading is back-pressure: the server cannot go on", needs=Capability.BACK_PRESSURE)
    def test_not_reading_is_back_pressure(self, lab: Lab) -> None:
        peer = Flood(lab)
        stream = lab.open(peer.server)
        piece = stream.next()
        expect(peer.blocked.wait(lab.patience), True, "the server was brought to a halt")
        expect(peer.sent < FLOOD // 2, True, f"the server sent {peer.sent} bytes, of which {len(piece)} were asked for")

    @holds("ByteStream", 2, "a piece is at most 1 MiB", needs=Capability.BACK_PRESSURE)
    def test_a_piece_is_bounded(self, lab: Lab) -> None:
        peer = Flood(lab)
        stream = lab.open(peer.server)
        expect(peer.blocked.wait(lab.patience), True, "the server was brought to a halt")
        taken = 0
        while taken < LARGEST * 3:
            piece = stream.next()
            taken += len(piece)
            expect(len(piece) <= LARGEST, True, f"a piece had {len(piece)} bytes")
