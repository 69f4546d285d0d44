"""MemoryTransport on a server: its script is a function that asks the server by a transport of its own."""

from typing import Any

from pristine.adapters.memory import MemoryTransport, Scripted
from pristine.ports.capabilities import Capability
from pristine.ports.errors import PristineError, TransportError
from pristine.ports.messages import Request
from tests.contracts.broken.good import Opens


class Bridged(MemoryTransport):
    """It cannot wait, so that no limit passes and nothing is cancelled; and it takes the body of a request whole."""

    capabilities = frozenset({Capability.STREAMING})
    shareable = False

    def __init__(self, **options: Any) -> None:
        if options:
            raise TypeError("it has no connections")
        super().__init__([answer])


def answer(request: Request) -> Scripted | PristineError:
    """What the server says: pieces as they came, and the error that ended them, if one did."""
    transport = Opens()
    try:
        stream = transport.open(request)
    except TransportError as error:
        return error
    pieces: list[bytes | PristineError] = []
    try:
        pieces += iter(stream.next, b"")
    except TransportError as error:
        pieces.append(error)
    finally:
        stream.close()
        transport.close()
    return Scripted(pieces, stream.head.status, stream.head.headers)
