"""What goes wrong on the way: a connection that is reset, an answer that is cut short, stalls or trickles."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any, Final

import attrs

from pristine.ports.errors import ConfigurationError
from pristine.testing.mock.expectations import check_status
from pristine.testing.mock.wire import send


class FaultKind(StrEnum):
    """RESET: the connection is reset before the answer. TRUNCATE: it is closed in the middle of the answer.

    STALL: in the middle of the answer nothing more comes. SLOW: the answer comes bit by bit.
    """

    RESET = "reset"
    TRUNCATE = "truncate"
    STALL = "stall"
    SLOW = "slow"


@attrs.define
class Fault:
    """A fault of an endpoint's answers: a kind, or the status of an error. `left` None is for good."""

    endpoint: str
    kind: FaultKind | int
    left: int | None = 1
    seconds: float = 1.0

    def take(self, endpoint: str) -> bool:
        """Whether this call has the fault; it is then used up a little."""
        if endpoint != self.endpoint or self.left == 0:
            return False
        if self.left is not None:
            self.left -= 1
        return True


def fault_of(endpoint: str, kind: str | int, times: int | None, seconds: float) -> Fault:
    """A fault; raises ConfigurationError for a kind that there is not."""
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
        raise ConfigurationError("times: give a number of calls, 1 or greater, or None for all")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < 3600:
        raise ConfigurationError("seconds: give a number between 0 and 3600")
    if isinstance(kind, int):
        return Fault(endpoint, check_status(kind), times, seconds)
    if kind not in set(FaultKind):
        raise ConfigurationError(f"there is no fault {kind!r}: {', '.join(FaultKind)}, or the status of an error")
    return Fault(endpoint, FaultKind(kind), times, seconds)


_STEPS: Final = 20


async def deliver(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes, parts: list[bytes], fault: Fault | None
) -> bool:
    """Send an answer, with its fault if it has one; whether the connection can go on."""
    if fault is None:
        return await send(writer, head, *parts) if len(parts) > 1 else await send(writer, b"".join([head, *parts]))
    way: Callable[..., Awaitable[bool]] = _FAULTS[fault.kind]
    return await way(reader, writer, head, parts, fault)


async def _reset(_: Any, writer: asyncio.StreamWriter, *__: Any) -> bool:
    connection = writer.get_extra_info("socket")
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False


async def _truncate(_: Any, writer: asyncio.StreamWriter, head: bytes, parts: list[bytes], __: Fault) -> bool:
    await send(writer, *_half(head, parts))
    return False


async def _stall(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes, parts: list[bytes], _: Fault
) -> bool:
    if await send(writer, *_half(head, parts)):
        with suppress(ConnectionError):
            await reader.read(1)  # until the peer goes, or the server stops
    return False


async def _slow(_: Any, writer: asyncio.StreamWriter, head: bytes, parts: list[bytes], fault: Fault) -> bool:
    whole = b"".join(parts)
    size = max(1, -(-len(whole) // _STEPS))
    pieces = [head, *(whole[at : at + size] for at in range(0, len(whole), size))]
    for piece in pieces:
        if not await send(writer, piece):
            return False
        await asyncio.sleep(fault.seconds / len(pieces))
    return True


def _half(head: bytes, parts: list[bytes]) -> list[bytes]:
    """The head, and what comes before the middle of the body: an answer without a body breaks in its head."""
    whole = b"".join(parts)
    return [head, whole[: len(whole) // 2]] if whole else [head[: len(head) // 2]]


_FAULTS: Final[Mapping[FaultKind | int, Any]] = {
    FaultKind.RESET: _reset,
    FaultKind.TRUNCATE: _truncate,
    FaultKind.STALL: _stall,
    FaultKind.SLOW: _slow,
}
