"""What a pool asks of the two faces: how to wait, how to connect, and who speaks HTTP. Async-shaped for both.

A wire is a byte stream that a core reads and writes, with an Exchange in the place of a time limit.
"""

from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from pristine.adapters.httpcore.exchange import Exchange
from pristine.adapters.httpcore.places import Signal

READ: Final = 64 * 1024
"""Bytes that a core is given at a time, at most."""

SPACE: Final = 4 * READ
"""Bytes that are read from a socket at a time, at most: the larger, the fewer turns of the loop."""

PIECE: Final = 64 * 1024
"""Bytes that are written between two looks at the clock; what is smaller may wait for more."""


class Wire(Protocol):
    """A byte stream to a peer; `protocol` is what TLS has agreed on.

    While it is `corked`, what is small is sent with what is written next, or when the answer is read: a head and its
    body in one packet. What cannot be sent then is no error yet, for the peer may have answered before it closed.
    """

    corked: bool

    @property
    def protocol(self) -> str | None: ...
    def is_silent(self) -> bool:
        """Whether nothing is there to be read: no bytes, no end."""
        ...

    def shut(self) -> None:
        """Let whoever reads or writes fail at once; from any thread, on the blocking face."""
        ...

    def close(self) -> None:
        """Let go of the socket, at once; it may be called again."""
        ...


class Face(Protocol):
    """What is different where a thread waits and where a task does."""

    def lock(self) -> AbstractContextManager[Any]:
        """What guards the books."""
        ...

    def signal(self) -> Signal: ...
    async def granted(self, signal: Any, seconds: float | None) -> bool:
        """Wait for a signal; false when the time is over."""
        ...

    async def dial(self, host: str, port: int, local: str | None, exchange: Exchange) -> Any:
        """A wire to a host, by any of its addresses; raises OSError, or Passed for `connect`."""
        ...

    async def secure(self, wire: Any, context: Any, host: str, exchange: Exchange) -> None:
        """Put TLS on a wire; raises as `dial` does."""
        ...

    async def write(self, wire: Any, data: bytes, exchange: Exchange) -> None:
        """For the talk before HTTP: the limit is `connect`."""
        ...

    async def read(self, wire: Any, exchange: Exchange) -> bytes: ...
    def take(self, exchange: Exchange) -> None:
        """Begin with the request's body; raises WrongFace and BodyUsed."""
        ...

    async def drop(self, content: Any) -> None:
        """No more of the body is wanted."""
        ...

    def http(self, origin: Any, wire: Any, *, http2: bool) -> Any:
        """The core's object that speaks HTTP on a wire."""
        ...

    async def handle(self, http: Any, request: Any) -> Any:
        """Send a request; the response, when its head has arrived."""
        ...

    async def leave(self) -> None:
        """Close the wires that are left, and wait until all are gone."""
        ...
