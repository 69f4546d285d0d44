"""The network failed before a whole answer arrived."""

from pristine.ports.errors.base import Fault, PristineError, RetrySafe


class TransportError(PristineError):
    """The network failed before a whole answer arrived. `retry_safe` says whether the request may have run."""

    fault = Fault.NETWORK
    retry_safe = RetrySafe.UNKNOWN


class ConnectFailed(TransportError):
    """No connection could be made (refused, no route, DNS, TLS): the request was not sent."""

    retry_safe = RetrySafe.YES


class ConnectionLost(TransportError):
    """The connection was reset or closed before the message was whole."""


class ProtocolViolation(TransportError):
    """What arrived is not HTTP, or breaks its rules."""


class TimeoutExceeded(TransportError, TimeoutError):
    """A limit of the Timeout passed.

    `phase` is what was going on: "pool", "connect", "write", "head", "body", "wait", "admission". `limit` is the limit
    that passed: "pool", "connect", "write", "read" or "total"; `seconds` is its value.
    """

    phase: str = ""
    limit: str = ""
    seconds: float | None = None
