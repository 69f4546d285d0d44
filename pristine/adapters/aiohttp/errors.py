"""aiohttp's exceptions, and asyncio's, in the port's words: one table."""

from collections.abc import Mapping
from typing import Final

import aiohttp
from aiohttp.http import HttpProcessingError
from multidict import CIMultiDict, CIMultiDictProxy

from pristine.adapters.timing import Timing
from pristine.ports.errors import ConnectFailed, ConnectionLost, ProtocolViolation, TransportError

_ERRORS: Final[Mapping[type[Exception], type[TransportError]]] = {
    aiohttp.InvalidURL: ConnectFailed,
    HttpProcessingError: ProtocolViolation,
    aiohttp.ClientError: ConnectionLost,
    OSError: ConnectionLost,
}
VENDORS: Final = tuple(_ERRORS)
_UNCONNECTED: Final = frozenset({"pool", "connect"})
_LIMITS: Final = {"head": "read", "body": "read"}


def translated(error: Exception, phase: str, timing: Timing) -> TransportError:
    """The port's error for one of VENDORS. A TimeoutError is a limit of `timing` that passed."""
    if isinstance(error, TimeoutError):
        return timing.timed_out(_LIMITS.get(phase, phase), phase)
    if isinstance(error, aiohttp.ClientResponseError):
        _hide_fields(error)
    kinds = (ours for theirs, ours in _ERRORS.items() if isinstance(error, theirs))
    return (ConnectFailed if phase in _UNCONNECTED else next(kinds))(_told(error))


def _hide_fields(error: aiohttp.ClientResponseError) -> None:
    """Take the request's fields out of the error, which shows them: one is the password for the proxy."""
    info = error.request_info._replace(headers=CIMultiDictProxy(CIMultiDict()))
    error.request_info, error.args = info, (info, error.history)


def _told(error: Exception) -> str:
    """One line, without what the peer sent: that may hold a secret."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"the proxy does not open a tunnel (its answer is {error.status})"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the server closed the connection without a whole answer"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the connection broke in the middle of the body"
    if isinstance(error, HttpProcessingError):
        return error.message.partition("\n")[0] or "what arrived is not HTTP"
    return str(error) or f"the connection broke ({type(error).__name__})"
