"""What a core, its client and the network raise, in the port's words: one table, by the names that both vendors use."""

import functools
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, Final

from pristine.adapters.timing import Timing
from pristine.ports.errors import (
    ConnectFailed,
    ConnectionLost,
    PristineError,
    ProtocolViolation,
    RetrySafe,
    TransportError,
)
from pristine.ports.patterns import pattern

_KINDS: Final[Mapping[str, type[TransportError]]] = {
    "ConnectError": ConnectFailed,
    "ProxyError": ConnectFailed,
    "UnsupportedProtocol": ConnectFailed,
    "InvalidURL": ConnectFailed,
    "ConnectionNotAvailable": ConnectionLost,
    "NetworkError": ConnectionLost,
    "InvalidBodyLengthError": ConnectionLost,
    "ProtocolError": ProtocolViolation,
    "H2Error": ProtocolViolation,
    "RequestError": ConnectionLost,
}
"""In the order in which they are tried: the narrower first."""

_LIMITS: Final[Mapping[str, str]] = {
    "ConnectTimeout": "connect",
    "ReadTimeout": "read",
    "WriteTimeout": "write",
    "PoolTimeout": "pool",
}
_CLOSED_EARLY: Final = ("disconnected", "peer closed", "peer unexpectedly closed")
"""How h11 and the cores word a connection that ended too soon, which they file under protocol errors."""

_QUOTED: Final = pattern(r":? (?:b['\"]|bytearray\()|\n")
"""Where h11 begins to quote."""

_REFUSED_STREAM: Final = 7
"""The error code of HTTP/2 for a request that was not processed (RFC 9113 section 8.7)."""


class Passed(Exception):
    """A limit has passed while its request was waited for."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"the {limit} limit has passed")
        self.limit = limit


class Errors:
    """The table for some libraries. `kinds` are what to catch; an error of the caller's body may be among them."""

    def __init__(self, modules: Iterable[ModuleType], network: tuple[type[OSError], ...]) -> None:
        found = [vars(module) for module in modules]
        self._limits = [(names[name], limit) for name, limit in _LIMITS.items() for names in found if name in names]
        self._kinds = [(names[name], kind) for name, kind in _KINDS.items() for names in found if name in names]
        vendors = {kind for kind, _ in (*self._limits, *self._kinds)}
        self.kinds: tuple[type[Exception], ...] = (Passed, *network, *vendors)

    def translated(self, error: Exception, phase: str, timing: Timing) -> Exception:
        """The port's error for one of `kinds`, or the error itself where it is one of ours already."""
        if isinstance(error, PristineError):
            return error
        if (limit := self._limit(error)) is not None:
            limit = "connect" if phase == "connect" else limit
            return timing.timed_out(limit, phase if limit == "read" else limit)
        if phase == "connect":
            return ConnectFailed(_told(error))
        return self._lost(error)

    def _limit(self, error: Exception) -> str | None:
        if isinstance(error, Passed):
            return error.limit
        return next((limit for kind, limit in self._limits if isinstance(error, kind)), None)

    def _lost(self, error: Exception) -> TransportError:
        kind = next((ours for theirs, ours in self._kinds if isinstance(error, theirs)), ConnectionLost)
        told = _told(error)
        if kind is ProtocolViolation and (_ended(error) or any(words in told for words in _CLOSED_EARLY)):
            kind = ConnectionLost
        return kind(told, retry_safe=RetrySafe.YES) if _untouched(error) else kind(told)


@functools.cache
def errors_of(*modules: ModuleType, network: tuple[type[OSError], ...] = (OSError,)) -> Errors:
    """The table for some libraries, and for what else the network raises; it is made once."""
    return Errors(modules, network)


def _ended(error: Exception) -> Any:
    """The event of HTTP/2 that ended a stream or its connection, where it was one."""
    return next((cause for cause in error.args if hasattr(cause, "error_code")), None)


def _untouched(error: Exception) -> bool:
    """Whether the server has said that it did not process the request."""
    event = _ended(error)
    refused = event is not None and (event.error_code == _REFUSED_STREAM or getattr(event, "last_stream_id", None) == 0)
    return refused or type(error).__name__ == "ConnectionNotAvailable"


def _told(error: Exception) -> str:
    """One line, without what the peer sent: that may hold a secret."""
    if (event := _ended(error)) is not None:
        what = "the connection" if hasattr(event, "last_stream_id") else "the stream"
        return f"the server ended {what} ({getattr(event.error_code, 'name', event.error_code)})"
    told = _QUOTED.split(str(error), maxsplit=1)[0]
    return told or f"the connection broke ({type(error).__name__})"
